"""What several commands take: the settings file, and numbers that are checked as they are read."""

import argparse
from pathlib import Path

from bot.ops.announce import MOST_POSTS
from bot.ops.resolve import HIGHEST_ID

__all__ = ["add_config", "count", "identifier", "port"]

DEFAULT_CONFIG = Path("config/bot.yaml")
HIGHEST_PORT = 65_535


def add_config(parser: argparse.ArgumentParser) -> None:
    """Let the command take `--config`."""
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help="the settings (default: %(default)s)"
    )


def port(text: str) -> int:
    """A port; 0: any that is free."""
    return _whole(text, 0, HIGHEST_PORT)


def count(text: str) -> int:
    """How many posts, one at least."""
    return _whole(text, 1, MOST_POSTS)


def identifier(text: str) -> int:
    """The number of a delivery, or a snowflake."""
    return _whole(text, 1, HIGHEST_ID)


def _whole(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least:,} to {most:,}")
    return int(text)
