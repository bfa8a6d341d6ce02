"""``make soak``: half an hour of everything at once. 1 if memory grows, something leaks, or a post is wrong."""

import argparse
import asyncio
import random
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import aiohttp

from tests.soak.gauges import Sample, Sampler, growth_of
from tests.soak.life import CALM_SHARE, CHANNELS, Life
from tests.support.end_to_end_bot import NEWS, Bot, staged

SAMPLE_SECONDS = 5.0
TELL_SECONDS = 60.0
REST_SECONDS = 15.0  # without work, until what was opened for it is closed again
FLAT_BYTES = 6_000_000  # by which memory may differ between the last quarters of the time
SPARE_FILES = 2  # connections to Discord that are kept for the next request
SPARE_THREADS = 6  # of the event loop's pool, which starts them one by one and keeps them


def main() -> int:
    """Do what the arguments name; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long")
    parser.add_argument("--posts", type=int, default=10_000, help="how many posts")
    parser.add_argument("--seed", type=int, default=None, help="what is drawn from; default: another one each time")
    arguments = parser.parse_args()
    seed = random.randrange(1_000_000) if arguments.seed is None else arguments.seed
    folder = Path(tempfile.mkdtemp(prefix="linkbot-soak-"))
    _tell(f"seed {seed}, {arguments.posts:,} posts in {arguments.minutes:g} minutes, files in {folder}")
    violations = asyncio.run(_soak(folder, arguments.minutes * 60, arguments.posts, random.Random(seed)))
    for violation in violations:
        _tell(f"VIOLATION {violation}")
    if not violations:
        shutil.rmtree(folder)
    return 1 if violations else 0


async def _soak(folder: Path, seconds: float, posts: int, chance: random.Random) -> list[str]:
    health = f"127.0.0.1:{_free_port()}"
    async with staged(folder, channels=CHANNELS) as bot, aiohttp.ClientSession() as session:
        life = Life(bot, posts, seconds * (1 - CALM_SHARE), chance, health)
        life.configure()
        bot.site.write("before.md", "Before")
        await bot.start()
        sampler = Sampler(bot.pid, f"http://{health}")
        await asyncio.sleep(REST_SECONDS)
        first = await sampler.sample(session)
        _tell(f"at rest    {first}")
        watching = asyncio.create_task(_watch(sampler, session))
        await life.run()
        _tell("calm: what is left is done now")
        await bot.has_no_more_to_say(seconds=seconds * CALM_SHARE + 300)
        watching.cancel()
        await asyncio.sleep(REST_SECONDS)
        last = await sampler.sample(session)
        _tell(f"at rest    {last}")
        _tell_what_happened(life, bot, sampler)
        return [*_leaks(first, last), *_growth(sampler), *_wrong(life, bot)]


async def _watch(sampler: Sampler, session: aiohttp.ClientSession) -> None:
    """Take samples for ever; while the settings change, nobody listens for a moment."""
    told_at = time.monotonic()
    while True:
        await asyncio.sleep(SAMPLE_SECONDS)
        try:
            sample = await sampler.sample(session)
        except aiohttp.ClientError:
            continue
        if time.monotonic() - told_at > TELL_SECONDS:
            told_at = time.monotonic()
            _tell(f"{sample.seconds / 60:5.1f} min  {sample}")


def _tell_what_happened(life: Life, bot: Bot, sampler: Sampler) -> None:
    for what, number in sorted(life.done.items()):
        _tell(f"  {number:>7,} {what}")
    gateway = bot.discord.gateway
    _tell(f"  {gateway.identified:>7,} sessions begun at the gateway, {gateway.resumed:,} resumed")
    _tell(f"  {len(bot.discord.messages(NEWS)):>7,} messages in the channel that takes everything")
    _tell(f"  {bot.log.count('The settings were read again'):>7,} times other settings were taken")
    _tell(f"  {bot.log.count('The settings stay as they were'):>7,} times they were refused")
    peak, growth = max(sample.resident for sample in sampler.samples), growth_of(sampler.samples)
    _tell(f"  memory: peak {peak / 1e6:.1f} MB, from the third quarter to the last {growth / 1e6:+.1f} MB")


def _leaks(first: Sample, last: Sample) -> list[str]:
    held = (
        ("file", first.files + SPARE_FILES, last.files),
        ("thread", first.threads + SPARE_THREADS, last.threads),
        ("task", first.tasks, last.tasks),
    )
    return [f"{thing}s: {before} at rest before, {after} after" for thing, before, after in held if after > before]


def _growth(sampler: Sampler) -> list[str]:
    growth = growth_of(sampler.samples)
    return [f"memory grew by {growth / 1e6:.1f} MB"] if growth > FLAT_BYTES else []


def _wrong(life: Life, bot: Bot) -> list[str]:
    times = Counter(bot.titles(NEWS))
    return [f"{title!r} stands {times[title]} times" for title in life.titles if times[title] != 1]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
