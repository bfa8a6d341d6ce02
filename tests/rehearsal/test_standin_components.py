"""Buttons and selects: who can use them, what the bot is told, and what becomes of the message."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.rehearsal.records import Message
from bot.rehearsal.standin import StandIn
from tests.support.standin_client import RawClient, RecordingClient, client_of
from tests.support.standin_commands import everywhere_client
from tests.support.standin_questions import EVERYWHERE, ask, register

NEWS, HIDDEN = 101, 105
WHO = {"name": "who", "description": "d", **EVERYWHERE}
BUTTONS = [
    {"type": 2, "style": 1, "custom_id": "next", "label": "Next"},
    {"type": 2, "style": 1, "custom_id": "off", "label": "Off", "disabled": True},
]
OPTIONS = [{"label": name, "value": name} for name in ("a", "b", "c")]
SELECT = {"type": 3, "custom_id": "tags", "options": OPTIONS, "min_values": 0, "max_values": 2}
ROWS = [{"type": 1, "components": BUTTONS}, {"type": 1, "components": [SELECT]}]
CARD = {"content": "page 1", "embeds": [{"title": "t"}], "components": ROWS}


@pytest.fixture
async def bot(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RecordingClient]:
    """discord.py with a command that shows a button and a select."""
    async with client_of(standin, monkeypatch, everywhere_client()) as client:
        yield client
        assert standin.invalid_requests == []


async def sent(standin: StandIn, raw: RawClient, *, flags: int = 0, **how: Any) -> Message:
    """The answer to a command of ada's, with buttons and a select."""
    await register(standin, raw, WHO)
    question = await ask(standin, standin.slash("who", user="ada", **how))
    assert (await raw("POST", question.callback, {"type": 4, "data": {**CARD, "flags": flags}})).status == 204
    message = (await question.answer).message
    assert message is not None
    return message


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("place", ["guild", "dm", "elsewhere", "private"])
async def test_components_through_discord_py(bot: RecordingClient, standin: StandIn, place: Any, private: bool) -> None:
    """In every place, seen by one or by all: choosing, pressing, and answering later change the message itself."""
    panel = (await standin.slash("panel", {"private": private}, place=place, user="ada")).message
    assert panel is not None
    chosen = await standin.choose(panel.id, "tags", ["a", "c"], user="ada")
    assert (chosen.type, chosen.ephemeral) == (7, private)
    assert chosen.message is not None
    assert (chosen.message.id, chosen.message.content, len(chosen.message.components)) == (panel.id, "a c", 2)
    assert (await standin.click(panel.id, "later", user="ada")).type == 6
    await standin.wait_until(lambda: getattr(standin.world.find_message(panel.id), "content", "") == "later")
    pressed = (await standin.click(panel.id, "next", user="ada")).message
    assert pressed is not None
    assert (pressed.content, len(pressed.embeds), pressed.components, pressed.flags) == ("page 2", 1, (), panel.flags)


@pytest.mark.parametrize("flags", [0, 64])
async def test_an_update_replaces_what_it_names(standin: StandIn, raw: RawClient, flags: int) -> None:
    """An update of a message keeps what it does not name, and neither hides nor shows it."""
    message = await sent(standin, raw, flags=flags)
    question = await ask(standin, standin.click(message.id, "next", user="ada"))
    assert question.payload["message"]["flags"] == flags
    assert question.payload["data"] == {"custom_id": "next", "component_type": 2, "id": 2}
    update = {"type": 7, "data": {"content": "page 2", "flags": 64 - flags}}
    told = await raw("POST", question.callback + "?with_response=true", update)
    assert told.body["resource"]["message"]["id"] == str(message.id)
    changed = (await question.answer).message
    assert changed is not None
    assert (changed.content, changed.flags, changed.embeds, changed.components) == (
        "page 2",
        flags,
        message.embeds,
        message.components,
    )
    assert (await raw("PATCH", question.webhook + "/messages/@original", {"components": []})).status == 200
    final = standin.world.find_message(message.id)
    assert final is not None
    assert (final.content, final.components) == ("page 2", ())


