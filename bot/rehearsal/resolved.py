"""What Discord adds about the users, channels and roles that the options of a command name.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
"""

from bot.rehearsal.asking import Asker
from bot.rehearsal.channel_payloads import channel_json, channel_type
from bot.rehearsal.option_form import CHANNEL, MENTIONABLE, ROLE, USER
from bot.rehearsal.people_payloads import member_json, role_json, role_jsons, user_json
from bot.rehearsal.permissions import DEFAULT_GRANTED, bits
from bot.rehearsal.records import Channel, User
from bot.rehearsal.wire import JsonObject
from bot.rehearsal.world import World

__all__ = ["permissions_of", "resolve"]

_CHANNEL_FIELDS = (
    "id name type last_message_id nsfw parent_id guild_id flags rate_limit_per_user topic position thread_metadata "
    "owner_id message_count member_count total_message_sent"
)
_NOT_OF_MEMBERS = ("user", "deaf", "mute")


def permissions_of(world: World, asker: Asker, user: User) -> str:
    """What `user` may do in the channel where is asked, as a bit set; elsewhere, what everybody usually may."""
    if asker.place != "guild":
        return str(bits(DEFAULT_GRANTED | ({"use_external_apps"} if world.external_apps else set())))
    granted = world.granted(asker.channel) if user.bot else world.permitted(user, asker.channel)
    return str(bits(granted))


def resolve(world: World, asker: Asker, option: JsonObject, number: int, resolved: JsonObject) -> None:
    """Add to `resolved` what the id `number` stands for in `option`.

    Raises:
        ValueError: the client would not offer it: not there, of another type, or not to be seen by who asks.
    """
    kind = option["type"]
    if kind == CHANNEL:
        _resolve_channel(world, asker, option, number, resolved)
        return
    user = next((user for user in world.users if user.id == number), None)
    if kind in (USER, MENTIONABLE) and user is not None and _is_there(asker, user):
        _resolve_user(world, asker, user, resolved)
        return
    is_role = any(role["id"] == str(number) for role in role_jsons(world))
    if kind in (ROLE, MENTIONABLE) and is_role and asker.place == "guild":
        resolved.setdefault("roles", {})[str(number)] = role_json(world, number)
        return
    raise ValueError(f"{number} is nothing that the option {option['name']} could name in the place {asker.place!r}")


def _is_there(asker: Asker, user: User) -> bool:
    """In direct messages with the bot there are only two."""
    return asker.place != "dm" or user.bot or user.id == asker.user.id


def _resolve_user(world: World, asker: Asker, user: User, resolved: JsonObject) -> None:
    resolved.setdefault("users", {})[str(user.id)] = user_json(user)
    if asker.place == "guild":
        member = {key: value for key, value in member_json(world, user).items() if key not in _NOT_OF_MEMBERS}
        permissions = {"permissions": permissions_of(world, asker, user)}
        resolved.setdefault("members", {})[str(user.id)] = {**member, **permissions}


def _resolve_channel(world: World, asker: Asker, option: JsonObject, number: int, resolved: JsonObject) -> None:
    channel = next((channel for channel in _offered(world, asker) if channel.id == number), None)
    if channel is None:
        raise ValueError(f"{asker.user.name} sees no channel {number} in the place {asker.place!r}")
    wanted = option.get("channel_types") or ()
    if wanted and channel_type(world, channel) not in wanted:
        raise ValueError(f"the option {option['name']} takes channels of the types {list(wanted)}, not {channel.kind}")
    told = channel_json(world, channel)
    in_guild = asker.place == "guild"
    granted = world.permitted(asker.user, channel) if in_guild else DEFAULT_GRANTED
    shown = {key: told[key] for key in _CHANNEL_FIELDS.split() if key in told}
    resolved.setdefault("channels", {})[str(number)] = {**shown, "permissions": str(bits(granted))}


def _offered(world: World, asker: Asker) -> list[Channel]:
    if asker.place == "guild":
        return [channel for channel in world.channels if "view_channel" in world.permitted(asker.user, channel)]
    return [world.elsewhere] if asker.place == "elsewhere" else []
