"""What can be said on the command line."""

import argparse
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import NoReturn, Protocol

from bot.command_line import (
    announce,
    backup,
    check,
    pause,
    preview,
    rehearse,
    resolve,
    restore,
    resume,
    run,
    status,
)
from bot.problems import ExitCode
from bot.redaction import redacted

__all__ = ["COMMANDS", "Command", "parse"]


class Command(Protocol):
    """A module of this package that is a command. The docstring of `add_arguments` is what ``--help`` says it does.

    What takes long to import, discord.py above all, is imported by `carry_out`, so that other commands start fast.
    """

    SUMMARY: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Let `parser` take what the command takes."""

    def carry_out(self, parsed: argparse.Namespace) -> ExitCode:
        """Do it; what a person can act upon is raised as `LinkbotError`."""


COMMANDS: Mapping[str, Command] = {
    "run": run,
    "rehearse": rehearse,
    "check": check,
    "preview": preview,
    "status": status,
    "announce": announce,
    "pause": pause,
    "resume": resume,
    "resolve": resolve,
    "backup": backup,
    "restore": restore,
}


class _Parser(argparse.ArgumentParser):
    """Never repeats a token that was given where it does not belong."""

    def error(self, message: str) -> NoReturn:
        super().error(redacted(message))


EXIT_CODES = """\
exit codes:
  0   ended as asked
  1   a problem was found, or a crash
  2   the command line makes no sense
  75  another Linkbot works on the state directory
  77  Discord does not know the token
  78  the settings or the token are missing or wrong

To see it work without a token: linkbot rehearse"""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; None: that of the process.

    Returns:
        What was said: `command` is one of `COMMANDS`, `verbose` is always there.

    Raises:
        SystemExit: 2 and a sentence on standard error for what makes no sense; 0 after ``--help`` and ``--version``.
    """
    parser = _Parser(
        prog="linkbot",
        description="Announces new link posts of a Markdown site in Discord, each exactly once.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"linkbot {_version()}")
    parser.add_argument("--verbose", action="store_true", help="log everything, also what the libraries do")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")
    for name, command in COMMANDS.items():
        does = " ".join((command.add_arguments.__doc__ or "").split())
        its = commands.add_parser(name, help=command.SUMMARY, description=does, allow_abbrev=False)
        command.add_arguments(its)
        its.add_argument(
            "--verbose", action="store_true", default=argparse.SUPPRESS, help="log everything, also of the libraries"
        )
    return parser.parse_args(arguments)


def _version() -> str:
    try:
        return metadata.version("linkbot")
    except metadata.PackageNotFoundError:
        return "(not installed)"
