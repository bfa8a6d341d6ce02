"""What discord.py keeps to itself and Linkbot uses: these tests fail when an upgrade moves it."""

import asyncio
from collections.abc import AsyncIterator

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.discord_app.endpoints import DEFAULT_API_URL, ask_for_gateway, forget_session, point_discord_at
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn
from tests.support.discord_client import connected, pointed_at, running_stand_in

DEFAULT_GATEWAY = DiscordWebSocket.DEFAULT_GATEWAY


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with running_stand_in() as running:
        yield running


def test_discord_py_still_keeps_its_addresses_there() -> None:
    """The two class attributes exist under their names and hold Discord's own addresses."""
    assert DEFAULT_API_URL == "https://discord.com/api/v10"
    assert str(DEFAULT_GATEWAY).rstrip("/") == "wss://gateway.discord.gg"
    assert Route("GET", "/gateway").url == "https://discord.com/api/v10/gateway"


def test_discord_py_still_has_what_a_second_login_needs() -> None:
    """The HTTP client has a `connector` that is made anew where it is missing, and a `close`."""
    client = discord.Client(intents=discord.Intents.none())
    assert client.http.connector is discord.utils.MISSING
    assert callable(HTTPClient.close)


def test_the_default_api_keeps_its_own_gateway() -> None:
    """With the default settings nothing changes and nothing is to be asked for."""
    assert point_discord_at(DEFAULT_API_URL, None) is False
    assert DiscordWebSocket.DEFAULT_GATEWAY == DEFAULT_GATEWAY


@pytest.mark.parametrize(("gateway_url", "to_ask"), [(None, True), ("ws://127.0.0.1:9/gateway", False)])
def test_a_custom_api_is_used_and_can_be_left_again(gateway_url: str | None, to_ask: bool) -> None:
    """Routes lead to the custom API; its gateway is to be asked for unless it is named; the default comes back."""
    try:
        assert point_discord_at("http://127.0.0.1:9/api/v10/", gateway_url) is to_ask
        assert Route("GET", "/x").url == "http://127.0.0.1:9/api/v10/x"
        assert (str(DiscordWebSocket.DEFAULT_GATEWAY) == gateway_url) is not to_ask
    finally:
        point_discord_at(DEFAULT_API_URL, None)
    assert Route("GET", "/x").url == "https://discord.com/api/v10/x"


@pytest.mark.parametrize("named", [True, False])
async def test_requests_and_gateway_reach_the_custom_address(stand_in: StandIn, named: bool) -> None:
    """An unmodified client logs in there and connects to the gateway that is named, or that the API names."""
    async with pointed_at(stand_in.api_url, stand_in.gateway_url if named else None) as client:
        await client.login(REHEARSAL_TOKEN)
        async with connected(client):
            assert stand_in.gateway.identified == 1
    asked = [record for record in stand_in.requests if record.path == "/gateway"]
    assert len(asked) == (0 if named else 1)


async def test_an_answer_without_a_gateway_is_told(stand_in: StandIn) -> None:
    """An API that names no gateway is an error of its own."""
    async with pointed_at(stand_in.api_url, None) as client:
        await client.login(REHEARSAL_TOKEN)
        stand_in.faults.add("GET", "/gateway", "status", status=200, body={"nothing": True})
        with pytest.raises(discord.GatewayNotFound):
            await ask_for_gateway(client)


async def test_a_client_can_log_in_again(stand_in: StandIn) -> None:
    """After `forget_session` the same client logs in anew, and the first session is closed."""
    async with pointed_at(stand_in.api_url, stand_in.gateway_url) as client:
        await client.login(REHEARSAL_TOKEN)
        await forget_session(client)
        await asyncio.wait_for(client.login(REHEARSAL_TOKEN), 10)
        assert client.user is not None
