"""What becomes of messages after they were sent: a real catalog, a Discord that does what it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.announcing.courier import Courier
from bot.announcing.publisher import ChannelKind, MessageRefused, NotNow, Unreadable
from bot.announcing.troubles import Trouble, Troubles
from bot.announcing.upkeep import UpkeepPace
from bot.catalog.database import Catalog
from bot.catalog.records import DeliveryState
from bot.catalog.tables import Tables
from bot.settings import AnnounceSettings, Filter
from tests.support.catalog_site import ALL, Site, a_post, channel, settings_for
from tests.support.courier_fakes import (
    BRISK,
    CHANNEL_REFUSED,
    MESSAGE_REFUSED,
    RATE_LIMITED,
    Clock,
    FakeDiscord,
    Hangs,
    Lost,
    Refuses,
    quick_pauses,
    running,
    until,
)

SENT, PENDING = DeliveryState.SENT, DeliveryState.PENDING
HOUR = 3600.0


class _Told(Troubles):
    """Keeps what was ever told."""

    def __init__(self, told: list[Trouble]) -> None:
        super().__init__()
        self._told = told

    def begin(self, where: str, what: str, *, rate_limited: bool = False, is_refusal: bool = False) -> None:
        super().begin(where, what, rate_limited=rate_limited, is_refusal=is_refusal)
        self._told += self.all


class Newsroom:
    """A site with one channel, its catalog and Discord."""

    def __init__(self, catalog: Catalog, folder: Path, **channel_settings: Any) -> None:
        self.clock = Clock()
        self.site = Site(catalog, settings_for(folder, channels=[channel(ALL, **channel_settings)]))
        self.discord = FakeDiscord(self.clock)
        self.rules: dict[str, Any] = {}
        self.pace = BRISK
        self.told: list[Trouble] = []
        self.troubles = _Told(self.told)

    def courier(self) -> Courier:
        """A courier as a start of the service makes it."""
        return Courier(
            self.site.catalog,
            self.discord,
            self.site.settings.channels,
            AnnounceSettings(**self.rules),
            now=self.clock.now,
            pauses=quick_pauses,
            pace=self.pace,
            troubles=self.troubles,
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Courier]:
        """The courier runs."""
        courier = self.courier()
        async with running(courier):
            yield courier

    async def announced(self, *paths: str, published: bool = True) -> None:
        """New posts are taken in and sent, all in one message, and published if they are to be."""
        self.site.write(*(a_post(path) for path in paths))
        await self.site.scan()
        async with self.at_work():
            await self.settled(published=published)

    async def settled(self, *, published: bool = True) -> None:
        """Wait until nothing is due, every message is as it should be, and all are published if they are to be."""
        async with asyncio.timeout(10):
            while True:
                if await self.site.catalog.read(lambda tables: self._is_settled(tables, published=published)):
                    return
                await asyncio.sleep(0.002)

    def _is_settled(self, tables: Tables, *, published: bool) -> bool:
        now = self.clock.now()
        due = tables.deliveries.pending(ALL, 1, now) or tables.deliveries.interrupted(ALL, now)
        to_publish = published and tables.messages.count_to_publish()
        return not (due or to_publish or tables.messages.count_stale())

    async def titles(self) -> list[list[str]]:
        """What the cards of each message say."""
        return [[post.title for post in message.posts] for message in self.discord.messages(ALL)]

    async def state(self, path: str) -> DeliveryState:
        """What became of a post."""
        return (await self.site.deliveries(path))[ALL]


@pytest.fixture
def room(catalog: Catalog, tmp_path: Path) -> Newsroom:
    return Newsroom(catalog, tmp_path)


async def scan_settled(room: Newsroom) -> None:
    """Take in what changed, and let all that follows happen."""
    await room.site.scan()
    async with room.at_work():
        await room.settled()


async def test_a_card_follows_its_post(room: Newsroom) -> None:
    """An edit changes the one card of the message, and nothing is announced."""
    await room.announced("a.md", "b.md")
    room.site.edit("b.md", title="Better")
    await scan_settled(room)
    assert (await room.titles())[0][1] == "Better"
    assert (len(room.discord.requests), len(room.discord.revisions)) == (1, 1)


async def test_what_a_card_does_not_show_changes_nothing(room: Newsroom) -> None:
    """A renamed file costs no request."""
    await room.announced("a.md")
    room.site.rename("a.md", "elsewhere.md")
    await scan_settled(room)
    assert room.discord.revisions == []


async def test_changes_of_one_message_become_one_edit(room: Newsroom) -> None:
    """All posts of a message rewritten, twice, before anything is done: one edit."""
    await room.announced("a.md", "b.md", "c.md")
    for title in ("First", "Second"):
        for path in ("a.md", "b.md", "c.md"):
            room.site.edit(path, title=f"{title} {path}")
        await room.site.scan()
    await scan_settled(room)
    assert [message.edits for message in room.discord.messages(ALL)] == [1]
    assert await room.titles() == [["Second a.md", "Second b.md", "Second c.md"]]


async def test_a_message_is_left_alone_for_a_moment(room: Newsroom) -> None:
    """An edit that is taken back within the moment causes no request."""
    await room.announced("a.md")
    original = room.site.files["a.md"]
    room.pace = UpkeepPace(calm=timedelta(seconds=2), gap_seconds=0)
    room.site.edit("a.md", title="Oops")
    await room.site.scan()
    async with room.at_work() as courier:
        room.clock.go_on(1)
        room.site.files["a.md"] = original
        room.site.touch("a.md")
        await room.site.scan()
        room.clock.go_on(5)
        courier.wake([ALL])
        await room.settled()
    assert room.discord.revisions == []


async def test_a_change_during_an_edit_is_not_lost(room: Newsroom) -> None:
    """What changes while the request is under way is in a further edit."""
    await room.announced("a.md")
    hanging = Hangs()
    room.discord.next_change(ALL, hanging)
    room.site.edit("a.md", title="First")
    await room.site.scan()
    async with room.at_work():
        await hanging.reached.wait()
        room.site.edit("a.md", title="Second")
        await room.site.scan()
        hanging.go.set()
        await room.settled()
    assert await room.titles() == [["Second"]]


async def test_a_change_during_the_announcement_is_not_lost(room: Newsroom) -> None:
    """What changes while a post is being sent follows as an edit."""
    hanging = Hangs(stored=True)
    room.discord.next_request(ALL, hanging)
    room.site.write(a_post("a.md"))
    await room.site.scan()
    async with room.at_work():
        await hanging.reached.wait()
        room.site.edit("a.md", title="Better")
        await room.site.scan()
        hanging.go.set()
        await room.settled()
    assert await room.titles() == [["Better"]]


async def test_announcements_go_before_edits(room: Newsroom) -> None:
    """An edit that takes long holds up no announcement, and the next edit waits until nothing is due."""
    await room.announced("a.md")
    await room.announced("b.md")
    hanging = Hangs()
    room.discord.next_change(ALL, hanging)
    room.site.edit("a.md", title="A2")
    room.site.edit("b.md", title="B2")
    await room.site.scan()
    async with room.at_work() as courier:
        await hanging.reached.wait()
        slow = Hangs()
        room.discord.next_request(ALL, slow)
        room.site.write(a_post("c.md"))
        await room.site.scan()
        courier.wake([ALL])
        await slow.reached.wait()
        hanging.go.set()
        await until(lambda: room.discord.messages(ALL)[0].edits == 1)
        assert len(room.discord.revisions) == 1
        slow.go.set()
        await room.settled()
    assert len(room.discord.revisions) == 2


@pytest.mark.parametrize("outcome", [Lost(stored=True), Lost(stored=False), RATE_LIMITED, CHANNEL_REFUSED])
async def test_an_edit_that_fails_is_made_again(room: Newsroom, outcome: Lost | Refuses) -> None:
    """Whatever passes by itself or by a person, the card shows the change in the end."""
    await room.announced("a.md")
    room.discord.next_change(ALL, outcome)
    room.site.edit("a.md", title="Better")
    await scan_settled(room)
    assert await room.titles() == [["Better"]]


async def test_a_rate_limit_of_edits_holds_up_no_deletion(room: Newsroom) -> None:
    """While Discord lets nothing be edited, for up to an hour after publishing, a draft is taken back at once."""
    await room.announced("a.md")
    await room.announced("b.md")
    room.discord.next_change(ALL, Refuses(NotNow("Discord's rate limit", after_seconds=1800)))
    room.site.edit("a.md", title="A2")
    await room.site.scan()
    async with room.at_work() as courier:
        await until(lambda: len(room.discord.revisions) == 1)
        room.site.edit("b.md", draft=True)
        await room.site.scan()
        courier.wake([ALL])
        await until(lambda: room.discord.paths(ALL) == [["a.md"]])
    assert len(room.discord.revisions) == 1


async def test_an_edit_that_fails_holds_up_no_other(room: Newsroom) -> None:
    """A message that cannot be changed now takes its turn after the others."""
    await room.announced("a.md")
    await room.announced("b.md")
    room.discord.next_change(ALL, Lost(stored=False))
    room.site.edit("a.md", title="A2")
    room.site.edit("b.md", title="B2")
    await scan_settled(room)
    first, second, third = (revision.message_id for revision in room.discord.revisions)
    assert first != second
    assert third == first


async def test_a_refused_edit_leaves_the_card_until_the_next_change(room: Newsroom) -> None:
    """What Discord will never take is not asked for again and again, but the next change is."""
    await room.announced("a.md")
    room.discord.next_change(ALL, MESSAGE_REFUSED)
    room.site.edit("a.md", title="Bad")
    await scan_settled(room)
    assert await room.titles() != [["Bad"]]
    room.site.edit("a.md", title="Good")
    await scan_settled(room)
    assert await room.titles() == [["Good"]]
    assert len(room.discord.revisions) == 2


async def test_on_edit_ignore(room: Newsroom) -> None:
    """The card stays as it is, also when another one is taken out of its message."""
    room.rules["on_edit"] = "ignore"
    await room.announced("a.md", "b.md")
    room.site.edit("a.md", title="Better")
    room.site.edit("b.md", draft=True)
    await scan_settled(room)
    (message,) = room.discord.messages(ALL)
    assert [(post.path, post.title != "Better") for post in message.posts] == [("a.md", True)]


async def test_a_draft_is_taken_back(room: Newsroom) -> None:
    """A post turned draft loses its message; made public again it is announced again."""
    await room.announced("a.md")
    room.site.edit("a.md", draft=True)
    await scan_settled(room)
    assert room.discord.messages(ALL) == []
    assert await room.state("a.md") is PENDING
    room.site.edit("a.md", draft=False)
    await scan_settled(room)
    assert room.discord.paths(ALL) == [["a.md"]]
    assert await room.state("a.md") is SENT


async def test_a_post_public_again_goes_where_it_belongs_now(catalog: Catalog, tmp_path: Path) -> None:
    """A post that got other tags while it was a draft is not announced in a channel that does not take it any more."""
    room = Newsroom(catalog, tmp_path, tags=Filter(any=("go",)))
    room.site.write(a_post("a.md", tags=("go",)))
    await scan_settled(room)
    room.site.edit("a.md", draft=True, tags=("rust",))
    await scan_settled(room)
    room.site.edit("a.md", draft=False)
    await scan_settled(room)
    assert room.discord.paths(ALL) == []


async def test_a_draft_is_taken_out_of_a_message_with_others(room: Newsroom) -> None:
    """Only its card goes; made public again it has a message of its own."""
    await room.announced("a.md", "b.md", "c.md")
    room.site.edit("b.md", draft=True)
    await scan_settled(room)
    assert room.discord.paths(ALL) == [["a.md", "c.md"]]
    room.site.edit("b.md", draft=False)
    await scan_settled(room)
    assert room.discord.paths(ALL) == [["a.md", "c.md"], ["b.md"]]


@pytest.mark.parametrize("stored", [True, False])
async def test_a_draft_is_taken_back_once_however_the_answer_is_lost(room: Newsroom, stored: bool) -> None:
    """A deletion of which nobody knows is made again, and the post can be announced again afterwards."""
    await room.announced("a.md")
    room.discord.next_change(ALL, Lost(stored))
    room.site.edit("a.md", draft=True)
    await scan_settled(room)
    assert (room.discord.messages(ALL), await room.state("a.md")) == ([], PENDING)
    room.site.edit("a.md", draft=False)
    await scan_settled(room)
    assert room.discord.paths(ALL) == [["a.md"]]


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("paths", [("a.md",), ("a.md", "b.md")])
async def test_public_again_after_an_answer_was_lost(room: Newsroom, paths: tuple[str, ...], stored: bool) -> None:
    """A card of which nobody knows whether it was taken back stands once the post is public again."""
    await room.announced(*paths)
    room.discord.next_change(ALL, Lost(stored), Refuses(NotNow("the connection broke")))
    room.site.edit("a.md", draft=True)
    await room.site.scan()
    async with room.at_work():
        await until(lambda: len(room.discord.revisions) + len(room.discord.deletions) >= 1)
    room.site.edit("a.md", draft=False)
    await scan_settled(room)
    assert sorted(path for message in room.discord.paths(ALL) for path in message) == list(paths)


async def test_an_edit_taken_back_after_its_answer_was_lost(room: Newsroom) -> None:
    """The card shows what its post says in the end, whatever came of the edit before."""
    await room.announced("a.md")
    original = room.site.files["a.md"]
    room.discord.next_change(ALL, Lost(stored=True), Refuses(NotNow("the connection broke")))
    room.site.edit("a.md", title="Oops")
    await room.site.scan()
    async with room.at_work():
        await until(lambda: len(room.discord.revisions) >= 1)
    room.site.files["a.md"] = original
    room.site.touch("a.md")
    await scan_settled(room)
    assert await room.titles() != [["Oops"]]


async def test_a_draft_is_taken_back_although_nothing_can_be_sent(room: Newsroom) -> None:
    """What waits in vain to be announced holds up no deletion."""
    await room.announced("a.md")
    room.discord.next_request(ALL, *[CHANNEL_REFUSED] * 10_000)
    room.site.write(a_post("b.md"))
    room.site.edit("a.md", draft=True)
    await room.site.scan()
    async with room.at_work():
        await until(lambda: room.discord.paths(ALL) == [])
    assert await room.state("b.md") is PENDING


async def test_a_deletion_that_fails_holds_up_no_edit(room: Newsroom) -> None:
    """A message that cannot be taken back now lets the others have their turn."""
    await room.announced("a.md")
    await room.announced("b.md")
    room.site.edit("a.md", draft=True)
    room.discord.next_change(ALL, Lost(stored=False))
    await room.site.scan()
    async with room.at_work() as courier:
        await until(lambda: len(room.discord.deletions) >= 1)
        room.discord.next_change(ALL, *[Lost(stored=False)] * 3)
        room.site.edit("b.md", title="Better")
        await room.site.scan()
        courier.wake([ALL])
        await room.settled()
    assert await room.titles() == [["Better"]]


async def test_a_refused_take_back_is_tried_again_and_told(room: Newsroom) -> None:
    """A card that should go but may not is a trouble, until it is gone."""
    await room.announced("a.md")
    room.discord.next_change(ALL, MESSAGE_REFUSED)
    room.site.edit("a.md", draft=True)
    await room.site.scan()
    async with room.at_work():
        await until(lambda: any("taken back" in trouble.what for trouble in room.told))
        await room.settled()
    assert (room.discord.messages(ALL), room.troubles.all) == ([], [])


async def test_a_clock_set_back_holds_up_no_edit(room: Newsroom) -> None:
    """What changed in what is the future by now is looked at like the rest."""
    await room.announced("a.md")
    room.pace = UpkeepPace(calm=timedelta(seconds=2), gap_seconds=0)
    room.site.now += timedelta(hours=1)
    room.site.edit("a.md", title="Better")
    await scan_settled(room)
    assert await room.titles() == [["Better"]]


async def test_on_retract_keep(room: Newsroom) -> None:
    """The message stays, and shows nothing of what the draft says now."""
    room.rules["on_retract"] = "keep"
    await room.announced("a.md")
    room.site.edit("a.md", draft=True, title="Secret")
    await scan_settled(room)
    assert await room.titles() != [["Secret"]]
    assert len(room.discord.messages(ALL)) == 1


async def test_public_again_before_it_was_taken_back(room: Newsroom) -> None:
    """A post that was a draft only for a moment keeps its message."""
    await room.announced("a.md")
    for draft in (True, False):
        room.site.edit("a.md", draft=draft)
        await room.site.scan()
    await scan_settled(room)
    assert (room.discord.revisions, room.discord.deletions) == ([], [])
    assert room.discord.paths(ALL) == [["a.md"]]


async def test_public_again_while_it_is_taken_back(room: Newsroom) -> None:
    """A post made public during the deletion of its message is announced again."""
    await room.announced("a.md")
    hanging = Hangs()
    room.discord.next_change(ALL, hanging)
    room.site.edit("a.md", draft=True)
    await room.site.scan()
    async with room.at_work():
        await hanging.reached.wait()
        room.site.edit("a.md", draft=False)
        await room.site.scan()
        hanging.go.set()
        await until(lambda: len(room.discord.requests) == 2)
        await room.settled()
    assert room.discord.paths(ALL) == [["a.md"]]


async def test_a_post_turned_draft_while_it_was_sent_is_taken_back(room: Newsroom) -> None:
    """The race between the request and the draft ends with no message."""
    hanging = Hangs(stored=True)
    room.discord.next_request(ALL, hanging)
    room.site.write(a_post("a.md"))
    await room.site.scan()
    async with room.at_work():
        await hanging.reached.wait()
        room.site.edit("a.md", draft=True)
        await room.site.scan()
        hanging.go.set()
        await until(lambda: len(room.discord.deletions) == 1)
        await room.settled()
    assert room.discord.messages(ALL) == []


@pytest.mark.parametrize("on_delete", ["keep", "delete"])
async def test_a_deleted_file(room: Newsroom, on_delete: str) -> None:
    """Its message stays, unless `on_delete` says otherwise; then it goes once a second scan missed the file too."""
    room.rules["on_delete"] = on_delete
    await room.announced("a.md")
    room.site.delete("a.md")
    await scan_settled(room)
    assert room.discord.deletions == []
    await scan_settled(room)
    assert len(room.discord.messages(ALL)) == (1 if on_delete == "keep" else 0)


async def test_a_message_that_a_person_deleted_stays_deleted(room: Newsroom) -> None:
    """Neither an edit nor a draft made public again brings it back."""
    await room.announced("a.md")
    (message,) = room.discord.messages(ALL)
    room.discord.moderator_deletes(ALL, message.id)
    for change in ({"title": "Better"}, {"draft": True}, {"draft": False}):
        room.site.edit("a.md", **change)
        await scan_settled(room)
    assert room.discord.messages(ALL) == []
    assert await room.state("a.md") is SENT
    assert len(room.discord.requests) == 1


async def test_a_message_that_only_a_person_spoke_of_is_left_alone(room: Newsroom) -> None:
    """What `linkbot resolve --sent` names may be anybody's message: no change of the post touches it."""
    room.discord.next_request(ALL, Lost(stored=False, takes=61))
    room.discord.next_search(ALL, Unreadable("no permission"))
    room.site.write(a_post("a.md"))
    await room.site.scan()
    async with room.at_work():
        await until(lambda: len(room.discord.searches) == 1)
        await room.settled()
    (held,) = await room.site.catalog.read(lambda tables: tables.deliveries.held_up())
    await room.site.catalog.write(lambda tables: tables.deliveries.settle_sent(held.id, 4711, room.clock.now()))
    for change in ({"title": "Better"}, {"draft": True}):
        room.site.edit("a.md", **change)
        await scan_settled(room)
    assert (room.discord.revisions, room.discord.deletions) == ([], [])


