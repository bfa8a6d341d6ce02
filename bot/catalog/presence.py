"""Whether the files that the writer has open are still at their places.

What is written into a file that was deleted or replaced is forgotten by the next start, and what it recorded as sent is
sent again. SQLite does not notice (https://www.sqlite.org/howtocorrupt.html#_unlinking_or_renaming_a_database_file_while_in_use).
"""

import sqlite3
from pathlib import Path

from bot.catalog.failures import ANEW, explained
from bot.problems import CatalogRefusedError, CatalogUnavailableError

__all__ = ["Presence"]


class Presence:
    """The catalog at `path` and its log, as they are when this is made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = path.with_name(path.name + "-wal")
        self._file_was = _identity(path)
        self._log_was = _identity(self._log)

    def check(self, connection: sqlite3.Connection) -> None:
        """Look whether both are in their places; `connection` is the writer's, outside of a transaction.

        Raises:
            CatalogRefusedError: one was moved, deleted or replaced. What only the log had is in the catalog by then.
            CatalogUnavailableError: they cannot be looked at now.
        """
        if _identity(self._path) != self._file_was:
            raise CatalogRefusedError(
                f"{self._path} was moved, deleted or replaced while the service worked on it; put it back before the"
                f" next start: that works with what is there then, and without a catalog it {ANEW}"
            )
        if _identity(self._log) != self._log_was:
            with explained(self._path):
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raise CatalogRefusedError(
                f"{self._log} was moved, deleted or replaced while the service worked on it; what it held was saved to"
                f" {self._path}: start the service again"
            )


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is at `path`, by device and number; None: there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CatalogUnavailableError(
            f"{path} cannot be looked at ({error.strerror}); check the folder's rights"
        ) from error
    return status.st_dev, status.st_ino
