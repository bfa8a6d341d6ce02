"""The catalog and its transactions.

One connection writes; whatever must hold together is one function that runs as one transaction in one hop to that
connection's thread, so a cancelled task can never leave half of it behind. Readers have connections of their own that
cannot write: one for answers, one for counting. More than one writing connection would also be unsafe: SQLite before
3.51.3 can lose a commit when two connections write or checkpoint at the same instant
(https://www.sqlite.org/wal.html#walresetbug).
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import aiosqlite

from bot.catalog.exchange import sync
from bot.catalog.failures import explained
from bot.catalog.notes import Note
from bot.catalog.presence import Presence
from bot.catalog.schema import connect_reader, connect_writer, refuse_damage
from bot.catalog.tables import Tables
from bot.catalog.word_index import renew_word_index
from bot.problems import CatalogRefusedError, CatalogUnavailableError

__all__ = ["FILE_NAME", "Catalog", "open_catalog", "open_catalog_read_only"]

T = TypeVar("T")

FILE_NAME = "linkbot.sqlite3"
WRITING, READING = "IMMEDIATE", "DEFERRED"  # kinds of transactions, as SQLite calls them
BUSY_SECONDS = 5.0  # nobody but the service writes; a person with a SQLite shell may


class _Connection(aiosqlite.Connection):
    """An aiosqlite connection that also runs a whole function in its thread, in one hop.

    Attributes:
        ended: done when the thread has ended; None: nobody told it to.
    """

    ended: asyncio.Future[None] | None = None

    def stop(self) -> asyncio.Future[None] | None:
        """Let the thread end after what it was asked for."""
        self.ended = super().stop()
        return self.ended

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in the connection's thread.

        Once it has begun it runs to its end, also when the waiting task is cancelled meanwhile.
        """
        result: T = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        return result


