"""Which channels of the settings belong to the server where somebody asks."""

import asyncio
from collections.abc import Callable, Sequence

import discord

from bot.discord_app.clock import steady_seconds
from bot.discord_app.outcomes import UNREACHABLE
from bot.settings import ChannelSettings

__all__ = ["Found", "GuildChannels"]

KEPT_SECONDS = 600.0
FETCH_SECONDS = 5.0

Found = tuple[ChannelSettings, discord.abc.GuildChannel | discord.Thread]


class GuildChannels:
    """Knows channels by the gateway; asks Discord for those that it was not told of, closed threads for example."""

    def __init__(self, clock: Callable[[], float] = steady_seconds) -> None:
        """`clock` says how old an answer is, in seconds."""
        self._clock = clock
        self._fetched: dict[int, tuple[float, discord.abc.GuildChannel | discord.Thread | None]] = {}

    async def of(self, interaction: discord.Interaction, channels: Sequence[ChannelSettings]) -> list[Found]:
        """Return those of `channels` that are in the server of `interaction`, in their order.

        One that Discord does not show to the bot belongs to no server that anybody could tell.
        """
        found = []
        for settings in channels:
            channel = await self._get(interaction.client, settings.id)
            if channel is not None and channel.guild.id == interaction.guild_id:
                found.append((settings, channel))
        return found

    async def _get(self, client: discord.Client, channel_id: int) -> discord.abc.GuildChannel | discord.Thread | None:
        channel = client.get_channel(channel_id)
        if channel is not None:
            return _in_guild(channel)
        asked_at, fetched = self._fetched.get(channel_id, (float("-inf"), None))
        if self._clock() - asked_at <= KEPT_SECONDS:
            return fetched
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                fetched = _in_guild(await client.fetch_channel(channel_id))
        except (discord.Forbidden, discord.NotFound):
            fetched = None  # kept as well: Discord counts refusals
        except UNREACHABLE:
            return None
        self._fetched[channel_id] = (self._clock(), fetched)
        return fetched


def _in_guild(channel: object) -> discord.abc.GuildChannel | discord.Thread | None:
    return channel if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else None
