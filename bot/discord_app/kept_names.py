"""Counts that take their time, given at once and renewed behind the scenes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.catalog.records import Counted
from bot.problems import CatalogError

__all__ = ["KeptNames"]

logger = logging.getLogger(__name__)

_FRESH_SECONDS = 5.0  # members type faster than tags change, and every keystroke asks for them
_COUNTING_SHARE = 50  # counting takes a fiftieth of the time at the most, because corrections wait for it
_OLD_SECONDS = 60.0  # nobody asked for so long: what is there may be of yesterday


class KeptNames:
    """Tags or sources with their counts, as they were a moment ago; `aclose` it before what counts them."""

    def __init__(self, what: str, count: Callable[[], Awaitable[Sequence[Counted]]], now: Callable[[], float]) -> None:
        """Keep what `count` returns; `what` it is goes into the log, `now` gives seconds."""
        self._what = what
        self._count = count
        self._now = now
        self._names: Sequence[Counted] | None = None
        self._counted_at = 0.0
        self._fresh_seconds = _FRESH_SECONDS
        self._renewal: asyncio.Task[Sequence[Counted]] | None = None

    async def get(self, *, fresh: bool = False) -> Sequence[Counted]:
        """Return the names as they were at most a minute ago, most often at most 5 s, longer if counting takes long.

        The first ones are waited for, `fresh` ones, and those after a minute without a question; what `count` raises is
        raised where there are none yet. It is always logged, and the names that are there stay.
        """
        age = self._now() - self._counted_at
        if self._names is not None and age <= _OLD_SECONDS and not fresh:
            if age > self._fresh_seconds:
                self._renew()
            return self._names
        if fresh and self._renewal is not None and not self._renewal.done():
            await asyncio.wait((self._renewal,))  # it may have begun before what is asked for was there
        try:
            # Who asks may be cancelled; others wait for the same names.
            return await asyncio.shield(self._renew())
        except CatalogError:
            if self._names is None:
                raise
            return self._names

    async def aclose(self) -> None:
        """Leave no task behind."""
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.wait((self._renewal,))

    def _renew(self) -> "asyncio.Task[Sequence[Counted]]":
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._counted(), name=f"count {self._what}")
            self._renewal.add_done_callback(self._told)
        return self._renewal

    async def _counted(self) -> Sequence[Counted]:
        self._counted_at = self._now()
        self._names = await self._count()
        self._fresh_seconds = max(_FRESH_SECONDS, _COUNTING_SHARE * (self._now() - self._counted_at))
        return self._names

    def _told(self, renewal: "asyncio.Task[Sequence[Counted]]") -> None:
        """Log why a renewal failed; who waits for it is told as well."""
        if renewal.cancelled() or (error := renewal.exception()) is None:
            return
        if isinstance(error, CatalogError):
            logger.warning("The %s cannot be counted now: %s", self._what, error)
        else:
            logger.error("The %s cannot be counted", self._what, exc_info=error)
