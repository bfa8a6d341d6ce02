"""The one shape that front matter takes, whichever format it is written in, and what is refused in all of them.

Scalars are text: a field's meaning decides what becomes of them, not the guess of a YAML or TOML library.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

__all__ = [
    "MAX_DEPTH",
    "MAX_NODES",
    "FrontMatterError",
    "ListValue",
    "MapValue",
    "NullValue",
    "Place",
    "TextValue",
    "UnterminatedError",
    "Value",
    "add_field",
    "from_plain",
    "shown",
    "too_deep",
    "too_many",
    "without_nulls",
]

MAX_DEPTH = 32  # lists and maps in each other
MAX_NODES = 5_000  # scalars, lists and maps together; real posts have about 30
SHOWN_CHARACTERS = 60


class Place(NamedTuple):
    """Where something stands in a file: its line, and its column in characters; both are counted from 1."""

    line: int
    column: int


class FrontMatterError(Exception):
    """Front matter that cannot be read.

    Attributes:
        place: where in the file.
        what: what is wrong.
        fix: what would be right.
        field: the field that it is about, in lower case; None where it is not about one.
    """

    def __init__(self, place: Place, what: str, fix: str, *, field: str | None = None) -> None:
        super().__init__(f"line {place.line}: {what}; {fix}")
        self.place = place
        self.what = what
        self.fix = fix
        self.field = field

    @property
    def line(self) -> int:
        """The line of `place`."""
        return self.place.line


class UnterminatedError(FrontMatterError):
    """The front matter has no end: a mistake, or a file that is still being written."""


class _Placed:
    """A value that knows where it stands."""

    __slots__ = ()
    line: int
    column: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.line, self.column)


@dataclass(frozen=True, slots=True)
class TextValue(_Placed):
    """A scalar as text; `line` is that of its key, or its own in a list.

    `column` is, here and below, that of the value where it begins in the line of its key, else that of the key. Values
    are compared without it.
    """

    text: str
    line: int
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class ListValue(_Placed):
    """A list; its null items are left out."""

    items: tuple["Value", ...]
    line: int
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class MapValue(_Placed):
    """A map by casefolded keys; keys whose value is null are left out."""

    fields: Mapping[str, "Value"]
    line: int
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class NullValue(_Placed):
    """A key whose value is empty, ``~`` or null; `line` is that of the key, or its own in a list."""

    line: int
    column: int = field(default=1, compare=False)


Value = TextValue | ListValue | MapValue


def shown(text: str) -> str:
    """Return `text` in quotes, cut and with control characters escaped, for a message to a person."""
    return repr(text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…")


def too_deep(place: Place) -> FrontMatterError:
    """Return the error for values nested deeper than `MAX_DEPTH`."""
    return FrontMatterError(place, f"values are nested deeper than {MAX_DEPTH} levels", "use plain fields and lists")


def too_many(place: Place) -> FrontMatterError:
    """Return the error for more than `MAX_NODES` values."""
    return FrontMatterError(place, f"there are more than {MAX_NODES:,} values", "move the data out of the front matter")


def add_field(fields: dict[str, Value | NullValue], key: str, value: Value | NullValue, place: Place) -> None:
    """Put `value` under the casefolded `key`, which stands at `place`, as Hugo reads keys without regard to case.

    Raises:
        FrontMatterError: the key stands there already; two people may have meant different things by it.
    """
    folded = key.casefold()
    if folded in fields:
        earlier = fields[folded].line
        where = f" (first in line {earlier})" if earlier != place.line else ""
        what = f"the key {shown(key)} stands twice{where}"
        raise FrontMatterError(place, what, "keep one of the two", field=folded)
    fields[folded] = value


def without_nulls(fields: Mapping[str, Value | NullValue]) -> dict[str, Value]:
    """Return the fields that have a value."""
    return {key: value for key, value in fields.items() if not isinstance(value, NullValue)}


def from_plain(plain: Mapping[str, object], places: Mapping[str, Place], first: Place) -> dict[str, Value | NullValue]:
    """Bring what a TOML or JSON library made into the common shape.

    Args:
        plain: nested dicts and lists of str, bool, int, dates and None.
        places: where each top-level key stands; values inside one take its place.
        first: the place of keys that are not in `places`.

    Raises:
        FrontMatterError: a key twice (regardless of case), too deep, or too many values.
    """
    return _Converter().fields(plain, places, first, depth=1)


class _Converter:
    """Counts the values of one front matter while bringing them into the common shape."""

    def __init__(self) -> None:
        self.nodes = 0

    def fields(
        self, plain: Mapping[str, object], places: Mapping[str, Place], place: Place, depth: int
    ) -> dict[str, Value | NullValue]:
        fields: dict[str, Value | NullValue] = {}
        for key, item in plain.items():
            at = places.get(key, place)
            add_field(fields, key, self.value(item, at, depth), at)
        return fields

    def value(self, plain: object, place: Place, depth: int) -> Value | NullValue:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise too_many(place)
        if depth > MAX_DEPTH:
            raise too_deep(place)
        if isinstance(plain, Mapping):
            return MapValue(without_nulls(self.fields(plain, {}, place, depth + 1)), *place)
        if isinstance(plain, list):
            items = (self.value(item, place, depth + 1) for item in plain)
            return ListValue(tuple(item for item in items if not isinstance(item, NullValue)), *place)
        return NullValue(*place) if plain is None else TextValue(_scalar_text(plain), *place)


def _scalar_text(plain: object) -> str:
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, datetime | date | time):
        return plain.isoformat()
    return str(plain)
