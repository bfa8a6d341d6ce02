"""What does not work just now, for whoever asks after the service's health."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["Trouble", "Troubles"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that does not work.

    Attributes:
        where: the part of the service, such as ``content`` or ``channel kubernetes-news``.
        what: a sentence for people.
        since: when it began, aware.
        rate_limited: Discord asked to wait; it will pass by itself.
        is_refusal: Discord refuses, until a person mends it there; it will not pass by itself.
    """

    where: str
    what: str
    since: datetime
    rate_limited: bool = False
    is_refusal: bool = False


def _now() -> datetime:
    return datetime.now(UTC)


class Troubles:
    """At most one trouble for each part of the service; kept in memory, because each part finds its own again.

    Args:
        now: the wall clock.
        beside: troubles of parts that live longer, which are told together with these.
    """

    def __init__(self, now: Callable[[], datetime] = _now, beside: "Troubles | None" = None) -> None:
        self._now = now
        self._beside = beside
        self._troubles: dict[str, Trouble] = {}

    def begin(self, where: str, what: str, *, rate_limited: bool = False, is_refusal: bool = False) -> None:
        """`where` does not work; if it already did not, `what` is the latest word on it."""
        earlier = self._troubles.get(where)
        since = self._now() if earlier is None else earlier.since
        self._troubles[where] = Trouble(where, what, since, rate_limited, is_refusal)

    def end(self, where: str) -> None:
        """`where` works, whether or not it did not before."""
        self._troubles.pop(where, None)

    @property
    def all(self) -> list[Trouble]:
        """What does not work now, oldest first."""
        beside = () if self._beside is None else self._beside.all
        return sorted((*self._troubles.values(), *beside), key=lambda trouble: trouble.since)
