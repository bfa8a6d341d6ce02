"""The composition root: opens everything, runs it as one group of tasks, closes in reverse.

::

    lock ─► catalog ─► client (logs in) ─┬─ intake    content directory → catalog
                                         ├─ courier   catalog → Discord, over requests
                                         ├─ gateway   slash commands
                                         ├─ commands  registered when they changed
                                         └─ control   `linkbot announce` and the like from other processes
"""

import asyncio
import json
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime

from bot.announcing.courier import Courier
from bot.announcing.intake import Intake
from bot.announcing.restored import take_over
from bot.announcing.switched_off import end_following
from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.lock import hold_lock
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
from bot.ops.control import serve_control
from bot.ops.management import ServiceManagement
from bot.ops.requests import WireRequest, carry_out
from bot.ops.troubles import TroublesRequest, to_lines
from bot.problems import ConfigurationError, LinkbotError
from bot.settings import Settings, idle_keys

__all__ = ["STOP_SIGNALS", "run_service"]

logger = logging.getLogger(__name__)

FINISH_SECONDS = 30.0  # for the requests that are under way when the service is told to stop
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def run_service(settings: Settings, token: str, *, on_ready: Callable[[], None] = lambda: None) -> None:
    """Run until SIGTERM or SIGINT; what is being sent then is finished and recorded.

    Args:
        settings: of the service.
        token: of the Discord application's bot.
        on_ready: called once, when what was there at the start is indexed.

    Raises:
        LinkbotError: what ended the service before its time, told to a person by its message.
    """
    if idle := idle_keys(settings):
        logger.warning("This version accepts these settings but does not act upon them: %s", ", ".join(idle))
    with hold_lock(settings.state.directory):
        async with open_catalog(settings.state.directory) as catalog:
            await _refuse_a_first_run_without_content(settings, catalog)
            await take_over(catalog)
            if not settings.commands.follow:
                await end_following(catalog)
            service = _Service(settings, catalog)
            _stop_on_signals(service.stop)
            try:
                await service.run(token, on_ready)
            except BaseExceptionGroup as group:
                error = _explained(group)
                if not isinstance(error, LinkbotError):
                    logger.critical(
                        "Ended by a mistake in Linkbot itself. What was recorded is safe, and the next start goes on;"
                        " please report the lines that follow"
                    )
                raise error from group


