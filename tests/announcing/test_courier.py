"""Carrying announcements: a real catalog, a Discord that does what it is told."""

import asyncio
import functools
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.announcing.courier import Courier
from bot.announcing.desk import ChannelPauses
from bot.announcing.publisher import Announcement, ChannelKind, ChannelRefused, NotFound, NotNow, Uncertain, Unreadable
from bot.announcing.troubles import Troubles
from bot.catalog.database import FILE_NAME, Catalog, open_catalog
from bot.catalog.records import Claim, DeliveryState
from bot.catalog.tables import Tables
from bot.problems import TokenRefusedError
from bot.settings import AnnounceSettings, Filter
from tests.support.catalog_site import ALL, KUBERNETES, Site, a_post, channel, settings_for
from tests.support.courier_fakes import (
    CHANNEL_REFUSED,
    MESSAGE_REFUSED,
    RATE_LIMITED,
    TOKEN_REFUSED,
    Clock,
    FakeDiscord,
    Hangs,
    Lost,
    Refuses,
    quick_pauses,
    running,
    until,
)

SENT, PENDING, REFUSED = DeliveryState.SENT, DeliveryState.PENDING, DeliveryState.REFUSED
UNKNOWN, SENDING = DeliveryState.UNKNOWN, DeliveryState.SENDING
MINUTE = 60.0


class Newsroom:
    """A site, its catalog and Discord, with a courier between them that can be started anew."""

    def __init__(self, site: Site, clock: Clock, discord: FakeDiscord) -> None:
        self.site = site
        self.clock = clock
        self.discord = discord
        self.believed_after = timedelta()

    def courier(
        self, *, posts_per_message: int = 10, refusal_seconds: float = 0.001, troubles: Troubles | None = None
    ) -> Courier:
        """A courier as a start of the service makes it."""

        def pauses() -> ChannelPauses:
            made = quick_pauses(refusal_seconds=refusal_seconds)
            made.believed_after = self.believed_after
            return made

        return Courier(
            self.site.catalog,
            self.discord,
            self.site.settings.channels,
            AnnounceSettings(posts_per_message=posts_per_message),
            now=self.clock.now,
            pauses=pauses,
            troubles=troubles,
        )

    async def publish_posts(self, *paths: str) -> None:
        """New posts are taken in."""
        self.site.write(*(a_post(path) for path in paths))
        await self.site.scan()

    async def claim(self, channel_id: int = ALL) -> Claim:
        """Claim all that is due, as a lane does before its request."""
        now = self.clock.now()
        return await self.site.catalog.write(
            lambda tables: tables.deliveries.claim(
                channel_id, "before-the-crash", tables.deliveries.pending(channel_id, 10, now), now
            )
        )

    async def state(self, path: str, channel_id: int = ALL) -> DeliveryState:
        """What became of a post in a channel."""
        return (await self.site.deliveries(path))[channel_id]

    async def settled(self, *states: DeliveryState, channel_id: int = ALL) -> None:
        """Wait until all deliveries of a channel are in one of these states."""
        async with asyncio.timeout(10):
            while True:
                counts = await self.site.catalog.read(lambda tables: tables.deliveries.counts())
                if all(count.state in states for count in counts if count.channel_id == channel_id):
                    return
                await asyncio.sleep(0.002)


@pytest.fixture
async def room(catalog: Catalog, tmp_path: Path) -> Newsroom:
    """Two channels, one for everything and one for Kubernetes; what is published is for the first unless tagged."""
    clock = Clock()
    settings = settings_for(tmp_path, channels=[channel(ALL), channel(KUBERNETES, tags=Filter(any=("go",)))])
    return Newsroom(Site(catalog, settings), clock, FakeDiscord(clock))


async def test_what_is_due_is_sent_and_recorded(room: Newsroom) -> None:
    """A pending delivery becomes a message with its card, sent, with the message's id."""
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"]]
    assert room.discord.paths(KUBERNETES) == []
    assert len(room.discord.requests[0].nonce) == 24


