"""``make bench``: run every measurement and print a table. All files lie in one temporary folder, which is removed."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.archive import measure_archive
from benchmarks.burst import measure_bursts
from benchmarks.indexing import measure_imports, measure_indexing, measure_questions
from benchmarks.latency import measure_latency
from benchmarks.machine import describe_machine
from benchmarks.ratios import compare
from benchmarks.service_process import Home
from benchmarks.site import write_site
from benchmarks.table import print_rows

SECTIONS = ("index", "ratios", "latency", "burst", "archive")
SITES = (2_000, 20_000)
LATENCY_POSTS = 2_180  # as many as the real site has


def main() -> None:
    """Measure what the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=SECTIONS, action="append", default=[], help="measure no more than this")
    only = frozenset(parser.parse_args().only)
    began = time.perf_counter()
    print(describe_machine(), flush=True)
    with _workshop() as folder:
        asyncio.run(_measure(folder, only))
    print(f"\ntook {time.perf_counter() - began:.0f} s")


async def _measure(folder: Path, only: frozenset[str]) -> None:
    """Sections use one another's sites where they may, so that none is made or indexed twice."""
    homes = {posts: Home(folder / str(posts)) for posts in (*SITES, LATENCY_POSTS)}
    largest = max(SITES)
    if _wanted("index", only):
        print_rows("Starting", measure_imports())
        for posts in SITES:
            print_rows(f"Indexing {posts:,} posts", await measure_indexing(homes[posts], posts))
        print_rows("Questions to the catalog", await measure_questions(homes[largest], largest))
    if _wanted("ratios", only):
        print_rows("Side by side", await asyncio.to_thread(compare, _site(homes[largest], largest).content))
    if _wanted("latency", only):
        for posts in (LATENCY_POSTS, largest):
            print_rows("From a file's close to its message", await measure_latency(_site(homes[posts], posts), posts))
    if _wanted("burst", only):
        print_rows("Many at once, under Discord's rate limits", await measure_bursts(folder / "burst"))
    if _wanted("archive", only):
        async for heading, rows in measure_archive(Home(folder / "archive")):
            print_rows(heading, rows)


def _wanted(section: str, only: frozenset[str]) -> bool:
    return not only or section in only


def _site(home: Home, posts: int) -> Home:
    if not home.content.exists():
        write_site(home.content, posts)
    return home


@contextmanager
def _workshop() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="linkbot-benchmarks-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    main()
