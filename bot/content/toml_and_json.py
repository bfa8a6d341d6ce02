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
_TOML_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")

Pairs = list[tuple[str, object]]


class _RepeatedKeyError(ValueError):
    """A JSON object has a key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def read_toml(block: str, first_line: int) -> dict[str, Value | NullValue]:
    """Return the fields of the TOML `block`, which begins in `first_line` of its file.

    Raises:
        FrontMatterError: no TOML, or more of it than a post needs.
    """
    _guard_toml(block, first_line)
    try:
        plain = tomllib.loads(block, parse_float=str)
    except ValueError as error:  # also what int() says of thousands of digits
        raise _toml_error(str(error), block, first_line) from error
    return from_plain(plain, _key_lines(_TOML_KEY.finditer(block), block, first_line), first_line)


def _guard_toml(block: str, first_line: int) -> None:
    bare = _TOML_STRING.sub(lambda match: '""' + "\n" * match[0].count("\n"), block)
    if match := _TOML_LONG_KEY.search(bare):
        raise too_deep(first_line + bare.count("\n", 0, match.start()))
    depth = 0
    for match in re.finditer(r"[\[\]{}]", bare):
        depth += 1 if match[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise too_deep(first_line + bare.count("\n", 0, match.start()))
    if bare.count("=") + bare.count(",") + bare.count("[") > MAX_NODES:
        raise too_many(first_line)


def _toml_error(message: str, block: str, first_line: int) -> FrontMatterError:
    place = _TOML_PLACE.search(message)
    if place is None:
        what = f"the TOML cannot be read: {message.partition(';')[0]}"
        return FrontMatterError(first_line, what, "put long numbers into quotes")
    within = int(place["line"]) if place["line"] else block.rstrip("\n").count("\n") + 1
    what = f"the TOML cannot be read: {message[: place.start()]}"
    return FrontMatterError(first_line + within - 1, what, 'write key = "value", one per line')


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
            raise too_deep(text.count("\n", 0, token.start()) + 1)
        if depth == 0:
            return token.end()
    return None


def read_json(block: str, first_line: int) -> dict[str, Value | NullValue]:
    """Return the fields of the JSON object `block`, whose nesting `json_end` has measured.

    Raises:
        FrontMatterError: no JSON, a key twice, or too many values.
    """
    lines = _key_lines(_JSON_KEY.finditer(block), block, first_line)
    try:
        plain = json.loads(
            block, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_without_repetition
        )
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        raise FrontMatterError(line, f"the JSON cannot be read: {error.msg}", 'write {"key": "value", …}') from error
    except _RepeatedKeyError as error:
        line = lines.get(error.key, first_line)
        raise FrontMatterError(line, f"the key {shown(error.key)} stands twice", "keep one of the two") from error
    return from_plain(plain, lines, first_line)


def _without_repetition(pairs: Pairs) -> dict[str, object]:
    fields: dict[str, object] = {}
    for key, value in pairs:
        if key in fields:
            raise _RepeatedKeyError(key)
        fields[key] = value
    return fields


def _key_lines(keys: Iterable[re.Match[str]], block: str, first_line: int) -> dict[str, int]:
    """Say where each key first stands. A key inside a multi-line string can mislead it: only a message suffers."""
    lines: dict[str, int] = {}
    line, seen = first_line, 0
    for match in keys:
        line += block.count("\n", seen, match.start())
        seen = match.start()
        lines.setdefault(_unquoted(next(filter(None, match.groups()), "")), line)
    return lines


def _unquoted(key: str) -> str:
    return key[1:-1] if key.startswith('"') else key
