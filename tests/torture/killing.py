"""Thousands of kills, in campaigns of a hundred, several of them side by side."""

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.end_to_end_kills import Outage, Pace, Tally, campaign
from tests.torture.forked import spawn_forked

__all__ = ["torment"]

KILLS_OF_A_CAMPAIGN = 100
PACE = Pace(start_seconds=0.15, life_seconds=1.2)


@dataclass(frozen=True, slots=True)
class _Plan:
    """One campaign that is to be."""

    seed: int
    kills: int


async def torment(
    folder: Path, name: str, outage: Outage, kills: int, seed: int, parallel: int, tell: Callable[[str], None]
) -> list[str]:
    """Kill the service `kills` times in all, `parallel` at a time; tell what came of it.

    Returns:
        What must not be, each in a sentence with the seed of its campaign: ``--seed`` with that repeats it.
    """
    plans = [
        _Plan(seed + number, min(KILLS_OF_A_CAMPAIGN, kills - begin))
        for number, begin in enumerate(range(0, kills, KILLS_OF_A_CAMPAIGN))
    ]
    began = time.monotonic()
    violations: list[str] = []
    total = Tally()

    async def work() -> None:
        nonlocal total
        while plans:
            plan = plans.pop(0)
            place = folder / f"{name}-{plan.seed}"
            try:
                tally = await _campaign(place, outage, plan)
            except AssertionError as error:
                violations.append(str(error))
                tell(f"  campaign {plan.seed}: FAILED, its files are kept in {place}")
                continue
            total += tally
            violations.extend(f"seed {plan.seed}: {violation}" for violation in tally.violations)
            kept = f"; see {place}" if tally.violations else ""
            tell(f"  campaign {plan.seed}: {tally}{kept}")

    async with asyncio.TaskGroup() as group:
        for _ in range(parallel):
            group.create_task(work())
    tell(f"  all: {total}, {time.monotonic() - began:.0f} s")
    return violations


async def _campaign(folder: Path, outage: Outage, plan: _Plan) -> Tally:
    async with campaign(folder, plan.seed, outage, PACE, spawn_forked) as under_way:
        tally = await under_way.run(plan.kills)
        if tally.violations:
            (folder / "history.txt").write_text(under_way.history(), encoding="utf-8")
    if not tally.violations:
        shutil.rmtree(folder)
    return tally
