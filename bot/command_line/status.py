"""``linkbot status``: what the bot did, does and waits for."""

import argparse
import asyncio

from bot.command_line.options import add_config
from bot.ops import status_formats
from bot.ops.status import read_status
from bot.problems import ExitCode
from bot.settings import load_settings

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "what the bot did, does and waits for"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tell what the bot did, does and waits for, and what a person should look at; also while it does not run."""
    parser.add_argument("--json", action="store_true", help="for programs")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Print the status."""
    status = asyncio.run(read_status(load_settings(parsed.config)))
    print(status_formats.as_json(status) if parsed.json else status_formats.as_text(status))
    return ExitCode.OK
