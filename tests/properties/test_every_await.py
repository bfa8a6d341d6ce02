"""Whatever goes wrong at whichever moment, once or twice: after a new start each post stands exactly once.

``tests/support/promise_scenarios.py`` tells the stories, ``promise_faults.py`` says what a moment is. Here each moment
has a fault and each line that waits has each fault; ``make torture`` gives each fault to each moment.
"""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

import pytest

from tests.support.promise_faults import BOT
from tests.support.promise_scenarios import SCENARIOS, Faults, awaits, broken, pairs, play, singles

PAIRS = 100  # of each story
AT_ONCE = 25  # tellings of a story, in one of the processes

WAITING = ("announcing/courier.py", "announcing/desk.py", "announcing/lane.py", "announcing/upkeep.py")
# Of the catalog only what a transaction waits for: opening and closing it are told in tests/catalog.
TRANSACTIONS = {"write", "read", "run"}


def broken_anywhere(tellings: Sequence[tuple[str, Sequence[Faults]]]) -> list[str]:
    """Tell all stories with all their faults, on every processor; return what broke the promise when."""
    parts = [(name, many[start : start + AT_ONCE]) for name, many in tellings for start in range(0, len(many), AT_ONCE)]
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        return list(chain.from_iterable(pool.map(broken, *zip(*parts, strict=True))))


def say(capsys: pytest.CaptureFixture[str], words: str) -> None:
    """Print, whether or not the test passes."""
    with capsys.disabled():
        print(f"\n  {words}")  # noqa: T201


def test_a_fault_at_any_moment_loses_and_doubles_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Cancelled, an error, killed, started again at once or minutes later, wherever: each post stands exactly once."""
    places = {name: play(scenario) for name, scenario in SCENARIOS.items()}
    tellings = [(name, list(singles(places[name], thorough=False))) for name in SCENARIOS]
    found = broken_anywhere(tellings)
    moments = sum(len(each) for each in places.values())
    hit = sum(len({moment for faults in many for moment in faults}) for _, many in tellings)
    say(capsys, f"{hit} of {moments} moments, {sum(len(many) for _, many in tellings)} faults, {len(found)} violations")
    assert hit == moments
    assert found == []


def test_a_second_fault_after_the_first_one_loses_and_doubles_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Something goes wrong while the service recovers from something else: each post still stands exactly once."""
    tellings = [
        (name, list(pairs(len(play(scenario)), PAIRS, seed))) for seed, (name, scenario) in enumerate(SCENARIOS.items())
    ]
    found = broken_anywhere(tellings)
    say(capsys, f"{sum(len(many) for _, many in tellings)} pairs of faults, {len(found)} violations")
    assert found == []


def test_the_stories_wait_on_each_line_that_waits() -> None:
    """No await of the courier, nor of a transaction, is left out of the faults."""
    lines: dict[str, set[int]] = {}
    for scenario in SCENARIOS.values():
        for place in play(scenario):
            for file, line in [] if isinstance(place, str) else place:
                lines.setdefault(file, set()).add(line)
    for name in WAITING:
        seen = lines[str(BOT / name)]
        assert [line for where, line in awaits(BOT / name).items() if seen.isdisjoint(where)] == []
    database = BOT / "catalog/database.py"
    for where, line in awaits(database, TRANSACTIONS).items():
        assert not lines[str(database)].isdisjoint(where), line
