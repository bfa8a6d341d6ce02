"""Users, members and roles as Discord writes them in JSON."""

from bot.rehearsal.ids import APPLICATION_ID, BOT_ROLE_ID
from bot.rehearsal.permissions import bits
from bot.rehearsal.records import User
from bot.rehearsal.wire import JsonObject, utc_text
from bot.rehearsal.world import World

__all__ = ["JOINED_AT", "me_json", "member_json", "role_json", "role_jsons", "user_json"]

JOINED_AT = utc_text(1_700_000_000)
"""When everybody joined the guild."""


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
        "roles": [str(BOT_ROLE_ID)] if user.id == world.bot.id else list(map(str, sorted(world.roles_of(user)))),
        "joined_at": JOINED_AT,
        "premium_since": None,
        "communication_disabled_until": _timeout(world, user),
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def _timeout(world: World, user: User) -> str | None:
    until = world.bot_timed_out_until if user.id == world.bot.id else None
    return None if until is None else utc_text(until)


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
    return [
        _role(world.guild_id, "@everyone", 0, bits(world.everyone_granted), mentionable=False, managed=False),
        _role(BOT_ROLE_ID, world.bot.name, 1, bits(world.bot_granted), mentionable=False, managed=True),
        *(
            _role(role.id, role.name, position, bits(role.permissions), mentionable=role.mentionable, managed=False)
            for position, role in enumerate(world.roles, start=2)
        ),
    ]


def role_json(world: World, role_id: int) -> JsonObject:
    """The role with that id, @everyone and the bot's own included; `ValueError` if there is none."""
    for role in role_jsons(world):
        if role["id"] == str(role_id):
            return role
    raise ValueError(f"there is no role {role_id}")
