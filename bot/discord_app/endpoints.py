"""Where Discord is.

discord.py has no setting for the address of the API or of the gateway, and cannot log in a second time after a failed
login. So this touches what discord.py keeps to itself.
`tests/discord_app/test_endpoints.py` fails when an upgrade moves what is used here.
"""

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

__all__ = ["DEFAULT_API_URL", "ask_for_gateway", "forget_session", "point_discord_at"]

DEFAULT_API_URL = Route.BASE
_DEFAULT_GATEWAY = DiscordWebSocket.DEFAULT_GATEWAY


def point_discord_at(api_url: str, gateway_url: str | None) -> bool:
    """Let discord.py, in this whole process, use `api_url` (with its version: ``…/api/v10``) and `gateway_url`.

    Returns True where the gateway's address is still to be asked for with `ask_for_gateway`: a custom API without a
    gateway. With the default API and no gateway, discord.py's own address stays.
    """
    Route.BASE = api_url.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = _DEFAULT_GATEWAY if gateway_url is None else URL(gateway_url)
    return gateway_url is None and Route.BASE != DEFAULT_API_URL


async def ask_for_gateway(client: discord.Client) -> None:
    """Let `client`, which is logged in, connect to where the API says the gateway is.

    Raises `discord.GatewayNotFound` for an answer without an address, and what a request raises.
    Source: https://docs.discord.com/developers/events/gateway#get-gateway
    """
    answer = await client.http.request(Route("GET", "/gateway"))
    url = answer.get("url") if isinstance(answer, dict) else None
    if not isinstance(url, str):
        raise discord.GatewayNotFound
    DiscordWebSocket.DEFAULT_GATEWAY = URL(url)


async def forget_session(client: discord.Client) -> None:
    """Close what a failed login left open, so that `client.login` can be called again."""
    await client.http.close()
    client.http.connector = discord.utils.MISSING
