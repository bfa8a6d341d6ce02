"""From a real directory, with the real watcher, into a real catalog."""

import asyncio
import json
import logging
import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.announcing import intake as intake_module
from bot.announcing.intake import Intake
from bot.announcing.restored import take_over
from bot.announcing.troubles import Troubles
from bot.catalog.database import FILE_NAME, Catalog, open_catalog
from bot.catalog.notes import Note
from bot.catalog.records import DeliveryState, Standing
from bot.catalog.tables import Tables
from bot.settings import Settings
from tests.support.catalog_site import ALL, channel, settings_for


def text_of(title: str, **fields: object) -> str:
    """A post's file."""
    lines = [f"{name}: {value}" for name, value in fields.items()]
    return "\n".join(
        ["---", f"title: {title}", f"external_url: https://example.org/{title}", "post_kind: link", *lines, "---", ""]
    )


class Clock:
    """The wall clock, which somebody may set."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """What it says."""
        return datetime.now(UTC) + self.ahead


class Place:
    """A content directory and what becomes of it."""

    def __init__(self, folder: Path, catalog: Catalog, **settings: Any) -> None:
        self.content = folder / "content"
        self.content.mkdir(exist_ok=True)
        self.catalog = catalog
        self.settings: Settings = settings_for(folder, channels=[channel(ALL)], **settings)
        self.woken: list[set[int]] = []
        self.clock = Clock()
        self.troubles = Troubles()

    def write(self, name: str, **fields: object) -> None:
        """Write a post whose title is its name."""
        (self.content / f"{name}.md").write_text(text_of(name, **fields))

    @asynccontextmanager
    async def running(self, *, ready: bool = True) -> AsyncIterator[Intake]:
        """The intake at work."""
        intake = Intake(
            self.settings,
            self.catalog,
            lambda channels: self.woken.append(set(channels)),
            now=self.clock.now,
            troubles=self.troubles,
        )
        task = asyncio.create_task(intake.run())
        try:
            if ready:
                await asyncio.wait_for(intake.ready.wait(), 30)
            yield intake
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def note(self, key: Note) -> str | None:
        """What is noted."""
        return await self.catalog.read(lambda tables: tables.notes.get(key))

    async def standing(self, name: str) -> Standing | None:
        """How a post stands; None: it is not known."""
        known = await self.catalog.read(lambda tables: tables.posts.by_path(f"{name}.md"))
        return None if known is None else known.standing

    async def counts(self) -> dict[Standing, int]:
        """How many posts there are of each standing."""
        return await self.catalog.read(lambda tables: tables.posts.count_by_standing())


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """Wait for something in the catalog to be so."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.01)


@pytest.fixture
def place(tmp_path: Path, catalog: Catalog) -> Place:
    """An empty content directory."""
    return Place(tmp_path, catalog)


