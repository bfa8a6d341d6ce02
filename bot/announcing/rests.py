"""People who are not written to for a while, because Discord asks for that, or nobody can tell what came of a message.

In memory: after a restart each is tried once more, and told to wait again if that is still so.
"""

import time
from collections.abc import Callable, Set
from dataclasses import dataclass

from bot.announcing.desk import ChannelPauses

__all__ = ["MOST_RESTING", "Rests"]

MOST_RESTING = 1000  # people; with more of them something is wrong with Discord, and nobody else is begun with
KEPT_SECONDS = 900.0  # after a rest, that the next one may be longer; the pauses between tries are shorter


def _steady_seconds() -> float:
    return time.monotonic()


@dataclass(slots=True)
class _Rest:
    until: float
    pauses: ChannelPauses


class Rests:
    """Who rests until when, by the ids of their channels.

    Args:
        pauses: makes those of one person.
        clock: in seconds, which no one can set.
    """

    def __init__(self, pauses: Callable[[], ChannelPauses], clock: Callable[[], float] = _steady_seconds) -> None:
        self._make_pauses = pauses
        self._clock = clock
        self._rests: dict[int, _Rest] = {}

    def pauses_of(self, channel_id: int) -> ChannelPauses:
        """The pauses for a person, which go on growing after a rest."""
        rest = self._rests.get(channel_id)
        return self._make_pauses() if rest is None else rest.pauses

    def begin(self, channel_id: int, pauses: ChannelPauses, seconds: float) -> None:
        """Let a person rest for so long; `pauses` are those that `pauses_of` gave."""
        self._rests[channel_id] = _Rest(self._clock() + seconds, pauses)

    def end(self, channel_id: int) -> None:
        """All is well with a person."""
        self._rests.pop(channel_id, None)

    def resting(self) -> tuple[Set[int], float | None]:
        """Who rests just now, and when the first of them has rested, by the clock; None: nobody rests."""
        now = self._clock()
        kept = 0.0 if len(self._rests) > MOST_RESTING else KEPT_SECONDS
        self._rests = {channel: rest for channel, rest in self._rests.items() if rest.until + kept > now}
        resting = {channel: rest.until for channel, rest in self._rests.items() if rest.until > now}
        return resting.keys(), min(resting.values(), default=None)

    def seconds_until(self, moment: float | None, most: float) -> float:
        """How long until then, by the clock, at most `most`; 0 if it has passed."""
        return most if moment is None else min(most, max(0.0, moment - self._clock()))
