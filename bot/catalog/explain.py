"""What became of one post, channel by channel, with all that explains it. Reading only."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.catalog.columns import fold, from_microseconds, post_from_text, to_microseconds
from bot.catalog.deliveries import OPEN, SENDABLE, TO_FOLLOWER
from bot.catalog.posts import IS_SHOWN, WAS_SENT
from bot.catalog.records import Change, DeliveryState
from bot.content.post import Post

__all__ = ["ExplainTable", "Placement"]


@dataclass(frozen=True, slots=True)
class Placement:
    """A post in a channel, and the message that shows it. Times are aware and in UTC.

    Attributes:
        delivery: its number, as ``linkbot resolve`` takes it.
        channel_id: a snowflake.
        state: see `DeliveryState`.
        reason: why it was refused or dropped, or cannot be told; None: none of that is so.
        sleeps: it is pending, but not to be sent as long as the post is a draft, expired, or its file gone or broken.
        alone: it was refused together with others, or a person wants it again: it goes in a message of its own.
        ahead: how many posts are due in the channel before it; 0 also where it is not due.
        planned_at: when it was planned.
        claimed_at: before the message was asked for first; None: it was not, or the message is gone.
        sent_at: when its message was recorded as sent; None: it was not.
        message_id: a snowflake; None: there is no message, or none that is known, or a person deleted it.
        cards: how many posts the message shows; 0: there is no message.
        is_ours: the bot made the message; False: only a person says that it stands there, or there is none.
        shown: the post as its card shows it; None: no card is known.
        stale_at: since when the card may not be what it should be; None: it is.
        changing: a change that may have been asked for, and of which nobody knows what came; None: there is none.
        to_publish: the message is still to be published to the servers that follow the channel.
        published_at: when it was; None: it was not.
    """

    delivery: int
    channel_id: int
    state: DeliveryState
    reason: str | None
    sleeps: bool
    alone: bool
    ahead: int
    planned_at: datetime | None
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    message_id: int | None = None
    cards: int = 0
    is_ours: bool = False
    shown: Post | None = None
    stale_at: datetime | None = None
    changing: Change | None = None
    to_publish: bool = False
    published_at: datetime | None = None


class ExplainTable:
    """Questions about one post."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def placements(self, post_id: int, now: datetime) -> list[Placement]:
        """What became of the post in each channel for which it was ever planned, followers' left out; oldest first."""
        rows = self._connection.execute(
            "SELECT deliveries.*, nonce, claimed_at, sent_at, message_id, stale_at, changing, to_publish, published_at,"
            f" listed_at, {SENDABLE} AS sendable,"
            " (SELECT count(*) FROM deliveries AS beside WHERE beside.message = messages.id) AS cards"
            " FROM deliveries JOIN posts ON posts.id = post_id LEFT JOIN messages ON messages.id = message"
            f" WHERE post_id = :post AND NOT {TO_FOLLOWER} ORDER BY deliveries.id",
            {"post": post_id, "now": to_microseconds(now)},
        ).fetchall()
        return [self._placement(row, now) for row in rows]

    def follower_states(self, post_id: int) -> dict[DeliveryState, int]:
        """How many deliveries of the post to followers are in each state; whose they are is nobody's business."""
        rows = self._connection.execute(
            f"SELECT state, count(*) FROM deliveries WHERE post_id = ? AND {TO_FOLLOWER} GROUP BY state ORDER BY state",
            (post_id,),
        )
        return {DeliveryState(state): number for state, number in rows}

    def same_as(self, post: Post, post_id: int | None) -> str | None:
        """The path of the post that makes `post`, which has this id if it is known, a duplicate; None: none does.

        See `bot.catalog.posts.PostTable.original_of`.
        """
        row = self._connection.execute(
            "SELECT path FROM posts WHERE canonical_url = ? AND title_key = ? AND id IS NOT ?"
            f" AND ({IS_SHOWN} OR {WAS_SENT}) ORDER BY {IS_SHOWN} DESC, id LIMIT 1",
            (post.canonical_url, fold(post.title), post_id),
        ).fetchone()
        return None if row is None else str(row["path"])

    def _placement(self, row: sqlite3.Row, now: datetime) -> Placement:
        state = DeliveryState(row["state"])
        is_pending = state is DeliveryState.PENDING
        return Placement(
            delivery=row["id"],
            channel_id=row["channel_id"],
            state=state,
            reason=row["reason"],
            sleeps=is_pending and not row["sendable"],
            alone=bool(row["alone"]),
            ahead=self._ahead(row, now) if is_pending and row["sendable"] else 0,
            planned_at=from_microseconds(row["planned_at"]),
            claimed_at=from_microseconds(row["claimed_at"]),
            sent_at=from_microseconds(row["sent_at"]),
            message_id=row["message_id"],
            cards=row["cards"],
            is_ours=row["nonce"] is not None,
            shown=None if row["shown"] is None else post_from_text(row["shown"]),
            stale_at=from_microseconds(row["stale_at"]),
            changing=None if row["changing"] is None else Change(row["changing"]),
            to_publish=bool(row["to_publish"]),
            published_at=from_microseconds(row["published_at"]),
        )

    def _ahead(self, row: sqlite3.Row, now: datetime) -> int:
        """How many posts `bot.catalog.deliveries.DeliveryTable.pending` gives before this one."""
        (number,) = self._connection.execute(
            "SELECT count(*) FROM deliveries CROSS JOIN posts ON posts.id = post_id"
            f" WHERE channel_id = :channel AND state = 'pending' AND {OPEN} AND {SENDABLE}"
            " AND (listed_at, posts.id) < (:listed_at, :post)",
            {
                "channel": row["channel_id"],
                "now": to_microseconds(now),
                "listed_at": row["listed_at"],
                "post": row["post_id"],
            },
        ).fetchone()
        return int(number)
