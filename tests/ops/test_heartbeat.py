"""The heartbeat: how often it is heard, and what it measures."""

import asyncio
import time
from collections.abc import Callable

import pytest

from bot.measures import LOOP_LAG
from bot.ops import heartbeat
from bot.ops.heartbeat import beat
from bot.ops.systemd import Systemd

PATIENCE_SECONDS = 20.0


class Told(Systemd):
    """A service manager that only takes note."""

    def __init__(self, patience_seconds: float | None) -> None:
        super().__init__({})
        self.watchdog_seconds = patience_seconds
        self.signs: list[float] = []
        self.statuses: list[str] = []

    def alive(self) -> None:
        """Note when."""
        self.signs.append(asyncio.get_running_loop().time())

    def status(self, text: str) -> None:
        """Note what."""
        self.statuses.append(text)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def lags() -> tuple[float, float]:
    """How many lags were measured, and their seconds together."""
    samples = {sample.name: sample.value for metric in LOOP_LAG.collect() for sample in metric.samples}
    return samples["linkbot_event_loop_lag_seconds_count"], samples["linkbot_event_loop_lag_seconds_sum"]


@pytest.mark.parametrize("patience_seconds", [0.15, 60.0, None])
async def test_it_is_heard_often_enough(monkeypatch: pytest.MonkeyPatch, patience_seconds: float | None) -> None:
    """Three times within the watchdog's patience, once in each second at least, and so without a watchdog."""
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.1)
    told = Told(patience_seconds)
    task = asyncio.create_task(beat(told, lambda: "Watching"))
    begun = asyncio.get_running_loop().time()
    await until(lambda: len(told.signs) == 4)
    task.cancel()
    pause = 0.05 if patience_seconds == 0.15 else 0.1
    assert told.signs[0] - begun < pause  # at once
    assert all(later - sooner >= pause * 0.9 for sooner, later in zip(told.signs, told.signs[1:], strict=False))
    assert set(told.statuses) == {"Watching"}


async def test_it_measures_how_late_the_loop_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that does not let others have their turn shows as lag, once and in full."""
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.02)
    told = Told(None)
    task = asyncio.create_task(beat(told, lambda: ""))
    await until(lambda: len(told.signs) == 1)
    count, seconds = lags()
    time.sleep(0.2)  # noqa: ASYNC251
    await until(lambda: lags()[0] > count)
    task.cancel()
    assert lags()[1] - seconds >= 0.15
