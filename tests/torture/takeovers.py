"""Two and five services on one state directory, the one that works killed while others start: one sends at a time."""

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.support.end_to_end_instances import Instance, Instances
from tests.support.end_to_end_kills import SETTLING_SECONDS, SHORT, Campaign, Pace, campaign
from tests.torture.forked import spawn_forked

__all__ = ["take_over"]

COUNTS = (2, 5)  # so many start at one instant
PACE = Pace(start_seconds=0.3, life_seconds=0.8)


async def take_over(folder: Path, rounds: int, seed: int, tell: Callable[[str], None]) -> list[str]:
    """Let one take over from another so often; what must not be, each in a sentence."""
    try:
        async with campaign(folder, seed, SHORT, PACE, spawn_forked) as under_way:
            instances = Instances(under_way.bot, folder, spawn_forked)
            try:
                await _take_over(under_way, instances, rounds, random.Random(f"instances {seed}"))
            finally:
                await instances.close()
            tally = await under_way.count()
    except AssertionError as error:
        return [f"instances, in {folder}: {error}"]
    tell(f"  {tally}")
    if not tally.violations:
        shutil.rmtree(folder)
    return [f"instances, seed {seed}, in {folder}: {violation}" for violation in tally.violations]


async def _take_over(under_way: Campaign, instances: Instances, rounds: int, chance: random.Random) -> None:
    share, others = under_way.weather.share, under_way.weather.share_of_others
    under_way.weather.clear_up()
    working = await _one_of(instances, 1)  # the first run takes what is there for known
    under_way.weather.share, under_way.weather.share_of_others = share, others
    for _ in range(rounds):
        under_way.write()
        await asyncio.sleep(chance.uniform(0, PACE.life_seconds))
        await _replace(instances, working, chance)
        under_way.kills += 1
        under_way.weather.clear()
        working = await instances.one_remains() or await _one_of(instances, chance.choice(COUNTS))
    under_way.weather.clear_up()
    await under_way.bot.has_no_more_to_say(seconds=SETTLING_SECONDS)


async def _replace(instances: Instances, working: Instance, chance: random.Random) -> None:
    """Kill the one that works, before, while or after others start."""
    kill = asyncio.create_task(_after(chance.uniform(0, PACE.start_seconds), lambda: instances.kill(working)))
    start = asyncio.create_task(
        _after(chance.uniform(0, PACE.start_seconds), lambda: instances.start(chance.choice(COUNTS)))
    )
    await asyncio.gather(kill, start)


async def _after(seconds: float, do: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(seconds)
    await do()


async def _one_of(instances: Instances, count: int) -> Instance:
    await instances.start(count)
    one = await instances.one_remains()
    assert one is not None, "none of them works"
    return one
