"""``linkbot resolve``: what a person says of a delivery."""

import argparse

from bot.command_line.changing import change
from bot.command_line.options import add_config, delivery, message
from bot.ops.resolve import ResolveRequest
from bot.problems import ExitCode

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "say what became of a delivery that needs a person"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what became of a delivery that is refused, or of which nobody can tell whether it stands (unknown). `linkbot
    status` lists them. Others that were in the same message stay as they are."""
    parser.add_argument("delivery", type=delivery, metavar="DELIVERY", help="its number, as `linkbot status` tells it")
    said = parser.add_mutually_exclusive_group(required=True)
    said.add_argument("--sent", type=message, metavar="MESSAGE_ID", help="it stands in the channel, in this message")
    said.add_argument("--resend", action="store_true", help="it does not stand there: send it, in a message of its own")
    said.add_argument("--drop", action="store_true", help="leave it as it is, and ask no more about it")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Have it recorded."""
    request = ResolveRequest(parsed.delivery, sent=parsed.sent, resend=parsed.resend, drop=parsed.drop)
    return change(parsed.config, lambda _settings: request)