async def test_a_message_is_published_once(catalog: Catalog, tmp_path: Path) -> None:
    """With `publish`, what is announced in an announcement channel is published, also if the answer is lost."""
    room = Newsroom(catalog, tmp_path, publish=True)
    room.discord.kinds[ALL] = ChannelKind.ANNOUNCEMENT
    room.discord.next_change(ALL, Lost(stored=True))
    room.site.write(a_post("a.md"))
    await room.site.scan()
    async with room.at_work():
        await room.settled()
    assert [message.published for message in room.discord.messages(ALL)] == [True]
    assert len(room.discord.crossposts) == 2


async def test_ten_an_hour_are_published(catalog: Catalog, tmp_path: Path) -> None:
    """The eleventh waits for its hour, over restarts, and holds up neither announcements nor edits."""
    room = Newsroom(catalog, tmp_path, publish=True)
    room.discord.kinds[ALL] = ChannelKind.ANNOUNCEMENT
    for number in range(12):
        await room.announced(f"{number}.md", published=number < 10)
    room.site.edit("0.md", title="Better")
    await room.site.scan()
    async with room.at_work():
        await room.settled(published=False)
    assert len(room.discord.messages(ALL)) == 12
    assert len(room.discord.crossposts) == 10
    assert room.discord.messages(ALL)[0].edits == 1
    room.clock.go_on(HOUR)
    async with room.at_work():
        await room.settled()
    assert all(message.published for message in room.discord.messages(ALL))


