"""What the tests of announcing share."""

import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.catalog.database import Catalog, open_catalog
from tests.support.catalog_site import Site, settings_for


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """A test that leaves a thread running fails; asyncio's own pool ends with its loop."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in set(threading.enumerate()) - before if not thread.name.startswith("asyncio_")]
    for thread in left:
        thread.join(5)
    assert not [thread for thread in left if thread.is_alive()]


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[Catalog]:
    """A new catalog."""
    async with open_catalog(tmp_path) as catalog:
        yield catalog


@pytest.fixture
async def site(catalog: Catalog, tmp_path: Path) -> Site:
    """A site whose first run was done when it was empty, with a channel for all and one for Kubernetes."""
    return Site(catalog, settings_for(tmp_path))
