"""What several commands take: the settings file, and numbers that are checked as they are read."""

import argparse
from pathlib import Path

from bot.ops.announce import MOST_POSTS
from bot.ops.resolve import HIGHEST_ID
from bot.settings import DEFAULT_CONFIG

__all__ = ["add_config", "count", "delivery", "message", "port"]

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


def delivery(text: str) -> int:
    """The number of a delivery."""
    if not _is_within(text, 1, HIGHEST_ID):
        raise argparse.ArgumentTypeError(f"{text!r} is no delivery's number; `linkbot status` tells the numbers")
    return int(text)


def message(text: str) -> int:
    """The id of a message in Discord."""
    if not _is_within(text, 1, HIGHEST_ID):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no message's id; it is the last number in what Copy Message Link gives you in Discord"
        )
    return int(text)


def _whole(text: str, least: int, most: int) -> int:
    if not _is_within(text, least, most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least:,} to {most:,}")
    return int(text)


def _is_within(text: str, least: int, most: int) -> bool:
    return text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most
