"""``linkbot status``: what the bot did, does and waits for."""

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from bot.command_line.options import add_config
from bot.ops.probe import probe
from bot.ops.status import Source, Status, read_status, source_of
from bot.ops.status_formats import as_json, as_renderable, as_text
from bot.ops.terminal import printable
from bot.problems import ExitCode, SettingsError
from bot.settings import load_settings
from bot.settings.state_directory import find_state_directory

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "what the bot did, does and waits for"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tell what the bot did, does and waits for, and what a person should look at; also while it does not run. It ends
    with 0 whatever it tells, as long as that can be read; --health and --ready tell by their exit code."""
    parser.add_argument("--json", action="store_true", help="for programs")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--health", action="store_true", help="one line; 0 if the service answers within 5 s, else 1")
    only.add_argument("--ready", action="store_true", help="one line; 0 if it does all that it is for, else 1")
    parser.add_argument("--state", type=Path, metavar="DIR", help="the state directory, if not that of the settings")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Print the status."""
    source = _source(parsed.config, parsed.state)
    if parsed.health or parsed.ready:
        found = asyncio.run(probe(source.state))
        print(found.as_json() if parsed.json else printable(found.line))
        return ExitCode.OK if (found.is_ready if parsed.ready else found.is_live) else ExitCode.PROBLEM
    status = asyncio.run(read_status(source))
    if parsed.json:
        print(as_json(status))
    else:
        _show(status)
    return ExitCode.OK


def _source(config: Path, state: Path | None) -> Source:
    """What to read: settings with mistakes in them must not hide how the service is that works with those before.

    Raises:
        SettingsError: they do not even say where the state directory is.
    """
    try:
        known = source_of(load_settings(config), config)
        return known if state is None else replace(known, state=state, mark=None)
    except SettingsError as error:
        found = state or find_state_directory(config)
        if found is None:
            raise
        if state is not None and not config.exists():
            return Source(state)
        return Source(found, file=config, refused=str(error))


def _show(status: Status) -> None:
    if not sys.stdout.isatty():
        print(as_text(status))
        return
    from rich.console import Console

    Console(highlight=False).print(as_renderable(status))
