"""Discord's time, by what its answers say."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord_app.clock import DiscordClock, steady_seconds

NOON = 1_800_000_000.0


@dataclass
class Times:
    """Discord's time and the clocks of this machine; `steady` started at another moment, `wall` can be wrong."""

    discord: float = NOON
    steady: float = 1234.5
    wall: float = NOON + 7200
    clock: DiscordClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = DiscordClock(lambda: self.steady, lambda: self.wall)

    def go_on(self, seconds: float) -> None:
        self.discord += seconds
        self.steady += seconds
        self.wall += seconds

    def ask(self, there: float = 0.0, back: float = 0.0) -> None:
        """A request that takes so many seconds to Discord, and its answer so many back."""
        asked_at = self.steady
        self.go_on(there)
        date = formatdate(self.discord, usegmt=True)
        self.go_on(back)
        self.clock.heard(date, asked_at)

    @property
    def ahead(self) -> float:
        """By how many seconds the clock is later than Discord."""
        return self.clock.now().timestamp() - self.discord


def test_before_the_first_answer_this_machines_clock_counts() -> None:
    """As long as Discord has said nothing there is nothing better than the local clock."""
    times = Times()
    assert times.clock.now() == datetime.fromtimestamp(NOON + 7200, UTC)


def test_a_wrong_local_clock_is_no_matter_after_the_first_answer() -> None:
    """Once Discord said what time it is, setting the local clock changes nothing."""
    times = Times(discord=NOON + 0.7)
    times.ask()
    times.wall -= 86_400 * 365
    times.go_on(3600)
    assert -1.0 < times.ahead <= 0.0


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Jan 2024 00:00:00 GMT", "0"])
def test_what_is_no_date_says_nothing(date: str | None) -> None:
    """An answer without a usable date leaves the clock as it is."""
    times = Times()
    times.clock.heard(date, times.steady)
    assert times.clock.now().timestamp() == times.wall


def test_more_answers_make_it_exact() -> None:
    """`Date` is cut to whole seconds; an answer just after a full second shows how much was cut before."""
    times = Times(discord=NOON + 0.9)
    times.ask()
    assert times.ahead == pytest.approx(-0.9, abs=1e-3)
    times.go_on(0.15)
    times.ask()
    assert times.ahead == pytest.approx(-0.05, abs=1e-3)
    times.go_on(0.9)
    times.ask()
    assert times.ahead == pytest.approx(-0.05, abs=1e-3)


def test_a_newer_answer_wins_over_what_it_proves_wrong() -> None:
    """If a later answer cannot be true together with the time kept so far, the later one counts."""
    times = Times()
    times.ask()
    times.discord -= 5.0
    times.ask(there=0.1, back=0.1)
    assert -1.3 <= times.ahead <= 0.0


WAYS = st.tuples(*[st.floats(0, 20, allow_subnormal=False)] * 3)


@given(first=st.floats(0, 1), ways=st.lists(WAYS, min_size=1, max_size=20))
def test_it_is_never_later_than_discord(first: float, ways: list[tuple[float, float, float]]) -> None:
    """However long requests and answers take, the clock never says a time that Discord has not reached."""
    times = Times(discord=NOON + first)
    for between, there, back in ways:
        times.go_on(between)
        times.ask(there, back)
        assert -1.0 - back <= times.ahead + 1e-3
        assert times.ahead <= 1e-3


def test_the_steady_clock_goes_on() -> None:
    """The clock in between goes forward."""
    first = steady_seconds()
    assert steady_seconds() >= first
