"""What the commands beside the service do for followers, and what they tell of them: never who they are."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.catalog.database import Catalog, open_catalog
from bot.catalog.following import Follow, FollowKind
from bot.catalog.records import DeliveryState, Standing
from bot.ops.announce import AnnounceRequest, announce
from bot.ops.resolve import ResolveRequest, resolve
from bot.ops.status import read_status
from bot.ops.status_formats import as_json, as_text
from bot.problems import UsageError
from bot.settings import AnnounceSettings
from tests.support.catalog_site import ALL, a_post
from tests.support.courier_fakes import MESSAGE_REFUSED, until
from tests.support.follow_room import ADA, BEN, FollowRoom, direct


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[Catalog]:
    """A new catalog where the settings have it."""
    folder = tmp_path / "state"
    folder.mkdir()
    async with open_catalog(folder) as catalog:
        yield catalog


@pytest.fixture
async def room(catalog: Catalog, tmp_path: Path) -> FollowRoom:
    """Ada follows a tag, Ben words; the brake holds more than one new post."""
    room = FollowRoom(catalog, tmp_path)
    await room.follow("go")
    await room.follow("gophers", FollowKind.WORDS, BEN)
    room.site.settings = room.site.settings.model_copy(update={"announce": AnnounceSettings(hold_above=1)})
    return room


async def hold(room: FollowRoom) -> None:
    """Four posts come at once: for the channel and Ada, for Ada, for Ben, for nobody."""
    room.site.write(
        a_post("a.md", tags=("go", "news")),
        a_post("b.md", tags=("go",)),
        a_post("c.md", tags=(), text="About gophers."),
        a_post("d.md", tags=()),
    )
    await room.site.scan()


async def test_held_posts_that_are_let_go_reach_followers(room: FollowRoom) -> None:
    """What the brake held is still news: let go, it goes to those who follow it too, by words as well."""
    await hold(room)
    done = await announce(room.site.catalog, room.site.settings, AnnounceRequest(held=True))
    assert done.to_send
    assert (await room.states()).keys() == {"a.md", "b.md"}
    assert (await room.states(BEN)).keys() == {"c.md"}
    assert [await room.site.standing(path) for path in ("a.md", "b.md", "c.md", "d.md")] == [
        *[Standing.ANNOUNCED] * 3,
        Standing.INDEXED,
    ]
    alone = (
        "no channel takes it; sent to those who follow it alone; --channel CHANNEL sends it to one whatever its filters"
        " say"
    )
    assert done.lines[1:3] == [f"b.md: {alone}", f"c.md: {alone}"]
    assert "taken in without announcing it" in done.lines[3]


@pytest.mark.parametrize("request_", [AnnounceRequest(held=True, drop=True), AnnounceRequest(held=True, channel=ALL)])
async def test_what_is_let_go_only_elsewhere_reaches_no_follower(room: FollowRoom, request_: AnnounceRequest) -> None:
    """Neither what is dropped nor what a person sends to one channel alone goes to followers."""
    await hold(room)
    await announce(room.site.catalog, room.site.settings, request_)
    assert (await room.states(), await room.states(BEN)) == ({}, {})


async def test_a_backfill_reaches_no_follower(room: FollowRoom) -> None:
    """An old post that is announced on purpose is no news to anybody."""
    room.site.write(a_post("old.md", tags=("go", "news")))
    await room.site.scan(baseline=True)
    await announce(room.site.catalog, room.site.settings, AnnounceRequest(latest=1))
    assert await room.site.deliveries("old.md") == {ALL: DeliveryState.PENDING}


async def test_switched_off_held_posts_reach_no_follower(room: FollowRoom) -> None:
    """With commands.follow: false posts that are let go are not planned for followers."""
    await hold(room)
    await announce(room.site.catalog, room.without_following(), AnnounceRequest(held=True))
    assert (await room.states(), await room.states(BEN)) == ({}, {})


async def test_status_counts_followers_and_names_nobody(room: FollowRoom) -> None:
    """Followers are one line; what Discord refuses to one is nobody's task, and no number tells whose it was."""
    room.discord.next_request(direct(ADA), MESSAGE_REFUSED)
    await room.publish("a.md")
    async with room.running():
        await until(lambda: len(room.discord.requests) == 1)
        await room.rests()
    await room.publish("b.md")
    status = await read_status(room.site.settings)
    text, told = as_text(status), json.loads(as_json(status))
    assert "followers   2 people follow something; 1 post waits for them" in text
    assert told["held_up"] == []
    assert told["followers"] == {"people": 2, "refusing": 0, "waiting": 1, "paused_since": None}
    assert told["deliveries"] == []
    with pytest.raises(UsageError) as refused:
        await resolve(room.site.catalog, room.site.settings, ResolveRequest(1, resend=True))
    assert "delivery 1 (a.md to a follower) is dropped" in str(refused.value)
    for said in (text, as_json(status), str(refused.value)):
        assert not any(str(number) in said for number in (ADA, BEN, direct(ADA), direct(BEN)))


async def test_status_is_silent_where_nobody_follows_anything(room: FollowRoom) -> None:
    """Without followers there is no line about them; with some that refuse it says so."""
    now = room.clock.now()
    await room.site.catalog.write(lambda tables: tables.followers.refuse(direct(ADA), now))
    follows: tuple[Follow, ...] = await room.follows(BEN)
    await room.site.catalog.write(lambda tables: tables.followers.unfollow(BEN, follows[0].id))
    refusing = "followers   1 person follows something, 1 of them take no direct messages; 0 posts wait for them"
    assert refusing in as_text(await read_status(room.site.settings))
    await room.forget()
    assert "followers" not in as_text(await read_status(room.site.settings))
