"""Which file is taken for a catalog, and that any other stays as it is."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.catalog import schema
from bot.catalog.database import FILE_NAME, Catalog, open_catalog, open_catalog_read_only
from bot.catalog.notes import Note
from bot.problems import CatalogRefusedError, CatalogUnavailableError
from tests.support.catalog_site import a_post

NOW = datetime(2025, 6, 1, tzinfo=UTC)
READ_ONLY = ("trusted_schema", "query_only")


async def fill(folder: Path, posts: int = 50) -> Path:
    """Make a catalog with posts; return its file."""
    async with open_catalog(folder) as catalog:
        for number in range(posts):
            post = a_post(f"{number}.md", text="Text. " * 200)
            await catalog.write(lambda tables, post=post: tables.posts.insert(post, NOW))  # type: ignore[misc]
    return folder / FILE_NAME


def everything_in(folder: Path) -> dict[str, bytes]:
    """The content of each file, but for SQLite's shared memory, which holds nothing that lasts."""
    files = [file for file in folder.iterdir() if file.is_file() and not file.name.endswith("-shm")]
    return {file.name: file.read_bytes() for file in files}


async def test_a_new_catalog_is_safe_and_says_what_it_is(tmp_path: Path) -> None:
    """WAL, synchronous FULL, foreign keys, strict tables, and the marks by which the file is known.

    Tables are strict but for those that FTS5 makes. Nobody trusts what the schema of a file may do.
    """
    async with open_catalog(tmp_path) as catalog:
        assert catalog._writer is not None

        def ask(connection: sqlite3.Connection) -> list[object]:
            names = ("journal_mode", "synchronous", "foreign_keys", "application_id", "user_version", "trusted_schema")
            return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

        assert await catalog._writer.run(ask) == ["wal", 2, 1, 0x4C4E4B42, len(schema.migrations()), 0]
        for reader in (catalog._reader, catalog._counter):
            asked = await reader.run(lambda each: [each.execute(f"PRAGMA {name}").fetchone()[0] for name in READ_ONLY])
            assert asked == [0, 1]
        tables = await catalog._reader.run(lambda each: each.execute("PRAGMA table_list").fetchall())
        own = [table for table in tables if table["type"] == "table" and not table["name"].startswith("sqlite_")]
        assert own
        assert all(table["strict"] for table in own)
    assert list(everything_in(tmp_path)) == [FILE_NAME]


async def test_what_is_kept_is_there_after_reopening(tmp_path: Path) -> None:
    """A catalog is opened again as it was closed."""
    async with open_catalog(tmp_path) as catalog:
        await catalog.write(lambda tables: tables.notes.put(Note.BASELINE, "then"))
    async with open_catalog(tmp_path) as catalog:
        assert await catalog.read(lambda tables: tables.notes.get(Note.BASELINE)) == "then"


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def garbage(file: Path) -> None:
    file.write_bytes(os.urandom(8192))


def garbage_after_the_header(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100] + os.urandom(40_000))


