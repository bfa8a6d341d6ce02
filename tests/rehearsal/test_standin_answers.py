"""The bot's answers to interactions: who sees them, how many there may be, and how long they may take."""

import asyncio
from typing import Any

import pytest

from bot.rehearsal.asking import Place
from bot.rehearsal.interactions import NoAnswerError
from bot.rehearsal.standin import StandIn
from tests.support.standin_client import RawClient
from tests.support.standin_questions import EVERYWHERE, ask, register

NEWS = 101
WHO = {"name": "who", "description": "d", **EVERYWHERE}


@pytest.mark.parametrize("private", [True, False])
async def test_the_deferral_says_who_sees_the_answer(standin: StandIn, raw: RawClient, private: bool) -> None:
    """Whatever the later answer and its edits say, it is as visible as the deferral was."""
    await register(standin, raw, WHO)
    for first in ("PATCH", "POST"):
        question = await ask(standin, standin.slash("who"))
        await raw("POST", question.callback, {"type": 5, "data": {"flags": 64 if private else 0}})
        original = question.webhook + "/messages/@original"
        body = {"content": "x", "flags": 0 if private else 64}
        assert (await raw(first, original if first == "PATCH" else question.webhook, body)).status == 200
        assert (await question.answer).ephemeral is private
        assert (await raw("PATCH", original, {"content": "y", "flags": 0})).body["flags"] == (64 if private else 0)


async def test_ephemeral_answers_stay_out_of_the_channel(standin: StandIn, raw: RawClient) -> None:
    """What one person sees can be reached by the interaction's webhook alone."""
    await register(standin, raw, WHO)
    question = await ask(standin, standin.slash("who"))
    await raw("POST", question.callback, {"type": 4, "data": {"content": "x", "flags": 64}})
    message = (await question.answer).message
    assert message is not None
    path = f"/channels/{NEWS}/messages/{message.id}"
    assert [(await raw(method, path, {})).code for method in ("GET", "PATCH", "DELETE")] == [10008] * 3


async def test_followups_without_membership(standin: StandIn, raw: RawClient) -> None:
    """Where only the person has the bot, the sixth followup is refused, also if one was deleted."""
    await register(standin, raw, WHO)
    places: dict[Place, int] = {"elsewhere": 400, "private": 400, "guild": 200, "dm": 200}
    for place, last in places.items():
        question = await ask(standin, standin.slash("who", place=place))
        await raw("POST", question.callback, {"type": 5})
        assert (await raw("POST", question.webhook, {"content": "takes the place of thinking"})).status == 200
        sent = [await raw("POST", question.webhook, {"content": "x"}) for _ in range(5)]
        assert [answer.status for answer in sent] == [200] * 5
        await raw("DELETE", f"{question.webhook}/messages/{sent[0].body['id']}")
        sixth = await raw("POST", question.webhook, {"content": "x"})
        assert sixth.status == last
        assert last == 200 or sixth.code == 40094


async def test_guilds_without_external_apps(standin: StandIn, raw: RawClient) -> None:
    """Where the other guild denies external apps, every answer is ephemeral, and the bot is told of the denial."""
    await register(standin, raw, WHO)
    for allowed in (True, False):
        standin.world.external_apps = allowed
        question = await ask(standin, standin.slash("who", place="elsewhere"))
        assert bool(int(question.payload["member"]["permissions"]) & 1 << 50) is allowed
        await raw("POST", question.callback, {"type": 4, "data": {"content": "x"}})
        assert (await question.answer).ephemeral is not allowed
        assert bool((await raw("POST", question.webhook, {"content": "y"})).body["flags"] & 64) is not allowed


