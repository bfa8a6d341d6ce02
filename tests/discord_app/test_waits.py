"""How long Discord, or what stands before it, asks to wait."""

from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from bot.announcing.publisher import NotNow
from bot.discord_app.outcomes import change_outcome

DAY = 86_400.0


def refusal(retry_after: str | None) -> discord.HTTPException:
    """A 429 with this header."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    response = SimpleNamespace(status=429, reason="Too Many Requests", headers=headers)
    return discord.HTTPException(cast("Any", response), "slow down")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2.5", 2.5),
        ("86401", DAY),
        ("1e300", DAY),
        ("inf", DAY),
        ("nan", None),
        ("-inf", None),
        ("-5", None),
        ("0", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_sensible_wait_is_handed_on(asked: str | None, told: float | None) -> None:
    """Whatever a header says: the wait is more than nothing and at most a day, or nothing is said of it."""
    outcome = change_outcome(refusal(asked))
    assert isinstance(outcome, NotNow)
    assert outcome.after_seconds == told


@pytest.mark.parametrize(
    ("asked", "told"), [(45.0, 45.0), (1e300, DAY), (float("inf"), DAY), (float("nan"), None), (-1.0, None)]
)
def test_a_wait_from_the_body_is_as_sensible(asked: float, told: float | None) -> None:
    """What discord.py took from the body of an answer, JSON's NaN and Infinity too, is treated like a header."""
    outcome = change_outcome(discord.RateLimited(asked))
    assert isinstance(outcome, NotNow)
    assert outcome.after_seconds == told
