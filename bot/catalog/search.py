"""What members may see: lists, searches and counts. Reading only."""

import json
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.catalog.columns import fold, post_with_tags, to_microseconds
from bot.catalog.excerpts import excerpts
from bot.catalog.listings import Filters, Listing, Place
from bot.catalog.narrowing import LISTED, Narrowing
from bot.catalog.ranking import best_first
from bot.catalog.records import Counted, ListedPost
from bot.catalog.related import related_ids
from bot.catalog.terms import correction
from bot.catalog.words import Words
from bot.content.links import canonical_url

__all__ = ["SearchTable"]

TRIES = 64  # posts drawn by number before all that pass are gathered
MOST = 2**62  # more than anything here counts or is called; SQLite takes no numbers much larger

POST = """posts.*, (SELECT json_group_array(tag) FROM
    (SELECT tag FROM post_tags WHERE post_id = posts.id ORDER BY position)) AS tags"""


class SearchTable:
    """Questions of members. What has expired by `now`, an aware moment, is left out of every answer."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def latest(self, filters: Filters, offset: int, count: int, now: datetime) -> Listing:
        """At most `count` posts, newest first by date, without the first `offset`.

        A post without a date counts from when it was first seen.
        """
        narrowing = Narrowing(self._connection, filters, now)
        return self._listing(self._newest(narrowing, offset, min(count, MOST) + 1), count, now)

    def search(self, words: Words, filters: Filters, offset: int, count: int, now: datetime) -> Listing:
        """At most `count` posts with all of `words`, best first, without the first `offset`; no words find nothing.

        Each comes with an excerpt, see `bot.catalog.listings`. Of very many only the newest ones are there, see
        `bot.catalog.ranking`.
        """
        if not words.terms:
            return Listing()
        narrowing = Narrowing(self._connection, filters, now)
        found = best_first(self._connection, words.query, narrowing, min(offset, MOST), min(count, MOST) + 1)
        listing = self._listing(found, count, now)
        marked = excerpts(self._connection, words, [each.id for each in listing.posts])
        return replace(listing, posts=tuple(replace(each, excerpt=marked.get(each.id)) for each in listing.posts))

    def random(
        self, filters: Filters, now: datetime, below: Callable[[int], int] = secrets.randbelow
    ) -> ListedPost | None:
        """A post that passes, each as likely as the others; None: none does. `below` draws a number below another."""
        narrowing = Narrowing(self._connection, filters, now)
        newest: int = self._connection.execute("SELECT coalesce(max(id), 0) FROM posts").fetchone()[0]
        drawn = self._connection.execute(
            "SELECT posts.id FROM json_each(:drawn) AS drawn CROSS JOIN posts ON posts.id = drawn.value"
            f" WHERE {narrowing.of_post} ORDER BY drawn.key LIMIT 1",
            {**narrowing.values, "drawn": json.dumps([1 + below(newest) for _ in range(TRIES)] if newest else [])},
        ).fetchone()
        if drawn is not None:
            return self.by_id([drawn[0]], now)[0]
        passing = _ids(self._connection.execute(f"SELECT posts.id {narrowing.newest_first()}", narrowing.values))
        return self.by_id([passing[below(len(passing))]], now)[0] if passing else None

    def related(self, post_ids: Collection[int], offset: int, count: int, now: datetime) -> Listing:
        """At most `count` other posts that share most with these, the most alike first, without the first `offset`."""
        narrowing = Narrowing(self._connection, Filters(), now)
        posts = self.by_id(list(post_ids), now)
        found = related_ids(self._connection, posts, narrowing)
        return self._listing(found[offset : offset + count + 1], count, now)

    def by_id(self, post_ids: Sequence[int], now: datetime) -> list[ListedPost]:
        """Those of these posts that members may see, in that order."""
        rows = self._connection.execute(
            f"SELECT {POST} FROM json_each(:ids) AS wanted CROSS JOIN posts ON posts.id = wanted.value"
            f" WHERE {LISTED} ORDER BY wanted.key",
            {"ids": json.dumps(list(post_ids)), "now": to_microseconds(now)},
        ).fetchall()
        return [ListedPost(row["id"], post_with_tags(row, json.loads(row["tags"]))) for row in rows]

    def in_message(self, message_id: int, addresses: Sequence[str], now: datetime) -> list[ListedPost]:
        """The posts whose cards stand in the message with this id (a snowflake), in their order.

        Of a message that is not ours, the posts that lead to one of `addresses`, in the order of those.
        """
        ours = self._connection.execute(
            "SELECT post_id FROM messages CROSS JOIN deliveries ON deliveries.message = messages.id"
            " WHERE message_id = ? AND state = 'sent' ORDER BY messages.id, position",
            (min(message_id, MOST),),
        )
        found = _ids(ours)
        if not found:
            links = json.dumps(list(dict.fromkeys(map(canonical_url, addresses))))
            leading = self._connection.execute(
                "SELECT posts.id FROM json_each(?) AS link CROSS JOIN posts ON canonical_url = link.value"
                " ORDER BY link.key, posts.id",
                (links,),
            )
            found = _ids(leading)
        return self.by_id(list(dict.fromkeys(found)), now)

    def places(self, post_ids: Collection[int]) -> Mapping[int, Sequence[Place]]:
        """Where announcements of these posts stand; direct messages to followers are none."""
        rows = self._connection.execute(
            "SELECT post_id, messages.channel_id, messages.message_id FROM json_each(?) AS wanted"
            " CROSS JOIN deliveries ON post_id = wanted.value CROSS JOIN messages ON messages.id = deliveries.message"
            " WHERE state = 'sent' AND messages.message_id IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM followers WHERE followers.channel_id = messages.channel_id) ORDER BY deliveries.id",
            (json.dumps(list(post_ids)),),
        )
        places: dict[int, list[Place]] = {}
        for post_id, channel_id, message_id in rows:
            places.setdefault(post_id, []).append(Place(channel_id, message_id))
        return places

    def titles(self, words: Words, count: int, now: datetime) -> list[str]:
        """At most `count` titles, each once, of posts with all of `words` in their title, best first.

        Without words, of the newest posts.
        """
        narrowing = Narrowing(self._connection, Filters(), now)
        if words.terms:
            found = best_first(self._connection, f"{{title}} : ({words.query})", narrowing, 0, 2 * count)
        else:
            found = self._newest(narrowing, 0, 2 * count)
        titles: dict[str, str] = {}
        for title in self._titles_of(found, now):
            titles.setdefault(fold(title), title)
        return list(titles.values())[:count]

    def correction(self, words: Words, now: datetime) -> Words | None:
        """`words` with each that no post has replaced by the likest one, if that finds anything. Takes its time."""
        narrowing = Narrowing(self._connection, Filters(), now)
        return correction(
            self._connection, words, lambda each: bool(best_first(self._connection, each.query, narrowing, 0, 1))
        )

    def tags(self, now: datetime) -> list[Counted]:
        """Every tag with its number of posts, most first; in the spelling that is used most. Takes its time."""
        return self._counted(
            # IN: tags are read in the order in which they are stored, which takes half the time of a join.
            "SELECT tag AS name, tag_key AS name_key, count(*) AS posts FROM post_tags"
            f" WHERE post_id IN (SELECT id FROM posts WHERE {LISTED}) GROUP BY tag",
            now,
        )

    def sources(self, now: datetime) -> list[Counted]:
        """Every source with its number of posts, most first; in the spelling that is used most. Takes its time."""
        return self._counted(
            "SELECT source AS name, source_key AS name_key, count(*) AS posts FROM posts"
            f" WHERE {LISTED} AND source IS NOT NULL GROUP BY source_key, source",  # in the order of an index
            now,
        )

    def _counted(self, spellings: str, now: datetime) -> list[Counted]:
        rows = self._connection.execute(
            # With max(), SQLite takes the other columns from the row that has the maximum
            # (https://www.sqlite.org/lang_select.html#bareagg).
            f"SELECT name, max(posts), sum(posts) AS total FROM ({spellings})"
            " GROUP BY name_key ORDER BY total DESC, name",
            {"now": to_microseconds(now)},
        )
        return [Counted(row["name"], row["total"]) for row in rows]

    def _newest(self, narrowing: Narrowing, offset: int, count: int) -> list[int]:
        rows = self._connection.execute(
            f"SELECT posts.id {narrowing.newest_first()} LIMIT :count OFFSET :offset",
            {**narrowing.values, "count": count, "offset": min(offset, MOST)},
        )
        return _ids(rows)

    def _titles_of(self, post_ids: Sequence[int], now: datetime) -> list[str]:
        # One row, as in `best_first`.
        found: str = self._connection.execute(
            "SELECT json_group_array(title) FROM (SELECT title FROM json_each(:ids) AS wanted"
            f" CROSS JOIN posts ON posts.id = wanted.value WHERE {LISTED} ORDER BY wanted.key)",
            {"ids": json.dumps(post_ids), "now": to_microseconds(now)},
        ).fetchone()[0]
        titles: list[str] = json.loads(found)
        return titles

    def _listing(self, found: Sequence[int], count: int, now: datetime) -> Listing:
        """The first `count` of what was `found`, of which one more was looked for."""
        return Listing(tuple(self.by_id(found[:count], now)), more=len(found) > count)


def _ids(rows: Iterable[sqlite3.Row]) -> list[int]:
    return [row[0] for row in rows]
