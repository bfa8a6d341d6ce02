"""The gateway, a websocket: https://docs.discord.com/developers/events/gateway

Frames are plain JSON text. discord.py asks for compression, which the server may leave out.
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.rehearsal.channel_payloads import told_channel_json
from bot.rehearsal.ids import APPLICATION_ID
from bot.rehearsal.payloads import guild_create_json, message_json
from bot.rehearsal.people_payloads import me_json, member_json, role_json
from bot.rehearsal.records import Change, Message, StandInRole
from bot.rehearsal.wire import JsonObject
from bot.rehearsal.world import World

__all__ = ["DIRECT_MESSAGES", "GUILDS", "GUILD_MESSAGES", "Gateway"]

GUILDS = 1 << 0
GUILD_MESSAGES = 1 << 9
DIRECT_MESSAGES = 1 << 12
_PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)  # members, presences, message content

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT, _MEMBERS, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 7, 8, 9, 10, 11
_WITH_CONTENT = frozenset({_IDENTIFY, _RESUME, _MEMBERS})
_QUIET = frozenset({3, 4, 31})  # presence, voice state and soundboard: taken, and nothing follows
_UNKNOWN_OPCODE, _DECODE_ERROR, _NOT_AUTHENTICATED, _AUTHENTICATION_FAILED = 4001, 4002, 4003, 4004
_ALREADY_AUTHENTICATED, _DISALLOWED_INTENTS = 4005, 4014
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
_END_THE_SESSION = frozenset({4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014})
_LEAVES = frozenset({WSCloseCode.OK, WSCloseCode.GOING_AWAY})  # with these the bot itself ends its session
_ENDED = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})
_REMEMBERED_EVENTS = 1000
# No network answers faster. discord.py notes that it has sent a heartbeat only afterwards, in another thread: an answer
# that comes before it counts as one to the heartbeat before, and discord.py warns that it lags behind.
_ACK_SECONDS = 0.02


@dataclass(slots=True, eq=False)
class _Session:
    """What outlives a connection, so that it can be resumed."""

    id: str
    intents: int
    sequence: int = 0
    events: deque[JsonObject] = field(default_factory=lambda: deque(maxlen=_REMEMBERED_EVENTS))
    socket: web.WebSocketResponse | None = None


class Gateway:
    """Accepts the bot, tells it what happens, and misbehaves on request.

    Attributes:
        silent: nothing is sent any more, acknowledgements included.
        deaf: heartbeats are not acknowledged, all else goes on.
        refusing: new connections are answered with 503.
        refused: how many were.
        identified: how many sessions were begun.
        resumed: how many were taken up again.
        heartbeats: how many came.
    """

    def __init__(self, world: World, tokens: Collection[str], *, heartbeat_seconds: float = 41.25) -> None:
        self._world = world
        self._tokens = tokens
        self._heartbeat_seconds = heartbeat_seconds
        self._sessions: dict[str, _Session] = {}
        self._sockets: dict[web.WebSocketResponse, asyncio.Transport | None] = {}
        self._outgoing: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self.url = ""
        self.silent = False
        self.deaf = False
        self.refusing = False
        self.refused = 0
        self.identified = 0
        self.resumed = 0
        self.heartbeats = 0
        world.listen(self._on_change)
        world.listen_to_roles(self._on_role)

    # What tests and the control API ask for

    @property
    def connected(self) -> bool:
        """Whether a session has a connection just now."""
        return any(session.socket is not None for session in self._sessions.values())

    async def wait_until(self, condition: Callable[["Gateway"], bool], timeout_seconds: float = 10.0) -> None:
        """Wait until `condition` holds; looked at when a connection comes or goes. `TimeoutError` if it never does."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: condition(self)), timeout_seconds)

    async def wait_connected(self, timeout_seconds: float = 10.0) -> None:
        """Wait until the bot is there; `TimeoutError` if it does not come."""
        await self.wait_until(lambda gateway: gateway.connected, timeout_seconds)

    async def disconnect(self, code: int = 4000) -> None:
        """Close every connection with `code`; the sessions can be resumed, unless Discord ends them with that code."""
        for socket in tuple(self._sockets):
            await self._close(socket, code)

    async def cut(self) -> None:
        """End every connection without a word, as a network does that fails; the sessions can be resumed."""
        for transport in tuple(self._sockets.values()):
            if transport is not None:
                transport.abort()
        await self.wait_until(lambda gateway: not gateway.connected)

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """Away inside: connections are cut, new ones refused; the sessions can be resumed afterwards."""
        self.refusing = True
        await self.cut()
        try:
            yield
        finally:
            self.refusing = False

    async def ask_reconnect(self) -> None:
        """Send op 7: the bot is to come back and resume."""
        await self._say({"op": _RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Send op 9; unless `resumable`, the sessions are forgotten."""
        if not resumable:
            self._sessions.clear()
        await self._say({"op": _INVALID, "d": resumable})

    async def _say(self, frame: JsonObject) -> None:
        for socket in tuple(self._sockets):
            await self._send(socket, frame)

    async def close(self) -> None:
        """End every connection, for good."""
        self.refusing = True
        await self.disconnect(WSCloseCode.GOING_AWAY)

    # One connection

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        if self.refusing:
            self.refused += 1
            await self._notify()
            return web.Response(status=503)
        socket = web.WebSocketResponse(autoclose=True, max_msg_size=4096 * 4)
        socket.headers["Date"] = formatdate(self._world.clock(), usegmt=True)
        await socket.prepare(request)
        self._sockets[socket] = request.transport
        left = False
        try:
            interval = int(self._heartbeat_seconds * 1000)
            await self._send(socket, {"op": _HELLO, "d": {"heartbeat_interval": interval, "_trace": []}})
            while (frame := await socket.receive()).type not in _ENDED:
                await self._on_frame(socket, frame.type, frame.data)
            left = frame.type is WSMsgType.CLOSE and frame.data in _LEAVES
        finally:
            await self._on_gone(socket, left)
        return socket

    async def _on_gone(self, socket: web.WebSocketResponse, left: bool) -> None:
        """A session outlives its connection, unless the bot itself took its leave.

        Only a frame from the bot says so: for a connection that was cut, or closed from here, aiohttp also notes 1000.
        """
        del self._sockets[socket]
        if (session := self._session_of(socket)) is not None:
            session.socket = None
            if left:
                del self._sessions[session.id]
        await self._notify()

    async def _close(self, socket: web.WebSocketResponse, code: int) -> None:
        session = self._session_of(socket)
        if session is not None and code in _END_THE_SESSION:
            self._sessions.pop(session.id, None)
        await socket.close(code=code)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _on_frame(self, socket: web.WebSocketResponse, kind: WSMsgType, data: Any) -> None:
        try:
            frame = json.loads(data if kind in {WSMsgType.TEXT, WSMsgType.BINARY} else "")
            op, content = int(frame["op"]), frame.get("d")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            await self._close(socket, _DECODE_ERROR)
            return
        if op in _WITH_CONTENT and not isinstance(content, dict):
            await self._close(socket, _DECODE_ERROR)
        elif op == _HEARTBEAT:
            self.heartbeats += 1
            await asyncio.sleep(_ACK_SECONDS)
            if not self.deaf:
                await self._send(socket, {"op": _ACK, "d": None})
        elif op == _IDENTIFY:
            await self._on_identify(socket, content)
        elif op == _RESUME:
            await self._on_resume(socket, content)
        elif self._session_of(socket) is None:
            await self._close(socket, _NOT_AUTHENTICATED)
        elif op == _MEMBERS:
            self._on_members(content)
        elif op not in _QUIET:
            await self._close(socket, _UNKNOWN_OPCODE)

    def _session_of(self, socket: web.WebSocketResponse) -> _Session | None:
        return next((session for session in self._sessions.values() if session.socket is socket), None)

    async def _on_identify(self, socket: web.WebSocketResponse, content: JsonObject) -> None:
        if self._session_of(socket) is not None:
            await self._close(socket, _ALREADY_AUTHENTICATED)
            return
        if content.get("token") not in self._tokens:
            await self._close(socket, _AUTHENTICATION_FAILED)
            return
        intents = int(content.get("intents", 0))
        if intents & _PRIVILEGED:
            await self._close(socket, _DISALLOWED_INTENTS)
            return
        session = _Session(secrets.token_hex(16), intents, socket=socket)
        self._sessions[session.id] = session
        self.identified += 1
        self._dispatch_to(session, "READY", self._ready(session))
        if intents & GUILDS:
            self._dispatch_to(session, "GUILD_CREATE", guild_create_json(self._world))
        await self._notify()

    def _ready(self, session: _Session) -> JsonObject:
        return {
            "v": 10,
            "user": me_json(self._world.bot),
            "guilds": [{"id": str(self._world.guild_id), "unavailable": True}],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "private_channels": [],
            "relationships": [],
            "application": {"id": str(APPLICATION_ID), "flags": 0},
        }

    async def _on_resume(self, socket: web.WebSocketResponse, content: JsonObject) -> None:
        session = self._sessions.get(str(content.get("session_id")))
        if session is None or content.get("token") not in self._tokens:
            await self._send(socket, {"op": _INVALID, "d": False})
            return
        missed = [event for event in session.events if event["s"] > int(content.get("seq") or 0)]
        session.socket = socket
        self.resumed += 1
        for event in missed:
            await self._send(socket, event)
        self._dispatch_to(session, "RESUMED", {})
        await self._notify()

    def _on_members(self, content: JsonObject) -> None:
        members = [member_json(self._world, user) for user in self._world.users]
        chunk = {"guild_id": str(self._world.guild_id), "members": members, "chunk_index": 0, "chunk_count": 1}
        self.dispatch("GUILD_MEMBERS_CHUNK", {**chunk, "not_found": [], "nonce": content.get("nonce")})

    # Events

    def dispatch(self, name: str, data: JsonObject, intent: int = 0) -> None:
        """Send an event to every session that wants it; those without a connection get it when they resume."""
        for session in tuple(self._sessions.values()):
            if not intent or session.intents & intent:
                self._dispatch_to(session, name, data)

    def _dispatch_to(self, session: _Session, name: str, data: JsonObject) -> None:
        session.sequence += 1
        event = {"op": _DISPATCH, "t": name, "s": session.sequence, "d": data}
        session.events.append(event)
        if session.socket is not None:
            task = asyncio.get_running_loop().create_task(self._send(session.socket, event))
            self._outgoing.add(task)
            task.add_done_callback(self._outgoing.discard)

    async def _send(self, socket: web.WebSocketResponse, frame: JsonObject) -> None:
        if self.silent or socket.closed:
            return
        try:
            await socket.send_str(json.dumps(frame))
        except ConnectionError:
            return  # the bot went away meanwhile: what it missed is kept for its resume

    def _on_role(self, role: StandInRole, is_new: bool) -> None:
        told = {"guild_id": str(self._world.guild_id), "role": role_json(self._world, role.id)}
        self.dispatch("GUILD_ROLE_CREATE" if is_new else "GUILD_ROLE_UPDATE", told, GUILDS)

    def _on_change(self, change: Change) -> None:
        if change.message is not None:
            self._on_message(change, change.message)
            return
        is_thread = change.channel.kind == "thread"
        verbs = {"channel_created": "CREATE", "channel_changed": "UPDATE", "channel_removed": "DELETE"}
        event = f"{'THREAD' if is_thread else 'CHANNEL'}_{verbs[change.kind]}"
        self.dispatch(event, told_channel_json(self._world, change.channel), GUILDS)

    def _on_message(self, change: Change, message: Message) -> None:
        """Tell of a message, if everybody sees it, where the bot is."""
        if message.ephemeral or change.channel.kind in {"private", "elsewhere"}:
            return
        place: JsonObject = {}
        intent = DIRECT_MESSAGES
        if change.channel.kind != "dm":
            member = {key: value for key, value in member_json(self._world, message.author).items() if key != "user"}
            place, intent = {"guild_id": str(self._world.guild_id), "member": member}, GUILD_MESSAGES
        if change.kind == "message_deleted":
            place.pop("member", None)
            ids = {"id": str(message.id), "channel_id": str(message.channel_id)}
            self.dispatch("MESSAGE_DELETE", {**ids, **place}, intent)
            return
        created = change.kind == "message_created"
        shown = message_json(self._world, message, nonce=message.nonce if created else None)
        self.dispatch("MESSAGE_CREATE" if created else "MESSAGE_UPDATE", {**shown, **place}, intent)
