"""What the control API changes about a channel or thread."""

from bot.rehearsal.backend import Backend
from bot.rehearsal.forms import snowflake
from bot.rehearsal.records import StandInTag
from bot.rehearsal.wire import JsonObject

__all__ = ["BadControlError", "change_channel"]

_KNOWN = frozenset({"denied", "granted", "tags", "require_tag", "archived", "locked"})
_EXAMPLES = (
    'say {"denied": ["send_messages", …]}, {"granted": ["manage_threads", …]}, '
    '{"tags": [{"id": "1", "name": "kubernetes"}, …], "require_tag": false} or {"archived": true, "locked": false}'
)


class BadControlError(ValueError):
    """A control request says something that cannot be understood."""


def change_channel(backend: Backend, channel_id: int, body: JsonObject) -> None:
    """Change what `body` names, and nothing else.

    Raises:
        ValueError: it names nothing, something unknown, or something that this channel cannot have.
        ApiError: 404/10003, there is no such channel.
    """
    channel = backend.world.channel(channel_id)
    if not body or body.keys() - _KNOWN:
        raise BadControlError(_EXAMPLES)
    if "denied" in body:
        backend.set_denied(channel_id, _names(body["denied"]))
    if "granted" in body:
        backend.set_granted(channel_id, _names(body["granted"]))
    if body.keys() & {"tags", "require_tag"}:
        if not channel.is_forum:
            raise BadControlError(f"{channel.name} is no forum: it has no tags")
        tags = _tags(body["tags"]) if "tags" in body else channel.available_tags
        backend.set_tags(channel_id, tags, require_tag=_truth(body.get("require_tag", channel.require_tag)))
    if body.keys() & {"archived", "locked"}:
        if channel.kind != "thread":
            raise BadControlError(f"{channel.name} is no thread: it cannot be archived or locked")
        archived, locked = body.get("archived", channel.archived), body.get("locked", channel.locked)
        backend.set_thread(channel_id, archived=_truth(archived), locked=_truth(locked))


def _names(raw: object) -> list[str]:
    if not isinstance(raw, list):
        raise BadControlError(_EXAMPLES)
    return [str(name) for name in raw]


def _truth(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise BadControlError(_EXAMPLES)
    return raw


def _tags(raw: object) -> tuple[StandInTag, ...]:
    if not isinstance(raw, list):
        raise BadControlError(_EXAMPLES)
    return tuple(map(_tag, raw))


def _tag(raw: object) -> StandInTag:
    tag_id = snowflake(raw.get("id")) if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or tag_id is None or not isinstance(raw.get("name"), str):
        raise BadControlError(_EXAMPLES)
    return StandInTag(tag_id, raw["name"], _truth(raw.get("moderated", False)))
