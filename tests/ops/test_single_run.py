"""``linkbot run --once``: what it waits for, for how long, and what it says in the end."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.announcing.intake import Intake
from bot.announcing.troubles import Trouble, Troubles
from bot.catalog.database import Catalog, open_catalog
from bot.ops.left import Left, report, what_is_left
from bot.ops.once import Patience, SingleRun
from bot.settings import AnnounceSettings, Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, KUBERNETES, settings_in, take_in

QUICK = Patience(intake=0.3, contact=0.3, announcements=0.5, others=0.3, silence=0.1)
NOTHING = Left(
    due={},
    held=0,
    for_a_person=0,
    unreadable=0,
    changes={},
    publications={},
    to_followers=0,
    to_followers_now=False,
)
NOW = datetime.now(UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two channels."""
    return settings_in(tmp_path, announce=AnnounceSettings(hold_above=2))


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """An empty one; a lock of somebody else's is not waited for."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory, busy_seconds=0) as catalog:
        yield catalog


def run_on(catalog: Catalog, settings: Settings, *troubles: Trouble) -> SingleRun:
    """A single run with little patience."""
    return SingleRun(catalog, settings, lambda: troubles, QUICK)


async def seconds_until_done(run: SingleRun) -> float:
    """How long it waits."""
    began = time.monotonic()
    await run.until_done()
    return time.monotonic() - began


async def test_it_waits_only_for_what_may_pass_by_itself(
    catalog: Catalog, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """A channel that refuses is not waited for, as only a person mends that; any other is, and the log says so."""
    caplog.set_level(logging.INFO)
    await take_in(catalog, settings, {"a.md": post_text("A")})
    refused = Trouble("channel all", "Unknown Channel", NOW, is_refusal=True)
    assert await seconds_until_done(run_on(catalog, settings, refused)) < QUICK.others
    assert "Waiting" not in caplog.text
    assert await seconds_until_done(run_on(catalog, settings, replace(refused, is_refusal=False))) > QUICK.others
    assert caplog.text.count("Waiting up to 0 s for what is left to be announced in all: 1") == 1


async def test_a_catalog_that_cannot_be_written_ends_it(catalog: Catalog, settings: Settings) -> None:
    """The first look is not tried for ever: the run ends with what is in the way."""
    troubles = Troubles()
    intake = Intake(settings, catalog, lambda _: None, troubles=troubles)
    run = SingleRun(catalog, settings, lambda: troubles.all, QUICK)
    with closing(sqlite3.connect(catalog.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        work = asyncio.create_task(intake.run())
        await asyncio.wait_for(run.until_taken_in(intake.ready.is_set, intake.settled.is_set), 10)
        assert not intake.ready.is_set()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        left = await what_is_left(catalog, settings)
    (problem,) = report(left, left, settings, troubles.all, {}).problems
    assert problem.startswith("intake: posts cannot be taken in: ")


async def test_a_file_that_is_never_finished_does_not_hold_it_up(catalog: Catalog, settings: Settings) -> None:
    """What else is there is announced; the run says that something was still being written."""
    run = run_on(catalog, settings)
    await asyncio.wait_for(run.until_taken_in(lambda: True, lambda: False), 10)
    said = report(NOTHING, NOTHING, settings, (), {}, is_settled=False)
    assert (said.problems, said.rest) == ((), ("some files are still being written: left to the next run",))


async def test_it_waits_for_discords_word_on_the_token(catalog: Catalog, settings: Settings) -> None:
    """Until Discord said something, or for as long as patience lasts: otherwise a wrong token would go unnoticed."""
    tried = asyncio.Event()
    waiting = asyncio.create_task(SingleRun(catalog, settings, tuple, Patience()).until_tried(tried))
    await asyncio.sleep(0)
    assert not waiting.done()
    tried.set()
    await asyncio.wait_for(waiting, 5)
    await asyncio.wait_for(run_on(catalog, settings).until_tried(asyncio.Event()), 5)


async def test_held_and_unreadable_files_are_told(catalog: Catalog, settings: Settings) -> None:
    """Posts held in this run are a problem, later they are told of; a file that is no post is told of, no more."""
    before = await what_is_left(catalog, settings)
    await take_in(catalog, settings, {f"{number}.md": post_text(f"P{number}") for number in range(3)})
    await take_in(catalog, settings, {"bad.md": "---\ntitle: [\n---\n"})
    after = await what_is_left(catalog, settings)
    said = report(before, after, settings, (), {})
    (held,) = said.problems
    assert held.startswith("3 posts are held by announce.hold_above: `linkbot announce --held`")
    assert said.rest == ("1 file cannot be read as a post: `linkbot check` lists what to mend",)
    assert said.summary == "Not all is done: nothing announced, 3 held"
    later = report(after, after, settings, (), {})
    assert later.problems == ()
    assert later.rest[0].startswith("3 posts are held by announce.hold_above since before this run: ")


@pytest.mark.parametrize(
    ("left", "problems", "summary"),
    [
        (NOTHING, [], "Done: 2 announced, 1 edited, nothing waits"),
        (
            replace(NOTHING, due={ALL: 3, KUBERNETES: 0}),
            ["3 posts could not be announced in all: Missing Access; the next run tries again"],
            "Not all is done: 2 announced, 1 edited, 3 wait",
        ),
        (
            replace(NOTHING, for_a_person=1),
            ["1 delivery needs a person: `linkbot status` tells which, and what to do"],
            "Not all is done: 2 announced, 1 edited, 1 for a person",
        ),
        (replace(NOTHING, changes={ALL: 1}), [], "Done: 2 announced, 1 edited, 1 waits"),
    ],
    ids=["all done", "due", "for a person", "changes"],
)
def test_the_last_lines_say_what_was_done(
    settings: Settings, left: Left, problems: Sequence[str], summary: str
) -> None:
    """What was done and what waits in one line; what is in the way of a channel once, with the number of its posts."""
    trouble = Trouble("channel all", "Missing Access", NOW, is_refusal=True)
    said = report(NOTHING, left, settings, [trouble], {"announced": 2, "edited": 1, "published": 0})
    assert (list(said.problems), said.summary) == (problems, summary)
