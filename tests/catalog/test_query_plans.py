"""What every change and every message asks of the catalog costs the same however much is in it."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.catalog.database import FILE_NAME, open_catalog
from bot.catalog.records import KnownPost
from bot.catalog.tables import Tables
from bot.content.post import Post

NOW = datetime(2025, 6, 1, tzinfo=UTC)
POST = Post(
    "a.md", "A", "https://example.org/", "https://example.org/", "", "", (), None, None, False, None, None, None
)

Question = Callable[[Tables, KnownPost], object]

ASKED_ALL_THE_TIME: Mapping[str, Question] = {
    "what to send next": lambda tables, known: tables.deliveries.pending(1, 10, NOW),
    "what a crash left behind": lambda tables, known: tables.deliveries.interrupted(1, NOW),
    "a delivery by its number": lambda tables, known: tables.deliveries.by_id(1, NOW),
    "the post at a path": lambda tables, known: tables.posts.by_path("a.md"),
    "a renamed post": lambda tables, known: tables.posts.gone_like(known.post),
    "a duplicate's original": lambda tables, known: tables.posts.original_of(known),
    "a post's duplicates": lambda tables, known: tables.posts.duplicates_of(known.id),
    "where a post is planned": lambda tables, known: tables.deliveries.channels_of(known.id),
    "posts whose date has come": lambda tables, known: tables.posts.due(NOW),
    "when the next post's date comes": lambda tables, known: tables.posts.next_due_at(),
    "posts that were missed once": lambda tables, known: tables.posts.just_gone(),
    "whether a post is gone for good": lambda tables, known: tables.posts.lose_for_good(known.id),
    "messages that show a post": lambda tables, known: tables.messages.mark_stale(known.id, NOW),
    "whether a message shows its posts": lambda tables, known: tables.messages.mark_if_changed(1, NOW),
    "the next message to be looked at": lambda tables, known: tables.messages.next_stale(1, NOW, timedelta()),
    "since when a message is to be looked at": lambda tables, known: tables.messages.stale_since(1),
    "the next message to be published": lambda tables, known: tables.messages.next_to_publish(1),
    "what was published lately": lambda tables, known: tables.messages.published_between(1, NOW, NOW),
    "stamps of a few files": lambda tables, known: tables.files.stamps(["a.md"]),
}


def plan_of(connection: sqlite3.Connection, ask: Question) -> list[str]:
    """How SQLite goes about all statements of a question."""
    statements: list[str] = []
    tables = Tables(connection)
    known = tables.posts.by_id(tables.posts.insert(POST, NOW))
    assert known is not None
    connection.set_trace_callback(statements.append)
    ask(tables, known)
    connection.set_trace_callback(None)
    return [row["detail"] for text in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]


@pytest.mark.parametrize("question", ASKED_ALL_THE_TIME)
async def test_what_is_asked_all_the_time_walks_through_no_table(question: str, tmp_path: Path) -> None:
    """Each step of a question that is asked for every hint or message is a search by an index."""
    async with open_catalog(tmp_path):
        pass
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.row_factory = sqlite3.Row
    try:
        plan = plan_of(connection, ASKED_ALL_THE_TIME[question])
    finally:
        connection.close()
    walks = [step for step in plan if step.startswith("SCAN") or (step.startswith("SEARCH") and "(" not in step)]
    assert plan
    assert not walks
