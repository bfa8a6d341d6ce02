"""A catalog that an earlier version wrote is taken over with everything in it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.catalog import schema
from bot.catalog.columns import post_text
from bot.catalog.database import FILE_NAME, open_catalog
from bot.catalog.listings import Filters, Place
from bot.catalog.records import DeliveryState
from tests.support.catalog_search import find, titles_of
from tests.support.catalog_site import ALL, a_post

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SENT_POST, CLAIMED_POST = a_post("sent.md"), a_post("claimed.md")


def write_first_version(path: Path) -> None:
    """A catalog of version 1 with a post that was sent, and one whose request was cut short by a crash."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema.migrations()[0].read_text("utf-8"))
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        for number, post in enumerate((SENT_POST, CLAIMED_POST), start=1):
            connection.execute(
                "INSERT INTO posts (id, path, title, title_key, external_url, canonical_url, text, summary, draft,"
                " content_hash, standing, cause, reasons, first_seen_at, listed_at)"
                " VALUES (?, ?, ?, ?, ?, ?, '', '', 0, ?, 'announced', 'rules', '[]', 0, 0)",
                (number, post.path, post.title, post.title, post.external_url, post.canonical_url, post.content_hash),
            )
        connection.execute("INSERT INTO messages VALUES (1, ?, 'nonce-1', 0, 0, 4711)", (ALL,))
        connection.execute("INSERT INTO messages VALUES (2, ?, 'nonce-2', 0, NULL, NULL)", (ALL,))
        connection.executemany(
            "INSERT INTO deliveries (post_id, channel_id, state, message, position, claimed, planned_at)"
            " VALUES (?, ?, ?, ?, 0, ?, 0)",
            [(1, ALL, "sent", 1, None), (2, ALL, "sending", 2, post_text(CLAIMED_POST))],
        )
        connection.commit()


async def test_a_catalog_of_the_first_version_is_taken_over(tmp_path: Path) -> None:
    """What was sent stays sent and can be taken back, and a claim that was cut short is still settled."""
    write_first_version(tmp_path / FILE_NAME)
    async with open_catalog(tmp_path) as catalog:
        claim = await catalog.read(lambda tables: tables.deliveries.interrupted(ALL, NOW))
        assert claim is not None
        assert [delivery.post for delivery in claim.deliveries] == [CLAIMED_POST]
        assert await catalog.write(lambda tables: tables.messages.mark_stale(1, NOW)) == {ALL}
        message = await catalog.read(lambda tables: tables.messages.by_id(1))
        assert message is not None
        assert (message.message_id, [card.shown for card in message.cards]) == (4711, [None])
        await catalog.write(lambda tables: tables.messages.record_deleted(1))
        states = await catalog.read(lambda tables: tables.deliveries.channels_of(1))
    assert states == {ALL: DeliveryState.PENDING}


def write_second_version(path: Path) -> None:
    """A catalog of version 2 with posts in it, of which members may see the first two."""
    write_first_version(path)
    columns = "path, title, title_key, external_url, canonical_url, text, summary, draft, content_hash, reasons"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema.migrations()[1].read_text("utf-8"))
        connection.execute("PRAGMA user_version = 2")
        connection.executemany(
            f"INSERT INTO posts ({columns}, standing, gone_at, source, source_key, cause, first_seen_at, listed_at)"
            " VALUES (?1, ?1, ?1, ?1, ?1, 'Etcd in a café', '', 0, ?1, '[]', ?2, ?3, 'CNCF', 'cncf', 'rules', 0, ?4)",
            [("old", "indexed", None, 3), ("draft", "hidden", None, 4), ("gone", "indexed", 1, 5)],
        )
        connection.executemany(
            "INSERT INTO post_tags VALUES (?, ?, ?, ?)",
            [(1, 0, "Go", "go"), (3, 0, "Go", "go"), (3, 1, "Rust", "rust")],
        )
        connection.commit()


async def test_a_catalog_of_the_second_version_can_be_searched(tmp_path: Path) -> None:
    """The posts that were there before searching was are found by words, tags and source, and nothing hidden is."""
    write_second_version(tmp_path / FILE_NAME)
    async with open_catalog(tmp_path) as catalog:
        for typed, found in {"cafe": {"old"}, "rust": {"old"}, "go": {"old", "About sent.md"}, "cncf": {"old"}}.items():
            assert set(titles_of(await find(catalog, typed))) == found
        listing = await catalog.read(lambda tables: tables.search.latest(Filters(("go",)), 0, 9, NOW))
        assert [listed.post.tags for listed in listing.posts] == [("Go", "Rust"), ("Go",)]
        assert await catalog.read(lambda tables: tables.search.places([1])) == {1: [Place(ALL, 4711)]}
        await catalog.write(lambda tables: tables.posts.lose_file(3, NOW))
        assert titles_of(await find(catalog, "cafe")) == []
