"""What every change and every message asks of the catalog costs the same however much is in it."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.catalog.database import FILE_NAME, open_catalog
from bot.catalog.following import Budget, Followed, FollowKind
from bot.catalog.listings import Filters
from bot.catalog.records import Cause, Claim, KnownPost, Standing
from bot.catalog.search import SearchTable
from bot.catalog.tables import Tables
from bot.catalog.word_index import renew_word_index
from bot.catalog.words import Words
from bot.content.post import Post

NOW = datetime(2025, 6, 1, tzinfo=UTC)
POST = Post(
    "a.md", "A", "https://example.org/", "https://example.org/", "", "", (), None, None, False, None, None, None
)

WORDS = Words.parse("some words")
CLAIM = Claim(1, 1, "nonce", NOW, (), sendable=True)

Question = Callable[[Tables, KnownPost], object]


def follow(tables: Tables) -> Followed:
    """Somebody follows a tag."""
    return tables.followers.follow(1, 2, FollowKind.TAG, "a", NOW)


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
    "whether a person is to be written to": lambda tables, known: tables.followers.is_due(1, NOW, Budget(10, NOW)),
    "whether a person refuses": lambda tables, known: tables.followers.refuse(1, NOW, gone=True),
    "what is kept of a person": lambda tables, known: (follow(tables), tables.followers.person(1)),
    "forgetting a person": lambda tables, known: (follow(tables), tables.followers.forget(1)),
    "posts of a refused message": lambda tables, known: tables.deliveries._clear_suspects(1),
    "whether a message is still claimed": lambda tables, known: tables.deliveries.is_claimed(CLAIM),
    "when something was sent last in a channel": lambda tables, known: tables.lanes.last_sent_at(1),
    "what became of a post": lambda tables, known: tables.explain.placements(known.id, NOW),
    "how many followers got a post": lambda tables, known: tables.explain.follower_states(known.id),
    "what makes a file a duplicate": lambda tables, known: tables.explain.same_as(POST, known.id),
    "stamps of a few files": lambda tables, known: tables.files.stamps_of(["a.md"]),
}

FILTERS = {
    "nothing": Filters(),
    "a tag": Filters(("a",)),
    "tags": Filters(("a", "b")),
    "a source": Filters((), "a"),
    "a tag and a source": Filters(("a",), "a"),
    "a date": Filters(since=NOW),
    "everything": Filters(("a", "b"), "a", NOW),
}


def narrowed(ask: Callable[[SearchTable, Filters], object], filters: Filters) -> Question:
    return lambda tables, known: ask(tables.search, filters)


NARROWED: Mapping[str, Callable[[SearchTable, Filters], object]] = {
    "the newest": lambda search, filters: search.latest(filters, 0, 10, NOW),
    "a search": lambda search, filters: search.search(WORDS, filters, 0, 10, NOW),
    "one by chance": lambda search, filters: search.random(filters, NOW),
}
ASKED_BY_MEMBERS: Mapping[str, Question] = {
    **{f"{name} by {by}": narrowed(ask, filters) for name, ask in NARROWED.items() for by, filters in FILTERS.items()},
    "titles": lambda tables, known: tables.search.titles(WORDS, 25, NOW),
    "posts by their numbers": lambda tables, known: tables.search.by_id([known.id], NOW),
    "related posts": lambda tables, known: tables.search.related([known.id], 0, 10, NOW),
    "the posts of a message": lambda tables, known: tables.search.in_message(1, ["https://example.org/"], NOW),
    "where posts were announced": lambda tables, known: tables.search.places([known.id]),
    "what a person follows no more": lambda tables, known: (follow(tables), tables.followers.unfollow(1, 1)),
    "who wants a post": lambda tables, known: tables.followers.matching([known.id]),
}


def plan_of(connection: sqlite3.Connection, ask: Question) -> list[str]:
    """How SQLite goes about all statements of a question."""
    statements: list[str] = []
    tables = Tables(connection)
    post_id = tables.posts.insert(POST, NOW)
    tables.posts.decide(post_id, Standing.INDEXED, Cause.RULES, ())
    known = tables.posts.by_id(post_id)
    assert known is not None
    renew_word_index(connection)
    connection.set_trace_callback(statements.append)
    ask(tables, known)
    connection.set_trace_callback(None)
    # What FTS5 asks its own tables comes as a comment.
    asked = [text for text in statements if not text.startswith("--")]
    return [row["detail"] for text in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]


def plan_in(folder: Path, ask: Question) -> list[str]:
    """How SQLite goes about a question in the catalog in `folder`."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.row_factory = sqlite3.Row
        return plan_of(connection, ask)


@pytest.mark.parametrize("question", ASKED_ALL_THE_TIME)
async def test_what_is_asked_all_the_time_walks_through_no_table(question: str, tmp_path: Path) -> None:
    """Each step of a question that is asked for every hint or message is a search by an index."""
    async with open_catalog(tmp_path):
        pass
    plan = plan_in(tmp_path, ASKED_ALL_THE_TIME[question])
    walks = [step for step in plan if step.startswith("SCAN") or (step.startswith("SEARCH") and "(" not in step)]
    assert plan
    assert not walks


# Ends as soon as enough was found: the newest posts in the order of an index, and matches in that of the words.
ORDERED = re.compile(
    r"SCAN (posts USING (COVERING )?INDEX posts_listed|post_words VIRTUAL TABLE INDEX .*|\(subquery-\d+\))"
    r"|SCAN (drawn|wanted|link|json_each) VIRTUAL TABLE INDEX .*"
    r"|SEARCH posts"  # for the greatest number: one step
)


@pytest.mark.parametrize("question", ASKED_BY_MEMBERS)
async def test_what_members_ask_walks_through_all_posts_never(question: str, tmp_path: Path) -> None:
    """A list is walked in the order of an index and ends with the page; everything else is a search by an index."""
    async with open_catalog(tmp_path):
        pass
    plan = plan_in(tmp_path, ASKED_BY_MEMBERS[question])
    walks = [step for step in plan if step.startswith("SCAN") or (step.startswith("SEARCH") and "(" not in step)]
    assert plan
    assert [step for step in walks if not ORDERED.fullmatch(step)] == []
    if question.startswith("the newest"):
        assert not any("ORDER BY" in step for step in plan[: plan.index("SCAN wanted VIRTUAL TABLE INDEX 1:")])
