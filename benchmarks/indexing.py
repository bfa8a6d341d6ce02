"""A first run on a site, and a restart with nothing changed: how long until ready, what it costs meanwhile."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from benchmarks.latency import standin_for_one
from benchmarks.service_process import Home, ServiceProcess
from benchmarks.site import write_site
from benchmarks.table import Row, milliseconds, percentile
from bot.catalog.database import open_catalog_read_only
from bot.catalog.listings import Filters
from bot.catalog.tables import Tables
from bot.rehearsal.interactions import NoAnswerError
from bot.rehearsal.standin import StandIn

__all__ = ["measure_imports", "measure_indexing", "measure_questions"]

WARM_STARTS = 5
WARM_GOAL_SECONDS = 2.0
ANSWER_GOAL_SECONDS = 3.0  # Discord's: https://docs.discord.com/developers/interactions/receiving-and-responding
PAUSE_SECONDS = 0.1  # between two members' questions


def measure_imports() -> list[Row]:
    """How long the interpreter takes, alone and with all that ``linkbot run`` imports: part of every start."""
    bare, full = (_fastest([sys.executable, "-c", code]) for code in ("pass", "import bot.cli, bot.service"))
    return [
        Row("interpreter alone", milliseconds(bare)),
        Row("interpreter and imports of linkbot run", milliseconds(full)),
    ]


async def measure_indexing(home: Home, posts: int) -> list[Row]:
    """Index `posts` generated posts for the first time, then start again on them."""
    await asyncio.to_thread(write_site, home.content, posts)
    async with standin_for_one(rate_limits=False) as standin:
        rows = await _measure_cold(home, standin, posts)
        return [*rows, *await _measure_warm(home, standin, posts)]


async def _measure_cold(home: Home, standin: StandIn, posts: int) -> list[Row]:
    name = f"cold, {posts:,} posts"
    async with ServiceProcess(home, standin, "benchmarks.ticking") as service:
        answers = await _ask_until_ready(standin, service)
        await service.wait_ready()
        memory = service.peak_memory_megabytes()
    slowest, ticks = max(answers, default=0.0), service.notes["ticks"]
    return [
        Row(f"{name}: ready after", f"{service.ready_seconds:.2f} s"),
        Row(f"{name}: peak memory", f"{memory:.0f} MB"),
        Row(f"{name}: event loop late, 99th percentile", milliseconds(percentile(ticks, 0.99))),
        Row(f"{name}: event loop late, max", milliseconds(max(ticks))),
        Row(
            f"{name}: /latest meanwhile, {len(answers)} times, median", milliseconds(statistics.median(answers or [0]))
        ),
        Row(f"{name}: /latest meanwhile, max", milliseconds(slowest), "3 s", slowest <= ANSWER_GOAL_SECONDS),
    ]


async def _ask_until_ready(standin: StandIn, service: ServiceProcess) -> list[float]:
    """Ask ``/latest`` again and again; seconds until each answer stood. No answer counts as the time waited."""
    await service.wait_connected()
    answers = []
    while not service.is_ready():
        if standin.world.commands[None]:
            began = time.perf_counter()
            with suppress(NoAnswerError):
                await standin.slash("latest", {"count": 10})
            answers.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE_SECONDS)
    return answers


async def _measure_warm(home: Home, standin: StandIn, posts: int) -> list[Row]:
    seconds, memory = [], 0.0
    for _ in range(WARM_STARTS):
        async with ServiceProcess(home, standin) as service:
            await service.wait_ready()
            seconds.append(service.ready_seconds)
            memory = max(memory, service.peak_memory_megabytes())
    median, slowest = statistics.median(seconds), max(seconds)
    name = f"warm, {posts:,} posts"
    return [
        Row(f"{name}: ready after, median of {WARM_STARTS}", f"{median:.2f} s", "2 s", median <= WARM_GOAL_SECONDS),
        Row(f"{name}: ready after, slowest", f"{slowest:.2f} s", "2 s", slowest <= WARM_GOAL_SECONDS),
        Row(f"{name}: peak memory", f"{memory:.0f} MB"),
    ]


async def measure_questions(home: Home, posts: int) -> list[Row]:
    """What members ask of a catalog with `posts` posts, straight from the catalog."""
    now = datetime.now(UTC)
    questions: Mapping[str, Callable[[Tables], object]] = {
        "latest": lambda tables: tables.search.latest(Filters(), 0, 25, now),
        "latest with a tag": lambda tables: tables.search.latest(Filters(("gitops",)), 0, 25, now),
        "latest of a source": lambda tables: tables.search.latest(Filters(source="Cilium Blog"), 0, 25, now),
        "all tags": lambda tables: tables.search.tags(now),
        "all sources": lambda tables: tables.search.sources(now),
    }
    rows = []
    async with open_catalog_read_only(home.state) as catalog:
        for name, ask in questions.items():
            seconds = []
            for _ in range(11):
                began = time.perf_counter()
                await catalog.read(ask)
                seconds.append(time.perf_counter() - began)
            rows.append(Row(f"{name}, {posts:,} posts", milliseconds(statistics.median(seconds))))
    return rows


def _fastest(command: list[str]) -> float:
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(command, check=True)
        seconds.append(time.perf_counter() - began)
    return min(seconds)
