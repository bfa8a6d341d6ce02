"""Moments and lengths of time, in words."""

from datetime import UTC, datetime, timedelta

__all__ = ["length", "moment"]

MINUTE, HOUR, DAY = 60, 3_600, 86_400
TWO = 2  # from so many of the larger unit on, the smaller one says too much


def moment(at: datetime) -> str:
    """To the second, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def length(of: timedelta) -> str:
    """In the largest unit of which there are two at least: ``90 s``, ``5 min``, ``47 h``, ``3 days``; 0 at least."""
    seconds = max(0, round(of.total_seconds()))
    for unit, name in ((DAY, "days"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= TWO * unit:
            return f"{seconds // unit:,} {name}"
    return f"{seconds} s"