async def test_a_followup_is_shown_as_it_is_now(standin: StandIn, raw: RawClient) -> None:
    """A followup that a press of its button has changed is shown, and edited, as it is since then."""
    await register(standin, raw, WHO)
    question = await ask(standin, standin.slash("who"))
    await raw("POST", question.callback, {"type": 4, "data": {"content": "x"}})
    row = {"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "next", "label": "Next"}]}
    followup = (await raw("POST", question.webhook, {"content": "page 1", "components": [row]})).body["id"]
    click = await ask(standin, standin.click(int(followup), "next"))
    await raw("POST", click.callback, {"type": 7, "data": {"content": "page 2"}})
    path = f"{question.webhook}/messages/{followup}"
    assert (await raw("GET", path)).body["content"] == "page 2"
    assert (await raw("PATCH", path, {"components": []})).body["content"] == "page 2"
    standin.delete_message(NEWS, int(followup))
    assert (await raw("GET", path)).code == 10008
    for unfinished in (question, click):
        await unfinished.answer


async def test_thinking_can_be_taken_back(standin: StandIn, raw: RawClient) -> None:
    """A bot that deletes its "thinking" has answered nothing, and the member waits no longer."""
    await register(standin, raw, WHO)
    question = await ask(standin, standin.slash("who"))
    await raw("POST", question.callback, {"type": 5})
    assert (await raw("DELETE", question.webhook + "/messages/@original")).status == 204
    assert (await question.answer).message is None


async def test_a_late_bot_has_lost_its_token(standin: StandIn, raw: RawClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time for the callback neither that nor the webhook is known any more."""
    monkeypatch.setattr("bot.rehearsal.limits.INTERACTION_ANSWER_SECONDS", 0.05)
    await register(standin, raw, WHO)
    question = await ask(standin, standin.slash("who"))
    with pytest.raises(NoAnswerError):
        await question.answer
    assert (await raw("POST", question.callback, {"type": 4, "data": {"content": "x"}})).code == 10062
    assert (await raw("POST", question.webhook, {"content": "x"})).code == 10015


async def test_seconds_are_those_of_the_bot(standin: StandIn, raw: RawClient) -> None:
    """The time of an answer is that from the event to the callback, by the clock that measures waits."""
    await register(standin, raw, WHO)
    standin.interactions._monotonic = standin.interactions.replies._monotonic = lambda: 1000.0
    question = await ask(standin, standin.slash("who"))
    standin.interactions.replies._monotonic = lambda: 1000.25
    await raw("POST", question.callback, {"type": 5})
    standin.interactions.replies._monotonic = lambda: 1002.0
    await raw("POST", question.webhook, {"content": "x"})
    assert (await question.answer).seconds == 0.25


@pytest.mark.parametrize(
    ("kind", "value", "status"),
    [(3, "v", 204), (3, "", 400), (3, "v" * 101, 400), (3, 5, 400), (4, 5, 204), (4, "5", 400), (10, 5.5, 204)],
)
async def test_choices_fit_their_option(
    standin: StandIn, raw: RawClient, kind: int, value: object, status: int
) -> None:
    """The values that are suggested are of the option's type, and texts of 1 to 100 characters."""
    option = {"type": kind, "name": "tag", "description": "d", "autocomplete": True}
    await register(standin, raw, {**WHO, "options": [option]})
    told: list[dict[str, str]] = []
    standin.interactions._dispatch = lambda _name, payload: told.append(payload)
    task = asyncio.create_task(standin.autocomplete("who", "tag", "k"))
    await asyncio.sleep(0)
    callback = f"/interactions/{told[0]['id']}/{told[0]['token']}/callback"
    answer = await raw("POST", callback, {"type": 8, "data": {"choices": [{"name": "n", "value": value}]}})
    assert answer.status == status
    task.cancel()


async def test_what_is_typed_beside_may_be_anything(standin: StandIn, raw: RawClient) -> None:
    """While one option is typed, the others go to the bot as they are, finished or not, and required ones may lack."""
    options = [
        {"type": 4, "name": "count", "description": "d", "required": True, "min_value": 1},
        {"type": 3, "name": "tag", "description": "d", "autocomplete": True},
        {"type": 7, "name": "channel", "description": "d"},
    ]
    await register(standin, raw, {**WHO, "options": options})
    told: list[dict[str, Any]] = []
    standin.interactions._dispatch = lambda _name, payload: told.append(payload)
    task = asyncio.create_task(standin.autocomplete("who", "tag", "k", {"count": -5, "channel": "gen"}))
    await asyncio.sleep(0)
    assert [(option["value"], option.get("focused", False)) for option in told[0]["data"]["options"]] == [
        (-5, False),
        ("k", True),
        ("gen", False),
    ]
    task.cancel()


@pytest.mark.parametrize("flags", ["x", -1, True])
async def test_flags_of_a_deferral_are_checked(standin: StandIn, raw: RawClient, flags: object) -> None:
    """Flags that are no number are 50035."""
    await register(standin, raw, WHO)
    question = await ask(standin, standin.slash("who"))
    assert (await raw("POST", question.callback, {"type": 5, "data": {"flags": flags}})).code == 50035
    question.answer.cancel()
