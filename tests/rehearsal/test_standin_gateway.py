"""The gateway: sessions, resuming, and misbehaviour."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import discord
import pytest

from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn, StandInChannel
from tests.support.standin_client import RecordingClient, client_of

NEWS = 101


@asynccontextmanager
async def raw_socket(standin: StandIn) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A connection that was greeted and has said nothing yet."""
    async with aiohttp.ClientSession() as session, session.ws_connect(standin.gateway_url) as socket:
        assert (await socket.receive_json())["op"] == 10
        yield socket


async def session_begun(socket: aiohttp.ClientWebSocketResponse) -> str:
    """Identify; the id of the session."""
    await socket.send_json({"op": 2, "d": {"token": REHEARSAL_TOKEN, "intents": 1, "properties": {}}})
    ready = await socket.receive_json()
    assert ready["t"] == "READY"
    return str(ready["d"]["session_id"])


async def can_be_resumed(standin: StandIn, session_id: str) -> bool:
    """Whether a new connection can take the session up again."""
    async with raw_socket(standin) as socket:
        await socket.send_json({"op": 6, "d": {"token": REHEARSAL_TOKEN, "session_id": session_id, "seq": 2}})
        answer = await socket.receive_json()
        assert answer == {"op": 9, "d": False} or answer["t"] == "RESUMED"
        return bool(answer["op"] == 0)


async def test_op_7_and_a_closed_connection_are_resumed(client: RecordingClient, standin: StandIn) -> None:
    """After op 7, and after a close with 4000, discord.py resumes; no new session is begun."""
    await standin.gateway.ask_reconnect()
    await client.wait_for_event("resumed")
    await standin.gateway.disconnect(4000)
    await client.wait_for_event("resumed", times=2)
    assert (standin.gateway.identified, standin.gateway.resumed) == (1, 2)


async def test_missed_events_come_with_the_resume(client: RecordingClient, standin: StandIn) -> None:
    """What happened while the connection was away is told when the session is resumed."""
    standin.gateway.refusing = True
    await standin.gateway.disconnect(4000)
    await client.wait_for_event("disconnect")
    standin.remove_channel(NEWS)
    standin.gateway.refusing = False
    await client.wait_for_event("resumed")
    await client.wait_for_event("guild_channel_delete")
    assert client.get_channel(NEWS) is None


async def test_invalid_session_begins_a_new_one(client: RecordingClient, standin: StandIn) -> None:
    """After op 9 that is not resumable discord.py identifies anew, and `on_ready` fires again."""
    await standin.gateway.invalidate()
    await client.wait_for_event("ready", times=2)
    assert (standin.gateway.identified, standin.gateway.resumed) == (2, 0)
    assert client.get_channel(NEWS) is not None


async def test_resumable_invalid_session_is_resumed(client: RecordingClient, standin: StandIn) -> None:
    """After op 9 that is resumable the session goes on."""
    await standin.gateway.invalidate(resumable=True)
    await client.wait_for_event("resumed")
    assert standin.gateway.identified == 1


async def test_silence_makes_the_client_reconnect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without acknowledgements discord.py gives the connection up and comes back."""
    async with StandIn([StandInChannel(NEWS, "news")], heartbeat_seconds=0.2) as standin:
        client = RecordingClient(heartbeat_timeout=0.5)
        async with client_of(standin, monkeypatch, client):
            standin.gateway.silent = True
            await client.wait_for_event("disconnect")
            standin.gateway.silent = False
            await client.wait_for_event("resumed")


@pytest.mark.parametrize("code", [1000, 1001, *range(4000, 4015)])
async def test_some_close_codes_end_the_session(standin: StandIn, code: int) -> None:
    """A session outlives a close by Discord, unless the code says that it is gone or that nobody may come back."""
    async with raw_socket(standin) as socket:
        session_id = await session_begun(socket)
        await standin.gateway.disconnect(code)
        while (frame := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert (frame.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, code)
    gone = {4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014}
    assert await can_be_resumed(standin, session_id) is (code not in gone)


@pytest.mark.parametrize(("code", "resumable"), [(1000, False), (1001, False), (4000, True), (3000, True)])
async def test_a_bot_that_takes_its_leave_ends_its_session(standin: StandIn, code: int, resumable: bool) -> None:
    """When the bot closes with 1000 or 1001 its session is over; with any other code it can come back."""
    async with raw_socket(standin) as socket:
        session_id = await session_begun(socket)
        await socket.close(code=code)
    await standin.gateway.wait_until(lambda gateway: not gateway.connected)
    assert await can_be_resumed(standin, session_id) is resumable


async def test_a_session_outlives_a_bot_that_dies(standin: StandIn) -> None:
    """A connection that the bot's end broke off without a close frame leaves a session that can be resumed."""
    async with raw_socket(standin) as socket:
        session_id = await session_begun(socket)
        socket._response.close()
    await standin.gateway.wait_until(lambda gateway: not gateway.connected)
    assert await can_be_resumed(standin, session_id)


