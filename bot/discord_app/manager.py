"""Answers to people who manage a server, about the channels of this server alone, whatever they ask or press."""

import logging
import re
from collections.abc import Sequence

import discord

from bot.catalog.listings import Place
from bot.catalog.overview import BY_NUMBER, NamedPost
from bot.discord_app import limits
from bot.discord_app.base36 import base36
from bot.discord_app.blocks import mention, mentions, shown
from bot.discord_app.guild_channels import Found, GuildChannels
from bot.discord_app.jump import jump_links
from bot.discord_app.language import language_of
from bot.discord_app.managed_channels import channels_answer, paused_answer, resumed_answer
from bot.discord_app.managed_posts import announced_answer, preview_answer, would_announce_answer
from bot.discord_app.managed_status import status_answer
from bot.discord_app.management import Changed, Management, PostReport
from bot.discord_app.replies import Answer, UnfitError, answer_press
from bot.problems import UsageError
from bot.settings import ChannelSettings

__all__ = ["CONFIRMATION", "MOST_NEWEST", "Manager"]

_log = logging.getLogger(__name__)

MOST_NEWEST = 10  # posts, as many as fit into the custom id of a button
_SHOWN = 100  # characters of what was typed
_SEVERAL = 5  # posts that are named where one was asked for

# announce!<channel, in base 36, or nothing>!<ids of posts, in base 36>
CONFIRMATION = r"announce!(?P<into>[0-9a-z]{0,13})!(?P<posts>[0-9a-z]{1,11}(?:\.[0-9a-z]{1,11}){0,9})"


class Manager:
    """Answers each command, for who may manage the server where it is asked, about the channels of that server.

    Every coroutine that makes an answer raises `UnfitError` for who may not, or fills in what cannot be, and
    `CatalogError` if the catalog fails.
    """

    def __init__(self, management: Management) -> None:
        self._management = management
        self._guild_channels = GuildChannels()

    async def status(self, interaction: discord.Interaction) -> Answer:
        """What the service does, and needs people for."""
        report = await self._management.status(_settings_of(await self._some_here(interaction)))
        return status_answer(language_of(interaction.locale), report, interaction.client.latency)

    async def channels(self, interaction: discord.Interaction) -> Answer:
        """What each channel takes, and what the bot lacks there."""
        found = await self._some_here(interaction)
        if interaction.guild is None or interaction.guild.me is None:
            raise UnfitError("channels-unknown")
        report = await self._management.status(_settings_of(found))
        return channels_answer(language_of(interaction.locale), found, report, interaction.guild.me)

    async def preview(self, interaction: discord.Interaction, post: str) -> Answer:
        """A post's card, and what becomes of it."""
        channels = _settings_of(await self._some_here(interaction))
        report = await self._find(post, channels)
        places = {
            channel_id: [Place(channel_id, delivery.message_id)]
            for channel_id, delivery in report.deliveries.items()
            if delivery.message_id is not None
        }
        links = jump_links(interaction, places, for_all=False)
        return preview_answer(language_of(interaction.locale), report, links, self._management.tldr_characters)

    async def would_announce(
        self, interaction: discord.Interaction, post: str | None, latest: int | None, into: int | None
    ) -> Answer:
        """What would be announced where, with a button that does it."""
        channels = _settings_of(await self._some_here(interaction))
        if into is not None:
            _one_of(channels, into)
        if (post is None) is (latest is None):
            raise UnfitError("announce-one-of")
        if post is not None:
            posts = [(await self._find(post, channels)).known.id]
        else:
            posts = await self._management.newest(latest or 0)
        steps = await self._management.would_announce(posts, channels, into)
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            style=discord.ButtonStyle.primary, custom_id=_confirmation(posts, into)
        )
        return would_announce_answer(language_of(interaction.locale), steps, button)

    async def press(self, interaction: discord.Interaction, custom_id: str) -> None:
        """Announce what was confirmed; pressed twice, the second time finds it announced."""
        await answer_press(interaction, self._announce(interaction, custom_id))

    async def _announce(self, interaction: discord.Interaction, custom_id: str) -> Answer:
        confirmed = re.fullmatch(CONFIRMATION, custom_id)
        assert confirmed is not None, "only what matches comes here"
        channels = _settings_of(await self._some_here(interaction))
        into = int(confirmed["into"], 36) if confirmed["into"] else None
        if into is not None:
            _one_of(channels, into)
        posts = list(dict.fromkeys(int(number, 36) for number in confirmed["posts"].split(".")))
        try:
            steps = await self._management.announce(posts, channels, into)
        except UsageError as error:
            raise UnfitError("announce-changed") from error
        for step in steps:
            if step.channels:
                path, names = step.known.post.path, [channel.name for channel in step.channels]
                fields = {"post": path, "channels": names}
                _log.info("User %d announces %r in %s", interaction.user.id, path, ", ".join(names), extra=fields)
        return announced_answer(language_of(interaction.locale), steps)

    async def pause(self, interaction: discord.Interaction, channel_id: int | None) -> Answer:
        """Hold back what is to be announced."""
        found = await self._some_here(interaction)
        channels = _chosen(found, channel_id)
        changed = await self._management.pause(channels, followers=self._means_followers(found, channel_id))
        _log.info("User %d pauses %s", interaction.user.id, _named(channels, changed))
        language = language_of(interaction.locale)
        return paused_answer(language, channels, changed, whole_server=channel_id is None)

    async def resume(self, interaction: discord.Interaction, channel_id: int | None) -> Answer:
        """Let it go."""
        found = await self._some_here(interaction)
        channels = _chosen(found, channel_id)
        changed = await self._management.resume(channels, followers=self._means_followers(found, channel_id))
        _log.info("User %d resumes %s", interaction.user.id, _named(channels, changed))
        return resumed_answer(language_of(interaction.locale), channels, changed)

    def _means_followers(self, found: Sequence[Found], channel_id: int | None) -> bool:
        """Whether all channels are meant, of this server and any other: then who follows something gets nothing too."""
        return channel_id is None and len(found) == len(self._management.channels)

    async def posts_like(self, interaction: discord.Interaction, typed: str) -> list[NamedPost]:
        """Posts with the words that were typed so far, as many as Discord offers; none for who may not see drafts."""
        try:
            await self._some_here(interaction)
        except UnfitError:
            return []
        return await self._management.posts_like(_sound(typed), limits.CHOICES)

    async def _find(self, asked: str, channels: Sequence[ChannelSettings]) -> PostReport:
        """The post that is named, or the only one that has the words of `asked`; a number names that post or none."""
        asked = _sound(asked)
        report = await self._management.find(asked, channels)
        if report is None and asked and not BY_NUMBER.fullmatch(asked):
            like = await self._management.posts_like(asked, _SEVERAL + 1)
            if len(like) > 1:
                raise UnfitError("post-several", post=f"**{shown(asked, _SHOWN)}**", posts=_several(like))
            report = await self._management.find(f"#{like[0].id}", channels) if like else None
        if report is None:
            raise UnfitError("post-unknown", post=f"**{shown(asked, _SHOWN)}**")
        return report

    async def _some_here(self, interaction: discord.Interaction) -> list[Found]:
        """The channels of this server; without any of them nobody there may look at what the bot does, or at drafts."""
        if interaction.guild_id is None or not interaction.is_guild_integration():
            raise UnfitError("manage-in-server")
        if not _may_manage(interaction):
            raise UnfitError("manage-not-allowed")
        found = await self._guild_channels.of(interaction, self._management.channels)
        if not found:
            raise UnfitError("manage-no-channel")
        return found


