"""Many posts at once under Discord's rate limits."""

import asyncio
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.latency import SETTLED_SECONDS, standin_for_one
from benchmarks.service_process import CHANNEL, Home, ServiceProcess
from benchmarks.site import link_of, write_posts, write_site
from benchmarks.table import Row
from bot.rehearsal.standin import StandIn

__all__ = ["measure_bursts"]

POSTS = 160
KNOWN_POSTS = 200
GOAL_SECONDS = 20.0
GIVE_UP_SECONDS = 60.0
FIRST_NUMBER = 700_000
NUMBERS = range(FIRST_NUMBER, FIRST_NUMBER + POSTS)


async def measure_bursts(folder: Path) -> list[Row]:
    """`POSTS` posts written in a loop, and brought by ``git checkout``; `folder` is empty and is filled."""
    loop = Home(folder / "loop")
    write_site(loop.content, KNOWN_POSTS)
    rows = await _measure("a loop", loop, lambda: write_posts(loop.content, NUMBERS))
    if shutil.which("git") is None:
        return [*rows, Row(f"{POSTS} posts by git checkout", "no git here")]
    checkout = Home(folder / "git")
    _make_repository(checkout.content)
    return [*rows, *await _measure("git checkout", checkout, lambda: _git(checkout.content, "checkout", "-q", "news"))]


async def _measure(how: str, home: Home, write: Callable[[], None]) -> list[Row]:
    async with standin_for_one(rate_limits=True) as standin, ServiceProcess(home, standin) as service:
        await service.wait_ready()
        await asyncio.sleep(SETTLED_SECONDS)
        began = time.perf_counter()
        await asyncio.to_thread(write)
        wanted = {link_of(number) for number in NUMBERS}
        await standin.wait_until(lambda: wanted <= _links(standin).keys(), GIVE_UP_SECONDS)
        seconds = time.perf_counter() - began
        await asyncio.sleep(SETTLED_SECONDS)
        doubled = sum(times - 1 for times in _links(standin).values())
        messages = len(standin.messages(CHANNEL))
        refused = sum(record.status == 429 for record in standin.requests)
    return [
        Row(f"{POSTS} posts by {how}: all stand after", f"{seconds:.1f} s", "20 s", seconds <= GOAL_SECONDS),
        Row(f"{POSTS} posts by {how}: messages", f"{messages}"),
        Row(f"{POSTS} posts by {how}: answers 429", f"{refused}"),
        Row(f"{POSTS} posts by {how}: doubled cards", f"{doubled}", "0", doubled == 0),
    ]


def _links(standin: StandIn) -> Counter[str]:
    return Counter(embed["url"] for message in standin.messages(CHANNEL) for embed in message.embeds)


def _make_repository(content: Path) -> None:
    """A repository with the known posts checked out, and a branch that has the new ones."""
    write_site(content, KNOWN_POSTS)
    _git(content, "init", "-q", "-b", "main")
    _commit(content)
    _git(content, "checkout", "-q", "-b", "news")
    write_posts(content, NUMBERS)
    _commit(content)
    _git(content, "checkout", "-q", "main")


def _commit(content: Path) -> None:
    _git(content, "add", ".")
    author = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.org", "-c", "commit.gpgsign=false")
    _git(content, *author, "commit", "-q", "-m", "Posts")


def _git(content: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(content), *arguments], check=True)