async def test_the_first_goes_at_once_and_the_backlog_gathers(room: Newsroom) -> None:
    """While a request is under way, what comes meanwhile goes out together, oldest first, as many as allowed."""
    hanging = Hangs()
    room.discord.next_request(ALL, hanging)
    courier = room.courier(posts_per_message=3)
    async with running(courier):
        await room.publish_posts("a.md")
        courier.wake([ALL])
        await hanging.reached.wait()
        await room.publish_posts("b.md", "c.md", "d.md", "e.md")
        courier.wake([ALL])
        hanging.go.set()
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"], ["b.md", "c.md", "d.md"], ["e.md"]]


async def test_two_cards_with_one_link_never_share_a_message(room: Newsroom) -> None:
    """Posts that lead to the same page go out one after the other."""
    room.site.write(a_post("a.md", url="https://example.org/x"), a_post("b.md", url="https://example.org/x"))
    await room.site.scan()
    async with running(room.courier()):
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"], ["b.md"]]


async def test_roles_are_mentioned_as_the_channel_says(room: Newsroom) -> None:
    """The channel's roles go with each announcement."""
    room.site.settings = settings_for(Path("/nowhere"), channels=[channel(ALL, mention=(123456789012345678,))])
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await room.settled(SENT)
    assert room.discord.requests[0].mention == (123456789012345678,)


async def test_a_slow_channel_holds_up_no_other(room: Newsroom) -> None:
    """While one channel's request hangs, and while another one refuses, the rest goes on."""
    hanging = Hangs()
    room.discord.next_request(ALL, hanging)
    room.site.write(a_post("a.md", tags=("go",)), a_post("b.md", tags=("go",)))
    await room.site.scan()
    async with running(room.courier()):
        await room.settled(SENT, channel_id=KUBERNETES)
        assert room.discord.paths(ALL) == []
        hanging.go.set()
        await room.settled(SENT)


async def test_a_refusing_channel_is_asked_again_only_after_a_long_pause(room: Newsroom) -> None:
    """After 403 or 404 the channel is left alone, its posts stay pending, and the other one goes on."""
    room.discord.removed.add(ALL)
    room.site.write(a_post("a.md", tags=("go",)))
    await room.site.scan()
    courier = room.courier(refusal_seconds=3600)
    async with running(courier):
        await room.settled(SENT, channel_id=KUBERNETES)
        await until(lambda: ALL in room.discord.asked_kinds)
        await room.publish_posts("b.md")
        courier.wake([ALL])
        await room.settled(PENDING)
    assert room.discord.asked_kinds.count(ALL) == 1
    assert ALL not in {request.channel_id for request in room.discord.requests}


async def test_a_channel_that_is_mended_gets_everything(room: Newsroom) -> None:
    """Nothing is lost while a channel refuses."""
    room.discord.removed.add(ALL)
    await room.publish_posts("a.md", "b.md")
    async with running(room.courier()):
        await until(lambda: len(room.discord.asked_kinds) > 2)
        room.discord.removed.clear()
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md", "b.md"]]


async def test_a_person_need_not_wait_for_the_end_of_a_long_pause(room: Newsroom) -> None:
    """Who mended a channel says so, and what waits there goes out at once."""
    room.discord.removed.add(ALL)
    await room.publish_posts("a.md")
    courier = room.courier(refusal_seconds=3600)
    async with running(courier):
        await until(lambda: ALL in room.discord.asked_kinds)
        room.discord.removed.clear()
        courier.try_now([ALL])
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"]]


async def test_what_was_surely_not_created_is_sent_later(room: Newsroom) -> None:
    """After a 429 or without a connection the posts are due again, and no look into the channel is needed."""
    room.discord.next_request(ALL, RATE_LIMITED, RATE_LIMITED)
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"]]
    assert room.discord.searches == []


