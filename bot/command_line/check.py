"""``linkbot check``: the settings and the posts."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.command_line.options import DEFAULT_CONFIG, add_config
from bot.ops.check import check, unheard
from bot.ops.check_formats import FORMATS
from bot.ops.check_reading import Progress
from bot.ops.check_records import CheckReport
from bot.problems import ExitCode, SettingsError, SettingsProblem
from bot.settings import Settings, load_settings

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "settings and posts: every problem with its place"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Check the settings and the posts; tell every problem with its file, line and column, and what is perhaps not
    meant as a notice. Nothing is changed or sent. Where there are no settings, the posts that are named are checked
    alone."""
    parser.add_argument(
        "paths", type=Path, nargs="*", metavar="PATH", help="posts or folders (default: the whole content directory)"
    )
    parser.add_argument(
        "--format", choices=sorted(FORMATS), default="text", help="github: for GitHub Actions (default: %(default)s)"
    )
    parser.add_argument("--all", action="store_true", help="list each notice, also where there are many of a kind")
    parser.add_argument("--strict", action="store_true", help="end with 1 for notices too")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Check, and print what was found."""
    settings, problems = _settings(parsed)
    with _heard(parsed) as progress:
        report = check(settings, problems, parsed.paths, config=parsed.config, strict=parsed.strict, progress=progress)
    _print(report, parsed)
    return report.exit_code


def _settings(parsed: argparse.Namespace) -> tuple[Settings | None, tuple[SettingsProblem, ...]]:
    """Load the settings; a content repository has none: nobody misses them there who names posts, and no settings."""
    if parsed.config is DEFAULT_CONFIG and parsed.paths and not DEFAULT_CONFIG.exists():
        return None, ()
    try:
        return load_settings(parsed.config), ()
    except SettingsError as error:
        return None, error.problems


@contextmanager
def _heard(parsed: argparse.Namespace) -> Iterator[Progress]:
    if not sys.stderr.isatty() or parsed.verbose:
        yield unheard
        return
    from bot.ops.check_screen import progress_bar  # with rich, which pipes do without

    with progress_bar() as progress:
        yield progress


def _print(report: CheckReport, parsed: argparse.Namespace) -> None:
    if parsed.format == "text" and sys.stdout.isatty():
        from bot.ops.check_screen import print_report

        print_report(report, everything=parsed.all)
    else:
        print(FORMATS[parsed.format](report, everything=parsed.all))
