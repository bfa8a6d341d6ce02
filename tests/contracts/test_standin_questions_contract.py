"""What the stand-in tells of interactions and direct messages, against Discord's own OpenAPI document."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.rehearsal.asking import Place
from bot.rehearsal.interaction_data import OptionValue
from bot.rehearsal.localizations import LOCALES
from bot.rehearsal.standin import StandIn, StandInChannel, StandInRole
from tests.support.standin_client import RawClient, client_of, raw_client
from tests.support.standin_commands import everywhere_client
from tests.support.standin_openapi import (
    requires_document,
    schema,
    validate_request,
    validate_response,
    validate_schema,
)
from tests.support.standin_questions import EVERYWHERE, Question, ask, register

pytestmark = requires_document

NEWS, STAFF, RELEASES, READERS = 101, 102, 103, 501
CHANNELS = (
    StandInChannel(NEWS, "news"),
    StandInChannel(STAFF, "staff", hidden=True, seen_by=frozenset({READERS})),
    StandInChannel(RELEASES, "releases", "announcement"),
)
IDS = [
    {"type": kind, "name": name, "description": "d"}
    for name, kind in (("user", 6), ("channel", 7), ("role", 8), ("any", 9))
]
COMMANDS = (
    {"name": "who", "description": "d", **EVERYWHERE},
    {"name": "ids", "description": "d", "options": IDS},
    {"name": "Related links", "type": 3, **EVERYWHERE},
)
ROW = {"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "x", "label": "X"}]}
CHANNEL_SCHEMAS = {"guild": "GuildChannelResponse", "elsewhere": "GuildChannelResponse"}
CHANNEL_SCHEMAS |= {"dm": "PrivateChannelResponse", "private": "PrivateGroupChannelResponse"}
PLACES: tuple[Place, ...] = ("guild", "dm", "elsewhere", "private")


@pytest.fixture
async def guild() -> AsyncIterator[StandIn]:
    """A guild with a hidden channel, where ada has a role."""
    async with StandIn(CHANNELS, rate_limits=False, roles=[StandInRole(READERS, "readers")]) as standin:
        standin.world.set_member_roles("ada", [READERS])
        yield standin


@pytest.fixture
async def raw(guild: StandIn) -> AsyncIterator[RawClient]:
    """Bare requests, with all commands registered."""
    async with raw_client(guild) as client:
        await register(guild, client, *COMMANDS)
        yield client


async def answered(raw: RawClient, question: Question, body: dict[str, Any]) -> dict[str, Any]:
    """Answer `question`; the callback, Discord's answer to it and the message in it are compared with the document."""
    path = question.callback
    validate_request("POST", path, body)
    answer = await raw("POST", path + "?with_response=true", body)
    validate_response("POST", path, answer.status, answer.body)
    message: dict[str, Any] = answer.body["resource"]["message"]
    validate_schema("MessageResponse", message)
    return message


def check(payload: dict[str, Any], place: Place) -> None:
    """Compare those parts of an interaction with the document that it has names for."""
    validate_schema(CHANNEL_SCHEMAS[place], payload["channel"])
    assert ("member" in payload, "user" in payload) == (place in {"guild", "elsewhere"}, place in {"dm", "private"})
    if "member" in payload:
        assert payload["member"]["permissions"].isdigit()
        member = {key: value for key, value in payload["member"].items() if key != "permissions"}
        validate_schema("GuildMemberResponse", member)
    else:
        validate_schema("UserResponse", payload["user"])
    if "message" in payload:
        validate_schema("MessageResponse", payload["message"])
    assert set(payload["authorizing_integration_owners"]) <= {"0", "1"}
    validate_schema("InteractionContextType", payload["context"])


@pytest.mark.parametrize("place", PLACES)
async def test_questions_and_answers_are_discords(guild: StandIn, raw: RawClient, place: Place) -> None:
    """In every place: commands, message commands and buttons, and all that the bot answers to them."""
    for flags in (0, 64):
        question = await ask(guild, guild.slash("who", user="ada", place=place))
        check(question.payload, place)
        data = {"content": "x", "embeds": [{"title": "t"}], "components": [ROW], "flags": flags}
        message = await answered(raw, question, {"type": 4, "data": data})
        assert message["type"] == 20
        sent = await question.answer
        assert sent.message is not None
        click = await ask(guild, guild.click(sent.message.id, "x", user="ada"))
        check(click.payload, place)
        reply = await answered(raw, click, {"type": 4, "data": {"content": "reply", "flags": flags}})
        assert (reply["type"], reply["message_reference"]["message_id"]) == (19, message["id"])
        for method, path, body in (
            ("PATCH", click.webhook + "/messages/@original", {"content": "y"}),
            ("GET", click.webhook + "/messages/@original", None),
            ("POST", click.webhook, {"content": "more"}),
        ):
            answer = await raw(method, path, body)
            validate_schema("MessageResponse", answer.body)
            assert answer.status == 200
    target = guild.messages(int(message["channel_id"]))[0]
    menu = await ask(guild, guild.message_command("Related links", target.id, user="ada"))
    check(menu.payload, place)
    validate_schema("MessageResponse", menu.payload["data"]["resolved"]["messages"][str(target.id)])
    assert (await answered(raw, menu, {"type": 4, "data": {"content": "x"}}))["type"] == 23