async def test_a_refused_message_costs_only_the_guilty_post(room: Newsroom) -> None:
    """Posts of a refused message are tried one by one; only the one that is refused alone is set aside, with why."""
    await room.publish_posts("a.md", "b.md", "c.md")
    room.discord.refuses_card_of("b.md")
    async with running(room.courier()):
        await room.settled(SENT, REFUSED)
        await room.publish_posts("d.md")
    assert await room.state("b.md") is REFUSED
    assert room.discord.paths(ALL) == [["a.md"], ["c.md"]]
    (held,) = await room.site.catalog.read(lambda tables: tables.deliveries.held_up())
    assert "50035" in held.reason
    async with running(room.courier()):
        await room.settled(SENT, REFUSED)
    assert room.discord.paths(ALL)[-1] == ["d.md"]


@pytest.mark.parametrize("stored", [True, False])
async def test_a_lost_answer_is_asked_for_again_with_the_same_nonce(room: Newsroom, stored: bool) -> None:
    """Within the minute the request is repeated as it was, and there is one message, stored the first time or not."""
    room.discord.next_request(ALL, Lost(stored, takes=5), Lost(stored, takes=5))
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"]]
    assert len({request.nonce for request in room.discord.requests}) == 1
    assert room.discord.searches == []


async def test_a_repeated_request_is_the_same_although_the_post_changed(room: Newsroom) -> None:
    """One nonce is one message: an edit between two tries does not get into the second."""
    hanging = Hangs()
    room.discord.next_request(ALL, hanging)
    await room.publish_posts("a.md")
    courier = room.courier()
    task = asyncio.create_task(courier.run())
    await hanging.reached.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    room.site.edit("a.md", title="Edited", external_url="https://example.org/edited")
    await room.site.scan()
    async with running(room.courier()):
        await room.settled(SENT)
    first, second = room.discord.requests
    assert first == second


@pytest.mark.parametrize("stored", [True, False])
async def test_an_old_doubt_is_settled_by_a_look(room: Newsroom, stored: bool) -> None:
    """After a minute the channel is searched: found is recorded, not found is sent again."""
    room.discord.next_request(ALL, Lost(stored, takes=MINUTE))
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"]]
    assert len(room.discord.searches) == 1
    assert len(room.discord.requests) == (1 if stored else 2)


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("clock_jumps", [0, 3600, -3600])
async def test_a_message_with_the_same_link_is_not_taken_for_the_lost_one(
    room: Newsroom, stored: bool, clock_jumps: float
) -> None:
    """What the catalog knows as another post's message is passed over, whatever the clock did between the two."""
    room.site.write(a_post("a.md", url="https://example.org/x"))
    await room.site.scan()
    async with running(room.courier()):
        await room.settled(SENT)
    room.clock.go_on(clock_jumps)
    room.discord.next_request(ALL, Lost(stored, takes=MINUTE))
    room.site.write(a_post("b.md", url="https://example.org/x"))
    await room.site.scan()
    async with running(room.courier()):
        await room.settled(SENT)
    assert len(room.discord.searches) == 1
    assert room.discord.paths(ALL) == [["a.md"], ["b.md"]]


async def test_a_clock_that_was_set_back_proves_nothing(room: Newsroom) -> None:
    """If the claim lies in the future, Discord may have forgotten its nonce: look."""
    room.discord.next_request(ALL, Lost(stored=True, takes=-3600))
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await room.settled(SENT)
    assert len(room.discord.searches) == 1
    assert room.discord.paths(ALL) == [["a.md"]]


async def test_a_doubt_that_cannot_be_settled_is_given_to_a_person(room: Newsroom) -> None:
    """Without the permission to read the history nothing is guessed: unknown, with the reason, and the lane goes on."""
    room.discord.next_request(ALL, Lost(stored=True, takes=MINUTE))
    room.discord.unreadable.add(ALL)
    await room.publish_posts("a.md")
    courier = room.courier()
    async with running(courier):
        await room.settled(UNKNOWN)
        await room.publish_posts("b.md")
        courier.wake([ALL])
        await room.settled(UNKNOWN, SENT)
    assert room.discord.paths(ALL) == [["a.md"], ["b.md"]]
    assert (await room.state("a.md"), await room.state("b.md")) == (UNKNOWN, SENT)


