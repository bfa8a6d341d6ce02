"""Gathering: when hints become a look."""

import pytest

from bot.content.gather import CALM_SECONDS, FLOW_SECONDS, LONGEST_SECONDS, MOST_PATHS, QUIET_SECONDS, Gathering, Hints


def run(hints: list[tuple[float, str, bool]], until: float) -> list[tuple[float, Hints]]:
    """Give hints at their times, take whatever is due when it is due; what was taken, with its time."""
    gathering = Gathering()
    taken: list[tuple[float, Hints]] = []
    waiting = sorted(hints)
    now = 0.0
    while True:
        due = gathering.due_at()
        times = ([waiting[0][0]] if waiting else []) + ([due] if due is not None else [])
        if not times or min(times) > until:
            return taken
        now = max(now, min(times))
        if waiting and waiting[0][0] <= now:
            _, path, closed = waiting.pop(0)
            gathering.path(path, closed=closed, now=now)
        elif (result := gathering.take(now)) is not None:
            taken.append((now, result))


def test_a_plain_write_is_one_look_at_the_path_and_then_one_at_everything() -> None:
    """Created, modified and closed within a moment become one hint for the path, 3 ms later; everything follows."""
    taken = run([(0.0, "a.md", False), (0.0005, "a.md", False), (0.001, "a.md", True)], until=10)
    assert [hints for _, hints in taken] == [
        Hints(frozenset({"a.md"}), frozenset({"a.md"}), everything=False),
        Hints(everything=True),
    ]
    assert [time for time, _ in taken] == pytest.approx([0.001 + QUIET_SECONDS, 0.001 + CALM_SECONDS])


def test_a_few_paths_at_once_are_looked_at_together() -> None:
    """Up to 16 paths within a moment are one batch."""
    names = [f"{number}.md" for number in range(MOST_PATHS)]
    taken = run([(0.0002 * place, name, True) for place, name in enumerate(names)], until=0.2)
    assert [hints for _, hints in taken] == [Hints(frozenset(names), frozenset(names), everything=False)]


def test_many_paths_are_a_flow() -> None:
    """A seventeenth path within a moment makes it a burst: no paths, one look at everything when it is calm."""
    taken = run([(0.0002 * number, f"{number}.md", True) for number in range(MOST_PATHS + 1)], until=10)
    assert [hints for _, hints in taken] == [Hints(everything=True)]
    assert taken[0][0] == pytest.approx(0.0002 * MOST_PATHS + CALM_SECONDS)


def test_hints_without_a_quiet_moment_are_a_flow() -> None:
    """What has not been quiet for 3 ms within 15 ms is a burst, were it of a single file."""
    steps = int(FLOW_SECONDS / 0.002) + 2
    taken = run([(0.002 * number, "a.md", False) for number in range(steps)], until=10)
    assert [hints for _, hints in taken] == [Hints(everything=True)]


def test_a_flow_that_does_not_end_is_looked_at_every_two_seconds() -> None:
    """Waiting for calm has an end: 2 s after the first hint everything is looked at, again and again."""
    taken = run([(0.001 * number, f"{number}.md", True) for number in range(5000)], until=60)
    assert all(hints.everything for _, hints in taken)
    assert [round(time) for time, _ in taken] == [2, 4, 5]
    assert taken[0][0] == pytest.approx(LONGEST_SECONDS)
    assert taken[-1][0] == pytest.approx(4.999 + CALM_SECONDS)


def test_a_drip_of_single_writes_is_seen_one_by_one_and_everything_within_two_seconds() -> None:
    """Writes 100 ms apart are each looked at within 3 ms, and none of them puts the full look off beyond 2 s."""
    taken = run([(0.1 * number, f"{number}.md", True) for number in range(40)], until=60)
    singles = [time for time, hints in taken if hints.paths and not hints.everything]
    everything = [time for time, hints in taken if hints.everything]
    assert len(singles) + sum(bool(hints.paths) for _, hints in taken if hints.everything) == 40
    assert len(singles) >= 38
    assert everything[0] == pytest.approx(LONGEST_SECONDS)
    assert 3.9 < everything[-1] <= 3.9 + CALM_SECONDS


def test_something_else_asks_for_everything_without_holding_a_path_up() -> None:
    """A temporary file beside a post leads to a full look later and leaves the post's own hint as quick as ever."""
    gathering = Gathering()
    gathering.stir(0.0)
    gathering.path("a.md", closed=True, now=0.001)
    gathering.stir(0.0035)
    assert gathering.take(0.004) == Hints(frozenset({"a.md"}), frozenset({"a.md"}), everything=False)
    assert gathering.take(0.0035 + CALM_SECONDS) == Hints(everything=True)


def test_a_caller_that_was_busy_gets_one_answer_for_all() -> None:
    """When both looks are due at once, one of everything is asked for, and what was closed is not forgotten."""
    gathering = Gathering()
    gathering.path("a.md", closed=True, now=0.0)
    assert gathering.take(5.0) == Hints(frozenset({"a.md"}), frozenset({"a.md"}), everything=True)
    assert gathering.take(50.0) is None
    assert gathering.due_at() is None


def test_paths_with_quiet_between_them_are_no_flow_while_the_caller_is_busy() -> None:
    """Single writes that pile up while nobody takes them stay single: only hints without a quiet are a flow."""
    gathering = Gathering()
    for number in range(5):
        gathering.path(f"{number}.md", closed=True, now=0.04 * number)
    hints = gathering.take(0.04 * 4 + QUIET_SECONDS)
    assert hints is not None
    assert len(hints.paths) == 5


def test_a_hint_tells_whether_the_waiting_must_end_sooner() -> None:
    """Only the hint that brings the next look forward is worth waking somebody for."""
    gathering = Gathering()
    assert gathering.stir(0.0)
    assert not gathering.stir(0.001)
    assert gathering.path("a.md", closed=False, now=0.002)
    assert not gathering.path("a.md", closed=True, now=0.003)
    assert not gathering.flow(0.004)
    assert not gathering.path("b.md", closed=True, now=0.005)
