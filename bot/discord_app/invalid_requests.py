"""Counts the requests that Discord refused, and slows down long before it shuts this machine out.

10,000 answers 401, 403 or 429 within 10 minutes ban the address that sent the requests
(https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans).
"""

import logging
from collections import deque
from collections.abc import Callable

from bot.discord_app.clock import steady_seconds

__all__ = ["InvalidRequests"]

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 600.0
STEP = 250  # so many in a window begin the slowing down, and each so many more double the gap
FIRST_GAP_SECONDS = 1.0  # between two turns; one turn can cost discord.py five answers 429
_INVALID = frozenset({401, 403, 429})


class InvalidRequests:
    """What was refused within the last 10 minutes, and whose turn it is while that is much.

    With turns that all end in five refusals, the count stays below 1,300.
    """

    def __init__(self, clock: Callable[[], float] = steady_seconds) -> None:
        """Take a clock in seconds that no one can set."""
        self._clock = clock
        self._refused_at: deque[float] = deque()
        self._slow = False
        self._next_turn = 0.0

    def note(self, status: int, scope: str | None) -> None:
        """Count an answer with its HTTP status; a 429 of the scope ``shared`` is not the bot's fault and not counted.

        `scope` is the header ``X-RateLimit-Scope``.
        """
        if status in _INVALID and not (status == 429 and scope == "shared"):
            self._refused_at.append(self._clock())

    @property
    def count(self) -> int:
        """How many there were within the last 10 minutes."""
        since = self._clock() - WINDOW_SECONDS
        while self._refused_at and self._refused_at[0] <= since:
            self._refused_at.popleft()
        return len(self._refused_at)

    def seconds_until_fewer_than(self, number: int) -> float:
        """How long until there were fewer than so many within 10 minutes, if no more come; 0.0: that is so."""
        too_many = self.count - number
        return 0.0 if too_many < 0 else self._refused_at[too_many] + WINDOW_SECONDS - self._clock()

    def take_turn(self) -> float:
        """Take the next turn and return 0.0 if it has come, else return the seconds until then."""
        count = self.count
        self._tell(count)
        if not self._slow:
            return 0.0
        now = self._clock()
        if now < self._next_turn:
            return self._next_turn - now
        self._next_turn = now + FIRST_GAP_SECONDS * 2 ** (max(count, STEP) // STEP - 1)
        return 0.0

    def _tell(self, count: int) -> None:
        """Log once when the slowing down begins, and once when it ends, which is at half of what began it."""
        if not self._slow and count >= STEP:
            self._slow = True
            text = "Discord refused %d requests within 10 minutes; requests are made more slowly, or it shuts us out"
            logger.warning(text, count)
        elif self._slow and count < STEP // 2:
            self._slow = False
            logger.info("Discord refuses few requests again (%d within 10 minutes): back to full speed", count)
