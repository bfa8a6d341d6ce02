"""Direct messages to followers: a real catalog, a Discord that does what it is told."""

import asyncio
import logging
import sqlite3
from collections.abc import Set
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.announcing.desk import ChannelPauses
from bot.announcing.followers import AT_ONCE, _FollowerDesk
from bot.announcing.publisher import Announcement, ChannelKind, ChannelRefused, NotNow, PublishOutcome, SearchOutcome
from bot.announcing.rests import MOST_RESTING, Rests
from bot.announcing.switched_off import end_following
from bot.announcing.troubles import Troubles
from bot.catalog.database import FILE_NAME, Catalog
from bot.catalog.following import FollowKind
from bot.catalog.records import DeliveryState, Standing
from bot.content.post import Post
from bot.ops.pause import PauseRequest, ResumeRequest, pause, resume
from bot.problems import TokenRefusedError
from tests.support.catalog_site import ALL, a_post
from tests.support.courier_fakes import (
    MESSAGE_REFUSED,
    RATE_LIMITED,
    TOKEN_REFUSED,
    Hangs,
    Lost,
    Refuses,
    until,
)
from tests.support.follow_room import ADA, BEN, FollowRoom, direct

CLOSED = Refuses(ChannelRefused("the person takes no direct messages from the bot", 50007))
DAY, MINUTE = 86_400.0, 60.0


@pytest.fixture
def room(catalog: Catalog, tmp_path: Path) -> FollowRoom:
    """Nobody follows anything yet."""
    return FollowRoom(catalog, tmp_path)


def numbered(count: int, first: int = 0) -> tuple[str, ...]:
    """Paths of so many posts."""
    return tuple(f"{number:02}.md" for number in range(first, first + count))


async def test_news_reaches_its_followers_and_its_channel(room: FollowRoom) -> None:
    """A new post goes to the channels that take it and, as a card, to each person who follows it, once."""
    await room.follow("go")
    await room.follow("CNCF", FollowKind.SOURCE)
    await room.follow("rust", user_id=BEN)
    await room.publish("a.md", tags=("go", "news"))
    async with room.running():
        await room.settled("a.md")
    assert room.got() == [["a.md"]]
    assert room.got(BEN) == []
    assert room.discord.paths(ALL) == [["a.md"]]
    assert all(request.direct is (request.channel_id == direct(ADA)) for request in room.discord.requests)
    assert direct(ADA) not in room.discord.asked_kinds


async def test_what_was_sent_to_a_follower_is_not_kept_as_a_copy(room: FollowRoom, tmp_path: Path) -> None:
    """A direct message never follows an edit, so what it shows is not kept for each of its many readers."""
    await room.follow("go")
    await room.publish("a.md", tags=("go", "news"))
    async with room.running():
        await room.settled("a.md")
        await until(lambda: room.discord.paths(ALL) == [["a.md"]])
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        rows = connection.execute("SELECT channel_id FROM deliveries WHERE shown IS NOT NULL").fetchall()
    assert rows == [(ALL,)]


async def test_a_post_that_no_channel_takes_is_announced_to_who_follows_it(room: FollowRoom) -> None:
    """Without a channel a post is only indexed, unless somebody follows it."""
    await room.follow("go")
    await room.publish("a.md")
    await room.publish("b.md", tags=("rust",))
    assert [await room.site.standing(path) for path in ("a.md", "b.md")] == [Standing.ANNOUNCED, Standing.INDEXED]
    async with room.running():
        await room.settled("a.md")


async def test_what_was_there_before_reaches_nobody(room: FollowRoom) -> None:
    """Neither the baseline nor what the brake holds is news to a follower."""
    await room.follow("go")
    room.site.write(a_post("old.md", tags=("go",)))
    await room.site.scan(baseline=True)
    room.site.settings = room.site.settings.model_copy(
        update={"announce": room.site.settings.announce.model_copy(update={"hold_above": 1})}
    )
    await room.publish("a.md", "b.md")
    assert await room.states() == {}


async def test_who_is_being_written_to_holds_up_nobody(room: FollowRoom) -> None:
    """While a request for one follower hangs, others and the channels get their messages."""
    hanging = Hangs()
    room.discord.next_request(direct(ADA), hanging)
    for user_id in (ADA, BEN):
        await room.follow("go", user_id=user_id)
    await room.publish("a.md", tags=("go", "news"))
    async with room.running():
        await room.settled("a.md", user_id=BEN)
        assert room.got() == []
        hanging.go.set()
        await room.settled("a.md")
    assert (room.got(), room.got(BEN)) == ([["a.md"]], [["a.md"]])


