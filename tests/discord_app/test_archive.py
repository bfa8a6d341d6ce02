"""The archive over a real catalog."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.catalog.database import Catalog, open_catalog
from bot.catalog.listings import MATCH_BEGINS, Filters
from bot.catalog.records import Cause, Counted, Standing
from bot.catalog.tables import Tables
from bot.catalog.words import Words
from bot.content.post import Post
from bot.discord_app.archive import Archive
from bot.discord_app.catalog_archive import CatalogArchive
from bot.discord_app.kept_names import KeptNames
from bot.problems import CatalogUnavailableError
from tests.support.discord_posts import DATE, make_post

NOW = datetime(2025, 1, 1, tzinfo=UTC)
EVERYTHING = Filters()


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[Catalog]:
    async with open_catalog(tmp_path) as opened:
        yield opened


async def index(catalog: Catalog, *posts: Post) -> None:
    def store(tables: Tables) -> None:
        for post in posts:
            tables.posts.decide(tables.posts.insert(post, NOW), Standing.INDEXED, Cause.RULES, ())

    await catalog.write(store)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.01)


async def test_the_archive_answers_every_question(catalog: Catalog) -> None:
    """What members ask goes to the catalog, and only what they may see now comes back."""
    older = make_post(1, title="Etcd in a café", tags=("eBPF",), date=DATE - timedelta(days=1))
    newer = make_post(2, title="Etcd again", tags=("eBPF", "go"), source="CNCF")
    await index(catalog, newer, older)
    archive: Archive = CatalogArchive(catalog, now=lambda: NOW, indexed=lambda: 0.25)
    ebpf = Filters(("EBPF",))
    assert [listed.post for listed in (await archive.latest(ebpf, offset=0, count=5)).posts] == [newer, older]
    assert (await archive.latest(ebpf, offset=0, count=1)).more
    (found,) = (await archive.search(Words.parse("cafe nod"), EVERYTHING, offset=0, count=5)).posts
    assert found.post == older
    assert MATCH_BEGINS in (found.excerpt or "")
    assert [listed.post for listed in (await archive.random(Filters((), "cncf"))).posts] == [newer]
    assert (await archive.random(Filters(("nothing",)))).posts == ()
    assert [listed.post for listed in (await archive.related([found.id], offset=0, count=5)).posts] == [newer]
    assert [listed.post for listed in await archive.in_message(5, [newer.external_url])] == [newer]
    assert [listed.post for listed in await archive.by_id([found.id, 99])] == [older]
    assert await archive.titles("etc", 1) == ["Etcd again"]
    assert await archive.titles("ectd cafe", 5) == ["Etcd in a café"]
    assert await archive.titles("zzz", 5) == []
    assert await archive.correction(Words.parse("ectd again")) == Words.parse("etcd again")
    assert await archive.places([found.id]) == {}
    assert archive.indexed() == 0.25


async def test_no_question_breaks_the_catalog(catalog: Catalog) -> None:
    """Whatever a member types or forges is looked for as it is, and answered."""
    archive = CatalogArchive(catalog, now=lambda: NOW)
    await index(catalog, make_post(1))
    for typed in ("'; DROP TABLE posts; --", "%", "_", "\x00", "\ud800", "*", "x" * 6000, '"', "NEAR(a b)", ""):
        filters, words = Filters((typed, typed), typed), Words.parse(typed)
        assert not (await archive.latest(filters, offset=0, count=5)).posts
        assert not (await archive.search(words, EVERYTHING, offset=0, count=5)).posts
        await archive.correction(words)
        await archive.titles(typed, 5)
        assert await archive.in_message(2**70, [typed]) == []
    assert await archive.by_id([2**70, -1]) == []
    assert not (await archive.latest(EVERYTHING, offset=2**70, count=5)).posts
    assert not (await archive.related([2**70], offset=2**70, count=5)).posts
    assert await archive.places([2**70]) == {}


async def test_names_are_kept_for_a_moment(catalog: Catalog) -> None:
    """Tags and sources are counted again after five seconds, and those who ask meanwhile get the last ones at once."""
    clock = [0.0]
    async with aclosing(CatalogArchive(catalog, now=lambda: NOW, monotonic=lambda: clock[0])) as archive:
        await index(catalog, make_post(1, tags=("a", "b"), source="S"))
        before: tuple[Sequence[Counted], Sequence[Counted]] = [Counted("a", 1), Counted("b", 1)], [Counted("S", 1)]
        assert (await archive.tags(), await archive.sources()) == before
        await index(catalog, make_post(2, tags=("b",), source="S"))
        clock[0] = 5.0
        assert (await archive.tags(), await archive.sources()) == before
        clock[0] = 5.1
        assert (await archive.tags(), await archive.sources()) == before

        async def are_new() -> bool:
            return (await archive.tags(), await archive.sources()) == (
                [Counted("b", 2), Counted("a", 1)],
                [Counted("S", 2)],
            )

        await until(are_new)
        await index(catalog, make_post(3, tags=("c",), source="S"))
        clock[0] = 90.0
        assert Counted("c", 1) in await archive.tags(), "nobody asked for a minute, so these are waited for"


async def test_counting_holds_up_no_answer(catalog: Catalog) -> None:
    """While the catalog counts, everything else is answered."""
    go_on = threading.Event()
    counting = asyncio.create_task(catalog.count(lambda tables: go_on.wait(30)))
    try:
        archive = CatalogArchive(catalog, now=lambda: NOW)
        await asyncio.wait_for(archive.latest(EVERYTHING, offset=0, count=5), 10)
        assert not counting.done()
    finally:
        go_on.set()
    assert await counting


class Counter:
    """Counts on command; what waits in `outcomes` is returned or raised."""

    def __init__(self) -> None:
        self.asked = 0
        self.outcomes: asyncio.Queue[list[Counted] | Exception] = asyncio.Queue()

    async def count(self) -> list[Counted]:
        """What a catalog is asked for."""
        self.asked += 1
        outcome = await self.outcomes.get()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


async def test_the_first_names_are_counted_once_for_all() -> None:
    """Whoever asks before there are any waits for one count; one who gives up takes it from nobody."""
    counter = Counter()
    names = KeptNames("tags", counter.count, lambda: 0.0)
    impatient, *patient = [asyncio.create_task(names.get()) for _ in range(3)]
    await asyncio.sleep(0)
    impatient.cancel()
    counter.outcomes.put_nowait([Counted("a", 1)])
    assert await asyncio.gather(*patient) == [[Counted("a", 1)]] * 2
    assert impatient.cancelled()
    assert counter.asked == 1


async def test_fresh_names_are_counted_after_they_are_asked_for() -> None:
    """A count that was under way may not know what is asked for: another one is waited for."""
    counter = Counter()
    names = KeptNames("tags", counter.count, lambda: 0.0)
    first = asyncio.create_task(names.get())
    await asyncio.sleep(0)
    fresh = asyncio.create_task(names.get(fresh=True))
    counter.outcomes.put_nowait([Counted("a", 1)])
    counter.outcomes.put_nowait([Counted("b", 1)])
    assert await first == [Counted("a", 1)]
    assert await fresh == [Counted("b", 1)]


async def test_names_that_cannot_be_counted_stay(caplog: pytest.LogCaptureFixture) -> None:
    """A failure is told to who waits for the first names; later it is logged, tried again, and the last names stay."""
    clock, counter = [0.0], Counter()
    names = KeptNames("tags", counter.count, lambda: clock[0])
    counter.outcomes.put_nowait(CatalogUnavailableError("locked"))
    with pytest.raises(CatalogUnavailableError):
        await names.get()
    counter.outcomes.put_nowait([Counted("a", 1)])
    assert await names.get() == [Counted("a", 1)]
    failures: list[Exception] = [CatalogUnavailableError("locked"), ValueError("a mistake")]
    for number, failure in enumerate(failures, start=1):
        clock[0] += 6.0
        caplog.clear()
        counter.outcomes.put_nowait(failure)
        assert [await names.get() for _ in range(3)] == [[Counted("a", 1)]] * 3

        async def is_logged() -> bool:
            return bool(caplog.records)

        await until(is_logged)
        assert await names.get() == [Counted("a", 1)]
        assert counter.asked == 2 + number
        assert caplog.records[0].levelno == (logging.WARNING if number == 1 else logging.ERROR)


async def test_closing_leaves_no_count_behind() -> None:
    """A renewal that is under way ends with the archive."""
    counter = Counter()
    before = asyncio.all_tasks()
    names = KeptNames("tags", counter.count, lambda: 0.0)
    await names.aclose()
    waiting = asyncio.create_task(names.get())
    await asyncio.sleep(0)
    await names.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert asyncio.all_tasks() == before
