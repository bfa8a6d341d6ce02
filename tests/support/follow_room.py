"""A site whose posts people follow, with a courier and a Discord that does what it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from bot.announcing.courier import Courier
from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog
from bot.catalog.following import Follow, Followed, FollowKind, KeptOfPerson
from bot.catalog.records import DeliveryState
from bot.catalog.tables import Tables
from bot.settings import AnnounceSettings, CommandsSettings, Filter, Settings
from tests.support.catalog_site import ALL, Site, a_post, channel, settings_for
from tests.support.courier_fakes import Clock, FakeDiscord, quick_pauses, running, until

__all__ = ["ADA", "BEN", "FollowRoom", "direct"]

T = TypeVar("T")

ADA, BEN = 1_100_000_000_000_000_001, 1_100_000_000_000_000_002


def direct(user_id: int) -> int:
    """The channel of the direct messages with a person."""
    return user_id + 500


class FollowRoom:
    """One channel, which takes the posts with the tag `news`; everything else nobody takes who does not follow it.

    Attributes:
        per_day: messages to one follower within 24 hours.
    """

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self.clock = Clock()
        self.discord = FakeDiscord(self.clock)
        self.per_day = 10
        self._courier: Courier | None = None
        self.site = Site(catalog, settings_for(folder, channels=[channel(ALL, tags=Filter(any=("news",)))]))

    def without_following(self) -> Settings:
        """The settings, with `commands.follow` off."""
        return self.site.settings.model_copy(update={"commands": CommandsSettings(follow=False)})

    @asynccontextmanager
    async def running(
        self, *, troubles: Troubles | None = None, follow: bool = True
    ) -> AsyncIterator[asyncio.Task[None]]:
        """A courier at work, as a start of the service makes it; it is told of what is published meanwhile."""
        self._courier = Courier(
            self.site.catalog,
            self.discord,
            self.site.settings.channels,
            AnnounceSettings(),
            now=self.clock.now,
            pauses=quick_pauses,
            troubles=troubles,
            commands=CommandsSettings(follow=follow, follow_messages_per_day=self.per_day),
        )
        async with running(self._courier) as task:
            yield task

    def wake(self) -> None:
        """The courier that is at work looks again."""
        if self._courier is not None:
            self._courier.wake([channel.id for channel in self.site.settings.channels])

    async def rests(self) -> None:
        """Wait until the courier writes to nobody."""
        assert self._courier is not None
        followers = self._courier._followers
        assert followers is not None
        await until(lambda: not followers._busy)

    async def follow(self, name: str, kind: FollowKind = FollowKind.TAG, user_id: int = ADA) -> Followed:
        """A person begins to follow something."""
        now = self.clock.now()
        return await self.site.catalog.write(
            lambda tables: tables.followers.follow(user_id, direct(user_id), kind, name, now)
        )

    async def follows(self, user_id: int = ADA) -> tuple[Follow, ...]:
        """What a person follows."""
        return await self.ask(lambda tables: tables.followers.follows_of(user_id))

    async def unfollow(self, name: str, user_id: int = ADA) -> Follow | None:
        """A person follows something no more."""
        follow = next(each for each in await self.follows(user_id) if each.name == name)
        return await self.site.catalog.write(lambda tables: tables.followers.unfollow(user_id, follow.id))

    async def forget(self, user_id: int = ADA) -> bool:
        """A person has everything forgotten."""
        return await self.site.catalog.write(lambda tables: tables.followers.forget(user_id))

    async def kept(self, user_id: int = ADA) -> KeptOfPerson | None:
        """What is kept of a person."""
        return await self.ask(lambda tables: tables.followers.person(user_id))

    async def ask(self, query: Callable[[Tables], T]) -> T:
        """Ask the catalog."""
        return await self.site.catalog.read(query)

    async def publish(self, *paths: str, tags: tuple[str, ...] = ("go",)) -> None:
        """New posts come."""
        self.site.write(*(a_post(path, tags=tags) for path in paths))
        await self.scan()

    async def scan(self) -> None:
        """What changed is taken in."""
        await self.site.scan()
        self.wake()

    def got(self, user_id: int = ADA) -> list[list[str]]:
        """The posts of each direct message to a person."""
        return self.discord.paths(direct(user_id))

    async def states(self, user_id: int = ADA) -> dict[str, DeliveryState]:
        """What became of each post for a person, by path."""
        found = {}
        for path in self.site.files:
            states = await self.site.deliveries(path)
            if direct(user_id) in states:
                found[path] = states[direct(user_id)]
        return found

    async def settled(self, *paths: str, user_id: int = ADA) -> None:
        """Wait until these posts were sent to a person, and that is recorded."""
        async with asyncio.timeout(10):
            while True:
                if await self._are_sent(paths, user_id):
                    return
                await asyncio.sleep(0.002)

    async def _are_sent(self, paths: tuple[str, ...], user_id: int) -> bool:
        states = await self.states(user_id)
        return all(states.get(path) is DeliveryState.SENT for path in paths)
