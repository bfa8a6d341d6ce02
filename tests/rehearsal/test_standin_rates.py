"""Rate limits: headers, real 429s, and discord.py's waiting."""

import asyncio
import time

import discord
import pytest

from bot.rehearsal.standin import StandIn, StandInChannel
from tests.support.standin_client import client_of, raw_client

NEWS, RELEASES = 101, 102
CHANNELS = [StandInChannel(NEWS, "news"), StandInChannel(RELEASES, "releases", "announcement")]


async def test_sixth_message_within_five_seconds_is_a_429() -> None:
    """Five messages per five seconds and channel; the sixth is refused with all that discord.py needs to wait."""
    now = [1000.0]
    async with StandIn(CHANNELS, monotonic=lambda: now[0]) as standin, raw_client(standin) as raw:
        answers = [await raw("POST", f"/channels/{NEWS}/messages", {"content": "x"}) for _ in range(5)]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0"]
        now[0] += 2.0
        refused = await raw("POST", f"/channels/{NEWS}/messages", {"content": "x"})
        assert (refused.status, refused.body["retry_after"], refused.body["global"]) == (429, 3.0, False)
        assert refused.headers["Retry-After"] == "3"
        assert refused.headers["Via"]
        assert refused.headers["X-RateLimit-Scope"] == "user"
        assert refused.headers["X-RateLimit-Bucket"] == answers[0].headers["X-RateLimit-Bucket"]
        assert (await raw("POST", f"/channels/{RELEASES}/messages", {"content": "x"})).status == 200
        now[0] += 3.0
        assert (await raw("POST", f"/channels/{NEWS}/messages", {"content": "x"})).status == 200


async def test_discord_py_waits_instead_of_being_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six sends by discord.py take five seconds and cause no 429: it reads the headers."""
    async with StandIn(CHANNELS) as standin, client_of(standin, monkeypatch) as client:
        channel = client.get_partial_messageable(NEWS)
        began = time.monotonic()
        await asyncio.gather(*(channel.send(str(number)) for number in range(6)))
        assert 4.5 < time.monotonic() - began < 9
        assert standin.invalid_requests == []


async def test_discord_py_waits_out_a_429(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 429 with Via is waited out and repeated with the same nonce; without Via it is an error at once."""
    async with client_of(standin, monkeypatch) as client:
        channel = client.get_partial_messageable(NEWS)
        standin.faults.add("POST", "/channels/*/messages", "rate_limit", retry_after=0.1)
        await channel.send("x", nonce="n")
        sent = [record.body["nonce"] for record in standin.requests if record.path.endswith("/messages")]
        assert sent == ["n", "n"]
        standin.faults.add("POST", "/channels/*/messages", "rate_limit", retry_after=0.1, via=False)
        with pytest.raises(discord.HTTPException) as error:
            await channel.send("x")
        assert error.value.status == 429


async def test_eleventh_crosspost_within_an_hour_is_a_429() -> None:
    """Ten crossposts per hour and channel."""
    now = [1000.0]
    async with StandIn(CHANNELS, monotonic=lambda: now[0]) as standin, raw_client(standin) as raw:
        statuses = []
        for _ in range(11):
            now[0] += 6.0
            sent = await raw("POST", f"/channels/{RELEASES}/messages", {"content": "x"})
            crosspost = f"/channels/{RELEASES}/messages/{sent.body['id']}/crosspost"
            statuses.append((await raw("POST", crosspost)).status)
        assert statuses == [200] * 10 + [429]


async def test_global_limit_is_fifty_a_second() -> None:
    """The fifty-first request within a second is a global 429."""
    async with StandIn(CHANNELS, monotonic=lambda: 1000.0) as standin, raw_client(standin) as raw:
        answers = [await raw("GET", "/users/@me") for _ in range(51)]
        assert [answer.status for answer in answers] == [200] * 50 + [429]
        assert answers[-1].body["global"] is True
        assert answers[-1].headers["X-RateLimit-Global"] == "true"


async def test_edits_of_old_messages_are_limited() -> None:
    """The fourth edit within six seconds of messages older than an hour is a 429 with 30046; young ones are free."""
    now = [2_000_000_000.0]
    async with StandIn(CHANNELS, clock=lambda: now[0], monotonic=lambda: 1000.0) as standin, raw_client(standin) as raw:
        sent = await raw("POST", f"/channels/{NEWS}/messages", {"content": "x"})
        path = f"/channels/{NEWS}/messages/{sent.body['id']}"
        young = [(await raw("PATCH", path, {"content": str(number)})).status for number in range(4)]
        now[0] += 3601
        old = [await raw("PATCH", path, {"content": str(number)}) for number in range(4)]
        assert young == [200] * 4
        assert [answer.status for answer in old] == [200, 200, 200, 429]
        assert old[-1].code == 30046


async def test_rate_limits_can_be_switched_off() -> None:
    """Without rate limits nothing is refused, and no header speaks of any."""
    async with StandIn(CHANNELS, rate_limits=False) as standin, raw_client(standin) as raw:
        answers = [await raw("POST", f"/channels/{NEWS}/messages", {"content": "x"}) for _ in range(60)]
        assert {answer.status for answer in answers} == {200}
        assert not any(name.startswith("X-RateLimit") for name in answers[0].headers)
