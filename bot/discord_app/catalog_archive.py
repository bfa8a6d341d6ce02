"""The archive as the catalog has it."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from bot.catalog.database import Catalog
from bot.catalog.records import Counted, ListedPost

__all__ = ["CatalogArchive"]

_FRESH_SECONDS = 5.0  # members type faster than tags change, and every keystroke asks for them


class CatalogArchive:
    """`bot.discord_app.archive.Archive` over a catalog, which is only read."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now` decides which posts may be seen already; `monotonic`, in seconds, how long names are kept."""
        self._catalog = catalog
        self._now = now
        self._monotonic = monotonic
        self._names: dict[str, tuple[float, list[Counted]]] = {}

    async def latest(self, *, count: int, tag: str | None = None, source: str | None = None) -> list[ListedPost]:
        """Return at most `count` posts, newest first by date; `tag` and `source` without regard to case."""
        now = self._now()
        return await self._catalog.read(
            lambda tables: tables.search.latest(count=count, tag=tag, source=source, now=now)
        )

    async def tags(self) -> list[Counted]:
        """Return all tags, those with the most posts first, as they were at most 5 s ago."""
        now = self._now()
        return await self._recent("tags", lambda: self._catalog.read(lambda tables: tables.search.tags(now)))

    async def sources(self) -> list[Counted]:
        """Return all sources, those with the most posts first, as they were at most 5 s ago."""
        now = self._now()
        return await self._recent("sources", lambda: self._catalog.read(lambda tables: tables.search.sources(now)))

    async def _recent(self, kind: str, read: Callable[[], Awaitable[Sequence[Counted]]]) -> list[Counted]:
        at, names = self._names.get(kind, (float("-inf"), []))
        if self._monotonic() - at > _FRESH_SECONDS:
            names = list(await read())
            self._names[kind] = (self._monotonic(), names)
        return names
