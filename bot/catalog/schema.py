"""Which file is a catalog, how one is made, and how an older one is brought up to date.

A file is judged before anything writes to it: one that is refused stays as it is, byte for byte. SQLite itself would
take a file of no bytes for an empty database, and to the bot an empty catalog means a first run.
"""

import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from bot.catalog.exchange import is_under_way, settle, sync
from bot.catalog.failures import ANEW, BEGIN_ANEW, MEND, explained
from bot.catalog.log import refuse_damaged_log
from bot.problems import CatalogRefusedError, CatalogUnavailableError

__all__ = ["APPLICATION_ID", "connect_reader", "connect_writer", "migrations", "refuse_damage"]

logger = logging.getLogger(__name__)

APPLICATION_ID = 0x4C4E4B42  # "LNKB", in the file's header: this file is a Linkbot catalog
HEADER_BYTES = 100
JOURNAL_SIZE_LIMIT_BYTES = 64 * 1024 * 1024


def connect_writer(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """Connect the one writer, who holds the lock of the folder; make the catalog if there is none, else renew it.

    Args:
        path: of the catalog's file.
        busy_seconds: how long a statement waits for a lock of somebody else's.

    Raises:
        CatalogRefusedError: the file is foreign, newer, damaged or emptied; it stays as it is.
        CatalogUnavailableError: it cannot be opened or written now.
    """
    _settle(path)
    if _refuse_by_header(path):
        refuse_damaged_log(path)
        with closing(_connect(path, "ro", busy_seconds)) as looking, explained(path):
            _refuse_by_content(looking, path)
            refuse_damage(looking, path)
    else:
        _create(path)
    connection = _connect(path, "rw", busy_seconds)
    return _prepared(connection, path, _prepare_writer)


def connect_reader(path: Path, busy_seconds: float, *, current: bool = False) -> sqlite3.Connection:
    """Connect somebody who only reads, `current`: what the writer of this process has just brought up to date.

    Then the file is not opened to look at it: closing it again would let go of the locks that SQLite has on it for the
    writer (https://www.sqlite.org/howtocorrupt.html#posix_close_bug), and another process would remove the log.

    Raises:
        CatalogUnavailableError: there is no catalog yet, or it cannot be read now.
        CatalogRefusedError: the file is no catalog of this version.
    """
    if not current and not _refuse_by_header(path):
        raise CatalogUnavailableError(f"{path} is not there: the bot has not run on this state directory yet")
    connection = _connect(path, "ro&immutable=1" if _is_sealed(path) else "ro", busy_seconds)
    return connection if current else _prepared(connection, path, _refuse_another_version)


def migrations() -> list[Traversable]:
    """The SQL of each version, in order; the first one makes version 1."""
    folder = resources.files("bot.catalog") / "migrations"
    return sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)


def _refuse_by_header(path: Path) -> bool:
    """Look at the first bytes; return whether there is a file at all."""
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
    except FileNotFoundError:
        if is_under_way(path):
            raise CatalogUnavailableError(
                f"{path} is not there: a `linkbot restore` is under way, or was interrupted; the next start of the"
                " service finishes it"
            ) from None
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise CatalogRefusedError(
                f"{path} is gone but {log.name}, which holds a part of it, is there; put a backup in its place by"
                f" `linkbot restore FILE`; without one move {log.name} away, and the service {ANEW}"
            ) from None
        return False
    except OSError as error:
        raise CatalogUnavailableError(f"{path} cannot be read ({error.strerror}); check the folder's rights") from error
    if not header:
        raise CatalogRefusedError(f"{path} is emptied: it has no bytes; {MEND}")
    if not header.startswith(b"SQLite format 3\0") or len(header) < HEADER_BYTES:
        raise CatalogRefusedError(f"{path} is no SQLite database; {MEND}")
    return True


def _settle(path: Path) -> None:
    try:
        settle(path)
    except OSError as error:
        raise CatalogUnavailableError(
            f"{path}: an interrupted `linkbot restore` cannot be finished ({error.strerror}); check the folder's rights"
        ) from error


def _is_sealed(path: Path) -> bool:
    """Whether this process may write nothing there, and nobody writes: SQLite then wants to be told.

    It cannot make the index of a log, which it wants even where there is no log
    (https://www.sqlite.org/wal.html#read_only_databases).
    """
    return not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()


def _connect(path: Path, mode: str, busy_seconds: float) -> sqlite3.Connection:
    with explained(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=busy_seconds
        )

    def set_up(connection: sqlite3.Connection, _path: Path) -> None:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        if mode != "rw":
            connection.execute("PRAGMA query_only = ON")

    return _prepared(connection, path, set_up)


def _prepared(
    connection: sqlite3.Connection, path: Path, prepare: Callable[[sqlite3.Connection, Path], None]
) -> sqlite3.Connection:
    """The connection after `prepare`; closed if that fails."""
    try:
        with explained(path):
            prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_by_content(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID:
        raise CatalogRefusedError(
            f"{path} is a database of another program, or an empty one; set state.directory to a folder of its own, or"
            f" {BEGIN_ANEW}"
        )
    version, newest = _version(connection), len(migrations())
    if version > newest:
        raise CatalogRefusedError(
            f"{path} has version {version}, this Linkbot knows up to {newest}; run the newer Linkbot again"
        )


def _refuse_another_version(connection: sqlite3.Connection, path: Path) -> None:
    _refuse_by_content(connection, path)
    if (version := _version(connection)) < len(migrations()):
        raise CatalogRefusedError(
            f"{path} has version {version}, this Linkbot works with version {len(migrations())}; start the service"
            " once to bring it up to date"
        )


def refuse_damage(connection: sqlite3.Connection, path: Path) -> None:
    """Look through what `connection` has open, which is the catalog at `path` or a copy of it.

    Raises:
        CatalogRefusedError: it is damaged.
    """
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise CatalogRefusedError(f"{path} is damaged ({' '.join(found.split())}); {MEND}")


def _create(path: Path) -> None:
    """Make a catalog aside and rename it into place: a crash or a full disk leaves no half of one behind."""
    aside = path.with_name(path.name + ".new")
    try:
        aside.unlink(missing_ok=True)
        with explained(path), closing(sqlite3.connect(aside, isolation_level=None)) as connection:
            _migrate(connection, path)
        aside.rename(path)
        sync(path.parent)
    except OSError as error:
        raise CatalogUnavailableError(f"{path} cannot be made ({error.strerror}); check the folder's rights") from error


def _prepare_writer(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise CatalogUnavailableError(
            f"{path} lies where SQLite cannot work safely; put state.directory on a local disk"
        )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_SIZE_LIMIT_BYTES}")
    _migrate(connection, path)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Apply what is missing, each migration in one transaction together with the version that it makes."""
    done = _version(connection)
    for number, migration in enumerate(migrations()[done:], start=done + 1):
        logger.info("Catalog %s: applying %s", path, migration.name)
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{migration.read_text('utf-8')}\n"
            f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {number};\nCOMMIT;"
        )


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