async def test_what_is_taken_back_is_not_published(catalog: Catalog, tmp_path: Path) -> None:
    """A draft that waits to be published goes, and what is left of its message is published without it."""
    room = Newsroom(catalog, tmp_path, publish=True)
    room.discord.kinds[ALL] = ChannelKind.ANNOUNCEMENT
    hanging = Hangs(stored=True)
    room.discord.next_request(ALL, hanging)
    room.site.write(a_post("a.md"), a_post("b.md"))
    await room.site.scan()
    async with room.at_work():
        await hanging.reached.wait()
        room.site.edit("b.md", draft=True)
        await room.site.scan()
        hanging.go.set()
        await room.settled()
    (message,) = room.discord.messages(ALL)
    assert ([post.path for post in message.posts], message.published) == (["a.md"], True)
    assert len(room.discord.crossposts) == 1


async def test_a_rate_limit_of_publishing_holds_up_no_edit(catalog: Catalog, tmp_path: Path) -> None:
    """While Discord lets nothing be published, cards follow their posts."""
    room = Newsroom(catalog, tmp_path, publish=True)
    room.discord.kinds[ALL] = ChannelKind.ANNOUNCEMENT
    room.discord.next_change(ALL, Refuses(NotNow("Discord's rate limit", after_seconds=1800)))
    room.site.write(a_post("a.md"))
    await room.site.scan()
    async with room.at_work() as courier:
        await until(lambda: len(room.discord.crossposts) == 1)
        room.site.edit("a.md", title="Better")
        await room.site.scan()
        courier.wake([ALL])
        await room.settled(published=False)
    assert await room.titles() == [["Better"]]
    assert len(room.discord.crossposts) == 1


