"""Misbehaviour on request: what is stored, and what the bot gets to see."""

import asyncio

import aiohttp
import discord
import pytest

from bot.rehearsal.faults import FaultKind
from bot.rehearsal.rate_limits import Scope
from bot.rehearsal.standin import StandIn
from tests.support.standin_client import RawClient, RecordingClient

NEWS = 101
PATH = f"/channels/{NEWS}/messages"
MESSAGES = "/channels/*/messages"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("status", [400, 403, 500, 503, 520])
async def test_status_before_or_after_storing(raw: RawClient, standin: StandIn, status: int, after: bool) -> None:
    """Any status can come before or after the message exists; it strikes once, and is no invalid request."""
    standin.faults.add("POST", MESSAGES, "status", status=status, after=after, body={"message": "no", "code": 7})
    answer = await raw("POST", PATH, {"content": "x"})
    assert (answer.status, answer.code) == (status, 7)
    assert len(standin.messages(NEWS)) == after
    assert (await raw("POST", PATH, {"content": "x"})).status == 200
    assert standin.invalid_requests == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("kind", "errors"), [("reset", aiohttp.ClientOSError), ("close", aiohttp.ServerDisconnectedError)]
)
async def test_connection_ends_without_an_answer(
    client: RecordingClient, standin: StandIn, kind: FaultKind, errors: type[Exception], after: bool
) -> None:
    """discord.py raises at once when the connection is reset or closed, whether or not the message exists."""
    standin.faults.add("POST", MESSAGES, kind, after=after)
    with pytest.raises(errors):
        await client.get_partial_messageable(NEWS).send("x")
    assert len(standin.messages(NEWS)) == after


@pytest.mark.parametrize("after", [False, True])
async def test_hanging_answer_waits_for_release(raw: RawClient, standin: StandIn, after: bool) -> None:
    """A hanging request is neither answered nor (before storing) done until it is released."""
    fault = standin.faults.add("POST", MESSAGES, "hang", after=after)
    request = asyncio.create_task(raw("POST", PATH, {"content": "x"}))
    await fault.reached()
    assert not request.done()
    fault.release()
    assert (await request).status == 200
    assert len(standin.messages(NEWS)) == 1


async def test_truncated_answer(raw: RawClient, standin: StandIn) -> None:
    """The answer breaks off in its middle although the message exists."""
    standin.faults.add("POST", MESSAGES, "truncate")
    with pytest.raises(aiohttp.ClientPayloadError):
        await raw("POST", PATH, {"content": "x"})
    assert len(standin.messages(NEWS)) == 1


async def test_wrong_content_type(raw: RawClient, standin: StandIn) -> None:
    """The answer calls itself HTML although the message exists."""
    standin.faults.add("POST", MESSAGES, "content_type")
    answer = await raw("POST", PATH, {"content": "x"})
    assert answer.headers["Content-Type"].startswith("text/html")
    assert len(standin.messages(NEWS)) == 1


async def test_discord_py_repeats_a_502_with_the_same_nonce(client: RecordingClient, standin: StandIn) -> None:
    """A 502 after storing is repeated by discord.py, and the nonce makes one message of it."""
    standin.faults.add("POST", MESSAGES, "status", status=502, after=True)
    message = await client.get_partial_messageable(NEWS).send("x")
    assert [stored.id for stored in standin.messages(NEWS)] == [message.id]
    assert len([record for record in standin.requests if record.path == PATH]) == 2


async def test_503_is_raised_at_once(client: RecordingClient, standin: StandIn) -> None:
    """A 503 is not repeated by discord.py."""
    standin.faults.add("POST", MESSAGES, "status", status=503)
    with pytest.raises(discord.DiscordServerError):
        await client.get_partial_messageable(NEWS).send("x")


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_rate_limit_of_every_scope(raw: RawClient, standin: StandIn, scope: Scope) -> None:
    """An arranged 429 is one of a route, a shared one or a global one, in its headers as in its body."""
    standin.faults.add("POST", "/channels/*/threads", "rate_limit", retry_after=2.0, scope=scope)
    refused = await raw("POST", f"/channels/{NEWS}/threads", {"name": "x", "type": 11})
    assert (refused.status, refused.body["global"]) == (429, scope == "global")
    assert refused.headers["X-RateLimit-Scope"] == scope
    assert ("X-RateLimit-Global" in refused.headers) == (scope == "global")


async def test_what_stands_before_discord_speaks_no_json(raw: RawClient, standin: StandIn) -> None:
    """From 520 on it is not Discord who answers, and the answer is text."""
    standin.faults.add("POST", MESSAGES, "status", status=520)
    answer = await raw("POST", PATH, {"content": "x"})
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (520, None, "text/plain; charset=utf-8")


async def test_delay_times_and_patterns(raw: RawClient, standin: StandIn) -> None:
    """A fault strikes the paths of its pattern only, as often as it was told, and counts its hits."""
    fault = standin.faults.add("*", "/channels/**", "delay", times=2, seconds=0.01)
    await raw("GET", "/users/@me")
    assert fault.hits == 0
    for _ in range(3):
        await raw("POST", PATH, {"content": "x"})
    assert fault.hits == 2
    struck = [record.fault for record in standin.requests]
    assert struck == [None, "delay", "delay", None]
    one_segment = standin.faults.add("GET", "/channels/*", "status")
    await raw("GET", PATH)
    assert one_segment.hits == 0


async def test_unknown_kind_is_refused(standin: StandIn) -> None:
    """A kind or scope of fault that does not exist is a ValueError that lists the known ones."""
    with pytest.raises(ValueError, match="known are close, content_type"):
        standin.faults.add("GET", "/x", "nonsense")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="known are global, shared, user"):
        standin.faults.add("GET", "/x", "rate_limit", scope="nobody")  # type: ignore[arg-type]


async def test_nobody_hangs_when_the_stand_in_ends(standin: StandIn, raw: RawClient) -> None:
    """Clearing the faults lets go what hangs."""
    fault = standin.faults.add("GET", "/users/@me", "hang", times=None)
    requests = [asyncio.create_task(raw("GET", "/users/@me")) for _ in range(3)]
    await fault.reached()
    standin.faults.clear()
    assert {(await request).status for request in requests} == {200}
