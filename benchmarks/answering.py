"""``linkbot`` that notes how long the service takes for each question of a member.

Takes the arguments of ``linkbot``; at the end it writes ``answered: [[received, sent], …]`` on standard error: when
discord.py was handed the gateway's frame with the interaction, and when the connection was handed the callback's body,
in seconds of the clock that all processes of a machine share.
"""

import json
import sys
import time
from types import SimpleNamespace
from typing import Any

import aiohttp
from discord.gateway import DiscordWebSocket
from discord.state import ConnectionState

import bot.cli
from bot.discord_app import client

CALLBACK = ("interactions", "callback")


class _Watch:
    """Sees interactions come and callbacks go."""

    def __init__(self) -> None:
        self.answered: list[tuple[float, float]] = []
        self._frame_at = 0.0
        self._received: dict[str, float] = {}

    def attach(self) -> None:
        """See all of them from now on."""
        receive, parse = DiscordWebSocket.received_message, ConnectionState.parse_interaction_create
        make_trace = client.http_trace  # type: ignore[attr-defined]

        async def received_message(socket: DiscordWebSocket, frame: Any, /) -> None:
            self._frame_at = time.perf_counter()
            await receive(socket, frame)

        def parse_interaction_create(state: Any, interaction: Any) -> None:
            self._received[interaction["id"]] = self._frame_at
            parse(state, interaction)

        def http_trace() -> aiohttp.TraceConfig:
            trace = make_trace()
            trace.on_request_chunk_sent.append(self._send)
            return trace

        DiscordWebSocket.received_message = received_message  # type: ignore[method-assign]
        ConnectionState.parse_interaction_create = parse_interaction_create  # type: ignore[method-assign, assignment]
        client.http_trace = http_trace  # type: ignore[attr-defined, assignment]

    async def _send(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, sent: aiohttp.TraceRequestChunkSentParams
    ) -> None:
        first, interaction_id, _, last = sent.url.parts[-4:] if len(sent.url.parts) > len(CALLBACK) + 1 else ("",) * 4
        if (first, last) == CALLBACK and interaction_id in self._received:
            self.answered.append((self._received.pop(interaction_id), time.perf_counter()))


if __name__ == "__main__":
    watch = _Watch()
    watch.attach()
    code = bot.cli.main()
    print(f"answered: {json.dumps(watch.answered)}", file=sys.stderr, flush=True)
    sys.exit(code)
