"""The outbox and the ledger: which post goes, or went, to which channel, in which message.

A delivery is pending, then sending under a claim, then sent; or pending again; or refused; or unknown. Of a refused or
unknown one a person says that it was sent, is to be pending again, or is dropped. What happens to a message that was
sent is in `bot.catalog.messages`.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.catalog.columns import from_microseconds, post_from, post_from_text, post_text, to_microseconds
from bot.catalog.records import Claim, DeliveryCount, DeliveryState, HeldUp, KnownDelivery, PendingDelivery

__all__ = ["DeliveryTable"]

# A post may be sent as long as it is announced, not expired, and its file is there and in order. A pending delivery of
# any other post sleeps: nothing is lost if the file comes back or the draft turns public again.
SENDABLE = (
    "posts.standing = 'announced' AND posts.gone_at IS NULL"
    " AND (posts.expiry_date IS NULL OR posts.expiry_date > :now)"
    " AND EXISTS (SELECT 1 FROM files WHERE files.path = posts.path AND files.outcome = 'post')"
)

# SQLite uses the partial index deliveries_open only where a query repeats its condition word for word
# (https://www.sqlite.org/partialindex.html): without it every claim would walk through all that was ever sent.
OPEN = "state NOT IN ('sent', 'dropped')"

# What is sent to followers, by direct message, is counted apart: nobody is shown whose channel that is.
TO_FOLLOWER = "EXISTS (SELECT 1 FROM followers WHERE followers.channel_id = deliveries.channel_id)"

# Far more than a channel takes in the minutes around a claim, and without asking a clock that may have been set since.
KNOWN_MESSAGES = 1000


class DeliveryTable:
    """Deliveries and the messages that carry them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def plan(
        self, post_id: int, channel_ids: Iterable[int], now: datetime, *, arrived_at: datetime | None = None
    ) -> int:
        """Plan the post for each channel where it is not planned, sent or refused yet; return how many were planned.

        `arrived_at` is when its file, or its date, came; None if a person asked for it.
        """
        return sum(
            self._connection.execute(
                "INSERT OR IGNORE INTO deliveries (post_id, channel_id, state, planned_at, arrived_at)"
                " VALUES (?, ?, 'pending', ?, ?)",
                (post_id, channel_id, to_microseconds(now), to_microseconds(arrived_at)),
            ).rowcount
            for channel_id in channel_ids
        )

    def arrivals(self, claim: Claim) -> dict[int, datetime]:
        """When each post of a claim arrived that no person asked to be announced, by the number of its delivery."""
        rows = self._connection.execute(
            "SELECT id, arrived_at FROM deliveries WHERE message = ? AND arrived_at IS NOT NULL", (claim.id,)
        )
        return {row["id"]: moment for row in rows if (moment := from_microseconds(row["arrived_at"])) is not None}

    def withdraw(self, post_id: int) -> bool:
        """Forget what is planned of a post that was certainly never sent; return whether that is so."""
        self._connection.execute(
            "DELETE FROM deliveries WHERE post_id = :post AND NOT EXISTS"
            " (SELECT 1 FROM deliveries WHERE post_id = :post AND state <> 'pending')",
            {"post": post_id},
        )
        return not self.channels_of(post_id)

    def channels_of(self, post_id: int) -> dict[int, DeliveryState]:
        """The state of the post's delivery in each channel for which it was ever planned."""
        rows = self._connection.execute("SELECT channel_id, state FROM deliveries WHERE post_id = ?", (post_id,))
        return {channel_id: DeliveryState(state) for channel_id, state in rows}

    def pending(self, channel_id: int, limit: int, now: datetime) -> list[PendingDelivery]:
        """The first `limit` deliveries of the channel that are due, oldest post first."""
        rows = self._connection.execute(
            # CROSS JOIN: from the few deliveries to their posts; SQLite would rather begin with all posts.
            "SELECT deliveries.id AS delivery, alone, posts.* FROM deliveries CROSS JOIN posts ON posts.id = post_id"
            f" WHERE channel_id = :channel AND state = 'pending' AND {OPEN} AND {SENDABLE}"
            " ORDER BY listed_at, posts.id LIMIT :limit",
            {"channel": channel_id, "limit": limit, "now": to_microseconds(now)},
        ).fetchall()
        return [PendingDelivery(row["delivery"], post_from(self._connection, row), bool(row["alone"])) for row in rows]

    def claim(self, channel_id: int, nonce: str, deliveries: Sequence[PendingDelivery], now: datetime) -> Claim:
        """Make `deliveries` of the channel one message that is about to be asked for."""
        row = self._connection.execute(
            "INSERT INTO messages (channel_id, nonce, claimed_at) VALUES (?, ?, ?) RETURNING id",
            (channel_id, nonce, to_microseconds(now)),
        ).fetchone()
        for position, delivery in enumerate(deliveries):
            self._exactly_one(
                "UPDATE deliveries SET state = 'sending', message = ?, position = ?, shown = ?"
                " WHERE id = ? AND state = 'pending'",
                (row["id"], position, post_text(delivery.post), delivery.id),
            )
        return Claim(row["id"], channel_id, nonce, now, tuple(deliveries), sendable=True)

    def interrupted(self, channel_id: int, now: datetime) -> Claim | None:
        """The oldest claim of the channel whose outcome was never recorded; None: there is none."""
        message = self._connection.execute(
            "SELECT * FROM messages WHERE id = "
            f"(SELECT min(message) FROM deliveries WHERE channel_id = ? AND state = 'sending' AND {OPEN})",
            (channel_id,),
        ).fetchone()
        if message is None:
            return None
        rows = self._connection.execute(
            f"SELECT deliveries.id AS delivery, alone, shown, {SENDABLE} AS sendable"
            " FROM deliveries JOIN posts ON posts.id = post_id WHERE message = :message AND state = 'sending'"
            " ORDER BY position",
            {"message": message["id"], "now": to_microseconds(now)},
        ).fetchall()
        claimed_at = from_microseconds(message["claimed_at"])
        assert claimed_at is not None
        deliveries = tuple(
            PendingDelivery(row["delivery"], post_from_text(row["shown"]), bool(row["alone"])) for row in rows
        )
        sendable = all(row["sendable"] for row in rows)
        return Claim(message["id"], channel_id, message["nonce"], claimed_at, deliveries, sendable)

    def is_claimed(self, claim: Claim) -> bool:
        """Whether `claim` is still there: a follower may have had everything forgotten meanwhile.

        Its row id may be another message's by then; its nonce never is.
        """
        query = "SELECT 1 FROM messages WHERE id = ? AND nonce = ?"
        return self._connection.execute(query, (claim.id, claim.nonce)).fetchone() is not None

    def record_sent(self, claim: Claim, message_id: int | None, now: datetime, *, to_publish: bool = False) -> None:
        """The message of `claim` stands in its channel, or did (then `message_id` is None).

        It is still to be published to the servers that follow the channel if `to_publish`.
        """
        self._exactly_one(
            "UPDATE messages SET message_id = ?, sent_at = ?, to_publish = ? WHERE id = ? AND sent_at IS NULL",
            (message_id, to_microseconds(now), to_publish and message_id is not None, claim.id),
        )
        self._end(claim, "state = 'sent', alone = 0, reason = NULL")

    def forget_shown(self, claim: Claim) -> None:
        """The message of `claim` was sent to a follower: it never changes, so nobody asks again what it shows."""
        self._connection.execute("UPDATE deliveries SET shown = NULL WHERE message = ?", (claim.id,))

    def release(self, claim: Claim, *, alone: bool = False) -> None:
        """The message of `claim` was certainly not created: its deliveries are due again, each `alone` if so asked."""
        kept = "alone = 1" if alone else "alone = alone"
        self._end(claim, f"state = 'pending', message = NULL, position = NULL, shown = NULL, {kept}")
        self._exactly_one("DELETE FROM messages WHERE id = ?", (claim.id,))

    def refuse(self, claim: Claim, reason: str) -> None:
        """Discord will never take the message of `claim`."""
        self._end(claim, "state = 'refused', message = NULL, position = NULL, shown = NULL, reason = ?", reason)
        self._exactly_one("DELETE FROM messages WHERE id = ?", (claim.id,))

    def give_up(self, claim: Claim, reason: str) -> None:
        """Nobody can tell whether the message of `claim` stands: a person must look."""
        self._end(claim, "state = 'unknown', shown = NULL, reason = ?", reason)

    def suspect(self, claim: Claim) -> None:
        """Discord refused the message of `claim` for one of its posts: only these are `alone` in the channel now."""
        self._clear_suspects(claim.channel_id)
        self.release(claim, alone=True)

    def drop(self, claim: Claim, reason: str) -> list[str]:
        """Leave the message of `claim`, for a follower, as it is for good: nobody could say what became of it.

        If it was looked for among others, these are no suspects any more.

        Returns:
            The paths of its posts that were not dropped for any other follower yet.
        """
        rows = self._connection.execute(
            "SELECT path FROM deliveries AS ours JOIN posts ON posts.id = post_id WHERE message = ? AND NOT EXISTS"
            f" (SELECT 1 FROM deliveries WHERE post_id = ours.post_id AND state = 'dropped' AND {TO_FOLLOWER})"
            " ORDER BY position",
            (claim.id,),
        ).fetchall()
        self._end(claim, "state = 'dropped', message = NULL, position = NULL, shown = NULL, reason = ?", reason)
        self._exactly_one("DELETE FROM messages WHERE id = ?", (claim.id,))
        self._clear_suspects(claim.channel_id)
        return [path for (path,) in rows]

    def give_up_all(self, reason: str) -> int:
        """Nobody can tell whether what waits, or was under way, stands by now; return how many deliveries that are.

        What is so for followers is dropped: nobody but they could look.
        """
        self.drop_for_followers(reason)
        return self._connection.execute(
            "UPDATE deliveries SET state = 'unknown', shown = NULL, reason = ?"
            f" WHERE state IN ('pending', 'sending') AND {OPEN}",
            (reason,),
        ).rowcount

    def drop_for_followers(self, reason: str) -> int:
        """Leave what waits for followers, or was under way, as it is for good; return how many deliveries that are."""
        return self._connection.execute(
            "UPDATE deliveries SET state = 'dropped', shown = NULL, reason = ?"
            f" WHERE state IN ('pending', 'sending') AND {OPEN} AND {TO_FOLLOWER}",
            (reason,),
        ).rowcount

    def known_messages(self, channel_id: int) -> frozenset[int]:
        """The ids at Discord of the channel's messages of which the catalog knows; of very many the last ones."""
        rows = self._connection.execute(
            "SELECT message_id FROM messages WHERE channel_id = ? AND message_id IS NOT NULL ORDER BY id DESC LIMIT ?",
            (channel_id, KNOWN_MESSAGES),
        )
        return frozenset(message_id for (message_id,) in rows)

    def by_id(self, delivery_id: int, now: datetime) -> KnownDelivery | None:
        """The delivery with this id; None: there is none."""
        row = self._connection.execute(
            f"SELECT deliveries.id, channel_id, state, path, {SENDABLE} AS sendable"
            " FROM deliveries JOIN posts ON posts.id = post_id WHERE deliveries.id = :delivery",
            {"delivery": delivery_id, "now": to_microseconds(now)},
        ).fetchone()
        return None if row is None else KnownDelivery(row[0], row[1], DeliveryState(row[2]), row[3], bool(row[4]))

    def paths_in(self, message_id: int) -> list[str]:
        """The posts for which the bot made the message with this id at Discord, as far as the catalog knows."""
        rows = self._connection.execute(
            "SELECT path FROM messages JOIN deliveries ON deliveries.message = messages.id"
            " JOIN posts ON posts.id = post_id WHERE message_id = ? AND nonce IS NOT NULL ORDER BY position",
            (message_id,),
        )
        return [path for (path,) in rows]

    def settle_sent(self, delivery_id: int, message_id: int, now: datetime) -> None:
        """A refused or unknown delivery stands in this message: a person says so.

        Others of the message in which it may have been sent stay as they are.
        """
        row = self._connection.execute(
            "SELECT id FROM messages WHERE message_id = :message AND channel_id ="
            " (SELECT channel_id FROM deliveries WHERE id = :delivery)",
            {"message": message_id, "delivery": delivery_id},
        ).fetchone()
        if row is None:
            row = self._connection.execute(
                "INSERT INTO messages (channel_id, claimed_at, sent_at, message_id)"
                " SELECT channel_id, :now, :now, :message FROM deliveries WHERE id = :delivery RETURNING id",
                {"now": to_microseconds(now), "message": message_id, "delivery": delivery_id},
            ).fetchone()
        self._settle(delivery_id, "state = 'sent', alone = 0, reason = NULL, message = ?", row["id"])

    def settle_pending(self, delivery_id: int) -> None:
        """A refused or unknown delivery is due again, alone: a person says that it does not stand in the channel."""
        self._settle(delivery_id, "state = 'pending', alone = 1, reason = NULL, message = NULL, position = NULL")

    def settle_dropped(self, delivery_id: int) -> None:
        """A refused or unknown delivery is left as it is for good: a person says so."""
        self._settle(delivery_id, "state = 'dropped', message = NULL, position = NULL")

    def counts(self) -> list[DeliveryCount]:
        """How many deliveries each channel has in each state; those without any, and followers, are left out."""
        rows = self._connection.execute(
            "SELECT channel_id, state, count(*) FROM deliveries GROUP BY channel_id, state"
            " HAVING channel_id NOT IN (SELECT channel_id FROM followers) ORDER BY channel_id, state"
        )
        return [DeliveryCount(channel_id, DeliveryState(state), number) for channel_id, state, number in rows]

    def held_up(self) -> list[HeldUp]:
        """The refused and unknown deliveries, by id."""
        rows = self._connection.execute(
            "SELECT deliveries.id, channel_id, state, path, reason FROM deliveries"
            " JOIN posts ON posts.id = post_id WHERE state IN ('refused', 'unknown') ORDER BY deliveries.id"
        )
        return [HeldUp(row[0], row[1], DeliveryState(row[2]), row[3], row[4]) for row in rows]

    def count_sleeping(self, now: datetime) -> dict[int, int]:
        """How many of each channel's pending deliveries sleep; channels without any, and followers, are left out."""
        rows = self._connection.execute(
            "SELECT channel_id, count(*) FROM deliveries CROSS JOIN posts ON posts.id = post_id"
            f" WHERE state = 'pending' AND {OPEN} AND NOT ({SENDABLE}) AND NOT {TO_FOLLOWER}"
            " GROUP BY channel_id ORDER BY channel_id",
            {"now": to_microseconds(now)},
        )
        return dict(rows.fetchall())

    def oldest_waiting_at(self, now: datetime) -> datetime | None:
        """When the oldest of the pending deliveries that are due was planned, but for followers; None: none is due."""
        row = self._connection.execute(
            "SELECT min(planned_at) FROM deliveries CROSS JOIN posts ON posts.id = post_id"
            f" WHERE state = 'pending' AND {OPEN} AND {SENDABLE} AND NOT {TO_FOLLOWER}",
            {"now": to_microseconds(now)},
        ).fetchone()
        return from_microseconds(row[0])

    def last_sent_at(self) -> datetime | None:
        """When a message was last recorded as sent; None: never."""
        return from_microseconds(self._connection.execute("SELECT max(sent_at) FROM messages").fetchone()[0])

    def _clear_suspects(self, channel_id: int) -> None:
        self._connection.execute(
            f"UPDATE deliveries SET alone = 0 WHERE channel_id = ? AND state = 'pending' AND {OPEN} AND alone = 1",
            (channel_id,),
        )

    def _end(self, claim: Claim, assignments: str, *values: object) -> None:
        ended = self._connection.execute(
            f"UPDATE deliveries SET {assignments} WHERE message = ? AND state = 'sending'",
            (*values, claim.id),
        ).rowcount
        if ended != len(claim.deliveries):
            raise AssertionError(f"claim {claim.id} has {len(claim.deliveries)} deliveries, {ended} were sending")

    def _settle(self, delivery_id: int, assignments: str, *values: object) -> None:
        """End that a person must act, and forget the message that carried nothing else."""
        (message,) = self._connection.execute("SELECT message FROM deliveries WHERE id = ?", (delivery_id,)).fetchone()
        self._exactly_one(
            f"UPDATE deliveries SET {assignments} WHERE id = ? AND state IN ('refused', 'unknown')",
            (*values, delivery_id),
        )
        self._connection.execute(
            "DELETE FROM messages WHERE id = :message"
            " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = :message)",
            {"message": message},
        )

    def _exactly_one(self, statement: str, values: tuple[object, ...]) -> None:
        changed = self._connection.execute(statement, values).rowcount
        if changed != 1:
            raise AssertionError(f"{changed} rows instead of one: {statement}")
