"""The service: holds the state directory, and keeps an `Assembly` running there under the settings in force.

::

    lock ─► catalog ─┬─ connection to Discord, which other settings leave as it is unless Discord is elsewhere then
                     ├─ assembly   intake, courier, commands; another one takes its place when the settings change
                     ├─ control    `linkbot announce` and the like from other processes
                     ├─ settings   read again when their file changes, or on SIGHUP
                     ├─ health     /healthz, /readyz, /metrics
                     └─ heartbeat  for systemd's watchdog
"""

import asyncio
import json
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime

from bot.announcing.restored import take_over
from bot.announcing.troubles import Troubles
from bot.assembly import MAKE_WAY_SECONDS, Assembly
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.kept import kept
from bot.catalog.lock import hold_lock
from bot.catalog.notes import Note
from bot.discord_app.connection import Connection
from bot.discord_app.identify_budget import IdentifyBudget
from bot.measures import cards_so_far
from bot.ops.control import serve_control
from bot.ops.directories import why_no_directory
from bot.ops.health import serving_health
from bot.ops.heartbeat import beat
from bot.ops.last_errors import keep_last_errors
from bot.ops.left import OnceReport, report, what_is_left
from bot.ops.live import Live, LiveRequest, to_lines
from bot.ops.once import SingleRun
from bot.ops.reload import SettingsFile, follow_settings
from bot.ops.requests import WireRequest
from bot.ops.systemd import Systemd
from bot.problems import CatalogError, ConfigurationError, LinkbotError
from bot.settings import Settings

__all__ = ["STOP_SIGNALS", "run_once", "run_service", "watched_stop_signals"]

logger = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
RELOAD = "reload"  # whose trouble is told here
TAKING_OVER = (
    f"other settings take over as soon as the requests under way are finished, in {MAKE_WAY_SECONDS:.0f} s at the most"
)


async def run_service(
    settings: Settings,
    token: str,
    *,
    config: SettingsFile | None = None,
    on_ready: Callable[[], None] = lambda: None,
    stop_signals: Sequence[signal.Signals] = STOP_SIGNALS,
) -> None:
    """Run until one of `stop_signals`; what is being sent then is finished and recorded.

    Args:
        settings: to begin with.
        token: of the Discord application's bot.
        config: read again when it changes, and on SIGHUP unless that is to stop it; None: the settings stay.
        on_ready: called once, when what was there at the start is indexed.
        stop_signals: such as `STOP_SIGNALS`.

    Raises:
        LinkbotError: what ended the service before its time, told to a person by its message.
    """
    async with _state(settings) as catalog:
        await take_over(catalog)
        service = _Service(settings, catalog, token, config)
        _on_signals(stop_signals, service.stop)
        await service.run(on_ready)


async def run_once(settings: Settings, token: str) -> OnceReport:
    """Take in what is new, announce what is due, and end; SIGTERM, SIGINT and the end of the terminal end it sooner.

    Slash commands are not taken, so no session is begun at the gateway.

    Raises:
        LinkbotError: what ended it before its time, told to a person by its message.
    """
    async with _state(settings) as catalog:
        return await _Once(settings, catalog).run(token)


@asynccontextmanager
async def _state(settings: Settings) -> AsyncIterator[Catalog]:
    """Hold the state directory and open its catalog; what a person can act upon is raised alone, without its group."""
    directory = settings.state.directory
    with hold_lock(directory), keep_last_errors(directory):
        async with open_catalog(directory) as catalog:
            await _refuse_a_first_run_without_content(settings, catalog)
            service = {"since": datetime.now(UTC).isoformat(), "process": os.getpid()}
            await _note(catalog, service)
            try:
                yield catalog
                with suppress(CatalogError):  # for `linkbot status` alone
                    await _note(catalog, {**service, "ended": datetime.now(UTC).isoformat()})
            except BaseExceptionGroup as group:
                error = _explained(group)
                if not isinstance(error, LinkbotError):
                    logger.critical(
                        "Ended by a mistake in Linkbot itself. What was recorded is safe, and the next start goes on;"
                        " please report the lines that follow"
                    )
                raise error from group