async def test_a_connection_can_be_cut(standin: StandIn) -> None:
    """Cut, a connection ends without a close frame, and its session can be resumed."""
    async with raw_socket(standin) as socket:
        session_id = await session_begun(socket)
        await standin.gateway.cut()
        while (frame := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert frame.type is not aiohttp.WSMsgType.CLOSE
        assert socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
    assert await can_be_resumed(standin, session_id)


async def test_an_outage_ends_with_the_sessions_as_they_were(standin: StandIn) -> None:
    """During an outage connections are cut, and refused and counted; after it the session can be resumed."""
    async with raw_socket(standin) as socket:
        session_id = await session_begun(socket)
        async with standin.gateway.outage():
            assert not standin.gateway.connected
            with pytest.raises(aiohttp.WSServerHandshakeError):
                async with raw_socket(standin):
                    pass
    assert standin.gateway.refused == 1
    assert await can_be_resumed(standin, session_id)


async def test_a_deaf_gateway_goes_on_telling(standin: StandIn) -> None:
    """Without acknowledging heartbeats, it still counts them and tells what happens."""
    standin.gateway.deaf = True
    async with raw_socket(standin) as socket:
        await socket.send_json({"op": 1, "d": None})
        await session_begun(socket)
        assert standin.gateway.heartbeats == 1


async def test_a_heartbeat_is_acknowledged_as_late_as_by_a_network(standin: StandIn) -> None:
    """An answer within microseconds would outrun the note of the sending, and discord.py would warn of a lag."""
    async with aiohttp.ClientSession() as session, session.ws_connect(standin.gateway_url) as socket:
        await socket.receive_json()
        sent_at = time.monotonic()
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11
        assert time.monotonic() - sent_at >= 0.015


async def test_privileged_intents_are_refused(standin: StandIn) -> None:
    """A session that asks for a privileged intent is closed with 4014, one with a wrong token with 4004."""
    for token, intents, code in ((REHEARSAL_TOKEN, 1 << 15, 4014), ("other", 1, 4004)):
        async with aiohttp.ClientSession() as session, session.ws_connect(standin.gateway_url) as socket:
            assert (await socket.receive_json())["op"] == 10
            identify = {"token": token, "intents": intents, "properties": {}}
            await socket.send_json({"op": 2, "d": identify})
            assert (await socket.receive()).type == aiohttp.WSMsgType.CLOSE
            assert socket.close_code == code


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", 4002),
        ("[" * 5000, 4002),
        ('{"op": []}', 4002),
        ('{"op": 2}', 4002),
        ('{"op": 6, "d": []}', 4002),
        ('{"op": 3, "d": {}}', 4003),
        ('{"op": 6, "d": {}}', None),
    ],
)
async def test_wrong_frames(standin: StandIn, frame: str, code: int | None) -> None:
    """What is no frame closes with 4002, any before identifying with 4003; resuming an unknown session is op 9."""
    async with aiohttp.ClientSession() as session, session.ws_connect(standin.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_str(frame)
        if code is None:
            assert await socket.receive_json() == {"op": 9, "d": False}
        else:
            await socket.receive()
            assert socket.close_code == code


async def test_events_need_their_intent(standin: StandIn) -> None:
    """A session with the intent for messages is told of them with their nonce; one without is not."""
    async with aiohttp.ClientSession() as session, session.ws_connect(standin.gateway_url) as socket:
        await socket.receive_json()
        identify = {"token": REHEARSAL_TOKEN, "intents": (1 << 0) | (1 << 9), "properties": {}}
        await socket.send_json({"op": 2, "d": identify})
        assert [(await socket.receive_json())["t"] for _ in range(2)] == ["READY", "GUILD_CREATE"]
        headers = {"Authorization": f"Bot {REHEARSAL_TOKEN}"}
        url = f"{standin.api_url}/channels/{NEWS}/messages"
        async with session.post(url, json={"content": "x", "nonce": "n"}, headers=headers) as response:
            assert response.status == 200
        event = await socket.receive_json()
        assert (event["t"], event["d"]["nonce"], event["d"]["guild_id"]) == (
            "MESSAGE_CREATE",
            "n",
            str(standin.world.guild_id),
        )


async def test_client_without_the_intent_is_told_nothing(client: RecordingClient) -> None:
    """discord.py with the intent for guilds alone gets no message events."""
    sent = await client.get_partial_messageable(NEWS).send("x")
    await client.wait_for_event("ready")
    assert isinstance(sent, discord.Message)
    assert "message" not in client.events


async def test_refused_connection(standin: StandIn) -> None:
    """A refusing gateway answers 503."""
    standin.gateway.refusing = True
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(standin.gateway_url)
