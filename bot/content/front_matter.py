"""The head of a Markdown file as Hugo knows it: YAML between ``---``, TOML between ``+++``, or a JSON object.

Format: https://gohugo.io/content-management/front-matter/. What libyaml can choke on (deep nesting crashes its
composer, aliases and merge keys multiply) never gets that far: values are built from its event stream, one event at a
time, and the first event that a post has no use for ends the reading.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import yaml

from bot.content.toml_and_json import json_end, read_json, read_toml
from bot.content.values import (
    MAX_DEPTH,
    MAX_NODES,
    FrontMatterError,
    ListValue,
    MapValue,
    NullValue,
    TextValue,
    UnterminatedError,
    Value,
    add_field,
    shown,
    too_deep,
    too_many,
    without_nulls,
)

__all__ = ["MAX_FRONT_MATTER_BYTES", "FrontMatter", "is_unterminated", "parse_front_matter"]

MAX_FRONT_MATTER_BYTES = 256 * 1024  # the largest of a real site has 54 KB

_BLANK = " \t\n\ufeff"
# A file that begins with a shortcode or an attribute list (`{{<`, `{:`) has no JSON.
_OPENING = re.compile(r"(?:---|\+\+\+)[ \t]*(?:\n|\Z)|\{(?=\s*+(?:[\"}]|[A-Za-z_]\w*+\s*+:|\Z))")
_CLOSING = {
    "---": re.compile(r"^---[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE),
}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})  # https://yaml.org/spec/1.2.2/#10211-null
_SCALAR_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "bool", "int", "float", "timestamp"))


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a file says about itself.

    Attributes:
        fields: by casefolded key, each with its line in the file.
        nulls: the casefolded keys whose value is null, which are not in `fields`, with their lines.
        body: what follows, with ``\\n`` as line end.
    """

    fields: Mapping[str, Value]
    nulls: Mapping[str, int]
    body: str


@dataclass(frozen=True, slots=True)
class _Parts:
    """A file cut into front matter without its delimiters, and body; `first_line` is where `block` begins."""

    format: Literal["yaml", "toml", "json"]
    block: str
    first_line: int
    body: str


def parse_front_matter(text: str) -> FrontMatter | None:
    """Return the front matter of a whole file, or None if it has none.

    Raises:
        UnterminatedError: it begins but does not end.
        FrontMatterError: it cannot be read, or asks for more than a post needs.
    """
    parts = _cut_apart(text)
    if parts is None:
        return None
    _check_size(parts)
    read = {"yaml": _read_yaml, "toml": read_toml, "json": read_json}[parts.format]
    found = read(parts.block, parts.first_line)
    nulls = {key: value.line for key, value in found.items() if isinstance(value, NullValue)}
    return FrontMatter(without_nulls(found), nulls, parts.body)


def is_unterminated(raw: bytes) -> bool:
    """Say whether a file, perhaps half-written, begins front matter without ending it. Parses nothing."""
    text = raw.decode("utf-8", "replace")
    try:
        parts = _cut_apart(text)
    except UnterminatedError:
        return True
    except FrontMatterError:
        return False
    return parts is None and text.strip(_BLANK) in {"-", "--", "+", "++"}


def _cut_apart(text: str) -> _Parts | None:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    start = len(text) - len(text.lstrip(_BLANK))
    opening = _OPENING.match(text, start)
    if opening is None:
        return None
    line = text.count("\n", 0, start) + 1
    if opening[0] == "{":
        return _cut_json(text, start, line)
    delimiter = opening[0][:3]
    closing = _CLOSING[delimiter].search(text, opening.end())
    if closing is None:
        fix = f"end it with a line that says only {delimiter}"
        raise UnterminatedError(line, "the front matter that begins here has no end", fix)
    block = text[opening.end() : closing.start()]
    return _Parts("yaml" if delimiter == "---" else "toml", block, line + 1, text[closing.end() + 1 :])


def _cut_json(text: str, start: int, line: int) -> _Parts:
    end = json_end(text, start, MAX_FRONT_MATTER_BYTES)
    if end is None:
        raise UnterminatedError(line, "the JSON object that begins here has no end", "close its quotes and braces")
    return _Parts("json", text[start:end], line, text[end:])


def _check_size(parts: _Parts) -> None:
    size = len(parts.block.encode("utf-8", "surrogatepass"))
    if size > MAX_FRONT_MATTER_BYTES:
        what = f"the front matter is larger than {MAX_FRONT_MATTER_BYTES // 1024} KiB"
        raise FrontMatterError(parts.first_line, what, "shorten it, or move text into the body")


def _read_yaml(block: str, first_line: int) -> dict[str, Value | NullValue]:
    tree = _YamlTree(first_line)
    try:
        for event in yaml.parse(block, Loader=yaml.CBaseLoader):
            tree.take(event)
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(error, first_line) from error
    except yaml.reader.ReaderError as error:
        line = first_line + block.encode()[: error.position].count(b"\n")
        what = f"a character that YAML does not allow: U+{error.character:04X}"
        raise FrontMatterError(line, what, "remove it") from error
    except UnicodeEncodeError as error:
        line = first_line + block.count("\n", 0, error.start)
        raise FrontMatterError(line, "a character that is half of a pair", "remove it") from error
    return tree.root


