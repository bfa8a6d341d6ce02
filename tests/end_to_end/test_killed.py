"""SIGKILL at random instants, in bad weather, while posts keep coming: no post is lost, none stands twice."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.support.end_to_end_kills import LONG, SHORT, Outage, Pace, Tally, campaign

KILLS = 20  # of each of the two services
PACE = Pace(start_seconds=0.7, life_seconds=1.2)


async def killed(folder: Path, seed: int, outage: Outage) -> Tally:
    """Kill a service of its own `KILLS` times."""
    async with campaign(folder, seed, outage, PACE) as under_way:
        tally = await under_way.run(KILLS)
        assert tally.violations == (), tally
        return tally


async def test_killed_at_any_instant_each_post_stands_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Killed 40 times, with short outages and with long ones, the service announces every post exactly once."""
    outages = (SHORT, LONG)
    tallies = await asyncio.gather(
        *(killed(tmp_path / str(seed), seed, outage) for seed, outage in enumerate(outages, 1))
    )
    with capsys.disabled():
        for outage, tally in zip(outages, tallies, strict=True):
            sys.stdout.write(f"\nOutages {outage.name}: {tally}")
    assert sum(tally.kills for tally in tallies) == 40
    assert sum(tally.unknown for tally in tallies) == 0  # the channels' history can be read all the time
