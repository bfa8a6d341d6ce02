"""The service's connection to Discord, for requests and the gateway; it stays when other settings are put in force."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.announcing.troubles import Troubles
from bot.discord_app.client import LinkbotClient
from bot.discord_app.endpoints import point_discord_at
from bot.discord_app.identify_budget import IdentifyBudget
from bot.settings import DiscordSettings

__all__ = ["Connection"]

logger = logging.getLogger(__name__)


class Connection:
    """A client, logged in and connected as long as `open` lasts.

    Args:
        settings: where Discord is.
        identify_budget: says when a session may be begun at the gateway.
        answers: connect to the gateway, which slash commands need.
        beside: troubles of parts that live longer.

    Attributes:
        client: to make requests with; takes the slash commands.
        troubles: what does not work just now between here and Discord, and those `beside`.
        tried: Discord took the token, or was out of reach, so that nobody could say.
        logged_in: set when requests can be made.
        answers: as given.
    """

    def __init__(
        self,
        settings: DiscordSettings,
        identify_budget: IdentifyBudget,
        *,
        answers: bool = True,
        beside: Troubles | None = None,
    ) -> None:
        self.troubles = Troubles(beside=beside)
        self.tried = False
        self.logged_in = asyncio.Event()
        self.answers = answers
        self.client = LinkbotClient(
            find_gateway=point_discord_at(settings.api_url, settings.gateway_url),
            identify_budget=identify_budget,
            troubles=self.troubles,
        )

    @asynccontextmanager
    async def open(self, token: str, on_contact: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
        """Log in, however long that takes, and stay connected beside what is done in the context.

        Args:
            token: of the bot.
            on_contact: called each time that it was `tried`.

        Raises:
            LinkbotError: Discord will never take the connection. It comes in an exception group.
        """
        # The client is closed only when nobody listens to the gateway any more: closed under its listener, discord.py
        # 2.7.1 says 4000 instead of 1000, and Discord keeps the session and shows the bot as online until it runs out.
        async with self.client, asyncio.TaskGroup() as group:
            connected = group.create_task(self._stay_connected(token, on_contact), name="discord")
            yield
            connected.cancel()

    async def _stay_connected(self, token: str, on_contact: Callable[[], None]) -> None:
        def contact() -> None:
            self.tried = True
            on_contact()

        await self.client.login(token, contact)
        self.logged_in.set()
        logger.info("Logged in to Discord as %s", self.client.user)
        if self.answers:
            await self.client.connect_forever()
