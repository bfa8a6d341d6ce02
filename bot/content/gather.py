"""When to look: from a stream of hints to "look at these paths" and "look at everything".

Pure: every call is told the time (monotonic, in seconds). What happens to a hint::

    hint ─► batch ──3 ms quiet──► Hints(paths)                        at once, for the few
      │       └──17th path, or no quiet for 15 ms──► flow: no paths   a burst is one survey, not many looks
      └────────► truth ──250 ms calm, 2 s at most──► Hints(everything)
"""

from dataclasses import dataclass

__all__ = ["CALM_SECONDS", "FLOW_SECONDS", "LONGEST_SECONDS", "MOST_PATHS", "QUIET_SECONDS", "Gathering", "Hints"]

QUIET_SECONDS = 0.003  # a plain write sends created, modified and closed within a millisecond
FLOW_SECONDS = 0.015  # hints without such a quiet for longer than this are a burst
MOST_PATHS = 16  # more of them at once are a burst as well
CALM_SECONDS = 0.25  # after the last hint the whole tree is looked at
LONGEST_SECONDS = 2.0  # and this long after the first one even if hints keep coming


@dataclass(frozen=True, slots=True)
class Hints:
    """Where to look.

    Attributes:
        paths: of posts, relative to the root, with ``/``; something happened there, or is said to have happened.
        closed: those of them that a writer closed or moved in place: their content is complete.
        everything: look at the whole tree.
    """

    paths: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    everything: bool = False


class Gathering:
    """Collects hints until they are worth a look. Bounded: it never holds more than `MOST_PATHS` paths.

    The methods that take a hint return whether the time that `due_at` gives may have become earlier.
    """

    def __init__(self) -> None:
        self._paths: set[str] = set()
        self._closed: set[str] = set()
        self._flurry_began = 0.0
        self._last_path = 0.0
        self._flowing = False
        self._stirred: tuple[float, float] | None = None  # the first and the last hint since the last full look

    def path(self, path: str, *, closed: bool, now: float) -> bool:
        """Something happened at a post's path."""
        earlier = self.stir(now)
        if self._flowing:
            return earlier
        earlier = earlier or not self._paths
        if not self._paths or now - self._last_path >= QUIET_SECONDS:
            self._flurry_began = now
        self._last_path = now
        self._paths.add(path)
        if closed:
            self._closed.add(path)
        if len(self._paths) > MOST_PATHS or now - self._flurry_began >= FLOW_SECONDS:
            self.flow(now)
        return earlier

    def stir(self, now: float) -> bool:
        """Something happened that is no post by its name, but may bear on one."""
        earlier = self._stirred is None
        self._stirred = (now if self._stirred is None else self._stirred[0], now)
        return earlier

    def flow(self, now: float) -> bool:
        """Something happened to many files, or nobody knows to which."""
        self._flowing = True
        self._paths.clear()
        self._closed.clear()
        return self.stir(now)

    def due_at(self) -> float | None:
        """When `take` has something to give, if no more hints come; None: when a hint has come."""
        if self._stirred is None:
            return None
        first, last = self._stirred
        everything = min(last + CALM_SECONDS, first + LONGEST_SECONDS)
        return min(everything, self._last_path + QUIET_SECONDS) if self._paths else everything

    def take(self, now: float) -> Hints | None:
        """What is due, which is then forgotten; None if nothing is."""
        if self._stirred is None:
            return None
        first, last = self._stirred
        everything = now >= last + CALM_SECONDS or now >= first + LONGEST_SECONDS
        if not everything and not (self._paths and now >= self._last_path + QUIET_SECONDS):
            return None
        hints = Hints(frozenset(self._paths), frozenset(self._closed), everything)
        self._paths.clear()
        self._closed.clear()
        if everything:
            self._stirred = None
            self._flowing = False
        return hints
