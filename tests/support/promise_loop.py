"""An event loop whose waits are over at once: its time leaps to whatever is due next, so hours pass in milliseconds."""

import asyncio
import math
import selectors
from collections.abc import Callable

__all__ = ["LeapingLoop"]

A_TURN_SECONDS = 1e-9  # so that what is due in a rounding error is due
MOST_TURNS = 200_000  # of the loop without an end: something runs in circles


class _Leaps(selectors.SelectSelector):
    """Instead of waiting for files and sockets, of which there are none, lets time pass."""

    def __init__(self, passes: Callable[[float], None]) -> None:
        super().__init__()
        self.seconds = 0.0
        self.turns = 0
        self._passes = passes

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let `timeout` seconds pass at once."""
        self.turns += 1
        assert self.turns < MOST_TURNS, "this goes in circles"
        assert timeout is not None, "all wait for something that will never be"
        if timeout > 0:
            microseconds = math.ceil(timeout * 1_000_000)  # what clocks count, so that none lags behind
            self.seconds += microseconds / 1_000_000
            self._passes(microseconds / 1_000_000)
        self.seconds += A_TURN_SECONDS
        return []


class LeapingLoop(asyncio.SelectorEventLoop):
    """Tells `passes` how many seconds passed, whenever time does."""

    def __init__(self, passes: Callable[[float], None]) -> None:
        self._leaps = _Leaps(passes)
        super().__init__(self._leaps)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._leaps.seconds

    def be_patient(self) -> None:
        """Count the turns anew."""
        self._leaps.turns = 0
