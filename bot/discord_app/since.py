"""Dates as people type them into the option ``since``: ``7d``, ``4 weeks``, ``2026-05``, ``2026-05-01``. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from bot.discord_app.language import Language, languages

__all__ = ["read_since", "since_choices"]

_SPAN = re.compile(r"(?P<number>[1-9][0-9]{0,3})\s*(?P<unit>[^\W\d_]*)")
_DATE = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})(?:-(?P<day>[0-9]{1,2}))?")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_TEXTS = {"d": "since-days", "w": "since-weeks", "m": "since-months", "y": "since-years"}
_WORDS = {"d": "units-days", "w": "units-weeks", "m": "units-months", "y": "units-years"}
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
            days = _days(span["unit"])
            if days is None:
                return None
            begin = midnight - timedelta(days=int(span["number"]) * days)
        else:
            return None
    except (ValueError, OverflowError):  # the 31st of February; a thousand years ago
        return None if _DATE.fullmatch(text) else _FIRST
    return max(begin, _FIRST)


def since_choices(typed: str, language: Language) -> list[tuple[str, str]]:
    """Return what to offer for what was typed so far, each as people read it and as `read_since` reads it."""
    text = typed.strip()
    if _DATE.fullmatch(text):
        return [(text, text)]
    span = _SPAN.fullmatch(text)
    known = _units()
    units = [] if span is None else [unit for unit in _DAYS if _begins(span["unit"].lower(), unit, known)]
    spans = [(span["number"], unit) for unit in units] if span is not None else []
    return [(language.say(_TEXTS[unit], count=int(count)), f"{count}{unit}") for count, unit in spans or _USUAL]


def _begins(word: str, unit: str, known: Mapping[str, str]) -> bool:
    return any(name.startswith(word) for name, named in known.items() if named == unit)


def _days(word: str) -> int | None:
    """How many days a unit has, by its name in any of the languages; none means days."""
    unit = _units().get(word.lower()) if word else "d"
    return None if unit is None else _DAYS[unit]


@cache
def _units() -> Mapping[str, str]:
    return {
        word: unit
        for language in languages().values()
        for unit, key in _WORDS.items()
        for word in language.say(key).split()
    }
