"""Rate limits: headers, real 429s, and discord.py's waiting."""

import asyncio
import time

import aiohttp
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


async def test_edits_of_published_messages_are_limited() -> None:
    """The fourth edit within an hour of messages that followers have is a 429, whose header says far too little."""
    now = [1000.0]
    async with StandIn(CHANNELS, monotonic=lambda: now[0]) as standin, raw_client(standin) as raw:
        sent = await raw("POST", f"/channels/{RELEASES}/messages", {"content": "x"})
        path = f"/channels/{RELEASES}/messages/{sent.body['id']}"
        assert (await raw("POST", f"{path}/crosspost")).body["flags"] == 1
        edits = [await raw("PATCH", path, {"content": str(number), "flags": 0}) for number in range(4)]
        assert [answer.status for answer in edits] == [200, 200, 200, 429]
        assert edits[2].body["flags"] == 1
        refused = edits[3]
        assert (refused.code, refused.body["retry_after"], refused.headers["Retry-After"]) == (20028, 3600.0, "1")
        assert refused.headers["X-RateLimit-Scope"] == "shared"


async def test_threads_cannot_be_opened_without_end() -> None:
    """Opening threads is limited for minutes; what is refused says "shared", as it is not the bot alone who opens."""
    now = [1000.0]
    forum = StandInChannel(103, "forum", "forum")
    async with StandIn([forum], monotonic=lambda: now[0]) as standin, raw_client(standin) as raw:
        body = {"name": "post", "message": {"content": "x"}}
        answers = []
        for _ in range(51):
            now[0] += 1.0
            answers.append(await raw("POST", "/channels/103/threads", body))
        assert [answer.status for answer in answers] == [201] * 50 + [429]
        assert answers[0].headers["X-RateLimit-Remaining"] == "49"
        assert (answers[50].body["retry_after"], answers[50].headers["X-RateLimit-Scope"]) == (250.0, "shared")


async def test_a_thread_is_renamed_twice_in_ten_minutes() -> None:
    """The third new name within ten minutes is a 429 that no header announced; other changes are free."""
    now = [1000.0]
    async with StandIn(CHANNELS, monotonic=lambda: now[0]) as standin, raw_client(standin) as raw:
        opened = await raw("POST", f"/channels/{NEWS}/threads", {"name": "0", "type": 11})
        path = f"/channels/{opened.body['id']}"
        answers = [await raw("PATCH", path, {"name": str(number)}) for number in (1, 1, 2, 3)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429]
        assert "X-RateLimit-Remaining" not in answers[2].headers
        assert answers[3].body["retry_after"] == 600.0
        assert (await raw("PATCH", path, {"archived": True, "name": "2"})).status == 200


async def test_answers_bear_the_date_of_the_stand_ins_clock() -> None:
    """Every answer is dated by the clock that dates messages: errors, arranged faults and the gateway's as well."""
    async with StandIn(CHANNELS, clock=lambda: 2_000_000_000.7) as standin, raw_client(standin) as raw:
        standin.faults.add("GET", "/gateway", "status", status=503)
        standin.faults.add("GET", "/gateway", "content_type")
        asked = [await raw("GET", path) for path in ("/users/@me", "/no/such/thing", "/gateway", "/gateway")]
        assert [answer.status for answer in asked] == [200, 404, 503, 200]
        async with aiohttp.ClientSession() as session, session.ws_connect(standin.gateway_url) as socket:
            dates = {answer.headers["Date"] for answer in asked} | {socket._response.headers["Date"]}
        assert dates == {"Wed, 18 May 2033 03:33:20 GMT"}


async def test_rate_limits_can_be_switched_off() -> None:
    """Without rate limits nothing is refused, and no header speaks of any."""
    async with StandIn(CHANNELS, rate_limits=False) as standin, raw_client(standin) as raw:
        answers = [await raw("POST", f"/channels/{NEWS}/messages", {"content": "x"}) for _ in range(60)]
        assert {answer.status for answer in answers} == {200}
        assert not any(name.startswith("X-RateLimit") for name in answers[0].headers)
