"""The world as Discord writes it in JSON, the same over REST and gateway."""

from bot.rehearsal.permissions import DEFAULT_GRANTED, bits
from bot.rehearsal.records import Channel, Message, User
from bot.rehearsal.wire import JsonObject, utc_text
from bot.rehearsal.world import APPLICATION_ID, BOT_ROLE_ID, OWNER_ID, World

__all__ = [
    "application_json",
    "channel_json",
    "guild_create_json",
    "guild_json",
    "me_json",
    "member_json",
    "message_json",
    "role_jsons",
    "user_json",
]

_CHANNEL_TYPES = {"text": 0, "voice": 2, "announcement": 5, "thread": 11, "forum": 15, "media": 16}
_ANNOUNCEMENT_THREAD = 10
_CHAT_INPUT_COMMAND = 20
_REQUIRE_TAG = 1 << 4
_GUILD_NONE = (
    "icon description home_header splash discovery_splash banner application_id afk_channel_id system_channel_id "
    "rules_channel_id public_updates_channel_id safety_alerts_channel_id widget_channel_id vanity_url_code "
    "max_presences owner_configured_content_level incidents_data hub_type latest_onboarding_question_id"
)
_GUILD_ZERO = (
    "default_message_notifications verification_level explicit_content_filter mfa_level nsfw_level premium_tier "
    "premium_subscription_count system_channel_flags"
)
_JOINED_AT = utc_text(1_700_000_000)


def user_json(user: User) -> JsonObject:
    """A user object."""
    return {
        "id": str(user.id),
        "username": user.name,
        "discriminator": "0000" if user.bot else "0",
        "global_name": None if user.bot else user.name.title(),
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        "banner": None,
        "accent_color": None,
    }


def me_json(user: User) -> JsonObject:
    """The user object of whoever asks, which tells more."""
    return {**user_json(user), "mfa_enabled": False, "locale": "en-US", "email": None, "verified": True}


