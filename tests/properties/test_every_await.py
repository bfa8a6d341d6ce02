"""Whatever goes wrong at whichever moment, once or twice: after a new start each post stands exactly once.

``tests/support/promise_scenarios.py`` tells the stories, ``promise_faults.py`` says what a moment is. Here each moment
has a fault and each line that waits has each fault; ``make torture`` gives each fault to each moment.
"""

import pytest

from tests.support.promise_faults import BOT
from tests.support.promise_scenarios import SCENARIOS, awaits, broken, pairs, play, singles

PAIRS = 100  # of each story

WAITING = tuple(f"announcing/{name}.py" for name in ("courier", "desk", "followers", "lane", "upkeep"))
# Of the catalog only what a transaction waits for: opening and closing it are told in tests/catalog.
TRANSACTIONS = {"write", "read", "run"}


def say(capsys: pytest.CaptureFixture[str], words: str) -> None:
    """Print, whether or not the test passes."""
    with capsys.disabled():
        print(f"\n  {words}")  # noqa: T201


@pytest.mark.parametrize("story", SCENARIOS)
def test_a_fault_at_any_moment_loses_and_doubles_nothing(capsys: pytest.CaptureFixture[str], story: str) -> None:
    """Cancelled, an error, killed, started again at once or minutes later, wherever: each post stands exactly once."""
    places = play(SCENARIOS[story])
    faults = list(singles(places, thorough=False))
    found = broken(story, faults)
    hit = {moment for each in faults for moment in each}
    say(capsys, f"{story}: {len(hit)} of {len(places)} moments, {len(faults)} faults, {len(found)} violations")
    assert hit == set(range(1, len(places) + 1))
    assert found == []


@pytest.mark.parametrize("story", SCENARIOS)
def test_a_second_fault_after_the_first_one_loses_and_doubles_nothing(
    capsys: pytest.CaptureFixture[str], story: str
) -> None:
    """Something goes wrong while the service recovers from something else: each post still stands exactly once."""
    faults = list(pairs(len(play(SCENARIOS[story])), PAIRS, seed=0))
    found = broken(story, faults)
    say(capsys, f"{story}: {len(faults)} pairs of faults, {len(found)} violations")
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
