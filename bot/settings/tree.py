"""YAML as plain values, with the place of each: so that every mistake can say where it stands.

Scalars stay text until the models ask for a number or a truth value: ``on`` is no true, ``12:30`` no 750. Whatever a
settings file has no use for and a hostile one would need (aliases, tags, depth) is refused before anything is built.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

__all__ = ["Location", "Mistake", "Place", "Scalar", "Tree", "UnreadableYamlError", "read_tree"]

Location = tuple[str | int, ...]

MAX_DEPTH = 16  # levels; the settings themselves have 5. libyaml composes recursively and crashes on thousands
NULLS = frozenset({"", "~", "null", "Null", "NULL"})  # the ways of YAML 1.2's core schema to write nothing


class Place(NamedTuple):
    """A place in the file: line, and column in characters; both are counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value as it is written; `plain`: without quotes, so it may mean a number or a truth value."""

    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong at a place in the file; None: it cannot be told, or something is missing altogether."""

    location: Location
    place: Place | None
    what: str
    fix: str


class UnreadableYamlError(Exception):
    """The text is no YAML that can be read; nothing else can be said about it."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.what)
        self.mistake = mistake


@dataclass(slots=True)
class Tree:
    """What a file says: `value` of dict, list, `Scalar` and None; the place of each key and item; repeated keys.

    `values` has the places of values that begin in the line of their key.
    """

    value: object = None
    keys: dict[Location, Place] = field(default_factory=dict)
    values: dict[Location, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def key_place(self, location: Location) -> Place | None:
        """Where the key of `location` stands, or what surrounds it if it does not; None: nowhere in the file."""
        while location:
            if location in self.keys:
                return self.keys[location]
            location = location[:-1]
        return None

    def place_of(self, location: Location) -> Place | None:
        """Where the value of `location` stands, or its key if that is in another line; else as `key_place`."""
        if location in self.values and location:
            return self.values[location]
        return self.key_place(location)


def read_tree(text: str) -> Tree:
    """Read one YAML document; an empty one has the value None.

    Raises:
        UnreadableYamlError: no YAML, more than one document, too deep, or with aliases or tags.
    """
    tree = Tree()
    try:
        for event in _guarded(yaml.parse(text, Loader=yaml.CSafeLoader)):
            _refuse_cleverness(event)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error.problem_mark or error.context_mark, f"this is no YAML: {error.problem}") from error
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode("utf-8", "ignore")
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        fix = "take it out, or write it as an escape in double quotes"
        raise UnreadableYamlError(Mistake((), place, "a control character stands here", fix)) from error
    if node is not None:
        tree.value = _plant(tree, node, ())
    return tree


def _guarded(events: Iterator[Any]) -> Iterator[Any]:
    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            fix = "close the brackets that are open, and see config/bot.example.yaml"
            what = f"values are nested more than {MAX_DEPTH} levels deep"
            raise UnreadableYamlError(Mistake((), _start(event), what, fix))
        yield event


def _refuse_cleverness(event: Any) -> None:
    place = _start(event)
    if isinstance(event, yaml.AliasEvent):
        fix = f'write the value itself; if you mean the text, put it in quotes: "*{event.anchor}"'
        raise UnreadableYamlError(Mistake((), place, f"the alias *{event.anchor} is not understood here", fix))
    tag = getattr(event, "tag", None)
    if tag is not None and tag != "!":
        fix = "leave the tag out; text that begins with ! belongs in quotes"
        raise UnreadableYamlError(Mistake((), place, "a YAML tag is not understood here", fix))


def _unreadable(mark: Any, what: str) -> UnreadableYamlError:
    fix = (
        "look for a missing quote or bracket, tabs or uneven spaces before a key, "
        "and text with * @ % ` ! or ': ' that needs quotes"
    )
    place = None if mark is None else Place(mark.line + 1, mark.column + 1)
    return UnreadableYamlError(Mistake((), place, what, fix))


def _start(event_or_node: Any) -> Place:
    mark = event_or_node.start_mark
    return Place(mark.line + 1, mark.column + 1)


def _plant(tree: Tree, node: yaml.Node, location: Location) -> object:
    place = _start(node)
    if tree.keys.setdefault(location, place).line == place.line:
        tree.values[location] = place
    if isinstance(node, yaml.MappingNode):
        return _plant_mapping(tree, node, location)
    if isinstance(node, yaml.SequenceNode):
        return [_plant(tree, item, (*location, index)) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    plain = not node.style  # '', or one of ' " | >
    return None if plain and node.value in NULLS else Scalar(node.value, plain)


def _plant_mapping(tree: Tree, node: yaml.MappingNode, location: Location) -> dict[str, object]:
    values: dict[str, object] = {}
    for key_node, value_node in node.value:
        place = _start(key_node)
        if not isinstance(key_node, yaml.ScalarNode):
            tree.mistakes.append(Mistake(location, place, "a key must be a word", "write it as key: value"))
            continue
        here = (*location, key_node.value)
        if key_node.value in values:
            what = f"the key stands here a second time; the first is in line {tree.keys[here].line}"
            tree.mistakes.append(Mistake(here, place, what, "keep one of them"))
            continue
        tree.keys[here] = place
        values[key_node.value] = _plant(tree, value_node, here)
    return values
