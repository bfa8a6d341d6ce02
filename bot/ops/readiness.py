"""Whether a running service does all that it is for, and if not, why.

What passes by itself is no reason: a gateway that is gone for less than half a minute, a lane that waits because
Discord asked for it, what a person paused.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.announcing.troubles import Trouble
from bot.catalog.database import Catalog
from bot.catalog.lanes import Backlog
from bot.catalog.notes import Note
from bot.catalog.tables import Tables
from bot.ops.live import DiscordLink
from bot.ops.shared import Shared
from bot.problems import CatalogError
from bot.settings import ChannelSettings

__all__ = ["Readiness", "Signs"]

LATE_SCANS = 3  # a scan is late when so many should have been made since the last one
LEAST_LATE_SECONDS = 60.0  # a scan that is asked for each second may take longer than that
GRACE = timedelta(seconds=30)  # for what mostly mends itself: a gateway that reconnects, a request that failed
STALLED = timedelta(minutes=10)  # a lane in which a due delivery waits for so long, and nothing was sent for so long
PATIENCE_SECONDS = 1.5  # with the catalog; whoever asks is to be answered within two seconds
FRESH_SECONDS = 1.0  # however many ask, the catalog is written to once in this time

# Whose troubles are told elsewhere, with more patience, or are none of the work: refused settings leave those before
# them in force, and nothing depends on being asked after one's health.
OTHERWISE = frozenset({"gateway", "settings", "health"})
AT_ONCE = frozenset({"content", "catalog", "catalog, for reading", "intake"})  # whose troubles do not come and go


@dataclass(frozen=True, slots=True)
class Signs:
    """What the parts of the service say of themselves.

    Attributes:
        is_indexed: what was there at the start is taken in.
        seconds_since_look: how long ago the last look at the whole content directory ended.
        rescan_seconds: how often one is to be made.
        discord: the connection.
        troubles: what does not work just now.
    """

    is_indexed: bool
    seconds_since_look: float
    rescan_seconds: float
    discord: DiscordLink
    troubles: Sequence[Trouble]


def _now() -> datetime:
    return datetime.now(UTC)


class Readiness:
    """Finds out whether a service is ready.

    Args:
        catalog: of the service.
        channels: in the settings.
        now: the wall clock.
    """

    def __init__(
        self, catalog: Catalog, channels: Sequence[ChannelSettings], now: Callable[[], datetime] = _now
    ) -> None:
        self._catalog = catalog
        self._names = {channel.id: channel.name for channel in channels}
        self._now = now
        self._since = now()
        self._unwritable_since: datetime | None = None
        self._written = Shared(self._write, FRESH_SECONDS)
        self._lanes = Shared(self._waiting, FRESH_SECONDS)

    async def reasons(self, signs: Signs) -> list[Trouble]:
        """Why the service is not ready; empty: it is. This takes two seconds at the most."""
        catalog, stalled = await asyncio.gather(self._of_catalog(), self._of_lanes(signs))
        found = [*catalog, *self._of_content(signs), *self._of_discord(signs), *self._of_troubles(signs), *stalled]
        return list({reason.where: reason for reason in reversed(found)}.values())[::-1]

    async def _of_catalog(self) -> list[Trouble]:
        try:
            what = await self._written.get(PATIENCE_SECONDS)
        except TimeoutError:
            what = f"cannot be written within {PATIENCE_SECONDS} s: something holds it locked, or its disk hangs"
        if what is None:
            self._unwritable_since = None
            return []
        self._unwritable_since = self._unwritable_since or self._now()
        return [Trouble("catalog", what, self._unwritable_since)]

    async def _write(self) -> str | None:
        """Make a change durable, as a delivery is; why that cannot be done, None: it was."""
        moment = self._now().isoformat()
        try:
            await self._catalog.write(lambda tables: _probe(tables, moment))
        except CatalogError as error:
            return str(error)
        return None

    def _of_content(self, signs: Signs) -> list[Trouble]:
        if not signs.is_indexed:
            return [Trouble("content", "what is in the content directory is being indexed", self._since)]
        seconds = signs.seconds_since_look
        if seconds > max(LEAST_LATE_SECONDS, LATE_SCANS * signs.rescan_seconds):
            since = self._now() - timedelta(seconds=seconds)
            return [Trouble("content", f"the last scan was {seconds:.0f} s ago", since)]
        return []

    def _of_discord(self, signs: Signs) -> list[Trouble]:
        discord = signs.discord
        if discord.user is None:
            return [Trouble("discord", "not logged in yet", discord.since)]
        # A gateway that told of servers was connected before.
        may_reconnect = discord.guilds > 0 and self._now() - discord.since < GRACE
        if discord.connected or may_reconnect:
            return []
        why = next((trouble.what for trouble in signs.troubles if trouble.where == "gateway"), None)
        return [Trouble("gateway", why or "not connected, so slash commands do not work", discord.since)]

    def _of_troubles(self, signs: Signs) -> list[Trouble]:
        return [
            trouble
            for trouble in signs.troubles
            if not (trouble.where in OTHERWISE or trouble.rate_limited)
            and (trouble.where in AT_ONCE or self._now() - trouble.since >= GRACE)
        ]

    async def _of_lanes(self, signs: Signs) -> list[Trouble]:
        try:
            lanes = await self._lanes.get(PATIENCE_SECONDS)
        except TimeoutError:
            lanes = {}  # whether the catalog can be used at all is found out beside this
        told = {trouble.where for trouble in signs.troubles}
        return [
            Trouble(
                f"channel {self._names[channel_id]}",
                f"{backlog.number} deliveries wait, one since {backlog.oldest_at:%H:%M} UTC, and nothing was sent for"
                f" {STALLED.seconds // 60} minutes",
                backlog.oldest_at,
            )
            for channel_id, backlog in lanes.items()
            if channel_id in self._names and f"channel {self._names[channel_id]}" not in told
        ]

    async def _waiting(self) -> dict[int, Backlog]:
        """The lanes in which something waits for too long, and nothing went meanwhile."""
        before = self._now() - STALLED

        def stalled(tables: Tables) -> dict[int, Backlog]:
            paused = tables.pauses.all()
            return {
                channel_id: backlog
                for channel_id, backlog in tables.lanes.backlogs(self._now()).items()
                if channel_id not in paused
                and backlog.oldest_at < before
                and not ((sent_at := tables.lanes.last_sent_at(channel_id)) and sent_at >= before)
            }

        try:
            return await self._catalog.count(stalled)
        except CatalogError:
            return {}


def _probe(tables: Tables, moment: str) -> None:
    """A change of one row, which is there afterwards."""
    tables.notes.put(Note.PROBE, moment)
    if tables.notes.get(Note.PROBE) != moment:
        raise AssertionError("what was written cannot be read")
