"""What the control API changes about a channel or thread."""

from bot.rehearsal.backend import Backend
from bot.rehearsal.control_fields import BadControlError, ids_in, names_in, truth_in
from bot.rehearsal.forms import snowflake
from bot.rehearsal.records import StandInTag
from bot.rehearsal.wire import JsonObject

__all__ = ["change_channel"]

_KNOWN = frozenset({"denied", "granted", "tags", "require_tag", "archived", "locked", "hidden", "seen_by"})
_EXAMPLES = (
    'say {"denied": ["send_messages", …]}, {"granted": ["manage_threads", …]}, '
    '{"tags": [{"id": "1", "name": "kubernetes"}, …], "require_tag": false}, {"archived": true, "locked": false} or '
    '{"hidden": true, "seen_by": [role, …]}'
)


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
        backend.set_denied(channel_id, names_in(body["denied"], _EXAMPLES))
    if "granted" in body:
        backend.set_granted(channel_id, names_in(body["granted"], _EXAMPLES))
    if body.keys() & {"tags", "require_tag"}:
        if not channel.is_forum:
            raise BadControlError(f"{channel.name} is no forum: it has no tags")
        tags = _tags(body["tags"]) if "tags" in body else channel.available_tags
        backend.set_tags(
            channel_id, tags, require_tag=truth_in(body.get("require_tag", channel.require_tag), _EXAMPLES)
        )
    if body.keys() & {"hidden", "seen_by"}:
        hidden = truth_in(body.get("hidden", channel.hidden), _EXAMPLES)
        seen_by = ids_in(body["seen_by"], _EXAMPLES) if "seen_by" in body else channel.seen_by
        backend.world.set_hidden(channel_id, hidden=hidden, seen_by=seen_by)
    if body.keys() & {"archived", "locked"}:
        if channel.kind != "thread":
            raise BadControlError(f"{channel.name} is no thread: it cannot be archived or locked")
        archived, locked = body.get("archived", channel.archived), body.get("locked", channel.locked)
        backend.set_thread(channel_id, archived=truth_in(archived, _EXAMPLES), locked=truth_in(locked, _EXAMPLES))


def _tags(raw: object) -> tuple[StandInTag, ...]:
    if not isinstance(raw, list):
        raise BadControlError(_EXAMPLES)
    return tuple(map(_tag, raw))


def _tag(raw: object) -> StandInTag:
    tag_id = snowflake(raw.get("id")) if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or tag_id is None or not isinstance(raw.get("name"), str):
        raise BadControlError(_EXAMPLES)
    return StandInTag(tag_id, raw["name"], truth_in(raw.get("moderated", False), _EXAMPLES))
