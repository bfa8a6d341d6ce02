"""What happens to messages after they were sent: their cards follow the posts, go with them, and are published.

A message whose id at Discord is not known, because nobody can tell or a person deleted it, is left alone. So is one
that only a person spoke of: it may not be the bot's own, and may show more than the catalog knows. So are direct
messages to followers, which neither follow edits nor are taken back: what was delivered is its reader's.
"""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from bot.catalog.columns import from_microseconds, post_from, post_from_text, post_text, to_microseconds
from bot.catalog.records import Change, StandingCard, StandingMessage
from bot.content.post import Post

__all__ = ["MessageTable"]

OURS = (
    "message_id IS NOT NULL AND nonce IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM followers WHERE followers.channel_id = messages.channel_id)"
)


class MessageTable:
    """Messages that stand in a channel, as long as something is still to be done about them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def by_id(self, message: int) -> StandingMessage | None:
        """The message with this row id; None: it does not stand, or not for all that is known."""
        return self._one(f"SELECT * FROM messages WHERE id = ? AND {OURS}", (message,))

    def mark_stale(self, post_id: int, now: datetime) -> set[int]:
        """Have the messages that carry a card of the post looked at; return the ids of their channels."""
        rows = self._connection.execute(
            "UPDATE messages SET stale_at = coalesce(stale_at, ?)"
            f" WHERE {OURS} AND id IN (SELECT message FROM deliveries WHERE post_id = ? AND state = 'sent')"
            " RETURNING channel_id",
            (to_microseconds(now), post_id),
        ).fetchall()
        return {channel_id for (channel_id,) in rows}

    def mark_if_changed(self, message: int, now: datetime) -> bool:
        """Have the message with this row id looked at if a post changed since its card was made; return whether so."""
        standing = self.by_id(message)
        if standing is None or all(map(_is_current, standing.cards)):
            return False
        self._connection.execute("UPDATE messages SET stale_at = ? WHERE id = ?", (to_microseconds(now), message))
        return True

    def next_stale(
        self, channel_id: int, now: datetime, calm: timedelta, without: Collection[int] = ()
    ) -> StandingMessage | None:
        """The message of the channel that is to be looked at next; None: none is by now.

        One is looked at when it has been stale for `calm`, or if the clock was set back meanwhile; not one whose row id
        is in `without`. First come those of which a card may have to go, then the others, each by their changes.
        """
        return self._one(
            "SELECT * FROM messages WHERE channel_id = ? AND stale_at IS NOT NULL"
            f" AND (stale_at <= ? OR stale_at > ?) AND {_not_in(without)}"
            " ORDER BY EXISTS (SELECT 1 FROM deliveries JOIN posts ON posts.id = post_id"
            " WHERE message = messages.id AND (draft = 1 OR gone_for_good = 1)) DESC, stale_at LIMIT 1",
            (channel_id, to_microseconds(now - calm), to_microseconds(now), *without),
        )

    def stale_since(self, channel_id: int, without: Collection[int] = ()) -> datetime | None:
        """Since when the channel has a message that is to be looked at, but for those `without`; None: it has none."""
        row = self._connection.execute(
            f"SELECT min(stale_at) FROM messages WHERE channel_id = ? AND stale_at IS NOT NULL AND {_not_in(without)}",
            (channel_id, *without),
        ).fetchone()
        return from_microseconds(row[0])

    def count_stale(self) -> dict[int, int]:
        """How many messages of each channel are to be looked at; channels without any are left out."""
        return self._count("stale_at IS NOT NULL")

    def settle(self, message: int) -> None:
        """The cards of the message with this row id are as they should be, or will never be."""
        self._connection.execute("UPDATE messages SET stale_at = NULL WHERE id = ?", (message,))

    def begin_change(self, message: int, change: Change) -> bool:
        """The message with this row id is about to be changed: until that is recorded, nobody knows what it shows.

        A deletion of which nobody knows what came stays one, whatever is asked for afterwards.

        Returns:
            Whether the message still stands.
        """
        began = self._connection.execute(
            f"UPDATE messages SET changing = iif(changing = 'delete', changing, ?) WHERE id = ? AND {OURS}",
            (change, message),
        ).rowcount
        return began > 0

    def end_change(self, message: int) -> None:
        """The change that was about to be made of the message with this row id had no effect."""
        self._connection.execute("UPDATE messages SET changing = NULL WHERE id = ?", (message,))

    def record_edited(self, message: int, kept: Sequence[tuple[int, Post]], out: Iterable[int], now: datetime) -> None:
        """The message with this row id shows other cards now.

        Args:
            message: its row id.
            kept: each delivery whose card is still there, in their order, and the post as the card shows it.
            out: the deliveries whose cards were taken out: if their posts are public again, they are announced again.
            now: aware.
        """
        for position, (delivery, post) in enumerate(kept):
            self._connection.execute(
                "UPDATE deliveries SET position = ?, shown = ? WHERE id = ?", (position, post_text(post), delivery)
            )
        self._take_out(out)
        self.end_change(message)
        self.settle(message)
        self.mark_if_changed(message, now)

    def record_deleted(self, message: int) -> None:
        """The bot deleted the message with this row id: if its posts are public again, they are announced again."""
        rows = self._connection.execute("SELECT id FROM deliveries WHERE message = ?", (message,)).fetchall()
        self._take_out(delivery for (delivery,) in rows)
        self._connection.execute("DELETE FROM messages WHERE id = ?", (message,))

    def record_gone(self, message: int) -> None:
        """A person deleted the message with this row id: its posts were announced, and that was it."""
        self._connection.execute(
            "UPDATE messages SET message_id = NULL, stale_at = NULL, changing = NULL, to_publish = 0 WHERE id = ?",
            (message,),
        )

    def next_to_publish(self, channel_id: int) -> StandingMessage | None:
        """The oldest message that is to be published to the servers that follow the channel; None: there is none.

        A stale one is looked at before: its cards may have to change, or to go.
        """
        return self._one(
            "SELECT * FROM messages WHERE channel_id = ? AND to_publish = 1 AND stale_at IS NULL ORDER BY id LIMIT 1",
            (channel_id,),
        )

    def count_to_publish(self) -> dict[int, int]:
        """How many messages of each channel are to be published; channels without any are left out."""
        return self._count("to_publish = 1")

    def published_between(self, channel_id: int, earliest: datetime, latest: datetime) -> list[datetime]:
        """When messages of the channel were published within these moments, oldest first."""
        rows = self._connection.execute(
            "SELECT published_at FROM messages WHERE channel_id = ? AND published_at IS NOT NULL"
            " AND published_at BETWEEN ? AND ? ORDER BY published_at",
            (channel_id, to_microseconds(earliest), to_microseconds(latest)),
        )
        return [moment for (value,) in rows if (moment := from_microseconds(value)) is not None]

    def record_published(self, message: int, now: datetime) -> None:
        """The message with this row id was published."""
        self._connection.execute(
            "UPDATE messages SET to_publish = 0, published_at = ? WHERE id = ?", (to_microseconds(now), message)
        )

    def never_publish(self, message: int) -> None:
        """The message with this row id cannot be published."""
        self._connection.execute("UPDATE messages SET to_publish = 0 WHERE id = ?", (message,))

    def _take_out(self, deliveries: Iterable[int]) -> None:
        self._connection.executemany(
            "UPDATE deliveries SET state = 'pending', message = NULL, position = NULL, shown = NULL WHERE id = ?",
            [(delivery,) for delivery in deliveries],
        )

    def _one(self, query: str, values: tuple[object, ...]) -> StandingMessage | None:
        row = self._connection.execute(query, values).fetchone()
        if row is None:
            return None
        changing = None if row["changing"] is None else Change(row["changing"])
        return StandingMessage(row["id"], row["channel_id"], row["message_id"], self._cards(row["id"]), changing)

    def _cards(self, message: int) -> tuple[StandingCard, ...]:
        rows = self._connection.execute(
            "SELECT deliveries.id AS delivery, shown, posts.*,"
            " gone_at IS NULL AND standing = 'announced'"
            " AND EXISTS (SELECT 1 FROM files WHERE files.path = posts.path AND files.outcome = 'post') AS is_live"
            " FROM deliveries JOIN posts ON posts.id = post_id WHERE message = ? AND state = 'sent' ORDER BY position",
            (message,),
        ).fetchall()
        return tuple(
            StandingCard(
                delivery=row["delivery"],
                shown=None if row["shown"] is None else post_from_text(row["shown"]),
                post=post_from(self._connection, row),
                is_draft=bool(row["draft"]),
                is_gone=bool(row["gone_for_good"]),
                is_live=bool(row["is_live"]),
            )
            for row in rows
        )

    def _count(self, condition: str) -> dict[int, int]:
        rows = self._connection.execute(
            f"SELECT channel_id, count(*) FROM messages WHERE {condition} GROUP BY channel_id ORDER BY channel_id"
        )
        return dict(rows.fetchall())


def _not_in(ids: Collection[int]) -> str:
    return f"id NOT IN ({', '.join('?' * len(ids))})"


def _is_current(card: StandingCard) -> bool:
    same = card.shown is None or card.shown.content_hash == card.post.content_hash
    return same and not card.is_draft and not card.is_gone
