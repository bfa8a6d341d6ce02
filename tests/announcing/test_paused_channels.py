"""Channels that a person holds back: a real catalog, a Discord that does what it is told."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.announcing.courier import Courier
from bot.announcing.publisher import ChannelKind
from bot.catalog.database import Catalog
from bot.catalog.tables import Tables
from bot.settings import AnnounceSettings
from tests.support.catalog_site import ALL, KUBERNETES, Site, a_post, channel, settings_for
from tests.support.courier_fakes import BRISK, Clock, FakeDiscord, Hangs, quick_pauses, running, until

T = TypeVar("T")


class Newsroom:
    """A site, its catalog and Discord, with a courier between them that can be started anew."""

    def __init__(self, catalog: Catalog, folder: Path, **conditions: Any) -> None:
        channels = [channel(ALL, **conditions), channel(KUBERNETES)]
        self.site = Site(catalog, settings_for(folder, channels=channels))
        self.clock = Clock()
        self.discord = FakeDiscord(self.clock)

    def courier(self) -> Courier:
        """A courier as a start of the service makes it."""
        return Courier(
            self.site.catalog,
            self.discord,
            self.site.settings.channels,
            AnnounceSettings(),
            now=self.clock.now,
            pauses=quick_pauses,
            pace=BRISK,
        )

    async def publish_posts(self, *paths: str) -> None:
        """New posts are taken in."""
        self.site.write(*(a_post(path) for path in paths))
        await self.site.scan()

    async def do(self, work: Callable[[Tables], T]) -> T:
        """One transaction."""
        return await self.site.catalog.write(work)

    async def pause(self) -> None:
        """A person pauses the first channel."""
        await self.do(lambda tables: tables.pauses.pause(ALL, self.clock.now()))

    async def resume(self, courier: Courier) -> None:
        """A person resumes it."""
        await self.do(lambda tables: tables.pauses.resume(ALL))
        courier.wake([ALL])

    async def nothing_in_doubt(self) -> None:
        """Wait until the outcome of every request to the first channel is recorded."""
        async with asyncio.timeout(10):
            while True:
                if await self.do(lambda tables: tables.deliveries.interrupted(ALL, self.clock.now())) is None:
                    return
                await asyncio.sleep(0.002)

    async def sent_elsewhere(self, *paths: str) -> None:
        """Wait until the other channel, which is not paused, has each of these: the paused one had its chance too."""
        await until(lambda: set(paths) <= {path for cards in self.discord.paths(KUBERNETES) for path in cards})


@pytest.fixture
def room(catalog: Catalog, tmp_path: Path) -> Newsroom:
    """Two channels that both take everything."""
    return Newsroom(catalog, tmp_path)


async def test_a_paused_channel_gets_nothing_until_it_is_resumed(room: Newsroom) -> None:
    """What comes while a channel is paused waits, over restarts too, and goes out at once and once when it ends."""
    await room.pause()
    for path in ("a.md", "b.md"):
        await room.publish_posts(path)
        async with running(room.courier()):
            await room.sent_elsewhere(path)
    assert room.discord.paths(ALL) == []
    courier = room.courier()
    async with running(courier):
        await until(lambda: room.discord.asked_kinds.count(ALL) > 2)
        await room.resume(courier)
        await until(lambda: room.discord.paths(ALL) == [["a.md", "b.md"]])
    assert room.discord.paths(KUBERNETES) == [["a.md"], ["b.md"]]


async def test_what_is_under_way_is_finished(room: Newsroom) -> None:
    """A request that was made before the pause is finished and recorded; the next one is not made."""
    hanging = Hangs()
    room.discord.next_request(ALL, hanging)
    await room.publish_posts("a.md")
    courier = room.courier()
    async with running(courier):
        await hanging.reached.wait()
        await room.pause()
        await room.publish_posts("b.md")
        courier.wake([ALL, KUBERNETES])
        hanging.go.set()
        await room.sent_elsewhere("b.md")
        await room.nothing_in_doubt()
    assert room.discord.paths(ALL) == [["a.md"]]


async def test_a_pause_between_the_look_and_the_claim_counts(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause that comes after a lane saw work, but before it claimed some, holds that work back."""
    await room.publish_posts("a.md")
    first = True

    async def pauses_meanwhile(channel_id: int) -> ChannelKind:
        nonlocal first
        if channel_id == ALL and not first:  # the first question is that of a start
            await room.pause()
        first = first and channel_id != ALL
        return ChannelKind.TEXT

    monkeypatch.setattr(room.discord, "kind_of", pauses_meanwhile)
    async with running(room.courier()):
        await room.sent_elsewhere("a.md")
        await until(lambda: not first)
    assert room.discord.requests[0].channel_id == KUBERNETES
    assert len(room.discord.requests) == 1


@pytest.mark.parametrize("stored", [True, False])
async def test_a_doubt_waits_for_the_end_of_the_pause(room: Newsroom, stored: bool) -> None:
    """A message of which nobody knows whether it stands is neither sent again nor looked for during a pause."""
    hanging = Hangs(stored=stored)
    room.discord.next_request(ALL, hanging)
    await room.publish_posts("a.md")
    async with running(room.courier()) as killed:
        await hanging.reached.wait()
        await room.sent_elsewhere("a.md")
        killed.cancel()
    room.clock.go_on(3600.0)
    await room.pause()
    courier = room.courier()
    async with running(courier):
        await room.publish_posts("b.md")
        courier.wake([ALL, KUBERNETES])
        await room.sent_elsewhere("b.md")
        assert [request.channel_id for request in room.discord.requests].count(ALL) == 1
        assert room.discord.searches == []
        await room.resume(courier)
        await until(lambda: room.discord.paths(ALL) == [["a.md"], ["b.md"]])


async def test_cards_follow_their_posts_during_a_pause(room: Newsroom) -> None:
    """Edits and take-backs are made in a paused channel, also while announcements wait there."""
    await room.publish_posts("a.md")
    await room.publish_posts("b.md")
    async with running(room.courier()):
        await until(lambda: bool(room.discord.paths(ALL)))
        await room.sent_elsewhere("a.md", "b.md")
    await room.pause()
    await room.publish_posts("c.md")
    room.site.edit("a.md", title="Better")
    room.site.edit("b.md", draft=True)
    await room.site.scan()
    async with running(room.courier()):
        await until(lambda: room.discord.paths(ALL) == [["a.md"]])
        await until(lambda: room.discord.messages(ALL)[0].posts[0].title == "Better")


async def test_nothing_is_published_during_a_pause(catalog: Catalog, tmp_path: Path) -> None:
    """Messages of a paused channel are published to the servers that follow it when it is resumed, not before."""
    room = Newsroom(catalog, tmp_path, publish=True)
    room.discord.kinds[ALL] = ChannelKind.ANNOUNCEMENT
    hanging = Hangs()
    room.discord.next_request(ALL, hanging)
    await room.publish_posts("a.md")
    courier = room.courier()
    async with running(courier):
        await hanging.reached.wait()
        await room.pause()
        hanging.go.set()
        await until(lambda: bool(room.discord.paths(ALL)))
        await room.publish_posts("b.md")
        courier.wake([ALL, KUBERNETES])
        await room.sent_elsewhere("b.md")
        assert room.discord.crossposts == []
        await room.resume(courier)
        await until(lambda: len(room.discord.crossposts) > 0)
