"""The documents lead somewhere, and name what there is."""

import re
from pathlib import Path

import pytest

from bot.command_line.parser import COMMANDS, parse
from tests.support.documents_markdown import ROOT, anchors, blocks, commands, documents, links

DOCUMENTS = documents()
TEST_FILE = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
FILE = re.compile(r"`((?:bot|config|docs|tests|benchmarks)/[\w./-]+)`")


# What stands between two parts of a text that the code has in two lines, or around a value in it.
SEAM = re.compile(r"""["'] *\n *f?["']""")
LONG, FRAGMENT = 40, 16  # characters of a line that is looked at, and of its part that the code must have


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(file: Path) -> None:
    """A link within the project leads to a file that is there, and to a heading that it has."""
    for link in links(file):
        assert link.target.exists(), f"{link.target} is not there"
        assert not link.anchor or link.anchor in anchors(link.target), f"{link.target.name} has no #{link.anchor}"


@pytest.mark.parametrize("file", DOCUMENTS, ids=name_of)
def test_every_file_that_is_named_is_there(file: Path) -> None:
    """A path of the project in a document is the path of a file or folder; a test that it names is in that file."""
    text = file.read_text(encoding="utf-8")
    own = {"config/bot.yaml"}  # the reader's
    assert [path for path in FILE.findall(text) if path not in own and not (ROOT / path).exists()] == []
    for path, test in TEST_FILE.findall(text):
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path} has no {test}"


@pytest.mark.parametrize("file", DOCUMENTS, ids=name_of)
def test_every_command_that_is_named_exists(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document tells of no command or option that `linkbot` does not have."""
    for words in commands(file):
        if words[0].startswith("--"):
            assert words[0] in ("--version", "--help", "--verbose"), words
            continue
        for command in words[0].split("|"):
            assert command in COMMANDS, words
            with pytest.raises(SystemExit):
                parse([command, "--help"])
            there = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
            named = {option for word in words[1:] for option in re.findall(r"--[a-z-]+", word)}
            assert named <= there, words


@pytest.mark.parametrize("name", ["troubleshooting.md", "operations.md", "rehearsal.md"])
def test_what_is_quoted_is_what_the_bot_says(name: str) -> None:
    """A line that a document shows as the bot's is one that the code can write: what people search for is found."""
    code = SEAM.sub("", "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "bot").rglob("*.py"))))
    quoted = [line for block in blocks(ROOT / "docs" / name, "text") for line in block.splitlines() if len(line) > LONG]
    assert quoted
    assert [line for line in quoted if not any(part in code for part in fragments(line))] == []


def fragments(line: str) -> list[str]:
    return [line[start : start + FRAGMENT] for start in range(len(line) - FRAGMENT + 1)]


def test_the_index_names_every_document() -> None:
    """Whoever opens the folder of documents finds each of them from its first page."""
    index = ROOT / "docs" / "README.md"
    linked = {link.target for link in links(index)}
    assert {
        file for file in (ROOT / "docs").iterdir() if file.suffix in (".md", ".json", ".yml", ".yaml")
    } - linked == {index}


def test_the_changelog_begins_with_what_is_not_released() -> None:
    """What changed since the last release has a place, on top."""
    assert re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[1] == "Unreleased"  # type: ignore[index]


def test_every_failure_is_proved() -> None:
    """Each "what happens when …" names the tests that show it."""
    text = (ROOT / "docs" / "failures.md").read_text(encoding="utf-8")
    sections = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
    assert sections
    assert [section.splitlines()[0] for section in sections if not TEST_FILE.search(section)] == []
