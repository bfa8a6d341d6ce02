"""The control API for other processes, and what keeps other web sites out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.rehearsal.guard import own_hosts
from bot.rehearsal.standin import StandIn
from tests.support.standin_client import RawClient, RecordingClient

NEWS, FORUM = 101, 103


class Control:
    """Requests to the control API."""

    def __init__(self, session: aiohttp.ClientSession, page_url: str) -> None:
        self._session = session
        self._url = page_url + "standin/"

    async def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON."""
        async with self._session.request(method, self._url + path, json=body) as response:
            return response.status, await response.json() if response.status != 204 else None


@pytest.fixture
async def control(standin: StandIn) -> AsyncIterator[Control]:
    async with aiohttp.ClientSession() as session:
        yield Control(session, standin.page_url)


async def test_state_messages_and_requests(client: RecordingClient, raw: RawClient, control: Control) -> None:
    """State, messages (with nonce and pings) and requests can be read, and the invalid ones on their own."""
    await raw("POST", f"/channels/{NEWS}/messages", {"content": "<@&5>", "nonce": "n"})
    await raw("POST", f"/channels/{NEWS}/messages", {"content": ""})
    _status, state = await control("GET", "state")
    assert (state["channels"][0]["name"], state["bot"]["connected"]) == ("news", True)
    _status, messages = await control("GET", f"messages?channel={NEWS}")
    assert [(message["nonce"], message["pings"]["roles"]) for message in messages] == [("n", ["5"])]
    _status, requests = await control("GET", "requests")
    _status, invalid = await control("GET", "requests?invalid=1")
    assert len(requests) > len(invalid) == 1
    assert (invalid[0]["status"], invalid[0]["answer"]["code"]) == (400, 50006)


async def test_moderation(standin: StandIn, raw: RawClient, control: Control) -> None:
    """Messages and channels can be deleted, permissions changed, nonces forgotten, rate limits switched."""
    await raw("POST", f"/channels/{NEWS}/messages", {"content": "x", "nonce": "n", "enforce_nonce": True})
    message = standin.messages(NEWS)[0]
    assert await control("DELETE", f"messages?channel={NEWS}&message={message.id}") == (204, None)
    assert await control("POST", "nonces/forget", {}) == (204, None)
    again = await raw("POST", f"/channels/{NEWS}/messages", {"content": "x", "nonce": "n", "enforce_nonce": True})
    assert again.status == 200
    assert await control("PUT", f"channels/{NEWS}", {"denied": ["send_messages"]}) == (204, None)
    assert (await raw("POST", f"/channels/{NEWS}/messages", {"content": "x"})).code == 50013
    assert await control("DELETE", f"channels/{NEWS}") == (204, None)
    assert (await raw("GET", f"/channels/{NEWS}")).code == 10003
    assert await control("POST", "rates", {"enabled": True}) == (204, None)
    assert standin.rates.enabled


async def test_forums_and_threads_over_http(standin: StandIn, raw: RawClient, control: Control) -> None:
    """A forum's tags and the bot's permissions can be changed, and a thread be archived and locked."""
    tags = [{"id": "901", "name": "kubernetes"}, {"id": "902", "name": "staff", "moderated": True}]
    assert await control("PUT", f"channels/{FORUM}", {"tags": tags, "require_tag": True}) == (204, None)
    shown = (await raw("GET", f"/channels/{FORUM}")).body
    assert [(tag["id"], tag["moderated"]) for tag in shown["available_tags"]] == [("901", False), ("902", True)]
    body = {"name": "post", "message": {"content": "x"}, "applied_tags": ["902"]}
    assert (await raw("POST", f"/channels/{FORUM}/threads", body)).code == 50013
    assert (await control("PUT", f"channels/{FORUM}", {"granted": ["manage_threads"]}))[0] == 204
    thread = (await raw("POST", f"/channels/{FORUM}/threads", body)).body["id"]
    assert (await control("PUT", f"channels/{thread}", {"archived": True, "locked": True}))[0] == 204
    metadata = (await raw("GET", f"/channels/{thread}")).body["thread_metadata"]
    assert (metadata["archived"], metadata["locked"]) == (True, True)
    _status, state = await control("GET", "state")
    listed = next(channel for channel in state["channels"] if channel["id"] == thread)
    assert (listed["parent_id"], listed["applied_tags"], listed["locked"]) == (str(FORUM), ["902"], True)


async def test_faults_over_http(standin: StandIn, raw: RawClient, control: Control) -> None:
    """Faults can be arranged, listed, released and cleared."""
    arranged = {"method": "GET", "path": "/users/@me", "kind": "hang"}
    status, fault = await control("POST", "faults", arranged)
    assert (status, fault["number"], fault["hits"]) == (201, 0, 0)
    request = asyncio.create_task(raw("GET", "/users/@me"))
    await standin.faults.arranged[0].reached()
    assert (await control("GET", "faults"))[1][0]["hits"] == 1
    assert (await control("POST", "faults/0/release", {}))[0] == 204
    assert (await request).status == 200
    assert (await control("DELETE", "faults"))[0] == 204
    assert (await control("GET", "faults"))[1] == []


