"""Bad weather between the bot and Discord: requests are struck by chance, in every way that the stand-in knows."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.rehearsal.faults import Fault, FaultKind, Faults

__all__ = ["Weather"]


class _Strike(NamedTuple):
    """One way to strike, and how often in comparison with the others."""

    weight: int
    kind: FaultKind
    options: Mapping[str, Any] = MappingProxyType({})


# discord.py itself waits for 1, 3, 5 … seconds after 500, 502 and 504, so those are rare: they only pass the time.
_STRIKES = (
    *(_Strike(1, "status", {"status": status}) for status in (500, 502, 504)),
    *(_Strike(3, "status", {"status": status}) for status in (503, 520, 522)),
    _Strike(4, "reset"),
    _Strike(4, "close"),
    _Strike(3, "truncate"),
    _Strike(2, "content_type"),
    _Strike(2, "hang"),
    _Strike(4, "delay"),
    _Strike(1, "rate_limit"),
)
_WEIGHTS = [strike.weight for strike in _STRIKES]
_LONGEST_DELAY_SECONDS = 0.5
_RETRY_AFTER_SECONDS = 0.2


class Weather(Faults):
    """Faults that come by chance, beside those that are arranged; to be put in the place of `StandIn.faults`.

    Half of them come after Discord has done what it was asked for.

    Attributes:
        share: of the requests to create a message, how many are struck, from 0 to 1.
        share_of_others: the same for all other requests. Looking for one message takes five.
        creations: how many requests to create a message have come.
        struck: how many requests were struck, by kind and whether it was after storing.
    """

    def __init__(self, chance: random.Random, share: float = 0.3, share_of_others: float = 0.08) -> None:
        super().__init__()
        self.share = share
        self.share_of_others = share_of_others
        self.creations = 0
        self.struck: Counter[tuple[str, bool]] = Counter()
        self._chance = chance
        self._next = asyncio.Event()
        self._expected: dict[int, asyncio.Event] = {}

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this request: an arranged one, or one by chance."""
        creates = method == "POST" and path.endswith("/messages")
        if creates:
            self.creations += 1
            self._expected.pop(self.creations, asyncio.Event()).set()
        self._next.set()
        arranged = super().take(method, path)
        if arranged is not None or self._chance.random() >= (self.share if creates else self.share_of_others):
            return arranged
        (strike,) = self._chance.choices(_STRIKES, _WEIGHTS)
        after = self._chance.random() < 0.5
        seconds = self._chance.uniform(0, _LONGEST_DELAY_SECONDS)
        options = {"after": after, "seconds": seconds, "retry_after": _RETRY_AFTER_SECONDS, **strike.options}
        self.add(method, path, strike.kind, **options)
        fault = super().take(method, path)
        assert fault is not None
        self.struck[strike.options.get("status", strike.kind), fault.after] += 1
        return fault

    def expect(self, creations: int) -> asyncio.Event:
        """What is set when so many more requests to create a message have come."""
        return self._expected.setdefault(self.creations + creations, asyncio.Event())

    async def next_request(self) -> None:
        """Wait until another request of whatever kind comes."""
        self._next.clear()
        await self._next.wait()

    def clear_up(self) -> None:
        """No more of it from now on; what hangs is let go."""
        self.share = self.share_of_others = 0.0
        self.clear()
