"""What people follow, over a catalog; and the direct messages through which they get it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import discord

from bot.catalog.database import Catalog
from bot.catalog.following import Follow, Followed, FollowKind, KeptOfPerson
from bot.catalog.tables import Tables
from bot.discord_app.direct import open_direct

__all__ = ["Follows", "Wish"]

_LONGEST_SECONDS = 60.0  # to open direct messages


@dataclass(frozen=True, slots=True)
class Wish:
    """What came of the wish to follow something, and what is followed now; `follow` is it, None: there are too many."""

    followed: Followed
    follow: Follow | None


class Follows:
    """What people follow. Every coroutine raises `bot.problems.CatalogError` if the catalog fails.

    Attributes:
        messages_per_day: to one person within 24 hours at the most.
    """

    def __init__(
        self, catalog: Catalog, messages_per_day: int, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Take the catalog that is asked and written."""
        self.messages_per_day = messages_per_day
        self._catalog = catalog
        self._now = now

    async def follow(self, client: discord.Client, user_id: int, kind: FollowKind, name: str) -> Wish:
        """Let somebody follow something, twice is as good as once; their direct messages are opened the first time.

        Raises:
            ClosedDirectMessagesError: Discord opens none with them.
            discord.HTTPException, OSError: Discord did not open them.
        """
        channel_id = await self._catalog.read(lambda tables: tables.followers.channel_of(user_id))
        if channel_id is None:
            async with asyncio.timeout(_LONGEST_SECONDS):
                channel_id = await open_direct(client, user_id)
        now, opened = self._now(), channel_id

        def write(tables: Tables) -> Wish:
            followed = tables.followers.follow(user_id, opened, kind, name, now)
            return Wish(followed, tables.followers.follow_of(user_id, kind, name))

        return await self._catalog.write(write)

    async def of(self, user_id: int) -> tuple[Follow, ...]:
        """Return what somebody follows, in the order in which they began to."""
        return await self._catalog.read(lambda tables: tables.followers.follows_of(user_id))

    async def kept(self, user_id: int) -> KeptOfPerson | None:
        """Return all that is kept of somebody; None: nothing is."""
        return await self._catalog.read(lambda tables: tables.followers.person(user_id))

    async def unfollow(self, user_id: int, follow_id: int) -> Follow | None:
        """End what somebody follows; None: they do not follow it (any more)."""
        return await self._catalog.write(lambda tables: tables.followers.unfollow(user_id, follow_id))

    async def forget(self, user_id: int) -> bool:
        """Delete all that is kept of somebody; return whether there was anything."""
        return await self._catalog.write(lambda tables: tables.followers.forget(user_id))
