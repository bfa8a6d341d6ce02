"""A server's connections, kept few and short, so that no client can use up the files or the memory of the service.

aiohttp bounds what a request may be, but not how long a client may take to send it, nor how many clients there are.
"""

import asyncio
from collections.abc import Callable
from typing import cast

__all__ = ["MOST_CONNECTIONS", "guarded"]

MOST_CONNECTIONS = 50  # at a time; a monitoring system has one or two
CONNECTION_SECONDS = 30.0  # for all that happens on one; Prometheus gives up after ten

Factory = Callable[[], asyncio.Protocol]


def guarded(factory: Factory, *, seconds: float = CONNECTION_SECONDS, most: int = MOST_CONNECTIONS) -> Factory:
    """Have each connection that `factory` looks after cut off after so many seconds, and those above `most` at once."""
    open_ones: set[asyncio.BaseTransport] = set()
    return lambda: _Guarded(factory(), open_ones, seconds, most)


class _Guarded(asyncio.Protocol):
    """Hands everything on to the protocol within."""

    def __init__(
        self, within: asyncio.Protocol, open_ones: set[asyncio.BaseTransport], seconds: float, most: int
    ) -> None:
        self._within = within
        self._open_ones = open_ones
        self._seconds = seconds
        self._most = most
        self._transport: asyncio.Transport | None = None
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        connection = cast(asyncio.Transport, transport)
        if len(self._open_ones) >= self._most:
            connection.abort()
            return
        self._transport = connection
        self._open_ones.add(connection)
        self._end = asyncio.get_running_loop().call_later(self._seconds, connection.abort)
        self._within.connection_made(connection)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is None or self._end is None:
            return  # it was one too many
        self._end.cancel()
        self._open_ones.discard(self._transport)
        self._within.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._transport is not None:
            self._within.data_received(data)

    def eof_received(self) -> bool | None:
        return self._within.eof_received() if self._transport is not None else None

    def pause_writing(self) -> None:
        self._within.pause_writing()

    def resume_writing(self) -> None:
        self._within.resume_writing()