async def test_what_a_person_did_not_find_is_sent_in_a_new_message(room: Newsroom) -> None:
    """Unknown deliveries that are due again go out one by one, each with a nonce of its own, once the lane is woken."""
    room.discord.next_request(ALL, Lost(stored=False, takes=MINUTE))
    room.discord.unreadable.add(ALL)
    await room.publish_posts("a.md", "b.md")
    courier = room.courier()
    async with running(courier):
        await room.settled(UNKNOWN)
        for held in await room.site.catalog.read(lambda tables: tables.deliveries.held_up()):
            await room.site.catalog.write(functools.partial(_due_again, held.id))
        courier.wake([ALL])
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"], ["b.md"]]
    assert len({request.nonce for request in room.discord.requests}) == 3


def _due_again(delivery_id: int, tables: Tables) -> None:
    tables.deliveries.settle_pending(delivery_id)


async def test_a_look_that_fails_is_made_again(room: Newsroom) -> None:
    """Neither a failed search nor a refusing channel says anything about the message."""
    room.discord.next_request(ALL, Lost(stored=True, takes=MINUTE))
    room.discord.next_search(ALL, NotNow("the connection broke"), ChannelRefused("no", 50013))
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await room.settled(SENT)
    assert len(room.discord.searches) == 3
    assert room.discord.paths(ALL) == [["a.md"]]


@pytest.mark.parametrize("then", [RATE_LIMITED, CHANNEL_REFUSED, MESSAGE_REFUSED])
@pytest.mark.parametrize("stored", [True, False])
async def test_a_refusal_after_a_lost_answer_undoes_nothing(room: Newsroom, stored: bool, then: Refuses) -> None:
    """That a second try is refused does not say that the first was not stored: still exactly one message."""
    room.discord.next_request(ALL, Lost(stored), then)
    await room.publish_posts("a.md", "b.md")
    async with running(room.courier()):
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md", "b.md"]]


async def test_a_message_that_a_moderator_deleted_meanwhile_counts_as_sent(room: Newsroom) -> None:
    """The retry of a message that was stored and then deleted is answered with 10008: delivered, without an id."""
    await room.publish_posts("a.md")
    hanging = Hangs(stored=True)
    room.discord.next_request(ALL, hanging)
    task = asyncio.create_task(room.courier().run())
    await hanging.reached.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    room.discord.moderator_deletes(ALL, room.discord.messages(ALL)[0].id)
    async with running(room.courier()):
        await room.settled(SENT)
    assert room.discord.paths(ALL) == []


@pytest.mark.parametrize("later", [0, 5 * MINUTE])
@pytest.mark.parametrize("was_sent", [True, False])
async def test_a_crash_around_the_request_ends_in_one_message(
    room: Newsroom, tmp_path: Path, was_sent: bool, later: float
) -> None:
    """A claim found at the start, whether its request was made or not, at once or long after: exactly one message."""
    await room.publish_posts("a.md", "b.md")
    claim = await room.claim()
    if was_sent:
        posts = tuple(delivery.post for delivery in claim.deliveries)
        await room.discord.publish(Announcement(ALL, claim.nonce, posts))
    room.clock.go_on(later)
    async with open_catalog(tmp_path) as reopened:
        room.site.catalog = reopened
        async with running(room.courier()):
            await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md", "b.md"]]
    assert bool(room.discord.searches) is bool(later)


