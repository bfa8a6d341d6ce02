"""REST that opens and lists threads: https://docs.discord.com/developers/topics/threads"""

from dataclasses import replace
from datetime import UTC, datetime

from aiohttp import web

from bot.rehearsal import limits, message_form
from bot.rehearsal.access import missing_permissions, require, require_of_guild
from bot.rehearsal.answers import json_answer, path_id, read_object
from bot.rehearsal.channel_payloads import channel_json
from bot.rehearsal.forms import Form
from bot.rehearsal.forums import read_applied_tags
from bot.rehearsal.mentions import EVERYTHING
from bot.rehearsal.payloads import message_json
from bot.rehearsal.records import Channel
from bot.rehearsal.wire import ApiError, JsonObject, unknown
from bot.rehearsal.world import World

__all__ = ["ARCHIVE_MINUTES", "ThreadRoutes", "read_thread_name"]

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
_PRIVATE = 12
_TYPES = {"text": (11, _PRIVATE), "announcement": (10,)}
_WITHOUT_NONCE = ("nonce", "enforce_nonce")


class ThreadRoutes:
    """Opens threads in channels, on messages and in forums; lists the active and the archived ones."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """``…/threads`` of channels, messages and the guild."""
        one = "/channels/{channel_id}"
        return [
            web.post(one + "/threads", self._open),
            web.post(one + "/messages/{message_id}/threads", self._open_on_message),
            web.get(one + "/threads/archived/public", self._archived),
            web.get("/guilds/{guild_id}/threads/active", self._active),
        ]

    def _named(self, request: web.Request) -> Channel:
        return self._world.channel(path_id(request, "channel_id"))

    async def _open(self, request: web.Request) -> web.Response:
        parent = self._named(request)
        body = await read_object(request)
        if parent.is_forum:
            return json_answer(self._open_post(parent, body), 201)
        self._require_place(parent)
        form = Form()
        kind = form.choice(body.get("type") or _PRIVATE, "type", _TYPES[parent.kind])
        thread = self._read(parent, body, self._world.snowflakes.next(), form)
        if kind == _PRIVATE:  # what it is called where nothing is said; nobody is invited to a rehearsal's
            raise missing_permissions()
        return json_answer(channel_json(self._world, self._add(thread)), 201)

    def _open_post(self, forum: Channel, body: JsonObject) -> JsonObject:
        """A thread with its first message, both with one id. Discord knows no nonce here: what repeats, doubles."""
        require(self._world, forum, "send_messages")
        form = Form()
        inner = form.mapping(body.get("message"), "message")
        thread = self._read(forum, body, self._world.snowflakes.next(), form)
        tags = read_applied_tags(body.get("applied_tags"), forum, self._world.granted(forum))
        said = {key: value for key, value in inner.items() if key not in _WITHOUT_NONCE}
        draft = message_form.read_message(said)
        if draft.embeds:
            require(self._world, forum, "embed_links")
        blank = message_form.blank(thread.id, thread.id, self._world.bot, self._world.clock())
        message = message_form.create(draft, blank, EVERYTHING)
        thread = self._add(replace(thread, applied_tags=tags))
        self._world.add_message(message)
        return {**channel_json(self._world, thread), "message": message_json(self._world, message)}

    async def _open_on_message(self, request: web.Request) -> web.Response:
        parent = self._named(request)
        message = self._world.message(parent.id, path_id(request, "message_id"))
        self._require_place(parent)
        if any(channel.id == message.id for channel in self._world.channels):
            raise ApiError(400, 160004, "A thread has already been created for this message")
        thread = self._read(parent, await read_object(request), message.id, Form())
        return json_answer(channel_json(self._world, self._add(thread)), 201)

    def _require_place(self, parent: Channel) -> None:
        require_of_guild(parent)
        require(self._world, parent, "create_public_threads")
        if parent.kind not in _TYPES:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")

    def _read(self, parent: Channel, body: JsonObject, thread_id: int, form: Form) -> Channel:
        name = read_thread_name(body.get("name"), form)
        minutes = form.choice(body.get("auto_archive_duration") or 1440, "auto_archive_duration", ARCHIVE_MINUTES)
        form.whole(body.get("rate_limit_per_user"), "rate_limit_per_user", 0, limits.THREAD_SLOWMODE)
        form.finish()
        now = self._world.clock()
        return Channel(
            thread_id,
            name,
            "thread",
            frozenset(),
            now,
            parent_id=parent.id,
            owner_id=self._world.bot.id,
            archive_changed_at=now,
            archive_minutes=minutes,
        )

    def _add(self, thread: Channel) -> Channel:
        if sum(not other.archived for other in self._world.threads()) >= limits.ACTIVE_THREADS:
            raise ApiError(400, 160006, "Maximum number of active threads reached")
        return self._world.add_thread(thread)

    async def _active(self, request: web.Request) -> web.Response:
        if path_id(request, "guild_id") != self._world.guild_id:
            raise unknown("Guild")
        active = [thread for thread in self._world.threads() if not thread.archived]
        return self._listed([thread for thread in active if "view_channel" in self._world.granted(thread)])

    async def _archived(self, request: web.Request) -> web.Response:
        parent = self._named(request)
        require_of_guild(parent)
        require(self._world, parent, "read_message_history")
        form = Form()
        most = form.whole(request.query.get("limit", "50"), "limit", limits.LEAST_ARCHIVED, limits.HISTORY) or 0
        before = _seconds(form.moment(request.query.get("before"), "before"))
        form.finish()
        archived = [thread for thread in self._world.threads(parent.id) if thread.archived]
        newest_first = sorted(archived, key=lambda thread: thread.archive_changed_at, reverse=True)
        rest = [thread for thread in newest_first if before is None or thread.archive_changed_at < before]
        return self._listed(rest[:most], has_more=len(rest) > most)

    def _listed(self, threads: list[Channel], *, has_more: bool = False) -> web.Response:
        shown = [channel_json(self._world, thread) for thread in threads]
        return json_answer({"threads": shown, "members": [], "has_more": has_more})


def read_thread_name(raw: object, form: Form) -> str:
    """The name of a thread, which Discord trims; what is wrong goes to `form`."""
    name = raw.strip() if isinstance(raw, str) else raw
    return form.bounded(name, "name", 1, limits.THREAD_NAME) or ""


def _seconds(moment: str | None) -> float | None:
    if moment is None:
        return None
    at = datetime.fromisoformat(moment)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
