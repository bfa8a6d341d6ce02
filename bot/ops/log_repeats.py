"""Warnings and errors that say the same again: written once, then counted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["WINDOW_SECONDS", "Repeated", "Repeats"]

WINDOW_SECONDS = 600.0
MOST_KEPT = 500  # different things that are remembered at a time

T = TypeVar("T")


@dataclass(slots=True)
class Repeated(Generic[T]):
    """Something that was written, and came again.

    Attributes:
        until: by the clock of whoever asks, in seconds; what comes from then on is written again.
        last: as it was said the last time.
        times: how often it came again, and was not written.
    """

    until: float
    last: T
    times: int = 0


class Repeats(Generic[T]):
    """Decides what is written. Nothing is lost: what is not written is in the count of a `Repeated` that is handed out.

    Args:
        window_seconds: from the moment that something is written, for so long the same is only counted.
        most_kept: of so many different things at a time; the one that was written first makes room.
    """

    def __init__(self, window_seconds: float = WINDOW_SECONDS, most_kept: int = MOST_KEPT) -> None:
        self._window_seconds = window_seconds
        self._most_kept = most_kept
        self._open: dict[int, Repeated[T]] = {}  # in the order in which they end

    def take(self, key: int, said: T, now: float) -> tuple[list[Repeated[T]], bool]:
        """What was counted and is to be told first, and whether `said` is to be written.

        Args:
            key: equal for what says the same.
            said: what is handed out if it is the last of its kind.
            now: in seconds, never less than at the call before.
        """
        ended = self.ended(now)
        known = self._open.get(key)
        if known is not None:
            known.last = said
            known.times += 1
            return ended, False
        if len(self._open) >= self._most_kept:
            ended += self._close([next(iter(self._open))])
        self._open[key] = Repeated(now + self._window_seconds, said)
        return ended, True

    def ended(self, now: float) -> list[Repeated[T]]:
        """What was counted, and is not any more."""
        over = 0
        for each in self._open.values():
            if each.until > now:
                break
            over += 1
        return self._close([*self._open][:over] if over else [])

    def close(self, is_over: Callable[[T], bool]) -> list[Repeated[T]]:
        """What was counted of the things of which `is_over` says so: what comes of those is written again."""
        return self._close([key for key, each in self._open.items() if is_over(each.last)])

    def all(self) -> list[Repeated[T]]:
        """All that was counted; nothing is remembered any more."""
        return self._close([*self._open])

    def _close(self, keys: Iterable[int]) -> list[Repeated[T]]:
        closed = [self._open.pop(key) for key in keys]
        return [each for each in closed if each.times]
