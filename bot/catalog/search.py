"""What members may see: lists and counts. Reading only."""

import sqlite3
from datetime import datetime

from bot.catalog.columns import fold, post_from, to_microseconds
from bot.catalog.records import Counted, ListedPost

__all__ = ["SearchTable"]

# A held post is not shown before a person lets it go; a duplicate is shown as its original.
LISTED = (
    "standing IN ('indexed', 'announced') AND gone_at IS NULL AND duplicate_of IS NULL"
    " AND (expiry_date IS NULL OR expiry_date > :now)"
)


class SearchTable:
    """Questions of members."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def latest(
        self, *, count: int, now: datetime, tag: str | None = None, source: str | None = None
    ) -> list[ListedPost]:
        """The newest posts by date (a post without one counts from when it was first seen).

        Args:
            count: how many at most.
            now: what has expired by then is left out.
            tag: only posts with this tag, without regard to case; None: any.
            source: only posts of this source, without regard to case; None: any.
        """
        tagged = "AND id IN (SELECT post_id FROM post_tags WHERE tag_key = :tag)" if tag is not None else ""
        sourced = "AND source_key = :source" if source is not None else ""
        rows = self._connection.execute(
            f"SELECT * FROM posts WHERE {LISTED} {tagged} {sourced} ORDER BY listed_at DESC, id DESC LIMIT :count",
            {
                "now": to_microseconds(now),
                "tag": None if tag is None else fold(tag),
                "source": None if source is None else fold(source),
                "count": count,
            },
        ).fetchall()
        return [ListedPost(row["id"], post_from(self._connection, row)) for row in rows]

    def tags(self, now: datetime) -> list[Counted]:
        """Every tag with its number of posts, most first; in the spelling that is used most."""
        return self._counted(
            # CROSS JOIN: from the listed posts to their tags, which takes a fifth of the time of the other way round.
            "SELECT tag AS name, tag_key AS name_key, count(*) AS posts FROM posts"
            f" CROSS JOIN post_tags ON posts.id = post_id WHERE {LISTED} GROUP BY tag",
            now,
        )

    def sources(self, now: datetime) -> list[Counted]:
        """Every source with its number of posts, most first; in the spelling that is used most."""
        return self._counted(
            "SELECT source AS name, source_key AS name_key, count(*) AS posts FROM posts"
            f" WHERE {LISTED} AND source IS NOT NULL GROUP BY source",
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
