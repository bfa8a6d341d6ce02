"""A stand-in for Discord on loopback, for an unmodified discord.py: a newcomer's rehearsal and every test use it."""

from types import TracebackType
from typing import Self

from aiohttp import web

from bot.rehearsal.asking import Place
from bot.rehearsal.backend import REHEARSAL_TOKEN, Backend
from bot.rehearsal.control import ControlRoutes
from bot.rehearsal.guard import guard
from bot.rehearsal.interactions import Choice, InteractionAnswer, NoAnswerError
from bot.rehearsal.live import LivePage
from bot.rehearsal.records import StandInApplication, StandInChannel, StandInRole, StandInTag
from bot.rehearsal.rest import API_PREFIX, rest_application
from bot.rehearsal.routes_channels import ChannelRoutes
from bot.rehearsal.routes_guild import GuildRoutes
from bot.rehearsal.routes_interactions import InteractionRoutes
from bot.rehearsal.routes_messages import MessageRoutes
from bot.rehearsal.routes_threads import ThreadRoutes

__all__ = [
    "REHEARSAL_TOKEN",
    "Choice",
    "InteractionAnswer",
    "NoAnswerError",
    "Place",
    "StandIn",
    "StandInApplication",
    "StandInChannel",
    "StandInRole",
    "StandInTag",
]

_LARGEST_BODY = 25 * 1024 * 1024  # bytes, as at Discord


class StandIn(Backend):
    """Discord on 127.0.0.1, from entering the context to leaving it. What it can do is in `Backend`."""

    _page: LivePage
    _runner: web.AppRunner | None = None

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
        self._page = LivePage(self)
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._runner = runner
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
        except OSError:
            self._page.close()
            await runner.cleanup()
            raise
        self.port = runner.addresses[0][1]
        self.gateway.url = self.gateway_url
        return self

    def _application(self) -> web.Application:
        routes = [
            *MessageRoutes(self.world, self.nonces, self.rates).routes(),
            *ChannelRoutes(self.world, self.rates).routes(),
            *ThreadRoutes(self.world).routes(),
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
