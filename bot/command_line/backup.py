"""``linkbot backup``: a copy of the catalog."""

import argparse
import asyncio
import os
import shlex
from pathlib import Path

from bot.catalog.database import open_catalog_read_only
from bot.catalog.log import refuse_damaged_log
from bot.command_line.options import add_config
from bot.ops.control import is_running
from bot.ops.suggest import suggested
from bot.ops.terminal import printable
from bot.problems import ExitCode, SettingsError, UsageError
from bot.settings import load_settings
from bot.settings.state_directory import find_state_directory

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "a consistent copy of the catalog, also while the bot runs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Write a consistent copy of the catalog, also while the service runs. `linkbot restore FILE` puts it back."""
    parser.add_argument("file", type=Path, metavar="FILE", help="must not exist yet")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Write the copy."""
    directory = _state_directory(parsed.config)
    if os.path.lexists(parsed.file):
        raise UsageError(f"{parsed.file} is there already; name a new file")
    if not parsed.file.parent.is_dir():
        raise UsageError(f"{parsed.file} cannot be written: {parsed.file.parent} is no folder; make it first")

    async def copy() -> None:
        async with open_catalog_read_only(directory) as catalog:
            if not await is_running(directory):  # a service has looked, and writes it
                refuse_damaged_log(catalog.path)
            await catalog.backup(parsed.file)

    asyncio.run(copy())
    size = parsed.file.stat().st_size
    back = f"`linkbot restore {shlex.quote(str(parsed.file))}` puts it back"
    line = f"{parsed.file}: a consistent copy of the catalog, {size:,} bytes; {back}"
    print(printable(suggested(line, parsed.config)))
    return ExitCode.OK


def _state_directory(config: Path) -> Path:
    """Where the catalog is; mistakes elsewhere in the settings file do not matter to a copy.

    Raises:
        SettingsError: the file does not say where.
    """
    try:
        return load_settings(config).state.directory
    except SettingsError:
        if (found := find_state_directory(config, certain=True)) is None:
            raise
        return found
