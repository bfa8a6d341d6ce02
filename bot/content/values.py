"""The one shape that front matter takes, whichever format it is written in, and what is refused in all of them.

Scalars are text: a field's meaning decides what becomes of them, not the guess of a YAML or TOML library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

__all__ = [
    "MAX_DEPTH",
    "MAX_NODES",
    "FrontMatterError",
    "ListValue",
    "MapValue",
    "NullValue",
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


class FrontMatterError(Exception):
    """Front matter that cannot be read.

    Attributes:
        line: in the file, counted from 1.
        what: what is wrong.
        fix: what would be right.
    """

    def __init__(self, line: int, what: str, fix: str) -> None:
        super().__init__(f"line {line}: {what}; {fix}")
        self.line = line
        self.what = what
        self.fix = fix


class UnterminatedError(FrontMatterError):
    """The front matter has no end: a mistake, or a file that is still being written."""


@dataclass(frozen=True, slots=True)
class TextValue:
    """A scalar as text; `line` is that of its key, or its own in a list."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class ListValue:
    """A list; its null items are left out."""

    items: tuple["Value", ...]
    line: int


@dataclass(frozen=True, slots=True)
class MapValue:
    """A map by casefolded keys; keys whose value is null are left out."""

    fields: Mapping[str, "Value"]
    line: int


@dataclass(frozen=True, slots=True)
class NullValue:
    """A key whose value is empty, ``~`` or null; `line` is that of the key, or its own in a list."""

    line: int


Value = TextValue | ListValue | MapValue


def shown(text: str) -> str:
    """Return `text` in quotes, cut and with control characters escaped, for a message to a person."""
    return repr(text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…")


def too_deep(line: int) -> FrontMatterError:
    """Return the error for values nested deeper than `MAX_DEPTH`."""
    return FrontMatterError(line, f"values are nested deeper than {MAX_DEPTH} levels", "use plain fields and lists")


def too_many(line: int) -> FrontMatterError:
    """Return the error for more than `MAX_NODES` values."""
    return FrontMatterError(line, f"there are more than {MAX_NODES:,} values", "move the data out of the front matter")


def add_field(fields: dict[str, Value | NullValue], key: str, value: Value | NullValue, line: int) -> None:
    """Put `value` under the casefolded `key`, as Hugo reads keys without regard to case.

    Raises:
        FrontMatterError: the key stands there already; two people may have meant different things by it.
    """
    folded = key.casefold()
    if folded in fields:
        earlier = fields[folded].line
        where = f" (first in line {earlier})" if earlier != line else ""
        raise FrontMatterError(line, f"the key {shown(key)} stands twice{where}", "keep one of the two")
    fields[folded] = value


def without_nulls(fields: Mapping[str, Value | NullValue]) -> dict[str, Value]:
    """Return the fields that have a value."""
    return {key: value for key, value in fields.items() if not isinstance(value, NullValue)}


def from_plain(plain: Mapping[str, object], lines: Mapping[str, int], first_line: int) -> dict[str, Value | NullValue]:
    """Bring what a TOML or JSON library made into the common shape.

    Args:
        plain: nested dicts and lists of str, bool, int, dates and None.
        lines: where each top-level key stands; values inside one take its line.
        first_line: the line for keys that are not in `lines`.

    Raises:
        FrontMatterError: a key twice (regardless of case), too deep, or too many values.
    """
    return _Converter().fields(plain, lines, first_line, depth=1)


class _Converter:
    """Counts the values of one front matter while bringing them into the common shape."""

    def __init__(self) -> None:
        self.nodes = 0

    def fields(
        self, plain: Mapping[str, object], lines: Mapping[str, int], line: int, depth: int
    ) -> dict[str, Value | NullValue]:
        fields: dict[str, Value | NullValue] = {}
        for key, item in plain.items():
            key_line = lines.get(key, line)
            add_field(fields, key, self.value(item, key_line, depth), key_line)
        return fields

    def value(self, plain: object, line: int, depth: int) -> Value | NullValue:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise too_many(line)
        if depth > MAX_DEPTH:
            raise too_deep(line)
        if isinstance(plain, Mapping):
            return MapValue(without_nulls(self.fields(plain, {}, line, depth + 1)), line)
        if isinstance(plain, list):
            items = (self.value(item, line, depth + 1) for item in plain)
            return ListValue(tuple(item for item in items if not isinstance(item, NullValue)), line)
        return NullValue(line) if plain is None else TextValue(_scalar_text(plain), line)


def _scalar_text(plain: object) -> str:
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, datetime | date | time):
        return plain.isoformat()
    return str(plain)
