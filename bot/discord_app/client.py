"""The client: logged in for requests at once, connected to the gateway for slash commands as long as it lasts.

Announcing needs only requests, so an outage of the gateway stops nothing but the slash commands.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

import aiohttp
import discord

from bot.announcing.retry import Pauses
from bot.announcing.troubles import Troubles
from bot.discord_app.attempts import http_trace
from bot.discord_app.endpoints import forget_session
from bot.discord_app.gateway import UNKNOWN_TO_DISCORD, GatewayPace, keep_connected, told
from bot.discord_app.gateway_link import GatewayLink
from bot.discord_app.identify_budget import IdentifyBudget
from bot.discord_app.language import Translator
from bot.discord_app.outcomes import UNREACHABLE
from bot.discord_app.presses import Presses
from bot.discord_app.rate_limits import LONGEST_WAIT_SECONDS, end_global_waits
from bot.discord_app.replies import CommandTree
from bot.problems import TokenRefusedError

__all__ = ["LinkbotClient"]

_log = logging.getLogger(__name__)

_UNAUTHORIZED = 401
LOGIN = "discord"  # whose troubles are told here
_FOR_DISCORD = GatewayPace()


class LinkbotClient(discord.Client):
    """discord.py's client with what an announcer needs of it, and no more: the guilds intent, no message cache.

    Attributes:
        tree: the slash commands.
        presses: the buttons under answers.
        link: whether the gateway is connected.
    """

    def __init__(
        self,
        *,
        find_gateway: bool = False,
        identify_budget: IdentifyBudget | None = None,
        gateway_pace: GatewayPace = _FOR_DISCORD,
        guild_ready_timeout: float = 2.0,
        pauses: Callable[[], Pauses] = Pauses,
        connector: aiohttp.BaseConnector | None = None,
        troubles: Troubles | None = None,
    ) -> None:
        """Make a client that nothing was sent with yet.

        Args:
            find_gateway: ask the API where the gateway is, before connecting; what `point_discord_at` returned.
            identify_budget: says when a session may be begun at the gateway; None: one that knows of this client only.
            gateway_pace: how patient the connection to the gateway is.
            guild_ready_timeout: seconds without a further guild after which the client counts as ready.
            pauses: makes the pauses between tries to log in.
            connector: where connections come from; None makes the usual one.
            troubles: where it says that the gateway cannot be had.
        """
        super().__init__(
            intents=discord.Intents(guilds=True),
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT_SECONDS,
            guild_ready_timeout=guild_ready_timeout,
            heartbeat_timeout=gateway_pace.silence_seconds,
            http_trace=http_trace(),
            connector=connector,
        )
        self.tree = CommandTree(self)
        self.presses = Presses()
        self._guilds_with_commands: tuple[int, ...] = ()
        self._troubles = troubles or Troubles()
        self.link = GatewayLink(self._troubles)
        self._find_gateway = find_gateway
        self._identify_budget = identify_budget or _forgetful_budget()
        self._gateway_pace = gateway_pace
        self._pauses = pauses

    def begin_commands_anew(self, guilds: Sequence[int]) -> None:
        """Forget the commands and buttons that there are, before those for these guilds are added.

        What Discord was told of them stays until it is told of the others.
        """
        self.tree.clear_commands(guild=None)
        for guild in self._guilds_with_commands:
            self.tree.clear_commands(guild=discord.Object(guild))
        self._guilds_with_commands = tuple(guilds)
        self.presses = Presses()

    def guilds_of(self, channel_ids: Iterable[int]) -> dict[int, int]:
        """The server of each of these channels that the gateway told of; the others are left out."""
        found = {channel_id: self.get_channel(channel_id) for channel_id in channel_ids}
        return {
            channel_id: channel.guild.id
            for channel_id, channel in found.items()
            if isinstance(channel, discord.abc.GuildChannel | discord.Thread)
        }

    async def login(self, token: str, on_contact: Callable[[], None] = lambda: None) -> None:
        """Log in, however long Discord stays out of reach; afterwards everything but slash commands works.

        `on_contact` is called when Discord took the token, and when it is out of reach, so that nobody can say.

        Raises `TokenRefusedError` if Discord does not know the token; that is never tried again, because refused
        requests are counted against the address that sends them.
        """
        pauses = self._pauses()
        while True:
            try:
                await super().login(token)
            except UNREACHABLE as error:
                await forget_session(self)
                if isinstance(error, discord.LoginFailure) or getattr(error, "status", None) == _UNAUTHORIZED:
                    raise TokenRefusedError(UNKNOWN_TO_DISCORD) from error
                on_contact()
                seconds = pauses.after_failure()
                self._troubles.begin(LOGIN, f"it cannot be reached, nothing is announced meanwhile: {told(error)}")
                text = "Discord cannot be reached (%s); the next try is in %.0f s"
                _log.warning(text, told(error), seconds, extra={"retry_seconds": seconds})
            else:
                self._troubles.end(LOGIN)
                on_contact()
                return end_global_waits(self)
            await asyncio.sleep(seconds)

    async def setup_hook(self) -> None:
        """Called by discord.py while logging in."""
        await self.tree.set_translator(Translator())

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        """Called by discord.py for every interaction; commands find their way by themselves."""
        await self.presses.handle(interaction)

    async def on_connect(self) -> None:
        """Called by discord.py when a session begins."""
        self.link.up()

    async def on_resumed(self) -> None:
        """Called by discord.py when a session is resumed."""
        self.link.up()

    async def connect_forever(self) -> None:
        """Keep the gateway connected until the client is closed, as `keep_connected` does, and raises."""
        pace, lost = self._gateway_pace, self.link.down
        await keep_connected(self, self._identify_budget, pace, find_gateway=self._find_gateway, lost=lost)

    async def before_identify_hook(
        self,
        shard_id: int | None,  # noqa: ARG002 - discord.py's own signature
        *,
        initial: bool = False,  # noqa: ARG002 - likewise
    ) -> None:
        """Called by discord.py right before it begins a session; if this raises, it begins none."""
        await self._identify_budget.spend()


def _forgetful_budget() -> IdentifyBudget:
    async def load() -> None:
        return None

    async def save(_text: str) -> None:
        return None

    return IdentifyBudget(load, save)