async def test_only_a_few_are_written_to_at_once(room: FollowRoom) -> None:
    """Of many followers eight have a request under way, and the next begins when one of them ends."""
    people = [ADA + number for number in range(AT_ONCE + 3)]
    hanging = {user_id: Hangs() for user_id in people}
    for user_id, act in hanging.items():
        room.discord.next_request(direct(user_id), act)
        await room.follow("go", user_id=user_id)
    await room.publish("a.md")
    async with room.running():
        await until(lambda: len(room.discord.requests) == AT_ONCE)
        hanging[people[0]].go.set()
        await until(hanging[people[AT_ONCE]].reached.is_set)
        assert len(room.discord.requests) == AT_ONCE + 1
        for act in hanging.values():
            act.go.set()
        for user_id in people:
            await room.settled("a.md", user_id=user_id)


async def test_who_is_to_be_written_to_later_holds_up_nobody(
    room: FollowRoom, caplog: pytest.LogCaptureFixture
) -> None:
    """However many are not to be written to for hours, others get theirs, one line tells of it, and nothing spins."""
    people = [ADA + 10 * number for number in range(AT_ONCE + 1)]
    for user_id in people:
        await room.follow("go", user_id=user_id)
        if user_id is not people[-1]:
            room.discord.next_request(direct(user_id), Refuses(NotNow("busy", after_seconds=6 * 3600.0)))
    await room.publish("a.md")
    async with room.running():
        await room.settled("a.md", user_id=people[-1])
        await room.rests()
        await room.unfollow("go")
        assert await room.forget(people[1])
        for _ in range(3):
            room.wake()
            await asyncio.sleep(0)
        await room.publish("b.md")
        await room.settled("b.md", user_id=people[-1])
        assert len(room.discord.requests) == len(people) + 1
    assert caplog.text.count("not now: busy") == 1
    async with room.running():
        for user_id in people[2:]:
            await room.settled("a.md", "b.md", user_id=user_id)
    assert (room.got(), room.got(people[1])) == ([], [])


async def test_doubts_that_never_end_hold_up_nobody(room: FollowRoom) -> None:
    """While nobody can tell of eight people's messages, for however long, others get theirs."""
    people = [ADA + 10 * number for number in range(AT_ONCE + 1)]
    for user_id in people:
        await room.follow("go", user_id=user_id)
        if user_id is not people[-1]:
            room.discord.next_request(direct(user_id), *[Lost(stored=False)] * 10_000)
    await room.publish("a.md")
    async with room.running():
        await room.settled("a.md", user_id=people[-1])
    room.discord.forget_acts()
    async with room.running():
        for user_id in people:
            await room.settled("a.md", user_id=user_id)
    assert [room.got(user_id) for user_id in people] == [[["a.md"]]] * len(people)


