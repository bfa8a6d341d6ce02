"""Each fault at each moment of each story, statements of transactions included, and many pairs of faults."""

import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.support.promise_scenarios import SCENARIOS, Faults, broken, pairs, play, singles

__all__ = ["exhaust_moments"]

AT_ONCE = 100  # tellings of a story, in one of the processes


def exhaust_moments(number_of_pairs: int, seed: int, tell: Callable[[str], None]) -> list[str]:
    """Tell every story again and again while something goes wrong.

    Args:
        number_of_pairs: of faults, in each story.
        seed: what the pairs are drawn from.
        tell: what comes of it.

    Returns:
        What broke the promise, and by which faults.
    """
    violations: list[str] = []
    logging.disable()  # a service to which all this happens has much to say
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        for name, scenario in SCENARIOS.items():
            places = play(scenario, statements=True)
            single = list(singles(places, thorough=True))
            double = list(pairs(len(places), number_of_pairs, seed))
            told = pool.map(partial(broken, name, statements=True), _parts([*single, *double]))
            found = [violation for part in told for violation in part]
            tell(f"{name}: {len(places)} moments, {len(single)} faults, {len(double)} pairs, {len(found)} violations")
            violations += found
    logging.disable(logging.NOTSET)
    return violations


def _parts(many: Sequence[Faults]) -> Iterator[Sequence[Faults]]:
    return (many[start : start + AT_ONCE] for start in range(0, len(many), AT_ONCE))
