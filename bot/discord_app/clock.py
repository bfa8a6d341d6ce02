"""What time it is at Discord, which dates the messages there.

This machine's own clock can be wrong and can be set; what Discord says in the header `Date` of its answers cannot. In
between a clock carries on that nobody can set, and that runs while the machine is suspended.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["DiscordClock", "steady_seconds"]

_RESOLUTION_SECONDS = 1.0  # of `Date` (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7), which is cut, not rounded
_BOOT_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", None)  # Linux only; elsewhere a suspend may not count


def steady_seconds() -> float:
    """Return the seconds since some moment in the past, by a clock that no one can set."""
    return time.monotonic() if _BOOT_CLOCK is None else time.clock_gettime(_BOOT_CLOCK)


class DiscordClock:
    """Discord's time, as late as can be known for sure.

    An answer that was dated `d`, asked for at `a` and there at `b` says that it was at least `d` at `b`, and less than
    `d` and a second at `a`. Of all answers the one counts that says the latest time, until a newer one proves it wrong.
    """

    def __init__(self, steady: Callable[[], float] = steady_seconds, wall: Callable[[], float] = time.time) -> None:
        """Take the clock that carries on, and the one that is asked as long as Discord has said nothing; in seconds."""
        self._steady = steady
        self._wall = wall
        self._offset: float | None = None  # seconds from the steady clock to Discord's, which counts from 1970

    def heard(self, date: str | None, asked_at: float) -> None:
        """Take the header `date` of an answer that just came; `asked_at` is what the steady clock said at its request.

        What is no date says nothing.
        """
        try:
            dated = parsedate_to_datetime(date or "").timestamp()
        except ValueError:
            return
        least, most = dated - self._steady(), dated + _RESOLUTION_SECONDS - asked_at
        if self._offset is None or not least <= self._offset < most:
            self._offset = least

    def now(self) -> datetime:
        """Return the time at Discord, in UTC; this machine's own as long as Discord has said nothing."""
        seconds = self._wall() if self._offset is None else self._steady() + self._offset
        return datetime.fromtimestamp(seconds, UTC)
