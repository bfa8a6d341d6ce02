"""Everything that works under one set of settings: opened together, run as one group of tasks, closed in reverse.

::

    intake    content directory → catalog
    courier   catalog → Discord, over requests
    commands  what members and maintainers can ask; registered when they changed

`bot.service` keeps one of these running, and puts another in its place when the settings change.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime

from bot.announcing.courier import Courier
from bot.announcing.intake import Intake
from bot.announcing.switched_off import end_following
from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog
from bot.catalog.kept import kept
from bot.catalog.notes import Note
from bot.discord_app.catalog_archive import CatalogArchive
from bot.discord_app.client import LinkbotClient
from bot.discord_app.command_sync import keep_commands_registered
from bot.discord_app.commands import add_commands, add_following, add_forgetting, add_management
from bot.discord_app.connection import Connection
from bot.discord_app.follower import Follower
from bot.discord_app.follows import Follows
from bot.discord_app.publish import DiscordPublisher
from bot.ops.last_settings import note_channels
from bot.ops.live import DiscordLink, Live, mark_of
from bot.ops.management import ServiceManagement
from bot.ops.pause import ResumeRequest
from bot.ops.readiness import Readiness, Signs
from bot.ops.requests import Request, carry_out, log_done
from bot.settings import Settings

__all__ = ["Assembly"]

logger = logging.getLogger(__name__)

FINISH_SECONDS = 30.0  # for the requests that are under way when the service is told to stop
# The same when other settings take over: all channels wait meanwhile, and what is cut off is settled right afterwards.
MAKE_WAY_SECONDS = 5.0


class Assembly:
    """Intake, courier and commands.

    Args:
        settings: under which all of it works.
        catalog: open for writing.
        connection: to Discord; the commands of this assembly take the place of those before.
        on_indexed: called when what was there at the start is taken in.

    Attributes:
        settings: those given.
        troubles: what does not work just now, those of the connection included.
    """

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        connection: Connection,
        *,
        on_indexed: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self.troubles = Troubles(beside=connection.troubles)
        self._since = datetime.now(UTC)
        self._catalog = catalog
        self._connection = connection
        self._on_indexed = on_indexed
        self._stopping = asyncio.Event()
        self._makes_way = False
        self._readiness = Readiness(catalog, settings.channels)
        self._archive = CatalogArchive(catalog, indexed=lambda: self._intake.indexed)
        self._courier = Courier(
            catalog,
            DiscordPublisher(connection.client, settings.announce.tldr_characters),
            settings.channels,
            settings.announce,
            troubles=self.troubles,
            commands=settings.commands,
        )
        self._intake = Intake(settings, catalog, self._courier.wake, troubles=self.troubles)
        if connection.answers:
            self._add_commands(connection.client)

    def _add_commands(self, client: LinkbotClient) -> None:
        commands = self.settings.commands
        client.begin_commands_anew(commands.guilds)
        tree, presses = client.tree, client.presses
        tldr_characters = self.settings.announce.tldr_characters
        add_commands(tree, presses, self._archive, commands.guilds, tldr_characters=tldr_characters)
        management = ServiceManagement(
            self._catalog,
            self.settings,
            troubles=self.troubles,
            wake=self._courier.wake,
            indexed=lambda: self._intake.indexed,
        )
        add_management(tree, presses, management, commands.guilds)
        follower = Follower(Follows(self._catalog, commands.follow_messages_per_day), self._archive)
        add_forgetting(tree, presses, follower)
        if commands.follow:
            add_following(tree, presses, follower, commands.guilds)

    @property
    def is_indexed(self) -> bool:
        """Whether what was there at the start is taken in."""
        return self._intake.ready.is_set()

    async def until_indexed(self) -> None:
        """Wait until what was there at the start is taken in."""
        await self._intake.ready.wait()

    @property
    def is_settled(self) -> bool:
        """Whether that includes the files that were still being written then."""
        return self._intake.settled.is_set()

    def stop(self) -> None:
        """Let `run` end in good order: no more intake, and the requests under way are finished."""
        self._stopping.set()

    def make_way(self) -> None:
        """Let `run` end soon for another assembly: intake goes on until the requests under way are finished."""
        self._makes_way = True
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop` or `make_way`.

        Raises:
            LinkbotError: what ended it before its time. It comes in an exception group.
        """
        await note_channels(self._catalog, self.settings.channels)
        if not self.settings.commands.follow:
            await end_following(self._catalog)
        async with aclosing(self._archive), asyncio.TaskGroup() as group:
            until_stopped = (
                group.create_task(self._intake.run(), name="intake"),
                group.create_task(self._tell_watching(), name="ready"),
                group.create_task(self._register_commands(), name="commands"),
            )
            sending = group.create_task(self._send(), name="courier")
            await self._stopping.wait()
            if self._makes_way:
                await self._finish(sending, MAKE_WAY_SECONDS)
            for task in until_stopped:
                task.cancel()
            await self._finish(sending, FINISH_SECONDS)

    async def carry_out(self, request: Request) -> list[str]:
        """Do what a person asks for from another process; sentences that say what was done.

        Raises:
            UsageError: it cannot be done as asked; nothing is done then.
            CatalogUnavailableError: the catalog cannot be read or written now.
        """
        done = await carry_out(self._catalog, self.settings, request)
        log_done(request, done)
        everywhere = [channel.id for channel in self.settings.channels]
        if done.to_send:
            self._courier.wake(everywhere)
        if isinstance(request, ResumeRequest):
            self._courier.try_now(everywhere if request.channels is None else request.channels)
            return [*done.lines, f"what waits in {self._named(request.channels)} is tried now, however often it failed"]
        return done.lines

    def _named(self, channels: tuple[int, ...] | None) -> str:
        if channels is None:
            return "all channels"
        names = {channel.id: channel.name for channel in self.settings.channels}
        return ", ".join(names.get(channel_id, str(channel_id)) for channel_id in channels)

    async def live(self) -> Live:
        """How it is."""
        client = self._connection.client
        user = str(client.user) if self._connection.logged_in.is_set() and client.user is not None else None
        discord = DiscordLink(user, client.link.connected, client.link.since, len(client.guilds))
        signs = Signs(
            is_indexed=self.is_indexed,
            seconds_since_look=self._intake.seconds_since_look,
            rescan_seconds=self.settings.content.rescan_seconds,
            discord=discord,
            troubles=self.troubles.all,
        )
        reasons = await self._readiness.reasons(signs)
        channels = {channel.id: channel.name for channel in self.settings.channels}
        return Live(
            troubles=tuple(signs.troubles),
            discord=discord,
            settings_at=self._since,
            reasons=tuple(reasons),
            channels=channels,
            guild_ids=client.guilds_of(channels),
            content=self.settings.content.directory.as_uri(),
            settings_mark=mark_of(self.settings),
        )

    async def _finish(self, sending: asyncio.Task[None], seconds: float) -> None:
        """Let the requests under way end; one that takes too long is looked into by the assembly after this."""
        self._courier.stop()
        if self._connection.logged_in.is_set() and not sending.cancelling():
            await asyncio.wait((sending,), timeout=seconds)
        if not sending.done():
            sending.cancel()

    async def _send(self) -> None:
        await self._connection.logged_in.wait()
        await self._courier.run()

    async def _register_commands(self) -> None:
        await self._connection.logged_in.wait()
        if self._connection.answers:
            load, save = kept(self._catalog, Note.COMMANDS)
            guilds = self.settings.commands.guilds
            await keep_commands_registered(self._connection.client, guilds, load_hash=load, save_hash=save)

    async def _tell_watching(self) -> None:
        await self.until_indexed()
        if self._connection.answers:  # a single run ends instead
            logger.info("Watching %s", self.settings.content.directory)
        self._on_indexed()
