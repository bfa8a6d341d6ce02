"""The identifies of a day: at most 423 of the 1,000 that Discord allows, whatever asks for them."""

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord_app.identify_budget import MOST_IN_A_DAY, IdentifyBudget
from bot.problems import CatalogUnavailableError
from tests.support.discord_client import Record

DAY = 24 * 3600
NOW = 1_800_000_000.0


class Machine:
    """A process after the other on a machine whose clock can be set, and what is really sent.

    Attributes:
        real: seconds that nobody can set.
        clock: what the machine's clock says, in seconds since 1970.
        sent_at: when identifies were sent, in `real` seconds.
        waited: each wait, in seconds.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.real = 0.0
        self.clock = NOW
        self.sent_at: list[float] = []
        self.waited: list[float] = []
        self.start()

    def start(self) -> None:
        """A new process."""
        offset = self.clock - self.real  # it follows no later change of the clock
        self.budget: IdentifyBudget = self.record.budget(clock=lambda: offset + self.real, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        """Time goes by."""
        self.waited.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        """Time goes by, for the clock too."""
        self.real += seconds
        self.clock += seconds

    async def identify(self) -> None:
        """As the connection does it: wait, record, send."""
        await self.budget.wait()
        await self.budget.spend()
        self.sent_at.append(self.real)

    def most_in_a_day(self) -> int:
        """The most identifies that any 24 hours have seen."""
        sent = self.sent_at
        return max(sum(begin <= at < begin + DAY for at in sent[index:]) for index, begin in enumerate(sent))


def test_a_day_never_sees_more_than_it_may() -> None:
    """A crash loop that identifies as often as it can comes to exactly the number that is promised, twice in a row."""

    async def crash_loop() -> Machine:
        machine = Machine(Record())
        while machine.real < 2 * DAY:
            machine.start()
            await machine.identify()
        return machine

    machine = asyncio.run(crash_loop())
    assert machine.most_in_a_day() == MOST_IN_A_DAY
    assert max(machine.waited) == 600


demands = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 30, 70, 400, 3600, 40_000]) | st.floats(0, 90_000),  # seconds before it
        st.sampled_from(["same", "same", "new process", "clock set back", "catalog full"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40)
@given(demands)
def test_arbitrary_demands_stay_within_the_budget(cycle: list[tuple[float, str]]) -> None:
    """Whatever comes when, restarts, a clock set back or a full catalog: the number holds, and no wait is too long."""

    async def demand() -> Machine:
        machine = Machine(Record())
        for gap, event in (cycle * 500)[:500]:
            machine.pass_by(gap)
            if event == "clock set back":
                machine.clock -= 400 * DAY
            if event in {"new process", "clock set back"}:
                machine.start()
            machine.record.fails_with = CatalogUnavailableError("full") if event == "catalog full" else None
            try:
                await machine.identify()
            except CatalogUnavailableError:
                assert event == "catalog full"
        return machine

    machine = asyncio.run(demand())
    assert not machine.sent_at or machine.most_in_a_day() <= MOST_IN_A_DAY
    assert max(machine.waited, default=0) <= 600


async def test_two_of_one_process_keep_apart() -> None:
    """Discord takes one identify in 5 s; a new process cannot know of more than that it did not just send one."""
    machine = Machine(Record())
    await machine.identify()
    await machine.identify()
    machine.start()
    await machine.identify()
    assert machine.sent_at == [0, 5, 5]


async def test_an_identify_that_was_not_recorded_is_not_counted_as_sent() -> None:
    """When the record cannot be kept, the error comes before the identify, and the next one is as near as before."""
    machine = Machine(Record())
    machine.record.fails_with = CatalogUnavailableError("full")
    with pytest.raises(CatalogUnavailableError):
        await machine.identify()
    machine.record.fails_with = None
    await machine.identify()
    assert json.loads(machine.record.text or "") == [NOW]
    assert machine.waited == []


async def test_the_reason_for_a_long_wait_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Who looks for the slash commands finds one line that says why they wait, and for how long."""
    machine = Machine(Record(json.dumps([NOW - 100 + number for number in range(100)])))
    await machine.identify()
    assert machine.waited == [59]
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("100 sessions were begun")
    assert "59 s" in caplog.messages[0]


@pytest.mark.parametrize("text", ["{", "[null]", "7", '["x"]'])
async def test_a_record_that_makes_no_sense_locks_nobody_out(text: str, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be read is told, and counted anew."""
    machine = Machine(Record(text))
    await machine.identify()
    assert machine.sent_at == [0]
    assert "makes no sense" in caplog.text
