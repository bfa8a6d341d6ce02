"""What the tests of the catalog share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.catalog.database import Catalog, open_catalog
from tests.support.threads import no_thread_left_behind

__all__ = ["catalog", "no_thread_left_behind"]


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[Catalog]:
    """A new catalog."""
    async with open_catalog(tmp_path, busy_seconds=0.1) as catalog:
        yield catalog
