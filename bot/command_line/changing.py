"""What the commands share that change something: by the running service, or without one right here."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from bot.ops.control import ask_service
from bot.ops.last_settings import known_settings
from bot.ops.outside import carry_out_from_outside
from bot.ops.pause import channel_called
from bot.ops.requests import Request
from bot.ops.suggest import suggested
from bot.ops.terminal import printable
from bot.problems import ExitCode
from bot.settings import Settings

__all__ = ["change", "channels_called"]


def change(
    config: Path, request_under: Callable[[Settings], Request], *, needs_whole_settings: bool = False
) -> ExitCode:
    """Have a request done, and print what was done. Mistakes in the settings file stop it only where they must.

    Args:
        config: the settings file.
        request_under: what is asked for, in the words of these settings. Of a file with mistakes they are those before,
            as far as these are known: the directories and the names of the channels.
        needs_whole_settings: while the file has mistakes, only a running service can do it.

    Raises:
        LinkbotError: it cannot be done as asked, or not now.
    """
    lines = asyncio.run(_carried_out(config, request_under, needs_whole_settings=needs_whole_settings))
    for line in lines:
        print(printable(suggested(line, config)))
    return ExitCode.OK


async def _carried_out(
    config: Path, request_under: Callable[[Settings], Request], *, needs_whole_settings: bool
) -> list[str]:
    known = await known_settings(config)
    if known.refused is None:
        return await carry_out_from_outside(known.settings, request_under(known.settings))
    lines = None
    if not needs_whole_settings:
        lines = await carry_out_from_outside(known.settings, request_under(known.settings))
    elif known.of_service:
        lines = await ask_service(known.settings.state.directory, request_under(known.settings))
    if lines is None:
        raise known.refused
    where = known.settings.state.directory
    before = f"{config} has mistakes, so this went by the settings before them, in {where}"
    return [*lines, f"{before}; `linkbot check` lists the mistakes"]


def channels_called(settings: Settings, said: str | None) -> tuple[int, ...] | None:
    """The channels that a person means; None: all.

    Raises:
        UsageError: no channel, or more than one, is called so.
    """
    return None if said is None else (channel_called(settings, said),)