class _Service:
    """What runs while the lock is held and the catalog is open."""

    def __init__(self, settings: Settings, catalog: Catalog) -> None:
        self._settings = settings
        self._catalog = catalog
        self._stopping = asyncio.Event()
        self._logged_in = False
        self._client = LinkbotClient(
            find_gateway=point_discord_at(settings.discord.api_url, settings.discord.gateway_url),
            identify_budget=IdentifyBudget(*_kept(catalog, Note.IDENTIFIES)),
        )
        self._archive = CatalogArchive(catalog, indexed=lambda: self._intake.indexed)
        add_commands(
            self._client.tree,
            self._client.presses,
            self._archive,
            settings.commands.guilds,
            tldr_characters=settings.announce.tldr_characters,
        )
        publisher = DiscordPublisher(self._client, settings.announce.tldr_characters)
        self._troubles = Troubles()
        self._courier = Courier(
            catalog,
            publisher,
            settings.channels,
            settings.announce,
            troubles=self._troubles,
            commands=settings.commands,
        )
        self._intake = Intake(settings, catalog, self._courier.wake, troubles=self._troubles)
        management = ServiceManagement(
            catalog,
            settings,
            troubles=self._troubles,
            wake=self._courier.wake,
            indexed=lambda: self._intake.indexed,
        )
        add_management(self._client.tree, self._client.presses, management, settings.commands.guilds)
        follower = Follower(Follows(catalog, settings.commands.follow_messages_per_day), self._archive)
        add_forgetting(self._client.tree, self._client.presses, follower)
        if settings.commands.follow:
            add_following(self._client.tree, self._client.presses, follower, settings.commands.guilds)

    def stop(self) -> None:
        """Let `run` end in good order."""
        self._stopping.set()

    async def run(self, token: str, on_ready: Callable[[], None]) -> None:
        """Work until `stop`: no more intake then, the requests under way are finished, the connection is left."""
        note = json.dumps({"since": datetime.now(UTC).isoformat(), "process": os.getpid()})
        await self._catalog.write(lambda tables: tables.notes.put(Note.SERVICE, note))
        async with aclosing(self._archive), self._client, asyncio.TaskGroup() as group:
            until_stopped = (
                group.create_task(serve_control(self._settings.state.directory, self._carry_out), name="control"),
                group.create_task(self._intake.run(), name="intake"),
                group.create_task(self._tell_ready(on_ready), name="ready"),
            )
            discord = group.create_task(self._talk_to_discord(token), name="discord")
            await self._stopping.wait()
            logger.info("Stopping: requests under way are finished first")
            for task in until_stopped:
                task.cancel()
            await self._finish(discord)

    async def _finish(self, discord: asyncio.Task[None]) -> None:
        """Let the requests under way end; one that takes too long is looked into by the next start."""
        self._courier.stop()
        if self._logged_in:
            await asyncio.wait((discord,), timeout=FINISH_SECONDS)
        if not discord.done():
            discord.cancel()

    async def _talk_to_discord(self, token: str) -> None:
        """Log in, then announce until the courier is stopped; slash commands beside it for as long as that lasts."""
        await self._client.login(token)
        self._logged_in = True
        logger.info("Logged in to Discord as %s", self._client.user)
        async with asyncio.TaskGroup() as group:
            beside = (
                group.create_task(self._client.connect_forever(), name="gateway"),
                group.create_task(self._register_commands(), name="commands"),
            )
            await self._courier.run()
            for task in beside:
                task.cancel()
        # Only now that nobody listens to the gateway any more: closed under its listener, discord.py 2.7.1 says 4000
        # instead of 1000, and Discord keeps the session and shows the bot as online until it runs out.
        await self._client.close()

    async def _register_commands(self) -> None:
        load, save = _kept(self._catalog, Note.COMMANDS)
        await keep_commands_registered(self._client, self._settings.commands.guilds, load_hash=load, save_hash=save)

    async def _tell_ready(self, on_ready: Callable[[], None]) -> None:
        await self._intake.ready.wait()
        logger.info("Watching %s", self._settings.content.directory)
        on_ready()

    async def _carry_out(self, request: WireRequest) -> list[str]:
        if isinstance(request, TroublesRequest):
            return to_lines(self._troubles.all)
        done = await carry_out(self._catalog, self._settings, request)
        if done.to_send:
            self._courier.wake([channel.id for channel in self._settings.channels])
        return done.lines


def _kept(catalog: Catalog, key: Note) -> tuple[Callable[[], Awaitable[str | None]], Callable[[str], Awaitable[None]]]:
    """What loads and what saves the text that the catalog keeps under `key`."""

    async def load() -> str | None:
        return await catalog.read(lambda tables: tables.notes.get(key))

    async def save(text: str) -> None:
        await catalog.write(lambda tables: tables.notes.put(key, text))

    return load, save


async def _refuse_a_first_run_without_content(settings: Settings, catalog: Catalog) -> None:
    """A missing directory is an outage once there was a first run; before it, it is most likely a mistake."""
    directory = settings.content.directory
    first = await catalog.read(lambda tables: tables.notes.get(Note.BASELINE)) is None
    if first and not directory.is_dir():
        raise ConfigurationError(f"content.directory is {directory}, which is no directory; mend it in the settings")


def _stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` when the process is asked to end; discord.py by itself would die of SIGTERM without a goodbye.

    This lasts until the event loop is closed: a second signal must not cut short what is being closed in good order.
    """
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop)


def _explained(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The failure that a person can act upon, if nothing worse happened beside it; else all of them."""
    known, unknown = group.split(LinkbotError)
    error: BaseException | None = known if unknown is None else group
    while isinstance(error, BaseExceptionGroup) and unknown is None:
        error = error.exceptions[0]
    return error if error is not None else group
