"""The client: logged in for requests at once, connected to the gateway for slash commands as long as it lasts.

Announcing needs only requests, so an outage of the gateway stops nothing but the slash commands.
"""

import asyncio
import logging
import time
from collections.abc import Callable

import aiohttp
import discord
from discord.gateway import DiscordWebSocket

from bot.announcing.retry import Pauses
from bot.discord_app.attempts import http_trace
from bot.discord_app.endpoints import ask_for_gateway, forget_session
from bot.discord_app.replies import CommandTree
from bot.problems import ConfigurationError, LinkbotError, TokenRefusedError

__all__ = ["LinkbotClient"]

_log = logging.getLogger(__name__)

_STABLE_SECONDS = 600.0  # a connection that lasted so long makes the next pause short again
_RATE_LIMIT_SECONDS = 30.0  # the longest wait inside one request; discord.py takes no less
_UNAUTHORIZED = 401
_UNAUTHENTICATED = 4004  # https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway

_UNKNOWN_TO_DISCORD = (
    "Discord does not know the token. Make a new one at https://discord.com/developers/applications (Bot, Reset Token),"
    " put it where DISCORD_TOKEN or DISCORD_TOKEN_FILE says, and start Linkbot again."
)
_NO_GATEWAY = (
    "The gateway cannot be reached (%s): slash commands do not work, announcing goes on; the next try is in %.0f s"
)
_INTENTS_REFUSED = (
    "Discord refuses the gateway intents, although Linkbot asks for guilds only. Look at the bot's page at"
    " https://discord.com/developers/applications, and start Linkbot again."
)

# What a login can meet besides a wrong token: no way to Discord, its errors, and answers that are not Discord's.
_UNREACHABLE = (discord.DiscordException, aiohttp.ClientError, OSError, TypeError, ValueError, KeyError)


class LinkbotClient(discord.Client):
    """discord.py's client with what an announcer needs of it, and no more: the guilds intent, no message cache.

    Attributes:
        tree: the slash commands.
    """

    def __init__(
        self,
        *,
        find_gateway: bool = False,
        guild_ready_timeout: float = 2.0,
        pauses: Callable[[], Pauses] = Pauses,
        connector: aiohttp.BaseConnector | None = None,
    ) -> None:
        """Make a client that nothing was sent with yet.

        Args:
            find_gateway: ask the API where the gateway is, before connecting; what `point_discord_at` returned.
            guild_ready_timeout: seconds without a further guild after which the client counts as ready.
            pauses: makes the pauses between tries to log in or to connect.
            connector: where connections come from; None makes the usual one.
        """
        super().__init__(
            intents=discord.Intents(guilds=True),
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=_RATE_LIMIT_SECONDS,
            guild_ready_timeout=guild_ready_timeout,
            http_trace=http_trace(),
            connector=connector,
        )
        self.tree = CommandTree(self)
        self._find_gateway = find_gateway
        self._pauses = pauses

    async def login(self, token: str) -> None:
        """Log in, however long Discord stays out of reach; afterwards everything but slash commands works.

        Raises `TokenRefusedError` if Discord does not know the token; that is never tried again, because refused
        requests are counted against the address that sends them.
        """
        pauses = self._pauses()
        while True:
            try:
                return await super().login(token)
            except _UNREACHABLE as error:
                await forget_session(self)
                if isinstance(error, discord.LoginFailure) or getattr(error, "status", None) == _UNAUTHORIZED:
                    raise TokenRefusedError(_UNKNOWN_TO_DISCORD) from error
                seconds = pauses.after_failure()
                _log.warning("Discord cannot be reached (%s); the next try is in %.0f s", _told(error), seconds)
            await asyncio.sleep(seconds)

    async def connect_forever(self) -> None:
        """Keep the gateway connected until the client is closed.

        discord.py reconnects by itself once it was connected, but gives up when the first connection fails
        (https://github.com/Rapptz/discord.py/issues/10520) and when an event is not
        as it expects; both are tried again.

        Raises `TokenRefusedError`, `ConfigurationError` or `LinkbotError` where Discord will never take the connection.
        """
        pauses = self._pauses()
        while not self.is_closed():
            began = time.monotonic()
            try:
                await self._connect_once()
            except Exception as error:
                if (refusal := _refusal(error)) is not None:
                    raise refusal from error
                if time.monotonic() - began > _STABLE_SECONDS:
                    pauses.reset()
                seconds = pauses.after_failure()
                # discord.py trips over the missing connection while it handles the failure that matters.
                cause = error.__context__ if isinstance(error, AttributeError) and error.__context__ else error
                unexpected = not isinstance(cause, _UNREACHABLE)
                _log.warning(_NO_GATEWAY, _told(cause), seconds, exc_info=cause if unexpected else None)
                await asyncio.sleep(seconds)

    async def _connect_once(self) -> None:
        if self._find_gateway:
            await ask_for_gateway(self)
        try:
            await self.connect()
        except Exception:
            socket: object = self.ws  # None before the first connection, whatever its annotation says
            if isinstance(socket, DiscordWebSocket) and socket.open:
                await socket.close()
            raise


def _refusal(error: Exception) -> LinkbotError | None:
    """Return what to tell if `error` means that trying again is of no use."""
    if isinstance(error, LinkbotError):
        return error
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return ConfigurationError(_INTENTS_REFUSED)
    if not isinstance(error, discord.ConnectionClosed):
        return None
    if error.code == _UNAUTHENTICATED:
        return TokenRefusedError(_UNKNOWN_TO_DISCORD)
    return LinkbotError(f"Discord ended the gateway connection for good ({_told(error)}); a newer Linkbot may help")


def _told(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
