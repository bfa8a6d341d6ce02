"""The README documents the command line: every command and every option stands there, and no other."""

import re
from pathlib import Path

import pytest

from bot.command_line.parser import COMMANDS, parse

README = Path(__file__).parents[2] / "README.md"
ROW = re.compile(r"^\| `linkbot (?P<name>[a-z]+)(?P<rest>[^`]*)` \| (?P<does>.+) \|$", re.MULTILINE)
EVERYWHERE = {"--help", "--verbose", "--config"}  # told beside the table, as they are the same for all commands


def rows() -> dict[str, re.Match[str]]:
    return {match["name"]: match for match in ROW.finditer(README.read_text(encoding="utf-8"))}


def options(command: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The options that a command has, by its own help."""
    with pytest.raises(SystemExit):
        parse([command, "--help"])
    return set(re.findall(r"--[a-z-]+", capsys.readouterr().out.split("options:")[1]))


def test_the_table_has_every_command_and_no_other() -> None:
    """The README's table of commands is the list of commands, in its order."""
    assert list(rows()) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_options_in_the_table_are_those_that_there_are(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The row of a command names each of its options, and none that does not exist."""
    named = set(re.findall(r"--[a-z-]+", rows()[command][0]))
    there = options(command, capsys)
    assert named <= there
    assert there - EVERYWHERE <= named
