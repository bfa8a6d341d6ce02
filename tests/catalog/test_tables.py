"""What goes into the catalog comes out of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog import schema
from bot.catalog.columns import post_from_text, post_text
from bot.catalog.database import Catalog
from bot.catalog.listings import Filters
from bot.catalog.records import Cause, Claim, Counted, DeliveryState, Reason, Standing
from bot.catalog.tables import Tables
from bot.content.post import FileStamp, Post, PostFile, PostProblem, Reading
from tests.support.catalog_site import ALL, KUBERNETES, NOW, a_post

# What the reader hands out: no lone surrogates, no NUL; any other character.
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
moments = st.none() | st.datetimes(timezones=st.just(UTC))
posts = st.builds(
    Post,
    path=text.filter(bool),
    title=text.filter(bool),
    external_url=text,
    canonical_url=text,
    text=text,
    summary=text,
    tags=st.lists(text, max_size=5).map(tuple),
    source=st.none() | text,
    kind=st.none() | text,
    draft=st.booleans(),
    date=moments,
    publish_date=moments,
    expiry_date=moments,
)
reasons = st.lists(st.builds(Reason, text, st.booleans(), text), max_size=4).map(tuple)
whole = st.integers(0, 2**63 - 1)
stamps = st.builds(FileStamp, st.integers(-(2**63), 2**63 - 1), whole, whole, st.integers(0, 2**64 - 1))


@contextmanager
def tables_in_memory() -> Iterator[Tables]:
    """The tables of a catalog that nobody else has."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    try:
        for migration in schema.migrations():
            connection.executescript(migration.read_text("utf-8"))
        yield Tables(connection)
    finally:
        connection.close()


@given(posts, posts, reasons, st.datetimes(timezones=st.just(UTC)))
def test_a_post_comes_out_as_it_went_in(post: Post, later: Post, why: tuple[Reason, ...], now: datetime) -> None:
    """Every field of any post, of its decision, and of its change is kept exactly."""
    with tables_in_memory() as tables:
        post_id = tables.posts.insert(post, now)
        known = tables.posts.by_path(post.path)
        assert known is not None
        assert (known.id, known.post, known.first_seen_at) == (post_id, post, now)
        assert (known.standing, known.shown_as, known.gone_at) == (Standing.HIDDEN, None, None)
        tables.posts.update(known, later)
        tables.posts.decide(post_id, Standing.WAITING, Cause.UNROUTED, why, wakes_at=now)
        again = tables.posts.by_id(post_id)
        assert again is not None
        assert (again.post, again.reasons, again.wakes_at) == (later, why, now)
        assert (again.standing, again.cause) == (Standing.WAITING, Cause.UNROUTED)
        assert again.post.content_hash == later.content_hash


@given(posts)
def test_a_claimed_post_comes_out_as_it_went_in(post: Post) -> None:
    """A post kept as text for its claim is the same post."""
    assert post_from_text(post_text(post)) == post


def test_what_was_stored_of_a_sent_post_can_still_be_read() -> None:
    """Catalogs out there have posts like this one: whoever changes the fields of a post brings them along."""
    stored = (
        '{"path": "a.md", "title": "A", "external_url": "https://example.org/", "canonical_url": "https://example.org",'
        ' "text": "Short", "summary": "Long", "tags": ["go"], "source": "S", "kind": "link", "draft": false,'
        ' "date": 1763856000000000, "publish_date": null, "expiry_date": null}'
    )
    date = datetime(2025, 11, 23, tzinfo=UTC)
    address = "https://example.org/"
    assert post_from_text(stored) == Post(
        "a.md", "A", address, "https://example.org", "Short", "Long", ("go",), "S", "link", False, date, None, None
    )


@given(text.filter(bool), stamps)
def test_a_stamp_comes_out_as_it_went_in(path: str, stamp: FileStamp) -> None:
    """Stamps are kept exactly, inodes of 64 bits as well; so are problems, with their place."""
    with tables_in_memory() as tables:
        tables.files.put(Reading(PostFile(path, stamp), PostProblem(path, 3, "what", "fix", 7, "title")))
        assert tables.files.stamps() == tables.files.stamps_of([path, "another"]) == {path: stamp}
        assert tables.files.problem(path) == PostProblem(path, 3, "what", "fix", 7, "title")


