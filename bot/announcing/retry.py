"""How long to wait before the next try."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Pauses"]


@dataclass(slots=True)
class Pauses:
    """Growing pauses, in seconds: each about twice the one before, from `first` to `most`.

    Each is drawn from the upper half of its range, so that many bots that lost Discord at once do not come back at
    once.
    """

    first: float = 5.0
    most: float = 300.0
    draw: Callable[[float, float], float] = random.uniform
    _failures: int = field(default=0, init=False)

    def after_failure(self) -> float:
        """Return the pause after one more failure."""
        longest = min(self.most, self.first * 2 ** min(self._failures, 32))
        self._failures += 1
        return max(min(self.first, self.most), self.draw(longest / 2, longest))

    def reset(self) -> None:
        """Begin with the shortest pause again."""
        self._failures = 0
