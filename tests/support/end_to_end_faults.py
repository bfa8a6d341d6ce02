"""One post, one channel, one fault: what comes of it. All cells of the matrix share a stand-in and a catalog.

Each cell has a client, a courier and a channel of its own, and a second channel whose post becomes due at the moment
that the fault strikes. The struck channel's next request is held until that post is out, so a channel that waits for
another one is found out whatever the machine's speed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.announcing.courier import Courier
from bot.announcing.publisher import Publisher
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.records import DeliveryState
from bot.discord_app.client import LinkbotClient
from bot.discord_app.endpoints import DEFAULT_API_URL, point_discord_at
from bot.discord_app.publish import DiscordPublisher
from bot.problems import TokenRefusedError
from bot.rehearsal.faults import Fault
from bot.rehearsal.records import ChannelKind
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn, StandInChannel
from bot.settings import AnnounceSettings, ChannelSettings
from tests.support.catalog_site import Site, a_post, settings_for
from tests.support.courier_fakes import BRISK, quick_pauses
from tests.support.discord_client import open_thread
from tests.support.end_to_end_fault_views import Observed, Wire

__all__ = ["KINDS", "Bench", "Cell", "Ending", "Misfortune", "bench"]

KINDS = ("text", "announcement", "thread", "forum")
_HOME_OF_THREADS = 1
_AT_ONCE = 12  # cells that run at the same time
_PATIENCE_SECONDS = 20.0
_HANG_SECONDS = 4.0  # after which the publisher gives up a request that hangs
_POLL_SECONDS = 0.05
_SETTLED = {DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.UNKNOWN}


@dataclass(frozen=True)
class Misfortune:
    """A fault of the stand-in: the arguments of `Faults.add`; `told` is what the document calls it."""

    told: str
    after: bool
    options: dict[str, Any] = field(hash=False)

    @property
    def is_lie(self) -> bool:
        """Whether Discord says no to what it does all the same."""
        return self.after and (self.options.get("status", 500) < 500 or self.options["kind"] == "rate_limit")


@dataclass(frozen=True)
class Cell:
    """One misfortune in one channel of some kind; `place` is its id, `bystander` that of a text channel."""

    misfortune: Misfortune
    kind: str
    place: int
    bystander: int

    @property
    def creates(self) -> str:
        """The path that creates a message there."""
        return f"/channels/{self.place}/{'threads' if self.kind == 'forum' else 'messages'}"


@dataclass(frozen=True)
class Ending:
    """What became of it.

    Attributes:
        stands: how many messages with the post stand.
        way: what the courier made of each request, in order.
        creating: how many requests would have created the message.
        others: how many more requests were made about the channel between the first of those and the end.
        bystander: what happened to the other channel's post: "go on", "wait", or "stop" with everything.
        state: how the delivery ends.
        published: whether a message was published to followers.
    """

    stands: int
    way: tuple[str, ...]
    creating: int
    others: int
    bystander: str
    state: DeliveryState
    published: bool


class Bench:
    """Where the cells are tried."""

    def __init__(self, stand_in: StandIn, catalog: Catalog, post_id: int) -> None:
        self._stand_in = stand_in
        self._catalog = catalog
        self._post_id = post_id
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def endings(self, cells: list[Cell]) -> dict[Cell, Ending]:
        """Try all of them, some at once."""
        async with asyncio.TaskGroup() as group:
            tasks = {cell: group.create_task(self._in_turn(cell)) for cell in cells}
        return {cell: task.result() for cell, task in tasks.items()}

    async def _in_turn(self, cell: Cell) -> Ending:
        async with self._turns:
            client = LinkbotClient()
            try:
                return await self._ending(cell, client)
            finally:
                await client.close()

    async def _ending(self, cell: Cell, client: LinkbotClient) -> Ending:
        wire = Wire(client, cell.creates, cell.bystander)
        await client.login(REHEARSAL_TOKEN)
        hangs = cell.misfortune.options["kind"] == "hang"
        publisher = DiscordPublisher(client, 350, _HANG_SECONDS if hangs else 3 * _PATIENCE_SECONDS)
        observed = Observed(publisher, cell.place)
        fault = self._arrange(cell)
        hold = None if hangs else self._stand_in.faults.add("*", f"/channels/{cell.place}/**", "hang")
        await self._plan(cell.place)
        courier = self._courier(cell, observed)
        task = asyncio.create_task(courier.run())
        try:
            bystander = await self._bystander(cell, fault, courier, observed, wire, task)
            if hold is not None:
                hold.release()
            while not await self._is_settled(cell):
                if task.done():
                    observed.way.append(f"exit {_exit_code(task)}")
                    courier = self._courier(cell, observed)
                    task = asyncio.create_task(courier.run())
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            courier.stop()
            await asyncio.wait([task])
        return await self._described(cell, observed, wire, bystander)

    def _arrange(self, cell: Cell) -> Fault:
        options = {**cell.misfortune.options, "after": cell.misfortune.after}
        return self._stand_in.faults.add("POST", cell.creates, **options)

    def _courier(self, cell: Cell, publisher: Publisher) -> Courier:
        channels = [
            ChannelSettings(id=cell.place, name="struck", publish=cell.kind == "announcement"),
            ChannelSettings(id=cell.bystander, name="bystander"),
        ]
        return Courier(self._catalog, publisher, channels, AnnounceSettings(), pauses=quick_pauses, pace=BRISK)

    async def _plan(self, channel_id: int) -> None:
        now = datetime.now(UTC)
        await self._catalog.write(lambda tables: tables.deliveries.plan(self._post_id, [channel_id], now))

    async def _bystander(
        self, cell: Cell, fault: Fault, courier: Courier, observed: Observed, wire: Wire, task: asyncio.Task[None]
    ) -> str:
        """Give the other channel something to send when the fault has struck, and wait for it."""
        await fault.reached(_PATIENCE_SECONDS)
        is_everywhere = cell.misfortune.options.get("scope") == "global"
        if is_everywhere:
            await asyncio.wait_for(wire.answered.wait(), _PATIENCE_SECONDS)
        await self._plan(cell.bystander)
        courier.wake({cell.bystander})
        out = asyncio.create_task(observed.bystander_is_out.wait())
        await asyncio.wait({out, task}, timeout=_PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        out.cancel()
        if task.done():
            return "stop"
        came_too_late = observed.way != [] if fault.kind == "hang" else not observed.bystander_is_out.is_set()
        waited_as_asked = is_everywhere and self._seconds_between(cell) >= fault.retry_after
        return "wait" if waited_as_asked or came_too_late else "go on"

    def _seconds_between(self, cell: Cell) -> float:
        """From the request that the fault struck to the one that announced in the other channel."""
        at = {record.path: record.at for record in reversed(self._stand_in.requests) if record.method == "POST"}
        return at[f"/channels/{cell.bystander}/messages"] - at[cell.creates]

    async def _is_settled(self, cell: Cell) -> bool:
        state = await self._state(cell)
        waits_to_be_published = cell.kind == "announcement" and state is DeliveryState.SENT
        return state in _SETTLED and not (waits_to_be_published and not self._is_published(cell))

    async def _state(self, cell: Cell) -> DeliveryState:
        states = await self._catalog.read(lambda tables: tables.deliveries.channels_of(self._post_id))
        return states[cell.place]

    def _is_published(self, cell: Cell) -> bool:
        return any(message.crossposted for message in self._stand_in.messages(cell.place))

    async def _described(self, cell: Cell, observed: Observed, wire: Wire, bystander: str) -> Ending:
        creating, others = wire.counts()
        in_forum = cell.kind == "forum"
        standing = self._stand_in.threads(cell.place) if in_forum else self._stand_in.messages(cell.place)
        state = await self._state(cell)
        return Ending(len(standing), tuple(observed.way), creating, others, bystander, state, self._is_published(cell))


def _exit_code(task: asyncio.Task[None]) -> int:
    """What the process would end with."""
    error = task.exception()
    assert isinstance(error, BaseExceptionGroup), error
    refused = error.subgroup(TokenRefusedError)
    assert refused is not None, error
    return int(TokenRefusedError.exit_code)


@contextlib.asynccontextmanager
async def bench(folder: Path, misfortunes: list[Misfortune]) -> AsyncIterator[tuple[Bench, list[Cell]]]:
    """A bench with a cell for each misfortune in each kind of channel."""
    numbers = iter(range(10, 100_000))
    kinds: dict[str, ChannelKind] = {"text": "text", "announcement": "announcement", "forum": "forum"}
    channels = [StandInChannel(_HOME_OF_THREADS, "home")]
    cells = [Cell(each, kind, next(numbers), next(numbers)) for each in misfortunes for kind in KINDS]
    channels += [StandInChannel(cell.place, "struck", kinds[cell.kind]) for cell in cells if cell.kind in kinds]
    channels += [StandInChannel(cell.bystander, "bystander") for cell in cells]
    async with StandIn(channels, rate_limits=False) as stand_in, open_catalog(folder) as catalog:
        with _pointed_at(stand_in):
            site = Site(catalog, settings_for(folder))
            site.write(a_post("docs/post.md"))
            await site.scan()
            post_id = (await site.known("docs/post.md")).id
            opened = [_with_thread(cell, stand_in) for cell in cells]
            yield Bench(stand_in, catalog, post_id), opened


def _with_thread(cell: Cell, stand_in: StandIn) -> Cell:
    if cell.kind != "thread":
        return cell
    return Cell(cell.misfortune, cell.kind, open_thread(stand_in, _HOME_OF_THREADS), cell.bystander)


@contextlib.contextmanager
def _pointed_at(stand_in: StandIn) -> Iterator[None]:
    point_discord_at(stand_in.api_url, stand_in.gateway_url)
    try:
        yield
    finally:
        point_discord_at(DEFAULT_API_URL, None)
