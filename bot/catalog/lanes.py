"""How the deliveries of each channel do: how many are in which state, what waits, when the last one went.

All followers are as one channel here, `FOLLOWERS`: whose deliveries wait is nobody's business.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.catalog.columns import from_microseconds, to_microseconds
from bot.catalog.deliveries import OPEN, SENDABLE
from bot.catalog.pauses import FOLLOWERS
from bot.catalog.records import DeliveryCount, DeliveryState

__all__ = ["Backlog", "LaneTable"]

LANE = f"iif(channel_id IN (SELECT channel_id FROM followers), {FOLLOWERS}, channel_id) AS lane"


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be sent in a channel: how many deliveries, and when the oldest of them was planned."""

    number: int
    oldest_at: datetime


class LaneTable:
    """Questions about the deliveries of whole channels."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def counts(self) -> list[DeliveryCount]:
        """How many deliveries each channel has in each state, `FOLLOWERS` included. This walks through all of them."""
        rows = self._connection.execute(
            f"SELECT {LANE}, state, sum(number) FROM"
            " (SELECT channel_id, state, count(*) AS number FROM deliveries GROUP BY channel_id, state)"
            " GROUP BY lane, state ORDER BY lane, state"
        )
        return [DeliveryCount(channel_id, DeliveryState(state), number) for channel_id, state, number in rows]

    def backlogs(self, now: datetime) -> dict[int, Backlog]:
        """What is due, or being sent, in each channel where there is any; what sleeps is not due."""
        rows = self._connection.execute(
            f"SELECT {LANE}, count(*), min(planned_at) FROM deliveries CROSS JOIN posts ON posts.id = post_id"
            f" WHERE {OPEN} AND (state = 'sending' OR state = 'pending' AND {SENDABLE}) GROUP BY lane ORDER BY lane",
            {"now": to_microseconds(now)},
        )
        oldest = ((channel_id, number, from_microseconds(planned_at)) for channel_id, number, planned_at in rows)
        return {channel_id: Backlog(number, at) for channel_id, number, at in oldest if at is not None}

    def last_sent_at(self, channel_id: int) -> datetime | None:
        """When a message was last recorded as sent in the channel; None: never."""
        row = self._connection.execute(
            "SELECT sent_at FROM messages WHERE channel_id = ? AND sent_at IS NOT NULL ORDER BY id DESC LIMIT 1",
            (channel_id,),
        ).fetchone()
        return None if row is None else from_microseconds(row[0])
