"""A stand-in for Discord on loopback, for an unmodified discord.py: a newcomer's rehearsal and every test use it."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.rehearsal.faults import Faults
from bot.rehearsal.gateway import Gateway
from bot.rehearsal.interaction_data import OptionValue
from bot.rehearsal.interactions import Choice, InteractionAnswer, Interactions, NoAnswerError
from bot.rehearsal.nonces import NonceMemory
from bot.rehearsal.rate_limits import RateLimits
from bot.rehearsal.records import Change, Message, StandInChannel, StandInRole
from bot.rehearsal.rest import API_PREFIX, RequestLog, RequestRecord, rest_application
from bot.rehearsal.routes_channels import ChannelRoutes
from bot.rehearsal.routes_guild import GuildRoutes
from bot.rehearsal.routes_interactions import InteractionRoutes
from bot.rehearsal.routes_messages import MessageRoutes
from bot.rehearsal.world import World

__all__ = [
    "REHEARSAL_TOKEN",
    "Choice",
    "InteractionAnswer",
    "NoAnswerError",
    "StandIn",
    "StandInChannel",
    "StandInRole",
]

REHEARSAL_TOKEN = "rehearsal.token.of-no-worth-anywhere-else"  # noqa: S105  opens nothing but a stand-in
"""The token that every stand-in takes."""

_LARGEST_BODY = 25 * 1024 * 1024  # bytes, as at Discord
_VISITOR = "visitor"


class StandIn:
    """Discord on 127.0.0.1, from entering the context to leaving it.

    Attributes:
        world: what is true: channels, messages, commands.
        faults: misbehaviour of REST on request.
        gateway: the gateway, and its misbehaviour on request.
        rates: rate limits; `rates.enabled` may be switched at any time.
    """

    def __init__(
        self,
        channels: Sequence[StandInChannel],
        *,
        port: int = 0,
        nonce_window_seconds: float = 180.0,
        rate_limits: bool = True,
        roles: Sequence[StandInRole] = (),
        tokens: Collection[str] = (REHEARSAL_TOKEN,),
        heartbeat_seconds: float = 41.25,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`port` 0 takes a free one. `clock` gives seconds since 1970, and dates messages."""
        self.port = port
        self.world = World(channels, roles, clock)
        self.faults = Faults()
        self.gateway = Gateway(self.world, tokens, heartbeat_seconds=heartbeat_seconds)
        self.rates = RateLimits(enabled=rate_limits, clock=clock, monotonic=monotonic)
        self._nonces = NonceMemory(nonce_window_seconds, monotonic)
        self._interactions = Interactions(self.world, self.gateway.dispatch, monotonic)
        self._log = RequestLog(clock)
        self._tokens = tokens
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """Where REST is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}{API_PREFIX}"

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    @property
    def page_url(self) -> str:
        """Where a person looks."""
        return f"http://127.0.0.1:{self.port}/"

    async def __aenter__(self) -> Self:
        guild_routes = GuildRoutes(self.world)
        routes = [
            *MessageRoutes(self.world, self._nonces, self.rates).routes(),
            *ChannelRoutes(self.world).routes(),
            *guild_routes.routes(),
            *InteractionRoutes(self.world, self._interactions.replies).routes(),
        ]
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.add_subapp(API_PREFIX, rest_application(routes, self._log, self.faults, self.rates, self._tokens))
        application.router.add_get("/gateway", self.gateway.handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        guild_routes.gateway_url = self.gateway.url = self.gateway_url
        self._runner = runner
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.clear()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # What can be seen

    @property
    def requests(self) -> list[RequestRecord]:
        """The requests to REST so far, oldest first."""
        return list(self._log.records)

    @property
    def invalid_requests(self) -> list[RequestRecord]:
        """Those that the stand-in itself (not an arranged fault) answered with 400 or more."""
        return [record for record in self._log.records if record.invalid]

    def messages(self, channel_id: int) -> list[Message]:
        """What stands in a channel, oldest first; `ApiError` if there is no such channel."""
        return self.world.messages(channel_id)

    async def wait_until(self, condition: Callable[[], bool], timeout_seconds: float = 10.0) -> None:
        """Wait until `condition` holds, looking after every change of the world; `TimeoutError` if it never does."""
        changed = asyncio.Event()

        def note(_change: Change) -> None:
            changed.set()

        stop = self.world.listen(note)
        try:
            async with asyncio.timeout(timeout_seconds):
                while not condition():
                    await changed.wait()
                    changed.clear()
        finally:
            stop()

    async def wait_for_messages(self, channel_id: int, count: int, timeout_seconds: float = 10.0) -> list[Message]:
        """Wait until at least `count` messages stand in a channel, and give them; `TimeoutError` if they never do."""
        await self.wait_until(lambda: len(self.messages(channel_id)) >= count, timeout_seconds)
        return self.messages(channel_id)

    # What a moderator does

    def delete_message(self, channel_id: int, message_id: int) -> None:
        """Delete a message, as a moderator does."""
        self.world.remove_message(self.world.message(channel_id, message_id))

    def set_denied(self, channel_id: int, denied: Iterable[str]) -> None:
        """Change what the bot may not do in a channel, by the names of permissions."""
        self.world.set_denied(channel_id, denied)

    def remove_channel(self, channel_id: int) -> None:
        """Delete a channel."""
        self.world.remove_channel(channel_id)

    def forget_nonces(self) -> None:
        """Let the window of ``enforce_nonce`` pass."""
        self._nonces.forget()

    # What a member does

    async def slash(
        self,
        name: str,
        options: Mapping[str, OptionValue] | None = None,
        *,
        user: str = _VISITOR,
        channel_id: int | None = None,
    ) -> InteractionAnswer:
        """Run a slash command, in the first channel if none is said.

        Raises:
            ValueError: Discord's client would not send this.
            NoAnswerError: the bot did not answer in time.
        """
        return await self._interactions.slash(name, options, user=user, channel_id=self._place(channel_id))

    async def autocomplete(
        self,
        name: str,
        option: str,
        typed: str,
        options: Mapping[str, OptionValue] | None = None,
        *,
        user: str = _VISITOR,
        channel_id: int | None = None,
    ) -> list[Choice]:
        """Type into an option of a slash command; raises as `slash` does."""
        place = self._place(channel_id)
        return await self._interactions.autocomplete(name, option, typed, options or {}, user=user, channel_id=place)

    async def click(self, message_id: int, custom_id: str, *, user: str = _VISITOR) -> InteractionAnswer:
        """Press a button; raises as `slash` does."""
        return await self._interactions.click(message_id, custom_id, user=user)

    def _place(self, channel_id: int | None) -> int:
        return self.world.channels[0].id if channel_id is None else channel_id
