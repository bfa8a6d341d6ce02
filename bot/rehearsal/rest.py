"""REST v10 as one application: each request is logged, perhaps struck by a fault, authorized, counted, answered."""

import json
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.rehearsal.answers import json_answer
from bot.rehearsal.faults import Faults, play
from bot.rehearsal.rate_limits import RateLimits
from bot.rehearsal.wire import ApiError, JsonObject

__all__ = ["RequestLog", "RequestRecord", "rest_application"]

API_PREFIX = "/api/v10"
_TOKEN_IN_PATH = ("/interactions/", "/webhooks/")
_KEPT_REQUESTS = 10_000
_KEPT_ANSWER = 20_000  # bytes; a longer one is not kept


@dataclass(slots=True)
class RequestRecord:
    """One request of the bot.

    Attributes:
        number: counted from 1.
        path: below ``/api/v10``.
        body: JSON as it came; None if there was none; a string if it was no JSON.
        at: seconds since 1970.
        status: of the stand-in's own answer, 500 where it failed at the request itself; None as long as there is none,
            or where a fault came before it.
        answer: the body of that answer; None if it has none, or is longer than 20,000 bytes.
        fault: the kind of the fault that struck it.
    """

    number: int
    method: str
    path: str
    query: dict[str, str]
    body: Any
    at: float
    status: int | None = None
    answer: Any = None
    fault: str | None = None

    @property
    def invalid(self) -> bool:
        """Whether the stand-in itself found fault with it."""
        return self.status is not None and self.status >= 400


class RequestLog:
    """The last 10,000 requests, oldest first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.records: deque[RequestRecord] = deque(maxlen=_KEPT_REQUESTS)
        self.total = 0

    async def begin(self, request: web.Request) -> RequestRecord:
        """Note a request that has come in."""
        self.total += 1
        path = request.path.removeprefix(API_PREFIX)
        body = await _body(request)
        record = RequestRecord(self.total, request.method, path, dict(request.query), body, self.clock())
        self.records.append(record)
        return record


async def _body(request: web.Request) -> Any:
    if not await request.read():
        return None
    try:
        return await request.json()
    except (ValueError, RecursionError):
        return (await request.read()).decode(errors="replace")


def rest_application(
    routes: Sequence[web.RouteDef], log: RequestLog, faults: Faults, rates: RateLimits, tokens: Collection[str]
) -> web.Application:
    """The application to be mounted at ``/api/v10``. Its answers bear the date of `log`'s clock, as messages do."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        record = await log.begin(request)
        response = await misbehave(record, request, handler)
        if not response.prepared:
            response.headers["Date"] = formatdate(log.clock(), usegmt=True)
        return response

    async def misbehave(record: RequestRecord, request: web.Request, handler: Handler) -> web.StreamResponse:

        async def answer() -> web.Response:
            try:
                response = await _answer(request, handler, rates, tokens)
            except Exception:  # a request that the stand-in itself trips over must not pass unseen
                record.status = 500
                raise
            record.status = response.status
            record.answer = _json_of(response)
            response.headers["Date"] = formatdate(log.clock(), usegmt=True)
            return response

        fault = faults.take(record.method, record.path)
        if fault is None:
            return await answer()
        record.fault = fault.kind
        return await play(fault, request, answer)

    application = web.Application(middlewares=[around])
    application.add_routes(routes)
    return application


def _json_of(response: web.Response) -> Any:
    body = response.body
    return json.loads(body) if isinstance(body, bytes) and 0 < len(body) <= _KEPT_ANSWER else None


async def _answer(
    request: web.Request,
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    rates: RateLimits,
    tokens: Collection[str],
) -> web.Response:
    try:
        headers = _admit(request, rates, tokens)
        response = await handler(request)
    except ApiError as error:
        return json_answer(error.body, error.status, error.headers)
    except web.HTTPException as error:
        body: JsonObject = {"message": f"{error.status}: {error.reason}", "code": 0}
        return json_answer(body, error.status)
    assert isinstance(response, web.Response)
    response.headers.update(headers)
    return response


def _admit(request: web.Request, rates: RateLimits, tokens: Collection[str]) -> dict[str, str]:
    """Check the token and count the request; the headers for its answer."""
    path = request.path.removeprefix(API_PREFIX)
    if path.startswith(_TOKEN_IN_PATH):
        return {}  # not counted either: https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
    authorization = request.headers.get("Authorization", "")
    if path != "/gateway" and authorization.removeprefix("Bot ") not in tokens:
        raise ApiError(401, 0, "401: Unauthorized")
    resource = request.match_info.route.resource
    route = "" if resource is None else resource.canonical.removeprefix(API_PREFIX)
    return rates.take(request.method, route, request.match_info.get("channel_id", ""))
