"""What the log beside a catalog says about the catalog after a crash."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.catalog.database import FILE_NAME, open_catalog
from bot.catalog.log import refuse_damaged_log
from bot.catalog.notes import Note
from bot.problems import CatalogRefusedError

PAGE = 4096 + 24  # with its frame's header


async def left_by_a_crash(folder: Path) -> tuple[Path, Path]:
    """A catalog whose last twenty commits are only in its log, and the log."""
    living, crashed = folder / "living", folder / "crashed"
    living.mkdir()
    async with open_catalog(living) as catalog:
        for number in range(20):
            await catalog.write(lambda tables, number=number: tables.notes.put(Note.RULES, str(number)))  # type: ignore[misc]
        shutil.copytree(living, crashed)
    file = crashed / FILE_NAME
    return file, file.with_name(file.name + "-wal")


def overwrite(file: Path, begin: int, size: int) -> None:
    """Put garbage into a file."""
    with file.open("r+b") as stream:
        stream.seek(begin)
        stream.write(os.urandom(size))


def all_of_it(log: Path) -> None:
    log.write_bytes(os.urandom(log.stat().st_size))


def its_header(log: Path) -> None:
    overwrite(log, 0, 32)


def a_page_in_the_middle(log: Path) -> None:
    overwrite(log, 32 + 4 * PAGE + 24, 4096)


def a_few_bytes_of_the_first_frame(log: Path) -> None:
    overwrite(log, 40, 4)


@pytest.mark.parametrize("spoil", [all_of_it, its_header, a_page_in_the_middle, a_few_bytes_of_the_first_frame])
async def test_a_log_with_lost_commits_is_refused(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """SQLite would go on without them, and what they recorded as sent would be sent again; nothing is touched."""
    file, log = await left_by_a_crash(tmp_path)
    spoil(log)
    before = file.read_bytes(), log.read_bytes()
    with pytest.raises(CatalogRefusedError, match=f"its log {log.name} is damaged") as refusal:
        async with open_catalog(file.parent):
            pass
    assert "linkbot restore FILE" in str(refusal.value)
    assert (file.read_bytes(), log.read_bytes()) == before


def a_torn_last_transaction(log: Path) -> None:
    overwrite(log, log.stat().st_size - 1000, 1000)


def garbage_after_the_end(log: Path) -> None:
    overwrite(log, log.stat().st_size, 3 * PAGE)


def cut_off(log: Path) -> None:
    os.truncate(log, log.stat().st_size - 1000)


def nothing(log: Path) -> None:
    pass


def emptied(log: Path) -> None:
    os.truncate(log, 0)


def gone(log: Path) -> None:
    log.unlink()


@pytest.mark.parametrize("spoil", [nothing, a_torn_last_transaction, garbage_after_the_end, cut_off])
async def test_what_a_power_cut_leaves_is_taken(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """The last transaction may be torn: it was never acknowledged. All before it is there."""
    file, log = await left_by_a_crash(tmp_path)
    spoil(log)
    async with open_catalog(file.parent) as catalog:
        assert await catalog.read(lambda tables: tables.notes.get(Note.RULES)) in {"18", "19"}


@pytest.mark.parametrize("spoil", [emptied, gone])
async def test_a_log_that_is_empty_or_not_there_is_none(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """After an ordinary end there is no log."""
    file, log = await left_by_a_crash(tmp_path)
    spoil(log)
    refuse_damaged_log(file)


def test_a_log_that_was_begun_anew_is_whole(tmp_path: Path) -> None:
    """Behind the frames of a log that was used again stand those of its earlier use, which count for nothing."""
    file = tmp_path / FILE_NAME
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        for _ in range(20):
            connection.execute("INSERT INTO t VALUES (randomblob(5000))")
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        connection.execute("INSERT INTO t VALUES (1)")
        refuse_damaged_log(file)
        connection.execute("INSERT INTO t VALUES (2)")
        refuse_damaged_log(file)
