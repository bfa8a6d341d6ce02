"""A stand-in for Discord on loopback, for an unmodified discord.py: a newcomer's rehearsal and every test use it."""

import time
from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.rehearsal.backend import REHEARSAL_TOKEN, Backend
from bot.rehearsal.control import ControlRoutes
from bot.rehearsal.guard import guard
from bot.rehearsal.interactions import Choice, InteractionAnswer, NoAnswerError
from bot.rehearsal.live import LivePage
from bot.rehearsal.records import StandInChannel, StandInRole
from bot.rehearsal.rest import API_PREFIX, rest_application
from bot.rehearsal.routes_channels import ChannelRoutes
from bot.rehearsal.routes_guild import GuildRoutes
from bot.rehearsal.routes_interactions import InteractionRoutes
from bot.rehearsal.routes_messages import MessageRoutes

__all__ = [
    "REHEARSAL_TOKEN",
    "Choice",
    "InteractionAnswer",
    "NoAnswerError",
    "StandIn",
    "StandInChannel",
    "StandInRole",
]

_LARGEST_BODY = 25 * 1024 * 1024  # bytes, as at Discord


class StandIn(Backend):
    """Discord on 127.0.0.1, from entering the context to leaving it. What it can do is in `Backend`."""

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
        """`port` 0 takes a free one, which `port` says afterwards. The others are those of `Backend`."""
        super().__init__(
            channels,
            nonce_window_seconds=nonce_window_seconds,
            rate_limits=rate_limits,
            roles=roles,
            tokens=tokens,
            heartbeat_seconds=heartbeat_seconds,
            clock=clock,
            monotonic=monotonic,
        )
        self.port = port
        self._page = LivePage(self)
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
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._runner = runner
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
        except OSError:
            await runner.cleanup()
            raise
        self.port = runner.addresses[0][1]
        self.gateway.url = self.gateway_url
        return self

    def _application(self) -> web.Application:
        routes = [
            *MessageRoutes(self.world, self.nonces, self.rates).routes(),
            *ChannelRoutes(self.world).routes(),
            *GuildRoutes(self.world, lambda: self.gateway_url).routes(),
            *InteractionRoutes(self.world, self.interactions.replies).routes(),
        ]
        application = web.Application(client_max_size=_LARGEST_BODY, middlewares=[guard])
        application.add_subapp(API_PREFIX, rest_application(routes, self.log, self.faults, self.rates, self.tokens))
        application.add_subapp("/standin", ControlRoutes(self).application())
        application.add_routes([web.get("/gateway", self.gateway.handle), *self._page.routes()])
        return application

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.clear()
        self._page.close()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
