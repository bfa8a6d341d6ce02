"""Opening the catalog, and its transactions.

One connection writes; whatever must hold together is one function that runs as one transaction in one hop to that
connection's thread, so a cancelled task can never leave half of it behind. Readers have a connection of their own that
cannot write. More than one writing connection would also be unsafe: SQLite before 3.51.3 can lose a commit when two
connections write or checkpoint at the same instant (https://www.sqlite.org/wal.html#walresetbug).
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import TypeVar

import aiosqlite

from bot.catalog.tables import Tables
from bot.problems import CatalogRefusedError, CatalogUnavailableError

__all__ = ["FILE_NAME", "Catalog", "open_catalog", "open_catalog_read_only"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

FILE_NAME = "linkbot.sqlite3"
APPLICATION_ID = 0x4C4E4B42  # "LNKB", in the file's header: this file is a Linkbot catalog
BUSY_TIMEOUT_SECONDS = 5.0
JOURNAL_SIZE_LIMIT_BYTES = 64 * 1024 * 1024


class _Connection(aiosqlite.Connection):
    """An aiosqlite connection that also runs a whole function in its thread, in one hop."""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in the connection's thread.

        Once it has begun it runs to its end, also when the waiting task is cancelled meanwhile.
        """
        result: T = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        return result


class Catalog:
    """The catalog: `write` for the one writer, `read` beside it."""

    def __init__(self, path: Path, writer: _Connection | None, reader: _Connection) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._write_turn = asyncio.Lock()

    async def write(self, work: Callable[[Tables], T]) -> T:
        """Run `work` as one transaction that is durable when this returns.

        A cancelled caller cannot know whether the transaction was committed and has to look.

        Raises:
            CatalogUnavailableError: locked, full or read-only; nothing was written.
        """
        if self._writer is None:
            raise CatalogUnavailableError(f"{self.path} was opened for reading only")
        async with self._write_turn:
            return await self._writer.run(lambda connection: _transaction(connection, "IMMEDIATE", work))

    async def read(self, query: Callable[[Tables], T]) -> T:
        """Run `query` on one consistent state of the catalog, never waiting for a writer.

        Raises:
            CatalogUnavailableError: the file cannot be read.
        """
        return await self._reader.run(lambda connection: _transaction(connection, "DEFERRED", query))

    async def backup(self, target: Path) -> None:
        """Write a consistent copy of the catalog to `target`, which must not exist yet.

        Raises:
            CatalogUnavailableError: the copy cannot be written; nothing is left at `target`.
        """

        def copy(connection: sqlite3.Connection) -> None:
            partial = target.with_name(target.name + ".partial")
            partial.unlink(missing_ok=True)
            try:
                copied = sqlite3.connect(partial)
                try:
                    connection.backup(copied)
                    copied.execute("PRAGMA journal_mode = DELETE")
                finally:
                    copied.close()
                partial.rename(target)
            except (sqlite3.Error, OSError) as error:
                partial.unlink(missing_ok=True)
                raise CatalogUnavailableError(f"{target}: the copy cannot be written: {error}") from error

        await self._reader.run(copy)


@asynccontextmanager
async def open_catalog(directory: Path) -> AsyncIterator[Catalog]:
    """Open the catalog in `directory` for the one writer, who holds the lock of the directory.

    It is made if there is none, and brought up to this version if it is older.

    Raises:
        CatalogRefusedError: the file is foreign, newer, damaged or emptied; it stays as it is.
        CatalogUnavailableError: it cannot be opened or written now.
    """
    path = directory / FILE_NAME
    _refuse_what_is_not_ours(path)
    async with _connect(path, read_only=False) as writer:
        await writer.run(lambda connection: _prepare(connection, path))
        async with _connect(path, read_only=True) as reader:
            yield Catalog(path, writer, reader)


