"""An unmodified discord.py, and a bare HTTP client, both pointed at a stand-in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands

from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn

__all__ = ["Answer", "RawClient", "RecordingClient", "client_of", "raw_client"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP; `body` is None where there was none."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> int:
        """Discord's own number of an error."""
        return int(self.body["code"])


class RawClient:
    """Requests as they are, without retries and without waiting for rate limits."""

    def __init__(self, session: aiohttp.ClientSession, api_url: str) -> None:
        self._session = session
        self._api_url = api_url

    async def __call__(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request below ``/api/v10``."""
        async with self._session.request(method, self._api_url + path, json=body, headers=headers) as response:
            data = await response.json() if response.content_type == "application/json" else None
            return Answer(response.status, data, dict(response.headers))


@contextlib.asynccontextmanager
async def raw_client(standin: StandIn, token: str = REHEARSAL_TOKEN) -> AsyncIterator[RawClient]:
    """A `RawClient` with a token."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {token}"}) as session:
        yield RawClient(session, standin.api_url)


class RecordingClient(discord.Client):
    """A plain client with a command tree that notes which events came, in their order."""

    def __init__(self, **options: Any) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05, max_messages=None, **options)
        self.tree = app_commands.CommandTree(self)
        self.events: list[str] = []
        self.happened = asyncio.Event()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.events.append(event)
        self.happened.set()
        super().dispatch(event, *args, **kwargs)

    async def wait_for_event(self, event: str, times: int = 1, seconds: float = 15.0) -> None:
        """Wait until `event` has come `times` times."""
        async with asyncio.timeout(seconds):
            while self.events.count(event) < times:
                self.happened.clear()
                await self.happened.wait()


@contextlib.asynccontextmanager
async def client_of(
    standin: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    client: RecordingClient | None = None,
    token: str = REHEARSAL_TOKEN,
) -> AsyncIterator[RecordingClient]:
    """A discord.py client that is logged in at `standin`, has its commands synced, and is ready."""
    monkeypatch.setattr(discord.http.Route, "BASE", standin.api_url)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(standin.gateway_url))
    client = client or RecordingClient()
    async with client:
        await client.login(token)
        if client.tree.get_commands():
            await client.tree.sync()
        connection = asyncio.create_task(client.connect())
        ready = asyncio.create_task(client.wait_until_ready())
        done, _pending = await asyncio.wait({connection, ready}, timeout=15, return_when=asyncio.FIRST_COMPLETED)
        try:
            assert done, "the client did not get ready"
            if connection in done:
                connection.result()
            yield client
        finally:
            await client.close()
            ready.cancel()
            connection.cancel()
            await asyncio.gather(connection, ready, return_exceptions=True)
