"""Every write is one transaction, all or nothing; reads do not wait; what SQLite cannot do is told."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.announcing.ingest import Ingest, ScanBatch
from bot.catalog.database import FILE_NAME, Catalog, open_catalog, open_catalog_read_only
from bot.catalog.listings import Filters
from bot.catalog.notes import Note
from bot.catalog.tables import Tables
from bot.content.post import FileStamp, PostFile, Reading
from bot.problems import CatalogRefusedError, CatalogUnavailableError
from tests.support.catalog_site import ALL, a_post, settings_for

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def put(tables: Tables) -> None:
    tables.notes.put(Note.BASELINE, "now")


async def value(catalog: Catalog) -> str | None:
    return await catalog.read(lambda tables: tables.notes.get(Note.BASELINE))


async def test_a_write_that_fails_leaves_nothing(catalog: Catalog) -> None:
    """If the function raises, nothing of what it did stays, and the next write works."""

    def fail(tables: Tables) -> None:
        put(tables)
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        await catalog.write(fail)
    assert await value(catalog) is None
    await catalog.write(put)
    assert await value(catalog) == "now"


async def test_a_cancelled_writer_leaves_all_or_nothing(catalog: Catalog) -> None:
    """A transaction that has begun runs to its end although the task that waits for it is cancelled."""
    began, go_on = threading.Event(), threading.Event()

    def slow(tables: Tables) -> None:
        put(tables)
        began.set()
        assert go_on.wait(10)
        tables.notes.put(Note.SCAN, "both")

    task = asyncio.create_task(catalog.write(slow))
    await asyncio.to_thread(began.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await catalog.write(lambda tables: tables.notes.remove(Note.RULES))  # comes after it
    both = await catalog.read(lambda tables: (tables.notes.get(Note.BASELINE), tables.notes.get(Note.SCAN)))
    assert both == ("now", "both")


async def test_cancelling_at_any_moment_never_leaves_half(catalog: Catalog) -> None:
    """Whenever a writer is cancelled, both of its changes are there or neither."""
    for number in range(100):

        def change(tables: Tables, number: int = number) -> None:
            tables.notes.put(Note.BASELINE, str(number))
            tables.notes.put(Note.SCAN, str(number))

        task = asyncio.create_task(catalog.write(change))
        for _ in range(number % 7):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        first, second = await catalog.read(
            lambda tables: (tables.notes.get(Note.BASELINE), tables.notes.get(Note.SCAN))
        )
        assert first == second


async def test_writers_take_turns(catalog: Catalog) -> None:
    """Many tasks that read and write in one transaction lose none of their changes."""

    def count(tables: Tables) -> None:
        tables.notes.put(Note.SCAN, str(int(tables.notes.get(Note.SCAN) or "0") + 1))

    await asyncio.gather(*(catalog.write(count) for _ in range(50)))
    assert await catalog.read(lambda tables: tables.notes.get(Note.SCAN)) == "50"


async def test_a_read_does_not_wait_for_a_writer(catalog: Catalog) -> None:
    """While a transaction is under way, readers see the state before it."""
    began, go_on = threading.Event(), threading.Event()

    def slow(tables: Tables) -> None:
        put(tables)
        began.set()
        assert go_on.wait(10)

    task = asyncio.create_task(catalog.write(slow))
    await asyncio.to_thread(began.wait)
    assert await asyncio.wait_for(value(catalog), 5) is None
    go_on.set()
    await task
    assert await value(catalog) == "now"


async def test_a_read_sees_one_state(catalog: Catalog) -> None:
    """What is committed while a query runs is not seen by it."""
    began, go_on = threading.Event(), threading.Event()

    def twice(tables: Tables) -> tuple[str | None, str | None]:
        first = tables.notes.get(Note.BASELINE)
        began.set()
        assert go_on.wait(10)
        return first, tables.notes.get(Note.BASELINE)

    task = asyncio.create_task(catalog.read(twice))
    await asyncio.to_thread(began.wait)
    await catalog.write(put)
    go_on.set()
    assert await task == (None, None)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Somebody else writes and does not end."""
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


WRITES: Mapping[str, Callable[[Tables], object]] = {
    "a note": put,
    "a post": lambda tables: tables.posts.insert(a_post("z.md"), NOW),
    "a decision": lambda tables: tables.deliveries.plan(1, [ALL], NOW),
    "a lost file": lambda tables: tables.posts.lose_file(1, NOW),
    "a file": lambda tables: tables.files.put(Reading(PostFile("b.md", FileStamp(1, 1, 1, 1)), a_post("b.md"))),
    "a claim": lambda tables: tables.deliveries.claim(ALL, "n", tables.deliveries.pending(ALL, 9, NOW), NOW),
}


