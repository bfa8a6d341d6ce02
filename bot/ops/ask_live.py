"""Asking a running service how it is, from another process."""

import asyncio
from pathlib import Path

from bot.ops.control import ask_service, is_running
from bot.ops.live import Live, LiveRequest, from_lines
from bot.problems import LinkbotError

__all__ = ["ANSWER_SECONDS", "SilenceError", "ask_live"]

ANSWER_SECONDS = 5.0  # for the service to say how it is


class SilenceError(LinkbotError):
    """A service listens, but it gives no answer that makes sense."""


async def ask_live(directory: Path) -> Live | None:
    """What the service on `directory` says of itself within five seconds; None: none runs.

    Raises:
        SilenceError: one runs, but does not say.
        LinkbotError: this user may not ask it.
    """
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            lines = await ask_service(directory, LiveRequest())
    except TimeoutError:
        raise SilenceError(f"it gives no answer in {ANSWER_SECONDS:g} s; look at its log, or start it anew") from None
    except LinkbotError as error:
        if await is_running(directory):
            raise SilenceError(str(error)) from error
        return None
    try:
        return None if lines is None else from_lines(lines)
    except ValueError as error:
        raise SilenceError("its answer is not one that this version understands; start it anew") from error
