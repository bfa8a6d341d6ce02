"""``linkbot announce``: what is planned, what is refused, and what is said of it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.announcing.packing import pack
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.records import DeliveryState, Standing
from bot.catalog.tables import Tables
from bot.discord_app.cards import card_characters
from bot.ops.announce import AnnounceRequest
from bot.ops.requests import carry_out, from_line, to_line
from bot.problems import UsageError
from bot.settings import AnnounceSettings, Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, KUBERNETES, settings_in, take_in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two channels: one takes everything but the tag nowhere, one only kubernetes; more than two new posts are held."""
    return settings_in(tmp_path, announce=AnnounceSettings(hold_above=2))


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """A catalog whose baseline is three posts, b the newest, and a draft."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory) as catalog:
        files = {
            "a.md": post_text("A", date="2024-01-01", tags=["kubernetes"]),
            "b.md": post_text("B", date="2024-03-01"),
            "c.md": post_text("C", date="2024-02-01", tags=["nowhere"]),
            "draft.md": post_text("Draft", draft=True),
        }
        await take_in(catalog, settings, files, baseline=True)
        yield catalog


async def announce(catalog: Catalog, settings: Settings, request: AnnounceRequest) -> list[str]:
    """Announce; what is said of it."""
    return (await carry_out(catalog, settings, request)).lines


async def states(catalog: Catalog, path: str) -> dict[int, DeliveryState]:
    known = await catalog.read(lambda tables: tables.posts.by_path(path))
    assert known is not None
    return await catalog.read(lambda tables: tables.deliveries.channels_of(known.id))


async def standing(catalog: Catalog, path: str) -> Standing:
    known = await catalog.read(lambda tables: tables.posts.by_path(path))
    assert known is not None
    return known.standing


async def hold_three(catalog: Catalog, settings: Settings) -> None:
    """Three posts come at once, one more than hold_above; no channel takes the last."""
    files = {
        "h1.md": post_text("H1", date="2024-05-01", tags=["kubernetes"]),
        "h2.md": post_text("H2", date="2024-04-01"),
        "h3.md": post_text("H3", date="2024-06-01", tags=["nowhere"]),
    }
    await take_in(catalog, settings, files)


async def test_a_named_post_goes_where_the_filters_say(catalog: Catalog, settings: Settings) -> None:
    """A post of the baseline that is named is planned for every channel that takes it."""
    lines = await announce(catalog, settings, AnnounceRequest(paths=("a.md", "b.md")))
    assert lines == ["a.md: to be announced in all, kubernetes", "b.md: to be announced in all"]
    assert await states(catalog, "a.md") == {ALL: DeliveryState.PENDING, KUBERNETES: DeliveryState.PENDING}
    assert await standing(catalog, "a.md") is Standing.ANNOUNCED


async def test_the_latest_are_taken_by_date(catalog: Catalog, settings: Settings) -> None:
    """--latest takes the newest posts by date, and tells them oldest first, as they will stand."""
    lines = await announce(catalog, settings, AnnounceRequest(latest=2))
    assert [line.partition(":")[0] for line in lines] == ["c.md", "b.md"]


async def test_a_channel_that_is_named_takes_it_whatever_its_filters(catalog: Catalog, settings: Settings) -> None:
    """--channel asks no filter and no other channel."""
    lines = await announce(catalog, settings, AnnounceRequest(paths=("c.md",), channel=KUBERNETES))
    assert lines == ["c.md: to be announced in kubernetes"]
    assert await states(catalog, "c.md") == {KUBERNETES: DeliveryState.PENDING}


async def test_a_channel_that_is_not_in_the_settings_is_refused(catalog: Catalog, settings: Settings) -> None:
    """The sentence names the channels that there are."""
    with pytest.raises(UsageError, match=f"id 5; there are {ALL} \\(all\\), {KUBERNETES}"):
        await announce(catalog, settings, AnnounceRequest(latest=1, channel=5))


async def test_nothing_is_planned_twice(catalog: Catalog, settings: Settings) -> None:
    """Where a post is planned or sent already it is not planned again, and the answer says how it stands there."""
    await announce(catalog, settings, AnnounceRequest(paths=("a.md",), channel=ALL))
    assert await announce(catalog, settings, AnnounceRequest(paths=("a.md", "a.md"))) == [
        "a.md: to be announced in kubernetes"
    ]
    again = await announce(catalog, settings, AnnounceRequest(paths=("a.md",)))
    assert again == ["a.md: nothing to do: it is pending in all, pending in kubernetes"]


async def test_a_post_that_no_channel_takes_says_so(catalog: Catalog, settings: Settings) -> None:
    """The answer names the way to send it all the same."""
    lines = await announce(catalog, settings, AnnounceRequest(paths=("c.md",)))
    assert lines == ["c.md: no channel takes it; --channel CHANNEL sends it to one whatever its filters say"]
    assert await standing(catalog, "c.md") is Standing.INDEXED


async def test_a_dry_run_changes_nothing(catalog: Catalog, settings: Settings) -> None:
    """--dry-run tells the same in the conditional and leaves everything as it was."""
    await hold_three(catalog, settings)
    lines = await announce(catalog, settings, AnnounceRequest(paths=("a.md",), dry_run=True))
    assert lines == [
        "a.md: would be announced in all, kubernetes",
        "all: 1 post in 1 message",
        "kubernetes: 1 post in 1 message",
        "in all: 1 post chosen, 2 announcements in 2 messages",
    ]
    lines = await announce(catalog, settings, AnnounceRequest(held=True, drop=True, dry_run=True))
    assert lines[0] == "h2.md: would be taken in without announcing it"
    assert await states(catalog, "a.md") == {}
    assert await standing(catalog, "h2.md") is Standing.HELD


async def test_a_dry_run_says_why_not_elsewhere(catalog: Catalog, settings: Settings) -> None:
    """Of each other channel it names the filter that keeps the post out, or what became of it there before."""
    await announce(catalog, settings, AnnounceRequest(paths=("a.md",), channel=ALL))
    await catalog.write(lambda tables: tables.pauses.pause(KUBERNETES, datetime.now(UTC)))
    assert await announce(catalog, settings, AnnounceRequest(paths=("a.md", "b.md", "c.md"), dry_run=True)) == [
        "a.md: would be announced in kubernetes (paused); it is pending in all already",
        "b.md: would be announced in all; not in kubernetes (tags.any: at least one of kubernetes; the post has none)",
        "c.md: no channel takes it; --channel CHANNEL sends it to one whatever its filters say;"
        " not in all (tags.none: none of nowhere; the post has nowhere);"
        " not in kubernetes (tags.any: at least one of kubernetes; the post has nowhere)",
        "all: 1 post in 1 message, beside 1 post that waits there; tags.none keeps 1 out",
        "kubernetes: 1 post in 1 message; it is paused, so they wait for `linkbot resume`; tags.any keeps 2 out",
        "in all: 3 posts chosen, 2 announcements in 2 messages",
    ]
    asked = AnnounceRequest(paths=("b.md", "c.md"), channel=KUBERNETES, dry_run=True)
    assert await announce(catalog, settings, asked) == [
        "b.md: would be announced in kubernetes (paused)",
        "c.md: would be announced in kubernetes (paused)",
        "kubernetes: 2 posts in 1 message; it is paused, so they wait for `linkbot resume`",
        "in all: 2 posts chosen, 2 announcements in 1 message; in a forum each post is a thread of its own",
    ]


async def test_a_dry_run_counts_messages_as_they_will_be(catalog: Catalog, settings: Settings) -> None:
    """Of hundreds of posts the sums say what is sent: messages end where ten cards, or 6,000 characters, are full."""
    few = {f"{number:03}.md": post_text(f"Post {number}", date="2025-01-01") for number in range(195)}
    long = {f"x{number}.md": post_text(f"Long {number}", date="2025-01-02", tldr="Word. " * 500) for number in range(5)}
    roomy = settings.model_copy(update={"announce": AnnounceSettings(tldr_characters=2500)})
    await take_in(catalog, roomy, {**few, **long}, baseline=True)
    lines = await announce(catalog, roomy, AnnounceRequest(latest=200, dry_run=True))
    assert len(lines) == 203
    assert lines[0] == "000.md: would be announced in all; not in kubernetes (tags.any)"
    assert lines[200] == "all: 200 posts in 22 messages"
    planned = await announce(catalog, roomy, AnnounceRequest(latest=200))
    assert len(planned) == 21
    messages = 0

    def claim_next(tables: Tables) -> int:
        waiting = tables.deliveries.pending(ALL, 10, datetime.now(UTC))
        packed = pack(waiting, lambda post: card_characters(post, 2500), 10)
        if packed:
            tables.deliveries.claim(ALL, str(messages), packed, datetime.now(UTC))
        return len(packed)

    while await catalog.write(claim_next):
        messages += 1
    assert messages == 22


async def test_held_posts_are_let_go(catalog: Catalog, settings: Settings) -> None:
    """--held announces what hold_above held, oldest first; what no channel takes is no longer held either."""
    await hold_three(catalog, settings)
    lines = await announce(catalog, settings, AnnounceRequest(held=True))
    assert lines[:2] == ["h2.md: to be announced in all", "h1.md: to be announced in all, kubernetes"]
    assert lines[2].startswith("h3.md: no channel takes it; taken in without announcing it")
    assert await standing(catalog, "h3.md") is Standing.INDEXED
    assert await announce(catalog, settings, AnnounceRequest(held=True)) == ["no post is held"]


async def test_of_many_posts_alike_only_the_first_are_told(catalog: Catalog, settings: Settings) -> None:
    """Of hundreds of held posts twenty are named and the others counted; --dry-run names them all."""
    await take_in(catalog, settings, {f"many/{number:02}.md": post_text(f"Post {number}") for number in range(32)})
    assert len(await announce(catalog, settings, AnnounceRequest(held=True, dry_run=True))) == 32 + 3
    lines = await announce(catalog, settings, AnnounceRequest(held=True))
    assert len(lines) == 21
    assert lines[19:] == ["many/19.md: to be announced in all", "and 12 more: to be announced in all"]


async def test_held_posts_can_be_dropped(catalog: Catalog, settings: Settings) -> None:
    """--held --drop takes them in without a delivery."""
    await hold_three(catalog, settings)
    lines = await announce(catalog, settings, AnnounceRequest(held=True, drop=True))
    assert lines[0] == "h2.md: taken in without announcing it"
    assert await standing(catalog, "h1.md") is Standing.INDEXED
    assert await states(catalog, "h1.md") == {}


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("draft.md", "draft.md is hidden and cannot be announced: it is a draft"),
        ("future.md", "future.md is waiting and cannot be announced: its date is 2999"),
        ("expired.md", "expired.md is hidden and cannot be announced: its expiryDate is 2024"),
        ("broken.md", "broken.md:2:8: .*; until then it is no post"),
        ("page.md", "page.md is no link post; `linkbot preview` says why"),
        ("unread.md", "unread.md is there, but the bot has not read it yet; while the service runs"),
        ("nowhere.md", "there is no nowhere.md in the content directory /"),
        ("x" * 300 + ".md", "there is no x+.md in the content directory /"),
    ],
)
async def test_what_cannot_be_announced_says_why(
    catalog: Catalog, settings: Settings, path: str, sentence: str
) -> None:
    """A draft, a post of the future, an expired, broken or unread one: each gets its own sentence; nothing is done."""
    expired = post_text("Expired").replace("draft: false", "expiryDate: 2024-07-01")
    await take_in(catalog, settings, {"future.md": post_text("Future", date="2999-01-01"), "expired.md": expired})
    await take_in(catalog, settings, {"broken.md": "---\ntitle: 'x\n---\n", "page.md": "Just text.\n"})
    (settings.content.directory / "unread.md").write_text(post_text("Unread"))
    with pytest.raises(UsageError, match=sentence):
        await announce(catalog, settings, AnnounceRequest(paths=("a.md", path)))
    assert await states(catalog, "a.md") == {}


async def test_a_post_that_expired_since_it_was_read_is_refused(catalog: Catalog, settings: Settings) -> None:
    """What expired after its last reading counts as expired now: it would never be sent."""

    def expire(tables: Tables) -> None:
        known = tables.posts.by_path("a.md")
        assert known is not None
        assert known.post.date is not None
        tables.posts.update(known, replace(known.post, expiry_date=known.post.date))

    await catalog.write(expire)
    with pytest.raises(UsageError, match="has expired"):
        await announce(catalog, settings, AnnounceRequest(paths=("a.md",)))


async def test_a_post_whose_file_is_broken_now_waits_for_its_mending(catalog: Catalog, settings: Settings) -> None:
    """A known post is planned although its file has a problem now, and the answer says what it waits for."""
    await take_in(catalog, settings, {"a.md": "---\ntitle: 'x\n---\n"})
    (line,) = await announce(catalog, settings, AnnounceRequest(paths=("a.md",), channel=ALL))
    assert line.startswith("a.md: to be announced in all, once its file is in order again (a.md:2:8: ")


async def test_a_duplicate_stays_one_when_it_is_announced_on_purpose(catalog: Catalog, settings: Settings) -> None:
    """A duplicate goes out if a person asks for it, but lists go on to show it as its original."""
    await take_in(catalog, settings, {"copy.md": post_text("A")})
    assert await announce(catalog, settings, AnnounceRequest(paths=("copy.md",))) == ["copy.md: to be announced in all"]
    known = await catalog.read(lambda tables: tables.posts.by_path("copy.md"))
    assert known is not None
    assert known.duplicate_of is not None


async def test_a_request_survives_the_wire() -> None:
    """What one process asks for is what the other reads."""
    for request in (
        AnnounceRequest(latest=3, channel=ALL),
        AnnounceRequest(paths=("a.md", "ü \n.md"), dry_run=True),
        AnnounceRequest(held=True, drop=True),
    ):
        assert from_line(to_line(request)) == request


@pytest.mark.parametrize(
    "line",
    [
        b"null",
        b"3",
        b"[]",
        b"{}",
        b'{"latest": 0}',
        b'{"latest": "3"}',
        b'{"latest": 99999999999999999999999}',
        b'{"latest": 1.5}',
        b'{"paths": "a.md"}',
        b'{"paths": [{}]}',
        b'{"paths": ["\\udc80.md"]}',
        b'{"drop": true, "latest": 1}',
        b'{"latest": 1, "held": true}',
        b'{"held": true, "drop": true, "channel": 1}',
        json.dumps({"latest": 1, "channel": "x"}).encode(),
    ],
)
def test_what_is_no_request_is_refused(line: bytes) -> None:
    """Anything but a request that makes sense is a sentence, never another exception."""
    with pytest.raises(UsageError):
        from_line(b'{"announce": %s}' % line)