async def listed(catalog: Catalog, *tags: str, source: str | None = None) -> list[str]:
    found = await catalog.read(lambda tables: tables.search.latest(Filters(tags, source), 0, 100, NOW))
    return [each.post.path for each in found.posts]


async def add(catalog: Catalog, *found: Post, standing: Standing = Standing.INDEXED) -> None:
    def work(tables: Tables) -> None:
        for post in found:
            tables.posts.decide(tables.posts.insert(post, NOW), standing, Cause.RULES, ())

    await catalog.write(work)


async def test_members_find_the_newest_first(catalog: Catalog) -> None:
    """Posts come by date, one without a date by when it was first seen; tag and source regardless of case."""
    await add(
        catalog,
        a_post("old.md", date=NOW - timedelta(days=9), tags=("Go",), source="CNCF"),
        a_post("undated.md", date=None, tags=(), source=None),
        a_post("new.md", date=NOW - timedelta(days=1), tags=("go", "Cloud  Native"), source="Blog"),
    )
    assert await listed(catalog) == ["undated.md", "new.md", "old.md"]
    assert await listed(catalog, "GO") == ["new.md", "old.md"]
    assert await listed(catalog, " cloud native ") == ["new.md"]
    assert await listed(catalog, "go", source="cncf") == ["old.md"]
    assert await listed(catalog, "nothing") == []


async def test_members_find_only_what_they_may_see(catalog: Catalog) -> None:
    """Hidden, waiting, held, expired and lost posts are in no list and no count."""
    for standing in (Standing.HIDDEN, Standing.WAITING, Standing.HELD):
        await add(catalog, a_post(f"{standing}.md"), standing=standing)
    await add(catalog, a_post("expired.md", expiry_date=NOW), a_post("gone.md"), a_post("seen.md"))
    gone = await catalog.read(lambda tables: tables.posts.by_path("gone.md"))
    assert gone is not None
    await catalog.write(lambda tables: tables.posts.lose_file(gone.id, NOW))
    assert await listed(catalog) == ["seen.md"]
    assert await catalog.read(lambda tables: tables.search.tags(NOW)) == [Counted("kubernetes", 1)]
    assert await catalog.read(lambda tables: tables.search.sources(NOW)) == [Counted("CNCF", 1)]


async def test_counts_are_by_name_regardless_of_case(catalog: Catalog) -> None:
    """Spellings of one tag are counted together under the one that is used most, the most used tag first."""
    await add(
        catalog,
        a_post("a.md", tags=("Go", "rare")),
        a_post("b.md", tags=("Go",)),
        a_post("c.md", tags=("go", "Also")),
    )
    found = await catalog.read(lambda tables: tables.search.tags(NOW))
    assert found == [Counted("Go", 3), Counted("Also", 1), Counted("rare", 1)]


async def planned(catalog: Catalog, *found: Post) -> None:
    def work(tables: Tables) -> None:
        for number, post in enumerate(found):
            reading = Reading(PostFile(post.path, FileStamp(number, 0, 0, 0)), post)
            tables.files.put(reading)
            post_id = tables.posts.insert(post, NOW)
            tables.posts.decide(post_id, Standing.ANNOUNCED, Cause.RULES, ())
            assert tables.deliveries.plan(post_id, [ALL, KUBERNETES], NOW) == 2
            assert tables.deliveries.plan(post_id, [ALL, KUBERNETES], NOW) == 0

    await catalog.write(work)


async def claim(catalog: Catalog, nonce: str = "n") -> Claim:
    return await catalog.write(
        lambda tables: tables.deliveries.claim(ALL, nonce, tables.deliveries.pending(ALL, 10, NOW), NOW)
    )


