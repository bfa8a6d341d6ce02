"""What members ask of a large archive, at rest and while a scan writes, beside lemon24/reader's search of the same.

Each question is timed twice. *In the service*: from the gateway's frame to the callback's body; the goals are for this.
*From outside*: from the stand-in's event to the callback's arrival there, with both processes on one machine.
"""

import asyncio
import json
import random
import statistics
import sys
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from benchmarks.archive_changes import CHANGED, changing
from benchmarks.archive_posts import write_archive
from benchmarks.archive_questions import POSTS, Ask, questions, two_words
from benchmarks.latency import standin_for_one
from benchmarks.service_process import Home, ServiceProcess
from benchmarks.table import Row, milliseconds, percentile, spread
from bot.catalog.database import open_catalog_read_only
from bot.catalog.listings import Filters
from bot.catalog.words import Words
from bot.discord_app.catalog_archive import CatalogArchive
from bot.rehearsal.standin import StandIn

__all__ = ["measure_archive"]

TIMES = 300  # each kind of question is asked, in each condition
STRAIGHT = 100  # searches without Discord
MEDIAN_GOAL_SECONDS, LATE_GOAL_SECONDS = 0.020, 0.060
MEMORY_GOAL_MEGABYTES = 120
PAUSE_SECONDS = 0.02  # at most, between two questions
SEED = 4
RESULTS = 10


@dataclass(frozen=True, slots=True)
class Span:
    """A question of a kind, asked and answered as seen from outside; in seconds of the machine's clock."""

    kind: str
    asked: float
    answered: float


@dataclass(slots=True)
class Condition:
    """What was measured under one condition; `megabytes`: the most memory that was seen."""

    name: str
    spans: list[Span] = field(default_factory=list)
    megabytes: float = 0.0


async def measure_archive(home: Home) -> AsyncIterator[tuple[str, list[Row]]]:
    """Index the archive for the first time, ask at rest and while files change, let the peer search for the same.

    Yields the rows of each part under a heading.
    """
    await asyncio.to_thread(write_archive, home.content, range(POSTS))
    async with standin_for_one(rate_limits=False) as standin:
        yield f"{POSTS:,} posts: the first run", await _measure_first_run(home, standin)
        yield f"{POSTS:,} posts: what members ask", await _measure_answers(home, standin)
    yield f"{POSTS:,} posts: searching beside lemon24/reader", await _measure_peer(home)


async def _measure_first_run(home: Home, standin: StandIn) -> list[Row]:
    async with ServiceProcess(home, standin) as service:
        await service.wait_ready()
        memory = service.peak_memory_megabytes()
    return [Row("ready after", f"{service.ready_seconds:.1f} s"), _memory("peak memory", memory)]


async def _measure_answers(home: Home, standin: StandIn) -> list[Row]:
    first, rest = Condition("the first one"), Condition("at rest")
    busy = Condition(f"while {CHANGED:,} files change")
    async with ServiceProcess(home, standin, "benchmarks.answering") as service:
        await service.wait_ready()
        await service.wait_connected()
        await service.wait_commands()
        asks = questions()
        await _ask(standin, service, asks, 1, first)
        await _ask(standin, service, asks, TIMES, rest)
        async with changing(home) as stored_after:
            await _ask(standin, service, asks, TIMES, busy)
        peak = service.peak_memory_megabytes()
    answered = sorted(map(tuple, service.notes["answered"]))
    rows = [Row("ready after", f"{service.ready_seconds:.2f} s"), *_first_rows(first, answered)]
    rows += [row for condition in (rest, busy) for row in _rows(condition, answered)]
    changes = f"{statistics.median(stored_after):.1f} s" if stored_after else "never"
    return [*rows, Row(f"{CHANGED:,} changed files stored after, median", changes), _memory("peak memory", peak)]


async def _ask(
    standin: StandIn, service: ServiceProcess, asks: Mapping[str, Iterator[Ask]], times: int, condition: Condition
) -> None:
    """Ask `times` questions of each kind, one after another, the kinds in turn."""
    chance = random.Random(SEED)
    for _ in range(times):
        for kind, of_kind in asks.items():
            ask = next(of_kind)
            began = time.perf_counter()
            await ask(standin)
            condition.spans.append(Span(kind, began, time.perf_counter()))
            condition.megabytes = max(condition.megabytes, service.memory_megabytes())
            await asyncio.sleep(chance.uniform(0.0, PAUSE_SECONDS))


def _rows(condition: Condition, answered: Sequence[tuple[float, float]]) -> Iterator[Row]:
    for kind in dict.fromkeys(span.kind for span in condition.spans):
        spans = [span for span in condition.spans if span.kind == kind]
        name = f"{kind}, {condition.name}"
        yield from spread(name, [_inside(span, answered) for span in spans], MEDIAN_GOAL_SECONDS, LATE_GOAL_SECONDS)
        outside = [span.answered - span.asked for span in spans]
        yield Row("  from outside: median", milliseconds(statistics.median(outside)))
        yield Row("  from outside: 99th percentile", milliseconds(percentile(outside, 0.99)))
    yield _memory(f"memory {condition.name}, most", condition.megabytes)


def _first_rows(condition: Condition, answered: Sequence[tuple[float, float]]) -> list[Row]:
    return [Row(f"{span.kind}, {condition.name}", milliseconds(_inside(span, answered))) for span in condition.spans]


def _inside(span: Span, answered: Sequence[tuple[float, float]]) -> float:
    """How long the service took for a question: it is the only one that came meanwhile."""
    received, sent = answered[bisect_left(answered, (span.asked,))]
    assert received <= sent <= span.answered
    return sent - received


def _memory(name: str, megabytes: float) -> Row:
    goal = MEMORY_GOAL_MEGABYTES
    return Row(name, f"{megabytes:.0f} MB", f"{goal} MB", megabytes <= goal)


async def _measure_peer(home: Home) -> list[Row]:
    """Search for the same words, straight in the catalog and straight in the peer's index."""
    asked = list(islice(two_words(), STRAIGHT))
    ours = []
    async with open_catalog_read_only(home.state) as catalog:
        archive = CatalogArchive(catalog)
        for words in asked:
            began = time.perf_counter()
            await archive.search(Words.parse(words), Filters(), offset=0, count=RESULTS)
            ours.append(time.perf_counter() - began)
    theirs = await _ask_peer(home, asked)
    name = f"search without Discord, first {RESULTS} results"
    ratios = [(share, percentile(ours, share) / percentile(theirs["seconds"], share)) for share in (0.5, 0.99)]
    return [
        *spread(f"{name}: our catalog", ours),
        *spread(f"{name}: lemon24/reader", theirs["seconds"]),
        *(Row(f"{name}: ratio, percentile {share:.0%}", f"{ratio:.2f}") for share, ratio in ratios),
        Row("lemon24/reader: indexed after", f"{theirs['index_seconds']:.1f} s"),
    ]


async def _ask_peer(home: Home, asked: Sequence[str]) -> dict[str, Any]:
    peer = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.reader_peer", str(home.folder / "reader.sqlite"), str(POSTS),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await peer.communicate(json.dumps(asked).encode())
    if peer.returncode:
        raise RuntimeError(f"lemon24/reader ended with {peer.returncode}")
    figures: dict[str, Any] = json.loads(out)
    return figures
