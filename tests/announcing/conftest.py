"""What the tests of announcing share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.catalog.database import Catalog, open_catalog
from tests.support.catalog_site import Site, settings_for
from tests.support.threads import no_thread_left_behind

__all__ = ["catalog", "no_thread_left_behind", "site"]


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[Catalog]:
    """A new catalog."""
    async with open_catalog(tmp_path) as catalog:
        yield catalog


@pytest.fixture
async def site(catalog: Catalog, tmp_path: Path) -> Site:
    """A site whose first run was done when it was empty, with a channel for all and one for Kubernetes."""
    return Site(catalog, settings_for(tmp_path))