async def states(catalog: Catalog) -> list[tuple[DeliveryState, int]]:
    counts = await catalog.read(lambda tables: tables.deliveries.counts())
    return [(count.state, count.deliveries) for count in counts if count.channel_id == ALL]


async def test_the_oldest_post_is_due_first(catalog: Catalog) -> None:
    """Deliveries are due in the order of their posts' dates, whatever the order in which they were planned."""
    await planned(catalog, a_post("b.md", date=NOW - timedelta(days=1)), a_post("a.md", date=NOW - timedelta(days=2)))
    due = await catalog.read(lambda tables: tables.deliveries.pending(ALL, 10, NOW))
    assert [delivery.post.path for delivery in due] == ["a.md", "b.md"]
    assert len(await catalog.read(lambda tables: tables.deliveries.pending(ALL, 1, NOW))) == 1


async def test_a_claim_is_found_again_as_it_was_made(catalog: Catalog) -> None:
    """What a crash leaves behind has the nonce, the time, and the posts as they were claimed, in their order."""
    await planned(catalog, a_post("a.md"), a_post("b.md"))
    made = await claim(catalog)
    known = await catalog.read(lambda tables: tables.posts.by_path("a.md"))
    assert known is not None
    await catalog.write(lambda tables: tables.posts.update(known, replace(known.post, title="Edited since")))
    assert await catalog.read(lambda tables: tables.deliveries.interrupted(ALL, NOW)) == made
    assert await catalog.read(lambda tables: tables.deliveries.interrupted(KUBERNETES, NOW)) is None
    assert await catalog.read(lambda tables: tables.deliveries.pending(ALL, 10, NOW)) == []


async def test_a_claim_ends_in_one_way(catalog: Catalog) -> None:
    """Released it is due again, recorded it is sent, and what has ended cannot end once more."""
    await planned(catalog, a_post("a.md"), a_post("b.md"))
    first = await claim(catalog)
    await catalog.write(lambda tables: tables.deliveries.release(first, alone=True))
    due = await catalog.read(lambda tables: tables.deliveries.pending(ALL, 10, NOW))
    assert [delivery.alone for delivery in due] == [True, True]
    second = await claim(catalog, "m")
    await catalog.write(lambda tables: tables.deliveries.record_sent(second, 77, NOW))
    assert await states(catalog) == [(DeliveryState.SENT, 2)]
    assert await catalog.read(lambda tables: tables.deliveries.last_sent_at()) == NOW
    for again in (
        lambda tables: tables.deliveries.record_sent(second, 78, NOW),
        lambda tables: tables.deliveries.release(second),
        lambda tables: tables.deliveries.give_up(second, "why"),
    ):
        with pytest.raises(AssertionError):
            await catalog.write(again)
        assert await states(catalog) == [(DeliveryState.SENT, 2)]


async def given_up(catalog: Catalog, *paths: str) -> list[int]:
    """One message with these posts of which nobody knows whether it stands; the ids of its deliveries."""
    await planned(catalog, *map(a_post, paths))
    unknown = await claim(catalog, f"of {paths[0]}")
    await catalog.write(lambda tables: tables.deliveries.give_up(unknown, "no permission"))
    return [delivery.id for delivery in unknown.deliveries]


