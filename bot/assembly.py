"""Everything that works under one set of settings: opened together, run as one group of tasks, closed in reverse.

::

    client (logs in) ─┬─ intake    content directory → catalog
                      ├─ courier   catalog → Discord, over requests
                      ├─ gateway   slash commands
                      └─ commands  registered when they changed

`bot.service` keeps one of these running, and puts another in its place when the settings change.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing
from datetime import UTC, datetime

from bot.announcing.courier import Courier
from bot.announcing.intake import Intake
from bot.announcing.switched_off import end_following
from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog
from bot.catalog.notes import Note
from bot.discord_app.catalog_archive import CatalogArchive
from bot.discord_app.client import LinkbotClient
from bot.discord_app.command_sync import keep_commands_registered
from bot.discord_app.commands import add_commands, add_following, add_forgetting, add_management
from bot.discord_app.endpoints import point_discord_at
from bot.discord_app.follower import Follower
from bot.discord_app.follows import Follows
from bot.discord_app.identify_budget import IdentifyBudget
from bot.discord_app.publish import DiscordPublisher
from bot.ops.live import DiscordLink, Live
from bot.ops.management import ServiceManagement
from bot.ops.pause import ResumeRequest
from bot.ops.readiness import Readiness, Signs
from bot.ops.requests import Request, carry_out, log_done
from bot.settings import Settings

__all__ = ["Assembly"]

logger = logging.getLogger(__name__)

FINISH_SECONDS = 30.0  # for the requests that are under way when the service is told to stop


class Assembly:
    """Intake, courier and client.

    Args:
        settings: under which all of it works.
        catalog: open for writing.
        answers: take slash commands, and connect to the gateway for that.

    Attributes:
        settings: those given.
        troubles: what does not work just now.
    """

    def __init__(self, settings: Settings, catalog: Catalog, *, answers: bool = True) -> None:
        self.settings = settings
        self.troubles = Troubles()
        self._since = datetime.now(UTC)
        self._catalog = catalog
        self._answers = answers
        self._stopping = asyncio.Event()
        self._logged_in = False
        self._readiness = Readiness(catalog, settings.channels)
        self._client = LinkbotClient(
            find_gateway=point_discord_at(settings.discord.api_url, settings.discord.gateway_url),
            identify_budget=IdentifyBudget(*_kept(catalog, Note.IDENTIFIES)),
            troubles=self.troubles,
        )
        self._archive = CatalogArchive(catalog, indexed=lambda: self._intake.indexed)
        self._courier = Courier(
            catalog,
            DiscordPublisher(self._client, settings.announce.tldr_characters),
            settings.channels,
            settings.announce,
            troubles=self.troubles,
            commands=settings.commands,
        )
        self._intake = Intake(settings, catalog, self._courier.wake, troubles=self.troubles)
        self._add_commands()

    def _add_commands(self) -> None:
        tree, presses, commands = self._client.tree, self._client.presses, self.settings.commands
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

    async def until_settled(self) -> None:
        """Wait also for the files that were still being written then."""
        await self._intake.settled.wait()

    def stop(self) -> None:
        """Let `run` end in good order."""
        self._stopping.set()

    async def run(self, token: str, on_contact: Callable[[], None] = lambda: None) -> None:
        """Work until `stop`: no more intake then, the requests under way are finished, the connection is left.

        Args:
            token: of the bot.
            on_contact: called when Discord took the token, and when it is out of reach, so that nobody can say.

        Raises:
            LinkbotError: what ended it before its time. It comes in an exception group.
        """
        if not self.settings.commands.follow:
            await end_following(self._catalog)
        async with aclosing(self._archive), self._client, asyncio.TaskGroup() as group:
            until_stopped = (
                group.create_task(self._intake.run(), name="intake"),
                group.create_task(self._tell_watching(), name="ready"),
            )
            discord = group.create_task(self._talk_to_discord(token, on_contact), name="discord")
            await self._stopping.wait()
            for task in until_stopped:
                task.cancel()
            await self._finish(discord)

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
            return [*done.lines, "what waits there is tried now, however often it failed"]
        return done.lines

    async def live(self) -> Live:
        """How it is."""
        link, client = self._client.link, self._client
        user = str(client.user) if self._logged_in and client.user is not None else None
        discord = DiscordLink(user, link.connected, link.since, len(client.guilds))
        signs = Signs(
            is_indexed=self.is_indexed,
            seconds_since_look=self._intake.seconds_since_look,
            rescan_seconds=self.settings.content.rescan_seconds,
            discord=discord,
            troubles=self.troubles.all,
        )
        reasons = await self._readiness.reasons(signs)
        return Live(tuple(signs.troubles), discord, self._since, tuple(reasons))

    async def _finish(self, discord: asyncio.Task[None]) -> None:
        """Let the requests under way end; one that takes too long is looked into by the next start."""
        self._courier.stop()
        if self._logged_in:
            await asyncio.wait((discord,), timeout=FINISH_SECONDS)
        if not discord.done():
            discord.cancel()

    async def _talk_to_discord(self, token: str, on_contact: Callable[[], None]) -> None:
        """Log in, then announce until the courier is stopped; slash commands beside it for as long as that lasts."""
        await self._client.login(token, on_contact)
        self._logged_in = True
        logger.info("Logged in to Discord as %s", self._client.user)
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(work, name=name) for name, work in self._beside()]
            await self._courier.run()
            for task in beside:
                task.cancel()
        # Only now that nobody listens to the gateway any more: closed under its listener, discord.py 2.7.1 says 4000
        # instead of 1000, and Discord keeps the session and shows the bot as online until it runs out.
        await self._client.close()

    def _beside(self) -> list[tuple[str, Coroutine[None, None, None]]]:
        if not self._answers:
            return []
        return [("gateway", self._client.connect_forever()), ("commands", self._register_commands())]

    async def _register_commands(self) -> None:
        load, save = _kept(self._catalog, Note.COMMANDS)
        await keep_commands_registered(self._client, self.settings.commands.guilds, load_hash=load, save_hash=save)

    async def _tell_watching(self) -> None:
        await self.until_indexed()
        logger.info("Watching %s", self.settings.content.directory)


def _kept(catalog: Catalog, key: Note) -> tuple[Callable[[], Awaitable[str | None]], Callable[[str], Awaitable[None]]]:
    """What loads and what saves the text that the catalog keeps under `key`."""

    async def load() -> str | None:
        return await catalog.read(lambda tables: tables.notes.get(key))

    async def save(text: str) -> None:
        await catalog.write(lambda tables: tables.notes.put(key, text))

    return load, save
