"""Figures, and the table that shows them."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Row", "milliseconds", "percentile", "print_rows", "spread"]

NAME_CHARACTERS = 70


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


def spread(
    name: str, seconds: Sequence[float], goal_seconds: float | None = None, late_goal_seconds: float | None = None
) -> list[Row]:
    """Median, 99th percentile and maximum; one goal is the median's, the late one the percentile's."""
    return [
        _row(f"{name}: median", statistics.median(seconds), goal_seconds),
        _row(f"{name}: 99th percentile", percentile(seconds, 0.99), late_goal_seconds),
        Row(f"{name}: max", milliseconds(max(seconds))),
    ]


def _row(name: str, seconds: float, goal_seconds: float | None) -> Row:
    if goal_seconds is None:
        return Row(name, milliseconds(seconds))
    return Row(name, milliseconds(seconds), milliseconds(goal_seconds), seconds <= goal_seconds)
