"""From the content directory into the catalog, for as long as the service runs.

::

    Watcher ─ hints ─► Scanner (in a thread) ─ readings ─► Ingest (one transaction) ─► wake the lanes
       ▲                                                        │
       └── the next look: a file that was still being written, a post whose date comes, a rescan
"""

import asyncio
import json
import logging
import math
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from bot.announcing.ingest import Ingest, ScanBatch
from bot.announcing.planning import Taken
from bot.announcing.report import report, report_first_run
from bot.announcing.restored import take, take_restored
from bot.announcing.retry import Pauses
from bot.announcing.scan_notes import ScanNotes
from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog
from bot.catalog.notes import Note
from bot.catalog.tables import Tables
from bot.content.gather import Hints
from bot.content.post import PostProblem, Reading
from bot.content.scan import Outage, ReadResult, Scanner, Survey
from bot.content.stamps import Stamps
from bot.content.watch import Watcher
from bot.measures import SCAN_SECONDS
from bot.problems import CatalogUnavailableError
from bot.settings import Settings

__all__ = ["Intake"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

SETTLE_SECONDS = 0.1  # until a file that was still being written is looked at again
BASELINE_SETTLE_SECONDS = 3.0  # how long a first run waits for files that are being written while it looks
POLL_SECONDS = 1.0  # between scans where the file system sends no events
SCAN_SHARE = 10  # scans that nobody asked for take a tenth of the time at the most
READ_AT_ONCE = 250  # files, in one hop to the scanning thread and, at a first run, in one transaction
INTAKE = "intake"  # whose troubles are told here


def _now() -> datetime:
    return datetime.now(UTC)


class Intake:
    """Watches, scans and stores; the only one that does so for its catalog.

    Args:
        settings: of the service.
        catalog: where the posts go.
        wake: called with the ids of the channels that have something new to be sent.
        now: the wall clock.
        troubles: where it says what does not work.

    Attributes:
        ready: set when what was there at the start is stored.
        settled: set when that includes the files that were still being written then.
        indexed: which part of the files is taken in, from 0 to 1, while the first run lasts; None: it is over, or has
            not begun.
    """

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        wake: Callable[[Collection[int]], None],
        *,
        now: Callable[[], datetime] = _now,
        troubles: Troubles | None = None,
    ) -> None:
        self.ready = asyncio.Event()
        self.settled = asyncio.Event()
        self.indexed: float | None = None
        self._settings = settings
        self._catalog = catalog
        self._wake = wake
        self._now = now
        self._troubles = troubles or Troubles()
        self._notes = ScanNotes(catalog, self._troubles, now)
        self._ingest = Ingest(settings)
        self._scanner = Scanner(settings.content.directory, settle_seconds=SETTLE_SECONDS)
        self._watcher = Watcher(settings.content.directory, settings.content.watcher)
        self._thread = ThreadPoolExecutor(1, "linkbot-scanner")
        self._unsettled: frozenset[str] = frozenset()
        self._refused: tuple[PostProblem, ...] | None = None
        self._due_at: datetime | None = None
        self._scan_seconds = 0.0
        self._looked_at = -math.inf
        self._has_seen_everything = False

    @property
    def seconds_since_look(self) -> float:
        """How long ago the last look at the whole directory ended, be it that the directory was away."""
        return time.monotonic() - self._looked_at

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with self._watcher:
                hints = Hints(everything=True)
                while True:
                    await self._look(hints)
                    self.ready.set()
                    if not self._unsettled:
                        self.settled.set()
                    hints = await self._next_hints()
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _next_hints(self) -> Hints:
        """Wait until there is something to look at, if only a file that was still being written a moment ago."""
        patience = self._patience_seconds()
        if not self._unsettled or patience <= SETTLE_SECONDS:
            return await self._watcher.next(patience)
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                return await self._watcher.next(patience)
        except TimeoutError:
            return Hints(paths=self._unsettled)

    def _patience_seconds(self) -> float:
        """How long until everything is looked at without a hint; a file that is never settled does not put it off."""
        patience = self._settings.content.rescan_seconds
        if self._watcher.mode == "polling":
            patience = min(patience, max(POLL_SECONDS, SCAN_SHARE * self._scan_seconds))
        patience = max(0.0, self._looked_at + patience - time.monotonic())
        if self._due_at is not None:
            patience = min(patience, max(0.0, (self._due_at - self._now()).total_seconds()))
        return patience

    async def _look(self, hints: Hints) -> None:
        """Look where the hints say; while the catalog cannot take what is found, look at everything again later."""
        pauses = Pauses(first=1.0, most=60.0)
        while True:
            try:
                await self._look_once(hints)
            except CatalogUnavailableError as error:
                seconds = pauses.after_failure()
                text = "Posts cannot be taken in: %s; the next try is in %.0f s"
                logger.warning(text, error, seconds, extra={"retry_seconds": seconds})
                self._troubles.begin(INTAKE, f"posts cannot be taken in: {error}")
            else:
                self._troubles.end(INTAKE)
                return
            await asyncio.sleep(seconds)
            hints = Hints(everything=True)

    async def _look_once(self, hints: Hints) -> None:
        """Look where the hints say; at everything, as long as that was not taken in once.

        Only then it is known what was there before: at a first run, or in a backup that was restored, a file by itself,
        or a date that has come, would count as new. An outage may last from the start until hints name some files.
        """
        if not self.ready.is_set():
            await self._apply_rules()
        if hints.everything or not self._has_seen_everything:
            await self._scan_everything()
        else:
            await self._scan_paths(hints.paths, hints.closed)
        if self._has_seen_everything:
            await self._take_due()

    async def _scan_everything(self) -> None:
        began = time.monotonic()
        found, some_just_gone, is_first = await self._survey()
        self._looked_at = time.monotonic()
        if isinstance(found, Outage):
            await self._notes.begin_outage(found)
            return
        await self._notes.end_outage(is_start=not self.ready.is_set())
        if is_first:
            await self._index_first(found)
            changed = True
        else:
            changed = await self._take_survey(found, some_just_gone=some_just_gone)
        self._has_seen_everything = True
        self._looked_at = time.monotonic()
        self._scan_seconds = self._looked_at - began
        SCAN_SECONDS.observe(self._scan_seconds)
        await self._notes.note_scan(found.files, self._scan_seconds, self._watcher.mode, changed=changed)

    async def _survey(self) -> tuple[Survey | Outage, bool, bool]:
        """Look at the whole tree; return also whether the last scan missed files, and whether this one is the first."""
        some_just_gone, is_first = await self._catalog.read(
            lambda tables: (bool(tables.posts.just_gone()), tables.notes.get(Note.BASELINE) is None)
        )
        self.indexed = 0.0 if is_first else None
        known = await self._stamps()
        return await self._in_thread(lambda: self._scanner.survey(known)), some_just_gone, is_first

    async def _stamps(self) -> Stamps:
        """What is known of all files, a part at a time, so that no question has to wait: nobody else changes them."""
        stamps = Stamps()
        last: str | None = ""
        while last is not None:
            last = await self._catalog.read(lambda tables, after=last: tables.files.add_stamps(stamps, after))  # type: ignore[misc]
        return stamps

    async def _take_survey(self, found: Survey, *, some_just_gone: bool) -> bool:
        """Take in what changed since the last scan; return whether there was anything.

        `some_just_gone`: that scan missed files of which this one tells whether they are gone for good.
        """
        readings, self._unsettled = await self._read(found.changed, frozenset())
        restored = await self._catalog.read(lambda tables: tables.notes.get(Note.BACKUP)) is not None
        if restored:
            readings += await self._read_what_settles()
        all_read = not self._unsettled
        nothing_new = not readings and not found.gone and found.refused == self._refused
        if nothing_new and not (some_just_gone and all_read):
            return False
        batch = ScanBatch(readings, found.gone, found.refused, complete=True, all_read=all_read)
        if restored:
            now = self._now()
            self._tell(
                await self._catalog.write(lambda tables: take_restored(self._ingest, tables, batch, found.changed, now))
            )
        else:
            await self._take(batch)
        self._refused = found.refused
        return True

    async def _scan_paths(self, paths: frozenset[str], closed: frozenset[str]) -> None:
        """Look at a few files at once; the scan that follows sees everything else."""
        asked = paths | self._unsettled
        known = await self._catalog.read(lambda tables: tables.files.stamps_of(asked))

        def look() -> tuple[Survey | Outage, ReadResult]:
            found = self._scanner.survey_paths(asked, known)
            if isinstance(found, Outage):
                return found, ReadResult((), (), ())
            return found, self._scanner.read(found.changed, closed)

        found, result = await self._in_thread(look)
        self._unsettled = frozenset(result.unsettled)
        if not isinstance(found, Outage) and result.readings:
            await self._take(ScanBatch(result.readings, found.gone))

    async def _index_first(self, found: Survey) -> None:
        """Store what was there before the bot, a part at a time: 20,000 posts need not fit into memory at once."""
        baseline = self._settings.announce.first_run == "baseline"
        logger.info("First run: %s there; indexing", "1 file is" if found.files == 1 else f"{found.files} files are")
        paths: Sequence[str] = found.changed
        taken_in = found.files - len(paths)
        deadline = time.monotonic() + BASELINE_SETTLE_SECONDS
        while paths:
            for start in range(0, len(paths), READ_AT_ONCE):
                readings, unsettled = await self._read(paths[start : start + READ_AT_ONCE], frozenset())
                self._unsettled |= unsettled
                await self._take(ScanBatch(readings, baseline=baseline), brake=False)
                taken_in += len(readings)
                self.indexed = taken_in / found.files
            paths, self._unsettled = sorted(self._unsettled), frozenset()
            if paths and time.monotonic() > deadline:
                logger.info("First run: %d files are still being written and count as new later", len(paths))
                self._unsettled = frozenset(paths)
                break
            await asyncio.sleep(SETTLE_SECONDS if paths else 0)
        await self._take(ScanBatch((), found.gone, found.refused, complete=True))
        self._refused = found.refused
        await self._catalog.write(lambda tables: tables.notes.put(Note.BASELINE, self._now().isoformat()))
        self.indexed = None
        report_first_run(
            *await self._catalog.read(
                lambda tables: (tables.posts.count_by_standing(), tables.posts.count_without_kind())
            ),
            self._settings,
        )

    async def _read(self, paths: Sequence[str], closed: frozenset[str]) -> tuple[tuple[Reading, ...], frozenset[str]]:
        """Read files in hops that leave the thread, and so the shutdown, free now and then."""
        readings: list[Reading] = []
        unsettled: set[str] = set()
        for start in range(0, len(paths), READ_AT_ONCE):
            some = paths[start : start + READ_AT_ONCE]
            result = await self._in_thread(partial(self._scanner.read, some, closed))
            readings.extend(result.readings)
            unsettled.update(result.unsettled)
        return tuple(readings), frozenset(unsettled)

    async def _read_what_settles(self) -> tuple[Reading, ...]:
        """Read what was still being written, as long as a first run waits for that."""
        readings: tuple[Reading, ...] = ()
        deadline = time.monotonic() + BASELINE_SETTLE_SECONDS
        while self._unsettled and time.monotonic() < deadline:
            await asyncio.sleep(SETTLE_SECONDS)
            more, self._unsettled = await self._read(sorted(self._unsettled), frozenset())
            readings += more
        return readings

    async def _take(self, batch: ScanBatch, *, brake: bool = True) -> None:
        now = self._now()
        taken = await self._catalog.write(lambda tables: take(self._ingest, tables, batch, now, brake=brake))
        self._tell(taken)

    async def _take_due(self) -> None:
        """Decide on the posts whose date has come, and learn when the next one's does."""
        now = self._now()
        self._due_at = await self._catalog.read(lambda tables: tables.posts.next_due_at())
        if self._due_at is not None and self._due_at <= now:
            self._tell(await self._catalog.write(lambda tables: self._ingest.take_due(tables, now)))
            self._due_at = await self._catalog.read(lambda tables: tables.posts.next_due_at())

    async def _apply_rules(self) -> None:
        """Apply settings that changed since the last run to the posts that are there."""
        rules = json.dumps(sorted(kind.casefold() for kind in self._settings.content.kinds))

        def apply(tables: Tables) -> None:
            if tables.notes.get(Note.RULES) not in (None, rules):
                self._ingest.take_rules(tables, self._now())
            tables.notes.put(Note.RULES, rules)

        await self._catalog.write(apply)

    def _tell(self, taken: Taken) -> None:
        self._wake(taken.channels)
        report(taken)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
