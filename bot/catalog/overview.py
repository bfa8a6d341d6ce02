"""What people who manage the announcements ask: of some channels, of one post. Reading only."""

import re
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.catalog.columns import fold, from_microseconds, to_microseconds
from bot.catalog.deliveries import OPEN, SENDABLE
from bot.catalog.records import DeliveryState

__all__ = ["BY_NUMBER", "ChannelCounts", "NamedPost", "OverviewTable", "PostDelivery"]

MOST_WORDS = 5  # of what was typed that are looked for; more narrow nothing down
NEWEST = "ORDER BY +id DESC LIMIT 200"  # of the posts with the words in their path, and of those in their title
BY_NUMBER = re.compile(r"#([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ChannelCounts:
    """The deliveries of a channel.

    Attributes:
        sent: stand there, or did.
        waiting: are due, or being sent.
        sleeping: are not to be sent as long as their post is a draft, expired, or its file gone or broken.
        refused: Discord does not take them.
        unknown: nobody can tell whether they stand.
        oldest_waiting_at: when the oldest of those that are due was planned; None: none is due.
    """

    sent: int = 0
    waiting: int = 0
    sleeping: int = 0
    refused: int = 0
    unknown: int = 0
    oldest_waiting_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PostDelivery:
    """What became of a post in a channel.

    Attributes:
        state: see `DeliveryState`.
        reason: why it was refused, or cannot be told; None: neither is so.
        message_id: of the message that shows it, a snowflake; None: there is none, or a person deleted it.
        sleeps: it is pending, but not to be sent as long as the post is a draft, expired, or its file gone or broken.
    """

    state: DeliveryState
    reason: str | None
    message_id: int | None
    sleeps: bool


@dataclass(frozen=True, slots=True)
class NamedPost:
    """A post of whatever standing whose file is there."""

    id: int
    path: str
    title: str


class OverviewTable:
    """Questions across posts, deliveries and messages."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def counts(self, channel_ids: Collection[int], now: datetime) -> dict[int, ChannelCounts]:
        """Count the deliveries of each of these channels. This walks through all of them."""
        there = f"channel_id IN ({', '.join(map(str, channel_ids))})"
        by_state: dict[int, dict[str, int]] = {channel_id: {} for channel_id in channel_ids}
        for channel_id, state, number in self._connection.execute(
            f"SELECT channel_id, state, count(*) FROM deliveries WHERE {there} GROUP BY channel_id, state"
        ):
            by_state[channel_id][state] = number
        due = {
            row[0]: (row[1], from_microseconds(row[2]))
            for row in self._connection.execute(
                "SELECT channel_id, count(*), min(planned_at) FROM deliveries CROSS JOIN posts ON posts.id = post_id"
                f" WHERE {there} AND state = 'pending' AND {OPEN} AND {SENDABLE} GROUP BY channel_id",
                {"now": to_microseconds(now)},
            )
        }
        return {each: _counts(states, *due.get(each, (0, None))) for each, states in by_state.items()}

    def waiting(self, channel_ids: Collection[int], now: datetime) -> int:
        """How many posts are due in these channels; one that is due in several counts once."""
        (number,) = self._connection.execute(
            "SELECT count(DISTINCT post_id) FROM deliveries CROSS JOIN posts ON posts.id = post_id"
            f" WHERE channel_id IN ({', '.join(map(str, channel_ids))})"
            f" AND state = 'pending' AND {OPEN} AND {SENDABLE}",
            {"now": to_microseconds(now)},
        ).fetchone()
        return int(number)

    def deliveries_of(self, post_id: int, now: datetime) -> dict[int, PostDelivery]:
        """What became of the post, by channel; also of followers' channels."""
        rows = self._connection.execute(
            f"SELECT deliveries.channel_id, state, reason, message_id, state = 'pending' AND NOT ({SENDABLE})"
            " FROM deliveries JOIN posts ON posts.id = post_id"
            " LEFT JOIN messages ON messages.id = message WHERE post_id = :post",
            {"post": post_id, "now": to_microseconds(now)},
        )
        return {row[0]: PostDelivery(DeliveryState(row[1]), row[2], row[3], bool(row[4])) for row in rows}

    def find(self, asked: str) -> int | None:
        """The id of the post that a person names by its path, its title, or its number as in ``#12``."""
        if number := BY_NUMBER.fullmatch(asked):
            condition, value = "id = ?", number[1]
        else:
            row = self._connection.execute(
                "SELECT id FROM posts WHERE path = ? AND gone_at IS NULL", (asked,)
            ).fetchone()
            if row is not None:
                return int(row[0])
            condition = "id IN (SELECT id FROM posts INDEXED BY posts_by_link WHERE title_key = ?)"
            value = fold(asked)
        row = self._connection.execute(
            f"SELECT id FROM posts WHERE {condition} AND gone_at IS NULL ORDER BY id DESC", (value,)
        ).fetchone()
        return None if row is None else int(row[0])

    def like(self, typed: str, count: int) -> list[NamedPost]:
        """At most `count` posts that have all words of `typed` in their path, or all in their title; newest file first.

        Paths and titles are walked through within their indexes: some 30 ms for 100,000 posts.
        """
        words = [f"%{_literal(word)}%" for word in fold(typed).split()[:MOST_WORDS]]
        candidates = "TRUE"
        if words:
            in_path = " AND ".join(["path LIKE ? ESCAPE '!'"] * len(words))
            in_title = " AND ".join(["title_key LIKE ? ESCAPE '!'"] * len(words))
            candidates = (
                # Without INDEXED BY, SQLite reads whole posts, in the order of their ids: ten times as long.
                f"id IN (SELECT * FROM (SELECT id FROM posts INDEXED BY posts_by_path WHERE {in_path} {NEWEST})"
                f" UNION SELECT * FROM (SELECT id FROM posts INDEXED BY posts_by_link WHERE {in_title} {NEWEST}))"
            )
        rows = self._connection.execute(
            f"SELECT id, path, title FROM posts WHERE {candidates} AND gone_at IS NULL ORDER BY id DESC LIMIT ?",
            (*words, *words, count),
        )
        return [NamedPost(*row) for row in rows]


def _counts(states: Mapping[str, int], due: int, oldest: datetime | None) -> ChannelCounts:
    return ChannelCounts(
        sent=states.get("sent", 0),
        waiting=due + states.get("sending", 0),
        sleeping=states.get("pending", 0) - due,
        refused=states.get("refused", 0),
        unknown=states.get("unknown", 0),
        oldest_waiting_at=oldest,
    )


def _literal(word: str) -> str:
    """`word` without what LIKE takes for a pattern, nor what SQLite takes for the end of a text."""
    return word.replace("\0", "").replace("!", "!!").replace("%", "!%").replace("_", "!_")
