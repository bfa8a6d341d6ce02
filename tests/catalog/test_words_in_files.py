"""The words of posts in the catalog's file: backups, other processes, damage."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.catalog.database import FILE_NAME, Catalog, open_catalog, open_catalog_read_only
from bot.catalog.records import Counted
from bot.problems import CatalogRefusedError
from tests.support.catalog_search import find, index, titled, titles_of
from tests.support.catalog_site import NOW


async def test_a_backup_can_be_searched(catalog: Catalog, tmp_path: Path) -> None:
    """The copy has the words as well, and goes on keeping them."""
    await index(catalog, titled("Etcd"))
    copies = tmp_path / "copies"
    copies.mkdir()
    await catalog.backup(copies / FILE_NAME)
    async with open_catalog(copies) as copy:
        await index(copy, titled("Etcd again"))
        assert set(titles_of(await find(copy, "etcd"))) == {"Etcd", "Etcd again"}
    with closing(sqlite3.connect(copies / FILE_NAME)) as connection:
        connection.execute("INSERT INTO post_words (post_words, rank) VALUES ('integrity-check', 1)")


async def test_another_process_searches_and_counts(catalog: Catalog, tmp_path: Path) -> None:
    """Who only reads, and trusts nothing in the file, can ask everything."""
    await index(catalog, titled("Etcd", "go", text="in a café"))
    async with open_catalog_read_only(tmp_path) as looking:
        (found,) = (await find(looking, "cafe")).posts
        assert found.excerpt is not None
        assert await looking.count(lambda tables: tables.search.tags(NOW)) == [Counted("go", 1)]


async def test_damaged_words_are_damage(catalog: Catalog, tmp_path: Path) -> None:
    """What is broken in the index alone is told as damage to who searches."""
    await index(catalog, *(titled(f"Etcd {number}", text="word " * number) for number in range(50)))
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("DELETE FROM post_words_data WHERE id > 10")  # its pages: 1 and 10 tell of them
        connection.commit()
    with pytest.raises(CatalogRefusedError, match="damaged"):
        await find(catalog, "etcd")
    assert catalog.is_refused
