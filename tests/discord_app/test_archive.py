"""The archive over a real catalog."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.catalog.database import Catalog, open_catalog
from bot.catalog.records import Cause, Counted, Standing
from bot.catalog.tables import Tables
from bot.content.post import Post
from bot.discord_app.archive import Archive
from bot.discord_app.catalog_archive import CatalogArchive
from bot.discord_app.commands.latest import latest_posts
from tests.support.discord_posts import DATE, FakeArchive, make_post

NOW = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[Catalog]:
    async with open_catalog(tmp_path) as opened:
        yield opened


async def index(catalog: Catalog, *posts: Post) -> None:
    def store(tables: Tables) -> None:
        for post in posts:
            tables.posts.decide(tables.posts.insert(post, NOW), Standing.INDEXED, Cause.RULES, ())

    await catalog.write(store)


async def test_the_newest_posts_come_first(catalog: Catalog) -> None:
    """Posts come by date, narrowed by tag and source without regard to case."""
    archive: Archive = CatalogArchive(catalog, now=lambda: NOW)
    older = make_post(1, tags=("eBPF",), date=DATE - timedelta(days=1))
    newer = make_post(2, source="CNCF")
    await index(catalog, newer, older)
    assert [listed.post for listed in await archive.latest(count=5)] == [newer, older]
    assert [listed.post for listed in await archive.latest(count=5, tag="EBPF")] == [older]
    assert [listed.post for listed in await archive.latest(count=5, source="cncf")] == [newer]


async def test_names_are_counted_and_kept_for_a_moment(catalog: Catalog) -> None:
    """Tags and sources are read again after five seconds, not at every keystroke."""
    clock = [0.0]
    archive = CatalogArchive(catalog, now=lambda: NOW, monotonic=lambda: clock[0])
    await index(catalog, make_post(1, tags=("a", "b"), source="S"))
    assert await archive.tags() == [Counted("a", 1), Counted("b", 1)]
    assert await archive.sources() == [Counted("S", 1)]
    await index(catalog, make_post(2, tags=("b",), source="S"))
    clock[0] = 4.0
    assert await archive.tags() == [Counted("a", 1), Counted("b", 1)]
    clock[0] = 6.0
    assert await archive.tags() == [Counted("b", 2), Counted("a", 1)]
    assert await archive.sources() == [Counted("S", 2)]


async def test_no_question_breaks_the_catalog(catalog: Catalog) -> None:
    """Whatever a member types as a tag is looked for as it is, and answered."""
    archive = CatalogArchive(catalog, now=lambda: NOW)
    await index(catalog, make_post(1))
    for typed in ("'; DROP TABLE posts; --", "%", "_", "\x00", "\ud800", "*", "x" * 6000, '"'):
        (answer,) = await latest_posts(archive, 5, typed, typed)
        assert answer.description


async def test_blank_options_are_no_conditions() -> None:
    """Options that are empty or blank narrow nothing."""
    archive = FakeArchive([make_post(1)])
    await latest_posts(archive, 5, " ", "")
    assert archive.asked == [(5, None, None)]
