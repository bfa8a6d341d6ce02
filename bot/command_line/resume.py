"""``linkbot resume``: letting go what was held back."""

import argparse

from bot.command_line.changing import change, channels_called
from bot.command_line.options import add_config
from bot.ops.pause import ResumeRequest
from bot.problems import ExitCode

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "let go what `pause` holds back"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Announce again in one channel, or in all and to followers: what waited goes out at once, also what waits because
    Discord refused it before. So this is also what to do when you have mended a channel's permissions."""
    parser.add_argument("channel", nargs="?", metavar="CHANNEL", help="its id or name (default: all that are paused)")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Have it let go."""
    return change(parsed.config, lambda settings: ResumeRequest(channels_called(settings, parsed.channel)))
