"""Channels, threads and direct messages as Discord writes them in JSON."""

from bot.rehearsal.ids import BOT_ROLE_ID, ELSEWHERE_GUILD_ID, OWNER_ID
from bot.rehearsal.people_payloads import user_json
from bot.rehearsal.permissions import bits
from bot.rehearsal.records import Channel, Message
from bot.rehearsal.wire import JsonObject, utc_text
from bot.rehearsal.world import World

__all__ = ["channel_json", "channel_type", "told_channel_json"]

_CHANNEL_TYPES = {"text": 0, "dm": 1, "voice": 2, "private": 3, "announcement": 5, "thread": 11, "forum": 15}
_CHANNEL_TYPES |= {"media": 16, "category": 4, "elsewhere": 0}
_ANNOUNCEMENT_THREAD = 10
_NOT_OF_CATEGORIES = frozenset({"topic", "last_message_id", "rate_limit_per_user"})
_REQUIRE_TAG = 1 << 4
_OBFUSCATED = 1 << 17
_NOT_OBFUSCATED = ("id", "type", "guild_id", "position", "parent_id", "nsfw", "bitrate", "user_limit", "rtc_region")


def channel_json(world: World, channel: Channel) -> JsonObject:
    """A channel or thread object, or one of direct messages."""
    if channel.kind == "thread":
        return _thread_json(world, channel)
    if channel.kind in {"dm", "private"}:
        return _direct_json(world, channel)
    position = world.channels.index(channel) if channel in world.channels else 0
    common: JsonObject = {
        "id": str(channel.id),
        "type": channel_type(world, channel),
        "guild_id": str(ELSEWHERE_GUILD_ID if channel.kind == "elsewhere" else world.guild_id),
        "name": channel.name,
        "parent_id": None,
        "position": position,
        "permission_overwrites": _overwrites(world, channel),
        "nsfw": False,
        "flags": _REQUIRE_TAG if channel.require_tag else 0,
        "rate_limit_per_user": 0,
        "last_message_id": _last_message_id(world, channel),
        "topic": None,
    }
    if channel.kind == "category":
        return {key: value for key, value in common.items() if key not in _NOT_OF_CATEGORIES}
    if channel.kind == "voice":
        del common["topic"]
        return {**common, "bitrate": 64000, "user_limit": 0, "rtc_region": None}
    return {**common, **_forum_json(channel)} if channel.is_forum else common


def told_channel_json(world: World, channel: Channel) -> JsonObject:
    """A channel or thread as the gateway tells of it: of one that the bot does not see only that there is one.

    Source: https://docs.discord.com/developers/resources/channel#obfuscated-channels
    """
    told = channel_json(world, channel)
    if channel.kind in {"dm", "private", "elsewhere", "thread"} or "view_channel" in world.granted(channel):
        return told
    nobody = _overwrite(world.guild_id, frozenset(), frozenset({"view_channel"}))
    known = {key: told[key] for key in _NOT_OBFUSCATED if key in told}
    return {**known, "name": "___hidden___", "flags": _OBFUSCATED, "permission_overwrites": [nobody]}


def channel_type(world: World, channel: Channel) -> int:
    """The number for the kind of a channel or thread."""
    parent = world.find_channel(channel.parent_id or 0)
    if channel.kind == "thread" and parent is not None and parent.kind == "announcement":
        return _ANNOUNCEMENT_THREAD
    return _CHANNEL_TYPES[channel.kind]


def _overwrites(world: World, channel: Channel) -> list[JsonObject]:
    """What makes `World.granted` and `World.permitted` true in the eyes of a client that adds permissions up itself."""
    allowed, denied = channel.granted - channel.denied, channel.denied
    seeing = frozenset({"view_channel"})
    if not channel.hidden:
        return [_overwrite(BOT_ROLE_ID, allowed, denied)] if allowed or denied else []
    return [
        _overwrite(world.guild_id, frozenset(), seeing),
        _overwrite(BOT_ROLE_ID, allowed | (seeing - denied), denied),
        *(_overwrite(role, seeing, frozenset()) for role in sorted(channel.seen_by)),
    ]


def _overwrite(role_id: int, allowed: frozenset[str], denied: frozenset[str]) -> JsonObject:
    return {"id": str(role_id), "type": 0, "allow": str(bits(allowed)), "deny": str(bits(denied))}


def _direct_json(world: World, channel: Channel) -> JsonObject:
    """Direct messages with the bot, or a chat of people without it."""
    common = {
        "id": str(channel.id),
        "type": _CHANNEL_TYPES[channel.kind],
        "flags": 0,
        "last_message_id": _last_message_id(world, channel),
    }
    if channel.kind == "dm":
        return {**common, "recipients": [user_json(world.user(channel.recipient_id or 0))]}
    people = [user_json(user) for user in world.users if not user.bot]
    return {**common, "recipients": people, "name": channel.name, "icon": None, "owner_id": str(OWNER_ID)}


def _forum_json(forum: Channel) -> JsonObject:
    """What a forum has beyond other channels."""
    tags = [
        {"id": str(tag.id), "name": tag.name, "moderated": tag.moderated, "emoji_id": None, "emoji_name": None}
        for tag in forum.available_tags
    ]
    more: JsonObject = {"default_reaction_emoji": None, "default_sort_order": None}
    return {"available_tags": tags, **more, "default_forum_layout": 0, "template": ""}


def _last_message_id(world: World, channel: Channel) -> str | None:
    if channel.is_forum:  # there it is the newest thread
        threads = world.threads(channel.id)
        return str(threads[0].id) if threads else None
    messages = _messages(world, channel)
    return str(messages[-1].id) if messages else None


def _messages(world: World, channel: Channel) -> list[Message]:
    """What stands there; nothing if it was just deleted."""
    return [] if world.find_channel(channel.id) is None else world.messages(channel.id)


def _thread_json(world: World, thread: Channel) -> JsonObject:
    count = sum(message.id != thread.id for message in _messages(world, thread))  # all but the first one of a forum's
    return {
        "id": str(thread.id),
        "type": channel_type(world, thread),
        "guild_id": str(world.guild_id),
        "parent_id": str(thread.parent_id),
        "owner_id": str(thread.owner_id),
        "name": thread.name,
        "last_message_id": _last_message_id(world, thread),
        "message_count": count,
        "total_message_sent": count,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "flags": 0,
        "applied_tags": [str(tag) for tag in thread.applied_tags],
        "thread_metadata": {
            "archived": thread.archived,
            "auto_archive_duration": thread.archive_minutes,
            "archive_timestamp": utc_text(thread.archive_changed_at),
            "create_timestamp": utc_text(thread.created_at),
            "locked": thread.locked,
        },
    }
