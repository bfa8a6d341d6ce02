"""Which posts pass the filters of members, as conditions of SQL, and where to begin looking for them.

The cost of a question must not grow with the number of posts: a list is walked in the order of an index, and begins at
what the fewest posts have.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.catalog.columns import fold, to_microseconds
from bot.catalog.listings import Filters

__all__ = ["LISTED", "VISIBLE", "Narrowing"]

# A held post is not shown before a person lets it go; a duplicate is shown as its original.
VISIBLE = "posts.standing IN ('indexed', 'announced') AND posts.gone_at IS NULL AND posts.duplicate_of IS NULL"
LISTED = f"{VISIBLE} AND (posts.expiry_date IS NULL OR posts.expiry_date > :now)"

# Up to so many posts are gathered once to look each match up among them, which takes 7 ms at the most. Of what more
# posts have, matches are asked one by one: as many pass, enough of them are found soon.
FEW = 20_000


class Narrowing:
    """`filters` over one state of the catalog; what has expired by `now` never passes.

    Attributes:
        values: what the conditions name, to be bound.
    """

    def __init__(self, connection: sqlite3.Connection, filters: Filters, now: datetime) -> None:
        self._connection = connection
        self._tags = [f"tag{number}" for number in range(len(filters.tags))]
        self._source = filters.source is not None
        self._since = filters.since is not None
        self.values: Mapping[str, object] = {
            **{name: _key(tag) for name, tag in zip(self._tags, filters.tags, strict=True)},
            "source": None if filters.source is None else _key(filters.source),
            "since": to_microseconds(filters.since),
            "now": to_microseconds(now),
            "few": FEW,
        }

    @property
    def of_post(self) -> str:
        """The condition on a row of `posts`."""
        return self._of_post([*self._of_since("posts"), *self._of_tags("posts.id")])

    def newest_first(self) -> str:
        """``FROM … WHERE … ORDER BY …`` over `posts`, of which rows are taken as they come."""
        first = self._first_tag()
        if first is None:
            return f"FROM posts WHERE {self.of_post} ORDER BY posts.listed_at DESC, posts.id DESC"
        # What the index tells comes first: the rows of posts are read only where that lets them pass.
        walked = [f"walked.tag_key = :{first}", *self._of_since("walked"), *self._of_tags("walked.post_id", but=first)]
        return (
            "FROM post_tags AS walked CROSS JOIN posts ON posts.id = walked.post_id"
            f" WHERE {self._of_post(walked)} ORDER BY walked.listed_at DESC, walked.post_id DESC"
        )

    def of_match(self) -> str:
        """The condition on a row of `post_words`, whose posts are all visible."""
        conditions = [
            self._among(_tagged(name), f"{_tagged(name)} AND post_id = post_words.rowid") for name in self._tags
        ]
        for condition in [*self._of_source(), *self._of_since("posts")]:
            posts = f"SELECT id FROM posts WHERE {condition}"
            conditions.append(self._among(f"{posts} AND {VISIBLE}", f"{posts} AND id = post_words.rowid"))
        # What the fewest pass is asked first.
        return " AND ".join([condition for _, condition in sorted(conditions)] + [self._unexpired()])

    def _first_tag(self) -> str | None:
        """The tag that the fewest posts have, to begin there; None: there is none, or of the source there are fewer."""
        if not self._tags or (len(self._tags) == 1 and not self._source):
            return next(iter(self._tags), None)
        posts, first = min((self._count(_tagged(name)), name) for name in self._tags)
        if self._source and self._count(f"SELECT id FROM posts WHERE {VISIBLE} AND source_key = :source") < posts:
            return None
        return first

    def _among(self, members: str, test: str) -> tuple[int, str]:
        """How many posts pass, up to `FEW`, and the condition."""
        posts = self._count(members)
        # The plus keeps SQLite from asking the index of words anew for each member.
        return posts, f"+post_words.rowid IN ({members})" if posts < FEW else f"EXISTS ({test})"

    def _unexpired(self) -> str:
        expired = f"SELECT id FROM posts WHERE expiry_date <= :now AND {VISIBLE}"
        if self._count(expired) < FEW:
            return f"post_words.rowid NOT IN ({expired})"
        return "NOT EXISTS (SELECT 1 FROM posts WHERE id = post_words.rowid AND expiry_date <= :now)"

    def _count(self, members: str) -> int:
        number: int = self._connection.execute(f"SELECT count(*) FROM ({members} LIMIT :few)", self.values).fetchone()[
            0
        ]
        return number

    def _of_post(self, conditions: Sequence[str]) -> str:
        return " AND ".join([*conditions, LISTED, *self._of_source()])

    def _of_tags(self, post_id: str, *, but: str | None = None) -> list[str]:
        return [f"EXISTS ({_tagged(name)} AND post_id = {post_id})" for name in self._tags if name != but]

    def _of_source(self) -> list[str]:
        return ["posts.source_key = :source"] if self._source else []

    def _of_since(self, table: str) -> list[str]:
        return [f"{table}.listed_at >= :since"] if self._since else []


def _tagged(name: str) -> str:
    return f"SELECT post_id FROM post_tags WHERE tag_key = :{name}"


def _key(name: str) -> str:
    """`name` as it is compared; half a character, which no file has, is no error."""
    return fold(name).encode("utf-8", "backslashreplace").decode("utf-8")