async def test_publishing_that_fails_holds_up_nothing(catalog: Catalog, tmp_path: Path) -> None:
    """While a message cannot be published, cards follow and go."""
    room = Newsroom(catalog, tmp_path, publish=True)
    room.discord.kinds[ALL] = ChannelKind.ANNOUNCEMENT
    await room.announced("a.md")
    room.discord.next_change(ALL, *[CHANNEL_REFUSED] * 3)
    room.site.write(a_post("b.md"))
    await room.site.scan()
    async with room.at_work():
        await until(lambda: len(room.discord.crossposts) >= 4)
        room.discord.forget_acts()
        room.site.edit("a.md", draft=True)
        await scan_settled(room)
    assert [message.published for message in room.discord.messages(ALL)] == [True]


async def test_publish_switched_off(catalog: Catalog, tmp_path: Path) -> None:
    """What waited to be published stays unpublished once the settings say so."""
    room = Newsroom(catalog, tmp_path, publish=True)
    room.discord.kinds[ALL] = ChannelKind.ANNOUNCEMENT
    room.discord.next_change(ALL, Refuses(NotNow("Discord's rate limit", after_seconds=1800)))
    room.site.write(a_post("a.md"))
    await room.site.scan()
    async with room.at_work():
        await until(lambda: len(room.discord.crossposts) == 1)
    room.site.settings = settings_for(tmp_path, channels=[channel(ALL)])
    room.site.edit("a.md", title="Better")
    await room.site.scan()
    async with room.at_work():
        await room.settled(published=False)
    assert len(room.discord.crossposts) == 1


