"""Carrying announcements to Discord: one ordered lane for each channel, so that none holds up another.

::

    claim (commit: sending, nonce) ──► publish ──► record (commit: sent, message id)
       ▲                                  │
       ├── released: surely not created ◄─┤
       │                                  └─► in doubt: the same nonce again within a minute of the claim,
       └── not found ◄───────────────────────┐         after that look for the message in the channel ─► found: record
                                             └──────────────────────────────────────────────────────────┘

What exactly follows from each answer is the table in `bot.announcing.lane`. Beside each lane, `bot.announcing.upkeep`
changes and publishes the channel's messages while the lane has nothing to send. `bot.announcing.followers` opens a lane
for each person who follows something, as long as something is due to them.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import partial

from bot.announcing.desk import ChannelPauses, Desk
from bot.announcing.followers import Followers
from bot.announcing.lane import Lane
from bot.announcing.publisher import Publisher
from bot.announcing.troubles import Troubles
from bot.announcing.upkeep import Upkeep, UpkeepPace
from bot.catalog.database import Catalog
from bot.settings import AnnounceSettings, ChannelSettings, CommandsSettings

__all__ = ["Courier"]


def _now() -> datetime:
    return datetime.now(UTC)


class Courier:
    """All lanes together, each with its upkeep.

    Args:
        catalog: where the deliveries are.
        publisher: Discord.
        channels: one lane is opened for each.
        announce: what is announced how, and what is done about changes.
        now: the wall clock.
        pauses: makes the pauses of one task.
        pace: of upkeep.
        troubles: where the tasks say what does not work.
        commands: whether people can follow something, and how many messages a day they get; None: they cannot.
    """

    def __init__(
        self,
        catalog: Catalog,
        publisher: Publisher,
        channels: Sequence[ChannelSettings],
        announce: AnnounceSettings,
        *,
        now: Callable[[], datetime] = _now,
        pauses: Callable[[], ChannelPauses] = ChannelPauses,
        pace: UpkeepPace | None = None,
        troubles: Troubles | None = None,
        commands: CommandsSettings | None = None,
    ) -> None:
        self._catalog = catalog
        self._publisher = publisher
        self._stopping = asyncio.Event()
        self._now = now
        self._pauses = pauses
        self._troubles = troubles or Troubles()
        self._lanes: dict[int, Lane] = {}
        self._upkeeps: dict[int, Upkeep] = {}
        for channel in channels:
            wake = partial(self.wake, (channel.id,))
            upkeep = Upkeep(self._desk("changes in", channel), announce, pace or UpkeepPace(), on_due=wake)
            lane = Lane(self._desk("channel", channel), announce.posts_per_message, on_idle=upkeep.wake)
            self._upkeeps[channel.id], self._lanes[channel.id] = upkeep, lane
        self._followers: Followers | None = None
        if commands is not None and commands.follow:
            self._followers = self._open_followers(commands.follow_messages_per_day)

    def _desk(self, work: str, channel: ChannelSettings) -> Desk:
        return Desk(
            f"{work} {channel.name}",
            channel,
            self._catalog,
            self._publisher,
            stopping=self._stopping,
            now=self._now,
            pauses=self._pauses(),
            troubles=self._troubles,
        )

    def _open_followers(self, messages_per_day: int) -> Followers:
        return Followers(
            self._catalog,
            self._publisher,
            messages_per_day,
            stopping=self._stopping,
            now=self._now,
            pauses=self._pauses,
            troubles=self._troubles,
        )

    def wake(self, channel_ids: Collection[int]) -> None:
        """There is something new to send in these channels, or something changed there."""
        for channel_id in channel_ids:
            if channel_id in self._lanes:
                self._lanes[channel_id].wake()
                self._upkeeps[channel_id].wake()
        if self._followers is not None:  # of these channels or not: some may want what is sent there
            self._followers.wake()

    def try_now(self, channel_ids: Collection[int]) -> None:
        """A person says that what kept these channels waiting is mended: wait there no longer."""
        for channel_id in channel_ids:
            if channel_id in self._lanes:
                self._lanes[channel_id].try_now()
                self._upkeeps[channel_id].try_now()

    def stop(self) -> None:
        """Let `run` end as soon as every request that is under way is finished and recorded."""
        self._stopping.set()

    async def run(self) -> None:
        """Deliver until `stop`.

        Raises:
            TokenRefusedError: Discord does not know the token (any more). It comes in an exception group.
        """
        async with asyncio.TaskGroup() as group:
            for channel_id, lane in self._lanes.items():
                group.create_task(lane.run(), name=f"lane {channel_id}")
                group.create_task(self._upkeeps[channel_id].run(), name=f"upkeep {channel_id}")
            if self._followers is not None:
                group.create_task(self._followers.run(), name="followers")
