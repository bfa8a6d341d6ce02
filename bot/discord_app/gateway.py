"""The connection to the gateway, kept up for as long as the service runs.

discord.py's own `Client.connect` has another idea of it: it gives up when the first connection fails
(https://github.com/Rapptz/discord.py/issues/10520), comes back without any pause however often a connection ends at
once, resumes for ever what can no longer be resumed, waits up to 17 minutes after an outage, and logs a traceback for
each try. So its loop is replaced here; its websocket, `DiscordWebSocket`, is used as it is, although it is not meant
for others. `tests/discord_app/test_gateway_connection.py` fails when an upgrade changes what is used here.

What ends a connection, and what follows
(https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes)::

    4004, 4010 to 4014                    nothing mends it: a `LinkbotError`
    4003, 4006, 4007, 4009, op 9 false    the session is gone: a new one
    five resumes in a row that failed     a new session, in case it is the session's own address that is away
    anything else, op 7, op 9 true        the session is resumed
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from yarl import URL

from bot.announcing.retry import Pauses
from bot.discord_app.endpoints import ask_for_gateway
from bot.discord_app.identify_budget import IdentifyBudget
from bot.discord_app.outcomes import UNREACHABLE
from bot.problems import CatalogUnavailableError, ConfigurationError, LinkbotError, TokenRefusedError
from bot.redaction import redacted

__all__ = ["UNKNOWN_TO_DISCORD", "GatewayPace", "keep_connected", "told"]

_log = logging.getLogger(__name__)

_OPENING_SECONDS = 90.0  # longer than discord.py waits for the first frame, after which it closes what it opened
_FAILED_RESUMES = 5
_AUTHENTICATION_FAILED, _SHARDING_REQUIRED, _DISALLOWED_INTENTS = 4004, 4011, 4014
_FINAL = frozenset({_AUTHENTICATION_FAILED, 4010, _SHARDING_REQUIRED, 4012, 4013, _DISALLOWED_INTENTS})
_SESSION_GONE = frozenset({4003, 4006, 4007, 4009})

UNKNOWN_TO_DISCORD = (
    "Discord does not know the token. Make a new one at https://discord.com/developers/applications (Bot, Reset Token),"
    " put it where DISCORD_TOKEN or DISCORD_TOKEN_FILE says, and start Linkbot again."
)
_INTENTS_REFUSED = (
    "Discord refuses the gateway intents, although Linkbot asks for guilds only. Look at the bot's page at"
    " https://discord.com/developers/applications, and start Linkbot again."
)
_TOO_MANY_SERVERS = (
    "Discord refuses the gateway connection because the bot is in too many servers for one (close code 4011)."
    " Remove it from those that it does not serve, and start Linkbot again."
)
_NO_GATEWAY = (
    "No connection to the gateway (%s): slash commands do not work, announcing goes on; the next try is in %.0f s"
)


def _pauses() -> Pauses:
    return Pauses(first=1.0, most=30.0)


@dataclass(frozen=True, slots=True)
class GatewayPace:
    """How patient the connection is. The values here are right for Discord; tests of outages shorten them.

    Attributes:
        pauses: makes the pauses between connections that did not last.
        lasting_seconds: a connection that lasted so long is followed by the next one at once.
        silence_seconds: a connection on which nothing came for so long, answers to heartbeats included, is given up.
    """

    pauses: Callable[[], Pauses] = _pauses
    lasting_seconds: float = 60.0
    silence_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class _Session:
    """What it takes to resume, by the names that `DiscordWebSocket.from_client` has for it."""

    session: str
    sequence: int | None
    gateway: URL  # where Discord wants it resumed


async def keep_connected(
    client: discord.Client,
    budget: IdentifyBudget,
    pace: GatewayPace,
    *,
    find_gateway: bool,
    lost: Callable[[str], None],
) -> None:
    """Keep `client`, which is logged in, connected until it is closed.

    Args:
        client: gets what the gateway tells; its `before_identify_hook` spends from `budget`.
        budget: says when a new session may be begun.
        pace: how patient to be.
        find_gateway: ask the API where the gateway is, before each new session.
        lost: told why there is no connection (any more), each time that one ends or cannot be made.

    Raises:
        LinkbotError: Discord will never take the connection (`TokenRefusedError`, `ConfigurationError` where a person
            can do something about it), or the catalog can never record a session.
    """
    connection = _Connection(client, budget, find_gateway)
    pauses = pace.pauses()
    while not client.is_closed():
        try:
            await connection.run()
        except Exception as error:
            if client.is_closed():
                return
            if (refusal := _refusal(error)) is not None:
                raise refusal from error
            lost(connection.told(error))
            if connection.lasted_seconds() >= pace.lasting_seconds:
                pauses.reset()
                _log.info("The gateway connection ended (%s); it is made again at once", connection.told(error))
                continue
            seconds = pauses.after_failure()
            unexpected = not isinstance(error, (*UNREACHABLE, ReconnectWebSocket, CatalogUnavailableError))
            _log.warning(_NO_GATEWAY, connection.told(error), seconds, exc_info=error if unexpected else None)
            await asyncio.sleep(seconds)


class _Connection:
    """One connection after the other, and the session that they share."""

    def __init__(self, client: discord.Client, budget: IdentifyBudget, find_gateway: bool) -> None:
        self._client = client
        self._budget = budget
        self._find_gateway = find_gateway
        self._session: _Session | None = None
        self._failed_resumes = 0
        self._socket: _Socket | None = None  # None: it is not open yet
        self._opened_at = 0.0
        self._worked = False

    async def run(self) -> None:
        """Connect, resuming if there is a session, and hand on what comes; it ends by raising what ended it."""
        self._socket = None
        options: dict[str, Any] = {}
        if self._session is None:
            await self._budget.wait()
            if self._find_gateway:
                await ask_for_gateway(self._client)
        else:
            options = {"resume": True, **asdict(self._session)}
        try:
            async with asyncio.timeout(_OPENING_SECONDS):
                self._socket = await _Socket.from_client(self._client, **options)
            self._client.ws = self._socket
            self._opened_at = time.monotonic()
            while True:
                await self._socket.poll_event()
        except Exception as error:
            self._remember(error)
            raise

    def lasted_seconds(self) -> float:
        """How long the last connection had a session; 0 if it never had one."""
        return time.monotonic() - self._opened_at if self._worked else 0.0

    def told(self, error: Exception) -> str:
        """What ended the last connection, for people."""
        if isinstance(error, ReconnectWebSocket):
            code = None if self._socket is None else self._socket.socket.close_code
            return "it ended before it began" if code is None else f"it ended with code {code}"
        return told(error)

    def _remember(self, error: Exception) -> None:
        """Keep what it takes to resume, unless there is nothing to be resumed any more."""
        earlier = None if self._session is None else self._session.sequence
        socket = self._socket
        self._worked = socket is not None and socket.sequence is not None and socket.sequence != earlier
        self._failed_resumes = 0 if self._worked else self._failed_resumes + 1
        if socket is not None:
            gone = isinstance(error, ReconnectWebSocket) and not error.resume
            gone = gone or socket.session_id is None or socket.socket.close_code in _SESSION_GONE
            self._session = None if gone else _Session(str(socket.session_id), socket.sequence, socket.gateway)
        if self._failed_resumes >= _FAILED_RESUMES:
            self._session = None


class _Socket(DiscordWebSocket):
    """discord.py's websocket, closed also when its beginning or an event of it fails.

    discord.py would leave it open, and a thread that goes on sending heartbeats over it.
    """

    async def identify(self) -> None:
        async with self._closed_by_failure():
            await super().identify()

    async def resume(self) -> None:
        async with self._closed_by_failure():
            await super().resume()

    async def poll_event(self) -> None:
        async with self._closed_by_failure():
            await super().poll_event()

    @asynccontextmanager
    async def _closed_by_failure(self) -> AsyncIterator[None]:
        try:
            yield
        except Exception:
            if self.open:
                await self.close()
            raise


def told(error: BaseException) -> str:
    """What `error` says, or is called if it says nothing; in one line, without what it was asked with."""
    return redacted(" ".join(str(error).split()))[:300] or type(error).__name__


def _refusal(error: Exception) -> LinkbotError | None:
    """What to tell if `error` means that trying again is of no use."""
    if isinstance(error, LinkbotError) and not isinstance(error, CatalogUnavailableError):
        return error
    if not isinstance(error, discord.ConnectionClosed) or error.code not in _FINAL:
        return None
    if error.code == _AUTHENTICATION_FAILED:
        return TokenRefusedError(UNKNOWN_TO_DISCORD)
    if error.code == _DISALLOWED_INTENTS:
        return ConfigurationError(_INTENTS_REFUSED)
    if error.code == _SHARDING_REQUIRED:
        return ConfigurationError(_TOO_MANY_SERVERS)
    return LinkbotError(
        f"Discord ended the gateway connection for good, with close code {error.code}; a newer Linkbot may help"
    )
