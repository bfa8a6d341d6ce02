"""From the close of one post's file to its message standing in the channel."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.service_process import CHANNEL, Home, ServiceProcess
from benchmarks.site import name_of, post_text
from benchmarks.table import Row, spread
from bot.rehearsal.records import Change
from bot.rehearsal.standin import StandIn, StandInChannel

__all__ = ["measure_latency", "standin_for_one"]

SINGLE_POSTS = 200
GOAL_SECONDS = 0.025
FIRST_NUMBER = 900_000  # of the posts that are written while the service runs
LONGEST_GAP_SECONDS = 0.35  # so that some posts come while the look at everything after the last one is still due
SETTLED_SECONDS = 1.0
STAND_SECONDS = 30.0


@asynccontextmanager
async def standin_for_one(*, rate_limits: bool) -> AsyncIterator[StandIn]:
    """A stand-in with the one channel of the benchmarks."""
    async with StandIn([StandInChannel(CHANNEL, "links")], rate_limits=rate_limits) as standin:
        yield standin


async def measure_latency(home: Home, posts: int) -> list[Row]:
    """Write single posts, each after the one before stands and a gap, into a site of `posts` posts that are known."""
    chance = random.Random(posts)
    (home.content / name_of(FIRST_NUMBER)).parent.mkdir(parents=True, exist_ok=True)  # a new folder is a matter apart
    async with standin_for_one(rate_limits=False) as standin, ServiceProcess(home, standin) as service:
        await service.wait_ready()
        await service.wait_connected()
        await asyncio.sleep(SETTLED_SECONDS)
        waits = [await _announce_one(home, standin, FIRST_NUMBER + turn, chance) for turn in range(SINGLE_POSTS)]
        standing = len(standin.messages(CHANNEL))
    rows = spread(f"{SINGLE_POSTS} single posts in a site of {posts:,}", waits, GOAL_SECONDS)
    return [*rows, Row("  messages", f"{standing}", f"{SINGLE_POSTS}", standing == SINGLE_POSTS)]


async def _announce_one(home: Home, standin: StandIn, number: int, chance: random.Random) -> float:
    """Seconds from the close of the file to its message."""
    await asyncio.sleep(chance.uniform(0.0, LONGEST_GAP_SECONDS))
    file = home.content / name_of(number)
    raw = post_text(number).encode()
    stood: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def note(change: Change) -> None:
        if change.kind == "message_created" and not stood.done():
            stood.set_result(time.perf_counter())

    stop = standin.world.listen(note)
    try:
        file.write_bytes(raw)
        closed = time.perf_counter()
        async with asyncio.timeout(STAND_SECONDS):
            return await stood - closed
    finally:
        stop()