@pytest.mark.parametrize("was_sent", [True, False])
@pytest.mark.parametrize("later", [0, 5 * MINUTE])
async def test_a_claim_whose_post_turned_draft_is_not_sent_again(room: Newsroom, was_sent: bool, later: float) -> None:
    """A doubt about a post that is not to be shown any more is settled by a look alone."""
    await room.publish_posts("a.md")
    room.discord.next_request(ALL, Lost(was_sent))
    claim = await room.claim()
    await room.discord.publish(Announcement(ALL, claim.nonce, (claim.deliveries[0].post,)))
    room.site.edit("a.md", draft=True)
    await room.site.scan()
    room.clock.go_on(later)
    async with running(room.courier()):
        await room.settled(SENT if was_sent else PENDING)
    assert len(room.discord.requests) == 1
    assert room.discord.paths(ALL) == ([["a.md"]] if was_sent else [])
    room.site.edit("a.md", draft=False)
    await room.site.scan()
    async with running(room.courier()):
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"]]


@pytest.mark.parametrize("stored", [True, False])
async def test_a_post_that_turns_draft_while_its_answer_is_lost_is_not_sent_again(room: Newsroom, stored: bool) -> None:
    """What may still be shown is read anew before each try, not only at the start."""
    hanging = Hangs(stored, outcome=Uncertain("the connection broke"))
    room.discord.next_request(ALL, hanging)
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await hanging.reached.wait()
        room.site.edit("a.md", draft=True)
        await room.site.scan()
        hanging.go.set()
        await room.settled(SENT if stored else PENDING)
    assert room.discord.paths(ALL) == ([["a.md"]] if stored else [])
    assert (len(room.discord.requests), len(room.discord.searches)) == (1, 1)


async def test_stopping_finishes_and_records_what_is_under_way(room: Newsroom) -> None:
    """After `stop` the request is waited for and recorded, and no other one begins."""
    hanging = Hangs()
    room.discord.next_request(ALL, hanging)
    await room.publish_posts("a.md")
    courier = room.courier()
    task = asyncio.create_task(courier.run())
    await hanging.reached.wait()
    await room.publish_posts("b.md")
    courier.wake([ALL])
    courier.stop()
    hanging.go.set()
    await asyncio.wait_for(task, 10)
    assert (await room.state("a.md"), await room.state("b.md")) == (SENT, PENDING)
    assert len(room.discord.requests) == 1


async def test_stopping_waits_for_no_pause(room: Newsroom) -> None:
    """A lane that pauses for hours, or has nothing to do, ends at once."""
    room.discord.removed.add(ALL)
    await room.publish_posts("a.md")
    courier = room.courier(refusal_seconds=3600)
    task = asyncio.create_task(courier.run())
    await until(lambda: ALL in room.discord.asked_kinds)
    courier.stop()
    await asyncio.wait_for(task, 10)


async def test_a_refused_token_ends_everything(room: Newsroom) -> None:
    """After a 401 no lane goes on, and what was claimed is due again for a better token."""
    room.discord.next_request(ALL, TOKEN_REFUSED)
    await room.publish_posts("a.md")
    with pytest.raises(BaseExceptionGroup) as failure:
        await asyncio.wait_for(room.courier().run(), 10)
    assert failure.group_contains(TokenRefusedError)
    assert await room.state("a.md") is PENDING


async def test_a_token_refused_in_doubt_leaves_the_doubt(room: Newsroom) -> None:
    """A 401 says nothing of the request before; the next start settles that."""
    room.discord.next_request(ALL, Lost(stored=True), TOKEN_REFUSED)
    await room.publish_posts("a.md")
    with pytest.raises(BaseExceptionGroup):
        await asyncio.wait_for(room.courier().run(), 10)
    assert await room.state("a.md") is SENDING
    async with running(room.courier()):
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"]]


@pytest.fixture
async def impatient(tmp_path: Path) -> AsyncIterator[Catalog]:
    """A catalog that waits for no lock."""
    (tmp_path / "impatient").mkdir()
    async with open_catalog(tmp_path / "impatient", busy_seconds=0) as catalog:
        yield catalog