async def test_while_discord_refuses_much_nobody_is_written_to(
    room: FollowRoom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Followers wait from the next message on, are told of once, and get theirs when that is over; channels go on."""
    room.discord.direct_wait_seconds = 0.001
    await room.follow("go")
    async with room.running():
        await room.publish("a.md", tags=("go", "news"))
        await until(lambda: len(room.discord.paths(ALL)) == 1)
        await until(lambda: "nobody is written to" in caplog.text)
        assert room.got() == []
        room.discord.direct_wait_seconds = 0.0
        await room.settled("a.md")
    assert caplog.text.count("nobody is written to") == 1
    publish = room.discord.publish

    async def refuses_much_then(announcement: Announcement) -> PublishOutcome:
        if announcement.direct:
            room.discord.direct_wait_seconds = 0.001
        return await publish(announcement)

    monkeypatch.setattr(room.discord, "publish", refuses_much_then)
    await room.publish(*numbered(31))
    async with room.running():
        await until(lambda: len(room.got()) == 2)
        await until(lambda: caplog.text.count("nobody is written to") == 2)
        await room.rests()
        assert len(room.got()) == 2
        monkeypatch.undo()
        room.discord.direct_wait_seconds = 0.0
        await room.settled(*numbered(31))


@pytest.mark.parametrize("code", [10003, 10013])
async def test_what_waits_for_an_account_that_is_gone_is_dropped(room: FollowRoom, code: int) -> None:
    """Nobody reads what is kept for a person who is not there any more."""
    await room.follow("go")
    room.discord.next_request(direct(ADA), Refuses(ChannelRefused("unknown", code)))
    await room.publish("a.md")
    async with room.running():
        await until_state(room, "a.md", DeliveryState.DROPPED)
        await room.rests()
    assert len(tries(room)) == 1


def test_who_rests_is_known_until_then_and_never_are_too_many() -> None:
    """A rest ends in time, pauses grow from one to the next, and what is remembered is bounded."""
    now = 0.0
    rests = Rests(ChannelPauses, clock=lambda: now)
    pauses = rests.pauses_of(1)
    rests.begin(1, pauses, 10.0)
    rests.begin(2, rests.pauses_of(2), 20.0)
    assert rests.resting() == ({1, 2}, 10.0)
    assert rests.seconds_until(10.0, 60.0) == 10.0
    now = 10.0
    assert rests.resting() == ({2}, 20.0)
    assert rests.seconds_until(9.0, 60.0) == 0.0, "it ended while something else was done"
    assert rests.pauses_of(1) is pauses
    rests.end(1)
    assert rests.pauses_of(1) is not pauses
    now = 21.0
    assert rests.resting() == (set(), None)
    assert rests.seconds_until(None, 60.0) == 60.0
    for number in range(MOST_RESTING + 1):
        rests.begin(number, rests.pauses_of(number), 1.0)
    now = 23.0
    kept = rests.pauses_of(3)
    assert rests.resting() == (set(), None)
    assert rests.pauses_of(3) is not kept


async def test_who_refuses_is_left_alone_for_a_day(room: FollowRoom, caplog: pytest.LogCaptureFixture) -> None:
    """A refusal pauses that person alone, also over a restart, is told once without their name, and loses nothing.

    The second one pauses them for two days.
    """
    caplog.set_level(logging.INFO)
    for user_id in (ADA, BEN):
        await room.follow("go", user_id=user_id)
    room.discord.next_request(direct(ADA), CLOSED, CLOSED)
    await room.publish("a.md")
    troubles = Troubles()
    async with room.running(troubles=troubles):
        await room.settled("a.md", user_id=BEN)
        await until(lambda: "takes no direct messages" in caplog.text)
        assert troubles.all == []
    kept = await room.kept()
    assert kept is not None
    assert (kept.refused, kept.waiting) == (True, 1)
    for passed in (DAY - MINUTE, 2 * MINUTE, MINUTE):
        room.clock.go_on(passed)
        async with room.running():
            await room.publish(f"{passed}.md")
            await room.settled(f"{passed}.md", user_id=BEN)
            await room.rests()
        assert len(tries(room)) == (1 if passed > MINUTE * 2 else 2)
    room.clock.go_on(2 * DAY)
    async with room.running():
        await room.settled("a.md")
    assert {path for paths in room.got() for path in paths} == set(room.site.files)
    kept = await room.kept()
    assert kept is not None
    assert not kept.refused
    assert caplog.text.count("takes no direct messages") == 1
    assert str(ADA) not in caplog.text
    assert str(direct(ADA)) not in caplog.text


def tries(room: FollowRoom, user_id: int = ADA) -> list[tuple[Post, ...]]:
    """What was asked for a person."""
    return [request.posts for request in room.discord.requests if request.channel_id == direct(user_id)]


async def test_a_lost_answer_doubles_nothing(room: FollowRoom) -> None:
    """What nobody can tell is asked again with the same nonce, and later looked for in the direct messages."""
    await room.follow("go")
    room.discord.next_request(direct(ADA), Lost(stored=True))
    await room.publish("a.md")
    async with room.running():
        await room.settled("a.md")
        room.discord.next_request(direct(ADA), Lost(stored=True, takes=2 * MINUTE))
        await room.publish("b.md")
        await room.settled("b.md")
    assert room.got() == [["a.md"], ["b.md"]]
    assert [search.direct for search in room.discord.searches] == [True]


async def test_what_was_not_created_goes_out_later(room: FollowRoom) -> None:
    """A rate limit, and a message that is refused for one of its posts, delay the others, but lose none of them."""
    await room.follow("go")
    room.discord.next_request(direct(ADA), RATE_LIMITED, MESSAGE_REFUSED)
    room.discord.refuses_card_of("b.md")
    await room.publish("a.md", "b.md", "c.md")
    async with room.running():
        await room.settled("a.md", "c.md")
        await until_state(room, "b.md", DeliveryState.DROPPED)
    assert room.got() == [["a.md"], ["c.md"]]


async def test_one_bad_post_costs_a_follower_no_flood(room: FollowRoom, caplog: pytest.LogCaptureFixture) -> None:
    """Of many posts of which Discord refuses one, the others come in a few messages, whichever it is."""
    caplog.set_level(logging.INFO)
    room.discord.refuses_card_of("05.md")
    for user_id in (ADA, BEN):
        await room.follow("go", user_id=user_id)
    await room.publish(*numbered(20))
    good = [path for path in numbered(20) if path != "05.md"]
    async with room.running():
        for user_id in (ADA, BEN):
            await room.settled(*good, user_id=user_id)
            assert [path for paths in room.got(user_id) for path in paths] == good
            assert len(room.got(user_id)) == 2
            await until_state(room, "05.md", DeliveryState.DROPPED, user_id)
        room.discord.refuses_card_of("44.md")
        await room.publish(*numbered(30, 20))
        for user_id in (ADA, BEN):
            await room.settled(*(path for path in numbered(30, 20) if path != "44.md"), user_id=user_id)
            assert len(room.got(user_id)) <= 2 + 1 + 5
    assert await room.ask(lambda tables: tables.deliveries.held_up()) == []
    for path in ("05.md", "44.md"):
        assert caplog.text.count(f"'{path}' does not reach") == 1
    assert "WARNING" not in caplog.text
    assert "follower " not in caplog.text


async def test_what_nobody_can_tell_of_a_message_to_a_follower_is_dropped(
    room: FollowRoom, caplog: pytest.LogCaptureFixture
) -> None:
    """A direct message whose fate cannot be read is not sent again, and is nobody's task."""
    caplog.set_level(logging.INFO)
    await room.follow("go")
    room.discord.unreadable.add(direct(ADA))
    room.discord.next_request(direct(ADA), Lost(stored=True, takes=2 * MINUTE))
    await room.publish("a.md", "b.md")
    async with room.running():
        await until_state(room, "b.md", DeliveryState.DROPPED)
        await room.publish("c.md")
        await room.settled("c.md")
    assert room.got() == [["a.md", "b.md"], ["c.md"]]
    assert await room.ask(lambda tables: tables.deliveries.held_up()) == []
    assert "ERROR" not in caplog.text


async def until_state(room: FollowRoom, path: str, state: DeliveryState, user_id: int = ADA) -> None:
    """Wait until a post's delivery to a person is in this state."""
    async with asyncio.timeout(10):
        while True:
            if (await room.states(user_id))[path] is state:
                return
            await asyncio.sleep(0.002)


async def test_up_to_ten_posts_are_cards_and_more_are_one_list(room: FollowRoom) -> None:
    """What waits together goes out together; a list takes only as many as fit, and the rest is the next message."""
    await room.follow("go")
    await room.publish(*numbered(10))
    async with room.running():
        await room.settled(*numbered(10))
        assert [len(paths) for paths in room.got()] == [10]
        await room.publish(*numbered(45, 10))
        await room.settled(*numbered(45, 10))
    assert [len(paths) for paths in room.got()] == [10, 30, 15]


async def test_beyond_the_days_budget_everything_waits_and_comes_as_one(room: FollowRoom) -> None:
    """After so many messages within 24 hours what comes waits until the first is a day old, and then is one message."""
    room.per_day = 2
    await room.follow("go")
    async with room.running():
        for path in numbered(2):
            await room.publish(path)
            await room.settled(path)
            room.clock.go_on(3600)
        for path in numbered(12, 2):
            await room.publish(path)
        room.clock.go_on(DAY - 2 * 3600 - MINUTE)
        await room.follow("go", user_id=BEN)
        await room.publish("last.md")
        await room.settled("last.md", user_id=BEN)
        assert room.got() == [["00.md"], ["01.md"]]
        room.clock.go_on(2 * MINUTE)
        room.wake()
        await room.settled(*numbered(12, 2), "last.md")
        await room.publish("more.md")
        await room.settled("more.md", user_id=BEN)
        await room.rests()
    assert [len(paths) for paths in room.got()] == [1, 1, 13]


async def test_an_interrupted_list_is_the_same_list_again(room: FollowRoom) -> None:
    """A claim of many posts that a crash left behind is one message, with its nonce, whatever came meanwhile."""
    await room.follow("go")
    await room.publish(*numbered(12))
    hanging = Hangs(stored=True)
    room.discord.next_request(direct(ADA), hanging)
    async with room.running() as task:
        await hanging.reached.wait()
        task.cancel()
    await room.publish("late.md")
    async with room.running():
        await room.settled(*numbered(12), "late.md")
    assert [len(paths) for paths in room.got()] == [12, 1]
    first, second, _ = room.discord.requests
    assert first == second


async def test_a_list_whose_nonce_is_forgotten_is_looked_for(room: FollowRoom) -> None:
    """Minutes after the crash the list is found in the direct messages, and is not sent again."""
    await room.follow("go")
    await room.publish(*numbered(12))
    hanging = Hangs(stored=True)
    room.discord.next_request(direct(ADA), hanging)
    async with room.running() as task:
        await hanging.reached.wait()
        task.cancel()
    room.clock.go_on(30 * MINUTE)
    async with room.running():
        await room.settled(*numbered(12))
    assert [len(paths) for paths in room.got()] == [12]


async def test_forgetting_while_a_message_is_under_way_ends_in_peace(room: FollowRoom) -> None:
    """A claim that was deleted with all else is not recorded, also where another message has its number by then."""
    for user_id in (ADA, BEN):
        await room.follow("go" if user_id == ADA else "rust", user_id=user_id)
    hanging = Hangs()
    room.discord.next_request(direct(ADA), hanging)
    await room.publish("a.md")
    async with room.running() as task:
        await hanging.reached.wait()
        assert await room.forget()
        other = Hangs()
        room.discord.next_request(direct(BEN), other)
        await room.publish("b.md", tags=("rust",))
        await until(other.reached.is_set)
        hanging.go.set()
        await until(lambda: room.got() == [["a.md"]])
        other.go.set()
        await room.settled("b.md", user_id=BEN)
        assert not task.done()
    assert await room.kept() is None
    assert (await room.states(BEN), room.got(BEN)) == ({"b.md": DeliveryState.SENT}, [["b.md"]])


@pytest.mark.parametrize("outcome", [CLOSED, RATE_LIMITED, MESSAGE_REFUSED], ids=["closed", "limited", "refused"])
async def test_forgetting_before_an_answer_of_any_kind_is_no_matter(room: FollowRoom, outcome: Refuses) -> None:
    """Whatever Discord says of a message whose follower is forgotten, the work goes on."""
    await room.follow("go")
    hanging = Hangs(outcome=outcome.outcome)
    room.discord.next_request(direct(ADA), hanging)
    await room.publish("a.md")
    async with room.running():
        await hanging.reached.wait()
        await room.forget()
        hanging.go.set()
        await room.rests()
        await room.follow("go")
        await room.publish("b.md")
        await room.settled("b.md")
    assert room.got() == [["b.md"]]


@pytest.mark.parametrize("outcome", [CLOSED, RATE_LIMITED, MESSAGE_REFUSED], ids=["closed", "limited", "refused"])
async def test_what_was_unfollowed_while_it_was_under_way_does_not_come_later(
    room: FollowRoom, outcome: Refuses
) -> None:
    """A message that Discord did not take is not tried again with what its follower follows no more by then."""
    for tag in ("go", "rust"):
        await room.follow(tag)
    hanging = Hangs(outcome=outcome.outcome)
    room.discord.next_request(direct(ADA), hanging)
    await room.publish("a.md")
    room.site.write(a_post("b.md", tags=("rust",)))
    await room.scan()
    async with room.running():
        await hanging.reached.wait()
        await room.unfollow("go")
        hanging.go.set()
        await room.rests()
        room.clock.go_on(2 * DAY)
        room.wake()
        await room.settled("b.md")
    assert room.got() == [["b.md"]]
    assert (await room.states()).keys() == {"b.md"}


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("waits", [0, 2 * MINUTE], ids=["nonce known", "nonce forgotten"])
async def test_what_was_unfollowed_while_in_doubt_is_looked_for(room: FollowRoom, stored: bool, waits: float) -> None:
    """A message of which nobody knows is not sent again after /unfollow: it is found, or given up."""
    await room.follow("go")
    hanging = Hangs(stored=stored)
    room.discord.next_request(direct(ADA), hanging)
    await room.publish("a.md")
    async with room.running() as task:
        await hanging.reached.wait()
        task.cancel()
    room.clock.go_on(waits)
    await room.unfollow("go")
    async with room.running():
        await room.follow("rust")
        await room.publish("b.md", tags=("rust",))
        await room.settled("b.md")
    assert room.got() == [*([["a.md"]] if stored else []), ["b.md"]]


async def test_what_is_unfollowed_during_the_look_is_not_sent(
    room: FollowRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the doubt is just being settled, what is followed no more when it was not found is not sent."""
    await room.follow("go")
    room.discord.next_request(direct(ADA), Lost(stored=False, takes=2 * MINUTE))
    find = room.discord.find

    async def unfollows_meanwhile(announcement: Announcement, since: datetime, known: Set[int]) -> SearchOutcome:
        if await room.follows():
            await room.unfollow("go")
        return await find(announcement, since, known)

    monkeypatch.setattr(room.discord, "find", unfollows_meanwhile)
    await room.publish("a.md")
    async with room.running():
        await until(lambda: bool(room.discord.searches))
        await room.rests()
    assert room.got() == []
    assert await room.states() == {}


async def test_a_retracted_post_sleeps_and_a_sent_one_stays(room: FollowRoom) -> None:
    """What waits is not sent while its post is a draft; what was sent neither follows edits nor is taken back."""
    await room.follow("go")
    await room.publish("a.md")
    async with room.running():
        await room.settled("a.md")
        (message,) = room.discord.messages(direct(ADA))
    await room.publish("b.md")
    for path in ("a.md", "b.md"):
        room.site.edit(path, draft=True, text="Edited.")
    await room.scan()
    async with room.running():
        await room.publish("c.md")
        await room.settled("c.md")
        room.site.edit("a.md", draft=False)
        room.site.edit("b.md", draft=False)
        await room.scan()
        await room.settled("b.md")
    assert room.discord.messages(direct(ADA))[0] == message
    assert room.got() == [["a.md"], ["c.md"], ["b.md"]]
    assert (room.discord.revisions, room.discord.deletions) == ([], [])


async def test_switched_off_nothing_is_planned_and_nothing_is_sent(room: FollowRoom) -> None:
    """With commands.follow: false what waits is dropped, and what comes is not planned; on again, news goes out."""
    await room.follow("go")
    await room.publish("a.md", tags=("go", "news"))
    settings = room.site.settings
    room.site.settings = room.without_following()
    await room.publish("b.md", tags=("go", "news"))
    await end_following(room.site.catalog)
    async with room.running(follow=False):
        await until(lambda: len(room.discord.paths(ALL)) == 1)
    assert room.got() == []
    room.site.settings = settings
    async with room.running():
        await room.publish("c.md")
        await room.settled("c.md")
    assert room.got() == [["c.md"]]
    assert (await room.states())["a.md"] is DeliveryState.DROPPED


async def test_pausing_all_holds_followers_back(room: FollowRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever pauses everything stops direct messages too, at once and until all is resumed; nothing is lost."""
    catalog, settings = room.site.catalog, room.site.settings
    await room.follow("go")
    kind = _FollowerDesk.kind

    async def pauses_meanwhile(desk: _FollowerDesk) -> ChannelKind | None:
        await pause(catalog, settings, PauseRequest())
        return await kind(desk)

    monkeypatch.setattr(_FollowerDesk, "kind", pauses_meanwhile)
    async with room.running():
        await room.publish("a.md")  # a lane sees it, and then comes the pause
        await until_paused(room)
        await room.rests()
    await pause(catalog, settings, PauseRequest())
    async with room.running():
        await room.publish("b.md")
        await room.rests()
        monkeypatch.undo()
        assert room.discord.requests == []
        await resume(catalog, settings, ResumeRequest((ALL,)))
        room.wake()
        await room.rests()
        assert room.discord.requests == []
        assert (await resume(catalog, settings, ResumeRequest())).to_send
        room.wake()
        await room.settled("a.md", "b.md")
    assert room.got() == [["a.md", "b.md"]]


async def until_paused(room: FollowRoom) -> None:
    """Wait until nothing is to be sent to followers."""
    async with asyncio.timeout(10):
        while True:
            if await room.ask(lambda tables: tables.pauses.followers_since()) is not None:
                return
            await asyncio.sleep(0.002)


async def test_a_token_that_is_not_known_ends_everything(room: FollowRoom) -> None:
    """A refused token ends the courier also where a follower's message met it, and what it was for is sent later."""
    await room.follow("go")
    room.discord.next_request(direct(ADA), TOKEN_REFUSED)
    await room.publish("a.md")
    with pytest.RaisesGroup(TokenRefusedError, flatten_subgroups=True):
        async with room.running() as task:
            await until(lambda: task.done())
    async with room.running():
        await room.settled("a.md")
    assert room.got() == [["a.md"]]
    assert room.clock.now() - room.discord.messages(direct(ADA))[0].created_at < timedelta(minutes=1)
