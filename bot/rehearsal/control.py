"""The stand-in's API for other processes and for the page, in JSON under ``/standin/``.

========================================  ==============================================================================
``GET state``                             channels, roles, people (who manages, ids of commands ``offered``),
                                          commands, whether the bot is connected; ``typed_commands`` are slash commands
                                          and their subcommands
``GET messages?channel=ID``               what stands in a channel, oldest first
``GET messages?direct=NAME``              what stands in somebody's direct messages with the bot
``GET requests[?invalid=1]``              the bot's requests to REST, oldest first
``DELETE messages?channel=ID&message=ID``  delete a message, as a moderator
``PUT channels/ID {"denied": […]}``       what the bot may not do there; or ``granted``, beyond the usual
``PUT channels/ID {"tags": […]}``         the tags of a forum, each {id, name, moderated}; ``require_tag`` beside it
``PUT channels/ID {"archived": …}``       archive or reopen a thread; ``locked`` beside it
``PUT channels/ID {"hidden": …}``         hide a channel from members; ``seen_by``, roles that see it, beside it
``DELETE channels/ID``                    delete a channel or thread
``PUT people/NAME {"permissions": […]}``  what somebody may do beyond everybody; ["manage_guild"] makes a manager
``PUT people/NAME {"roles": […]}``        somebody's roles
``PUT people/NAME {"direct_messages": …}``  whether somebody takes direct messages
``GET faults``, ``DELETE faults``         the arranged faults; behave again and let go what hangs
``POST faults {method, path, kind, …}``   arrange one: the arguments of `Faults.add`
``POST faults/N/release``                 let go what hangs at that one
``POST gateway {"do": …}``                ``disconnect`` (code), ``reconnect``, ``invalidate`` (resumable),
                                          ``silence`` and ``refuse`` (on)
``POST nonces/forget``                    let the window of ``enforce_nonce`` pass
``POST rates {"enabled": true|false}``    rate limits on or off
``POST slash``                            {command, options} and who asks; the command may be ``linkbot pause``
``POST autocomplete``                     {command, option, typed, options} and who asks
``POST message_command``                  {command, message_id} and who asks
``POST click``                            {message_id, custom_id} and {user, locale}
``POST choose``                           {message_id, custom_id, values} and {user, locale}
``POST forge``                            like click, with ``values`` like choose; the message may have no such thing
========================================  ==============================================================================

Who asks is {user, locale, place, channel_id, force}, the keys of `Asking`, each of which may be missing.
What cannot be done is answered with 400, what is not there with 404, a bot that does not answer with 504, each with
``{"error": …}``.
"""

from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.rehearsal.answers import json_answer, path_id, query_id, read_object
from bot.rehearsal.backend import Backend
from bot.rehearsal.control_channels import change_channel
from bot.rehearsal.control_fields import BadControlError
from bot.rehearsal.control_members import MemberRoutes
from bot.rehearsal.interactions import NoAnswerError
from bot.rehearsal.views import fault_view, message_view, request_view, state_view
from bot.rehearsal.wire import ApiError, JsonObject

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["ControlRoutes"]


class ControlRoutes:
    """The routes; each calls the function of `Backend` with its name."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def application(self) -> web.Application:
        """The application to be mounted at ``/standin``."""
        application = web.Application(middlewares=[_explain])
        application.add_routes(
            [
                web.get("/state", self._state),
                web.get("/messages", self._messages),
                web.delete("/messages", self._delete_message),
                web.get("/requests", self._requests),
                web.put("/channels/{channel_id}", self._change_channel),
                web.delete("/channels/{channel_id}", self._remove_channel),
                web.get("/faults", self._faults),
                web.post("/faults", self._add_fault),
                web.delete("/faults", self._clear_faults),
                web.post("/faults/{number}/release", self._release_fault),
                web.post("/gateway", self._gateway),
                web.post("/nonces/forget", self._forget_nonces),
                web.post("/rates", self._set_rates),
                *MemberRoutes(self._backend).routes(),
            ]
        )
        return application

    async def _state(self, _request: web.Request) -> web.Response:
        return json_answer(state_view(self._backend))

    async def _messages(self, request: web.Request) -> web.Response:
        if "direct" in request.query:
            messages = self._backend.direct_messages(request.query["direct"])
        else:
            messages = self._backend.messages(_needed(query_id(request, "channel"), "channel"))
        return json_answer([message_view(self._backend.world, message) for message in messages])

    async def _delete_message(self, request: web.Request) -> web.Response:
        channel_id = _needed(query_id(request, "channel"), "channel")
        self._backend.delete_message(channel_id, _needed(query_id(request, "message"), "message"))
        return web.Response(status=204)

    async def _requests(self, request: web.Request) -> web.Response:
        records = self._backend.invalid_requests if request.query.get("invalid") else self._backend.requests
        return json_answer([request_view(record) for record in records])

    async def _change_channel(self, request: web.Request) -> web.Response:
        change_channel(self._backend, path_id(request, "channel_id"), await read_object(request))
        return web.Response(status=204)

    async def _remove_channel(self, request: web.Request) -> web.Response:
        self._backend.remove_channel(path_id(request, "channel_id"))
        return web.Response(status=204)

    async def _faults(self, _request: web.Request) -> web.Response:
        arranged = self._backend.faults.arranged
        return json_answer([fault_view(number, fault) for number, fault in enumerate(arranged)])

    async def _add_fault(self, request: web.Request) -> web.Response:
        arguments = await read_object(request)
        try:
            fault = self._backend.faults.add(**arguments)
        except TypeError as error:
            raise ValueError(f"a fault needs method, path and kind, and takes no other names: {error}") from None
        return json_answer(fault_view(len(self._backend.faults.arranged) - 1, fault), 201)

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._backend.faults.clear()
        return web.Response(status=204)

    async def _release_fault(self, request: web.Request) -> web.Response:
        number = path_id(request, "number")
        arranged = self._backend.faults.arranged
        if number >= len(arranged):
            raise ValueError(f"there is no fault number {number}")
        arranged[number].release()
        return web.Response(status=204)

    async def _gateway(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        gateway = self._backend.gateway
        actions: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "disconnect": lambda: gateway.disconnect(_code(body)),
            "reconnect": gateway.ask_reconnect,
            "invalidate": lambda: gateway.invalidate(resumable=body.get("resumable") is True),
        }
        on = body.get("on") is not False
        if body.get("do") == "silence":
            gateway.silent = on
        elif body.get("do") == "refuse":
            gateway.refusing = on
        elif body.get("do") in actions:
            await actions[body["do"]]()
        else:
            raise ValueError(f'"do" is one of {", ".join([*actions, "silence", "refuse"])}')
        return web.Response(status=204)

    async def _forget_nonces(self, _request: web.Request) -> web.Response:
        self._backend.forget_nonces()
        return web.Response(status=204)

    async def _set_rates(self, request: web.Request) -> web.Response:
        self._backend.rates.enabled = (await read_object(request)).get("enabled") is True
        return web.Response(status=204)


@web.middleware
async def _explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return json_answer({"error": error.message, **error.body}, error.status)
    except ValueError as error:
        return json_answer({"error": str(error)}, 400)
    except NoAnswerError as error:
        return json_answer({"error": str(error)}, 504)


def _needed(value: int | None, name: str) -> int:
    if value is None:
        raise ValueError(f"say which {name}: ?{name}=ID")
    return value


def _code(body: JsonObject) -> int:
    code = body.get("code", 4000)
    if not isinstance(code, int):
        raise BadControlError('"code" is a number')
    return code
