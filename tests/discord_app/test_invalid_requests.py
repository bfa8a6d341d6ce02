"""The brake before Discord's ban for invalid requests."""

import logging
from dataclasses import dataclass

import pytest

from bot.discord_app.invalid_requests import InvalidRequests

BAN = 10_000  # within 10 minutes


@dataclass
class Clock:
    """Seconds, moved by hand."""

    now: float = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("status", "scope", "counted"),
    [
        (401, None, 1),
        (403, None, 1),
        (429, "user", 1),
        (429, "global", 1),
        (429, None, 1),
        (429, "shared", 0),
        (200, None, 0),
        (204, None, 0),
        (400, None, 0),
        (404, None, 0),
        (502, None, 0),
    ],
)
def test_what_discord_counts(status: int, scope: str | None, counted: int) -> None:
    """401, 403 and 429 count towards the ban, a 429 of the scope "shared" does not."""
    requests = InvalidRequests(Clock())
    requests.note(status, scope)
    assert requests.count == counted


def test_ten_minutes_later_it_is_forgotten() -> None:
    """What was refused counts for 10 minutes."""
    clock = Clock()
    requests = InvalidRequests(clock)
    requests.note(403, None)
    clock.now += 599.9
    assert requests.count == 1
    clock.now += 0.2
    assert requests.count == 0


def test_few_refusals_slow_nothing_down() -> None:
    """Below 250 refusals every turn comes at once."""
    requests = InvalidRequests(Clock())
    for _ in range(249):
        requests.note(403, None)
        assert requests.take_turn() == 0.0


def test_it_tells_when_there_will_be_fewer() -> None:
    """Who stops at a number of refusals is told how long to wait until the oldest of them is 10 minutes old."""
    clock = Clock()
    requests = InvalidRequests(clock)
    for _ in range(4):
        assert requests.seconds_until_fewer_than(4) == 0.0
        requests.note(403, None)
        clock.now += 1.0
    assert requests.seconds_until_fewer_than(4) == 596.0
    assert requests.seconds_until_fewer_than(2) == 598.0
    clock.now += 596.0
    assert requests.seconds_until_fewer_than(4) == 0.0


@pytest.mark.parametrize(
    ("refused", "gap"), [(250, 1), (499, 1), (500, 2), (750, 4), (1000, 8), (1250, 16), (2500, 512)]
)
def test_the_gap_between_turns_doubles(refused: int, gap: float) -> None:
    """From 250 refusals on there is a gap of a second between turns, which doubles with every 250 more."""
    clock = Clock()
    requests = InvalidRequests(clock)
    for _ in range(refused):
        requests.note(429, "user")
    assert requests.take_turn() == 0.0
    assert requests.take_turn() == gap
    clock.now += gap / 4
    assert requests.take_turn() == gap * 3 / 4
    clock.now += gap
    assert requests.take_turn() == 0.0


@pytest.mark.parametrize(("refusals_a_turn", "most_in_ten_minutes"), [(1, 750), (5, 1_300), (20, 1_800)])
def test_the_ban_never_comes_near(refusals_a_turn: int, most_in_ten_minutes: int) -> None:
    """If for a day every turn is taken and refused, the count stays far below what bans, however many a turn costs."""
    clock = Clock()
    requests = InvalidRequests(clock)
    most = 0
    while clock.now < 86_400:
        if seconds := requests.take_turn():
            clock.now += seconds
            continue
        clock.now += 0.01
        for _ in range(refusals_a_turn):
            requests.note(429, "user")
        most = max(most, requests.count)
    assert most < most_in_ten_minutes < BAN


def test_it_is_told_once_when_it_begins_and_once_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    """The log says when requests slow down and when they are fast again, and no more."""
    caplog.set_level(logging.INFO)
    clock = Clock()
    requests = InvalidRequests(clock)
    for _ in range(300):
        requests.note(403, None)
        requests.take_turn()
        clock.now += 1.0
    clock.now += 400
    requests.take_turn()
    clock.now += 600
    requests.take_turn()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "250" in caplog.records[0].getMessage()
