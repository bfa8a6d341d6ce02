"""``linkbot restore``: a backup in the place of the catalog."""

import argparse
from pathlib import Path

from bot.command_line.options import add_config
from bot.ops.restore import restore
from bot.ops.suggest import suggested
from bot.ops.terminal import printable
from bot.problems import ExitCode
from bot.settings import load_settings

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "put a backup in the place of the catalog; the old one is kept"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Put a copy of a backup in the place of the catalog, while no service runs. What was there before is moved into a
    folder beside it, never deleted. A file that is damaged, newer, or no catalog is refused, and nothing is changed
    then. The bot repeats nothing that it did since the backup was made."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what `linkbot backup` wrote; it stays as it is")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Restore, and print what was done and what follows."""
    for line in restore(load_settings(parsed.config).state.directory, parsed.file):
        print(printable(suggested(line, parsed.config)))
    return ExitCode.OK
