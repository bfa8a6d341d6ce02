"""Every language says everything, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast, visitor

from bot.discord_app.language import languages

TEXTS = Path(__file__).parents[2] / "bot" / "discord_app" / "texts"
CODE = Path(__file__).parents[2] / "bot" / "discord_app"
FOREIGN = sorted(file.stem for file in TEXTS.glob("*.ftl") if file.stem != "en")


class _Variables(visitor.Visitor):
    """Gathers the variables of a message."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - fluent.syntax's own name
        self.names.add(node.id.name)


def entries(code: str) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """Each text's key, the names of its attributes, and of its variables."""
    resource = FluentParser().parse((TEXTS / f"{code}.ftl").read_text("utf-8"))
    for entry in resource.body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            found = _Variables()
            found.visit(entry)
            attributes = frozenset(attribute.id.name for attribute in entry.attributes)
            yield entry.id.name, attributes, frozenset(found.names)


def test_no_key_is_there_twice() -> None:
    """Of two texts under one key, one would never be read."""
    for code in languages():
        keys = [key for key, *_ in entries(code)]
        assert len(keys) == len(set(keys)), code


@pytest.mark.parametrize("code", FOREIGN)
def test_each_language_has_the_same_texts(code: str) -> None:
    """A translation has every text of the English one, with the same descriptions and the same values in it."""
    assert set(entries(code)) == set(entries("en"))


@pytest.mark.parametrize("code", sorted(languages()))
def test_names_and_descriptions_are_as_discord_wants_them(code: str) -> None:
    """Names of commands and options are lower case without spaces, at most 32 characters; descriptions at most 100."""
    language = languages()[code]
    for key, attributes, _ in entries(code):
        if key.startswith(("command-", "option-")):
            name = language.say(key)
            assert re.fullmatch(r"[-_'\w]{1,32}", name), (key, name)
            assert name == name.lower()
            assert attributes == {"description"}, key
            assert 1 <= len(language.describe(key)) <= 100, (key, len(language.describe(key)))


def test_every_text_is_used() -> None:
    """A text that no code asks for would be translated in vain."""
    code = "\n".join(file.read_text("utf-8") for file in CODE.rglob("*.py"))
    parts = set(re.findall(r"""["']([a-z]+(?:-[a-z]+)*|[a-z-]+\{\w+\}|\{\w+\}-[a-z-]+)["']""", code))
    patterns = [re.compile(re.sub(r"\{\w+\}", "[a-z-]+", part)) for part in parts]
    unused = [key for key, *_ in entries("en") if not any(pattern.fullmatch(key) for pattern in patterns)]
    assert unused == []
