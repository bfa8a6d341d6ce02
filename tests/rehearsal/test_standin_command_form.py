"""Discord's rules for registering commands: names, languages, places, subcommands, sizes."""

from typing import Any

import pytest

from bot.rehearsal.standin import StandIn
from tests.support.standin_client import RawClient

SLASH = {"name": "latest", "description": "d"}
MENU = {"name": "Related links", "type": 3}
SUB = {"type": 1, "name": "pause", "description": "d"}
GROUP = {"type": 2, "name": "hold", "description": "d", "options": [SUB]}
PLAIN = {"type": 3, "name": "tag", "description": "d"}


def with_option(**fields: Any) -> dict[str, Any]:
    """A slash command with one option."""
    return {**SLASH, "options": [{**PLAIN, **fields}]}


def with_choice(kind: int, value: object, **fields: Any) -> dict[str, Any]:
    """A slash command whose option has one choice."""
    return with_option(type=kind, choices=[{"name": "n", "value": value, **fields}])


@pytest.mark.parametrize(
    "command",
    [
        MENU,
        {**MENU, "type": 2, "name": "Say Hello"},
        {**MENU, "name": "x" * 32, "name_localizations": {"fr": "Liens proches"}},
        {
            **SLASH,
            "name_localizations": {"fr": "dernières", "en-GB": "latest"},
            "description_localizations": {"fr": "É"},
        },
        {**SLASH, "options": [SUB, GROUP]},
        {**SLASH, "contexts": [0, 2], "integration_types": [1], "default_member_permissions": 32},
        {**SLASH, "contexts": None, "integration_types": None, "default_member_permissions": "0"},
        with_choice(3, "v", name_localizations={"fr": "n"}),
        with_choice(4, 5),
        with_choice(10, 5.5),
        with_option(type=7, channel_types=[0, 5, 15]),
        {**SLASH, "description_localizations": {"fr": "x" * 100, "de": "y" * 100}},
    ],
)
async def test_commands_that_discord_takes(standin: StandIn, raw: RawClient, command: dict[str, Any]) -> None:
    """What keeps the rules is registered as it is, and keeps its id when it is registered again."""
    path = f"/applications/{standin.world.bot.id}/commands"
    first = await raw("PUT", path, [command])
    assert first.status == 200, first.body
    assert first.body[0]["name"] == command["name"]
    again = await raw("PUT", path, [command])
    assert again.body[0]["id"] == first.body[0]["id"]


