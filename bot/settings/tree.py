"""YAML as plain values, with the line of each: so that every mistake can say where it stands.

Scalars stay text until the models ask for a number or a truth value: ``on`` is no true, ``12:30`` no 750. Whatever a
settings file has no use for and a hostile one would need (aliases, tags, depth) is refused before anything is built.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

__all__ = ["Location", "Mistake", "Scalar", "Tree", "UnreadableYamlError", "read_tree"]

Location = tuple[str | int, ...]

MAX_DEPTH = 16  # levels; the settings themselves have 5. libyaml composes recursively and crashes on thousands
NULLS = frozenset({"", "~", "null", "Null", "NULL"})  # the ways of YAML 1.2's core schema to write nothing


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value as it is written; `plain`: without quotes, so it may mean a number or a truth value."""

    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong at a place in the file; `line` is counted from 1, None where it cannot be told."""

    location: Location
    line: int | None
    what: str
    fix: str


class UnreadableYamlError(Exception):
    """The text is no YAML that can be read; nothing else can be said about it."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.what)
        self.mistake = mistake


@dataclass(slots=True)
class Tree:
    """What a file says: `value` of dict, list, `Scalar` and None; the line of each location; repeated keys."""

    value: object = None
    lines: dict[Location, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line_of(self, location: Location) -> int | None:
        """Where `location` stands, or what surrounds it if it does not; None: nowhere in the file."""
        while location:
            if location in self.lines:
                return self.lines[location]
            location = location[:-1]
        return None


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
        line = text.count("\n", 0, error.position) + 1
        fix = "take it out, or write it as an escape in double quotes"
        raise UnreadableYamlError(Mistake((), line, "a control character stands here", fix)) from error
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
            line = event.start_mark.line + 1
            fix = "close the brackets that are open, and see config/bot.example.yaml"
            raise UnreadableYamlError(Mistake((), line, f"values are nested more than {MAX_DEPTH} levels deep", fix))
        yield event


def _refuse_cleverness(event: Any) -> None:
    line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent):
        fix = f'write the value itself; if you mean the text, put it in quotes: "*{event.anchor}"'
        raise UnreadableYamlError(Mistake((), line, f"the alias *{event.anchor} is not understood here", fix))
    tag = getattr(event, "tag", None)
    if tag is not None and tag != "!":
        fix = "leave the tag out; text that begins with ! belongs in quotes"
        raise UnreadableYamlError(Mistake((), line, "a YAML tag is not understood here", fix))


def _unreadable(mark: Any, what: str) -> UnreadableYamlError:
    fix = (
        "look for a missing quote or bracket, tabs or uneven spaces before a key, "
        "and text with * @ % ` ! or ': ' that needs quotes"
    )
    return UnreadableYamlError(Mistake((), None if mark is None else mark.line + 1, what, fix))


def _plant(tree: Tree, node: yaml.Node, location: Location) -> object:
    tree.lines.setdefault(location, node.start_mark.line + 1)
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
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            tree.mistakes.append(Mistake(location, line, "a key must be a word", "write it as key: value"))
            continue
        here = (*location, key_node.value)
        if key_node.value in values:
            what = f"the key stands here a second time; the first is in line {tree.lines[here]}"
            tree.mistakes.append(Mistake(here, line, what, "keep one of them"))
            continue
        tree.lines[here] = line
        values[key_node.value] = _plant(tree, value_node, here)
    return values
