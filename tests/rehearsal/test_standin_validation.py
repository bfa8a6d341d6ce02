"""What Discord refuses, and with which code at which field."""

from typing import Any

import discord
import pytest

from bot.rehearsal.standin import StandIn
from tests.support.standin_client import RawClient, RecordingClient

NEWS = 101
PATH = f"/channels/{NEWS}/messages"
LINK = "https://example.org/" + "x" * 493


def _embed(**fields: Any) -> dict[str, Any]:
    return {"embeds": [{"title": "t", **fields}]}


def _button(**fields: Any) -> dict[str, Any]:
    button = {"type": 2, "style": 5, "label": "x", "url": "https://example.org/", **fields}
    return {"content": "x", "components": [{"type": 1, "components": [button]}]}


def _press(custom_id: str) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": custom_id}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ({"content": "x", "nonce": "n" * 26}, "nonce", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"title": "t"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
    (_embed(title="x" * 257), "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
    (_embed(description="x" * 4097), "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
    (_embed(footer={"text": "x" * 2049}), "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH"),
    (_embed(footer={"text": "  "}), "embeds.0.footer.text", "BASE_TYPE_REQUIRED"),
    (_embed(author={"name": "x" * 257}), "embeds.0.author.name", "BASE_TYPE_MAX_LENGTH"),
    (_embed(fields=[{"name": "n", "value": "v"}] * 26), "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
    (_embed(fields=[{"name": "x" * 257, "value": "v"}]), "embeds.0.fields.0.name", "BASE_TYPE_MAX_LENGTH"),
    (_embed(fields=[{"name": "n", "value": "x" * 1025}]), "embeds.0.fields.0.value", "BASE_TYPE_MAX_LENGTH"),
    (_embed(fields=[{"name": "n", "value": " "}]), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
    (_embed(color=0x1000000), "embeds.0.color", "NUMBER_TYPE_MAX"),
    (_embed(color=-1), "embeds.0.color", "NUMBER_TYPE_MIN"),
    (_embed(color="red"), "embeds.0.color", "NUMBER_TYPE_COERCE"),
    (_embed(timestamp="yesterday"), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    (_embed(url="ftp://example.org/"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    (_embed(url="javascript:alert(1)"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    (_embed(url="http://localhost:8000/"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (_embed(url="https://exa mple.org/"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (_embed(url="https://[broken/"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (_embed(url="https://example.org:port/"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (_embed(url=""), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (_embed(url="example.org"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (_embed(url="https://example.org/" + "x" * 2029), "embeds.0.url", "BASE_TYPE_MAX_LENGTH"),
    (_embed(image={"url": "http://cdn/x.png"}), "embeds.0.image.url", "URL_TYPE_INVALID_URL"),
    ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    ({"embeds": "x"}, "embeds", "LIST_TYPE_CONVERT"),
    ({"embeds": ["x"]}, "embeds.0", "MODEL_TYPE_CONVERT"),
    ({"content": ["x"]}, "content", "STRING_TYPE_CONVERT"),
    ({"content": "x", "tts": "yes"}, "tts", "BOOLEAN_TYPE_CONVERT"),
    (_button(url=LINK), "components.0.components.0.url", "BASE_TYPE_MAX_LENGTH"),
    (_button(url="http://intranet/"), "components.0.components.0.url", "URL_TYPE_INVALID_URL"),
    (_button(label="x" * 81), "components.0.components.0.label", "BASE_TYPE_MAX_LENGTH"),
    (_button(label=None), "components.0.components.0.label", "BASE_TYPE_REQUIRED"),
    (_button(style=9), "components.0.components.0.style", "BASE_TYPE_CHOICES"),
    (
        {"content": "x", "components": [{"type": 1, "components": [_press("a"), _press("a")]}]},
        "components.0.components.1.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    (
        {"content": "x", "components": [{"type": 1, "components": [_press("x" * 101)]}]},
        "components.0.components.0.custom_id",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"content": "x", "components": [{"type": 1, "components": [_press(str(n)) for n in range(6)]}]},
        "components.0.components",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        {"content": "x", "components": [{"type": 1, "components": []}]},
        "components.0.components",
        "BASE_TYPE_BAD_LENGTH",
    ),
    ({"content": "x", "components": [{"type": 10, "content": "x"}]}, "components.0.type", "BASE_TYPE_CHOICES"),
    (
        {"flags": 1 << 15, "components": [{"type": 10, "content": "x" * 2500}] * 2},
        "components",
        "COMPONENT_MAX_TOTAL_TEXT",
    ),
    ({"flags": 1 << 15, "components": [{"type": 14}] * 41}, "components", "BASE_TYPE_MAX_LENGTH"),
    (
        {"flags": 1 << 15, "content": "x", "components": [{"type": 10, "content": "x"}]},
        "content",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0", "BASE_TYPE_CHOICES"),
    (
        {"content": "x", "allowed_mentions": {"roles": [str(n) for n in range(101)]}},
        "allowed_mentions.roles",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ({"content": "x", "allowed_mentions": {"roles": ["x"]}}, "allowed_mentions.roles.0", "NUMBER_TYPE_COERCE"),
    (
        {"content": "x", "allowed_mentions": {"roles": ["1", "1"]}},
        "allowed_mentions.roles",
        "SET_TYPE_ALREADY_CONTAINS_VALUE",
    ),
]


@pytest.mark.parametrize(("body", "path", "code"), REFUSED)
async def test_invalid_message_names_the_field(
    raw: RawClient, standin: StandIn, body: dict[str, Any], path: str, code: str
) -> None:
    """A body that breaks a rule is a 400 with 50035 and the code at the path of the field, and creates nothing."""
    answer = await raw("POST", PATH, body)
    assert (answer.status, answer.code, answer.body["message"]) == (400, 50035, "Invalid Form Body")
    node = answer.body["errors"]
    for part in path.split("."):
        node = node[part]
    assert code in {error["code"] for error in node["_errors"]}
    assert standin.messages(NEWS) == []


ACCEPTED: list[dict[str, Any]] = [
    {"content": "x" * 2000, "nonce": "n" * 25},
    {"content": " " * 50 + "x" * 2000 + "\n" * 50},
    {"content": "😀" * 2000},
    {"embeds": [{"title": "x" * 256, "url": "https://example.org/" + "x" * 2028, "color": 0xFFFFFF}] * 10},
    {"embeds": [{"title": "t", "description": " " + "x" * 4096 + " "}]},
    {"embeds": [{"description": "x" * 3000}] * 2},
    _embed(footer={"text": "x" * 2048}, author={"name": "x" * 256}, timestamp="2024-06-20T00:00:00.000Z"),
    _embed(fields=[{"name": "n" * 20, "value": "v" * 20}] * 25),
    _embed(url="http://192.0.2.7:8000/a"),
    _embed(url="https://bücher.example/ü?q=1#f"),
    _embed(image={"url": "attachment://x.png"}),
    _button(url=LINK[:512], label="x" * 80),
    {"flags": 1 << 15, "components": [{"type": 17, "components": [{"type": 10, "content": "x" * 4000}]}]},
    {"content": "x", "allowed_mentions": {"parse": ["roles"], "users": [str(n) for n in range(100)]}},
]


@pytest.mark.parametrize("body", ACCEPTED)
async def test_bodies_at_the_limits_are_taken(raw: RawClient, body: dict[str, Any]) -> None:
    """Limits are inclusive, count code points, and do not count white space around a text."""
    answer = await raw("POST", PATH, body)
    assert answer.status == 200, answer.body


@pytest.mark.parametrize(
    "body", [{}, {"content": " \n "}, {"embeds": []}, {"embeds": [{}]}, {"embeds": [{"color": 1}]}]
)
async def test_message_that_shows_nothing_is_refused(raw: RawClient, body: dict[str, Any]) -> None:
    """A message without anything to see is 50006."""
    assert (await raw("POST", PATH, body)).code == 50006


async def test_body_must_be_json(standin: StandIn, raw: RawClient) -> None:
    """A body that is no JSON is 50109, one that is no object 50035."""
    assert (await raw("POST", PATH, ["x"])).code == 50035
    async with raw._session.post(standin.api_url + PATH, data=b"{") as response:
        assert (await response.json())["code"] == 50109


async def test_ids_must_be_snowflakes(raw: RawClient) -> None:
    """An id that is no number is 50035 at its place in the path."""
    answer = await raw("GET", "/channels/abc/messages")
    assert list(answer.body["errors"]) == ["channel_id"]
    assert (await raw("GET", f"/channels/{NEWS}/messages?limit=101")).body["errors"]["limit"]["_errors"]


async def test_foreign_messages_cannot_be_edited(raw: RawClient, standin: StandIn) -> None:
    """Editing what another user wrote is 50005, deleting it 50013."""
    from bot.rehearsal.message_form import blank

    visitor = standin.world.person("visitor")
    foreign = standin.world.add_message(blank(standin.world.snowflakes.next(), NEWS, visitor, 0.0))
    assert (await raw("PATCH", f"{PATH}/{foreign.id}", {"content": "x"})).code == 50005
    assert (await raw("DELETE", f"{PATH}/{foreign.id}")).code == 50013


async def test_discord_py_shows_the_path(client: RecordingClient) -> None:
    """discord.py turns the tree of errors into a sentence with the path of each field."""
    embed = discord.Embed(title="x" * 257, url="http://localhost/")
    with pytest.raises(discord.HTTPException) as error:
        await client.get_partial_messageable(NEWS).send(embed=embed)
    assert error.value.code == 50035
    assert "In embeds.0.title: Must be 256 or fewer in length." in str(error.value)
    assert "In embeds.0.url: Not a well formed URL." in str(error.value)


def _option(**fields: Any) -> dict[str, Any]:
    return {"name": "latest", "description": "d", "options": [{"type": 3, "name": "o", "description": "d", **fields}]}


BAD_COMMANDS: list[tuple[dict[str, Any], str, str]] = [
    ({"name": "Latest", "description": "d"}, "0.name", "APPLICATION_COMMAND_INVALID_NAME"),
    ({"name": "two words", "description": "d"}, "0.name", "APPLICATION_COMMAND_INVALID_NAME"),
    ({"name": "x" * 33, "description": "d"}, "0.name", "BASE_TYPE_BAD_LENGTH"),
    ({"name": "latest", "description": ""}, "0.description", "BASE_TYPE_BAD_LENGTH"),
    ({"name": "latest", "description": "x" * 101}, "0.description", "BASE_TYPE_BAD_LENGTH"),
    (_option(name="Bad"), "0.options.0.name", "APPLICATION_COMMAND_INVALID_NAME"),
    (_option(description="x" * 101), "0.options.0.description", "BASE_TYPE_BAD_LENGTH"),
    (_option(type=99), "0.options.0.type", "BASE_TYPE_CHOICES"),
    (_option(choices=[{"name": "n", "value": "v"}] * 26), "0.options.0.choices", "BASE_TYPE_MAX_LENGTH"),
    (_option(choices=[{"name": "", "value": "v"}]), "0.options.0.choices.0.name", "BASE_TYPE_BAD_LENGTH"),
    (_option(choices=[{"name": "n"}]), "0.options.0.choices.0.value", "BASE_TYPE_REQUIRED"),
    (
        _option(autocomplete=True, choices=[{"name": "n", "value": "v"}]),
        "0.options.0",
        "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_CANNOT_HAVE_CHOICES",
    ),
    (_option(type=5, autocomplete=True), "0.options.0.autocomplete", "BASE_TYPE_CHOICES"),
    (
        {
            "name": "x",
            "description": "d",
            "options": [
                {"type": 3, "name": "a", "description": "d"},
                {"type": 3, "name": "b", "description": "d", "required": True},
            ],
        },
        "0.options.1",
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    (
        {"name": "x", "description": "d", "options": [{"type": 3, "name": "a", "description": "d"}] * 2},
        "0.options.1.name",
        "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
    ),
    (
        {
            "name": "x",
            "description": "d",
            "options": [
                {
                    "type": 3,
                    "name": f"o{n}",
                    "description": "d",
                    "choices": [{"name": f"{at:099}", "value": f"{at:099}"} for at in range(9)],
                }
                for n in range(5)
            ],
        },
        "0",
        "APPLICATION_COMMAND_TOO_LARGE",
    ),
]


@pytest.mark.parametrize(("command", "path", "code"), BAD_COMMANDS)
async def test_invalid_command_names_the_field(
    raw: RawClient, standin: StandIn, command: dict[str, Any], path: str, code: str
) -> None:
    """A command that breaks a rule is 50035 at the path of the field, and none of the overwrite is registered."""
    answer = await raw("PUT", f"/applications/{standin.world.bot.id}/commands", [command])
    assert answer.code == 50035
    node = answer.body["errors"]
    for part in path.split("."):
        node = node[part]
    assert code in {error["code"] for error in node["_errors"]}
    assert standin.world.commands[None] == []


async def test_commands_are_unique_and_not_too_many(raw: RawClient, standin: StandIn) -> None:
    """Two commands of one name are 50035, more than 100 are 30032, and an id stays with its name."""
    path = f"/applications/{standin.world.bot.id}/commands"
    same = {"name": "latest", "description": "d"}
    assert (await raw("PUT", path, [same, same])).code == 50035
    assert (await raw("PUT", path, [{**same, "name": f"c{n}"} for n in range(101)])).code == 30032
    first = (await raw("PUT", path, [same])).body[0]["id"]
    again = await raw("POST", path, {**same, "description": "other"})
    assert (again.status, again.body["id"]) == (200, first)
    assert (await raw("POST", path, {**same, "name": "new"})).status == 201
    assert [command["name"] for command in (await raw("GET", path)).body] == ["latest", "new"]


ODD: list[Any] = [None, True, 0, -1, 1.5, "", "x", [], {}, [[]], [{}], [None], {"a": 1}, 10**30, "9" * 30]
FIELDS = {
    "message": ["content", "embeds", "components", "flags", "allowed_mentions", "nonce", "enforce_nonce", "tts"],
    "embed": ["title", "description", "url", "color", "timestamp", "footer", "author", "image", "fields"],
    "component": ["components", "custom_id", "style", "label", "url", "options", "accessory", "items", "content", "id"],
    "command": ["name", "description", "options", "type", "default_member_permissions", "nsfw"],
}


async def test_no_body_makes_the_standin_fail(raw: RawClient, standin: StandIn) -> None:
    """Whatever stands in a field is taken or refused with 400; a failure would look like Discord's to the bot."""
    for odd in ODD:
        bodies = [{"content": "x", field: odd} for field in FIELDS["message"]]
        bodies += [_embed(**{field: odd}) for field in FIELDS["embed"]]
        for kind in (1, 2, 3, 9, 10, 12, 13, 14, 17, 99):
            parts = [{"type": kind, "custom_id": "a", "label": "l", field: odd} for field in FIELDS["component"]]
            bodies += [{"flags": 1 << 15, "components": [part]} for part in parts]
            bodies += [{"content": "x", "components": [{"type": 1, "components": [part]}]} for part in parts]
        for body in bodies:
            await raw("POST", PATH, body)
        for field in FIELDS["command"]:
            odd_one = {"type": 1, "name": "a", "description": "b", field: odd}  # as a command, and as a subcommand
            for command in (odd_one, {"name": "a", "description": "b", "options": [odd_one]}):
                await raw("PUT", f"/applications/{standin.world.bot.id}/commands", [command])
    assert {record.status for record in standin.requests} == {200, 400}


async def test_a_failure_of_the_standin_itself_counts_as_invalid(
    raw: RawClient, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request over which the stand-in trips does not pass for a good one."""

    def trip(_channel_id: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(standin.world, "channel", trip)
    assert (await raw("POST", PATH, {"content": "x"})).status == 500
    assert [record.status for record in standin.invalid_requests] == [500]


async def test_half_of_a_surrogate_pair_is_no_text(raw: RawClient, standin: StandIn) -> None:
    """What cannot be written in UTF-8 is refused, so that what stands can always be shown."""
    answer = await raw("POST", PATH, {"content": "\ud800"})
    assert (answer.status, answer.code) == (400, 50109)
    assert standin.messages(NEWS) == []
