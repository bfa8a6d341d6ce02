"""The world as Discord writes it in JSON, the same over REST and gateway."""

from bot.rehearsal.channel_payloads import channel_json, told_channel_json
from bot.rehearsal.ids import APPLICATION_ID, OWNER_ID
from bot.rehearsal.people_payloads import JOINED_AT, member_json, role_jsons, user_json
from bot.rehearsal.permissions import EVERY_PERMISSION, bits
from bot.rehearsal.records import Message
from bot.rehearsal.wire import JsonObject, utc_text
from bot.rehearsal.world import World

__all__ = ["application_json", "guild_create_json", "guild_json", "message_json", "my_guild_json"]

_REPLY = 19
_OF_COMMAND = {1: 20, 2: 23, 3: 23}  # the types of messages that answer commands, by the types of those
_GUILD_NONE = (
    "icon description home_header splash discovery_splash banner application_id afk_channel_id system_channel_id "
    "rules_channel_id public_updates_channel_id safety_alerts_channel_id widget_channel_id vanity_url_code "
    "max_presences owner_configured_content_level incidents_data hub_type latest_onboarding_question_id"
)
_GUILD_ZERO = (
    "default_message_notifications verification_level explicit_content_filter mfa_level nsfw_level premium_tier "
    "premium_subscription_count system_channel_flags"
)


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


def my_guild_json(world: World) -> JsonObject:
    """What ``GET /users/@me/guilds`` tells about the guild."""
    granted = EVERY_PERMISSION if "administrator" in world.bot_granted else world.everyone_granted | world.bot_granted
    return {
        "id": str(world.guild_id),
        "name": world.guild_name,
        "icon": None,
        "banner": None,
        "owner": False,
        "permissions": str(bits(granted)),
        "features": ["NEWS", "COMMUNITY"],
    }


def guild_create_json(world: World) -> JsonObject:
    """The data of GUILD_CREATE: the guild with its channels, its threads, and the bot as its only known member."""
    channels = [channel for channel in world.channels if channel.kind != "thread"]
    threads = [thread for thread in world.threads() if not thread.archived and "view_channel" in world.granted(thread)]
    return {
        **guild_json(world),
        "joined_at": JOINED_AT,
        "large": False,
        "unavailable": False,
        "member_count": len(world.users),
        "members": [member_json(world, world.bot)],
        "channels": [told_channel_json(world, channel) for channel in channels],
        "threads": [channel_json(world, thread) for thread in threads],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application_json(world: World) -> JsonObject:
    """The application object of the bot."""
    bot_user, chosen = user_json(world.bot), world.application
    return {
        "id": str(APPLICATION_ID),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot_public": chosen.public,
        "bot_require_code_grant": chosen.requires_code_grant,
        "verify_key": "0" * 64,
        "flags": chosen.flags,
        "flags_new": str(chosen.flags),
        "owner": user_json(world.user(OWNER_ID)),
        "team": None,
        "bot": bot_user,
        "redirect_uris": [],
        "interactions_endpoint_url": chosen.interactions_endpoint_url,
        "role_connections_verification_url": None,
        "explicit_content_filter": 0,
        "integration_types_config": {"0": {}, "1": {}} if world.user_installs else {"0": {}},
        "integration_public": chosen.public,
        "integration_require_code_grant": chosen.requires_code_grant,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "eligible_oauth2_scopes": [],
        "max_participants": None,
        "tags": [],
        "rpc_origins": [],
    }


def _type_of(message: Message) -> int:
    """What kind of message it is: an answer to a command, one to a button or select, or a plain one."""
    if message.interaction is None:
        return 0
    return _OF_COMMAND.get(message.interaction.get("command_type", 0), _REPLY)


def message_json(world: World, message: Message, *, nonce: str | int | None = None) -> JsonObject:
    """A message object; `nonce` is given where Discord echoes it: in the answer to its creation, and MESSAGE_CREATE."""
    payload: JsonObject = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": _type_of(message),
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
        if "interacted_message_id" in message.interaction:
            place = {"type": 0, "channel_id": str(message.channel_id)}
            payload["message_reference"] = {**place, "message_id": message.interaction["interacted_message_id"]}
    return payload if nonce is None else {**payload, "nonce": nonce}