async def _note(catalog: Catalog, service: Mapping[str, object]) -> None:
    await catalog.write(lambda tables: tables.notes.put(Note.SERVICE, json.dumps(service)))


class _Service:
    """What runs while the lock is held and the catalog is open."""

    def __init__(self, settings: Settings, catalog: Catalog, token: str, config: SettingsFile | None) -> None:
        self._catalog = catalog
        self._token = token
        self._config = config
        self._systemd = Systemd()
        self._troubles = Troubles()  # of what outlives connections and assemblies
        self._indexed = asyncio.Event()
        self._connection = _connection(settings, catalog, beside=self._troubles)
        self._assembly = self._assembled(settings)
        self._next: Settings | None = None
        self._is_stopping = False
        self._asked_to_reload = asyncio.Event()
        if config is not None:
            _on_signals((signal.SIGHUP,), self._asked_to_reload.set)

    def _assembled(self, settings: Settings) -> Assembly:
        return Assembly(settings, self._catalog, self._connection, on_indexed=self._indexed.set)

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Work until told to stop."""
        with closing(self._systemd):
            await self._run(on_ready)

    async def _run(self, on_ready: Callable[[], None]) -> None:
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(work, name=name) for name, work in self._beside(on_ready).items()]
            await self._assemble()
            for task in beside:
                task.cancel()

    def _beside(self, on_ready: Callable[[], None]) -> dict[str, Coroutine[None, None, None]]:
        state = self._assembly.settings.state.directory
        beside: dict[str, Coroutine[None, None, None]] = {
            "control": serve_control(state, self._carry_out),
            "heartbeat": beat(self._systemd, self._summary),
            "ready": self._tell_ready(on_ready),
        }
        if self._config is not None:
            beside["settings"] = follow_settings(
                self._config,
                in_force=lambda: self._next or self._assembly.settings,
                troubles=self._troubles,
                take=self._take,
                asked=self._asked_to_reload,
            )
        return beside

    async def _assemble(self) -> None:
        """Keep an assembly running under the settings of its time, and a connection to where Discord is by them."""
        while not self._is_stopping:
            connection = self._connection
            async with connection.open(self._token, self._systemd.ready):
                while connection is self._connection and not self._is_stopping:
                    async with serving_health(
                        self._assembly.settings, self._catalog, self._live, self._assembly.troubles
                    ):
                        await self._assembly.run()
                    self._take_turns()

    def _take_turns(self) -> None:
        """Put an assembly under the next settings in the place of the one that ended."""
        if self._next is None or self._is_stopping:
            return
        settings, self._next = self._next, None
        if settings.discord != self._assembly.settings.discord:
            self._connection = _connection(settings, self._catalog, beside=self._troubles)
        elif self._connection.tried:
            self._systemd.ready()
        self._assembly = self._assembled(settings)
        self._troubles.end(RELOAD)

    def _take(self, settings: Settings) -> None:
        """Put other settings in force: what is under way is finished, then all begins anew under them."""
        if self._is_stopping:
            return
        if self._config is not None:
            self._config.on_taken(settings)
        self._next = settings
        self._assembly.make_way()
        self._troubles.begin(RELOAD, TAKING_OVER)
        self._systemd.reloading()

    def stop(self) -> None:
        """Let `run` end in good order."""
        if not self._is_stopping:
            logger.info("Stopping: requests under way are finished first")
        self._is_stopping = True
        self._assembly.stop()
        self._systemd.stopping()

    async def _tell_ready(self, on_ready: Callable[[], None]) -> None:
        await self._indexed.wait()
        on_ready()

    async def _live(self) -> Live:
        return await self._assembly.live()

    def _summary(self) -> str:
        """How it is, in a line."""
        troubles = self._assembly.troubles.all
        if troubles:
            more = f" (and {len(troubles) - 1} more: linkbot status)" if len(troubles) > 1 else ""
            return f"{troubles[0].where}: {troubles[0].what}{more}"
        directory = self._assembly.settings.content.directory
        return f"Watching {directory}" if self._assembly.is_indexed else f"Indexing {directory}"

    async def _carry_out(self, request: WireRequest) -> list[str]:
        if isinstance(request, LiveRequest):
            return to_lines(await self._live())
        return await self._assembly.carry_out(request)


def _connection(
    settings: Settings, catalog: Catalog, *, answers: bool = True, beside: Troubles | None = None
) -> Connection:
    budget = IdentifyBudget(*kept(catalog, Note.IDENTIFIES))
    return Connection(settings.discord, budget, answers=answers, beside=beside)


class _Once:
    """One run without a gateway, commands from elsewhere, or other settings."""

    def __init__(self, settings: Settings, catalog: Catalog) -> None:
        self._catalog = catalog
        self._connection = _connection(settings, catalog, answers=False)
        self._assembly = Assembly(settings, catalog, self._connection)
        self._tried = asyncio.Event()
        self._stopping = asyncio.Event()
        _on_signals(watched_stop_signals(), self._stopping.set)

    async def run(self, token: str) -> OnceReport:
        """Work until all is done, or until told to stop."""
        assembly, did = self._assembly, cards_so_far()
        before = await what_is_left(self._catalog, assembly.settings)
        await take_over(self._catalog)  # what that leaves to a person is told of by this run
        async with self._connection.open(token, self._tried.set), asyncio.TaskGroup() as group:
            group.create_task(assembly.run(), name="assembly")
            ends = [group.create_task(self._stopping.wait()), group.create_task(self._until_done())]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()
            troubles, is_settled = assembly.troubles.all, assembly.is_settled or not assembly.is_indexed
            assembly.stop()
        after = await what_is_left(self._catalog, assembly.settings)
        done = {what: number - did[what] for what, number in cards_so_far().items()}
        return report(before, after, assembly.settings, troubles, done, is_settled=is_settled)

    async def _until_done(self) -> None:
        assembly = self._assembly
        single = SingleRun(self._catalog, assembly.settings, lambda: assembly.troubles.all)
        await single.until_taken_in(lambda: assembly.is_indexed, lambda: assembly.is_settled)
        await single.until_tried(self._tried)
        if assembly.is_indexed:
            await single.until_done()


async def _refuse_a_first_run_without_content(settings: Settings, catalog: Catalog) -> None:
    """A missing directory is an outage once there was a first run; before it, it is most likely a mistake."""
    directory = settings.content.directory
    first = await catalog.read(lambda tables: tables.notes.get(Note.BASELINE)) is None
    if first and (why := await asyncio.to_thread(why_no_directory, directory)) is not None:
        raise ConfigurationError(f"content.directory is {directory}, which {why}; mend it in the settings")


def watched_stop_signals() -> Sequence[signal.Signals]:
    """What ends work that a person waits for: SIGHUP too, the end of their terminal, unless `nohup` has it ignored."""
    is_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return STOP_SIGNALS if is_ignored else (*STOP_SIGNALS, signal.SIGHUP)


def _on_signals(numbers: Sequence[signal.Signals], call: Callable[[], None]) -> None:
    """Have `call` called when the process gets one of these; discord.py by itself would die of SIGTERM.

    This lasts until the event loop is closed: a second signal must not cut short what is being closed in good order.
    """
    for number in numbers:
        asyncio.get_running_loop().add_signal_handler(number, call)


def _explained(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The failure that a person can act upon, if nothing worse happened beside it; else all of them."""
    known, unknown = group.split(LinkbotError)
    error: BaseException | None = known if unknown is None else group
    while isinstance(error, BaseExceptionGroup) and unknown is None:
        error = error.exceptions[0]
    return error if error is not None else group
