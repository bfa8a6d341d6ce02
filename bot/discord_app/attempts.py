"""What goes over the wire: seen for each request of a client, whoever makes it.

discord.py repeats a request by itself after 500, 502, 504 and 524, and raises only what came of the last try. If the
first try created the message and the last one was refused, the error alone would say that there is no message; if the
first try deleted it, that somebody else did.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
import discord

from bot.discord_app.clock import DiscordClock, steady_seconds
from bot.discord_app.invalid_requests import InvalidRequests
from bot.measures import RATE_LIMITED

__all__ = ["Attempts", "HttpTrace", "LostAnswerError", "http_trace", "trace_of", "watched"]

_TOO_MANY_REQUESTS = 429
_FAILED = 500
_SCOPES = ("user", "global", "shared")


class LostAnswerError(Exception):
    """A request that must not be repeated blindly may have had its effect; raised instead of repeating it."""


@dataclass(slots=True)
class Attempts:
    """The tries of one request.

    Attributes:
        once: discord.py is kept from repeating it where a try may have had its effect.
        open: the last of them was begun, and Discord has not said that it does nothing about it now (429).
        doubtful: what leaves open whether an earlier try had its effect, such as "HTTP 502"; None if nothing does.
    """

    once: bool = False
    open: bool = False
    doubtful: str | None = None


_current: ContextVar[Attempts | None] = ContextVar("attempts", default=None)


@contextmanager
def watched(*, once: bool = False) -> Iterator[Attempts]:
    """Note the tries of all requests made inside, by clients that were made with `http_trace`.

    With `once`, a request raises `LostAnswerError` where it may have had its effect: Discord knows no nonce for it, and
    discord.py's own repetition would do it twice.
    """
    attempts = Attempts(once=once)
    token = _current.set(attempts)
    try:
        yield attempts
    finally:
        _current.reset(token)


class HttpTrace(aiohttp.TraceConfig):
    """The hooks that see a client's requests.

    Attributes:
        clock: Discord's time, by the answers so far.
        invalid_requests: what Discord refused so far.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clock = DiscordClock()
        self.invalid_requests = InvalidRequests()
        self.on_request_start.append(self._started)
        self.on_request_headers_sent.append(self._sent)
        self.on_request_end.append(self._ended)
        self.on_request_exception.append(self._failed)

    async def _started(
        self, _session: aiohttp.ClientSession, context: SimpleNamespace, _: aiohttp.TraceRequestStartParams
    ) -> None:
        context.asked_at = steady_seconds()
        context.sent = False
        if (attempts := _current.get()) is not None:
            attempts.open = True

    async def _sent(
        self, _session: aiohttp.ClientSession, context: SimpleNamespace, _: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        if context.sent and (attempts := _current.get()) is not None:
            attempts.doubtful = (
                "a connection that broke"  # aiohttp repeats what is not a POST or PATCH, and tells nobody
            )
        context.sent = True

    async def _ended(
        self, _session: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        status, headers = end.response.status, end.response.headers
        self.clock.heard(headers.get("Date"), context.asked_at)
        self.invalid_requests.note(status, headers.get("X-RateLimit-Scope"))
        if status == _TOO_MANY_REQUESTS:
            scope = headers.get("X-RateLimit-Scope")
            RATE_LIMITED.labels(scope if scope in _SCOPES else "unknown").inc()
        if (attempts := _current.get()) is None:
            return
        attempts.open = status != _TOO_MANY_REQUESTS
        if status >= _FAILED:
            attempts.doubtful = f"HTTP {status}"
            if attempts.once:
                raise LostAnswerError(attempts.doubtful)

    async def _failed(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, failure: aiohttp.TraceRequestExceptionParams
    ) -> None:
        error = failure.exception
        not_sent = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
        if (attempts := _current.get()) is None or not_sent or isinstance(error, LostAnswerError):
            return
        attempts.doubtful = type(error).__name__
        if attempts.once and isinstance(error, OSError):  # on some systems discord.py repeats after a reset
            raise LostAnswerError(attempts.doubtful) from error


def http_trace() -> HttpTrace:
    """Return the hooks that let `watched` see a client's requests, for one client."""
    return HttpTrace()


def trace_of(client: discord.Client) -> HttpTrace:
    """Return the hooks with which `client` was made.

    Raises:
        TypeError: it was made without `http_trace`.
    """
    trace = client.http.http_trace
    if not isinstance(trace, HttpTrace):
        raise TypeError("the client was made without http_trace()")
    return trace
