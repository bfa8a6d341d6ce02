"""The service's heartbeat: shows that its event loop turns, and measures how late it is."""

import asyncio
from collections.abc import Callable

from bot.measures import LOOP_LAG
from bot.ops.logs import tell_repeats
from bot.ops.systemd import Systemd

__all__ = ["beat"]

BEAT_SECONDS = 1.0
BEATS_PER_PATIENCE = 3  # as often does the watchdog hear of the loop within the time after which it restarts it


async def beat(systemd: Systemd, summary: Callable[[], str]) -> None:
    """Tell `systemd` that the loop turns, and `summary` of the service, until cancelled; the log what was counted.

    It waits for nothing but time: a catalog or a Discord that is slow does not stop it, only a loop that hangs.
    """
    loop = asyncio.get_running_loop()
    patience = systemd.watchdog_seconds
    seconds = BEAT_SECONDS if patience is None else min(BEAT_SECONDS, patience / BEATS_PER_PATIENCE)
    while True:
        systemd.alive()
        systemd.status(summary())
        tell_repeats()
        due = loop.time() + seconds
        await asyncio.sleep(seconds)
        LOOP_LAG.observe(max(0.0, loop.time() - due))
