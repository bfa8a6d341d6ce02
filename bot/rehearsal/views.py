"""What the control API and the page are told: Discord's JSON, and what only the stand-in knows."""

from bot.rehearsal.asking import Asker, Place
from bot.rehearsal.backend import Backend
from bot.rehearsal.faults import Fault
from bot.rehearsal.interactions import InteractionAnswer
from bot.rehearsal.offers import is_offered, message_commands, slash_commands, typed_commands
from bot.rehearsal.payloads import message_json
from bot.rehearsal.records import Channel, Message, User
from bot.rehearsal.rest import RequestRecord
from bot.rehearsal.wire import JsonObject
from bot.rehearsal.world import World

__all__ = ["answer_view", "channel_view", "fault_view", "message_view", "request_view", "state_view"]


def message_view(world: World, message: Message) -> JsonObject:
    """A message object with its nonce, its pings, and the embeds that members see."""
    pings = {
        "everyone": message.pings.everyone,
        "users": [str(user) for user in sorted(message.pings.users)],
        "roles": [str(role) for role in sorted(message.pings.roles)],
    }
    shown = {"shown_embeds": list(message.shown_embeds), "ephemeral": message.ephemeral, "pings": pings}
    return {**message_json(world, message), "nonce": message.nonce, **shown}


def channel_view(channel: Channel) -> JsonObject:
    """A channel or thread, or direct messages."""
    return {
        "id": str(channel.id),
        "name": channel.name,
        "kind": channel.kind,
        "denied": sorted(channel.denied),
        "granted": sorted(channel.granted),
        "parent_id": None if channel.parent_id is None else str(channel.parent_id),
        "available_tags": [
            {"id": str(tag.id), "name": tag.name, "moderated": tag.moderated} for tag in channel.available_tags
        ],
        "require_tag": channel.require_tag,
        "hidden": channel.hidden,
        "seen_by": [str(role_id) for role_id in sorted(channel.seen_by)],
        "applied_tags": [str(tag_id) for tag_id in channel.applied_tags],
        "archived": channel.archived,
        "locked": channel.locked,
    }


def state_view(backend: Backend) -> JsonObject:
    """The guild without its messages: channels, roles, people, commands, and whether the bot is there."""
    world = backend.world
    commands = slash_commands(world)
    return {
        "guild": world.guild_name,
        "bot": {"id": str(world.bot.id), "name": world.bot.name, "connected": backend.gateway.connected},
        "channels": [channel_view(channel) for channel in world.channels],
        "roles": [{"id": str(role.id), "name": role.name} for role in world.roles],
        "users": [{"id": str(user.id), "name": user.name} for user in world.users],
        "people": [_person_view(world, user) for user in world.users if not user.bot],
        "commands": commands,
        "typed_commands": [
            {"name": chosen.name, "description": chosen.description, "options": chosen.options}
            for command in commands
            for chosen in typed_commands(command)
        ],
        "message_commands": message_commands(world),
    }


def _person_view(world: World, user: User) -> JsonObject:
    permissions = world.guild_permissions(user)
    direct = next((channel for channel in world.direct_channels if channel.recipient_id == user.id), None)
    return {
        "id": str(user.id),
        "name": user.name,
        "roles": [str(role_id) for role_id in sorted(world.roles_of(user))],
        "permissions": sorted(permissions),
        "manages": "manage_guild" in permissions,
        "takes_direct_messages": world.takes_direct_messages(user.id),
        "direct_channel": None if direct is None else channel_view(direct),
        "offered": {"guild": _offered(world, user, "guild"), "dm": _offered(world, user, "dm")},
    }


def _offered(world: World, user: User, place: Place) -> list[str]:
    """The ids of the commands that a person is shown in the guild or in direct messages."""
    asker = Asker(user, "en-US", place, world.elsewhere)
    commands = [*slash_commands(world), *message_commands(world)]
    return [command["id"] for command in commands if is_offered(world, asker, command)]


def request_view(record: RequestRecord) -> JsonObject:
    """A request of the bot and its answer."""
    return {
        "number": record.number,
        "method": record.method,
        "path": record.path,
        "query": record.query,
        "body": record.body,
        "at": record.at,
        "status": record.status,
        "answer": record.answer,
        "fault": record.fault,
        "invalid": record.invalid,
    }


def fault_view(number: int, fault: Fault) -> JsonObject:
    """An arranged fault; `number` is its place, counted from 0."""
    described = {"method": fault.method, "path": fault.path, "kind": fault.kind, "after": fault.after}
    return {"number": number, **described, "times": fault.times, "hits": fault.hits}


def answer_view(world: World, answer: InteractionAnswer) -> JsonObject:
    """What a member gets of an interaction."""
    return {
        "type": answer.type,
        "seconds": answer.seconds,
        "message": None if answer.message is None else message_view(world, answer.message),
        "followups": [message_view(world, message) for message in answer.followups],
    }
