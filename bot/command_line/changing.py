"""What the commands share that change something: by the running service, or without one right here."""

import asyncio

from bot.ops.outside import carry_out_from_outside
from bot.ops.pause import channel_called
from bot.ops.requests import Request
from bot.ops.terminal import printable
from bot.problems import ExitCode
from bot.settings import Settings

__all__ = ["change", "channels_called"]


def change(settings: Settings, request: Request) -> ExitCode:
    """Have `request` done, and print what was done.

    Raises:
        LinkbotError: it cannot be done as asked, or not now.
    """
    for line in asyncio.run(carry_out_from_outside(settings, request)):
        print(printable(line))
    return ExitCode.OK


def channels_called(settings: Settings, said: str | None) -> tuple[int, ...] | None:
    """The channels that a person means; None: all.

    Raises:
        UsageError: no channel, or more than one, is called so.
    """
    return None if said is None else (channel_called(settings, said),)
