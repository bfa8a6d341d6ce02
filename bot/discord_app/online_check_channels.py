"""What follows for the channels of the settings from what Discord told: pure."""

from collections.abc import Iterator

from bot.discord_app.online_check_mentions import mention_findings
from bot.discord_app.online_check_needs import KINDS, Need, needs_in
from bot.discord_app.online_check_permissions import MANAGE_THREADS
from bot.discord_app.online_check_place import Place, mend
from bot.discord_app.online_check_records import Channel, Finding, Refusal, Seen
from bot.discord_app.outcomes import UNKNOWN_CHANNEL
from bot.settings import AnnounceSettings, ChannelSettings

__all__ = ["can_announce_in", "channel_findings", "description"]

_TEXT, _ANNOUNCEMENT = 0, 5
_DIRECT_MESSAGES = frozenset({1, 3})
_CATEGORY = 4
_COPY_ID = "right-click the channel that you mean, Copy Channel ID (User Settings, Advanced, Developer Mode)"


def can_announce_in(channel: Channel | Refusal) -> bool:
    """Whether it is a channel of a server that takes messages; permissions aside."""
    return isinstance(channel, Channel) and channel.type in KINDS and channel.guild_id is not None


def channel_findings(index: int, settings: ChannelSettings, seen: Seen, announce: AnnounceSettings) -> list[Finding]:
    """What is to be said about ``channels[index]`` of the settings; `seen` says what it is."""
    channel = seen.channels[settings.id]
    if isinstance(channel, Refusal):
        return [_unseen(index, settings, channel, seen)]
    if channel.type not in KINDS or channel.guild_id is None:
        return [_no_place_for_messages(index, channel)]
    findings = [*_about_name(index, settings, channel), *_about_kind(index, settings, channel)]
    place = _place(index, settings, channel, seen)
    if place is None:
        what = f"#{channel.name}: Discord tells nothing about its server now, so permissions could not be checked"
        return [*findings, Finding("error", ("channels", index, "id"), what, "check again later")]
    missing = [_missing(place, need) for need in needs_in(channel, announce) if not need.permission & place.granted]
    return [*findings, *missing, *_about_thread(place), *_about_tags(place), *mention_findings(place)]


def description(channel: Channel, seen: Seen) -> str:
    """What a channel is that can be announced in: ``#links in Example Server: text channel``."""
    guild = seen.guilds.get(channel.guild_id or 0)
    closed = ", closed (a message opens it again)" if channel.archived and not channel.locked else ""
    return f"#{channel.name} in {guild.name if guild else 'its server'}: {KINDS[channel.type]}{closed}"


def _unseen(index: int, settings: ChannelSettings, refusal: Refusal, seen: Seen) -> Finding:
    where, label = ("channels", index, "id"), _label(settings)
    if settings.id in seen.servers:
        what = f"{label} is the server {seen.servers[settings.id]}, no channel"
        return Finding("error", where, what, _COPY_ID)
    if refusal.code == UNKNOWN_CHANNEL:
        return Finding("error", where, f"there is no channel {label}: deleted, or never was", _COPY_ID)
    if not seen.servers:
        what = f"the bot does not see the channel {label}, because it is in no server"
        return Finding("error", where, what, "invite it with the invite link")
    servers = ", ".join(seen.servers.values())
    what = f"the bot does not see the channel {label}; it is in {servers}"
    fix = (
        f"give the role {seen.application.bot_name} 'View Channel' in that channel (Edit Channel, Permissions);"
        " if it is in another server, invite the bot there with the invite link"
    )
    return Finding("error", where, what, fix)


def _label(settings: ChannelSettings) -> str:
    """The channel as the settings have it: ``123`` or ``123 (links)``."""
    return settings.name if settings.name == str(settings.id) else f"{settings.id} ({settings.name})"


def _no_place_for_messages(index: int, channel: Channel) -> Finding:
    where = ("channels", index, "id")
    if channel.type in _DIRECT_MESSAGES:
        return Finding("error", where, f"{channel.id} are direct messages, no channel of a server", _COPY_ID)
    if channel.type == _CATEGORY:
        what, fix = f"{channel.name} is a category, which takes no messages", f"choose a text channel in it: {_COPY_ID}"
        return Finding("error", where, what, fix)
    what = f"#{channel.name} is of a kind (number {channel.type}) that Linkbot cannot announce in"
    return Finding("error", where, what, f"choose a text channel: {_COPY_ID}")


def _about_name(index: int, settings: ChannelSettings, channel: Channel) -> Iterator[Finding]:
    name = settings.name.removeprefix("#")
    if name.casefold() != channel.name.casefold() and settings.name != str(settings.id):
        what = f"the channel is called #{channel.name} in Discord, {settings.name} here"
        yield Finding("notice", ("channels", index, "name"), what, f"write name: {channel.name}, if that was not meant")


def _about_kind(index: int, settings: ChannelSettings, channel: Channel) -> Iterator[Finding]:
    if settings.publish and channel.type != _ANNOUNCEMENT:
        what = f"publish is true, but #{channel.name} is a {KINDS[channel.type]}: nothing can be published there"
        fix = "choose an announcement channel, or take publish out"
        if channel.type == _TEXT:
            fix = "make it an announcement channel (Edit Channel, Overview; Community servers can), or take publish out"
        yield Finding("error", ("channels", index, "publish"), what, fix)


def _place(index: int, settings: ChannelSettings, channel: Channel, seen: Seen) -> Place | None:
    guild = seen.guilds.get(channel.guild_id or 0)
    home = seen.channels.get(channel.parent_id or 0) if channel.is_thread else channel
    return Place(index, settings, channel, home, guild) if guild is not None and isinstance(home, Channel) else None


def _missing(place: Place, need: Need) -> Finding:
    lack = place.lack(need.permission)
    what = f"#{place.channel.name}: the bot lacks '{need.name}' ({lack.why}): {need.otherwise}"
    return Finding(need.severity, ("channels", place.index, "id"), what, mend(place, need.name, lack))


def _about_thread(place: Place) -> Iterator[Finding]:
    if place.channel.locked and not place.granted & MANAGE_THREADS:
        what = f"#{place.channel.name}: the thread is locked, so the bot cannot write there"
        yield Finding("error", ("channels", place.index, "id"), what, "unlock it (right-click the thread, Unlock)")


def _about_tags(place: Place) -> Iterator[Finding]:
    """A forum that wants a tag refuses every post that has none of the forum's own."""
    forum, where = place.channel, ("channels", place.index, "id")
    wanted = place.settings.tags
    known = {tag.casefold() for tag in forum.tags}
    asked = {tag.casefold() for tag in wanted.any}
    always_one = (asked and asked <= known) or known & {tag.casefold() for tag in wanted.all}
    if not forum.requires_tag or always_one:
        return
    off = "turn off 'Require people to select tags when posting' (Edit Channel, Overview)"
    if not forum.tags:
        what = f"#{forum.name} wants a tag on every post, and has none that the bot may set: it takes nothing"
        yield Finding("error", where, what, off)
        return
    what = f"#{forum.name} wants a tag on every post: posts that have none of {', '.join(forum.tags)} are refused there"
    yield Finding("error", where, what, f"{off}, or let tags.any name only tags of the forum")
