"""What the bot may do in a channel or thread: https://docs.discord.com/developers/topics/threads#permissions"""

from bot.rehearsal.records import Channel
from bot.rehearsal.wire import ApiError
from bot.rehearsal.world import World

__all__ = ["missing_permissions", "require", "require_active", "require_of_guild", "require_send"]


def missing_permissions() -> ApiError:
    """The 403 for something that the bot may not do."""
    return ApiError(403, 50013, "Missing Permissions")


def require(world: World, channel: Channel, *permissions: str) -> None:
    """Raise `ApiError` 403: 50001 if the bot does not see `channel`, 50013 if it lacks one of `permissions`."""
    granted = world.granted(channel)
    if "view_channel" not in granted:
        raise ApiError(403, 50001, "Missing Access")
    if not granted.issuperset(permissions):
        raise missing_permissions()


def require_of_guild(channel: Channel) -> None:
    """Raise `ApiError` 400/50003 for direct messages, which know neither threads nor names nor followers."""
    if channel.kind == "dm":
        raise ApiError(400, 50003, "Cannot execute action on a DM channel")


def require_send(world: World, channel: Channel) -> None:
    """Raise `ApiError` if the bot may not send here: 400/50008 in a forum or category, 403/160005 in a locked thread,
    403/50007 to somebody who takes no direct messages.

    An archived thread is no hindrance: sending reopens it.
    """
    if not channel.takes_messages:
        require(world, channel)
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if channel.kind == "dm" and not world.takes_direct_messages(channel.recipient_id or 0):
        raise ApiError(403, 50007, "Cannot send messages to this user")
    require(world, channel, "send_messages_in_threads" if channel.kind == "thread" else "send_messages")
    _require_unlocked(world, channel)


def require_active(world: World, channel: Channel, *, unlocked: bool) -> None:
    """Raise `ApiError` if no message of `channel` can be changed: 400/50083 if it is an archived thread.

    Args:
        unlocked: whether being locked is a hindrance as well (403/160005); messages of an active thread can be deleted
            all the same: https://github.com/discord/discord-api-docs/pull/5919
    """
    if channel.archived:
        raise ApiError(400, 50083, "Thread is archived")
    if unlocked:
        _require_unlocked(world, channel)


def _require_unlocked(world: World, channel: Channel) -> None:
    if channel.locked and "manage_threads" not in world.granted(channel):
        raise ApiError(403, 160005, "Thread is locked")
