"""Which channels a person holds back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.catalog.database import open_catalog

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
NEWS, OTHER = 1_200_000_000_000_000_001, 1_200_000_000_000_000_002


async def test_a_pause_lasts_until_it_is_ended(tmp_path: Path) -> None:
    """A channel stays paused since the first time that it was asked for, also after the catalog was closed."""
    async with open_catalog(tmp_path) as catalog:
        assert await catalog.write(lambda tables: tables.pauses.pause(NEWS, NOW))
        assert not await catalog.write(lambda tables: tables.pauses.pause(NEWS, NOW + timedelta(hours=1)))
    async with open_catalog(tmp_path) as catalog:
        assert await catalog.read(lambda tables: tables.pauses.all()) == {NEWS: NOW}
        assert await catalog.read(lambda tables: tables.pauses.is_paused(NEWS))
        assert await catalog.write(lambda tables: tables.pauses.resume(NEWS))
        assert not await catalog.write(lambda tables: tables.pauses.resume(NEWS))
        assert await catalog.read(lambda tables: tables.pauses.all()) == {}


async def test_each_channel_is_paused_for_itself(tmp_path: Path) -> None:
    """To pause or resume one channel leaves the others as they are."""
    async with open_catalog(tmp_path) as catalog:
        await catalog.write(lambda tables: (tables.pauses.pause(NEWS, NOW), tables.pauses.pause(OTHER, NOW)))
        await catalog.write(lambda tables: tables.pauses.resume(OTHER))
        assert not await catalog.read(lambda tables: tables.pauses.is_paused(OTHER))
        assert await catalog.read(lambda tables: tables.pauses.is_paused(NEWS))
