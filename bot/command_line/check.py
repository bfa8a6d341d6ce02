"""``linkbot check``: the settings and the posts."""

import argparse
from pathlib import Path

from bot.command_line.options import add_config
from bot.ops.check import check
from bot.ops.check_formats import FORMATS
from bot.problems import ExitCode, SettingsError, SettingsProblem
from bot.settings import Settings, load_settings

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "settings and posts: every problem with its place"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Check the settings and the posts; tell every problem with its file and line. Nothing is changed or sent."""
    parser.add_argument(
        "paths", type=Path, nargs="*", metavar="PATH", help="posts or folders (default: the whole content directory)"
    )
    parser.add_argument(
        "--format", choices=sorted(FORMATS), default="text", help="github: for GitHub Actions (default: %(default)s)"
    )
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Check, and print what was found."""
    settings: Settings | None = None
    problems: tuple[SettingsProblem, ...] = ()
    try:
        settings = load_settings(parsed.config)
    except SettingsError as error:
        problems = error.problems
    report = check(settings, problems, parsed.paths)
    print(FORMATS[parsed.format](report))
    return report.exit_code