async def test_gateway_over_http(client: RecordingClient, standin: StandIn, control: Control) -> None:
    """The gateway can be told to disconnect, to ask for a reconnect, to be silent and to refuse."""
    assert (await control("POST", "gateway", {"do": "reconnect"}))[0] == 204
    await client.wait_for_event("resumed")
    assert (await control("POST", "gateway", {"do": "disconnect", "code": 4000}))[0] == 204
    await client.wait_for_event("resumed", times=2)
    assert (await control("POST", "gateway", {"do": "refuse"}))[0] == 204
    assert standin.gateway.refusing
    assert (await control("POST", "gateway", {"do": "refuse", "on": False}))[0] == 204
    assert not standin.gateway.refusing


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "word"),
    [
        ("GET", "messages", None, 400, "channel"),
        ("GET", "messages?channel=1", None, 404, "Unknown Channel"),
        ("PUT", f"channels/{NEWS}", {"denied": ["fly"]}, 400, "no such permission: fly"),
        ("PUT", f"channels/{NEWS}", {}, 400, "denied"),
        ("PUT", f"channels/{NEWS}", {"denied": "x"}, 400, "denied"),
        ("PUT", f"channels/{NEWS}", {"colour": 5}, 400, "denied"),
        ("PUT", f"channels/{NEWS}", {"tags": []}, 400, "news is no forum"),
        ("PUT", f"channels/{NEWS}", {"archived": True}, 400, "news is no thread"),
        ("PUT", f"channels/{FORUM}", {"tags": [{"id": "1", "name": "x" * 21}]}, 400, "1 to 20 characters"),
        ("PUT", f"channels/{FORUM}", {"tags": [{"id": "one", "name": "x"}]}, 400, "denied"),
        ("PUT", f"channels/{FORUM}", {"tags": ["x"]}, 400, "denied"),
        ("PUT", f"channels/{FORUM}", {"tags": 1}, 400, "denied"),
        ("PUT", f"channels/{FORUM}", {"require_tag": 1}, 400, "denied"),
        ("PUT", "channels/1", {"denied": []}, 404, "Unknown Channel"),
        ("POST", "faults", {"kind": "hang"}, 400, "needs method"),
        ("POST", "faults", {"method": "GET", "path": "/", "kind": "x"}, 400, "no such fault"),
        ("POST", "faults/9/release", {}, 400, "no fault number 9"),
        ("POST", "gateway", {"do": "explode"}, 400, "invalidate"),
        ("POST", "gateway", {"do": "disconnect", "code": []}, 400, "a number"),
        ("POST", "slash", {"command": "latest", "options": [1]}, 400, "an object"),
        ("POST", "slash", {"command": "nothing"}, 400, "no command /nothing"),
        ("POST", "slash", {"command": "x", "channel_id": str(FORUM)}, 400, "only in its threads"),
        ("POST", "slash", {}, 400, '"command" is missing'),
        ("POST", "click", {"message_id": "1", "custom_id": "x"}, 400, "no message 1"),
    ],
)
async def test_mistakes_are_explained(
    control: Control, method: str, path: str, body: Any, status: int, word: str
) -> None:
    """A control request that cannot be done says why."""
    answered, explanation = await control(method, path, body)
    assert answered == status
    assert word in explanation["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://attacker.example"},
        {"Origin": "null"},
        {"Host": "attacker.example"},
        {"Host": "attacker.example:{port}"},
        {"Host": "127.0.0.1"},
    ],
)
@pytest.mark.parametrize("path", ["", "events", "standin/state", "api/v10/users/@me", "gateway"])
async def test_other_sites_are_kept_out(standin: StandIn, headers: dict[str, str], path: str) -> None:
    """A foreign Origin (a cross-site request) or Host (DNS rebinding) gets 403 everywhere."""
    sent = {name: value.format(port=standin.port) for name, value in headers.items()}
    async with aiohttp.ClientSession() as session, session.get(standin.page_url + path, headers=sent) as response:
        assert response.status == 403


def test_port_80_goes_without_saying() -> None:
    """Host names no port where it is the one of http, so at port 80 the bare names are the own ones."""
    assert own_hosts(80) == {"127.0.0.1", "localhost"}
    assert own_hosts(8080) == {"127.0.0.1:8080", "localhost:8080"}


async def test_plain_forms_are_refused(standin: StandIn) -> None:
    """A POST that a plain HTML form could send is refused, whatever its origin."""
    url = standin.page_url + "standin/nonces/forget"
    async with aiohttp.ClientSession() as session, session.post(url, data={"a": "b"}) as response:
        assert response.status == 415


async def test_own_origin_is_welcome(standin: StandIn) -> None:
    """The page itself, by either name of this machine, may ask."""
    async with aiohttp.ClientSession() as session:
        for name in ("127.0.0.1", "localhost"):
            host = f"{name}:{standin.port}"
            headers = {"Host": host, "Origin": f"http://{host}"}
            async with session.get(standin.page_url + "standin/state", headers=headers) as response:
                assert response.status == 200


async def test_page_allows_only_itself(standin: StandIn) -> None:
    """The page's policy forbids everything from elsewhere, and inline scripts."""
    async with aiohttp.ClientSession() as session, session.get(standin.page_url) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "http" not in (await response.text()).replace("http-equiv", "")


async def test_listens_on_loopback_only(standin: StandIn) -> None:
    """Nothing but 127.0.0.1 is listened on."""
    assert standin._runner is not None
    assert [address[0] for address in standin._runner.addresses] == ["127.0.0.1"]


async def test_taken_port_is_an_error_that_leaves_nothing_behind(standin: StandIn) -> None:
    """A port that is in use is an OSError on entering."""
    with pytest.raises(OSError, match="address already in use"):
        async with StandIn([], port=standin.port):
            pass