async def test_what_discord_said_is_recorded_as_soon_as_the_catalog_works(
    room: Newsroom, impatient: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """While the catalog is locked, nothing more is sent and nothing forgotten; stopping waits for the record."""
    caplog.set_level(logging.WARNING)
    room.site.catalog = impatient
    hanging = Hangs()
    room.discord.next_request(ALL, hanging)
    await room.publish_posts("a.md")
    courier = room.courier()
    task = asyncio.create_task(courier.run())
    await hanging.reached.wait()
    with closing(sqlite3.connect(impatient.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        hanging.go.set()
        await until(lambda: "nothing is sent meanwhile" in caplog.text)
        courier.stop()
        assert not task.done()
        other.execute("ROLLBACK")
    await asyncio.wait_for(task, 10)
    assert await room.state("a.md") is SENT
    assert len(room.discord.requests) == 1
    assert FILE_NAME in caplog.text


async def test_stopping_does_not_wait_for_a_catalog_that_nothing_has_to_be_told(
    room: Newsroom, impatient: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """A lane that has sent nothing yet ends although the catalog is locked."""
    caplog.set_level(logging.WARNING)
    room.site.catalog = impatient
    await room.publish_posts("a.md")
    with closing(sqlite3.connect(impatient.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with running(room.courier()):
            await until(lambda: "nothing is sent meanwhile" in caplog.text)


async def test_a_message_that_is_not_there_and_not_wanted_is_due_again(room: Newsroom) -> None:
    """A post that expired while its request was in doubt is released, not sent."""
    room.site.write(a_post("a.md", expiry_date=room.clock.now() + timedelta(seconds=30)))
    await room.site.scan()
    room.discord.next_request(ALL, Lost(stored=False, takes=MINUTE))
    async with running(room.courier()):
        await until(lambda: len(room.discord.searches) == 1)
        await room.settled(PENDING)
    assert room.discord.paths(ALL) == []
    assert len(room.discord.requests) == 1


async def test_a_look_is_not_believed_too_early_where_no_nonce_covers(room: Newsroom) -> None:
    """A forum's post that Discord stores only after the first look stands once."""
    room.discord.kinds[ALL] = ChannelKind.FORUM
    room.discord.next_request(ALL, Lost(stored=False))
    room.believed_after = timedelta(seconds=0.5)
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await until(lambda: len(room.discord.searches) == 1)
        room.discord.stores_late(room.discord.requests[0])
        await room.settled(SENT)
    assert room.discord.paths(ALL) == [["a.md"]]


async def test_a_claim_from_the_future_proves_nothing(room: Newsroom) -> None:
    """If Discord's time was wrong at the claim, "not found" may mean that the look began too late: a person looks."""
    room.discord.next_request(ALL, Lost(stored=True, takes=-2 * 3600))
    room.discord.next_search(ALL, NotFound())
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await room.settled(UNKNOWN)
    assert room.discord.paths(ALL) == [["a.md"]]


async def test_a_trouble_ends_when_nothing_is_to_be_sent(room: Newsroom) -> None:
    """What failed once at the start is no trouble any more when it works, although nothing is sent."""
    troubles = Troubles()
    room.discord.removed.add(ALL)
    async with running(room.courier(troubles=troubles)):
        await until(lambda: [trouble.where for trouble in troubles.all] == ["channel channel-1"])
        room.discord.removed.clear()
        await until(lambda: troubles.all == [])


async def test_an_unreadable_answer_is_told_in_the_log(room: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    """A delivery that a person must look at is an error in the log, with where to find it."""
    room.discord.next_request(ALL, Lost(stored=False, takes=MINUTE))
    room.discord.next_search(ALL, Unreadable("somebody removed the cards"))
    await room.publish_posts("a.md")
    async with running(room.courier()):
        await room.settled(UNKNOWN)
    assert "`linkbot status`" in caplog.text