def _yaml_error(error: yaml.MarkedYAMLError, first_line: int) -> FrontMatterError:
    """Explain what libyaml found; an unclosed quote is shown where it was opened, not where the text ran out."""
    problem, mark = error.problem or "the YAML cannot be read", error.problem_mark
    fix = 'indent with spaces, and put text that has ": ", " #" or quotes in it into quotes'
    if "quoted scalar" in (error.context or "") and "invalid" not in problem and "unknown" not in problem:
        problem, mark, fix = "the quote that begins here is not closed", error.context_mark, "close it"
    elif "cannot start any token" in problem:
        fix = "indent with spaces instead of tabs, and put values that begin with @, ` or % into quotes"
    elif "<document start>" in problem:
        fix = "keep one YAML document of the form key: value"
    return FrontMatterError(first_line + (mark.line if mark else 0), f"the YAML cannot be read: {problem}", fix)


@dataclass(slots=True)
class _Frame:
    """A list or map that is still being filled. In a map, `key` waits for its value."""

    line: int
    fields: dict[str, Value | NullValue] | None  # None: a list
    items: list[Value] = field(default_factory=list)
    key: str | None = None
    key_line: int = 0


class _YamlTree:
    """Builds the fields of one YAML document from parser events. Not recursive, so nesting costs no stack."""

    def __init__(self, first_line: int) -> None:
        self.root: dict[str, Value | NullValue] = {}
        self._first_line = first_line
        self._open: list[_Frame] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Add what one event brings; raises FrontMatterError for what front matter must not hold."""
        if isinstance(event, yaml.NodeEvent):
            self._take_node(event, self._line(event))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise FrontMatterError(self._line(event), "a second YAML document begins here", "keep one document")

    def _line(self, event: yaml.Event) -> int:
        return self._first_line + (event.start_mark.line if event.start_mark else 0)

    def _take_node(self, event: yaml.NodeEvent, line: int) -> None:
        _refuse_reference(event, line)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise too_many(line)
        parent = self._open[-1] if self._open else None
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event, line, parent)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open_collection(event, line, parent)

    def _open_collection(self, event: yaml.CollectionStartEvent, line: int, parent: _Frame | None) -> None:
        if event.tag is not None:
            raise _unknown_tag(event.tag, line)
        if len(self._open) == MAX_DEPTH:
            raise too_deep(line)
        is_map = isinstance(event, yaml.MappingStartEvent)
        if parent is None and not is_map:
            raise _no_fields(line)
        if parent is not None and parent.fields is not None:
            if parent.key is None:
                raise FrontMatterError(line, "a list or a map stands where a key belongs", "write key: value")
            line = parent.key_line
        self._open.append(_Frame(line, {} if is_map else None))

    def _take_scalar(self, event: yaml.ScalarEvent, line: int, parent: _Frame | None) -> None:
        plain = event.implicit[0]
        if event.tag is not None and event.tag not in _SCALAR_TAGS:
            raise _unknown_tag(event.tag, line)
        is_null = plain and event.value in _NULLS
        if parent is None:
            if not is_null:
                raise _no_fields(line)
        elif parent.fields is not None and parent.key is None:
            if plain and event.value == "<<":
                raise FrontMatterError(line, "the merge key << is not allowed", "write the fields out")
            parent.key, parent.key_line = event.value, line
        else:
            at = line if parent.fields is None else parent.key_line
            self._put(parent, NullValue(at) if is_null else TextValue(event.value, at))

    def _close(self) -> None:
        frame = self._open.pop()
        if not self._open:
            self.root = frame.fields or {}
        elif frame.fields is None:
            self._put(self._open[-1], ListValue(tuple(frame.items), frame.line))
        else:
            self._put(self._open[-1], MapValue(without_nulls(frame.fields), frame.line))

    def _put(self, parent: _Frame, value: Value | NullValue) -> None:
        if parent.fields is None:
            if not isinstance(value, NullValue):
                parent.items.append(value)
        elif parent.key is not None:
            add_field(parent.fields, parent.key, value, parent.key_line)
            parent.key = None


def _refuse_reference(event: yaml.NodeEvent, line: int) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise FrontMatterError(
            line, f"the alias {shown(f'*{event.anchor}')} is not allowed", "write the value out, or put it in quotes"
        )
    if event.anchor is not None:
        raise FrontMatterError(
            line, f"the anchor {shown(f'&{event.anchor}')} is not allowed", "write the value out, or put it in quotes"
        )


def _unknown_tag(tag: str, line: int) -> FrontMatterError:
    return FrontMatterError(line, f"the YAML tag {shown(tag)} is not allowed", "remove it, or put the value in quotes")


def _no_fields(line: int) -> FrontMatterError:
    return FrontMatterError(line, "the front matter has no fields", "write key: value, one per line")
