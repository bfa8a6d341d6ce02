"""A copy of a catalog, made ready to take the place of the one that is there.

The file that it comes from is only read. It is judged by the copy, which gets the note that it is a backup in any case:
a catalog that was copied by other means would announce again what was sent since.
"""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.catalog.exchange import give_to_owner, partial, restored, sync
from bot.catalog.failures import DAMAGED
from bot.catalog.log import refuse_damaged_log
from bot.catalog.notes import Note
from bot.catalog.schema import APPLICATION_ID, migrations
from bot.catalog.tables import Tables
from bot.problems import CatalogRefusedError, CatalogUnavailableError, UsageError

__all__ = ["Prepared", "prepare"]

MAGIC = b"SQLite format 3\0"
HEADER_BYTES = 100
_OTHER = "nothing is changed; choose another backup"
BESIDE = ("-wal", "-journal")  # without them a file that was not closed in good order is not whole


@dataclass(frozen=True, slots=True)
class Prepared:
    """A copy that is ready.

    Attributes:
        made_at: when the backup was made; of a file that does not say so, when it was last changed. Aware.
        version: of the catalog; an older one is brought up to date by the next start.
        is_older: that is so.
        is_indexed: there was a first run before it was made.
        posts: how many with a file it knows.
        waiting: how many deliveries waited, but for followers: nobody can tell whether they were sent since.
        held: how many posts with a file waited for a person, who may have announced them since.
    """

    made_at: datetime
    version: int
    is_older: bool
    is_indexed: bool
    posts: int
    waiting: int
    held: int


def prepare(source: Path, path: Path) -> Prepared:
    """Make a checked copy of `source` at `restored(path)`, durable; the caller holds the lock of the folder.

    Raises:
        UsageError: `source` is not there, no file, or the catalog at `path` itself.
        CatalogRefusedError: it is no catalog, of a newer version, damaged or emptied.
        CatalogUnavailableError: it cannot be read, or not copied. No copy is left, in all of these cases.
    """
    _refuse_what_is_no_file(source, path)
    copy = partial(path)
    try:
        try:
            _copy(source, copy)
            prepared = _made_ready(copy, source)
            _keep_rights(copy, path)
            sync(copy)
            copy.rename(restored(path))
            sync(path.parent)
        finally:
            for file in (copy, *(_beside(copy, suffix) for suffix in (*BESIDE, "-shm"))):
                file.unlink(missing_ok=True)
    except OSError as error:
        raise CatalogUnavailableError(f"{source} cannot be copied to {path.parent}: {error}") from error
    return prepared


def _refuse_what_is_no_file(source: Path, path: Path) -> None:
    if not source.exists():
        raise UsageError(f"there is no {source}; name a file that `linkbot backup` wrote")
    if not source.is_file():
        raise UsageError(f"{source} is no file; name one that `linkbot backup` wrote")
    if path.exists() and source.samefile(path):
        raise UsageError(f"{source} is the catalog itself; name a file that `linkbot backup` wrote")


def _copy(source: Path, target: Path) -> None:
    real = source.resolve()  # SQLite looks for what belongs to a file beside what a link leads to
    before = _marks(real)
    shutil.copyfile(real, target)
    for suffix in BESIDE:
        if _beside(real, suffix).exists():
            shutil.copyfile(_beside(real, suffix), _beside(target, suffix))
    if _marks(real) != before:
        raise CatalogRefusedError(
            f"{source} changes while it is copied: something works on it; make a copy of it with `linkbot backup`"
        )


def _made_ready(copy: Path, source: Path) -> Prepared:
    """Judge the copy and put the note into it."""
    with copy.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if not header:
        raise CatalogRefusedError(f"{source} is emptied: it has no bytes; {_OTHER}")
    if not header.startswith(MAGIC) or len(header) < HEADER_BYTES:
        raise CatalogRefusedError(f"{source} is no SQLite database; {_OTHER}")
    try:
        refuse_damaged_log(copy)
    except CatalogRefusedError as error:
        raise CatalogRefusedError(f"{source} is damaged: commits in the log beside it are lost; {_OTHER}") from error
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA trusted_schema = OFF")
            _refuse(connection, source)
            prepared = _noted(connection, source)
            connection.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in DAMAGED:
            raise CatalogRefusedError(f"{source} is damaged ({error}); {_OTHER}") from error
        raise CatalogUnavailableError(f"{source}: its copy cannot be used: {error}") from error
    return prepared


def _refuse(connection: sqlite3.Connection, source: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise CatalogRefusedError(f"{source} is a database of another program, or an empty one; {_OTHER}")
    version, newest = _version(connection), len(migrations())
    if version > newest:
        raise CatalogRefusedError(
            f"{source} has version {version}, this Linkbot knows up to {newest}; restore it with the newer Linkbot"
        )
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise CatalogRefusedError(f"{source} is damaged ({' '.join(found.split())}); {_OTHER}")


def _noted(connection: sqlite3.Connection, source: Path) -> Prepared:
    """Note that it is a backup, if it does not know; what is in it, whatever its version."""
    connection.execute("BEGIN IMMEDIATE")
    notes = Tables(connection).notes
    told = notes.get(Note.BACKUP)
    made_at = _last_changed(source) if told is None else datetime.fromisoformat(told)
    if told is None:
        notes.put(Note.BACKUP, made_at.isoformat(timespec="seconds"))
    notes.remove(Note.TAKEN_OVER)  # what has waited since it was may stand by now
    (posts,) = connection.execute("SELECT count(*) FROM posts WHERE gone_at IS NULL").fetchone()
    (held,) = connection.execute("SELECT count(*) FROM posts WHERE standing = 'held' AND gone_at IS NULL").fetchone()
    is_indexed = notes.get(Note.BASELINE) is not None
    waiting = _waiting(connection)
    connection.execute("COMMIT")
    version = _version(connection)
    return Prepared(made_at, version, version < len(migrations()), is_indexed, posts, waiting, held)


def _waiting(connection: sqlite3.Connection) -> int:
    followed = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'followers'").fetchone() is not None
    (number,) = connection.execute(
        "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')"
        + (" AND channel_id NOT IN (SELECT channel_id FROM followers)" if followed else "")
    ).fetchone()
    return int(number)


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _last_changed(source: Path) -> datetime:
    files = (source.resolve(), _beside(source.resolve(), "-wal"))
    return datetime.fromtimestamp(max(file.stat().st_mtime for file in files if file.exists()), UTC)


def _marks(source: Path) -> list[tuple[int, int] | None]:
    """What tells one state of the file, and of what belongs to it, from another."""
    files = (source, *(_beside(source, suffix) for suffix in BESIDE))
    stats = [file.stat() if file.exists() else None for file in files]
    return [None if stat is None else (stat.st_mtime_ns, stat.st_size) for stat in stats]


def _keep_rights(copy: Path, path: Path) -> None:
    """Whoever could read and write the old catalog can do so with the new one."""
    if path.exists():
        copy.chmod(path.stat().st_mode & 0o777)
    give_to_owner(copy, path if path.exists() else path.parent)


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)
