"""Front matter in TOML and in JSON, each behind a guard that runs in linear time before the library sees the text.

The libraries recurse into nested values, and `tomllib` takes time that grows with the square of a dotted key's length.
"""

import json
import re
import tomllib
from collections.abc import Iterable

from bot.content.values import (
    MAX_DEPTH,
    MAX_NODES,
    FrontMatterError,
    NullValue,
    Place,
    Value,
    from_plain,
    shown,
    too_deep,
    too_many,
)

__all__ = ["json_end", "read_json", "read_toml"]

_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+("?)|[{}\[\]]', re.DOTALL)
_JSON_KEY = re.compile(r'("(?:[^"\\\n]|\\.)*+")\s*+:')
_TOML_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
_TOML_LONG_KEY = re.compile(rf'(?<![\w"-])(?:[\w"-]++[ \t]*+\.[ \t]*+){{{MAX_DEPTH},}}+')
_TOML_KEY = re.compile(r"""^[ \t]*+(?:\[+[ \t]*+)?(?:"([^"\n]*+)"|'([^'\n]*+)'|([\w-]++))[ \t]*+[=.\]]""", re.MULTILINE)
_TOML_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_VALUE = re.compile(r"[ \t]*+(?=[^\s#])")

Pairs = list[tuple[str, object]]


class _RepeatedKeyError(ValueError):
    """A JSON object has a key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def read_toml(block: str, first: Place) -> dict[str, Value | NullValue]:
    """Return the fields of the TOML `block`, which begins at the place `first` of its file.

    Raises:
        FrontMatterError: no TOML, or more of it than a post needs.
    """
    _guard_toml(block, first)
    try:
        plain = tomllib.loads(block, parse_float=str)
    except ValueError as error:  # also what int() says of thousands of digits
        raise _toml_error(str(error), block, first) from error
    return from_plain(plain, _key_places(_TOML_KEY.finditer(block), block, first), first)


def _guard_toml(block: str, first: Place) -> None:
    bare = _TOML_STRING.sub(_blotted, block)
    if match := _TOML_LONG_KEY.search(bare):
        raise too_deep(_place_in(bare, match.start(), first))
    depth = 0
    for match in re.finditer(r"[\[\]{}]", bare):
        depth += 1 if match[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise too_deep(_place_in(bare, match.start(), first))
    if bare.count("=") + bare.count(",") + bare.count("[") > MAX_NODES:
        raise too_many(first)


def _blotted(string: re.Match[str]) -> str:
    """A string or comment of the same length that holds nothing but quotes."""
    return "\n".join('"' * len(line) for line in string[0].split("\n"))


def _toml_error(message: str, block: str, first: Place) -> FrontMatterError:
    said = _TOML_PLACE.search(message)
    if said is None:
        what = f"the TOML cannot be read: {message.partition(';')[0]}"
        return FrontMatterError(first, what, "put long numbers into quotes")
    what = f"the TOML cannot be read: {message[: said.start()]}"
    if said["line"]:
        place = Place(first.line + int(said["line"]) - 1, int(said["column"]))
    else:
        place = _place_in(block, len(block.rstrip("\n")), first)
    return FrontMatterError(place, what, 'write key = "value", one per line')


def json_end(text: str, start: int, longest: int) -> int | None:
    """Return where the JSON object that begins at `start` ends (after its ``}``), or None if it has no end.

    Args:
        text: a whole file.
        start: the place of the object's ``{``.
        longest: how many characters are looked at; an object that is longer gives ``start + longest + 1``.

    Raises:
        FrontMatterError: nested too deep.
    """
    depth = 0
    for token in _JSON_TOKEN.finditer(text, start):
        if token.start() - start > longest:
            return start + longest + 1
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        if depth > MAX_DEPTH:
            raise too_deep(_place_in(text, token.start(), Place(1, 1)))
        if depth == 0:
            return token.end()
    return None


def read_json(block: str, first: Place) -> dict[str, Value | NullValue]:
    """Return the fields of the JSON object `block`, which begins at `first`; `json_end` has measured its nesting.

    Raises:
        FrontMatterError: no JSON, a key twice, or too many values.
    """
    places = _key_places(_JSON_KEY.finditer(block), block, first)
    try:
        plain = json.loads(
            block, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_without_repetition
        )
    except json.JSONDecodeError as error:
        place = _place_in(block, error.pos, first)
        raise FrontMatterError(place, f"the JSON cannot be read: {error.msg}", 'write {"key": "value", …}') from error
    except _RepeatedKeyError as error:
        place, what = places.get(error.key, first), f"the key {shown(error.key)} stands twice"
        raise FrontMatterError(place, what, "keep one of the two", field=error.key.casefold()) from error
    return from_plain(plain, places, first)


def _without_repetition(pairs: Pairs) -> dict[str, object]:
    fields: dict[str, object] = {}
    for key, value in pairs:
        if key in fields:
            raise _RepeatedKeyError(key)
        fields[key] = value
    return fields


def _key_places(keys: Iterable[re.Match[str]], block: str, first: Place) -> dict[str, Place]:
    """Say where each key first stands: its line, and the column of what follows it in that line, else its own.

    A key inside a multi-line string can mislead it: only a message suffers. Takes time that grows with the block alone,
    however many keys stand in one line.
    """
    places: dict[str, Place] = {}
    line, line_start, seen = first.line, 0, 0
    for match in keys:
        if breaks := block.count("\n", seen, match.start()):
            line += breaks
            line_start = block.rfind("\n", seen, match.start()) + 1
        seen = match.start()
        column = _value_start(block, match) - line_start + (first.column if line == first.line else 1)
        places.setdefault(_unquoted(next(filter(None, match.groups()), "")), Place(line, column))
    return places


def _value_start(block: str, key: re.Match[str]) -> int:
    """Where the value behind a key begins if that is in the same line; else where the key does."""
    value = _VALUE.match(block, key.end())
    if value is not None and key[0][-1] in "=:" and "\n" not in key[0]:
        return value.end()
    return key.start() + len(key[0]) - len(key[0].lstrip())


def _place_in(block: str, position: int, first: Place) -> Place:
    """The place in the file of a position in `block`, which begins at `first`."""
    breaks = block.count("\n", 0, position)
    column = position - (block.rfind("\n", 0, position) + 1)
    return Place(first.line + breaks, column + (first.column if breaks == 0 else 1))


def _unquoted(key: str) -> str:
    return key[1:-1] if key.startswith('"') else key