async def test_publishing_asks_for_an_announcement_channel(
    catalog: Catalog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In another channel `publish` is told in the log, and costs neither a request nor the announcement."""
    room = Newsroom(catalog, tmp_path, publish=True)
    await room.announced("a.md")
    assert "only messages of announcement channels can be published" in caplog.text
    assert (len(room.discord.messages(ALL)), room.discord.crossposts) == (1, [])


async def test_what_cannot_be_published_is_left(catalog: Catalog, tmp_path: Path) -> None:
    """A refusal that will stay is taken for an answer."""
    room = Newsroom(catalog, tmp_path, publish=True)
    room.discord.kinds[ALL] = ChannelKind.ANNOUNCEMENT
    room.discord.next_change(ALL, Refuses(MessageRefused("Cannot execute action on this channel type", 50024)))
    await room.announced("a.md")
    async with room.at_work():
        await room.settled()
    assert len(room.discord.crossposts) == 1


async def test_a_forum_gets_a_message_for_each_post(room: Newsroom) -> None:
    """Posts are not packed where each has a thread of its own."""
    room.discord.kinds[ALL] = ChannelKind.FORUM
    await room.announced("a.md", "b.md")
    assert room.discord.paths(ALL) == [["a.md"], ["b.md"]]


@pytest.mark.parametrize("stored", [True, False])
async def test_a_forum_post_is_never_repeated_without_a_look(room: Newsroom, stored: bool) -> None:
    """Discord knows no nonce there, so a lost answer is settled by looking at once."""
    room.discord.kinds[ALL] = ChannelKind.FORUM
    room.discord.next_request(ALL, Lost(stored))
    await room.announced("a.md")
    assert room.discord.paths(ALL) == [["a.md"]]
    assert (len(room.discord.searches), len(room.discord.requests)) == (1, 1 if stored else 2)
