"""What waits, and for what: questions of `linkbot status` that go across tables. Reading only.

What is for followers is left out: nobody is shown whose channel that is.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.catalog.columns import from_microseconds, to_microseconds
from bot.catalog.deliveries import OPEN, SENDABLE, TO_FOLLOWER
from bot.catalog.records import DeliveryState

__all__ = ["InDoubt", "Scheduled", "Waiting", "WaitingTable"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is not sent yet.

    Attributes:
        delivery: its id.
        post_id: of its post.
        path: of its post.
        channel_id: a snowflake.
        state: pending, or sending: then a request for it may have been made.
        since: when it was planned; aware.
        asleep: it is not to be sent as long as the post is a draft, expired, or its file gone or broken.
        ahead: how many deliveries of the channel have their turn before it.
    """

    delivery: int
    post_id: int
    path: str
    channel_id: int
    state: DeliveryState
    since: datetime
    asleep: bool
    ahead: int


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A delivery for which a request may have been made, and of which no outcome is recorded."""

    delivery: int
    path: str
    channel_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A post that is decided on when its date has come."""

    path: str
    at: datetime


class WaitingTable:
    """Deliveries and posts that wait."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def oldest(self, now: datetime) -> Waiting | None:
        """The delivery that waits for longest; one that sleeps only where no other waits. None: none waits at all."""
        row = self._connection.execute(
            "SELECT deliveries.id, post_id, path, channel_id, state, planned_at,"
            f" state = 'pending' AND NOT ({SENDABLE}) AS asleep, listed_at"
            " FROM deliveries CROSS JOIN posts ON posts.id = post_id"
            f" WHERE state IN ('pending', 'sending') AND {OPEN} AND NOT {TO_FOLLOWER}"
            " ORDER BY asleep, planned_at, listed_at, posts.id LIMIT 1",
            {"now": to_microseconds(now)},
        ).fetchone()
        if row is None:
            return None
        since = from_microseconds(row["planned_at"])
        assert since is not None
        is_in_line = row["state"] == "pending" and not row["asleep"]
        return Waiting(
            delivery=row["id"],
            post_id=row["post_id"],
            path=row["path"],
            channel_id=row["channel_id"],
            state=DeliveryState(row["state"]),
            since=since,
            asleep=bool(row["asleep"]),
            ahead=self._ahead(row["channel_id"], row["listed_at"], row["post_id"], now) if is_in_line else 0,
        )

    def _ahead(self, channel_id: int, listed_at: int, post_id: int, now: datetime) -> int:
        """How many deliveries of the channel are due before that of a post: the order of `DeliveryTable.pending`."""
        (number,) = self._connection.execute(
            "SELECT count(*) FROM deliveries CROSS JOIN posts ON posts.id = post_id"
            f" WHERE channel_id = :channel AND state = 'pending' AND {OPEN} AND {SENDABLE}"
            " AND (listed_at, posts.id) < (:listed_at, :post)",
            {"channel": channel_id, "listed_at": listed_at, "post": post_id, "now": to_microseconds(now)},
        ).fetchone()
        return int(number)

    def in_doubt(self) -> list[InDoubt]:
        """The deliveries that are being sent, or were when the last service ended; the oldest request first."""
        rows = self._connection.execute(
            "SELECT deliveries.id, path, deliveries.channel_id, claimed_at FROM deliveries"
            " JOIN posts ON posts.id = post_id JOIN messages ON messages.id = message"
            f" WHERE state = 'sending' AND {OPEN} AND NOT {TO_FOLLOWER} ORDER BY claimed_at, position"
        )
        return [
            InDoubt(delivery, path, channel_id, since)
            for delivery, path, channel_id, claimed_at in rows
            if (since := from_microseconds(claimed_at)) is not None
        ]

    def next_scheduled(self) -> Scheduled | None:
        """The post whose date comes next; None: none waits for its date."""
        row = self._connection.execute(
            "SELECT path, wakes_at FROM posts JOIN files USING (path)"
            " WHERE wakes_at IS NOT NULL AND standing = 'waiting' AND gone_at IS NULL AND outcome = 'post'"
            " ORDER BY wakes_at, posts.id LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        at = from_microseconds(row[1])
        assert at is not None
        return Scheduled(row[0], at)

    def count_by_kind(self) -> dict[str | None, int]:
        """How many posts that have a file are of each ``post_kind``, most first; None: of those that name none."""
        rows = self._connection.execute(
            "SELECT kind, count(*) FROM posts WHERE gone_at IS NULL GROUP BY kind ORDER BY count(*) DESC, kind"
        )
        return dict(rows.fetchall())