def _may_manage(interaction: discord.Interaction) -> bool:
    """Discord shows the commands only to such people, but administrators of a server can show them to others."""
    return interaction.permissions.manage_guild or interaction.permissions.administrator


def _settings_of(found: Sequence[Found]) -> list[ChannelSettings]:
    return [settings for settings, _ in found]


def _chosen(found: Sequence[Found], channel_id: int | None) -> list[ChannelSettings]:
    channels = _settings_of(found)
    return channels if channel_id is None else [_one_of(channels, channel_id)]


def _named(channels: Sequence[ChannelSettings], changed: Changed) -> str:
    """What is asked to be changed, for the log."""
    return ", ".join(
        [*(each.name for each in channels), *(["direct messages to followers"] if changed.followers else [])]
    )


def _one_of(channels: Sequence[ChannelSettings], channel_id: int) -> ChannelSettings:
    for channel in channels:
        if channel.id == channel_id:
            return channel
    known = [channel.id for channel in channels]
    raise UnfitError("manage-other-channel", channel=mention(channel_id), channels=mentions(known))


def _several(posts: Sequence[NamedPost]) -> str:
    """A line for each of the first few of `posts`, with what is to be typed: its path; its number if that is long."""
    lines = []
    for post in posts[:_SEVERAL]:
        name = post.path if len(post.path) <= limits.CHOICE_CHARACTERS else f"#{post.id}"
        lines.append(f"▸ {shown(name, limits.CHOICE_CHARACTERS)} · {shown(post.title, _SHOWN)}")
    return "\n".join([*lines, *(["…"] if len(posts) > _SEVERAL else [])])


def _confirmation(posts: Sequence[int], into: int | None) -> str:
    return f"announce!{'' if into is None else base36(into)}!{'.'.join(map(base36, posts))}"


def _sound(text: str) -> str:
    """What a member typed, without what no path contains: a lone surrogate, which JSON lets through."""
    return text.encode("utf-8", "ignore").decode().strip()