def member_json(world: World, user: User) -> JsonObject:
    """A guild member object."""
    return {
        "user": user_json(user),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [str(BOT_ROLE_ID)] if user.id == world.bot.id else [],
        "joined_at": _JOINED_AT,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def _role(role_id: int, name: str, position: int, permissions: int, *, mentionable: bool, managed: bool) -> JsonObject:
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    role: JsonObject = {
        "id": str(role_id),
        "name": name,
        "description": None,
        "permissions": str(permissions),
        "position": position,
        "color": 0,
        "colors": colors,
        "hoist": False,
        "managed": managed,
        "mentionable": mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return {**role, "tags": {"bot_id": str(APPLICATION_ID)}} if managed else role


def role_jsons(world: World) -> list[JsonObject]:
    """Every role: @everyone, the bot's own, those of the rehearsal."""
    everybody = bits({"view_channel", "read_message_history", "use_application_commands"})
    return [
        _role(world.guild_id, "@everyone", 0, everybody, mentionable=False, managed=False),
        _role(BOT_ROLE_ID, world.bot.name, 1, bits(DEFAULT_GRANTED), mentionable=False, managed=True),
        *(
            _role(role.id, role.name, position, everybody, mentionable=role.mentionable, managed=False)
            for position, role in enumerate(world.roles, start=2)
        ),
    ]


def channel_json(world: World, channel: Channel) -> JsonObject:
    """A channel or thread object."""
    if channel.kind == "thread":
        return _thread_json(world, channel)
    position = world.channels.index(channel) if channel in world.channels else 0
    allowed, denied = bits(channel.granted - channel.denied), bits(channel.denied)
    overwrite = {"id": str(BOT_ROLE_ID), "type": 0, "allow": str(allowed), "deny": str(denied)}
    common: JsonObject = {
        "id": str(channel.id),
        "type": _CHANNEL_TYPES[channel.kind],
        "guild_id": str(world.guild_id),
        "name": channel.name,
        "parent_id": None,
        "position": position,
        "permission_overwrites": [overwrite] if allowed or denied else [],
        "nsfw": False,
        "flags": _REQUIRE_TAG if channel.require_tag else 0,
        "rate_limit_per_user": 0,
        "last_message_id": _last_message_id(world, channel),
        "topic": None,
    }
    if channel.kind == "voice":
        del common["topic"]
        return {**common, "bitrate": 64000, "user_limit": 0, "rtc_region": None}
    return {**common, **_forum_json(channel)} if channel.is_forum else common


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
    messages = world.messages(channel.id) if channel in world.channels else []
    return str(messages[-1].id) if messages else None


def _thread_json(world: World, thread: Channel) -> JsonObject:
    of_news = any(channel.id == thread.parent_id and channel.kind == "announcement" for channel in world.channels)
    messages = world.messages(thread.id) if thread in world.channels else []
    count = sum(message.id != thread.id for message in messages)  # all but the first one of a forum's
    return {
        "id": str(thread.id),
        "type": _ANNOUNCEMENT_THREAD if of_news else _CHANNEL_TYPES["thread"],
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


def guild_json(world: World) -> JsonObject:
    """A guild object, as ``GET /guilds/{id}`` gives it."""
    none, zero = dict.fromkeys(_GUILD_NONE.split()), dict.fromkeys(_GUILD_ZERO.split(), 0)
    return {
        **none,
        **zero,
        "id": str(world.guild_id),
        "name": world.guild_name,
        "owner_id": str(OWNER_ID),
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": role_jsons(world),
        "emojis": [],
        "stickers": [],
        "features": ["NEWS", "COMMUNITY"],
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
    }


def guild_create_json(world: World) -> JsonObject:
    """The data of GUILD_CREATE: the guild with its channels, its threads, and the bot as its only known member."""
    channels = [channel for channel in world.channels if channel.kind != "thread"]
    threads = [thread for thread in world.threads() if not thread.archived and "view_channel" in world.granted(thread)]
    return {
        **guild_json(world),
        "joined_at": _JOINED_AT,
        "large": False,
        "unavailable": False,
        "member_count": len(world.users),
        "members": [member_json(world, world.bot)],
        "channels": [channel_json(world, channel) for channel in channels],
        "threads": [channel_json(world, thread) for thread in threads],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application_json(world: World) -> JsonObject:
    """The application object of the bot."""
    bot_user = user_json(world.bot)
    return {
        "id": str(APPLICATION_ID),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "owner": user_json(world.user(OWNER_ID)),
        "team": None,
        "bot": bot_user,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "explicit_content_filter": 0,
        "integration_types_config": {"0": {}},
        "integration_public": True,
        "integration_require_code_grant": False,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "eligible_oauth2_scopes": [],
        "max_participants": None,
        "tags": [],
        "rpc_origins": [],
    }


def message_json(world: World, message: Message, *, nonce: str | int | None = None) -> JsonObject:
    """A message object; `nonce` is given where Discord echoes it: in the answer to its creation, and MESSAGE_CREATE."""
    payload: JsonObject = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": _CHAT_INPUT_COMMAND if message.interaction else 0,
        "author": user_json(message.author),
        "content": message.content,
        "embeds": list(message.embeds),
        "components": list(message.components),
        "attachments": [],
        "mentions": [user_json(user) for user in world.users if user.id in message.pings.users],
        "mention_roles": [str(role) for role in sorted(message.pings.roles)],
        "mention_everyone": message.pings.everyone,
        "timestamp": utc_text(message.created_at),
        "edited_timestamp": None if message.edited_at is None else utc_text(message.edited_at),
        "flags": message.flags,
        "pinned": False,
        "tts": message.tts,
    }
    if message.interaction is not None:
        payload |= {"application_id": str(APPLICATION_ID), "webhook_id": str(APPLICATION_ID)}
        payload["interaction_metadata"] = message.interaction
    return payload if nonce is None else {**payload, "nonce": nonce}
