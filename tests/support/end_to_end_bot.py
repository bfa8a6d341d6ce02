"""The real service in a process of its own, against a stand-in for Discord that runs in the test's process.

Waiting is for a condition, with a deadline. That nothing more comes is shown by a post written afterwards: when it
stands and nothing waits to be sent, what came is counted.
"""

import asyncio
import inspect
import json
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from bot.catalog.database import open_catalog_read_only
from bot.catalog.records import DeliveryState
from bot.catalog.tables import Tables
from bot.rehearsal.records import Message
from bot.rehearsal.rest import RequestRecord
from bot.rehearsal.standin import StandIn, StandInChannel, StandInRole
from tests.support.cli_process import as_at_a_terminal
from tests.support.end_to_end_process import PROJECT, RUN, Process, Spawn, environment, spawn
from tests.support.end_to_end_site import Site

__all__ = ["NEWS", "OTHER", "ROLE", "Bot", "Ended", "staged", "tended"]

NEWS = 1_200_000_000_000_000_001
OTHER = 1_200_000_000_000_000_002
ROLE = 1_300_000_000_000_000_001

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.005  # between two looks at a condition
READY = "Watching "  # what the log says when everything that was there at the start is indexed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


class Bot:
    """The service as a person runs it, what stands in its channels, and what its catalog says.

    Attributes:
        discord: what it talks to.
        site: what it watches.
    """

    def __init__(
        self,
        folder: Path,
        discord: StandIn,
        site: Site,
        channels: Sequence[Mapping[str, Any]],
        spawn: Spawn = spawn,
    ) -> None:
        self.discord = discord
        self.site = site
        self._spawn = spawn
        self._folder = folder
        self._channels = tuple(channels)
        self._process: Process | None = None
        self._log = folder / "bot.log"
        self._log_begins = 0
        self._sentinels = count(1)
        self.configure()

    # Its life

    def configure(self, **sections: Any) -> None:
        """Write the settings file anew: what every test needs, and `sections`."""
        content = {"directory": str(self.site.root), **sections.pop("content", {})}
        discord = {"api_url": self.discord.api_url, "gateway_url": self.discord.gateway_url}
        settings = {
            "content": content,
            "state": {"directory": "state"},
            "discord": discord,
            "channels": self._channels,
            **sections,
        }
        self.config.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML

    @property
    def config(self) -> Path:
        """The settings file."""
        return self._folder / "bot.yaml"

    @property
    def pid(self) -> int:
        """Of its process, which runs."""
        assert self._process is not None, "it does not run"
        return self._process.pid

    @property
    def log(self) -> str:
        """What the service wrote since its last start."""
        with self._log.open("rb") as log:
            log.seek(self._log_begins)
            return log.read().decode()

    async def start(self, *python: str) -> None:
        """Start it, and wait until what was there is indexed and the gateway is connected; see `launch`."""
        await self.launch(*python)
        await self.until(lambda: READY in self.log and self.discord.gateway.connected, "the service is ready")

    async def launch(self, *python: str) -> None:
        """Start it without waiting; `python` are arguments for the interpreter in place of ``-m bot``."""
        assert self._process is None, "it runs already"
        self._log.touch()
        self._log_begins = self._log.stat().st_size
        self._process = await self._spawn(self.config, self._log, python)

    def send_signal(self, number: signal.Signals) -> None:
        """Let a signal reach it."""
        assert self._process is not None, "it does not run"
        self._process.send_signal(number)

    async def exits(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait until it has ended; its exit code, negative for the signal that killed it."""
        assert self._process is not None, "it does not run"
        try:
            code = await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            raise AssertionError(f"it did not end within {seconds} s; its log:\n{self.log}") from None
        self._process = None
        return code

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, which it does in good order."""
        self.send_signal(number)
        code = await self.exits()
        assert code == 0, f"it ended with {code}; its log:\n{self.log}"

    async def restart(self) -> None:
        """Stop it in good order and start it again."""
        await self.stop()
        await self.start()

    async def kill(self) -> None:
        """End it with SIGKILL, which it cannot feel coming."""
        self.send_signal(signal.SIGKILL)
        assert await self.exits() == -signal.SIGKILL

    async def close(self) -> None:
        """End it whatever its state; what it wrote must hold no traceback."""
        if self._process is not None:
            if self._process.returncode is None:
                self.discord.faults.clear()
                await self.stop()
            else:
                raise AssertionError(f"it ended by itself with {await self.exits()}; its log:\n{self.log}")
        written = self._log.read_text() if self._log.exists() else ""
        assert "Traceback" not in written, written

    async def linkbot(self, *arguments: str, **variables: str) -> Ended:
        """Run another ``linkbot`` command with the same settings, as a person does beside the service."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *RUN, *as_at_a_terminal(*arguments), "--config", str(self.config)),
            cwd=PROJECT,
            env=environment(**variables),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        assert process.returncode is not None
        return Ended(process.returncode, out.decode(), err.decode())

    # What stands in the channels

    def titles(self, channel: int = NEWS) -> list[str]:
        """The titles of the cards that members of a channel see, oldest first, as they read them."""
        return [title for message in self.discord.messages(channel) for title in self.titles_of(message)]

    @staticmethod
    def titles_of(message: Message) -> list[str]:
        """The titles of a message's cards, as members read them."""
        return [re.sub(r"\\(.)", r"\1", card["title"]) for card in message.shown_embeds]

    def times(self, title: str, channel: int = NEWS) -> int:
        """How often a card stands in a channel."""
        return self.titles(channel).count(title)

    def message_of(self, title: str, channel: int = NEWS) -> Message:
        """The first message with that card."""
        return next(message for message in self.discord.messages(channel) if title in self.titles_of(message))

    def sends(self, channel: int = NEWS) -> list[RequestRecord]:
        """The requests to create a message in a channel, oldest first."""
        path = f"/channels/{channel}/messages"
        return [record for record in self.discord.requests if (record.method, record.path) == ("POST", path)]

    # Waiting

    async def until(
        self, condition: Callable[[], bool | Awaitable[bool]], what: str, seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Wait for a condition; fail with `what` should have come about, and with the log."""
        deadline = time.monotonic() + seconds
        while True:
            holds = condition()
            if await holds if inspect.isawaitable(holds) else holds:
                return
            ended = self._process is not None and self._process.returncode is not None
            if ended or time.monotonic() > deadline:
                why = "the service ended before" if ended else f"not within {seconds} s"
                raise AssertionError(f"{why}: {what}; its log:\n{self.log}")
            await asyncio.sleep(LOOK_SECONDS)

    async def stands(self, title: str, *channels: int, seconds: float = PATIENCE_SECONDS) -> Message:
        """Wait until a card stands in the channels (default: the one that takes everything); its first message."""
        for channel in channels or (NEWS,):
            await self.until(lambda c=channel: self.times(title, c) > 0, f"{title!r} stands in {channel}", seconds)  # type: ignore[misc]
        return self.message_of(title, (channels or (NEWS,))[0])

    async def has_taken_in_everything(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the catalog knows every file as it is on the disk, and no other."""
        stamps = self.site.stamps()

        async def same() -> bool:
            return await self.catalog(lambda tables: tables.files.stamps()) == stamps

        await self.until(same, "the catalog knows what is on the disk", seconds)

    async def has_sent_everything(self, *, but: Collection[int] = (), seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until nothing waits to be sent, `but` in these channels; what sleeps does not wait."""

        async def sent() -> bool:
            counts, sleeping = await self.catalog(
                lambda tables: (tables.deliveries.counts(), tables.deliveries.count_sleeping(datetime.now(UTC)))
            )
            open_ones = Counter({channel_id: -number for channel_id, number in sleeping.items()})
            for each in counts:
                if each.state in (DeliveryState.PENDING, DeliveryState.SENDING):
                    open_ones[each.channel_id] += each.deliveries
            return not any(number for channel_id, number in open_ones.items() if channel_id not in but)

        await self.until(sent, "everything is sent", seconds)

    async def has_no_more_to_say(self, *, but: Collection[int] = (), seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until what stands is all that will: a post written now stands, and nothing waits `but` in these."""
        await self.has_taken_in_everything(seconds)
        number = next(self._sentinels)
        self.site.write(f"sentinels/{number}.md", f"Sentinel {number}")
        await self.stands(f"Sentinel {number}", seconds=seconds)
        await self.has_sent_everything(but=but, seconds=seconds)

    # What it remembers

    async def catalog(self, read: Callable[[Tables], T]) -> T:
        """Read its catalog, as other processes do."""
        async with open_catalog_read_only(self._folder / "state") as catalog:
            return await catalog.read(read)

    async def states(self, channel: int = NEWS) -> dict[DeliveryState, int]:
        """How many deliveries of a channel there are in each state."""
        counts = await self.catalog(lambda tables: tables.deliveries.counts())
        return {count.state: count.deliveries for count in counts if count.channel_id == channel}

    async def status(self) -> Any:
        """What ``linkbot status --json`` says."""
        ended = await self.linkbot("status", "--json")
        assert ended.code == 0, ended.err
        return json.loads(ended.out)


@asynccontextmanager
async def staged(
    folder: Path,
    *,
    channels: Sequence[Mapping[str, Any]] = ({"id": NEWS, "name": "news"},),
    rate_limits: bool = False,
    heartbeat_seconds: float = 41.25,
    root: Path | None = None,
) -> AsyncIterator[Bot]:
    """A stand-in, a site and a bot that is not started yet; all ended at the end.

    Args:
        folder: an empty one, for everything.
        channels: as in the settings; the stand-in has them all, and the roles that they mention.
        rate_limits: whether the stand-in has them.
        heartbeat_seconds: of the gateway.
        root: the content directory; None makes one.
    """
    roles = sorted({role for channel in channels for role in channel.get("mention", ())})
    async with (
        StandIn(
            [StandInChannel(channel["id"], channel["name"]) for channel in channels],
            roles=[StandInRole(role, f"role {role}") for role in roles],
            rate_limits=rate_limits,
            heartbeat_seconds=heartbeat_seconds,
        ) as discord,
        tended(Bot(folder, discord, Site(root or folder / "content", folder / "outside"), channels)) as bot,
    ):
        yield bot


@asynccontextmanager
async def tended(bot: Bot) -> AsyncIterator[Bot]:
    """A bot that is ended at the end, whatever its state."""
    try:
        yield bot
    except BaseException:
        await _abandon(bot)
        raise
    await bot.close()


async def _abandon(bot: Bot) -> None:
    """End the process after a failure, which is to be told, not what follows from it."""
    process = bot._process
    if process is not None and process.returncode is None:
        process.send_signal(signal.SIGKILL)
        await process.wait()
