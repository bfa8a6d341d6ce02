"""REST for messages: https://docs.discord.com/developers/resources/message"""

from dataclasses import replace

from aiohttp import web

from bot.rehearsal import limits, message_form
from bot.rehearsal.access import require, require_active, require_of_guild, require_send
from bot.rehearsal.answers import json_answer, path_id, query_id, read_object
from bot.rehearsal.components import IS_COMPONENTS_V2
from bot.rehearsal.forms import Form
from bot.rehearsal.mentions import EVERYTHING
from bot.rehearsal.nonces import NonceMemory
from bot.rehearsal.payloads import message_json
from bot.rehearsal.rate_limits import RateLimits
from bot.rehearsal.records import Channel, Message
from bot.rehearsal.wire import ApiError
from bot.rehearsal.world import World

__all__ = ["MessageRoutes"]

_OLD_SECONDS = 3600.0


class MessageRoutes:
    """Creates, shows, edits, deletes and publishes messages."""

    def __init__(self, world: World, nonces: NonceMemory, rates: RateLimits) -> None:
        self._world = world
        self._nonces = nonces
        self._rates = rates

    def routes(self) -> list[web.RouteDef]:
        """Everything below ``/channels/{channel_id}/messages``."""
        messages = "/channels/{channel_id}/messages"
        one = messages + "/{message_id}"
        return [
            web.post(messages, self._create),
            web.get(messages, self._history),
            web.get(one, self._show),
            web.patch(one, self._edit),
            web.delete(one, self._delete),
            web.post(one + "/crosspost", self._crosspost),
            web.post("/channels/{channel_id}/typing", self._typing),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        channel = self._world.channel(path_id(request, "channel_id"))
        require_send(self._world, channel)
        draft = message_form.read_message(await read_object(request))
        if draft.embeds:
            # Reports differ on whether Discord drops the embeds or refuses the message; refusing hurts more.
            require(self._world, channel, "embed_links")
        if draft.nonce is not None and draft.enforce_nonce:
            earlier = self._nonces.find(self._world.bot.id, draft.nonce)
            if earlier is not None:
                return json_answer(message_json(self._world, self._world.message(*earlier), nonce=draft.nonce))
        blank = message_form.blank(self._world.snowflakes.next(), channel.id, self._world.bot, self._world.clock())
        message = message_form.create(draft, blank, EVERYTHING)
        if draft.nonce is not None:
            self._nonces.remember(self._world.bot.id, draft.nonce, channel.id, message.id)
        if channel.archived:
            self._world.change_thread(replace(channel, archived=False))
        self._world.add_message(message)
        return json_answer(message_json(self._world, message, nonce=draft.nonce))

    async def _history(self, request: web.Request) -> web.Response:
        channel = self._world.channel(path_id(request, "channel_id"))
        require(self._world, channel)
        form = Form()
        count = form.whole(request.query.get("limit", "50"), "limit", 1, limits.HISTORY) or 0
        form.finish()
        if channel.kind == "voice":
            require(self._world, channel, "connect")
        if "read_message_history" not in self._world.granted(channel):
            return json_answer([])  # Discord's own rule: nothing, and no error
        cursors = {name: query_id(request, name) for name in ("before", "after", "around")}
        found = _page(self._world.messages(channel.id), count, **cursors)
        return json_answer([message_json(self._world, message) for message in found])

    async def _show(self, request: web.Request) -> web.Response:
        channel, message = self._named(request)
        require(self._world, channel, "read_message_history")
        return json_answer(message_json(self._world, message))

    async def _edit(self, request: web.Request) -> web.Response:
        channel, message = self._named(request)
        require(self._world, channel)
        body = await read_object(request)
        draft = message_form.read_message(body, has_flags=message.flags & IS_COMPONENTS_V2)
        if message.author.id != self._world.bot.id:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        require_active(self._world, channel, unlocked=True)
        if draft.embeds:
            require(self._world, channel, "embed_links")
        if message.crossposted:
            self._rates.take_published_edit(channel.id)
        elif self._world.clock() - message.created_at > _OLD_SECONDS:
            self._rates.take_old_edit(channel.id)
        edited = message_form.edit(draft, message, self._world.clock())
        return json_answer(message_json(self._world, self._world.change_message(edited)))

    async def _delete(self, request: web.Request) -> web.Response:
        channel, message = self._named(request)
        require(self._world, channel)
        if message.author.id != self._world.bot.id:
            require(self._world, channel, "manage_messages")
        require_active(self._world, channel, unlocked=False)
        self._world.remove_message(message)
        return web.Response(status=204)

    async def _crosspost(self, request: web.Request) -> web.Response:
        channel, message = self._named(request)
        require_of_guild(channel)
        require(self._world, channel, "send_messages")
        if message.author.id != self._world.bot.id:
            require(self._world, channel, "manage_messages")
        if channel.kind != "announcement":
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        if message.crossposted:
            raise ApiError(400, 40033, "This message has already been crossposted")
        return json_answer(message_json(self._world, self._world.publish(message)))

    async def _typing(self, request: web.Request) -> web.Response:
        require_send(self._world, self._world.channel(path_id(request, "channel_id")))
        return web.Response(status=204)

    def _named(self, request: web.Request) -> tuple[Channel, Message]:
        channel_id, message_id = path_id(request, "channel_id"), path_id(request, "message_id")
        return self._world.channel(channel_id), self._world.message(channel_id, message_id)


def _page(
    messages: list[Message], count: int, *, before: int | None, after: int | None, around: int | None
) -> list[Message]:
    """At most `count` of `messages` (oldest first), newest first; `after` gives those that follow most closely."""
    if around is not None:
        newer = [message for message in messages if message.id > around][: count // 2]
        older = [message for message in messages if message.id <= around][-(count - count // 2) :]
        return [*reversed(newer), *reversed(older)]
    if after is not None:
        return [message for message in messages if message.id > after][:count][::-1]
    if before is not None:
        messages = [message for message in messages if message.id < before]
    return messages[-count:][::-1]
