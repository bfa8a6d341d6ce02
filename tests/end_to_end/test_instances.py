"""Several instances on one state directory: one works, and another takes over only when that one is dead."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rehearsal.standin import StandIn
from tests.support.end_to_end_bot import NEWS, Bot
from tests.support.end_to_end_instances import Instances
from tests.support.end_to_end_site import Site


@pytest.fixture
async def instances(bot: Bot, tmp_path: Path) -> AsyncIterator[Instances]:
    """None is started yet; all are ended at the end."""
    instances = Instances(bot, tmp_path)
    yield instances
    await instances.close()


@pytest.mark.parametrize("count", [2, 5])
async def test_of_several_instances_one_sends(
    bot: Bot, site: Site, discord: StandIn, instances: Instances, count: int
) -> None:
    """Started at one instant, one works and the others end with 75 and a sentence; killed, it is taken over from."""
    await instances.start(count)
    first = await instances.one_remains()
    assert first is not None
    held = discord.faults.add("POST", f"/channels/{NEWS}/messages", "hang", after=True)
    site.write_at_once("burst", [f"Post {number:02}" for number in range(40)])
    await held.reached()
    await instances.kill(first)
    await instances.start(count)
    assert await instances.one_remains() is not None
    held.release()
    await bot.has_no_more_to_say()
    assert [bot.times(f"Post {number:02}") for number in range(40)] == [1] * 40
