"""Carrying announcements to Discord: one ordered lane for each channel, so that none holds up another.

::

    claim (commit: sending, nonce) ──► publish ──► record (commit: sent, message id)
       ▲                                  │
       ├── released: surely not created ◄─┤
       │                                  └─► in doubt: the same nonce again within a minute of the claim,
       └── not found ◄───────────────────────┐         after that look for the message in the channel ─► found: record
                                             └──────────────────────────────────────────────────────────┘

What exactly follows from each answer is the table in `bot.announcing.lane`.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from bot.announcing.lane import Lane, LanePauses
from bot.announcing.publisher import Publisher
from bot.catalog.database import Catalog
from bot.settings import ChannelSettings

__all__ = ["Courier"]


def _now() -> datetime:
    return datetime.now(UTC)


class Courier:
    """All lanes together.

    Args:
        catalog: where the deliveries are.
        publisher: Discord.
        channels: one lane is opened for each.
        posts_per_message: how many cards a message carries at the most.
        now: the wall clock.
        pauses: makes the pauses of one lane.
    """

    def __init__(
        self,
        catalog: Catalog,
        publisher: Publisher,
        channels: Sequence[ChannelSettings],
        posts_per_message: int,
        *,
        now: Callable[[], datetime] = _now,
        pauses: Callable[[], LanePauses] = LanePauses,
    ) -> None:
        self._stopping = asyncio.Event()
        self._lanes = {
            channel.id: Lane(
                catalog,
                publisher,
                channel,
                posts_per_message,
                stopping=self._stopping,
                now=now,
                pauses=pauses(),
            )
            for channel in channels
        }

    def wake(self, channel_ids: Collection[int]) -> None:
        """There is something new to send in these channels."""
        for channel_id in channel_ids:
            if channel_id in self._lanes:
                self._lanes[channel_id].wake()

    def stop(self) -> None:
        """Let `run` end as soon as every request that is under way is finished and recorded."""
        self._stopping.set()

    async def run(self) -> None:
        """Deliver until `stop`.

        Raises:
            TokenRefusedError: Discord does not know the token (any more). It comes in an exception group.
        """
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes.values():
                group.create_task(lane.run(), name=f"lane {lane.name}")
