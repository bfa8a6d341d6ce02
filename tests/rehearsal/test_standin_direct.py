"""Direct messages over REST, and what members and the gateway learn of them."""

import aiohttp
import pytest

from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn
from tests.support.standin_client import RawClient


async def opened(standin: StandIn, raw: RawClient, name: str = "ada") -> str:
    """The channel of the bot's direct messages with a member."""
    user = standin.world.person(name)
    answer = await raw("POST", "/users/@me/channels", {"recipient_id": str(user.id)})
    assert answer.status == 200
    assert [recipient["username"] for recipient in answer.body["recipients"]] == [name]
    return str(answer.body["id"])


async def test_one_channel_for_each_person(standin: StandIn, raw: RawClient) -> None:
    """Opened again, a person's channel is the same; it is none of the guild's."""
    first = await opened(standin, raw)
    assert await opened(standin, raw) == first
    assert await opened(standin, raw, "bob") != first
    assert (await raw("GET", f"/channels/{first}")).body["type"] == 1
    guild = (await raw("GET", f"/guilds/{standin.world.guild_id}/channels")).body
    assert first not in {channel["id"] for channel in guild}
    closed = await raw("DELETE", f"/channels/{first}")
    assert (closed.status, closed.body["id"], await opened(standin, raw)) == (200, first, first)


async def test_messages_as_in_other_channels(standin: StandIn, raw: RawClient) -> None:
    """Sending with a nonce, reading, editing and deleting work as elsewhere; members read what is there."""
    messages = f"/channels/{await opened(standin, raw)}/messages"
    body = {"content": "one", "nonce": "n", "enforce_nonce": True}
    sent = (await raw("POST", messages, body)).body
    assert (await raw("POST", messages, body)).body["id"] == sent["id"]
    assert (await raw("PATCH", f"{messages}/{sent['id']}", {"content": "two"})).body["content"] == "two"
    assert [message["content"] for message in (await raw("GET", messages)).body] == ["two"]
    assert [message.content for message in standin.direct_messages("ada")] == ["two"]
    assert (await raw("DELETE", f"{messages}/{sent['id']}")).status == 204
    assert standin.direct_messages("ada") == []
    assert (await raw("POST", messages, body)).code == 10008
    assert standin.direct_messages("somebody else") == []
    assert all(user.name != "somebody else" for user in standin.world.users)


async def test_the_gateway_tells_whom_it_concerns(standin: StandIn, raw: RawClient) -> None:
    """A session with the intent for direct messages is told of those, without a guild, and of no others."""
    channel = await opened(standin, raw)
    async with aiohttp.ClientSession() as session, session.ws_connect(standin.gateway_url) as socket:
        await socket.receive_json()
        identify = {"token": REHEARSAL_TOKEN, "intents": 1 << 12, "properties": {}}
        await socket.send_json({"op": 2, "d": identify})
        assert (await socket.receive_json())["t"] == "READY"
        await raw("POST", "/channels/101/messages", {"content": "to all"})
        sent = (await raw("POST", f"/channels/{channel}/messages", {"content": "to ada", "nonce": "n"})).body
        await raw("PATCH", f"/channels/{channel}/messages/{sent['id']}", {"content": "changed"})
        await raw("DELETE", f"/channels/{channel}/messages/{sent['id']}")
        events = [await socket.receive_json() for _ in range(3)]
        assert [event["t"] for event in events] == ["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"]
        assert [event["d"].get("content") for event in events] == ["to ada", "changed", None]
        assert all("guild_id" not in event["d"] and event["d"]["channel_id"] == channel for event in events)


async def test_rate_limits_count_for_each_channel(standin: StandIn, raw: RawClient) -> None:
    """The sixth message within five seconds is refused, and one to somebody else is not."""
    standin.rates.enabled = True
    channel, other = await opened(standin, raw), await opened(standin, raw, "bob")
    statuses = [(await raw("POST", f"/channels/{channel}/messages", {"content": "x"})).status for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert (await raw("POST", f"/channels/{other}/messages", {"content": "x"})).status == 200


async def test_closed_for_the_bot(standin: StandIn, raw: RawClient) -> None:
    """Who takes no direct messages has a channel all the same; sending there is 403 with 50007."""
    standin.world.close_direct_messages("ada")
    channel = await opened(standin, raw)
    refused = await raw("POST", f"/channels/{channel}/messages", {"content": "x"})
    assert (refused.status, refused.code) == (403, 50007)
    assert (await raw("POST", f"/channels/{channel}/typing")).code == 50007
    assert (await raw("GET", f"/channels/{channel}/messages")).body == []


@pytest.mark.parametrize(
    ("recipient", "code"), [("999", 50033), ("bot", 50033), (None, 50035), ("ada", 50035), (True, 50035)]
)
async def test_nobody_to_write_to(standin: StandIn, raw: RawClient, recipient: object, code: int) -> None:
    """Unknown users and the bot itself are invalid recipients; what is no id is an invalid form."""
    given = str(standin.world.bot.id) if recipient == "bot" else recipient
    answer = await raw("POST", "/users/@me/channels", {"recipient_id": given})
    assert (answer.status, answer.code) == (400, code)


async def test_what_direct_messages_do_not_have(standin: StandIn, raw: RawClient) -> None:
    """Threads, followers and names are 50003 in direct messages."""
    channel = await opened(standin, raw)
    sent = (await raw("POST", f"/channels/{channel}/messages", {"content": "x"})).body["id"]
    for method, path, body in (
        ("POST", f"/channels/{channel}/threads", {"name": "x", "type": 11}),
        ("POST", f"/channels/{channel}/messages/{sent}/threads", {"name": "x"}),
        ("GET", f"/channels/{channel}/threads/archived/public", None),
        ("POST", f"/channels/{channel}/messages/{sent}/crosspost", None),
        ("PATCH", f"/channels/{channel}", {"name": "x"}),
    ):
        assert (await raw(method, path, body)).code == 50003
