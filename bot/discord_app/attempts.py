"""What went over the wire while discord.py worked on one request.

discord.py repeats a request by itself after 500, 502, 504 and 524, and raises only what came of the last try. If the
first try created the message and the last one was refused, the error alone would say that there is no message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp

__all__ = ["Attempts", "http_trace", "watched"]


@dataclass(slots=True)
class Attempts:
    """The tries of one request.

    Attributes:
        started: at least one of them was begun; else nothing has reached Discord.
        doubtful: what leaves open whether an earlier try had its effect, such as "HTTP 502"; None if nothing does.
    """

    started: bool = False
    doubtful: str | None = None


_current: ContextVar[Attempts | None] = ContextVar("attempts", default=None)


@contextmanager
def watched() -> Iterator[Attempts]:
    """Note the tries of all requests made inside, by clients that were made with `http_trace`."""
    attempts = Attempts()
    token = _current.set(attempts)
    try:
        yield attempts
    finally:
        _current.reset(token)


def http_trace() -> aiohttp.TraceConfig:
    """Return the hooks that let `watched` see a client's requests."""
    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(_started)
    trace.on_request_end.append(_ended)
    trace.on_request_exception.append(_failed)
    return trace


async def _started(
    _session: aiohttp.ClientSession, _context: SimpleNamespace, _: aiohttp.TraceRequestStartParams
) -> None:
    if (attempts := _current.get()) is not None:
        attempts.started = True


async def _ended(
    _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
) -> None:
    if (attempts := _current.get()) is not None and end.response.status >= 500:
        attempts.doubtful = f"HTTP {end.response.status}"


async def _failed(
    _session: aiohttp.ClientSession, _context: SimpleNamespace, failure: aiohttp.TraceRequestExceptionParams
) -> None:
    not_sent = isinstance(failure.exception, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    if (attempts := _current.get()) is not None and not not_sent:
        attempts.doubtful = type(failure.exception).__name__
