"""What members do, and what is changed about them, through the control API."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.rehearsal.standin import StandIn
from tests.support.standin_client import RawClient, RecordingClient, client_of
from tests.support.standin_commands import everywhere_client

NEWS, READERS = 101, 501


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


@pytest.fixture
async def bot(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RecordingClient]:
    """discord.py with every kind of command."""
    async with client_of(standin, monkeypatch, everywhere_client()) as client:
        yield client


async def test_asking_over_http(bot: RecordingClient, standin: StandIn, control: Control) -> None:
    """Commands, subcommands, message commands, buttons and selects can be used, by whom and where one says."""
    _status, answer = await control("POST", "slash", {"command": "who", "user": "ada", "locale": "fr", "place": "dm"})
    assert answer["message"]["content"].startswith("fr User ada")
    paused = {"command": "linkbot pause", "options": {"channel": str(NEWS)}}
    assert (await control("POST", "slash", paused))[0] == 400
    assert (await control("POST", "slash", {**paused, "force": True}))[1]["message"][
        "content"
    ] == f"pause news {NEWS} 1"
    choices = {"command": "linkbot hold one", "option": "tag", "typed": "ru", "user": "owner"}
    assert (await control("POST", "autocomplete", choices))[1] == [{"name": "ru!", "value": "ru"}]
    sent = await bot.get_partial_messageable(NEWS).send("card")
    menu = {"command": "Save for later", "message_id": str(sent.id), "user": "ada", "locale": "de"}
    assert (await control("POST", "message_command", menu))[1]["message"]["content"] == "saved"
    _status, direct = await control("GET", "messages?direct=ada")
    assert [message["content"] for message in direct] == ["card"]
    _status, panel = await control("POST", "slash", {"command": "panel", "channel_id": str(NEWS)})
    number = panel["message"]["id"]
    chosen = await control("POST", "choose", {"message_id": number, "custom_id": "tags", "values": ["b"]})
    assert chosen[1]["message"]["content"] == "b"
    pressed = await control("POST", "click", {"message_id": number, "custom_id": "next"})
    assert pressed[1]["message"]["content"] == "page 2"


async def test_people_over_http(bot: RecordingClient, control: Control) -> None:
    """Somebody can be made a manager, get roles and close direct messages; the state tells it all."""
    changes = {"permissions": ["manage_guild"], "roles": [str(READERS)], "direct_messages": False}
    assert await control("PUT", "people/ada", changes) == (204, None)
    assert (await control("POST", "slash", {"command": "linkbot pause", "user": "ada"}))[0] == 200
    _status, state = await control("GET", "state")
    people = {person["name"]: person for person in state["people"]}
    ada = people["ada"]
    assert (ada["manages"], str(READERS) in ada["roles"], ada["takes_direct_messages"]) == (True, True, False)
    assert (people["visitor"]["manages"], people["owner"]["manages"]) == (False, True)
    assert ada["direct_channel"] is None
    await control("POST", "slash", {"command": "who", "user": "ada", "place": "dm"})
    _status, state = await control("GET", "state")
    ada = next(person for person in state["people"] if person["name"] == "ada")
    assert ada["direct_channel"]["kind"] == "dm"
    assert {"Related links", "Save for later"} == {command["name"] for command in state["message_commands"]}
    typed = {command["name"]: command for command in state["typed_commands"]}
    assert {"who", "linkbot pause", "linkbot hold one"} <= typed.keys()
    assert [option["name"] for option in typed["linkbot pause"]["options"]] == ["channel", "hours"]


async def test_hiding_channels_over_http(standin: StandIn, control: Control) -> None:
    """A channel can be hidden but for a role, and shown again."""
    change = {"hidden": True, "seen_by": [str(READERS)]}
    assert (await control("PUT", f"channels/{NEWS}", change))[0] == 204
    ada = standin.world.person("ada")
    assert "view_channel" not in standin.world.permitted(ada, standin.world.channel(NEWS))
    _status, state = await control("GET", "state")
    assert (state["channels"][0]["hidden"], state["channels"][0]["seen_by"]) == (True, [str(READERS)])
    assert (await control("PUT", f"channels/{NEWS}", {"hidden": False}))[0] == 204
    assert "view_channel" in standin.world.permitted(ada, standin.world.channel(NEWS))


async def test_forging_over_http(standin: StandIn, raw: RawClient, control: Control) -> None:
    """A custom id that the message does not have goes to the bot, as a button or a select."""
    sent = (await raw("POST", f"/channels/{NEWS}/messages", {"content": "x"})).body["id"]
    told: list[dict[str, Any]] = []

    def answer(_name: str, payload: dict[str, Any]) -> None:
        told.append(payload["data"])
        standin.interactions.replies.respond(int(payload["id"]), payload["token"], {"type": 6})

    standin.interactions._dispatch = answer
    forged = {"message_id": sent, "custom_id": "forged"}
    for body in (forged, {**forged, "values": ["x"]}):
        assert (await control("POST", "forge", body))[0] == 200
    assert [(data["component_type"], data.get("values")) for data in told] == [(2, None), (3, ["x"])]


@pytest.mark.parametrize(
    ("method", "path", "body", "word"),
    [
        ("PUT", "people/ada", {}, "manage_guild"),
        ("PUT", "people/ada", {"colour": 5}, "manage_guild"),
        ("PUT", "people/ada", {"permissions": ["fly"]}, "no such permission"),
        ("PUT", "people/ada", {"permissions": "manage_guild"}, "manage_guild"),
        ("PUT", "people/ada", {"roles": ["x"]}, "manage_guild"),
        ("PUT", "people/ada", {"roles": ["999"]}, "no role 999"),
        ("PUT", "people/ada", {"direct_messages": "no"}, "manage_guild"),
        ("PUT", f"channels/{NEWS}", {"hidden": "yes"}, "hidden"),
        ("PUT", f"channels/{NEWS}", {"seen_by": 5}, "hidden"),
        ("POST", "message_command", {"command": "x"}, '"message_id" is missing'),
        ("POST", "message_command", {"command": "x", "message_id": "y"}, "is an id"),
        ("POST", "choose", {"message_id": "1", "custom_id": "x"}, "list of texts"),
        ("POST", "forge", {"message_id": "1", "custom_id": "x", "values": 1}, "list of texts"),
        ("POST", "slash", {"command": "x", "place": "moon"}, "no place 'moon'"),
        ("POST", "slash", {"command": "x", "locale": "xx"}, "no language 'xx'"),
        ("POST", "slash", {"command": "x", "force": "yes"}, "true or false"),
        ("POST", "slash", {"command": "x", "channel_id": "y"}, "is an id"),
    ],
)
async def test_mistakes_about_members(control: Control, method: str, path: str, body: Any, word: str) -> None:
    """What cannot be done says why."""
    status, explanation = await control(method, path, body)
    assert status == 400
    assert word in explanation["error"]
