"""Channels whose deliveries a person holds back, and since when; all direct messages to followers are as one."""

import sqlite3
from datetime import datetime

from bot.catalog.columns import from_microseconds, to_microseconds

__all__ = ["FOLLOWERS", "PauseTable"]

FOLLOWERS = 0  # no channel has this id: it stands for all direct messages to followers


class PauseTable:
    """The paused channels, by id, and `FOLLOWERS`; one that is not in the settings any more may be among them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def pause(self, channel_id: int, now: datetime) -> bool:
        """Hold the channel's deliveries back; return whether it was not paused already."""
        paused = self._connection.execute(
            "INSERT OR IGNORE INTO paused_channels (channel_id, paused_at) VALUES (?, ?)",
            (channel_id, to_microseconds(now)),
        ).rowcount
        return paused > 0

    def resume(self, channel_id: int) -> bool:
        """Hold nothing back any more; return whether the channel was paused."""
        resumed = self._connection.execute("DELETE FROM paused_channels WHERE channel_id = ?", (channel_id,)).rowcount
        return resumed > 0

    def is_paused(self, channel_id: int) -> bool:
        """Whether the channel's deliveries are held back."""
        query = "SELECT 1 FROM paused_channels WHERE channel_id = ?"
        return self._connection.execute(query, (channel_id,)).fetchone() is not None

    def all(self) -> dict[int, datetime]:
        """Every paused channel and since when it is, by id, without `FOLLOWERS`."""
        rows = self._connection.execute(
            "SELECT channel_id, paused_at FROM paused_channels WHERE channel_id <> ? ORDER BY channel_id", (FOLLOWERS,)
        )
        since = ((channel_id, from_microseconds(paused_at)) for channel_id, paused_at in rows)
        return {channel_id: moment for channel_id, moment in since if moment is not None}

    def followers_since(self) -> datetime | None:
        """Since when nothing is sent to followers; None: it is."""
        query = "SELECT paused_at FROM paused_channels WHERE channel_id = ?"
        row = self._connection.execute(query, (FOLLOWERS,)).fetchone()
        return None if row is None else from_microseconds(row[0])
