"""The archive as the catalog has it."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

from bot.catalog.database import Catalog
from bot.catalog.listings import Filters, Listing, Place
from bot.catalog.records import Counted, ListedPost
from bot.catalog.words import Words
from bot.discord_app.kept_names import KeptNames

__all__ = ["CatalogArchive"]


class CatalogArchive:
    """`bot.discord_app.archive.Archive` over a catalog, which is only read; `aclose` it before the catalog."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        indexed: Callable[[], float | None] = lambda: None,
    ) -> None:
        """Read `catalog`.

        Args:
            catalog: what is read.
            now: decides which posts may be seen already.
            monotonic: in seconds; decides how long names are kept.
            indexed: which part of the posts is taken in, see `Archive.indexed`.
        """
        self._catalog = catalog
        self._now = now
        self._indexed = indexed
        self._tags = KeptNames("tags", self._count_tags, monotonic)
        self._sources = KeptNames("sources", self._count_sources, monotonic)

    async def aclose(self) -> None:
        """End what is being renewed."""
        for kept in (self._tags, self._sources):
            await kept.aclose()

    async def latest(self, filters: Filters, *, offset: int, count: int) -> Listing:
        """See `Archive.latest`."""
        now = self._now()
        return await self._catalog.read(lambda tables: tables.search.latest(filters, offset, count, now))

    async def search(self, words: Words, filters: Filters, *, offset: int, count: int) -> Listing:
        """See `Archive.search`."""
        now = self._now()
        return await self._catalog.read(lambda tables: tables.search.search(words, filters, offset, count, now))

    async def random(self, filters: Filters) -> Listing:
        """See `Archive.random`."""
        now = self._now()
        listed = await self._catalog.read(lambda tables: tables.search.random(filters, now))
        return Listing(() if listed is None else (listed,))

    async def related(self, post_ids: Collection[int], *, offset: int, count: int) -> Listing:
        """See `Archive.related`."""
        now = self._now()
        return await self._catalog.read(lambda tables: tables.search.related(post_ids, offset, count, now))

    async def in_message(self, message_id: int, addresses: Sequence[str]) -> list[ListedPost]:
        """See `Archive.in_message`."""
        now = self._now()
        return await self._catalog.read(lambda tables: tables.search.in_message(message_id, addresses, now))

    async def by_id(self, post_ids: Sequence[int]) -> list[ListedPost]:
        """See `Archive.by_id`."""
        now = self._now()
        return await self._catalog.read(lambda tables: tables.search.by_id(post_ids, now))

    async def tags(self, *, fresh: bool = False) -> Sequence[Counted]:
        """See `Archive.tags`; what is some seconds old is counted anew, and meanwhile given as it is."""
        return await self._tags.get(fresh=fresh)

    async def sources(self, *, fresh: bool = False) -> Sequence[Counted]:
        """See `Archive.sources`; what is some seconds old is counted anew, and meanwhile given as it is."""
        return await self._sources.get(fresh=fresh)

    async def titles(self, typed: str, count: int) -> list[str]:
        """See `Archive.titles`; if there are none, those with the words that may have been meant."""
        now, words = self._now(), Words.parse(typed)
        titles = await self._catalog.read(lambda tables: tables.search.titles(words, count, now))
        if titles or (meant := await self.correction(words)) is None:
            return titles
        return await self._catalog.read(lambda tables: tables.search.titles(meant, count, now))

    async def correction(self, words: Words) -> Words | None:
        """See `Archive.correction`."""
        now = self._now()
        return await self._catalog.count(lambda tables: tables.search.correction(words, now))

    async def places(self, post_ids: Collection[int]) -> Mapping[int, Sequence[Place]]:
        """See `Archive.places`."""
        return await self._catalog.read(lambda tables: tables.search.places(post_ids))

    def indexed(self) -> float | None:
        """See `Archive.indexed`."""
        return self._indexed()

    async def _count_tags(self) -> Sequence[Counted]:
        now = self._now()
        return await self._catalog.count(lambda tables: tables.search.tags(now))

    async def _count_sources(self) -> Sequence[Counted]:
        now = self._now()
        return await self._catalog.count(lambda tables: tables.search.sources(now))