@asynccontextmanager
async def open_catalog_read_only(directory: Path) -> AsyncIterator[Catalog]:
    """Open the catalog in `directory` to look at it, whether or not a service works on it.

    Raises:
        CatalogUnavailableError: there is none yet, or it cannot be read.
        CatalogRefusedError: it is not a catalog of this version.
    """
    path = directory / FILE_NAME
    if not path.exists():
        raise CatalogUnavailableError(f"{path} is not there: the bot has not run on this state directory yet")
    _refuse_what_is_not_ours(path)
    async with _connect(path, read_only=True) as reader:
        version = await reader.run(_version)
        if version != len(_migrations()):
            raise CatalogRefusedError(
                f"{path} has version {version}, this Linkbot works with version {len(_migrations())}; "
                "start the service once to bring an older one up to date"
            )
        yield Catalog(path, None, reader)


@asynccontextmanager
async def _connect(path: Path, *, read_only: bool) -> AsyncIterator[_Connection]:
    def connect() -> sqlite3.Connection:
        uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_SECONDS)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            if read_only:
                connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    try:
        connection = _Connection(connect, iter_chunk_size=64)
        await connection
    except sqlite3.Error as error:
        raise _explained(error, path) from error
    try:
        yield connection
    finally:
        await asyncio.shield(connection.close())


def _refuse_what_is_not_ours(path: Path) -> None:
    """Look at an existing file's header before SQLite touches it.

    SQLite takes a file of no bytes for an empty database; to the bot an empty catalog would mean a first run.
    """
    advice = "restore a backup to that place, or move the file away to begin anew (a first run announces nothing)"
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        leftover = path.with_name(path.name + "-wal")
        if leftover.exists():
            raise CatalogRefusedError(f"{path} is gone but {leftover.name} is there; {advice}") from None
        return
    except OSError as error:
        raise CatalogUnavailableError(f"{path} cannot be read: {error.strerror}") from error
    if not header:
        raise CatalogRefusedError(f"{path} is emptied: it has no bytes; {advice}")
    if not header.startswith(b"SQLite format 3\0") or len(header) < 100:
        raise CatalogRefusedError(f"{path} is no SQLite database; {advice}")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set the writing connection up; bring the schema to this version."""
    migrations = _migrations()
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = _version(connection)
        if application != APPLICATION_ID and (application != 0 or version != 0 or _has_tables(connection)):
            raise CatalogRefusedError(
                f"{path} is a database of another program; set state.directory to a folder of its own"
            )
        if version > len(migrations):
            raise CatalogRefusedError(
                f"{path} has version {version}, this Linkbot knows up to {len(migrations)}; run the newer Linkbot again"
            )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_SIZE_LIMIT_BYTES}")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise CatalogRefusedError(f"{path} is damaged; restore a backup to that place")
        for number, migration in enumerate(migrations[version:], start=version + 1):
            logger.info("catalog %s: applying %s", path, migration.name)
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{migration.read_text('utf-8')}\n"
                f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {number};\nCOMMIT;"
            )
    except sqlite3.Error as error:
        raise _explained(error, path) from error


def _migrations() -> list[Path]:
    folder = resources.files("bot.catalog") / "migrations"
    return sorted((Path(str(entry)) for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda f: f.name)


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is not None


def _transaction(connection: sqlite3.Connection, kind: str, work: Callable[[Tables], T]) -> T:
    try:
        connection.execute(f"BEGIN {kind}")
        try:
            result = work(Tables(connection))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except sqlite3.OperationalError as error:
        raise CatalogUnavailableError(f"the catalog cannot be used now: {error}") from error
    return result


def _explained(error: sqlite3.Error, path: Path) -> CatalogRefusedError | CatalogUnavailableError:
    if isinstance(error, sqlite3.OperationalError):
        return CatalogUnavailableError(f"{path} cannot be opened: {error}; check the folder's rights and free space")
    return CatalogRefusedError(f"{path} is damaged or no catalog ({error}); restore a backup to that place")