@pytest.fixture
async def filled(catalog: Catalog, tmp_path: Path) -> Catalog:
    """A catalog with a post that is planned."""
    reading = Reading(PostFile("a.md", FileStamp(1, 1, 1, 1)), a_post())
    ingest = Ingest(settings_for(tmp_path))
    await catalog.write(lambda tables: ingest.take(tables, ScanBatch((reading,)), NOW))
    return catalog


@pytest.mark.parametrize("what", WRITES)
async def test_a_locked_catalog_is_unavailable_and_then_works(filled: Catalog, tmp_path: Path, what: str) -> None:
    """Every write says so while another process holds the catalog, and works after that; reads always do."""
    with locked(tmp_path):
        with pytest.raises(CatalogUnavailableError, match="locked"):
            await filled.write(WRITES[what])
        assert len(await filled.read(lambda tables: tables.posts.living())) == 1
    await filled.write(WRITES[what])


@pytest.mark.parametrize("what", WRITES)
async def test_a_full_catalog_is_unavailable_and_keeps_what_it_has(filled: Catalog, what: str) -> None:
    """A write for which there is no room changes nothing, and reads go on."""
    assert filled._writer is not None
    pages = await filled._writer.run(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    await filled._writer.run(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchall())

    def much(tables: Tables) -> None:
        WRITES[what](tables)
        for number in range(1000):
            tables.posts.insert(a_post(f"x{number}.md", text="x" * 5000), NOW)

    with pytest.raises(CatalogUnavailableError, match="full"):
        await filled.write(much)
    assert len(await filled.read(lambda tables: tables.posts.living())) == 1
    assert await value(filled) is None
    await filled._writer.run(lambda connection: connection.execute("PRAGMA max_page_count = 1000000").fetchall())
    await filled.write(much)


async def test_a_read_only_catalog_is_unavailable(filled: Catalog) -> None:
    """A catalog that cannot be written says so."""
    assert filled._writer is not None
    await filled._writer.run(lambda connection: connection.execute("PRAGMA query_only = ON"))
    with pytest.raises(CatalogUnavailableError, match="readonly"):
        await filled.write(put)


async def test_damage_that_shows_up_later_is_refused(tmp_path: Path) -> None:
    """A page that breaks while the service runs is damage, not something to wait for, and no backup is made of it."""
    async with open_catalog(tmp_path) as catalog:
        for number in range(200):
            post = a_post(f"{number}.md", text="x" * 3000)
            await catalog.write(lambda tables, post=post: tables.posts.insert(post, NOW))  # type: ignore[misc]
    async with open_catalog(tmp_path) as catalog:
        size = (tmp_path / FILE_NAME).stat().st_size
        with (tmp_path / FILE_NAME).open("r+b") as file:
            file.seek(8192)
            file.write(b"\xff" * (size - 8192))
        with pytest.raises(CatalogRefusedError, match="damaged"):
            await catalog.backup(tmp_path / "backup.sqlite3")
        assert not (tmp_path / "backup.sqlite3").exists()
        with pytest.raises(CatalogRefusedError, match="damaged"):
            await catalog.read(lambda tables: tables.search.latest(Filters(), 0, 1000, NOW))


async def test_damage_is_left_as_it_is(tmp_path: Path) -> None:
    """What is damaged is evidence, and what its log holds may be all that is left: the end changes neither."""
    async with open_catalog(tmp_path) as catalog:
        await catalog.write(lambda tables: tables.posts.insert(a_post(), NOW))
    file, log = tmp_path / FILE_NAME, tmp_path / f"{FILE_NAME}-wal"
    async with open_catalog(tmp_path) as catalog:
        await catalog.write(put)
        size = file.stat().st_size
        with file.open("r+b") as stream:
            stream.seek(4096)
            stream.write(b"\xff" * (size - 4096))
        before = file.read_bytes(), log.read_bytes()
        with pytest.raises(CatalogRefusedError, match="linkbot restore FILE"):
            await catalog.read(lambda tables: tables.posts.living())
    assert (file.read_bytes(), log.read_bytes()) == before


def deleted(file: Path) -> None:
    """As by somebody who tidies up."""
    file.unlink()


def replaced(file: Path) -> None:
    """As by somebody who restores a backup under the running service."""
    copy = file.with_name("copy")
    copy.write_bytes(b"another one")
    copy.replace(file)


@pytest.mark.parametrize("lose", [deleted, replaced])
async def test_a_file_that_is_not_in_its_place_any_more_takes_nothing(
    tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    """The next start would know nothing of what is written then: so nothing is, and what stands there stays."""
    file = tmp_path / FILE_NAME
    async with open_catalog(tmp_path) as catalog:
        lose(file)
        with pytest.raises(CatalogRefusedError, match="moved, deleted or replaced"):
            await catalog.write(put)
    assert not file.exists() or file.read_bytes() == b"another one"


async def test_a_log_that_is_deleted_costs_nothing_that_was_committed(tmp_path: Path) -> None:
    """The next start has everything, also after a kill: it is saved before the service ends."""
    async with open_catalog(tmp_path) as catalog:
        await catalog.write(put)
        (tmp_path / f"{FILE_NAME}-wal").unlink()
        with pytest.raises(CatalogRefusedError, match="-wal was moved, deleted or replaced"):
            await catalog.write(lambda tables: tables.notes.put(Note.BASELINE, "later"))
        killed = tmp_path / "killed"
        killed.mkdir()
        (killed / FILE_NAME).write_bytes((tmp_path / FILE_NAME).read_bytes())
    async with open_catalog(killed) as catalog:
        assert await value(catalog) == "now"


async def test_another_process_that_comes_and_goes_takes_nothing_away(tmp_path: Path) -> None:
    """The log stays while the catalog is open: whoever closes a connection of his own is not the last to do so."""
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM notes').fetchall()"
    async with open_catalog(tmp_path) as catalog:
        await catalog.write(put)
        await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code, str(tmp_path / FILE_NAME)], check=True)
        assert (tmp_path / f"{FILE_NAME}-wal").exists()
        await catalog.write(lambda tables: tables.notes.put(Note.BASELINE, "later"))
        async with open_catalog_read_only(tmp_path) as looking:
            assert await value(looking) == "later"


