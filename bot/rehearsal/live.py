"""The page, and the stream of events (Server-Sent Events) that keeps it live without reload."""

import asyncio
import json
from importlib import resources

from aiohttp import web

from bot.rehearsal.backend import Backend
from bot.rehearsal.records import Change
from bot.rehearsal.views import channel_view, message_view, state_view
from bot.rehearsal.wire import JsonObject

__all__ = ["LivePage"]

_TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css"}
_SCRIPTS = "cards commands composer fields forum language markdown me menu page sidebar store"
_FILES = ("index.html", "page.css", *(f"{name}.js" for name in _SCRIPTS.split()))
_SHOWN_MESSAGES = 200  # of each channel, to a page that opens
_STATUS_SECONDS = 1.0  # between two looks at what tells no one that it changed: the connection, the commands
_QUEUED_EVENTS = 2000  # for a page that does not read; then it has to open the stream anew


class LivePage:
    """Serves the page's files at ``/`` and its events at ``/events``."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._queues: set[asyncio.Queue[JsonObject | None]] = set()
        self._stop = backend.world.listen(self._on_change)

    def routes(self) -> list[web.RouteDef]:
        """``/``, its files, and ``/events``."""
        files = [web.get(f"/{name}", self._file) for name in _FILES]
        return [web.get("/", self._file), web.get("/events", self._events), *files]

    def close(self) -> None:
        """End every stream."""
        self._stop()
        for queue in tuple(self._queues):
            self._end(queue)

    async def _file(self, request: web.Request) -> web.Response:
        name = request.path.lstrip("/") or "index.html"
        text = (resources.files("bot.rehearsal") / "page" / name).read_text(encoding="utf-8")
        return web.Response(text=text, content_type=_TYPES[name.rpartition(".")[2]])

    def _on_change(self, change: Change) -> None:
        world = self._backend.world
        event: JsonObject = {"kind": change.kind, "channel": channel_view(change.channel)}
        if change.message is not None:
            event["message"] = message_view(world, change.message)
        for queue in tuple(self._queues):
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:
                self._end(queue)

    def _end(self, queue: "asyncio.Queue[JsonObject | None]") -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        queue: asyncio.Queue[JsonObject | None] = asyncio.Queue(_QUEUED_EVENTS)
        self._queues.add(queue)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        try:
            await response.prepare(request)
            await self._stream(response, queue)
        except ConnectionError:
            return response  # the page was closed
        finally:
            self._queues.discard(queue)
        return response

    async def _stream(self, response: web.StreamResponse, queue: "asyncio.Queue[JsonObject | None]") -> None:
        state = state_view(self._backend)
        await _send(response, {"kind": "snapshot", "state": state, "messages": self._messages()})
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), _STATUS_SECONDS)
            except TimeoutError:
                event = {"kind": "tick"}
            if event is None:
                return
            now = state_view(self._backend)
            if now != state:
                state = now
                await _send(response, {"kind": "state", "state": state})
            await _send(response, event)

    def _messages(self) -> list[JsonObject]:
        world = self._backend.world
        channels = (*world.channels, *world.direct_channels)
        shown = [message for channel in channels for message in world.messages(channel.id)[-_SHOWN_MESSAGES:]]
        return [message_view(world, message) for message in shown]


async def _send(response: web.StreamResponse, event: JsonObject) -> None:
    await response.write(f"data: {json.dumps(event)}\n\n".encode())
