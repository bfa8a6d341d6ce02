"""Who follows what, whom a post concerns, and that everything of a person can be deleted."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.catalog.database import FILE_NAME, Catalog
from bot.catalog.following import MOST_FOLLOWS, Budget, Followed, FollowKind, Refusal
from bot.catalog.records import DeliveryState
from bot.catalog.tables import Tables
from tests.support.catalog_site import ALL, NOW, a_post
from tests.support.follow_room import ADA, BEN, FollowRoom, direct

TAG, SOURCE, WORDS = FollowKind.TAG, FollowKind.SOURCE, FollowKind.WORDS


@pytest.fixture
def room(catalog: Catalog, tmp_path: Path) -> FollowRoom:
    """Nobody follows anything yet."""
    return FollowRoom(catalog, tmp_path)


async def wanted(room: FollowRoom, *paths: str) -> dict[str, list[int]]:
    """Who wants the posts at these paths."""
    ids = {path: (await room.site.known(path)).id for path in paths}
    found = await room.ask(lambda tables: tables.followers.matching(list(ids.values())))
    return {path: list(found.get(post_id, ())) for path, post_id in ids.items()}


async def test_following_twice_is_following_once(room: FollowRoom) -> None:
    """A second wish for the same, in other letters too, is known; what is followed keeps its order and its names."""
    assert await room.follow("Kubernetes") is Followed.NEW
    assert await room.follow("kubernetes") is Followed.KNOWN
    assert await room.follow("kubernetes", SOURCE) is Followed.NEW
    assert [(follow.kind, follow.name) for follow in await room.follows()] == [
        (TAG, "Kubernetes"),
        (SOURCE, "kubernetes"),
    ]
    assert await room.follows(BEN) == ()


async def test_nobody_follows_more_than_a_list_can_show(room: FollowRoom) -> None:
    """The wish for one more than 25 is turned down; of those that are followed it is still known."""
    for number in range(MOST_FOLLOWS):
        assert await room.follow(f"tag {number}") is Followed.NEW
    assert await room.follow("one more") is Followed.TOO_MANY
    assert await room.follow("tag 0") is Followed.KNOWN
    assert len(await room.follows()) == MOST_FOLLOWS
    assert await room.follow("one more", user_id=BEN) is Followed.NEW


async def test_a_post_concerns_who_follows_its_tag_its_source_or_its_words(room: FollowRoom) -> None:
    """Tags and sources match without regard to case, words also without regard to accents, and only as whole words."""
    room.site.write(
        a_post("tagged.md", tags=("Go", "news"), source=None, text=""),
        a_post("sourced.md", tags=(), source="The  CNCF Blog"),
        a_post("worded.md", tags=(), source=None, text="About the Café and gophers."),
    )
    await room.site.scan()
    for name, kind in (("go", TAG), ("the cncf blog", SOURCE), ("cafe", WORDS)):
        await room.follow(name, kind)
    await room.follow("gopher", WORDS, BEN)
    paths = ("tagged.md", "sourced.md", "worded.md")
    assert await wanted(room, *paths) == {path: [direct(ADA)] for path in paths}
    await room.follow("café gophers", WORDS, BEN)
    assert (await wanted(room, "worded.md"))["worded.md"] == [direct(ADA), direct(BEN)]


async def test_a_post_is_wanted_once_whatever_it_is_followed_by(room: FollowRoom) -> None:
    """Several follows of one person that match one post are one wish."""
    room.site.write(a_post("a.md", tags=("go", "news"), source="CNCF", text="About gophers."))
    await room.site.scan()
    for name, kind in (("go", TAG), ("news", TAG), ("CNCF", SOURCE), ("gophers", WORDS)):
        await room.follow(name, kind)
    assert await wanted(room, "a.md") == {"a.md": [direct(ADA)]}


async def test_a_post_that_nobody_may_see_has_no_words(room: FollowRoom) -> None:
    """What a draft says concerns nobody."""
    await room.follow("secret", WORDS)
    room.site.write(a_post("draft.md", draft=True, text="A secret."), a_post("public.md", text="No secret."))
    await room.site.scan()
    assert await wanted(room, "draft.md", "public.md") == {"draft.md": [], "public.md": [direct(ADA)]}


async def test_what_waits_goes_when_nothing_else_wants_it(room: FollowRoom) -> None:
    """After the end of one follow only those posts wait that another one still matches."""
    for name, kind in (("go", TAG), ("rust", TAG), ("gophers", WORDS)):
        await room.follow(name, kind)
    room.site.write(
        a_post("go.md", tags=("go",)),
        a_post("both.md", tags=("go", "rust")),
        a_post("worded.md", tags=("go",), text="About gophers."),
    )
    await room.site.scan()
    ended = await room.unfollow("go")
    assert ended is not None
    assert (ended.kind, ended.name) == (TAG, "go")
    assert set(await room.states()) == {"both.md", "worded.md"}
    await room.unfollow("gophers")
    assert set(await room.states()) == {"both.md"}


async def test_a_post_that_sleeps_is_not_lost_to_words(room: FollowRoom) -> None:
    """While it is a draft nobody can tell which words a post has: it waits as long as any words are followed."""
    await room.follow("gophers", WORDS)
    await room.follow("rust")
    room.site.write(a_post("a.md", text="About gophers."))
    await room.site.scan()
    room.site.edit("a.md", draft=True)
    await room.site.scan()
    await room.unfollow("rust")
    assert set(await room.states()) == {"a.md"}
    await room.unfollow("gophers")
    assert await room.states() == {}


async def test_nobody_ends_what_another_follows(room: FollowRoom) -> None:
    """The number of another person's follow does nothing, neither does one that was ended before."""
    await room.follow("go")
    (follow,) = await room.follows()
    write = room.site.catalog.write
    assert await write(lambda tables: tables.followers.unfollow(BEN, follow.id)) is None
    assert await write(lambda tables: tables.followers.unfollow(ADA, follow.id)) == follow
    assert await write(lambda tables: tables.followers.unfollow(ADA, follow.id)) is None


