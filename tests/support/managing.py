"""A bot that is managed from Discord: a real catalog, real management, and the Discord where people ask."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.announcing.troubles import Troubles
from bot.catalog.database import open_catalog
from bot.content.post import Post
from bot.discord_app.client import LinkbotClient
from bot.discord_app.commands import add_management
from bot.ops.management import ServiceManagement
from bot.rehearsal.standin import InteractionAnswer, StandIn, StandInChannel, StandInRole
from bot.settings import ChannelSettings, Filter, Settings
from tests.support.catalog_site import ALL, KUBERNETES, Site, channel, settings_for
from tests.support.discord_archive import assert_valid
from tests.support.discord_client import connected, logged_in

__all__ = ["ELSEWHERE", "FORUM", "MANAGER", "ROLE", "ManagedBot", "managed"]

ELSEWHERE = 1_200_000_000_000_000_077
FORUM = 1_200_000_000_000_000_003
ROLE = 1_300_000_000_000_000_001
MANAGER = "grace"
CHANNELS = (
    StandInChannel(ALL, "links"),
    StandInChannel(KUBERNETES, "kubernetes", denied=frozenset({"embed_links", "read_message_history"})),
    StandInChannel(FORUM, "forum", "forum"),
)


@dataclass
class ManagedBot:
    """The bot, its site, and Discord, where `MANAGER` may manage the server.

    Attributes:
        woken: the channels that were said to have something to send.
        indexed: what is told of the first run.
    """

    discord: StandIn
    site: Site
    troubles: Troubles = field(default_factory=Troubles)
    woken: list[int] = field(default_factory=list)
    indexed: float | None = None
    client: LinkbotClient = field(init=False)
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def management(self) -> ServiceManagement:
        """As the service makes it."""
        return ServiceManagement(
            self.site.catalog,
            self.site.settings,
            troubles=self.troubles,
            wake=self.woken.extend,
            indexed=lambda: self.indexed,
        )

    async def start(self) -> None:
        """Log in, register the commands, and connect."""
        self.client = await self._running.enter_async_context(logged_in(self.discord))
        add_management(self.client.tree, self.client.presses, self.management)
        await self.client.tree.sync()
        await self._running.enter_async_context(connected(self.client))

    async def stop(self) -> None:
        """Leave Discord."""
        await self._running.aclose()

    async def restart(self) -> None:
        """Begin again with nothing but what is on disk and in Discord."""
        await self.stop()
        await self.start()

    async def ask(self, command: str, options: dict[str, Any] | None = None, **who: Any) -> InteractionAnswer:
        """Use a command of the group, as the manager unless `who` says otherwise."""
        return await self.discord.slash(f"linkbot {command}", options or {}, **{"user": MANAGER, **who})

    async def paused(self) -> set[int]:
        """The channels that are held back."""
        return set(await self.site.catalog.read(lambda tables: tables.pauses.all()))


def managing_settings(folder: Path, channels: Sequence[ChannelSettings] | None = None, **announce: Any) -> Settings:
    """Settings with two channels of the server; the second takes only what has the tag kubernetes."""
    usual = (channel(ALL), channel(KUBERNETES, tags=Filter(any=("kubernetes",))))
    return settings_for(folder, channels=usual if channels is None else channels, **announce)


@asynccontextmanager
async def managed(
    folder: Path,
    posts: Sequence[Post] = (),
    *,
    channels: Sequence[ChannelSettings] | None = None,
    baseline: bool = True,
    **announce: Any,
) -> AsyncIterator[ManagedBot]:
    """A bot that knows `posts`, from its first run unless not `baseline`."""
    state = folder / "state"
    state.mkdir()
    roles = [StandInRole(ROLE, "readers", mentionable=False)]
    async with open_catalog(state) as catalog, StandIn(CHANNELS, roles=roles, rate_limits=False) as discord:
        site = Site(catalog, managing_settings(folder, channels, **announce), datetime.now(UTC))
        site.write(*posts)
        await site.scan(baseline=baseline)
        discord.world.set_member_permissions(MANAGER, {"manage_guild"})
        bot = ManagedBot(discord, site)
        try:
            await bot.start()
            yield bot
        finally:
            await bot.stop()
        unknown = [record for record in discord.requests if record.path == f"/channels/{ELSEWHERE}"]
        for record in unknown:  # asked for once, and refused
            discord.log.records.remove(record)
        assert_valid(discord)
        assert len(unknown) <= 1, "Discord counts what it refuses"
