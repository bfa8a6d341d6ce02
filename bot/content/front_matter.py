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
    Place,
    TextValue,
    UnterminatedError,
    Value,
    add_field,
    shown,
    too_deep,
    too_many,
    without_nulls,
)
from bot.content.yaml_mistakes import explained

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
_START = Place(1, 1)
_SCALAR_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "bool", "int", "float", "timestamp"))


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a file says about itself.

    Attributes:
        fields: by casefolded key, each with its place in the file.
        nulls: the casefolded keys whose value is null, which are not in `fields`, with their places.
        body: what follows, with ``\\n`` as line end.
    """

    fields: Mapping[str, Value]
    nulls: Mapping[str, Place]
    body: str


@dataclass(frozen=True, slots=True)
class _Parts:
    """A file cut into front matter without its delimiters, and body; `first` is where `block` begins."""

    format: Literal["yaml", "toml", "json"]
    block: str
    first: Place
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
    found = read(parts.block, parts.first)
    nulls = {key: value.place for key, value in found.items() if isinstance(value, NullValue)}
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
    place = _opening_place(text, start)
    if opening[0] == "{":
        return _cut_json(text, start, place)
    delimiter = opening[0][:3]
    closing = _CLOSING[delimiter].search(text, opening.end())
    if closing is None:
        fix = f"end it with a line that says only {delimiter}"
        raise UnterminatedError(place, "the front matter that begins here has no end", fix)
    block = text[opening.end() : closing.start()]
    first = Place(place.line + 1, 1)
    return _Parts("yaml" if delimiter == "---" else "toml", block, first, text[closing.end() + 1 :])


def _opening_place(text: str, start: int) -> Place:
    """Where the front matter begins; a byte order mark is no character of its line."""
    before = text[:start]
    return Place(before.count("\n") + 1, len(before[before.rfind("\n") + 1 :].replace("\ufeff", "")) + 1)


def _cut_json(text: str, start: int, place: Place) -> _Parts:
    end = json_end(text, start, MAX_FRONT_MATTER_BYTES)
    if end is None:
        raise UnterminatedError(place, "the JSON object that begins here has no end", "close its quotes and braces")
    return _Parts("json", text[start:end], place, text[end:])


def _check_size(parts: _Parts) -> None:
    size = len(parts.block.encode("utf-8", "surrogatepass"))
    if size > MAX_FRONT_MATTER_BYTES:
        what = f"the front matter is larger than {MAX_FRONT_MATTER_BYTES // 1024} KiB"
        raise FrontMatterError(parts.first, what, "shorten it, or move text into the body")


def _read_yaml(block: str, first: Place) -> dict[str, Value | NullValue]:
    tree = _YamlTree(first.line)
    try:
        parser = yaml.CBaseLoader(block)  # asked directly: `yaml.parse` takes two calls and a generator for each event
        while (event := parser.get_event()) is not None:
            tree.take(event)
    except FrontMatterError as error:
        error.field = error.field or tree.field()
        raise
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(block, error, first.line, tree) from error
    except yaml.reader.ReaderError as error:
        before = block.encode()[: error.position].decode("utf-8", "ignore")
        what = f"a character that YAML does not allow: U+{error.character:04X}"
        raise FrontMatterError(_end_of(before, first.line), what, "remove it", field=tree.field()) from error
    except UnicodeEncodeError as error:
        place = _end_of(block[: error.start], first.line)
        raise FrontMatterError(place, "a character that is half of a pair", "remove it", field=tree.field()) from error
    return tree.root


def _end_of(before: str, first_line: int) -> Place:
    """The place after the text `before`, whose first line is `first_line`."""
    return Place(first_line + before.count("\n"), len(before) - before.rfind("\n"))


def _yaml_error(block: str, error: yaml.MarkedYAMLError, first_line: int, tree: "_YamlTree") -> FrontMatterError:
    mistake = explained(block, error)
    mark = mistake.mark
    place = Place(first_line + mark.line, mark.column + 1) if mark else Place(first_line, 1)
    return FrontMatterError(
        place, f"the YAML cannot be read: {mistake.what}", mistake.fix, field=tree.field(place.line)
    )


@dataclass(slots=True)
class _Frame:
    """A list or map that is still being filled. In a map, `key` waits for its value."""

    place: Place
    fields: dict[str, Value | NullValue] | None  # None: a list
    items: list[Value] = field(default_factory=list)
    key: str | None = None
    key_place: Place = _START

    def value_place(self, place: Place) -> Place:
        """Where a value that begins at `place` is said to stand: at its key, or behind it in the same line."""
        return place if self.fields is None or place.line == self.key_place.line else self.key_place


class _YamlTree:
    """Builds the fields of one YAML document from parser events. Not recursive, so nesting costs no stack."""

    def __init__(self, first_line: int) -> None:
        self.root: dict[str, Value | NullValue] = {}
        self._first_line = first_line
        self._open: list[_Frame] = []
        self._nodes = 0
        self._documents = 0

    def field(self, line: int | None = None) -> str | None:
        """The field whose value is being read, or else the one that stands in this `line`; None: none."""
        if not self._open:
            return None
        root = self._open[0]
        if root.key is not None:
            return root.key.casefold()
        return next((key for key, value in (root.fields or {}).items() if value.line == line), None)

    def take(self, event: yaml.Event) -> None:
        """Add what one event brings; raises FrontMatterError for what front matter must not hold."""
        if isinstance(event, yaml.NodeEvent):
            self._take_node(event, self._place(event))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise FrontMatterError(self._place(event), "a second YAML document begins here", "keep one document")

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self._first_line + mark.line, mark.column + 1) if mark else Place(self._first_line, 1)

    def _take_node(self, event: yaml.NodeEvent, place: Place) -> None:
        _refuse_reference(event, place)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise too_many(place)
        parent = self._open[-1] if self._open else None
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event, place, parent)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open_collection(event, place, parent)

    def _open_collection(self, event: yaml.CollectionStartEvent, place: Place, parent: _Frame | None) -> None:
        if event.tag is not None:
            raise _unknown_tag(event.tag, place)
        if len(self._open) == MAX_DEPTH:
            raise too_deep(place)
        is_map = isinstance(event, yaml.MappingStartEvent)
        if parent is None and not is_map:
            raise _no_fields(place)
        if parent is not None and parent.fields is not None:
            if parent.key is None:
                raise FrontMatterError(place, "a list or a map stands where a key belongs", "write key: value")
            place = parent.value_place(place)
        self._open.append(_Frame(place, {} if is_map else None))

    def _take_scalar(self, event: yaml.ScalarEvent, place: Place, parent: _Frame | None) -> None:
        plain = event.implicit[0]
        if event.tag is not None and event.tag not in _SCALAR_TAGS:
            raise _unknown_tag(event.tag, place)
        is_null = plain and event.value in _NULLS
        if parent is None:
            if not is_null:
                raise _no_fields(place)
        elif parent.fields is not None and parent.key is None:
            if plain and event.value == "<<":
                raise FrontMatterError(place, "the merge key << is not allowed", "write the fields out")
            parent.key, parent.key_place = event.value, place
        else:
            at = parent.value_place(place)
            self._put(parent, NullValue(*at) if is_null else TextValue(event.value, *at))

    def _close(self) -> None:
        frame = self._open.pop()
        if not self._open:
            self.root = frame.fields or {}
        elif frame.fields is None:
            self._put(self._open[-1], ListValue(tuple(frame.items), *frame.place))
        else:
            self._put(self._open[-1], MapValue(without_nulls(frame.fields), *frame.place))

    def _put(self, parent: _Frame, value: Value | NullValue) -> None:
        if parent.fields is None:
            if not isinstance(value, NullValue):
                parent.items.append(value)
        elif parent.key is not None:
            add_field(parent.fields, parent.key, value, parent.key_place)
            parent.key = None


def _refuse_reference(event: yaml.NodeEvent, place: Place) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise FrontMatterError(
            place, f"the alias {shown(f'*{event.anchor}')} is not allowed", "write the value out, or put it in quotes"
        )
    if event.anchor is not None:
        raise FrontMatterError(
            place, f"the anchor {shown(f'&{event.anchor}')} is not allowed", "write the value out, or put it in quotes"
        )


def _unknown_tag(tag: str, place: Place) -> FrontMatterError:
    return FrontMatterError(place, f"the YAML tag {shown(tag)} is not allowed", "remove it, or put the value in quotes")


def _no_fields(place: Place) -> FrontMatterError:
    return FrontMatterError(place, "the front matter has no fields", "write key: value, one per line")
