"""Dates as members type them."""

from datetime import UTC, datetime

import pytest

from bot.discord_app.language import languages
from bot.discord_app.since import read_since, since_choices

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "begin"),
    [
        ("7d", (2026, 11, 16)),
        (" 7 Days ", (2026, 11, 16)),
        ("3", (2026, 11, 20)),
        ("2w", (2026, 11, 9)),
        ("6m", (2026, 5, 27)),
        ("1y", (2025, 11, 23)),
        ("9999y", (1970, 1, 1)),
        ("2026-05", (2026, 5, 1)),
        ("2026-5-3", (2026, 5, 3)),
        ("1066-10-14", (1970, 1, 1)),
        ("2 ans", (2024, 11, 23)),
        ("3 Semaines", (2026, 11, 2)),
        ("1 mois", (2026, 10, 24)),
        ("7j", (2026, 11, 16)),
    ],
)
def test_a_span_or_a_date_begins_at_midnight(typed: str, begin: tuple[int, int, int]) -> None:
    """What is typed means whole days, in UTC."""
    assert read_since(typed, NOW) == datetime(*begin, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed", ["", "soon", "2026-02-31", "2026-13", "-7d", "7d; DROP TABLE posts", "٣d", "24h", "5 minutes", "0", "0d"]
)
def test_what_is_no_date_is_told_so(typed: str) -> None:
    """Nothing is guessed."""
    assert read_since(typed, NOW) is None


@pytest.mark.parametrize(
    "typed", ["", "7", "7 w", "12m", "3 sem", "2026-05-01", "2026-05-01" + "x" * 200, "nonsense", "9" * 300]
)
def test_what_is_offered_is_understood(typed: str) -> None:
    """Each suggestion is one that the command takes, and reads in the member's own language."""
    for language in languages().values():
        offered = since_choices(typed, language)
        assert offered
        assert all(len(text) <= 100 for choice in offered for text in choice)
        assert all(read_since(value, NOW) is not None for _, value in offered)
    assert since_choices("7", languages()["fr"])[0] == ("les 7 derniers jours", "7d")
