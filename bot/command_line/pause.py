"""``linkbot pause``: holding announcements back."""

import argparse

from bot.command_line.changing import change, channels_called
from bot.command_line.options import add_config
from bot.ops.pause import PauseRequest
from bot.problems import ExitCode

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "hold back what is to be announced"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Hold back what is to be announced, in one channel, or in all and to followers, until `linkbot resume`; also over
    restarts. Nothing is lost. What is being sent just now is finished; cards go on to follow their posts."""
    parser.add_argument("channel", nargs="?", metavar="CHANNEL", help="its id or name (default: all)")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Have it held back."""
    return change(parsed.config, lambda settings: PauseRequest(channels_called(settings, parsed.channel)))
