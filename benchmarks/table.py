"""Figures, and the table that shows them."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Row", "milliseconds", "percentile", "print_rows", "spread"]

NAME_CHARACTERS = 62


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: what was measured.
        value: the figure, with its unit.
        goal: the figure to reach, with its unit; empty: there is none.
        reached: whether it is.
    """

    name: str
    value: str
    goal: str = ""
    reached: bool = True


def print_rows(heading: str, rows: Sequence[Row]) -> None:
    """Print one section."""
    print(f"\n{heading}")
    for row in rows:
        verdict = f"   goal {row.goal}: {'reached' if row.reached else 'NOT REACHED'}" if row.goal else ""
        print(f"  {row.name:<{NAME_CHARACTERS}}{row.value:>14}{verdict}", flush=True)


def milliseconds(seconds: float) -> str:
    """`seconds` as a figure."""
    return f"{seconds * 1e3:,.1f} ms"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * len(ordered)))]


def spread(name: str, seconds: Sequence[float], goal_seconds: float | None = None) -> list[Row]:
    """Median, 99th percentile and maximum; the goal is the median's."""
    median = statistics.median(seconds)
    goal = "" if goal_seconds is None else milliseconds(goal_seconds)
    return [
        Row(f"{name}: median", milliseconds(median), goal, goal_seconds is None or median <= goal_seconds),
        Row(f"{name}: 99th percentile", milliseconds(percentile(seconds, 0.99))),
        Row(f"{name}: max", milliseconds(max(seconds))),
    ]
