"""``linkbot check``: the settings and the posts."""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.command_line.options import add_config
from bot.ops.check import check, unheard, without_token
from bot.ops.check_formats import FORMATS
from bot.ops.check_reading import Progress
from bot.ops.check_records import CheckReport
from bot.problems import ExitCode, SettingsError, SettingsProblem, TokenMissingError, UsageError
from bot.settings import DEFAULT_CONFIG, Settings, load_settings, read_token, settings_for_posts

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "settings, posts and Discord: every problem with its place"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Check the settings and the posts; tell every problem with its file, line and column, and what is perhaps not
    meant as a notice. Nothing is changed or sent. Where there are no settings, the posts that are named are checked
    alone. --online asks Discord too, with the token from DISCORD_TOKEN or the file that DISCORD_TOKEN_FILE names:
    whether channels, permissions, roles and servers are as the settings need them, and how to mend what is not."""
    parser.add_argument(
        "paths", type=Path, nargs="*", metavar="PATH", help="posts or folders (default: the whole content directory)"
    )
    parser.add_argument(
        "--format", choices=sorted(FORMATS), default="text", help="github: for GitHub Actions (default: %(default)s)"
    )
    parser.add_argument("--all", action="store_true", help="list each notice, and each channel that --online sees")
    parser.add_argument("--strict", action="store_true", help="end with 1 for notices too")
    parser.add_argument("--online", action="store_true", help="ask Discord too; nothing is sent or changed there")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Check, and print what was found."""
    settings, problems = _settings(parsed)
    if parsed.online and settings is None and not problems:
        raise UsageError("--online compares Discord with the settings, and there are none; name them with --config")
    with _heard(parsed) as progress:
        report = check(settings, problems, parsed.paths, config=parsed.config, strict=parsed.strict, progress=progress)
    if parsed.online and (asked := _asked(settings, problems, parsed)) is not None:
        report = _online(report, asked, parsed)
    _print(report, parsed)
    return report.exit_code


def _asked(
    settings: Settings | None, problems: tuple[SettingsProblem, ...], parsed: argparse.Namespace
) -> Settings | None:
    """The settings that Discord is asked about: those without a mistake, but for ids that are still the example's.

    Who has just copied the example is shown the channels to choose from.
    """
    if not problems:
        return settings
    try:
        return load_settings(parsed.config, for_rehearsal=True)
    except SettingsError:
        return None


def _online(report: CheckReport, settings: Settings, parsed: argparse.Namespace) -> CheckReport:
    """The report with what Discord says, or why it could not be asked."""
    try:
        token = read_token(os.environ)
    except TokenMissingError as error:
        return without_token(report, parsed.config, error)
    from bot.ops.check_online import with_discord  # with discord.py: half a second

    return asyncio.run(with_discord(report, settings, parsed.config, token, strict=parsed.strict))


def _settings(parsed: argparse.Namespace) -> tuple[Settings | None, tuple[SettingsProblem, ...]]:
    """Load the settings, or what can be read of them, with their mistakes.

    A content repository has none: nobody misses them there who names posts, and no settings.
    """
    if parsed.config is DEFAULT_CONFIG and parsed.paths and not DEFAULT_CONFIG.exists():
        return None, ()
    try:
        return load_settings(parsed.config), ()
    except SettingsError as error:
        return settings_for_posts(parsed.config), error.problems


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