def truncated(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 // 4096 * 4096)


def truncated_to_a_few_bytes(file: Path) -> None:
    os.truncate(file, 50)


def a_broken_page(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(3 * 4096)
        stream.write(os.urandom(4096))


def foreign(file: Path) -> None:
    file.unlink()
    connection = sqlite3.connect(file)
    connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE posts (id); INSERT INTO posts VALUES (1)")
    connection.close()


def empty_database(file: Path) -> None:
    file.unlink()
    connection = sqlite3.connect(file)
    connection.execute("VACUUM")
    connection.close()


def newer(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (emptied, "emptied"),
        (garbage, "no SQLite database"),
        (garbage_after_the_header, "damaged"),
        (truncated, "damaged"),
        (truncated_to_a_few_bytes, "no SQLite database"),
        (a_broken_page, "damaged"),
        (foreign, "another program"),
        (empty_database, "another program"),
        (newer, "version 99"),
    ],
)
async def test_what_is_no_catalog_is_refused_and_left_as_it_is(
    tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    """A file that is not a sound catalog of this version is refused with a sentence, and not one byte of it changes."""
    spoil(await fill(tmp_path))
    before = everything_in(tmp_path)
    with pytest.raises(CatalogRefusedError, match=said) as refusal:
        async with open_catalog(tmp_path):
            pass
    assert FILE_NAME in str(refusal.value)
    after = everything_in(tmp_path)
    assert {name: after[name] for name in before} == before
    assert {name for name in after.keys() - before.keys() if after[name]} == set()


async def test_a_log_without_its_catalog_is_refused(tmp_path: Path) -> None:
    """A -wal file that holds something and whose catalog is gone is somebody's data: nothing is made beside it."""
    log = tmp_path / f"{FILE_NAME}-wal"
    log.write_bytes(b"commits")
    with pytest.raises(CatalogRefusedError, match="-wal"):
        async with open_catalog(tmp_path):
            pass
    assert everything_in(tmp_path) == {log.name: b"commits"}


async def test_a_catalog_whose_last_commits_are_in_its_log_is_whole(tmp_path: Path) -> None:
    """After a kill the commits that only the -wal file has are there."""
    elsewhere = tmp_path / "killed"
    elsewhere.mkdir()
    async with open_catalog(tmp_path) as catalog:
        await catalog.write(lambda tables: tables.notes.put(Note.BASELINE, "then"))
        for name in everything_in(tmp_path):
            shutil.copy(tmp_path / name, elsewhere)
    assert (elsewhere / f"{FILE_NAME}-wal").stat().st_size
    async with open_catalog(elsewhere) as catalog:
        assert await catalog.read(lambda tables: tables.notes.get(Note.BASELINE)) == "then"


async def test_what_a_crash_left_of_making_a_catalog_does_no_harm(tmp_path: Path) -> None:
    """A catalog is made aside: half of one from before is thrown away."""
    (tmp_path / f"{FILE_NAME}.new").write_bytes(b"half")
    async with open_catalog(tmp_path):
        pass
    assert list(everything_in(tmp_path)) == [FILE_NAME]


async def test_a_full_disk_leaves_no_half_of_a_new_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the first migration fails, the next start finds no catalog rather than an empty one."""

    class Failing:
        name = "0001_fails.sql"

        def read_text(self, encoding: str) -> str:
            return "CREATE TABLE one (id) STRICT;"

    monkeypatch.setattr(schema, "migrations", lambda: [Failing()])
    with pytest.raises(sqlite3.OperationalError):
        async with open_catalog(tmp_path):
            pass
    monkeypatch.undo()
    assert not (tmp_path / FILE_NAME).exists()
    async with open_catalog(tmp_path) as catalog:
        assert await catalog.read(lambda tables: tables.posts.held()) == []


async def test_migrations_are_applied_in_order_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older catalog gets what it lacks, each step in one transaction with its version; a failing step leaves it."""
    later = tmp_path / "later"
    later.mkdir()
    (later / "0002_two.sql").write_text("CREATE TABLE two (id INTEGER) STRICT; INSERT INTO two VALUES (2);")
    (later / "0003_three.sql").write_text("INSERT INTO two VALUES (3);")
    (later / "0004_four.sql").write_text("INSERT INTO two VALUES (4); INSERT INTO nowhere VALUES (4);")
    first = schema.migrations()
    async with open_catalog(tmp_path):
        pass

    def version_and_rows() -> tuple[int, list[int]]:
        connection = sqlite3.connect(tmp_path / FILE_NAME)
        try:
            rows = [row[0] for row in connection.execute("SELECT id FROM two ORDER BY rowid")]
            return connection.execute("PRAGMA user_version").fetchone()[0], rows
        finally:
            connection.close()

    names = sorted(later.iterdir())
    monkeypatch.setattr(schema, "migrations", lambda: [*first, *names[:2]])
    with pytest.raises(CatalogRefusedError, match="start the service"):
        async with open_catalog_read_only(tmp_path):
            pass
    for _ in range(2):
        async with open_catalog(tmp_path):
            pass
        assert version_and_rows() == (len(first) + 2, [2, 3])
    monkeypatch.setattr(schema, "migrations", lambda: [*first, *names])
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        async with open_catalog(tmp_path):
            pass
    assert version_and_rows() == (len(first) + 2, [2, 3])


def test_migrations_are_numbered_without_a_gap() -> None:
    """The files that the package carries make versions 1, 2, 3 …"""
    names = [migration.name for migration in schema.migrations()]
    assert names
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_migrations_come_with_the_package(tmp_path: Path) -> None:
    """An interpreter that knows the package only, from another folder, finds them."""
    code = "from bot.catalog import schema; print(len(schema.migrations()), schema.migrations()[0].read_text()[:2])"
    root = Path(__file__).parents[2]
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert found.stdout.split() == [str(len(schema.migrations())), "--"]


async def test_reading_only_needs_a_catalog(tmp_path: Path) -> None:
    """Without a catalog there is nothing to look at, and looking makes none."""
    with pytest.raises(CatalogUnavailableError, match="has not run"):
        async with open_catalog_read_only(tmp_path):
            pass
    assert everything_in(tmp_path) == {}


@pytest.mark.parametrize("spoil", [emptied, garbage, garbage_after_the_header, foreign, newer])
async def test_reading_only_refuses_what_is_no_catalog(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """Another process that looks is told the same as the service."""
    spoil(await fill(tmp_path))
    with pytest.raises(CatalogRefusedError):
        async with open_catalog_read_only(tmp_path) as catalog:
            await catalog.read(lambda tables: tables.posts.held())


async def test_reading_only_works_beside_the_service_and_cannot_write(tmp_path: Path, catalog: Catalog) -> None:
    """What the service commits is seen at once; writing is refused."""
    async with open_catalog_read_only(tmp_path) as looking:
        await catalog.write(lambda tables: tables.notes.put(Note.BASELINE, "now"))
        assert await looking.read(lambda tables: tables.notes.get(Note.BASELINE)) == "now"
        with pytest.raises(CatalogUnavailableError):
            await looking.write(lambda tables: tables.notes.remove(Note.BASELINE))
        with pytest.raises(CatalogUnavailableError):
            await looking.read(lambda tables: tables.notes.remove(Note.BASELINE))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
async def test_a_catalog_without_rights_is_unavailable(tmp_path: Path) -> None:
    """A file that the bot may not read is told with its name."""
    (await fill(tmp_path)).chmod(0)
    with pytest.raises(CatalogUnavailableError, match=FILE_NAME):
        async with open_catalog(tmp_path):
            pass


async def test_a_folder_in_the_catalogs_place_is_unavailable(tmp_path: Path) -> None:
    """Whatever else stands there is told with its name, too."""
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(CatalogUnavailableError, match=FILE_NAME):
        async with open_catalog(tmp_path):
            pass
    assert stat.S_ISDIR((tmp_path / FILE_NAME).stat().st_mode)
