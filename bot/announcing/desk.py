"""What each task of a channel works with: the catalog and Discord, patience with both, and being told to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from bot.announcing.publisher import ChannelKind, ChannelRefused, NotNow, Publisher, TokenRefused
from bot.announcing.retry import Pauses
from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog
from bot.catalog.tables import Tables
from bot.problems import CatalogUnavailableError, TokenRefusedError
from bot.settings import ChannelSettings

__all__ = ["ChannelPauses", "Desk", "Workplace"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

CATALOG, READING = "catalog", "catalog, for reading"  # of the service, whose troubles are everybody's

LONGEST_SECONDS = 6 * 3600.0  # of all pauses, also where something between here and Discord asks for more
STOPPING_RETRY_SECONDS = 1.0  # between tries to record what Discord said while the service waits for nothing else


class ChannelPauses:
    """The pauses of one task, each growing with the failures of its kind.

    Attributes:
        request: after a request that failed by itself.
        refusal: after the channel refused; a person must act, and Discord bans who goes on asking.
        publishing: after a message could not be published.
        catalog: after the catalog could not be used.
        message_seconds: until a message that could not be changed has its turn again, after the others.
        believed_after: how long after a claim it is believed, of a request that must not be repeated, that there is no
            message: Discord may store what it was asked for after it answered that it failed.
    """

    def __init__(self) -> None:
        self.request = Pauses(first=1.0, most=300.0)
        self.refusal = Pauses(first=60.0, most=LONGEST_SECONDS)
        self.publishing = Pauses(first=60.0, most=LONGEST_SECONDS)
        self.catalog = Pauses(first=1.0, most=60.0)
        self.message_seconds = 60.0
        self.believed_after = timedelta(seconds=60)

    def reset(self) -> None:
        """A request did well: begin with the shortest pauses again."""
        self.request.reset()
        self.refusal.reset()


class Workplace:
    """Where one task works with the catalog.

    Args:
        name: of the work, for logs and `Troubles`, such as ``channel news``.
        catalog: where the deliveries are.
        stopping: set when the work is to end.
        now: the wall clock.
        pauses: between tries.
        troubles: where it says what does not work.
    """

    def __init__(
        self,
        name: str,
        catalog: Catalog,
        *,
        stopping: asyncio.Event,
        now: Callable[[], datetime],
        pauses: ChannelPauses,
        troubles: Troubles,
    ) -> None:
        self.name = name
        self.now = now
        self.pauses = pauses
        self._catalog = catalog
        self._stopping = stopping
        self._troubles = troubles

    @property
    def part(self) -> str:
        """Which part of the service `Troubles` takes it for."""
        return self.name

    @property
    def stopping(self) -> bool:
        """Whether no more work is to be begun."""
        return self._stopping.is_set()

    async def wait(self, seconds: float, work: asyncio.Event | None = None) -> None:
        """Wait, but not beyond being told to stop, nor beyond `work` being set."""
        events = (self._stopping,) if work is None else (self._stopping, work)
        tasks = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def trouble(self, reason: str, *, rate_limited: bool = False, is_refusal: bool = False) -> None:
        """Let whoever asks after the service's health know; see `Trouble`."""
        self._troubles.begin(self.part, reason, rate_limited=rate_limited, is_refusal=is_refusal)

    def has_nothing_to_do(self) -> None:
        """Whatever did not work is not wanted any more, or works."""
        self._troubles.end(self.part)

    async def read(self, query: Callable[[Tables], T]) -> T | None:
        """Ask the catalog, however long it stays unavailable; None if the work is to end meanwhile."""
        return await self._until_stopping(lambda: self._catalog.read(query), READING)

    async def write(self, work: Callable[[Tables], T]) -> T | None:
        """Run a transaction, however long the catalog stays unavailable; None if the work is to end meanwhile."""
        return await self._until_stopping(lambda: self._catalog.write(work), CATALOG)

    async def record(self, work: Callable[[Tables], T]) -> T:
        """Run a transaction that keeps what Discord said: it must not be forgotten, also while the service stops."""
        while (done := await self._tried(lambda: self._catalog.write(work), CATALOG)) is None:
            if self.stopping:
                await asyncio.sleep(STOPPING_RETRY_SECONDS)
        return done[0]

    async def _until_stopping(self, call: Callable[[], Awaitable[T]], part: str) -> T | None:
        while (done := await self._tried(call, part)) is None:
            if self.stopping:
                return None
        return done[0]

    async def _tried(self, call: Callable[[], Awaitable[T]], part: str) -> tuple[T] | None:
        """What `call` gives; None after a pause, because this `part` of the catalog could not be used."""
        try:
            result = await call()
        except CatalogUnavailableError as error:
            seconds = self.pauses.catalog.after_failure()
            text = "%s: nothing is sent meanwhile: %s; the next try is in %.0f s"
            logger.warning(text, self.name, error, seconds, extra={"retry_seconds": seconds})
            self._troubles.begin(part, str(error))
            await self.wait(seconds)
            return None
        self.pauses.catalog.reset()
        self._troubles.end(part)
        return (result,)


