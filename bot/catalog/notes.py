"""Small facts about the catalog itself, by name."""

import sqlite3

__all__ = ["NoteTable"]


class NoteTable:
    """Text by key."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> str | None:
        """The text kept under `key`; None: there is none."""
        row = self._connection.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row["value"])

    def put(self, key: str, value: str) -> None:
        """Keep `value` under `key`."""
        self._connection.execute(
            "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    def remove(self, key: str) -> None:
        """Keep nothing under `key` any more."""
        self._connection.execute("DELETE FROM notes WHERE key = ?", (key,))
