"""One process of the service, from its start until it ends or is killed.

All is the product's but the thread of the catalog, whose turns are turns of the event loop here, so that every run is
the same and takes milliseconds; the scanner, which a `Site` stands for; and Discord.
"""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from bot.announcing.courier import Courier
from bot.announcing.desk import ChannelPauses
from bot.announcing.publisher import (
    Announcement,
    ChangeOutcome,
    KindOutcome,
    PublishOutcome,
    Revision,
    SearchOutcome,
)
from bot.announcing.upkeep import UpkeepPace
from bot.catalog.database import FILE_NAME, Catalog, _Connection, _transaction
from bot.catalog.schema import connect_reader, connect_writer
from bot.catalog.tables import Tables
from bot.content.post import Post
from bot.problems import CatalogUnavailableError
from bot.settings import Settings
from tests.support.catalog_site import Site
from tests.support.courier_fakes import Clock, FakeDiscord
from tests.support.promise_faults import (
    Fault,
    Killed,
    Moments,
    Place,
    Statements,
    error_in_a_statement,
    error_in_a_task,
    watching,
)
from tests.support.promise_ledger import Ledger
from tests.support.promise_loop import LeapingLoop

__all__ = ["Life", "Line", "Outside"]

T = TypeVar("T")

SECOND_LOOK_SECONDS = 1.0  # until the scan that tells what is gone for good
BUSY_SECONDS = 0.0  # who waits for a lock holds up everything here


@dataclass
class Outside:
    """What is there whether the service runs or not.

    Attributes:
        folder: the state directory.
        changes: how often files were changed.
        clock_error: how wrong this machine's clock is.
    """

    loop: LeapingLoop
    clock: Clock
    discord: FakeDiscord
    ledger: Ledger
    settings: Settings
    site: Site
    folder: Path
    changes: int = 0
    clock_error: timedelta = timedelta()

    def now(self) -> datetime:
        """What this machine's clock says."""
        return self.clock.now() + self.clock_error