async def test_a_later_answer_knows_what_came_meanwhile(standin: StandIn, raw: RawClient) -> None:
    """Two presses of one message: the second answer builds on the first, and a deleted message stays deleted."""
    message = await sent(standin, raw)
    first = await ask(standin, standin.click(message.id, "next", user="ada"))
    second = await ask(standin, standin.click(message.id, "next", user="bob"))
    await raw("POST", first.callback, {"type": 7, "data": {"content": "first"}})
    await raw("POST", second.callback, {"type": 7, "data": {"embeds": []}})
    changed = (await second.answer).message
    assert changed is not None
    assert (changed.content, changed.embeds) == ("first", ())
    third = await ask(standin, standin.click(message.id, "next", user="bob"))
    standin.delete_message(NEWS, message.id)
    assert (await raw("POST", third.callback, {"type": 7, "data": {"content": "x"}})).code == 10008
    assert (await raw("POST", third.callback, {"type": 6})).status == 204
    assert (await raw("PATCH", third.webhook + "/messages/@original", {"content": "x"})).code == 10008
    assert standin.messages(NEWS) == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (["d"], "cannot be chosen"),
        (["a", "a"], "cannot be chosen"),
        (["a", "b", "c"], "takes 0 to 2 values, not 3"),
    ],
)
async def test_what_cannot_be_chosen(standin: StandIn, raw: RawClient, values: list[str], reason: str) -> None:
    """A select takes its own values, each once, as many as it says."""
    message = await sent(standin, raw)
    with pytest.raises(ValueError, match=reason):
        await standin.choose(message.id, "tags", values)
    question = await ask(standin, standin.choose(message.id, "tags", []))
    assert question.payload["data"] == {"custom_id": "tags", "component_type": 3, "id": 5, "values": []}
    question.answer.cancel()


async def test_what_cannot_be_pressed(standin: StandIn, raw: RawClient) -> None:
    """Buttons that are disabled or not there, and messages that somebody else alone sees, cannot be pressed."""
    private = await sent(standin, raw, flags=64)
    direct = await sent(standin, raw, place="dm")
    for message, custom_id, user, reason in (
        (private, "off", "ada", "is disabled"),
        (private, "no", "ada", "no button"),
        (private, "tags", "ada", "no button"),
        (private, "next", "bob", "only ada sees message"),
        (direct, "next", "bob", "bob does not see the channel"),
    ):
        with pytest.raises(ValueError, match=reason):
            await standin.click(message.id, custom_id, user=user)
    with pytest.raises(ValueError, match="no select"):
        await standin.choose(private.id, "next", ["a"], user="ada")


async def test_forged_ids_reach_the_bot(standin: StandIn, raw: RawClient) -> None:
    """A test can send a custom id that the message does not have, as a button or as a select."""
    message = await sent(standin, raw)
    pressed = await ask(standin, standin.forge(message.id, "forged", user="bob"))
    assert pressed.payload["data"] == {"custom_id": "forged", "component_type": 2, "id": 1}
    chosen = await ask(standin, standin.forge(message.id, "forged", ["x"]))
    assert (chosen.payload["data"]["component_type"], chosen.payload["data"]["values"]) == (3, ["x"])
    for question in (pressed, chosen):
        question.answer.cancel()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ([BUTTONS[0], SELECT], "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ([{**SELECT, "max_values": 26}], "NUMBER_TYPE_MAX"),
        ([{**SELECT, "min_values": -1}], "NUMBER_TYPE_MIN"),
        ([{**SELECT, "options": [*OPTIONS, OPTIONS[0]]}], "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
        ([{**SELECT, "disabled": "no"}], "BOOLEAN_TYPE_CONVERT"),
    ],
)
async def test_selects_are_checked(raw: RawClient, row: list[dict[str, Any]], code: str) -> None:
    """A row has buttons or one select, and a select's bounds and values are checked."""
    answer = await raw("POST", f"/channels/{NEWS}/messages", {"components": [{"type": 1, "components": row}]})
    assert answer.code == 50035
    assert code in str(answer.body["errors"])
