"""SIGKILL at random instants, in bad weather, while posts keep coming: no post is lost, none stands twice."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.support.end_to_end_kills import LONG, SHORT, Outage, Pace, Tally, campaign

KILLS = 20
PACE = Pace(start_seconds=0.7, life_seconds=1.2)


async def killed(folder: Path, seed: int, outage: Outage) -> Tally:
    """Kill a service of its own `KILLS` times."""
    async with campaign(folder, seed, outage, PACE) as under_way:
        tally = await under_way.run(KILLS)
        assert tally.violations == (), tally
        return tally


@pytest.mark.parametrize("outage", [SHORT, LONG], ids=lambda outage: outage.name)
async def test_killed_at_any_instant_each_post_stands_once(
    tmp_path: Path, outage: Outage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed 40 times in bad weather, the service announces every post exactly once, where it belongs."""
    one, other = await asyncio.gather(*(killed(tmp_path / str(seed), seed, outage) for seed in (1, 2)))
    total = one + other
    with capsys.disabled():
        sys.stdout.write(f"\nOutages {outage.name}: {total}\n")
    assert total.kills == 40
    assert total.unknown == 0  # the channels' history can be read all the time