class Line:
    """Discord, as far as one life of the service reaches it. A request that was made arrives, whoever dies then."""

    def __init__(self, outside: Outside, is_cut: Callable[[], bool]) -> None:
        self._discord = outside.discord
        self._ledger = outside.ledger
        self._is_cut = is_cut
        self._under_way: set[asyncio.Task[Any]] = set()

    def drop(self) -> None:
        """What Discord has not answered by now it never got."""
        for task in self._under_way:
            task.cancel()

    def now(self) -> datetime:
        """Discord's time."""
        return self._discord.now()

    def card_characters(self, post: Post) -> int:
        """As the fake says."""
        return self._discord.card_characters(post)

    def fitting_into_list(self, posts: Sequence[Post]) -> int:
        """As the fake says."""
        return self._discord.fitting_into_list(posts)

    def looks_alike(self, post: Post, other: Post) -> bool:
        """As the fake says."""
        return self._discord.looks_alike(post, other)

    def direct_wait(self) -> float:
        """As the fake says."""
        return self._discord.direct_wait()

    async def kind_of(self, channel_id: int) -> KindOutcome:
        """Ask for the kind."""
        return await self._request(partial(self._discord.kind_of, channel_id))

    async def publish(self, announcement: Announcement) -> PublishOutcome:
        """Ask for a message."""
        return await self._request(partial(self._discord.publish, announcement))

    async def find(self, announcement: Announcement, since: datetime, known: Set[int] = frozenset()) -> SearchOutcome:
        """Look for a message."""
        return await self._request(partial(self._discord.find, announcement, since, known))

    async def edit(self, revision: Revision) -> ChangeOutcome:
        """Ask for other cards."""
        return await self._request(partial(self._discord.edit, revision))

    async def delete(self, channel_id: int, message_id: int) -> ChangeOutcome:
        """Ask for a message to go."""

        async def delete() -> ChangeOutcome:
            self._ledger.the_bot_deletes(channel_id, message_id)
            return await self._discord.delete(channel_id, message_id)

        return await self._request(delete)

    async def crosspost(self, channel_id: int, message_id: int) -> ChangeOutcome:
        """Ask for a message to be published."""
        return await self._request(partial(self._discord.crosspost, channel_id, message_id))

    async def _request(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        await asyncio.sleep(0)  # nothing was sent yet
        if self._is_cut():
            await asyncio.Event().wait()
        arriving = asyncio.create_task(self._arrive(call()))
        self._under_way.add(arriving)
        arriving.add_done_callback(self._under_way.discard)
        outcome = await asyncio.shield(arriving)
        await asyncio.sleep(0)  # the answer is on its way
        return outcome

    async def _arrive(self, call: Awaitable[T]) -> T:
        outcome = await call
        self._ledger.look()
        return outcome


class _Inline(_Connection):
    """A connection whose work is done in later turns of the event loop, as if a thread did it."""

    def __init__(self, connection: sqlite3.Connection, run: Callable[[Callable[[], Any]], Any]) -> None:
        super().__init__(lambda: connection, iter_chunk_size=64)
        self._connection = connection
        self._run = run

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        loop.call_soon(self._work, future, partial(fn, *args, **kwargs))
        return await future

    def _work(self, future: asyncio.Future[T], function: Callable[[], T]) -> None:
        """As the thread of aiosqlite: done also if nobody waits any more."""
        try:
            result = self._run(function)
        except Killed:
            return
        except Exception as error:  # noqa: BLE001 - it is handed on
            future.get_loop().call_soon(_tell, future, future.set_exception, error)
        else:
            future.get_loop().call_soon(_tell, future, future.set_result, result)

    def forget(self) -> None:
        """It is closed."""
        self._connection = None


def _tell(future: asyncio.Future[Any], tell: Callable[[Any], None], what: object) -> None:
    if not future.done():
        tell(what)


class Life:
    """The service at work in the state directory of `outside`.

    Args:
        outside: what is there besides it.
        moments: at which something goes wrong; None: nothing does.

    Attributes:
        ended: done when it ended by itself; a kill ends it too.
        was_killed: by what.
    """

    def __init__(self, outside: Outside, moments: Moments | None = None) -> None:
        self.was_killed: Fault | None = None
        self._outside = outside
        self._moments = moments
        path = outside.folder / FILE_NAME
        self._writer = connect_writer(path, BUSY_SECONDS)
        self._reader = connect_reader(path, BUSY_SECONDS, current=True)
        self._inlines = [_Inline(self._watched(each), self._unless_killed) for each in (self._writer, self._reader)]
        self._catalog = Catalog(path, *self._inlines)
        self._line = Line(outside, lambda: self.was_killed is not None)
        self._courier = Courier(
            self._catalog,
            self._line,
            outside.settings.channels,
            outside.settings.announce,
            now=outside.now,
            pauses=_even_pauses,
            pace=UpkeepPace(),
            commands=outside.settings.commands,
        )
        self._changed = asyncio.Event()
        self._seen = -1
        if moments is not None:
            outside.loop.set_task_factory(watching(self._come_to_wait))
        self.ended = outside.loop.create_task(self._serve())

    def hint(self) -> None:
        """Files changed."""
        self._changed.set()

    def stop(self) -> None:
        """As SIGTERM."""
        self._courier.stop()

    def kill(self, fault: Fault = Fault.CRASH) -> None:
        """Nothing of it reaches anything any more; the files of the catalog are as they are at this moment."""
        if self.was_killed is None and not self.ended.done():
            self.was_killed = fault
            folder = Path(tempfile.mkdtemp(dir=self._outside.folder.parent))
            for name in (FILE_NAME, f"{FILE_NAME}-wal"):
                if (self._outside.folder / name).exists():
                    shutil.copyfile(self._outside.folder / name, folder / name)
            self._outside.folder = folder
            self.ended.cancel()

    def close(self) -> None:
        """Let go of the files, once it has ended."""
        assert self.ended.done()
        self._line.drop()
        for inline in self._inlines:
            inline.forget()
        self._writer.close()
        self._reader.close()

    def look(self, query: Callable[[Tables], T]) -> T:
        """Ask the catalog beside the service."""
        return query(Tables(self._reader))

    @property
    def has_nothing_to_do(self) -> bool:
        """Whether it has seen all files twice, and nothing is due, in doubt, stale or to be published."""
        return self._seen == self._outside.changes and not self.look(self._has_work)

    def _has_work(self, tables: Tables) -> bool:
        now = self._outside.now()
        return (
            bool(tables.messages.count_stale())
            or bool(tables.messages.count_to_publish())
            or any(
                tables.deliveries.interrupted(channel_id, now) or tables.deliveries.pending(channel_id, 1, now)
                for channel_id in self._outside.ledger.channel_ids
            )
        )

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            intake = group.create_task(self._serve_intake())
            await self._courier.run()
            intake.cancel()

    async def _serve_intake(self) -> None:
        while True:
            self._changed.clear()
            changes = self._outside.changes
            for _ in range(2):
                await self._scan()
                await asyncio.sleep(SECOND_LOOK_SECONDS)
            self._seen = changes
            await self._changed.wait()

    async def _scan(self) -> None:
        outside = self._outside
        site = Site(self._catalog, outside.settings, now=outside.now(), files=outside.site.files)
        while True:
            try:
                taken = await site.scan()
            except CatalogUnavailableError:
                await asyncio.sleep(SECOND_LOOK_SECONDS)
            else:
                self._courier.wake(taken.channels)
                return

    def _watched(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        if self._moments is None:
            return connection
        return cast(
            sqlite3.Connection, Statements(connection, self._come_to_a_statement, each=self._moments.statements)
        )

    def write(self, work: Callable[[Tables], None]) -> None:
        """Change the catalog as a person's command would."""
        _transaction(self._writer, self._catalog.path, "IMMEDIATE", work)

    def _unless_killed(self, function: Callable[[], T]) -> T:
        if self.was_killed is not None:
            raise Killed
        return function()

    def _come_to_wait(self, place: Place) -> Exception | None:
        if self.was_killed is not None or self._moments is None:
            return None
        fault = self._moments.come(place)
        if fault is Fault.CANCEL:
            self._outside.loop.call_soon(self.ended.cancel)
        elif fault in (Fault.CRASH, Fault.OUTAGE):
            self.kill(fault)
        return None if fault is None else error_in_a_task(fault)

    def _come_to_a_statement(self, statement: Place) -> None:
        if self.was_killed is not None or self._moments is None:
            return
        fault = self._moments.come(statement)
        if fault is Fault.CANCEL:
            self.ended.cancel()
        elif fault in (Fault.CRASH, Fault.OUTAGE):
            self.kill(fault)
            raise Killed
        elif fault is not None and (error := error_in_a_statement(fault)) is not None:
            raise error


def _even_pauses() -> ChannelPauses:
    """The real pauses, but not drawn."""
    pauses = ChannelPauses()
    for each in (pauses.request, pauses.refusal, pauses.catalog):
        each.draw = max
    return pauses