async def test_our_own_mistakes_are_not_taken_for_trouble_with_the_disk(catalog: Catalog) -> None:
    """SQL that is wrong, or breaks a constraint, is raised as it is: waiting would not help."""
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await catalog.write(lambda tables: tables.notes._connection.execute("SELECT * FROM nowhere"))
    with pytest.raises(sqlite3.IntegrityError):
        await catalog.write(lambda tables: tables.deliveries._connection.execute(
            "INSERT INTO deliveries (post_id, channel_id, state, planned_at) VALUES (77, 1, 'pending', 0)"
        ))  # fmt: skip


async def test_two_posts_cannot_live_at_one_path(catalog: Catalog) -> None:
    """The schema itself refuses a second living post at a path, and allows one where the first is gone."""
    first = await catalog.write(lambda tables: tables.posts.insert(a_post(), NOW))
    with pytest.raises(sqlite3.IntegrityError):
        await catalog.write(lambda tables: tables.posts.insert(a_post(), NOW))
    await catalog.write(lambda tables: tables.posts.lose_file(first, NOW))
    await catalog.write(lambda tables: tables.posts.insert(a_post(), NOW))


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 10, 300])
def test_a_cancelled_opening_or_closing_leaves_no_thread(tmp_path: Path, steps: int) -> None:
    """However often a user of the catalog is cancelled, its threads end before the loop, and the file opens again."""

    async def use() -> None:
        async with open_catalog(tmp_path) as catalog:
            await catalog.write(put)
            await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.create_task(use())
        for _ in range(steps):
            await asyncio.sleep(0)
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)
        assert task.cancelled()

    async def open_again() -> None:
        async with open_catalog(tmp_path) as catalog:
            await catalog.write(put)

    asyncio.run(cancel())
    asyncio.run(open_again())


async def test_a_backup_of_a_living_catalog_is_whole(catalog: Catalog, tmp_path: Path) -> None:
    """While the service writes, the copy has one state, is one file, and can be opened as a catalog."""
    copies = tmp_path / "copies"
    copies.mkdir()
    stop = asyncio.Event()

    async def write_on() -> None:
        number = 0
        while not stop.is_set():
            number += 1

            def change(tables: Tables, number: int = number) -> None:
                tables.notes.put(Note.BASELINE, str(number))
                tables.notes.put(Note.SCAN, str(number))

            await catalog.write(change)

    writer = asyncio.create_task(write_on())
    await catalog.backup(copies / FILE_NAME)
    stop.set()
    await writer
    assert [file.name for file in copies.iterdir()] == [FILE_NAME]
    async with open_catalog(copies) as copy:
        first, second = await copy.read(lambda tables: (tables.notes.get(Note.BASELINE), tables.notes.get(Note.SCAN)))
        assert await copy.read(lambda tables: tables.notes.get(Note.BACKUP)) is not None
    assert first == second
    assert await catalog.read(lambda tables: tables.notes.get(Note.BACKUP)) is None


async def test_a_backup_replaces_nothing_and_leaves_nothing_behind(catalog: Catalog, tmp_path: Path) -> None:
    """A file that is there stays; a place that cannot be written is told."""
    target = tmp_path / "there"
    target.write_text("mine")
    for place in (target, tmp_path / "no" / "folder"):
        with pytest.raises(CatalogUnavailableError, match=place.name):
            await catalog.backup(place)
    assert target.read_text() == "mine"
    assert not (tmp_path / "there.partial").exists()
