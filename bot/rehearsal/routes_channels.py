"""REST for channels and threads: https://docs.discord.com/developers/resources/channel"""

from dataclasses import replace

from aiohttp import web

from bot.rehearsal import limits, message_form
from bot.rehearsal.answers import json_answer, path_id, read_object
from bot.rehearsal.forms import Form
from bot.rehearsal.mentions import EVERYTHING
from bot.rehearsal.payloads import channel_json, message_json
from bot.rehearsal.records import Channel
from bot.rehearsal.routes_messages import require
from bot.rehearsal.wire import ApiError, JsonObject
from bot.rehearsal.world import World

__all__ = ["ChannelRoutes"]

_ARCHIVE_MINUTES = (60, 1440, 4320, 10080)


class ChannelRoutes:
    """Shows, changes and removes channels, opens and lists threads."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Everything below ``/channels/{channel_id}`` but messages, and the guild's active threads."""
        one = "/channels/{channel_id}"
        return [
            web.get(one, self._show),
            web.patch(one, self._change),
            web.delete(one, self._remove),
            web.post(one + "/threads", self._open),
            web.post(one + "/messages/{message_id}/threads", self._open_on_message),
            web.get(one + "/threads/archived/public", self._archived),
            web.get("/guilds/{guild_id}/threads/active", self._active),
        ]

    def _named(self, request: web.Request) -> Channel:
        return self._world.channel(path_id(request, "channel_id"))

    async def _show(self, request: web.Request) -> web.Response:
        channel = self._named(request)
        require(self._world, channel)
        return json_answer(channel_json(self._world, channel))

    async def _change(self, request: web.Request) -> web.Response:
        channel = self._named(request)
        if channel.kind == "thread" and channel.owner_id == self._world.bot.id:
            require(self._world, channel)
        else:
            require(self._world, channel, "manage_threads" if channel.kind == "thread" else "manage_channels")
        body = await read_object(request)
        form = Form()
        name = form.bounded(body.get("name", channel.name), "name", 1, limits.THREAD_NAME)
        archived = form.truth(body.get("archived", channel.archived), "archived")
        form.finish()
        self._world.change_channel(replace(channel, name=name or channel.name, archived=archived))
        return json_answer(channel_json(self._world, self._world.channel(channel.id)))

    async def _remove(self, request: web.Request) -> web.Response:
        channel = self._named(request)
        require(self._world, channel, "manage_threads" if channel.kind == "thread" else "manage_channels")
        shown = channel_json(self._world, channel)
        self._world.remove_channel(channel.id)
        return json_answer(shown)

    async def _open(self, request: web.Request) -> web.Response:
        parent = self._named(request)
        body = await read_object(request)
        if parent.kind != "forum":
            require(self._world, parent, "create_public_threads")
            if parent.kind not in {"text", "announcement"}:
                raise ApiError(400, 50024, "Cannot execute action on this channel type")
            thread = self._thread(parent, body, self._world.snowflakes.next())
            return json_answer(channel_json(self._world, self._world.add_thread(thread)), 201)
        require(self._world, parent, "send_messages")
        form = Form()
        inner = form.mapping(body.get("message"), "message")
        form.finish()
        thread = self._thread(parent, body, self._world.snowflakes.next())
        blank = message_form.blank(thread.id, thread.id, self._world.bot, self._world.clock())
        message = message_form.create(message_form.read_message(inner), blank, EVERYTHING)
        self._world.add_thread(thread)
        self._world.add_message(replace(message, nonce=None))
        shown = {**channel_json(self._world, thread), "message": message_json(self._world, message)}
        return json_answer(shown, 201)

    async def _open_on_message(self, request: web.Request) -> web.Response:
        parent = self._named(request)
        message = self._world.message(parent.id, path_id(request, "message_id"))
        require(self._world, parent, "create_public_threads")
        if any(channel.id == message.id for channel in self._world.channels):
            raise ApiError(400, 160004, "A thread has already been created for this message")
        thread = self._thread(parent, await read_object(request), message.id)
        return json_answer(channel_json(self._world, self._world.add_thread(thread)), 201)

    def _thread(self, parent: Channel, body: JsonObject, thread_id: int) -> Channel:
        form = Form()
        name = form.bounded(body.get("name"), "name", 1, limits.THREAD_NAME)
        minutes = form.choice(body.get("auto_archive_duration") or 1440, "auto_archive_duration", _ARCHIVE_MINUTES)
        tags = form.ids(body.get("applied_tags"), "applied_tags", 5)
        form.finish()
        thread = Channel(
            thread_id, name or "", "thread", frozenset(), self._world.clock(), parent.id, self._world.bot.id
        )
        return replace(thread, archive_minutes=minutes, applied_tags=tuple(tags))

    async def _active(self, request: web.Request) -> web.Response:
        if path_id(request, "guild_id") != self._world.guild_id:
            raise ApiError(404, 10004, "Unknown Guild")
        return self._listed(self._world.threads(archived=False))

    async def _archived(self, request: web.Request) -> web.Response:
        parent = self._named(request)
        require(self._world, parent, "read_message_history")
        return self._listed(self._world.threads(archived=True, parent_id=parent.id))

    def _listed(self, threads: list[Channel]) -> web.Response:
        shown = [channel_json(self._world, thread) for thread in threads]
        return json_answer({"threads": shown, "members": [], "has_more": False})
