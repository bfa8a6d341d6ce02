"""Whatever happens to posts, those that members may see are found by their words, and no others."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog import schema
from bot.catalog.listings import Filters
from bot.catalog.records import Cause, KnownPost, Standing
from bot.catalog.tables import Tables
from bot.catalog.word_index import renew_word_index
from bot.catalog.words import Words
from bot.content.post import Post
from tests.support.catalog_site import NOW, a_post

WORDS = ("etcd", "node", "café", "sig node", "Go")
some_words = st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join)


@contextmanager
def catalog_in_memory() -> Iterator[tuple[sqlite3.Connection, Tables]]:
    """A catalog that nobody else has."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        for migration in schema.migrations():
            connection.executescript(migration.read_text("utf-8"))
        yield connection, Tables(connection)


def check_index(connection: sqlite3.Connection) -> None:
    """Compare the index with the posts at the end of a transaction; a `DatabaseError` if they differ."""
    renew_word_index(connection)
    connection.execute("INSERT INTO post_words (post_words, rank) VALUES ('integrity-check', 1)")


posts = st.builds(
    lambda title, text, summary, tags, source: replace(
        a_post(title=title, text=text, tags=tuple(tags), source=source), summary=summary
    ),
    some_words,
    some_words,
    some_words,
    st.lists(st.sampled_from(WORDS), max_size=2, unique=True),
    st.none() | some_words,
)
standings = st.sampled_from(list(Standing))


class Posts:
    """A table of posts, and what one expects to find in it."""

    def __init__(self, tables: Tables, data: st.DataObject) -> None:
        self.tables = tables
        self._data = data
        self._posts = 0
        self.ids: list[int] = []

    def step(self) -> None:
        """Do one thing that scans do."""
        acts: list[Callable[[], None]] = [self._insert]
        if self.ids:
            acts += [self._update, self._decide, self._lose, self._regain, self._show]
        if len(self.ids) > 1:
            acts += [self._decide_as_duplicate, self._remove]
        self._data.draw(st.sampled_from(acts))()

    def found(self, word: str) -> set[int]:
        """The posts that a search finds."""
        words = Words.parse(f'"{word}"')
        return {listed.id for listed in self.tables.search.search(words, Filters(), 0, 100, NOW).posts}

    def expected(self, word: str) -> set[int]:
        """The posts that have the word and may be seen."""
        return {known.id for known in map(self._known, self.ids) if _is_seen(known) and _has(known.post, word)}

    def _insert(self) -> None:
        self._posts += 1
        post = replace(self._data.draw(posts), path=f"{self._posts}.md")
        self.ids.append(self.tables.posts.insert(post, NOW))

    def _update(self) -> None:
        known = self._one()
        self.tables.posts.update(known, replace(self._data.draw(posts), path=known.post.path))

    def _decide(self) -> None:
        self.tables.posts.decide(self._one().id, self._data.draw(standings), Cause.RULES, ())

    def _decide_as_duplicate(self) -> None:
        post_id, original = self._two()
        self.tables.posts.decide(post_id, Standing.INDEXED, Cause.DUPLICATE, (), duplicate_of=original)

    def _lose(self) -> None:
        self.tables.posts.lose_file(self._one().id, NOW)

    def _regain(self) -> None:
        self.tables.posts.regain_file(self._one())

    def _show(self) -> None:
        self.tables.posts.show(self._one().id)

    def _remove(self) -> None:
        post_id, other = self._two()
        self.tables.posts.remove(self._known(post_id), in_favour_of=other)
        self.ids.remove(post_id)

    def _one(self) -> KnownPost:
        return self._known(self._data.draw(st.sampled_from(self.ids)))

    def _two(self) -> tuple[int, int]:
        one, two = self._data.draw(st.permutations(self.ids))[:2]
        return one, two

    def _known(self, post_id: int) -> KnownPost:
        known = self.tables.posts.by_id(post_id)
        assert known is not None
        return known


def _is_seen(known: KnownPost) -> bool:
    seen = known.standing in (Standing.INDEXED, Standing.ANNOUNCED)
    return seen and known.gone_at is None and known.duplicate_of is None


def _has(post: Post, word: str) -> bool:
    """Whether a post has a word; here none is a part of another."""
    columns = (post.title, post.text, post.summary, post.source or "", "\n".join(post.tags))
    return any(word.casefold() in column.casefold() for column in columns)


@given(st.data())
def test_the_index_follows_the_posts(data: st.DataObject) -> None:
    """After any sequence of changes the index is what is to be seen, and a search finds just that."""
    with catalog_in_memory() as (connection, tables):
        table = Posts(tables, data)
        for _ in range(data.draw(st.integers(1, 12))):
            for _ in range(data.draw(st.integers(1, 4))):
                table.step()
            check_index(connection)
        for word in WORDS:
            assert table.found(word) == table.expected(word)


def test_an_index_that_differs_is_noticed() -> None:
    """The check that the test above relies on fails for a post that the index does not know."""
    with catalog_in_memory() as (connection, tables):
        tables.posts.decide(tables.posts.insert(a_post(), NOW), Standing.INDEXED, Cause.RULES, ())
        check_index(connection)
        connection.execute("DROP TRIGGER words_of_changed_post")
        connection.execute("UPDATE posts SET title = 'another'")
        with pytest.raises(sqlite3.DatabaseError):
            check_index(connection)