async def test_a_first_run_tells_how_far_it_is(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Part by part up to the whole, also of a first run that was cut short; later runs have nothing to tell."""
    monkeypatch.setattr(intake_module, "READ_AT_ONCE", 1)
    told: list[float | None] = []
    for number in range(8):
        place.write(f"old-{number}")

    async def watch(intake: Intake, until: float) -> None:
        while intake.indexed is None or intake.indexed < until:
            assert not intake.ready.is_set()
            told.append(intake.indexed)
            await asyncio.sleep(0)

    async with place.running(ready=False) as intake:
        await asyncio.wait_for(watch(intake, 0.25), 30)
    assert {0.0, 0.125} <= set(told) <= {None, 0.0, 0.125, 0.25}
    told.clear()
    async with place.running(ready=False) as intake:
        await asyncio.wait_for(watch(intake, 1.0), 30)
        await asyncio.wait_for(intake.ready.wait(), 30)
        assert intake.indexed is None
    assert any(0.25 < part < 1.0 for part in told if part is not None)
    assert 0.125 not in told, "what was stored before the end counts, also the part that was under way then"
    async with place.running() as intake:
        assert intake.indexed is None


async def test_a_first_run_indexes_and_what_comes_then_is_announced(place: Place, tmp_path: Path) -> None:
    """What is there is the baseline; a new file is planned and its lane woken; a restart repeats nothing."""
    place.write("old")
    place.write("draft", draft="true")
    async with place.running():
        assert await place.counts() == {Standing.HIDDEN: 1, Standing.INDEXED: 1}
        assert not any(place.woken)
        place.write("new")
        await until(lambda: is_(place, "new", Standing.ANNOUNCED))
        assert {ALL} in place.woken
        place.write("draft")
        await until(lambda: is_(place, "draft", Standing.ANNOUNCED))
    place.write("while-down")
    async with place.running():
        await until(lambda: is_(place, "while-down", Standing.ANNOUNCED))
    assert await place.counts() == {Standing.ANNOUNCED: 3, Standing.INDEXED: 1}


async def is_(place: Place, name: str, standing: Standing | None) -> bool:
    """Whether a post stands so."""
    return await place.standing(name) is standing


async def test_a_first_run_can_announce_everything(tmp_path: Path, catalog: Catalog) -> None:
    """With `first_run: announce` what is there is planned, however much it is."""
    place = Place(tmp_path, catalog, first_run="announce", hold_above=1)
    for number in range(3):
        place.write(f"p{number}")
    async with place.running():
        assert await place.counts() == {Standing.ANNOUNCED: 3}


async def test_a_cold_index_leaves_the_event_loop_free(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While some thousand posts are indexed, a few at a time, a ticker beats on."""
    caplog.set_level(logging.INFO)
    posts = 3000
    for number in range(posts):
        place.write(f"p{number}", tags="[a, b]", tldr="Some text. " * 20)
    beats: list[float] = []

    async def beat() -> None:
        while True:
            beats.append(time.monotonic())
            await asyncio.sleep(0.005)

    ticker = asyncio.create_task(beat())
    began = time.monotonic()
    async with place.running():
        seconds = time.monotonic() - began
    ticker.cancel()
    assert await place.counts() == {Standing.INDEXED: posts}
    assert len(beats) > seconds / 0.005 / 20
    assert f"First run: {posts} files are there" in caplog.text


async def test_a_first_run_that_was_interrupted_goes_on_as_a_first_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle of its first index, the bot still announces nothing that was there."""
    monkeypatch.setattr(intake_module, "READ_AT_ONCE", 10)
    for number in range(200):
        place.write(f"p{number}")
    async with place.running(ready=False) as intake:
        await until(lambda: has_some(place))
        assert not intake.ready.is_set()
    assert 0 < sum((await place.counts()).values()) < 200
    assert await place.note(Note.BASELINE) is None
    async with place.running():
        assert await place.counts() == {Standing.INDEXED: 200}
        assert await place.note(Note.BASELINE) is not None
        place.write("new")
        await until(lambda: is_(place, "new", Standing.ANNOUNCED))


async def has_some(place: Place) -> bool:
    """Whether any post is stored."""
    return bool(await place.counts())


@pytest.mark.parametrize("how", ["removed", "emptied", "replaced by a file"])
async def test_a_missing_mount_is_an_outage_and_no_deletion(
    place: Place, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing changes while the directory is gone or suddenly empty; it is noted, and over when the files are back."""
    place.write("a")
    place.write("b")
    away = place.content.with_name("away")
    async with place.running():
        place.content.rename(away)
        if how == "emptied":
            place.content.mkdir()
        elif how == "replaced by a file":
            place.content.write_text("no directory")
        await until(lambda: noted(place, Note.OUTAGE))
        assert [(trouble.where, str(place.content) in trouble.what) for trouble in place.troubles.all] == [
            ("content", True)
        ]
        outage = json.loads(await place.note(Note.OUTAGE) or "")
        assert str(place.content) in outage["reason"]
        assert await place.counts() == {Standing.INDEXED: 2}
        clear(place.content)
        away.rename(place.content)
        place.write("c")
        await until(lambda: is_(place, "c", Standing.ANNOUNCED))
        await until(lambda: not_noted(place, Note.OUTAGE))
        assert await place.counts() == {Standing.ANNOUNCED: 1, Standing.INDEXED: 2}
        assert not place.troubles.all
    assert caplog.text.count("Taken for an outage") == 1


def clear(path: Path) -> None:
    """Nothing stands there any more."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


async def noted(place: Place, key: Note) -> bool:
    """Whether something is noted."""
    return await place.note(key) is not None


async def not_noted(place: Place, key: Note) -> bool:
    """Whether nothing is noted."""
    return await place.note(key) is None


async def test_an_outage_at_the_start_is_waited_out(place: Place) -> None:
    """A service that starts while the mount is missing changes nothing, and goes on when it is there."""
    place.write("a")
    async with place.running():
        pass
    away = place.content.with_name("away")
    place.content.rename(away)
    async with place.running():
        assert await noted(place, Note.OUTAGE)
        away.rename(place.content)
        place.write("b")
        await until(lambda: is_(place, "b", Standing.ANNOUNCED))
    assert await not_noted(place, Note.OUTAGE)
    assert await place.counts() == {Standing.ANNOUNCED: 1, Standing.INDEXED: 1}


async def test_a_post_is_announced_when_its_date_comes(tmp_path: Path, catalog: Catalog) -> None:
    """The intake wakes by itself for a future post, long before the next rescan."""
    place = Place(tmp_path, catalog)
    async with place.running():
        place.write("soon", date=(datetime.now(UTC) + timedelta(seconds=1)).isoformat())
        await until(lambda: is_(place, "soon", Standing.WAITING))
        await until(lambda: is_(place, "soon", Standing.ANNOUNCED))


async def test_a_file_that_is_never_finished_holds_up_no_other(tmp_path: Path, catalog: Catalog) -> None:
    """While one file is written to without end, others are still seen without events, by the regular looks."""
    place = Place(tmp_path, catalog, watcher="polling", rescan_seconds=1)
    endless = place.content / "endless.md"

    async def write_on() -> None:
        while True:
            with endless.open("a") as file:
                file.write("more\n")
            await asyncio.sleep(0.01)

    async with place.running():
        endless.write_text(text_of("endless"))
        writer = asyncio.create_task(write_on())
        await asyncio.sleep(0)
        place.write("a")
        await until(lambda: is_(place, "a", Standing.ANNOUNCED))
        place.write("b")
        await until(lambda: is_(place, "b", Standing.ANNOUNCED))
        writer.cancel()
        await until(lambda: is_(place, "endless", Standing.ANNOUNCED))


async def test_changed_kinds_announce_nothing_at_the_next_start(tmp_path: Path, catalog: Catalog) -> None:
    """What other settings let in was there before; what comes then is announced."""
    place = Place(tmp_path, catalog)
    place.write("a", post_kind="release")
    (place.content / "a.md").write_text(text_of("a").replace("post_kind: link", "post_kind: release"))
    async with place.running():
        assert await place.standing("a") is Standing.HIDDEN
    place = Place(tmp_path, catalog, kinds=("link", "release"))
    async with place.running():
        assert await place.standing("a") is Standing.INDEXED
        place.write("b")
        await until(lambda: is_(place, "b", Standing.ANNOUNCED))


async def test_a_first_run_tells_of_one_as_of_one(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """A directory with a single post is told of in the singular."""
    caplog.set_level(logging.INFO)
    place.write("a")
    async with place.running():
        pass
    assert "First run: 1 file is there; indexing" in caplog.text
    assert "First run: 1 post was there, indexed" in caplog.text


async def test_posts_without_a_kind_are_explained(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """A first run says how many posts have a link but no kind, so that nobody wonders why nothing comes."""
    caplog.set_level(logging.INFO)
    (place.content / "a.md").write_text(text_of("a").replace("post_kind: link\n", ""))
    async with place.running():
        pass
    assert "1 posts have an external_url but no post_kind" in caplog.text


async def said(caplog: pytest.LogCaptureFixture, text: str) -> None:
    """Wait until the log says something."""

    async def is_said() -> bool:
        return text in caplog.text

    await until(is_said)


async def test_a_locked_catalog_delays_and_loses_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A post that comes while the catalog cannot be written is taken in when it can."""
    state = tmp_path / "state"
    state.mkdir()
    async with open_catalog(state, busy_seconds=0) as catalog:
        place = Place(tmp_path, catalog)
        async with place.running():
            with closing(sqlite3.connect(catalog.path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                place.write("a")
                await said(caplog, "cannot be taken in")
                assert [trouble.where for trouble in place.troubles.all] == ["intake"]
                other.execute("ROLLBACK")
            await until(lambda: is_(place, "a", Standing.ANNOUNCED))
            await until(lambda: all_is_well(place))


async def all_is_well(place: Place) -> bool:
    """Whether the intake tells of no trouble."""
    return not place.troubles.all


async def test_problems_are_told_once_and_kept(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """A broken file costs nothing else; it is in the log once, and in the catalog while it lasts."""
    place.write("good")
    (place.content / "bad.md").write_text("---\ntitle: [\n---\n")
    os.mkfifo(place.content / "pipe.md")
    async with place.running():
        place.write("new")
        await until(lambda: is_(place, "new", Standing.ANNOUNCED))
        problems = await place.catalog.read(lambda tables: [problem.path for problem in tables.files.problems()])
        assert problems == ["bad.md", "pipe.md"]
        (place.content / "pipe.md").unlink()
        place.write("bad")
        await until(lambda: has_no_problem(place))
    assert sum("bad.md" in record.getMessage() for record in caplog.records if record.levelno == logging.WARNING) == 1


async def has_no_problem(place: Place) -> bool:
    """Whether nothing is wrong."""

    def look(tables: Tables) -> bool:
        return not tables.files.problems()

    return await place.catalog.read(look)


async def test_the_last_scan_is_noted(place: Place) -> None:
    """Status can tell when everything was looked at last, how long it took, and how."""
    place.write("a")
    async with place.running():
        scan = json.loads(await place.note(Note.SCAN) or "")
    assert scan["files"] == 1
    assert scan["watcher"] in {"native", "polling"}
    assert datetime.fromisoformat(scan["at"]).tzinfo is not None


async def is_gone_for_good(place: Place, name: str) -> bool:
    """Whether two scans missed a post's file."""

    def look(tables: Tables) -> bool:
        known = tables.posts.by_path(f"{name}.md")
        return known is not None and known.gone_at is not None and known.id not in tables.posts.just_gone()

    return await place.catalog.read(look)


async def test_a_scan_that_finds_nothing_else_tells_that_a_file_is_gone_for_good(
    tmp_path: Path, catalog: Catalog
) -> None:
    """The second scan that misses a file decides, be it a rescan without events or the first of the next start."""
    place = Place(tmp_path, catalog, rescan_seconds=1)
    for name in "abc":
        place.write(name)
    async with place.running():
        (place.content / "a.md").unlink()
        await until(lambda: is_gone_for_good(place, "a"))
    place = Place(tmp_path, catalog)
    async with place.running():
        (place.content / "b.md").unlink()
        await until(lambda: is_away(place, "b"))
        assert not await is_gone_for_good(place, "b")
    async with place.running():
        await until(lambda: is_gone_for_good(place, "b"))
        assert not await is_gone_for_good(place, "c")


async def is_away(place: Place, name: str) -> bool:
    """Whether a scan missed a post's file."""
    known = await place.catalog.read(lambda tables: tables.posts.by_path(f"{name}.md"))
    return known is not None and known.gone_at is not None


@pytest.mark.parametrize("hours", [-48, 48])
async def test_a_clock_that_jumps_brings_no_storm_and_no_stall(tmp_path: Path, catalog: Catalog, hours: int) -> None:
    """A day back or ahead and back again: posts are seen as ever, each once, and no more scans run than without it."""
    place = Place(tmp_path, catalog, rescan_seconds=1)
    async with place.running() as intake:
        place.write("late", date=(datetime.now(UTC) + timedelta(days=1)).isoformat())
        await until(lambda: is_(place, "late", Standing.WAITING))
        place.clock.ahead = timedelta(hours=hours)
        place.write("meanwhile")
        await until(lambda: is_(place, "meanwhile", Standing.ANNOUNCED))
        if hours > 0:
            await until(lambda: is_(place, "late", Standing.ANNOUNCED))
        place.clock.ahead = timedelta()
        place.write("after")
        await until(lambda: is_(place, "after", Standing.ANNOUNCED))
        assert await is_(place, "late", Standing.ANNOUNCED if hours > 0 else Standing.WAITING)
        scans = Counter[str]()
        survey = intake._scanner.survey
        intake._scanner.survey = lambda known: (scans.update(["scan"]), survey(known))[1]  # type: ignore[method-assign]
        began = time.monotonic()
        await until(lambda: has_scanned(scans, 3))
        assert time.monotonic() - began > 1.5
    assert sum(ALL in channels for channels in place.woken) <= 4


async def has_scanned(scans: Counter[str], times: int) -> bool:
    """Whether everything was looked at so often."""
    return scans["scan"] >= times


async def test_a_restored_backup_announces_nothing_of_the_time_between(tmp_path: Path, catalog: Catalog) -> None:
    """Posts that came, turned public or came due since the backup may have been announced; what comes then is news."""
    place = Place(tmp_path, catalog, first_run="announce")
    place.write("draft", draft="true")
    place.write("due", date=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    place.write("waits", date=(datetime.now(UTC) + timedelta(days=9)).isoformat())
    async with place.running():
        place.write("pending")
        await until(lambda: is_(place, "pending", Standing.ANNOUNCED))
    restored = tmp_path / "restored"
    restored.mkdir()
    await catalog.backup(restored / FILE_NAME)
    place.write("since")
    place.write("draft")
    async with open_catalog(restored) as backup:
        await take_over(backup)
        place.catalog = backup
        place.clock.ahead = timedelta(hours=2)
        async with place.running():
            for name in ("since", "draft", "due"):
                assert await place.standing(name) is Standing.INDEXED
            assert await place.standing("waits") is Standing.WAITING
            place.write("new")
            await until(lambda: is_(place, "new", Standing.ANNOUNCED))
            assert await place.note(Note.BACKUP) is None
        states = await backup.read(lambda tables: {each.state: each.deliveries for each in tables.deliveries.counts()})
        assert states == {DeliveryState.UNKNOWN: 1, DeliveryState.PENDING: 1}
        (held,) = await backup.read(lambda tables: tables.deliveries.held_up())
        assert held.path == "pending.md"
        assert "backup" in held.reason
        await take_over(backup)
        assert await backup.read(lambda tables: len(tables.deliveries.held_up())) == 1


async def test_an_outage_at_the_first_look_makes_nothing_of_the_time_between_new(
    tmp_path: Path, catalog: Catalog
) -> None:
    """Until a restored backup saw the whole directory, neither a file by itself nor a date that came is news."""
    place = Place(tmp_path, catalog)
    place.write("old")
    place.write("due", date=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    async with place.running():
        pass
    restored = tmp_path / "restored"
    restored.mkdir()
    await catalog.backup(restored / FILE_NAME)
    for file in place.content.iterdir():
        file.rename(tmp_path / file.name)
    async with open_catalog(restored) as backup:
        await take_over(backup)
        place.catalog = backup
        place.clock.ahead = timedelta(hours=2)
        async with place.running():
            assert await noted(place, Note.OUTAGE)
            assert await place.standing("due") is Standing.WAITING
            place.write("since")
            await until(lambda: is_(place, "since", Standing.INDEXED))
            for name in ("old", "due"):
                (tmp_path / f"{name}.md").rename(place.content / f"{name}.md")
            place.write("new")
            await until(lambda: is_(place, "new", Standing.ANNOUNCED))
            assert await place.standing("due") is Standing.INDEXED


async def test_what_cannot_be_read_after_a_restore_is_no_news_once_it_is_mended(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is broken or half written at the first look may have been announced; what else comes is news."""
    monkeypatch.setattr(intake_module, "BASELINE_SETTLE_SECONDS", 0.2)
    place = Place(tmp_path, catalog)
    place.write("old")
    async with place.running():
        pass
    restored = tmp_path / "restored"
    restored.mkdir()
    await catalog.backup(restored / FILE_NAME)
    (place.content / "broken.md").write_text("---\ntitle: 'x\n---\n")
    (place.content / "half.md").write_text("---\ntitle: x\n")
    async with open_catalog(restored) as backup:
        await take_over(backup)
        place.catalog = backup
        async with place.running():
            assert json.loads(await place.note(Note.UNREAD) or "") == ["broken.md", "half.md"]
            for name in ("broken", "half", "new"):
                place.write(name)
            await until(lambda: is_(place, "new", Standing.ANNOUNCED))
            for name in ("broken", "half"):
                await until(lambda name=name: is_(place, name, Standing.INDEXED))  # type: ignore[misc]
            assert await place.note(Note.UNREAD) is None
            (place.content / "broken.md").unlink()
            await until(lambda: is_gone(place, "broken"))
            (place.content / "broken.md").write_text(text_of("another"))
            await until(lambda: is_(place, "broken", Standing.ANNOUNCED))


async def is_gone(place: Place, name: str) -> bool:
    """Whether a post has lost its file."""
    known = await place.catalog.read(lambda tables: tables.posts.by_path(f"{name}.md"))
    return known is not None and known.gone_at is not None


async def test_posts_that_were_held_in_a_backup_wait_for_nobody_after_a_restore(
    tmp_path: Path, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """They may have been announced since: they are indexed, say why, and are not held again when they come back."""
    place = Place(tmp_path, catalog, hold_above=0)
    async with place.running():
        pass
    for name in ("held", "draft", "away"):
        place.write(name)
    async with place.running():
        await until(lambda: has_counts(place, {Standing.HELD: 3}))
        place.write("draft", draft="true")
        (place.content / "away.md").rename(tmp_path / "away.md")
        await until(lambda: is_(place, "draft", Standing.HIDDEN))
        await until(lambda: is_gone(place, "away"))
    restored = tmp_path / "restored"
    restored.mkdir()
    await catalog.backup(restored / FILE_NAME)
    async with open_catalog(restored) as backup:
        await take_over(backup)
        assert "what was held then is indexed too: 1 post" in caplog.text
        place.catalog = backup
        known = await backup.read(lambda tables: tables.posts.by_path("held.md"))
        assert known is not None
        assert known.standing is Standing.INDEXED
        assert "backup" in known.reasons[-1].text
        async with place.running():
            place.write("draft")
            (tmp_path / "away.md").rename(place.content / "away.md")
            await until(lambda: is_(place, "draft", Standing.INDEXED))
            await until(lambda: has_counts(place, {Standing.INDEXED: 3}))


async def has_counts(place: Place, counts: dict[Standing, int]) -> bool:
    """Whether there are so many posts of each standing."""
    return await place.counts() == counts