class Catalog:
    """The catalog: `write` for the one writer, `read` beside it, `count` for what takes its time.

    Attributes:
        path: of its file.
        is_refused: it turned out to be damaged, or not to be at `path` any more.
    """

    def __init__(
        self, path: Path, writer: _Connection | None, reader: _Connection, counter: _Connection | None = None
    ) -> None:
        """Work over these connections; without a `counter`, the `reader` counts."""
        self.path = path
        self.is_refused = False
        self._writer = writer
        self._reader = reader
        self._counter = counter or reader
        self._presence = Presence(path)

    async def write(self, work: Callable[[Tables], T]) -> T:
        """Run `work` as one transaction that is durable when this returns; if it raises, nothing of it was done.

        A cancelled caller cannot know whether the transaction was committed and has to look.

        Raises:
            CatalogUnavailableError: locked, full or read-only; nothing was written.
            CatalogRefusedError: the file is damaged, or was moved, deleted or replaced meanwhile.
        """
        if self._writer is None:
            raise CatalogUnavailableError(f"{self.path} was opened for reading only")

        def transaction(connection: sqlite3.Connection) -> T:
            self._presence.check(connection)
            return _transaction(connection, self.path, WRITING, work)

        return await self._run(self._writer, transaction)

    async def read(self, query: Callable[[Tables], T]) -> T:
        """Run `query` on one consistent state of the catalog, never waiting for a writer.

        Raises:
            CatalogUnavailableError: the file cannot be read now.
            CatalogRefusedError: the file is damaged.
        """
        return await self._run(self._reader, lambda connection: _transaction(connection, self.path, READING, query))

    async def count(self, query: Callable[[Tables], T]) -> T:
        """Run a `query` that goes through much of the catalog, as `read` does; no `read` waits for it.

        Raises:
            CatalogUnavailableError: the file cannot be read now.
            CatalogRefusedError: the file is damaged.
        """
        return await self._run(self._counter, lambda connection: _transaction(connection, self.path, READING, query))

    async def backup(self, target: Path) -> None:
        """Write a consistent copy of the catalog to `target`, which must not exist yet.

        The copy knows that it is one: put in the catalog's place, it does not know what was sent since.

        Raises:
            CatalogRefusedError: the catalog is damaged, so its copy would be of no use.
            CatalogUnavailableError: the copy cannot be written. Nothing is left at `target`, either way.
        """
        await self._reader.run(lambda connection: _copy(connection, self.path, target))

    async def _run(self, connection: _Connection, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await connection.run(work)
        except CatalogRefusedError:
            self.is_refused = True
            raise


@asynccontextmanager
async def open_catalog(directory: Path, *, busy_seconds: float = BUSY_SECONDS) -> AsyncIterator[Catalog]:
    """Open the catalog in `directory` for the one writer, who holds the lock of the directory.

    It is made if there is none, and brought up to this version if it is older.

    Raises:
        CatalogRefusedError: the file is foreign, newer, damaged or emptied; it stays as it is.
        CatalogUnavailableError: it cannot be opened or written now.
    """
    path = directory / FILE_NAME
    async with (
        _opened(lambda: connect_writer(path, busy_seconds)) as writer,
        _opened(lambda: connect_reader(path, busy_seconds, current=True)) as reader,
        _opened(lambda: connect_reader(path, busy_seconds, current=True)) as counter,
    ):
        catalog = Catalog(path, writer, reader, counter)
        try:
            yield catalog
        finally:
            if catalog.is_refused:
                # The last connection to go writes the log into the file, and removes what has the log's name. Who only
                # reads does not: everything stays as it is.
                await _to_the_end(asyncio.ensure_future(writer.close()))


@asynccontextmanager
async def open_catalog_read_only(directory: Path) -> AsyncIterator[Catalog]:
    """Open the catalog in `directory` to look at it, whether or not a service works on it.

    Raises:
        CatalogUnavailableError: there is none yet, or it cannot be read.
        CatalogRefusedError: it is not a catalog of this version.
    """
    path = directory / FILE_NAME
    async with _opened(lambda: connect_reader(path, BUSY_SECONDS)) as reader:
        yield Catalog(path, None, reader)


@asynccontextmanager
async def _opened(connect: Callable[[], sqlite3.Connection]) -> AsyncIterator[_Connection]:
    """A connection that is made, used and closed in a thread of its own, which ends with the context."""
    connection = _Connection(connect, iter_chunk_size=64)
    try:
        await connection
    except BaseException:
        if connection.ended is not None:
            # The thread reports its end to the event loop, which must be there until then.
            await _to_the_end(connection.ended)
        raise
    try:
        yield connection
    finally:
        # The lock of the folder is let go only when nothing can be written any more.
        await _to_the_end(asyncio.ensure_future(connection.close()))


async def _to_the_end(work: asyncio.Future[None]) -> None:
    """Wait for `work` however often the waiting is cancelled; the cancellation goes on afterwards."""
    cancellation: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait((work,))
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        raise cancellation
    work.result()


def _transaction(connection: sqlite3.Connection, path: Path, kind: str, work: Callable[[Tables], T]) -> T:
    with explained(path):
        connection.execute(f"BEGIN {kind}")
        try:
            result = work(Tables(connection))
            if kind == WRITING:
                renew_word_index(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite itself rolls back after some errors, such as a full disk
                connection.execute("ROLLBACK")
            raise
    return result


def _copy(connection: sqlite3.Connection, path: Path, target: Path) -> None:
    """Copy beside the target, then move the whole copy there; a file that is there stays."""
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(partial)) as copied:
                connection.backup(copied)
                with explained(path):
                    refuse_damage(copied, path)
                Tables(copied).notes.put(Note.BACKUP, datetime.now(UTC).isoformat(timespec="seconds"))
                Tables(copied).notes.remove(Note.TAKEN_OVER)
                copied.commit()
                copied.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
            if target.exists():
                raise FileExistsError
            partial.rename(target)
            sync(target.parent)
        finally:
            partial.unlink(missing_ok=True)
    except FileExistsError as error:
        raise CatalogUnavailableError(f"{target} is there already; name a new file for the copy") from error
    except (sqlite3.Error, OSError) as error:
        raise CatalogUnavailableError(f"{target}: the copy cannot be written: {error}") from error
