"""REST for answers to interactions. The token in the path is all the authorization there is."""

from aiohttp import web

from bot.rehearsal.answers import json_answer, path_id, read_object
from bot.rehearsal.ids import APPLICATION_ID
from bot.rehearsal.interaction_replies import Replies
from bot.rehearsal.payloads import message_json
from bot.rehearsal.records import Message
from bot.rehearsal.wire import unknown
from bot.rehearsal.world import World

__all__ = ["InteractionRoutes"]

_TRUE = frozenset({"1", "true", "True"})


class InteractionRoutes:
    """The callback, and the webhook of each interaction."""

    def __init__(self, world: World, replies: Replies) -> None:
        self._world = world
        self._replies = replies

    def routes(self) -> list[web.RouteDef]:
        """``/interactions`` and ``/webhooks``."""
        webhook = "/webhooks/{webhook_id}/{token}"
        one = webhook + "/messages/{message_id}"
        return [
            web.post("/interactions/{interaction_id}/{token}/callback", self._callback),
            web.post(webhook, self._follow_up),
            web.get(one, self._show),
            web.patch(one, self._edit),
            web.delete(one, self._delete),
        ]

    async def _callback(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        interaction_id, token = path_id(request, "interaction_id"), request.match_info["token"]
        answer = self._replies.respond(interaction_id, token, body)
        return json_answer(answer) if request.query.get("with_response") in _TRUE else web.Response(status=204)

    def _token(self, request: web.Request) -> str:
        if path_id(request, "webhook_id") != APPLICATION_ID:
            raise unknown("Webhook")
        return request.match_info["token"]

    def _message_id(self, request: web.Request) -> int | None:
        """None for the first answer."""
        return None if request.match_info["message_id"] == "@original" else path_id(request, "message_id")

    async def _follow_up(self, request: web.Request) -> web.Response:
        return self._shown(self._replies.follow_up(self._token(request), await read_object(request)))

    async def _show(self, request: web.Request) -> web.Response:
        token, message_id = self._token(request), self._message_id(request)
        if message_id is None:
            return self._shown(self._replies.original(token))
        return self._shown(self._replies.followup(token, message_id))

    async def _edit(self, request: web.Request) -> web.Response:
        token, message_id, body = self._token(request), self._message_id(request), await read_object(request)
        if message_id is None:
            return self._shown(self._replies.edit_original(token, body))
        return self._shown(self._replies.edit_followup(token, message_id, body))

    async def _delete(self, request: web.Request) -> web.Response:
        self._replies.delete(self._token(request), self._message_id(request))
        return web.Response(status=204)

    def _shown(self, message: Message) -> web.Response:
        return json_answer(message_json(self._world, message))
