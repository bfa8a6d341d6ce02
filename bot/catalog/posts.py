"""The posts, each with its standing."""

import sqlite3
from datetime import datetime

from bot.catalog.columns import (
    fold,
    from_microseconds,
    post_columns,
    post_from,
    reasons_from,
    reasons_text,
    to_microseconds,
)
from bot.catalog.records import Cause, KnownPost, Reason, Standing
from bot.content.post import Post

__all__ = ["PostTable"]

SEEN = ", ".join(f"'{standing}'" for standing in Standing if standing.is_seen)
IS_SHOWN = f"(standing IN ({SEEN}) AND gone_at IS NULL AND duplicate_of IS NULL)"
WAS_SENT = "EXISTS (SELECT 1 FROM deliveries WHERE post_id = posts.id AND state <> 'pending')"

# Missed by one scan so far. Something wrong at its path may well be the file itself, back but out of order.
JUST_GONE = (
    "gone_at IS NOT NULL AND gone_for_good = 0 AND NOT EXISTS (SELECT 1 FROM problems WHERE problems.path = posts.path)"
)


class PostTable:
    """Posts by id, path, content and link."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def by_path(self, path: str) -> KnownPost | None:
        """The post that is at `path`, else the one that was there last."""
        return self._one("SELECT * FROM posts WHERE path = ? ORDER BY gone_at IS NOT NULL, gone_at DESC LIMIT 1", path)

    def by_id(self, post_id: int) -> KnownPost | None:
        """The post with this id."""
        return self._one("SELECT * FROM posts WHERE id = ?", post_id)

    def gone_like(self, post: Post) -> KnownPost | None:
        """The post without a file that has the canonical URL and title of `post`: it was renamed.

        Of several, one that was sent comes first, then one with all of the content, then the one that went last.
        """
        return self._one(
            "SELECT * FROM posts WHERE canonical_url = ? AND title_key = ? AND gone_at IS NOT NULL"
            f" ORDER BY {WAS_SENT} DESC, content_hash = ? DESC, gone_at DESC, path = ? DESC, id LIMIT 1",
            post.canonical_url,
            fold(post.title),
            post.content_hash,
            post.path,
        )

    def original_of(self, known: KnownPost) -> KnownPost | None:
        """The post that makes `known` a duplicate: it has its canonical URL and title.

        It can be seen; or it is hidden or gone, but was sent before.
        """
        return self._one(
            "SELECT * FROM posts WHERE canonical_url = ? AND title_key = ? AND id <> ?"
            f" AND ({IS_SHOWN} OR {WAS_SENT}) ORDER BY {IS_SHOWN} DESC, id LIMIT 1",
            known.post.canonical_url,
            fold(known.post.title),
            known.id,
        )

    def duplicates_of(self, post_id: int) -> list[KnownPost]:
        """The living duplicates of the post with this id, oldest first."""
        return self._all("SELECT * FROM posts WHERE duplicate_of = ? AND gone_at IS NULL ORDER BY id", post_id)

    def due(self, now: datetime) -> list[KnownPost]:
        """The waiting posts whose moment has come and whose file is in order, earliest first."""
        return self._all(
            "SELECT posts.* FROM posts JOIN files USING (path)"
            " WHERE wakes_at <= ? AND gone_at IS NULL AND outcome = 'post' ORDER BY wakes_at, posts.id",
            to_microseconds(now),
        )

    def next_due_at(self) -> datetime | None:
        """When the next waiting post is due; None: none waits. Only posts whose file is in order count."""
        row = self._connection.execute(
            "SELECT min(wakes_at) FROM posts JOIN files USING (path)"
            " WHERE wakes_at IS NOT NULL AND gone_at IS NULL AND outcome = 'post'"
        ).fetchone()
        return from_microseconds(row[0])

    def held(self) -> list[KnownPost]:
        """The posts that wait for a person, oldest date first."""
        return self._all("SELECT * FROM posts WHERE standing = 'held' AND gone_at IS NULL ORDER BY listed_at, id")

    def living(self) -> list[KnownPost]:
        """Every post whose file is there and in order, by id."""
        return self._all(
            "SELECT posts.* FROM posts JOIN files USING (path)"
            " WHERE gone_at IS NULL AND outcome = 'post' ORDER BY posts.id"
        )

    def just_gone(self) -> list[int]:
        """The ids of the posts whose file was missed by one scan so far, by the time of that."""
        rows = self._connection.execute(f"SELECT id FROM posts WHERE {JUST_GONE} ORDER BY gone_at, id")
        return [post_id for (post_id,) in rows]

    def count_by_standing(self) -> dict[Standing, int]:
        """How many posts that have a file are of each standing; those without any are left out."""
        rows = self._connection.execute(
            "SELECT standing, count(*) FROM posts WHERE gone_at IS NULL GROUP BY standing ORDER BY standing"
        )
        return {Standing(standing): number for standing, number in rows}

    def count_without_kind(self) -> int:
        """How many posts with a file have a link but no ``post_kind``."""
        number: int = self._connection.execute(
            "SELECT count(*) FROM posts WHERE kind IS NULL AND gone_at IS NULL"
        ).fetchone()[0]
        return number

    def insert(self, post: Post, now: datetime) -> int:
        """Store a post that is seen for the first time, hidden until `decide` says otherwise; return its id."""
        columns = {
            **post_columns(post),
            "standing": Standing.HIDDEN,
            "cause": Cause.RULES,
            "reasons": "[]",
            "first_seen_at": to_microseconds(now),
            "listed_at": to_microseconds(post.date or post.publish_date or now),
        }
        names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        row = self._connection.execute(
            f"INSERT INTO posts ({names}) VALUES ({values}) RETURNING id", columns
        ).fetchone()
        self._put_tags(row["id"], post, columns["listed_at"])
        return int(row["id"])

    def update(self, known: KnownPost, post: Post) -> None:
        """Store what a known post reads like now; its file is there, at the path of `post`."""
        columns = {
            **post_columns(post),
            "listed_at": to_microseconds(post.date or post.publish_date or known.first_seen_at),
            "gone_at": None,
            "gone_for_good": 0,
        }
        assignments = ", ".join(f"{name} = :{name}" for name in columns)
        self._connection.execute(f"UPDATE posts SET {assignments} WHERE id = :id", {**columns, "id": known.id})
        self._connection.execute("DELETE FROM post_tags WHERE post_id = ?", (known.id,))
        self._put_tags(known.id, post, columns["listed_at"])

    def decide(
        self,
        post_id: int,
        standing: Standing,
        cause: Cause,
        reasons: tuple[Reason, ...],
        *,
        wakes_at: datetime | None = None,
        duplicate_of: int | None = None,
    ) -> None:
        """Store what was decided of a post."""
        is_duplicate = cause is Cause.DUPLICATE
        self._connection.execute(
            "UPDATE posts SET standing = ?, cause = ?, reasons = ?, wakes_at = ?, duplicate_of = ?,"
            " shown_as = iif(?, NULL, coalesce(?, shown_as)) WHERE id = ?",
            (
                standing,
                cause,
                reasons_text(reasons),
                to_microseconds(wakes_at),
                duplicate_of,
                is_duplicate,
                standing if standing.is_seen else None,
                post_id,
            ),
        )

    def give_up_held(self, reason: Reason) -> int:
        """Let no post wait for a person any more: what is held is indexed, for `reason`; return how many that are.

        What was held before it was hidden or went is indexed too, should it come back.
        """
        held = self._all("SELECT * FROM posts WHERE standing = 'held'")
        for known in held:
            passed = (each for each in known.reasons if each.passed)
            self.decide(known.id, Standing.INDEXED, known.cause, (*passed, reason))
        self._connection.execute("UPDATE posts SET shown_as = 'indexed' WHERE shown_as = 'held'")
        return sum(known.gone_at is None for known in held)

    def show(self, post_id: int) -> None:
        """The post, which was a duplicate, is shown itself from now on; that is no news."""
        self._connection.execute(
            "UPDATE posts SET duplicate_of = NULL, cause = iif(cause = 'duplicate', 'rules', cause),"
            f" shown_as = iif(standing IN ({SEEN}), standing, shown_as) WHERE id = ?",
            (post_id,),
        )

    def lose_file(self, post_id: int, now: datetime) -> None:
        """The file of the post is gone; it keeps its identity in case it comes back."""
        self._connection.execute(
            "UPDATE posts SET gone_at = ?, gone_for_good = 0 WHERE id = ?", (to_microseconds(now), post_id)
        )

    def lose_for_good(self, post_id: int) -> bool:
        """A further scan missed the file of a post that was just gone; False: it is back by now."""
        lost = self._connection.execute(
            f"UPDATE posts SET gone_for_good = 1 WHERE id = ? AND {JUST_GONE}", (post_id,)
        ).rowcount
        return lost > 0

    def regain_file(self, known: KnownPost) -> None:
        """The file of the post is there after all, unless its path belongs to another post by now."""
        self._connection.execute(
            "UPDATE posts SET gone_at = NULL, gone_for_good = 0 WHERE id = ?"
            " AND NOT EXISTS (SELECT 1 FROM posts WHERE path = ? AND gone_at IS NULL)",
            (known.id, known.post.path),
        )

    def remove(self, known: KnownPost, *, in_favour_of: int) -> None:
        """Remove a post that turned out to be another one; what points to it points to the other from now on."""
        self._connection.execute("UPDATE posts SET duplicate_of = ? WHERE duplicate_of = ?", (in_favour_of, known.id))
        self._connection.execute("UPDATE posts SET duplicate_of = NULL WHERE id = ?", (in_favour_of,))
        self._connection.execute("DELETE FROM posts WHERE id = ?", (known.id,))

    def _put_tags(self, post_id: int, post: Post, listed_at: object) -> None:
        self._connection.executemany(
            "INSERT INTO post_tags (post_id, position, tag, tag_key, listed_at) VALUES (?, ?, ?, ?, ?)",
            [(post_id, position, tag, fold(tag), listed_at) for position, tag in enumerate(post.tags)],
        )

    def _one(self, query: str, *values: object) -> KnownPost | None:
        row = self._connection.execute(query, values).fetchone()
        return None if row is None else self._known(row)

    def _all(self, query: str, *values: object) -> list[KnownPost]:
        return [self._known(row) for row in self._connection.execute(query, values).fetchall()]

    def _known(self, row: sqlite3.Row) -> KnownPost:
        first_seen_at = from_microseconds(row["first_seen_at"])
        assert first_seen_at is not None
        return KnownPost(
            id=row["id"],
            post=post_from(self._connection, row),
            standing=Standing(row["standing"]),
            cause=Cause(row["cause"]),
            reasons=reasons_from(row["reasons"]),
            shown_as=None if row["shown_as"] is None else Standing(row["shown_as"]),
            duplicate_of=row["duplicate_of"],
            wakes_at=from_microseconds(row["wakes_at"]),
            first_seen_at=first_seen_at,
            gone_at=from_microseconds(row["gone_at"]),
        )