async def test_resolved_data_are_discords(guild: StandIn, raw: RawClient) -> None:
    """What is told about users, roles and channels in options is what Discord calls those."""
    ada = guild.world.person("ada").id
    thread = (await raw("POST", f"/channels/{RELEASES}/threads", {"name": "talk", "type": 10})).body["id"]
    for channel in (STAFF, int(thread)):
        values: dict[str, OptionValue] = {
            "user": ada,
            "channel": channel,
            "role": str(READERS),
            "any": guild.world.bot.id,
        }
        question = await ask(guild, guild.slash("ids", values, user="ada"))
        data = question.payload["data"]
        assert {option["name"]: option["value"] for option in data["options"]} == {
            "user": str(ada),
            "channel": str(channel),
            "role": str(READERS),
            "any": str(guild.world.bot.id),
        }
        for user in data["resolved"]["users"].values():
            validate_schema("UserResponse", user)
        for role in data["resolved"]["roles"].values():
            validate_schema("GuildRoleResponse", role)
        assert data["resolved"]["members"].keys() == data["resolved"]["users"].keys()
        told = data["resolved"]["channels"][str(channel)]
        assert {"id", "name", "type", "permissions"} <= told.keys()
        assert ("thread_metadata" in told) == (told["type"] == 10)
        question.answer.cancel()


async def test_what_discord_py_registers_is_discords(guild: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups, options of every kind and message commands, as discord.py sends them, and the answers to that."""
    async with client_of(guild, monkeypatch, everywhere_client()):
        record = next(record for record in guild.requests if record.method == "PUT")
        validate_request(record.method, record.path, record.body)
        assert record.status is not None
        validate_response(record.method, record.path, record.status, record.answer)
    assert guild.invalid_requests == []


async def test_direct_messages_are_discords(guild: StandIn, raw: RawClient) -> None:
    """Opening, sending, reading and every refusal of direct messages."""

    async def checked(method: str, path: str, body: Any = None) -> Any:
        answer = await raw(method, path, body)
        validate_response(method, path, answer.status, answer.body)
        return answer.body

    body = {"recipient_id": str(guild.world.person("ada").id)}
    validate_request("POST", "/users/@me/channels", body)
    channel = (await checked("POST", "/users/@me/channels", body))["id"]
    await checked("POST", "/users/@me/channels", {"recipient_id": "1"})
    await checked("GET", f"/channels/{channel}")
    sent = await checked("POST", f"/channels/{channel}/messages", {"content": "x"})
    await checked("GET", f"/channels/{channel}")
    await checked("GET", f"/channels/{channel}/messages")
    await checked("PATCH", f"/channels/{channel}/messages/{sent['id']}", {"content": "y"})
    guild.world.close_direct_messages("ada")
    assert (await checked("POST", f"/channels/{channel}/messages", {"content": "x"}))["code"] == 50007
    await checked("PATCH", f"/channels/{channel}", {"name": "x"})
    await checked("DELETE", f"/channels/{channel}")


async def test_members_and_hidden_channels_are_discords(guild: StandIn, raw: RawClient) -> None:
    """Roles, members with roles, and channels with several overwrites."""
    guild.world.set_member_permissions("ada", {"manage_guild"})
    place = f"/guilds/{guild.world.guild_id}"
    for path in (f"{place}/roles", f"{place}/members/{guild.world.person('ada').id}", f"/channels/{STAFF}", place):
        answer = await raw("GET", path)
        validate_response("GET", path, answer.status, answer.body)
    assert len((await raw("GET", f"/channels/{STAFF}")).body["permission_overwrites"]) == 3


def test_languages_are_those_of_the_document() -> None:
    """The languages of people and of localizations are those that Discord has."""
    assert {locale["const"] for locale in schema("AvailableLocalesEnum")["oneOf"]} == LOCALES
