"""What takes a while to find out, found out once for all who ask for it at about the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

__all__ = ["Shared"]

T = TypeVar("T")


def _steady_seconds() -> float:
    return time.monotonic()


class Shared(Generic[T]):
    """An answer that is good for a while, and never looked for twice at once.

    Args:
        find: finds it out; it is let run to its end, also when nobody waits for it any more.
        fresh_seconds: for how long an answer is good.
        clock: in seconds, which no one can set.
    """

    def __init__(
        self, find: Callable[[], Awaitable[T]], fresh_seconds: float, clock: Callable[[], float] = _steady_seconds
    ) -> None:
        self._find = find
        self._fresh_seconds = fresh_seconds
        self._clock = clock
        self._finding: asyncio.Future[T] | None = None
        self._found_at = 0.0

    async def get(self, patience_seconds: float) -> T:
        """The answer.

        Raises:
            TimeoutError: there is none within so much time; whoever asks later waits for the same one.
        """
        finding = self._finding
        if finding is None or (finding.done() and self._is_old(finding)):
            finding = self._finding = asyncio.ensure_future(self._find())
            finding.add_done_callback(self._found)
        async with asyncio.timeout(patience_seconds):
            return await asyncio.shield(finding)

    def _is_old(self, finding: "asyncio.Future[T]") -> bool:
        failed = finding.cancelled() or finding.exception() is not None
        return failed or self._clock() - self._found_at >= self._fresh_seconds

    def _found(self, finding: "asyncio.Future[T]") -> None:
        self._found_at = self._clock()
        if not finding.cancelled():
            finding.exception()  # it was looked at, also when nobody waited
