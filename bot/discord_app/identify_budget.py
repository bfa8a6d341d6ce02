"""How often a new session may be begun at the gateway.

Discord gives a bot 1,000 identifies a day and resets its token when they are spent; it takes one in 5 s
(https://docs.discord.com/developers/events/gateway#rate-limiting, `session_start_limit`). A gateway that ends every
session, or a service manager that restarts a crashing process, would spend a day's worth within minutes.

Of the `STEPS` follows that no 24 hours see more than `MOST_IN_A_DAY`: 100 at any time, 200 more a minute apart, which
takes 200 minutes, and one every 10 minutes in the rest of the day.
"""

import asyncio
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

__all__ = ["MOST_IN_A_DAY", "STEPS", "IdentifyBudget", "Step"]

_log = logging.getLogger(__name__)

_DAY_SECONDS = 24 * 3600.0
_APART_SECONDS = 5.0  # between two of one process; a new process begins at once, as discord.py does


@dataclass(frozen=True, slots=True)
class Step:
    """From `begun` identifies within 24 hours on, the next one keeps `apart_seconds` from the last one."""

    begun: int
    apart_seconds: float


STEPS = (Step(0, 0.0), Step(100, 60.0), Step(300, 600.0))
MOST_IN_A_DAY = 423

Load = Callable[[], Awaitable[str | None]]
Save = Callable[[str], Awaitable[None]]


class IdentifyBudget:
    """Counts the identifies of the last 24 hours, over restarts as well, and says when the next one may be.

    Each is recorded before it is sent; one that cannot be recorded is not sent. Within a process the time is one that
    nobody can set. Between two processes it is the machine's; set back meanwhile, what was recorded in the future
    counts as just now, so that nothing ever waits longer than the last step says.
    """

    def __init__(
        self,
        load: Load,
        save: Save,
        *,
        steps: Sequence[Step] = STEPS,
        apart_seconds: float = _APART_SECONDS,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Make a budget that looks at what was recorded when it is first asked.

        Args:
            load: returns what `save` was given the last time; None: nothing yet.
            save: keeps a text durably; what it raises keeps the identify from being sent.
            steps: ascending, the first from 0 on.
            apart_seconds: between two identifies of this process, however few there were.
            clock: the time in seconds since 1970, which must not jump; None: the machine's, carried on from now.
            sleep: waits for so many seconds.
        """
        self._load = load
        self._save = save
        self._steps = tuple(steps)
        self._apart_seconds = apart_seconds
        self._clock = _carried_on() if clock is None else clock
        self._sleep = sleep
        self._begun: list[float] | None = None  # when, ascending; None: not loaded yet
        self._spent_here = False

    async def wait(self) -> None:
        """Return when a new session may be begun, logging the reason for a long wait. Raises what `load` does."""
        begun = await self._recent()
        told = False
        while (seconds := self._seconds_left(begun)) > 0:
            if seconds > self._apart_seconds and not told:
                told = True
                _log.warning(
                    "%d sessions were begun at Discord's gateway within 24 hours, of 1,000 that it allows; so that"
                    " they last, the next one begins in %.0f s. Slash commands wait for it, announcing goes on",
                    len(begun),
                    seconds,
                )
            await self._sleep(seconds)
            begun = await self._recent()

    async def spend(self) -> None:
        """Record one that is about to be sent. Raises what `load` and `save` do: then it must not be sent."""
        begun = [*await self._recent(), self._clock()]
        await self._save(json.dumps([math.ceil(at) for at in begun]))  # rather too late: never counted too short
        self._begun = begun
        self._spent_here = True

    async def _recent(self) -> list[float]:
        """When those of the last 24 hours were sent, ascending."""
        begun = _read(await self._load()) if self._begun is None else self._begun
        now = self._clock()
        self._begun = [min(at, now) for at in begun if at > now - _DAY_SECONDS]
        return self._begun

    def _seconds_left(self, begun: Sequence[float]) -> float:
        if not begun:
            return 0.0
        apart = next(step.apart_seconds for step in reversed(self._steps) if len(begun) >= step.begun)
        if self._spent_here:
            apart = max(apart, self._apart_seconds)
        return begun[-1] + apart - self._clock()


def _carried_on() -> Callable[[], float]:
    """The machine's time as it is now, carried on by a clock that nobody can set."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


def _read(text: str | None) -> list[float]:
    """What was recorded; what cannot be read counts as nothing, because it must not keep the bot away for ever."""
    try:
        return sorted(float(at) for at in json.loads(text or "[]"))
    except (ValueError, TypeError):
        _log.warning("What the catalog says of the sessions begun at the gateway makes no sense: %r", text)
        return []
