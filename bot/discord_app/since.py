"""Dates as people type them into the option ``since``: ``7d``, ``4 w``, ``2026-05``, ``2026-05-01``. Pure."""

import re
from datetime import UTC, datetime, timedelta

from bot.discord_app.language import Language

__all__ = ["read_since", "since_choices"]

_SPAN = re.compile(r"(?P<number>\d{1,4})\s*(?P<unit>[dwmy])?[a-z]*", re.IGNORECASE)
_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_TEXTS = {"d": "since-days", "w": "since-weeks", "m": "since-months", "y": "since-years"}
_USUAL = (("1", "d"), ("7", "d"), ("4", "w"), ("6", "m"), ("1", "y"))
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def read_since(typed: str, now: datetime) -> datetime | None:
    """Return the midnight (UTC) at which what was typed begins; None if it is neither a date nor a span before `now`.

    A number alone means days. What is before 1970 begins there.
    """
    text = typed.strip()
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if date := _DATE.fullmatch(text):
            begin = datetime(int(date["year"]), int(date["month"]), int(date["day"] or 1), tzinfo=UTC)
        elif span := _SPAN.fullmatch(text):
            begin = midnight - timedelta(days=int(span["number"]) * _DAYS[(span["unit"] or "d").lower()])
        else:
            return None
    except (ValueError, OverflowError):  # the 31st of February; a thousand years ago
        return None if _DATE.fullmatch(text) else _FIRST
    return max(begin, _FIRST)


def since_choices(typed: str, language: Language) -> list[tuple[str, str]]:
    """Return what to offer for what was typed so far, each as people read it and as `read_since` reads it."""
    number = re.match(r"\s*(\d{1,4})", typed)
    if number is None:
        spans: tuple[tuple[str, str], ...] = _USUAL
    elif _DATE.match(typed.strip()):
        return [(typed.strip(), typed.strip())]
    else:
        unit = typed.strip()[len(number[1]) :].strip().lower()[:1]
        spans = tuple((number[1], each) for each in _DAYS if unit in ("", each)) or _USUAL
    return [(language.say(_TEXTS[unit], count=int(count)), f"{count}{unit}") for count, unit in spans]
