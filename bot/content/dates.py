"""Dates as people and tools write them in front matter."""

import re
from datetime import UTC, datetime, timedelta, timezone

__all__ = ["parse_date"]

_FIRST_YEAR, _LAST_YEAR = 1900, 9998  # within them no time zone and no span that is added leaves datetime's range

# RFC 3339, the looser timestamps of YAML 1.1 (https://yaml.org/type/timestamp.html), and what Go prints.
_DATE = re.compile(
    r"""
    (\d{4})-(\d{1,2})-(\d{1,2})
    (?:
        (?:[Tt]|[ \t]+)
        (\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?
        (?:[ \t]*(?:[Zz]|(?P<zone>[+-]\d{2}(?::?\d{2})?)(?:[ ]UTC)?|UTC|GMT))?
    )?
    """,
    re.VERBOSE | re.ASCII,
)


def parse_date(text: str) -> datetime:
    """Return the moment that `text` names, aware and in UTC; without a zone it is UTC, without a time midnight.

    Raises:
        ValueError: it is no date, or its year is not from 1900 to 9998.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError("no date")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.group(1, 2, 3, 4, 5, 6))
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError("a year out of range")
    microsecond = int((match[7] or "0").ljust(9, "0")[:6])
    zone = _zone(match["zone"])
    return datetime(year, month, day, hour, minute, second, microsecond, zone).astimezone(UTC)


def _zone(offset: str | None) -> timezone:
    if offset is None:
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if minutes > 59:
        raise ValueError("no time zone")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)
