"""``linkbot backup``: a copy of the catalog."""

import argparse
import asyncio
import os
from pathlib import Path

from bot.catalog.database import open_catalog_read_only
from bot.catalog.log import refuse_damaged_log
from bot.command_line.options import add_config
from bot.ops.control import is_running
from bot.ops.terminal import printable
from bot.problems import ExitCode, UsageError
from bot.settings import load_settings

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "a consistent copy of the catalog, also while the bot runs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Write a consistent copy of the catalog, also while the service runs. `linkbot restore FILE` puts it back."""
    parser.add_argument("file", type=Path, metavar="FILE", help="must not exist yet")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Write the copy."""
    settings = load_settings(parsed.config)
    if os.path.lexists(parsed.file):
        raise UsageError(f"{parsed.file} is there already; name a new file")
    if not parsed.file.parent.is_dir():
        raise UsageError(f"{parsed.file} cannot be written: {parsed.file.parent} is no folder; make it first")

    async def copy() -> None:
        async with open_catalog_read_only(settings.state.directory) as catalog:
            if not await is_running(settings.state.directory):  # a service has looked, and writes it
                refuse_damaged_log(catalog.path)
            await catalog.backup(parsed.file)

    asyncio.run(copy())
    size = parsed.file.stat().st_size
    print(printable(f"{parsed.file}: a consistent copy of the catalog, {size:,} bytes; `linkbot restore` puts it back"))
    return ExitCode.OK
