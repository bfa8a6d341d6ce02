"""What ``/linkbot channels``, ``pause`` and ``resume`` show."""

from collections.abc import Iterator, Sequence

import discord

from bot.discord_app.blocks import ago, blocks_embed, mention, mentions, shown
from bot.discord_app.guild_channels import Found
from bot.discord_app.language import Language
from bot.discord_app.management import Changed, ServiceReport
from bot.discord_app.replies import Answer
from bot.settings import ChannelSettings, Filter

__all__ = ["channels_answer", "paused_answer", "resumed_answer"]

_NAMES = 300  # characters of the names of a filter
_USUAL = ("view_channel", "embed_links", "read_message_history")


def channels_answer(language: Language, found: Sequence[Found], report: ServiceReport, me: discord.Member) -> Answer:
    """Return what each channel is, takes, and lacks for `me`, which is the bot as a member of the server."""
    paused = {channel.settings.id: channel.paused_since for channel in report.channels}
    blocks = []
    for settings, channel in found:
        since, kind = paused.get(settings.id), _kind(channel)
        lines = [
            f"{mention(settings.id)} · {language.say(f'kind-{kind}')}",
            *([language.say("channel-paused", time=ago(since))] if since is not None else []),
            *_takes(language, settings),
            *_lacks(language, settings, channel, me),
        ]
        blocks.append("\n".join(lines))
    return Answer((blocks_embed(language, language.say("channels-heading"), blocks),))


def paused_answer(
    language: Language, channels: Sequence[ChannelSettings], changed: Changed, *, whole_server: bool
) -> Answer:
    """Return what became of `channels` that were to be paused: those of the `whole_server`, or one of it."""
    done, already = _parted(channels, changed)
    lines = [language.say("pause-done", channels=done)] if done else []
    lines += [language.say("pause-already", channels=already)] if already else []
    if changed.followers:
        lines.append(language.say("pause-followers"))
    elif whole_server and changed.followers_paused is not None:
        key = "pause-followers-already" if changed.followers_paused else "pause-followers-go-on"
        lines.append(language.say(key))
    return Answer(content="\n".join(lines))


def resumed_answer(language: Language, channels: Sequence[ChannelSettings], changed: Changed) -> Answer:
    """Return what became of `channels` that were to be resumed."""
    done, already = _parted(channels, changed)
    lines = [language.say("resume-done", channels=done, count=changed.waiting)] if done else []
    lines += [language.say("resume-already", channels=already)] if already else []
    if changed.followers:
        lines.append(language.say("resume-followers"))
    elif changed.followers_paused:
        lines.append(language.say("resume-followers-held"))
    return Answer(content="\n".join(lines))


def _parted(channels: Sequence[ChannelSettings], changed: Changed) -> tuple[str, str]:
    """Those that were changed, and those that were not, as Discord shows them."""
    done = [channel.id for channel in channels if channel.id in changed.channels]
    already = [channel.id for channel in channels if channel.id not in changed.channels]
    return mentions(done), mentions(already)


def _kind(channel: object) -> str:
    match channel:
        case discord.Thread():
            return "thread"
        case discord.ForumChannel():
            return "forum"
        case discord.VoiceChannel() | discord.StageChannel():
            return "voice"
        case discord.TextChannel():
            return "announcement" if channel.is_news() else "text"
    return "other"


def _takes(language: Language, settings: ChannelSettings) -> Iterator[str]:
    filters = [
        language.say(key, conditions=conditions)
        for key, wanted in (("takes-tags", settings.tags), ("takes-sources", settings.sources))
        if (conditions := "; ".join(_conditions(language, wanted)))
    ]
    if settings.paths:
        filters.append(language.say("takes-paths", names=shown(", ".join(settings.paths), _NAMES)))
    yield from filters or [language.say("takes-everything")]


def _conditions(language: Language, wanted: Filter) -> Iterator[str]:
    for key, names in (("any", wanted.any), ("all", wanted.all), ("none", wanted.none)):
        if names:
            yield language.say(f"condition-{key}", names=shown(", ".join(names), _NAMES))


def _lacks(
    language: Language,
    settings: ChannelSettings,
    channel: discord.abc.GuildChannel | discord.Thread,
    me: discord.Member,
) -> Iterator[str]:
    """What keeps the bot from announcing there as it is told to; one line if nothing does."""
    permissions = _permissions(channel, me)
    lacking = [name for name in _needed(channel) if not getattr(permissions, name)]
    lines = [*_unpingable(language, settings, me.guild, permissions)]
    if lacking:
        called = [_called(name, channel) for name in lacking]
        names = ", ".join(language.say(f"permission-{name}") for name in called)
        lines.insert(0, language.say("may-not-write", permissions=names))
    if settings.publish and _kind(channel) != "announcement":
        lines.append(language.say("may-not-publish"))
    yield from lines or [language.say("may-write")]


def _permissions(channel: discord.abc.GuildChannel | discord.Thread, me: discord.Member) -> discord.Permissions:
    try:
        return channel.permissions_for(me)
    except discord.ClientException:  # a thread in a channel that Discord does not show to the bot
        return discord.Permissions.none()


def _needed(channel: discord.abc.GuildChannel | discord.Thread) -> tuple[str, ...]:
    match _kind(channel):
        case "thread":
            return (*_USUAL, "send_messages_in_threads")
        case "voice":
            return (*_USUAL, "send_messages", "connect")
        case _:
            return (*_USUAL, "send_messages")


def _called(permission: str, channel: object) -> str:
    """The key of what Discord calls a permission in the settings of a channel."""
    if permission == "send_messages" and isinstance(channel, discord.ForumChannel):
        return "create-posts"
    return permission.replace("_", "-")


def _unpingable(
    language: Language, settings: ChannelSettings, guild: discord.Guild, permissions: discord.Permissions
) -> Iterator[str]:
    for role_id in settings.mention:
        role = guild.get_role(role_id)
        if role is None:
            yield language.say("ping-gone", role=str(role_id))
        elif not role.mentionable and not permissions.mention_everyone:
            yield language.say("may-not-ping", role=role.mention)
