"""What a check asks Discord: a few requests that change nothing, none of them twice, and no session at the gateway."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

import discord

from bot.discord_app.endpoints import point_discord_at
from bot.discord_app.gateway import UNKNOWN_TO_DISCORD, told
from bot.discord_app.online_check_records import Application, Channel, Guild, Refusal, Seen
from bot.discord_app.outcomes import FAILURES
from bot.discord_app.rate_limits import LONGEST_WAIT_SECONDS
from bot.problems import LinkbotError, TokenRefusedError
from bot.settings import Settings

__all__ = ["ANSWER_SECONDS", "ask_discord"]

ANSWER_SECONDS = 20.0  # for one question; discord.py repeats it within that time where Discord fails
_UNAUTHORIZED = 401
_MOST_SERVERS = 200  # https://docs.discord.com/developers/resources/user#get-current-user-guilds
_MOST_LISTED_SERVERS = 5  # whose channels a person may look through for one that was not found


async def ask_discord(settings: Settings, token: str, answer_seconds: float = ANSWER_SECONDS) -> Seen:
    """Ask for the application, the channels of `settings` and their servers; each answer may take `answer_seconds`.

    Raises:
        TokenRefusedError: Discord does not know `token`.
        LinkbotError: Discord cannot be reached, or what answers is not Discord.
    """
    point_discord_at(settings.discord.api_url, settings.discord.gateway_url)
    client = discord.Client(intents=discord.Intents(guilds=True), max_ratelimit_timeout=LONGEST_WAIT_SECONDS)
    async with client:
        try:
            return await _Asker(client, answer_seconds).all_of(settings, token)
        except FAILURES as error:
            if isinstance(error, discord.LoginFailure) or getattr(error, "status", None) == _UNAUTHORIZED:
                raise TokenRefusedError(UNKNOWN_TO_DISCORD) from error
            reason = "there was no answer in time" if isinstance(error, TimeoutError) else told(error)
            raise LinkbotError(f"Discord could not be asked at {settings.discord.api_url} ({reason})") from error


class _Asker:
    """Asks one question after the other."""

    def __init__(self, client: discord.Client, answer_seconds: float) -> None:
        self._http = client.http
        self._answer_seconds = answer_seconds

    async def _answer(self, question: Awaitable[Any]) -> Any:
        async with asyncio.timeout(self._answer_seconds):
            return await question

    async def _answer_or_refusal(self, question: Awaitable[Any]) -> Any:
        """What Discord answers; a `Refusal` where it has that thing not, or not for the bot."""
        try:
            return await self._answer(question)
        except (discord.Forbidden, discord.NotFound) as error:
            if error.code == 0:  # not Discord's own words
                raise
            return Refusal(error.code)

    async def all_of(self, settings: Settings, token: str) -> Seen:
        """Everything, beginning with the token."""
        me = await self._answer(self._http.static_login(token))
        application = Application.of(await self._answer(self._http.application_info()), me)
        told_servers = await self._answer(self._http.get_guilds(_MOST_SERVERS, with_counts=False))
        servers = {int(server["id"]): server["name"] for server in told_servers}
        channels = await self._channels(settings)
        guild_ids = _homes(channels, servers)
        return Seen(
            application,
            servers,
            channels,
            {guild_id: guild for guild_id in guild_ids if (guild := await self._guild(guild_id, application.bot_id))},
            {
                guild_id: await self._may_have_commands(application.id, guild_id)
                for guild_id in settings.commands.guilds or guild_ids
            },
            {guild_id: await self._visible(guild_id) for guild_id in _to_look_through(guild_ids, channels, servers)},
        )

    async def _channels(self, settings: Settings) -> Mapping[int, Channel | Refusal]:
        channels = {channel.id: await self._channel(channel.id) for channel in settings.channels}
        for channel in list(channels.values()):
            if isinstance(channel, Channel) and channel.is_thread and channel.parent_id is not None:
                parent = channel.parent_id
                channels[parent] = channels[parent] if parent in channels else await self._channel(parent)
        return channels

    async def _channel(self, channel_id: int) -> Channel | Refusal:
        answer = await self._answer_or_refusal(self._http.get_channel(channel_id))
        return answer if isinstance(answer, Refusal) else Channel.of(answer)

    async def _guild(self, guild_id: int, bot_id: int) -> Guild | None:
        guild = await self._answer_or_refusal(self._http.get_guild(guild_id, with_counts=False))
        if isinstance(guild, Refusal):
            return None
        member = await self._answer_or_refusal(self._http.get_member(guild_id, bot_id))
        return None if isinstance(member, Refusal) else Guild.of(guild, member)

    async def _visible(self, guild_id: int) -> tuple[Channel, ...]:
        """The channels that the bot sees there, as members see them one below the other; Discord leaves out the others.

        Source: https://docs.discord.com/developers/resources/guild#get-guild-channels
        """
        told_channels = await self._answer_or_refusal(self._http.get_all_guild_channels(guild_id))
        if isinstance(told_channels, Refusal):
            return ()
        return tuple(Channel.of(each) for each in sorted(told_channels, key=lambda each: each.get("position", 0)))

    async def _may_have_commands(self, application_id: int, guild_id: int) -> bool:
        """Whether the bot is there with the scope ``applications.commands``."""
        answer = await self._answer_or_refusal(self._http.get_guild_commands(application_id, guild_id))
        return not isinstance(answer, Refusal)


def _homes(channels: Mapping[int, Channel | Refusal], servers: Mapping[int, str]) -> list[int]:
    """The servers of the channels, each once; where the bot is in one alone, that one, whatever it sees there."""
    if len(servers) == 1:
        return list(servers)
    homes = (channel.guild_id for channel in channels.values() if isinstance(channel, Channel))
    return list(dict.fromkeys(home for home in homes if home is not None))


def _to_look_through(
    homes: list[int], channels: Mapping[int, Channel | Refusal], servers: Mapping[int, str]
) -> list[int]:
    """The servers whose channels are listed; where a channel was not found, some of those without channels as well."""
    if not any(isinstance(channel, Refusal) for channel in channels.values()):
        return homes
    return list(dict.fromkeys([*homes, *servers]))[: max(len(homes), _MOST_LISTED_SERVERS)]