async def test_an_old_number_never_ends_something_newer(room: FollowRoom) -> None:
    """The number of what was followed once, on the button of an old answer, is not that of what is followed by now."""
    await room.follow("go")
    (old,) = await room.follows()
    await room.unfollow("go")
    await room.follow("rust")
    assert await room.site.catalog.write(lambda tables: tables.followers.unfollow(ADA, old.id)) is None
    await room.forget()
    await room.follow("zig")
    assert await room.site.catalog.write(lambda tables: tables.followers.unfollow(ADA, old.id)) is None
    assert [follow.name for follow in await room.follows()] == ["zig"]


async def test_everything_of_a_person_is_shown(room: FollowRoom) -> None:
    """What is kept is what they follow, since when, what was sent to them and what waits, and that they refuse."""
    assert await room.kept() is None
    await room.follow("go")
    await room.publish("a.md", "b.md")
    await room.site.send_all(direct(ADA))
    await room.publish("c.md")
    await room.site.catalog.write(lambda tables: tables.followers.refuse(direct(ADA), NOW))
    kept = await room.kept()
    assert kept is not None
    assert (kept.followed_at, kept.refused, kept.waiting, kept.sent) == (NOW, True, 1, 2)
    assert [follow.name for follow in kept.follows] == ["go"]


async def test_everything_of_a_person_is_deleted(room: FollowRoom, tmp_path: Path) -> None:
    """No table has a row about them any more, and other people keep theirs."""
    for user_id in (ADA, BEN):
        await room.follow("go", user_id=user_id)
    await room.publish("a.md")
    await room.site.send_all(direct(ADA))
    await room.publish("b.md")
    assert await room.forget()
    assert not await room.forget()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'post_words%'"
        )
        rows = [row for (name,) in names.fetchall() for row in connection.execute(f"SELECT * FROM {name}").fetchall()]
    assert not [row for row in rows if ADA in row or direct(ADA) in row]
    assert set(await room.states(BEN)) == {"a.md", "b.md"}


async def test_who_follows_again_after_a_refusal_is_tried_again(room: FollowRoom) -> None:
    """A person who refused direct messages is left alone, until they follow something again."""
    await room.follow("go")
    await room.publish("a.md")

    async def due() -> bool:
        return await room.ask(lambda tables: tables.followers.is_due(direct(ADA), NOW, Budget(10, NOW)))

    assert await due()
    for first in (True, False):
        refusal = await room.site.catalog.write(lambda tables: tables.followers.refuse(direct(ADA), NOW))
        assert refusal == Refusal(first, 0)
    assert not await due()
    await room.follow("go")
    assert await due()


async def test_who_goes_on_refusing_is_tried_ever_more_rarely(room: FollowRoom) -> None:
    """After each refusal a person is left alone for longer, 30 days at most; after a month what waits is dropped."""
    await room.follow("go")
    await room.publish("a.md", "b.md")

    async def refuse(now: datetime) -> Refusal:
        return await room.site.catalog.write(lambda tables: tables.followers.refuse(direct(ADA), now))

    now = NOW
    for days in (1, 2, 4, 8, 16):
        assert await refuse(now) == Refusal(is_first=days == 1, dropped=0)
        assert not await is_due(room, now + timedelta(days=days, seconds=-1))
        now += timedelta(days=days)
        assert await is_due(room, now)
    assert await refuse(now) == Refusal(is_first=False, dropped=2)
    assert set((await room.states()).values()) == {DeliveryState.DROPPED}
    room.site.now = now
    await room.publish("c.md")
    assert not await is_due(room, now + timedelta(days=30, seconds=-1))
    assert await is_due(room, now + timedelta(days=30))
    assert await refuse(now) == Refusal(is_first=False, dropped=1)
    await room.site.catalog.write(lambda tables: tables.followers.takes_messages(direct(ADA)))
    assert await refuse(now) == Refusal(is_first=True, dropped=0)


