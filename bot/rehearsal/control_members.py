"""What the control API lets members do, and what it changes about them."""

from typing import TYPE_CHECKING, cast

from aiohttp import web

from bot.rehearsal.answers import json_answer, read_object
from bot.rehearsal.asking import Asking, Who
from bot.rehearsal.backend import Backend
from bot.rehearsal.control_fields import BadControlError, ids_in, names_in, options_in, text_in, truth_in
from bot.rehearsal.views import answer_view

if TYPE_CHECKING:
    from bot.rehearsal.interactions import InteractionAnswer
    from bot.rehearsal.wire import JsonObject

__all__ = ["MemberRoutes"]

_EXAMPLES = 'say {"permissions": ["manage_guild", …]}, {"roles": ["1", …]} or {"direct_messages": false}'
_CHANGES = frozenset({"permissions", "roles", "direct_messages"})


class MemberRoutes:
    """The routes; each calls the function of `Backend` with its name."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[web.RouteDef]:
        """Everything that asks the bot, and ``people``."""
        return [
            web.post("/slash", self._slash),
            web.post("/autocomplete", self._autocomplete),
            web.post("/message_command", self._message_command),
            web.post("/click", self._click),
            web.post("/choose", self._choose),
            web.post("/forge", self._forge),
            web.put("/people/{name}", self._change_person),
        ]

    async def _slash(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        return self._shown(await self._backend.slash(text_in(body, "command"), options_in(body), **_asking(body)))

    async def _autocomplete(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        command, option, typed = (text_in(body, name) for name in ("command", "option", "typed"))
        choices = await self._backend.autocomplete(command, option, typed, options_in(body), **_asking(body))
        return json_answer([{"name": choice.name, "value": choice.value} for choice in choices])

    async def _message_command(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        command, message_id = text_in(body, "command"), _message_id(body)
        return self._shown(await self._backend.message_command(command, message_id, **_asking(body)))

    async def _click(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        return self._shown(await self._backend.click(_message_id(body), text_in(body, "custom_id"), **_who(body)))

    async def _choose(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        message_id, custom_id = _message_id(body), text_in(body, "custom_id")
        values = names_in(body.get("values"), '"values" is a list of texts')
        return self._shown(await self._backend.choose(message_id, custom_id, values, **_who(body)))

    async def _forge(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        message_id, custom_id = _message_id(body), text_in(body, "custom_id")
        values = names_in(body["values"], '"values" is a list of texts') if "values" in body else None
        return self._shown(await self._backend.forge(message_id, custom_id, values, **_who(body)))

    def _shown(self, answer: "InteractionAnswer") -> web.Response:
        return json_answer(answer_view(self._backend.world, answer))

    async def _change_person(self, request: web.Request) -> web.Response:
        """Change what the body names, and nothing else."""
        body, name = await read_object(request), request.match_info["name"]
        if not body or body.keys() - _CHANGES:
            raise BadControlError(_EXAMPLES)
        world = self._backend.world
        if "roles" in body:
            world.set_member_roles(name, ids_in(body["roles"], _EXAMPLES))
        if "permissions" in body:
            world.set_member_permissions(name, names_in(body["permissions"], _EXAMPLES))
        if "direct_messages" in body:
            world.close_direct_messages(name, closed=not truth_in(body["direct_messages"], _EXAMPLES))
        return web.Response(status=204)


def _message_id(body: "JsonObject") -> int:
    return ids_in([text_in(body, "message_id")], '"message_id" is an id')[0]


def _who(body: "JsonObject") -> Who:
    return cast(Who, {name: text_in(body, name) for name in ("user", "locale") if body.get(name)})


def _asking(body: "JsonObject") -> Asking:
    how: JsonObject = {**_who(body)}
    if body.get("place"):
        how["place"] = text_in(body, "place")
    if body.get("channel_id"):
        how["channel_id"] = ids_in([body["channel_id"]], '"channel_id" is an id')[0]
    if "force" in body:
        how["force"] = truth_in(body["force"], '"force" is true or false')
    return cast(Asking, how)