def messages(path: Path) -> list[tuple[object, ...]]:
    """Nonce, message id and number of deliveries of each message of a catalog."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT nonce, message_id, count(deliveries.id) FROM messages LEFT JOIN deliveries"
            " ON deliveries.message = messages.id GROUP BY messages.id ORDER BY messages.id"
        ).fetchall()


async def test_of_a_message_with_several_deliveries_each_is_settled_by_itself(catalog: Catalog) -> None:
    """One that a person found leaves the others unknown; found in the same message they share its row."""
    one, two, three = await given_up(catalog, "a.md", "b.md", "c.md")
    await catalog.write(lambda tables: tables.deliveries.settle_sent(one, 77, NOW))
    assert await states(catalog) == [(DeliveryState.SENT, 1), (DeliveryState.UNKNOWN, 2)]
    assert messages(catalog.path) == [("of a.md", None, 2), (None, 77, 1)]
    await catalog.write(lambda tables: tables.deliveries.settle_sent(two, 77, NOW))
    assert messages(catalog.path) == [("of a.md", None, 1), (None, 77, 2)]
    await catalog.write(lambda tables: tables.deliveries.settle_sent(three, 78, NOW))
    assert messages(catalog.path) == [(None, 77, 2), (None, 78, 1)]
    assert await states(catalog) == [(DeliveryState.SENT, 3)]
    assert await catalog.read(lambda tables: tables.deliveries.known_messages(ALL)) == {77, 78}
    assert await catalog.read(lambda tables: tables.deliveries.known_messages(KUBERNETES)) == set()


async def test_what_is_to_be_sent_again_is_due_alone_under_a_new_claim(catalog: Catalog) -> None:
    """A delivery that is pending again is claimed with another nonce, and the old message is forgotten."""
    one, two = await given_up(catalog, "a.md", "b.md")
    await catalog.write(lambda tables: tables.deliveries.settle_pending(one))
    assert [nonce for nonce, _, _ in messages(catalog.path)] == ["of a.md"]
    await catalog.write(lambda tables: tables.deliveries.settle_pending(two))
    assert messages(catalog.path) == []
    again = await claim(catalog, "new")
    assert [(delivery.id, delivery.alone) for delivery in again.deliveries] == [(one, True), (two, True)]


async def test_what_is_dropped_counts_and_asks_for_nothing(catalog: Catalog) -> None:
    """A dropped delivery is counted, neither due nor held up, and planned no second time."""
    (one,) = await given_up(catalog, "a.md")
    await catalog.write(lambda tables: tables.deliveries.settle_dropped(one))
    assert await states(catalog) == [(DeliveryState.DROPPED, 1)]
    assert messages(catalog.path) == []
    assert await catalog.read(lambda tables: tables.deliveries.held_up()) == []
    assert await catalog.read(lambda tables: tables.deliveries.pending(ALL, 10, NOW)) == []
    known = await catalog.read(lambda tables: tables.posts.by_path("a.md"))
    assert known is not None
    assert await catalog.write(lambda tables: tables.deliveries.plan(known.id, [ALL], NOW)) == 0


async def test_only_what_a_person_must_look_at_can_be_settled(catalog: Catalog) -> None:
    """A delivery that is pending, under way or sent is never changed by a person's word."""
    await planned(catalog, a_post("a.md"))
    (due,) = await catalog.read(lambda tables: tables.deliveries.pending(ALL, 10, NOW))
    for settle in (
        lambda tables: tables.deliveries.settle_sent(due.id, 77, NOW),
        lambda tables: tables.deliveries.settle_pending(due.id),
        lambda tables: tables.deliveries.settle_dropped(due.id),
    ):
        with pytest.raises(AssertionError):
            await catalog.write(settle)
    assert await states(catalog) == [(DeliveryState.PENDING, 1)]
    assert messages(catalog.path) == []


async def test_what_a_person_must_look_at_is_listed_with_its_reason(catalog: Catalog) -> None:
    """Refused and unknown deliveries are told with path, channel and reason."""
    await planned(catalog, a_post("a.md"))
    refused = await claim(catalog)
    await catalog.write(lambda tables: tables.deliveries.refuse(refused, "too long"))
    (held,) = await catalog.read(lambda tables: tables.deliveries.held_up())
    assert (held.path, held.channel_id, held.state, held.reason) == ("a.md", ALL, DeliveryState.REFUSED, "too long")
    await planned(catalog, a_post("b.md"))
    unknown = await claim(catalog, "m")
    await catalog.write(lambda tables: tables.deliveries.give_up(unknown, "no permission"))
    assert [each.state for each in await catalog.read(lambda tables: tables.deliveries.held_up())] == [
        DeliveryState.REFUSED,
        DeliveryState.UNKNOWN,
    ]
    assert await catalog.read(lambda tables: tables.deliveries.interrupted(ALL, NOW)) is None
