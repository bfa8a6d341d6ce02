"""Misbehaviour on request: what Discord, or something on the way to it, does to an answer."""

import asyncio
import re
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from bot.rehearsal.answers import json_answer
from bot.rehearsal.rate_limits import Scope, refusal_headers
from bot.rehearsal.wire import JsonObject

__all__ = ["FAULT_KINDS", "Fault", "FaultKind", "Faults", "play"]

FaultKind = Literal["status", "reset", "close", "hang", "truncate", "content_type", "rate_limit", "delay"]
FAULT_KINDS = frozenset({"status", "reset", "close", "hang", "truncate", "content_type", "rate_limit", "delay"})

SCOPES = frozenset({"user", "global", "shared"})
_OF_CLOUDFLARE = 520

Answer = Callable[[], Awaitable[web.Response]]


@dataclass(slots=True, eq=False)
class Fault:
    """One arranged misbehaviour; `Faults.add` explains the fields."""

    method: str
    path: str
    kind: FaultKind
    times: int | None
    after: bool
    status: int
    body: Any
    retry_after: float
    via: bool
    scope: Scope
    seconds: float
    hits: int = 0
    _reached: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it was told."""
        return self.times is not None and self.hits >= self.times

    def matches(self, method: str, path: str) -> bool:
        """Whether it strikes a request."""
        return not self.spent and self.method in {"*", method} and bool(_pattern(self.path).fullmatch(path))

    async def reached(self, timeout_seconds: float = 10.0) -> None:
        """Wait until it strikes for the first time; `TimeoutError` if it does not."""
        await asyncio.wait_for(self._reached.wait(), timeout_seconds)

    def release(self) -> None:
        """Let everything go on that hangs here."""
        self._released.set()

    def strike(self) -> None:
        """Count one request that it strikes."""
        self.hits += 1
        self._reached.set()

    async def hold(self) -> None:
        """Wait for `release`."""
        await self._released.wait()


def _pattern(path: str) -> re.Pattern[str]:
    """``*`` is one segment of a path, ``**`` is any number of them."""
    parts = (
        "(.*)" if part == "**" else "([^/]*)" if part == "*" else re.escape(part) for part in re.split(r"(\*+)", path)
    )
    return re.compile("".join(parts))


class Faults:
    """The arranged misbehaviours; the first that matches a request strikes it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(
        self,
        method: str,
        path: str,
        kind: FaultKind,
        *,
        times: int | None = 1,
        after: bool = False,
        status: int = 500,
        body: JsonObject | str | None = None,
        retry_after: float = 1.0,
        via: bool = True,
        scope: Scope = "user",
        seconds: float = 1.0,
    ) -> Fault:
        """Arrange one.

        Args:
            method: such as ``POST``; ``*`` for any.
            path: below ``/api/v10``, such as ``/channels/*/messages``; ``*`` is one segment, ``**`` any number.
            kind: ``status`` answers `status` with `body`; ``reset`` sends RST, ``close`` FIN, both without an answer;
                ``hang`` waits for `Fault.release`; ``truncate`` breaks the answer off in its middle; ``content_type``
                calls it text/html; ``rate_limit`` is a 429 with `retry_after`, `scope` and, if `via`, the header
                ``Via``; ``delay`` waits for `seconds`.
            times: how many requests it strikes; None for all.
            after: whether Discord does what was asked before it misbehaves. ``truncate`` and ``content_type`` always
                have something to spoil, so they always come after.
            body: JSON as an object, anything else as a string; None for what Discord says to `status`, or from 520 on
                what stands before Discord says.
            scope: of a ``rate_limit``: ``user`` for one route, ``shared`` for one that others used up, ``global``.

        Raises:
            ValueError: there is no such kind or scope.
        """
        if kind not in FAULT_KINDS:
            raise ValueError(f"no such fault: {kind!r}; known are {', '.join(sorted(FAULT_KINDS))}")
        if scope not in SCOPES:
            raise ValueError(f"no such scope: {scope!r}; known are {', '.join(sorted(SCOPES))}")
        late = after or kind in {"truncate", "content_type"}
        fault = Fault(method.upper(), path, kind, times, late, status, body, retry_after, via, scope, seconds)
        self._faults.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this request, which is counted; None if none does."""
        for fault in self._faults:
            if fault.matches(method, path):
                fault.strike()
                return fault
        return None

    @property
    def arranged(self) -> tuple[Fault, ...]:
        """All of them, the spent ones included, in the order of their arrangement."""
        return tuple(self._faults)

    def clear(self) -> None:
        """Behave from now on, and let go what hangs."""
        for fault in self._faults:
            fault.release()
        self._faults.clear()


async def play(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    """Do to `request` what `fault` says; `answer` is what the stand-in does without it."""
    response = await answer() if fault.after else None
    if fault.kind in {"hang", "delay"}:
        await (fault.hold() if fault.kind == "hang" else asyncio.sleep(fault.seconds))
        return response or await answer()
    if fault.kind in {"reset", "close"}:
        return _cut(request, reset=fault.kind == "reset")
    if response is not None and fault.kind == "truncate":
        return await _truncate(request, response)
    if response is not None and fault.kind == "content_type":
        response.content_type = "text/html"
        return response
    return _spoken(fault)


def _cut(request: web.Request, *, reset: bool) -> web.Response:
    """End the connection; the response that comes back reaches nobody."""
    transport = request.transport
    if transport is not None:
        raw = transport.get_extra_info("socket")
        if reset and raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def _truncate(request: web.Request, response: web.Response) -> web.StreamResponse:
    whole = response.body if isinstance(response.body, bytes) else b"{}"
    half = web.StreamResponse(status=response.status, headers=response.headers)
    half.content_length = len(whole)
    half.force_close()
    await half.prepare(request)
    await half.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()
    return half


def _spoken(fault: Fault) -> web.Response:
    if fault.kind == "rate_limit":
        told = {"retry_after": fault.retry_after, "global": fault.scope == "global"}
        body = {"message": "You are being rate limited.", **told}
        headers = refusal_headers(fault.retry_after, fault.scope)
        if not fault.via:
            del headers["Via"]
        return json_answer(fault.body or body, 429, headers)
    if fault.body is None and fault.status >= _OF_CLOUDFLARE:
        return web.Response(text=f"error code: {fault.status}", status=fault.status, content_type="text/plain")
    if isinstance(fault.body, str):
        return web.Response(text=fault.body, status=fault.status, content_type="text/plain")
    default = {"message": f"{fault.status}: arranged by the rehearsal", "code": 0}
    return json_answer(fault.body or default, fault.status)
