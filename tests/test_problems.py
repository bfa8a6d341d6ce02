"""The errors: their tree, and the exit codes that come of them."""

import re

import pytest

from bot import problems
from bot.problems import ExitCode, LinkbotError, SettingsError, SettingsProblem


def tree(error: type[LinkbotError]) -> list[type[LinkbotError]]:
    """An error and everything below it."""
    return [error, *(below for child in error.__subclasses__() for below in tree(child))]


ERRORS = [error for error in tree(LinkbotError) if error.__module__ == "bot.problems"]


def test_the_docstring_draws_every_error() -> None:
    """The tree in the docstring names each error of the module, in the order of the classes' own tree."""
    drawn = re.findall(r"\b[A-Z]\w+Error\b", problems.__doc__ or "")
    assert drawn[0] == "LinkbotError"
    assert set(drawn) == {error.__name__ for error in ERRORS}
    assert len(drawn) == len(ERRORS)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_the_docstring_gives_the_exit_code(error: type[LinkbotError]) -> None:
    """An exit code that is drawn beside an error is the error's own."""
    drawn = re.search(rf"{error.__name__} .* exit (\d+)$", problems.__doc__ or "", re.MULTILINE)
    if drawn is not None:
        assert error.exit_code == int(drawn[1])


def test_the_exit_codes_are_those_that_supervisors_know() -> None:
    """What is promised to scripts and service managers stays."""
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "PROBLEM": 1,
        "USAGE": 2,
        "ALREADY_RUNNING": 75,
        "TOKEN_REFUSED": 77,
        "CONFIGURATION": 78,
    }


@pytest.mark.parametrize(
    ("line", "key", "sentence"),
    [
        (3, "channels[0].id", "bot.yaml:3: channels[0].id: it is missing; add it"),
        (None, "channels", "bot.yaml: channels: it is missing; add it"),
        (3, "", "bot.yaml:3: it is missing; add it"),
        (None, "", "bot.yaml: it is missing; add it"),
    ],
)
def test_a_mistake_in_the_settings_says_where_what_and_how_to_mend_it(
    line: int | None, key: str, sentence: str
) -> None:
    """A part that is not known leaves no gap in the sentence."""
    assert str(SettingsProblem("bot.yaml", line, key, "it is missing", "add it")) == sentence


def test_all_mistakes_are_told_each_on_a_line() -> None:
    """A settings error carries its mistakes and is told by all of them."""
    mistakes = tuple(SettingsProblem("bot.yaml", line, "", "wrong", "right") for line in (1, 2))
    error = SettingsError(mistakes)
    assert error.problems == mistakes
    assert str(error) == "bot.yaml:1: wrong; right\nbot.yaml:2: wrong; right"