class Desk(Workplace):
    """Where one task works for one channel.

    Args:
        name: of the work, for logs and `Troubles`.
        channel: its settings.
        catalog: where the deliveries are.
        publisher: Discord.
        stopping: set when the work is to end.
        now: the wall clock.
        pauses: between tries.
        troubles: where it says what does not work.
    """

    def __init__(
        self,
        name: str,
        channel: ChannelSettings,
        catalog: Catalog,
        publisher: Publisher,
        *,
        stopping: asyncio.Event,
        now: Callable[[], datetime],
        pauses: ChannelPauses,
        troubles: Troubles,
    ) -> None:
        super().__init__(name, catalog, stopping=stopping, now=now, pauses=pauses, troubles=troubles)
        self.channel = channel
        self.publisher = publisher
        self._mended = asyncio.Event()

    @property
    def fields(self) -> dict[str, object]:
        """By which the log says which channel is meant."""
        return {"channel": self.channel.name, "channel_id": str(self.channel.id)}

    async def kind(self) -> ChannelKind | None:
        """What the channel is; None after a pause, because it or Discord refuses to say.

        Raises:
            TokenRefusedError: Discord does not know the token (any more).
        """
        match await self.publisher.kind_of(self.channel.id):
            case NotNow() | ChannelRefused() as outcome:
                await self.pause_after(outcome)
                return None
            case TokenRefused(reason):
                raise TokenRefusedError(reason)
            case kind:
                return kind

    async def pause_after(self, outcome: NotNow | ChannelRefused) -> None:
        """Wait as long as `outcome` makes advisable, and say so."""
        await self.rest(self.seconds_after(outcome))

    def seconds_after(self, outcome: NotNow | ChannelRefused) -> float:
        """How long to wait after `outcome`; says so."""
        if isinstance(outcome, NotNow):
            seconds = min(outcome.after_seconds or self.pauses.request.after_failure(), LONGEST_SECONDS)
            text = "%s: not now: %s; the next try is in %.0f s"
            self.warn(text, self.name, outcome.reason, seconds, retry_seconds=seconds)
        else:
            seconds = self.pauses.refusal.after_failure()
            logger.error(
                "%s: channel %d refuses: %s; the next try is in %.0f s, nothing is lost meanwhile",
                self.name,
                self.channel.id,
                outcome.reason,
                seconds,
                extra={**self.fields, "reason": outcome.reason, "retry_seconds": seconds},
            )
        rate_limited = isinstance(outcome, NotNow) and outcome.after_seconds is not None
        self.trouble(outcome.reason, rate_limited=rate_limited, is_refusal=isinstance(outcome, ChannelRefused))
        return seconds

    async def pause_in_doubt(self, reason: str, posts: Iterable[tuple[int, str]]) -> None:
        """Wait before a doubt is settled; `posts` are the numbers of its deliveries, and their paths."""
        for delivery, path in self.told_of(posts):
            text, fields = "%s: whether %r was announced nobody can tell yet: %s", {"post": path, "delivery": delivery}
            self.warn(text, self.name, path, reason, **fields)
        self.trouble(reason)
        await self.rest(self.pauses.request.after_failure())

    def told_of(self, posts: Iterable[tuple[int, str]]) -> Iterable[tuple[int, str]]:
        """Those of the posts of a message in doubt that are named in the log: each."""
        return posts

    async def rest(self, seconds: float) -> None:
        """Let so much time pass before the next request, unless a person has mended what was wrong."""
        self._mended.clear()
        await self.wait(seconds, self._mended)

    def try_now(self) -> None:
        """A person says that what kept it waiting is mended."""
        self.pauses.reset()
        self._mended.set()

    def warn(self, text: str, *values: object, **fields: object) -> None:
        """Log what does not work; `fields` say more of what it is about than the channel."""
        logger.warning(text, *values, extra={**self.fields, **fields})

    def did_well(self) -> None:
        """A request did what it was made for."""
        self.pauses.reset()
        self._troubles.end(self.part)