@pytest.mark.parametrize(
    ("command", "path", "code"),
    [
        ({**MENU, "name": "x" * 33}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({**MENU, "name": "  "}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({**MENU, "name": None}, "name", "BASE_TYPE_REQUIRED"),
        ({**MENU, "description": "d"}, "description", "DESCRIPTION_INVALID"),
        ({**MENU, "description_localizations": {"fr": "d"}}, "description_localizations", "DESCRIPTION_INVALID"),
        ({**MENU, "options": [PLAIN]}, "options", "CANNOT_HAVE_OPTIONS"),
        ({**MENU, "name_localizations": {"fr": ""}}, "name_localizations", "BASE_TYPE_BAD_LENGTH"),
        ({**SLASH, "name": "Latest"}, "name", "APPLICATION_COMMAND_INVALID_NAME"),
        (
            {**SLASH, "name_localizations": {"fr": "Les liens"}},
            "name_localizations",
            "APPLICATION_COMMAND_INVALID_NAME",
        ),
        ({**SLASH, "name_localizations": {"xx": "latest"}}, "name_localizations", "BASE_TYPE_CHOICES"),
        ({**SLASH, "name_localizations": ["fr"]}, "name_localizations", "MODEL_TYPE_CONVERT"),
        ({**SLASH, "description_localizations": {"fr": "x" * 101}}, "description_localizations", "BAD_LENGTH"),
        ({**SLASH, "contexts": []}, "contexts", "BASE_TYPE_BAD_LENGTH"),
        ({**SLASH, "contexts": [3]}, "contexts", "BASE_TYPE_CHOICES"),
        ({**SLASH, "integration_types": [0, 0]}, "integration_types", "SET_TYPE_ALREADY_CONTAINS_VALUE"),
        ({**SLASH, "integration_types": [0, 1, 0]}, "integration_types", "BASE_TYPE_MAX_LENGTH"),
        ({**SLASH, "default_member_permissions": "manage"}, "default_member_permissions", "NUMBER_TYPE_COERCE"),
        ({**SLASH, "default_member_permissions": -1}, "default_member_permissions", "NUMBER_TYPE_COERCE"),
        ({**SLASH, "default_member_permissions": 2**54}, "default_member_permissions", "NUMBER_TYPE_COERCE"),
        ({**SLASH, "options": [SUB, PLAIN]}, "options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
        ({**SLASH, "options": [{**SUB, "options": [SUB]}]}, "options", "BASE_TYPE_CHOICES"),
        ({**SLASH, "options": [{**GROUP, "options": [GROUP]}]}, "options", "BASE_TYPE_CHOICES"),
        ({**SLASH, "options": [{**SUB, "name": "Pause"}]}, "options", "APPLICATION_COMMAND_INVALID_NAME"),
        (with_option(name_localizations={"fr": "Un mot"}), "options", "APPLICATION_COMMAND_INVALID_NAME"),
        (with_option(type=7, channel_types=[99]), "options", "BASE_TYPE_CHOICES"),
        (with_choice(3, 5), "options", "STRING_TYPE_CONVERT"),
        (with_choice(4, "5"), "options", "NUMBER_TYPE_COERCE"),
        (with_choice(4, True), "options", "NUMBER_TYPE_COERCE"),
        (with_choice(10, "x"), "options", "NUMBER_TYPE_COERCE"),
        (with_choice(3, "v", name_localizations={"fr": "x" * 101}), "options", "BASE_TYPE_BAD_LENGTH"),
    ],
)
async def test_commands_that_discord_refuses(
    standin: StandIn, raw: RawClient, command: dict[str, Any], path: str, code: str
) -> None:
    """What breaks a rule is 50035 with the path of the field, and nothing is registered."""
    answer = await raw("POST", f"/applications/{standin.world.bot.id}/commands", command)
    assert answer.code == 50035
    assert list(answer.body["errors"]) == [path]
    assert code in str(answer.body["errors"][path])
    assert standin.world.commands[None] == []


async def test_of_many_languages_the_longest_counts(standin: StandIn, raw: RawClient) -> None:
    """The 8,000 characters of a command count each text once, in the language in which it is longest."""
    locales = ["fr", "de", "es-ES"]
    options = [
        {
            "type": 3,
            "name": f"o{number}",
            "description": "d",
            "choices": [{"name": "n", "value": f"{choice:0100}"} for choice in range(25)],
            "description_localizations": dict.fromkeys(locales, "x" * 100),
        }
        for number in range(3)
    ]
    path = f"/applications/{standin.world.bot.id}/commands"
    assert (await raw("PUT", path, [{**SLASH, "options": options}])).status == 200
    long = [{**option, "name_localizations": {"fr": "n" * 32}} for option in options]
    padded = [*long, *({**PLAIN, "name": f"p{number}", "description": "d" * 100} for number in range(5))]
    answer = await raw("PUT", path, [{**SLASH, "options": padded}])
    assert "APPLICATION_COMMAND_TOO_LARGE" in str(answer.body["errors"])


@pytest.mark.parametrize(("installs", "types"), [(True, [0, 1]), (False, [0])])
async def test_installations_are_those_of_the_application(
    raw: RawClient, standin: StandIn, installs: bool, types: list[int]
) -> None:
    """A command that names no installations has those of the application."""
    standin.world.user_installs = installs
    answer = await raw("POST", f"/applications/{standin.world.bot.id}/commands", SLASH)
    assert (answer.body["integration_types"], answer.body["contexts"]) == (types, None)