async def is_due(room: FollowRoom, now: datetime) -> bool:
    """Whether Ada is to be written to."""
    return await room.ask(lambda tables: tables.followers.is_due(direct(ADA), now, Budget(10, now)))


async def test_a_clock_that_is_set_back_silences_nobody(room: FollowRoom) -> None:
    """Who is left alone until a moment that lies years ahead by now is tried again."""
    await room.follow("go")
    await room.publish("a.md")
    later = NOW + timedelta(days=3650)
    await room.site.catalog.write(lambda tables: tables.followers.refuse(direct(ADA), later))
    assert await room.ask(lambda tables: tables.followers.due(NOW, Budget(10, NOW), 8))


async def test_only_who_has_something_due_is_asked_for(room: FollowRoom) -> None:
    """Of all followers those come, by number, for whom something waits that may be sent, and who are not busy."""
    for user_id in (ADA, BEN, BEN + 1):
        await room.follow("rust" if user_id == BEN else "go", user_id=user_id)
    await room.publish("a.md")

    def due(tables: Tables, limit: int = 8, without: tuple[int, ...] = ()) -> list[int]:
        found = tables.followers.due(NOW, Budget(10, NOW), limit, without=without)
        return [follower.channel_id for follower in found]

    assert await room.ask(due) == [direct(ADA), direct(BEN + 1)]
    assert await room.ask(lambda tables: due(tables, limit=1)) == [direct(ADA)]
    assert await room.ask(lambda tables: due(tables, without=(direct(ADA),))) == [direct(BEN + 1)]
    before = NOW - timedelta(days=2)
    await room.site.catalog.write(lambda tables: tables.followers.refuse(direct(ADA), before))
    assert await room.ask(due) == [direct(BEN + 1), direct(ADA)], "who refused has their turn last"


async def test_a_budget_is_spent_for_24_hours(room: FollowRoom) -> None:
    """With as many messages within a day as allowed nothing is due, until the oldest of them is a day old."""
    await room.follow("go")
    for path, hours in (("a.md", 0), ("b.md", 5)):
        room.site.now = NOW + timedelta(hours=hours)
        await room.publish(path)
        await room.site.send_all(direct(ADA))
    await room.publish("c.md")

    async def due(hours: float, messages: int = 2) -> bool:
        now = NOW + timedelta(hours=hours)
        return await room.ask(lambda tables: tables.followers.is_due(direct(ADA), now, Budget(messages, now)))

    assert [await due(hours) for hours in (5, 23.9, 24.1, 28.9)] == [False, False, True, True]
    assert await due(5, messages=3)
    assert await due(-48), "messages of a future that was none do not count"


async def test_followers_are_no_channels(room: FollowRoom) -> None:
    """What is counted by channel leaves followers out; they are counted together, and named nowhere."""
    for user_id in (ADA, BEN):
        await room.follow("go", user_id=user_id)
    await room.publish("a.md", "b.md", tags=("go", "news"))
    await room.site.send_all(direct(BEN))
    room.site.edit("a.md", text="Edited.")
    await room.site.scan()
    await room.site.catalog.write(lambda tables: tables.followers.refuse(direct(ADA), NOW))

    assert {count.channel_id for count in await room.ask(lambda tables: tables.deliveries.counts())} == {ALL}
    assert await room.ask(lambda tables: tables.deliveries.count_sleeping(NOW)) == {}
    assert await room.site.stale() == {}
    counts = await room.ask(lambda tables: tables.followers.counts())
    assert (counts.people, counts.waiting, counts.refusing) == (2, 2, 1)
    assert await room.ask(lambda tables: tables.followers.is_follower_channel(direct(ADA)))
    assert not await room.ask(lambda tables: tables.followers.is_follower_channel(ADA))


async def test_a_restored_backup_sends_followers_nothing_again(room: FollowRoom) -> None:
    """What waited for them may have been sent since, and nobody else could look: it is dropped, not left unknown."""
    await room.follow("go")
    await room.publish("a.md", tags=("go", "news"))
    given_up = await room.site.catalog.write(lambda tables: tables.deliveries.give_up_all("restored"))
    assert given_up == 1
    assert [state.value for state in (await room.states()).values()] == ["dropped"]
    assert len(await room.ask(lambda tables: tables.deliveries.held_up())) == 1
