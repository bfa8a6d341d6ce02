"""Small facts about the catalog itself, by name."""

import sqlite3
from enum import StrEnum

__all__ = ["Note", "NoteTable"]


class Note(StrEnum):
    """The facts that are kept."""

    BASELINE = "baseline_at"  # when the first run was done, ISO 8601; absent: what is there is no news yet
    RULES = "rules"  # the settings that the standings of posts were decided under, as JSON
    OUTAGE = "outage"  # JSON: since when the content directory cannot be believed, and why; absent: it can
    SCAN = "last_scan"  # JSON: at, seconds, files, watcher
    COMMANDS = "commands"  # a fingerprint of the slash commands that Discord was told of
    IDENTIFIES = "identifies"  # JSON: when sessions were begun at the gateway within 24 hours, in seconds since 1970
    BACKUP = "backup_at"  # when this catalog was copied, ISO 8601; absent: it is no copy, or what came since is indexed
    TAKEN_OVER = "taken_over"  # of such a copy: what waited when it was made is given up, so what waits now is newer
    UNREAD = "unread"  # JSON: paths of which the first scan after a restore could not tell what post is there
    CHANNELS = "channels"  # JSON: the names of the channels in the settings of the last service, by id
    SERVICE = "service"  # JSON: since when the service runs, its process id, when it ended in good order
    PROBE = "probed_at"  # when it was last tried whether the catalog can be written, ISO 8601


class NoteTable:
    """Text by key."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, key: Note) -> str | None:
        """The text kept under `key`; None: there is none."""
        row = self._connection.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row["value"])

    def put(self, key: Note, value: str) -> None:
        """Keep `value` under `key`."""
        self._connection.execute(
            "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    def remove(self, key: Note) -> None:
        """Keep nothing under `key` any more."""
        self._connection.execute("DELETE FROM notes WHERE key = ?", (key,))
