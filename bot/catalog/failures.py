"""What SQLite's errors mean to whoever works with the catalog."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.problems import CatalogRefusedError, CatalogUnavailableError

__all__ = ["ANEW", "BEGIN_ANEW", "MEND", "explained"]

ANEW = "begins anew: it indexes what is there and announces none of it"
# Files beside it belong to it: an old log would be applied to a new catalog in its place.
AWAY = "move it away with every file beside it whose name begins like its own"
BEGIN_ANEW = f"stop the service, {AWAY}, and start the service, which then {ANEW}"
MEND = (
    "stop the service and put a backup in its place by `linkbot restore FILE`; without one"
    f" {AWAY}, and start the service, which then {ANEW}"
)

# Primary result codes, https://www.sqlite.org/rescode.html
MAY_PASS = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says of the file at `path` into an error that says what to do; our own mistakes pass as such.

    Raises:
        CatalogUnavailableError: locked, full, read-only and the like.
        CatalogRefusedError: damaged.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in MAY_PASS:
            raise CatalogUnavailableError(
                f"{path} cannot be used now ({error}); check the folder's rights and the free space"
            ) from error
        if code in DAMAGED:
            raise CatalogRefusedError(f"{path} is damaged ({error}); {MEND}") from error
        raise
