"""Thousands of files of the generated archive that change at once, again and again."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.archive_posts import archive_post
from benchmarks.service_process import Home
from bot.catalog.database import Catalog, open_catalog_read_only

__all__ = ["CHANGED", "changing"]

CHANGED = 5_000  # files at once
STORED_SECONDS = 120.0
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Edition:
    """What the files are to hold; `path` and `text`: the post that is stored last."""

    files: list[tuple[Path, bytes]] = field(repr=False)
    path: str
    text: str

    @classmethod
    def make(cls, content: Path, number: int) -> "Edition":
        """Make edition `number` of the posts that change, in memory."""
        posts = [archive_post(post, number) for post in range(CHANGED)]
        last = max(posts, key=lambda post: post.path)
        return cls([(content / post.path, post.file.encode()) for post in posts], last.path, last.text)

    def write(self) -> None:
        """Write the files one after the other, over what they are."""
        for file, raw in self.files:
            file.write_bytes(raw)


@asynccontextmanager
async def changing(home: Home) -> AsyncIterator[list[float]]:
    """Change the files for as long as the context lasts; yields the seconds until each change was stored, as they come.

    The next change begins when the catalog has the one before.
    """
    stored_after: list[float] = []
    editions = [Edition.make(home.content, number) for number in (1, 2)]
    async with open_catalog_read_only(home.state) as catalog:
        task = asyncio.create_task(_change(editions, catalog, stored_after))
        try:
            yield stored_after
        finally:
            task.cancel()
            await asyncio.wait({task})
    if not task.cancelled():
        task.result()


async def _change(editions: list[Edition], catalog: Catalog, stored_after: list[float]) -> None:
    while True:
        for edition in editions:
            began = time.perf_counter()
            await asyncio.to_thread(edition.write)
            await _wait_stored(catalog, edition)
            stored_after.append(time.perf_counter() - began)


async def _wait_stored(catalog: Catalog, edition: Edition) -> None:
    async with asyncio.timeout(STORED_SECONDS):
        while True:
            known = await catalog.read(lambda tables: tables.posts.by_path(edition.path))
            if known is not None and known.post.text == edition.text:
                return
            await asyncio.sleep(LOOK_SECONDS)
