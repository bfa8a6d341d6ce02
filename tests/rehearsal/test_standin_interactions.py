"""Slash commands, autocomplete and buttons: from the member to the bot and back."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.rehearsal.interactions import Interactions, NoAnswerError
from bot.rehearsal.standin import Choice, StandIn, StandInApplication
from tests.support.standin_client import RawClient, RecordingClient, client_of

NEWS, CLOSED = 101, 104
Asked = discord.Interaction[RecordingClient]


async def _suggest(_asked: Asked, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{tag} (7)", value=tag) for tag in ("kubernetes", "rust") if typed in tag]


def _with_commands() -> RecordingClient:
    client = RecordingClient()

    @client.tree.command(description="The newest posts")
    @app_commands.autocomplete(tag=_suggest)
    async def latest(asked: Asked, count: app_commands.Range[int, 1, 10] = 3, tag: str | None = None) -> None:
        await asked.response.send_message(f"{count} {tag} {asked.user.name} {asked.channel_id}", ephemeral=True)

    @client.tree.command(description="Thinks before it answers")
    async def think(asked: Asked, private: bool = False) -> None:
        await asked.response.defer(ephemeral=private, thinking=True)
        await asked.followup.send("thought")
        await asked.followup.send("more")
        await asked.edit_original_response(content="thought again")

    @client.tree.command(description="Says nothing")
    async def silent(asked: Asked) -> None:
        await asyncio.Event().wait()

    @client.tree.command(description="Has a button")
    async def button(asked: Asked) -> None:
        view = discord.ui.View(timeout=None)
        press: discord.ui.Button[discord.ui.View] = discord.ui.Button(label="Next", custom_id="next")

        async def pressed(click: Asked) -> None:
            await click.response.edit_message(content="page 2", view=None)

        press.callback = pressed  # type: ignore[method-assign, assignment]
        view.add_item(press)
        await asked.response.send_message("page 1", view=view)

    return client


@pytest.fixture
async def bot(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RecordingClient]:
    """discord.py with commands, ready at `standin`."""
    async with client_of(standin, monkeypatch, _with_commands()) as client:
        yield client


async def test_slash_command_round_trip(bot: RecordingClient, standin: StandIn) -> None:
    """A command reaches the bot with its options, channel and user; its ephemeral answer stands in no channel."""
    answer = await standin.slash("latest", {"count": 5, "tag": "rust"}, user="ada", channel_id=CLOSED)
    assert answer.message is not None
    assert answer.message.content == f"5 rust ada {CLOSED}"
    assert (answer.type, answer.ephemeral, 0 < answer.seconds < 3) == (4, True, True)
    assert standin.messages(CLOSED) == []
    assert standin.invalid_requests == []


async def test_autocomplete_round_trip(bot: RecordingClient, standin: StandIn) -> None:
    """What is typed reaches the bot, and its suggestions come back with names and values."""
    assert await standin.autocomplete("latest", "tag", "kub") == [Choice("kubernetes (7)", "kubernetes")]
    assert await standin.autocomplete("latest", "tag", "no such", {"count": 2}) == []


@pytest.mark.parametrize("private", [True, False])
async def test_deferred_answer_and_followups(bot: RecordingClient, standin: StandIn, private: bool) -> None:
    """A deferred answer is waited for, takes its visibility from the deferral, and may be followed and edited."""
    answer = await standin.slash("think", {"private": private})
    await standin.wait_until(lambda: bool(answer.followups))
    assert (answer.type, answer.ephemeral) == (5, private)
    if not private:
        await standin.wait_until(lambda: standin.messages(NEWS)[0].content == "thought again")
        assert [message.content for message in standin.messages(NEWS)] == ["thought again", "more"]


async def test_click_changes_the_message(bot: RecordingClient, standin: StandIn) -> None:
    """A pressed button reaches the view that was sent, which edits its message."""
    answer = await standin.slash("button")
    assert answer.message is not None
    clicked = await standin.click(answer.message.id, "next")
    assert clicked.type == 7
    assert [(message.content, message.components) for message in standin.messages(NEWS)] == [("page 2", ())]
    with pytest.raises(ValueError, match="no button"):
        await standin.click(answer.message.id, "next")


async def test_no_callback_within_three_seconds(
    bot: RecordingClient, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bot that does not answer in time is told as such (3 s at Discord, less here)."""
    monkeypatch.setattr("bot.rehearsal.limits.INTERACTION_ANSWER_SECONDS", 0.05)
    with pytest.raises(NoAnswerError):
        await standin.slash("silent")


async def test_with_an_endpoint_nothing_comes_over_the_gateway(
    bot: RecordingClient, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the developer portal has an address for interactions, the bot hears of none."""
    monkeypatch.setattr("bot.rehearsal.limits.INTERACTION_ANSWER_SECONDS", 0.05)
    standin.world.application = StandInApplication(interactions_endpoint_url="https://example.org/")
    with pytest.raises(NoAnswerError):
        await standin.slash("button")
    assert "interaction" not in bot.events


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("nothing", {}, "no command /nothing; registered are: button, latest"),
        ("latest", {"wrong": 1}, "no option wrong"),
        ("latest", {"count": "5"}, "no value for the option count"),
        ("latest", {"count": 11}, "out of bounds"),
    ],
)
async def test_what_the_client_would_not_send(
    bot: RecordingClient, standin: StandIn, name: str, options: dict[str, Any], reason: str
) -> None:
    """Unknown commands and options and wrong values are refused before the bot is asked, as Discord's client does."""
    with pytest.raises(ValueError, match=reason):
        await standin.slash(name, options)


class _Questions:
    """Interactions whose token can be seen, with a clock that can be set."""

    def __init__(self, standin: StandIn) -> None:
        self.now = 1000.0
        self.payloads: list[dict[str, Any]] = []
        self.interactions = Interactions(standin.world, self._note, lambda: self.now)

    def _note(self, _name: str, payload: dict[str, Any]) -> None:
        self.payloads.append(payload)


async def _ask(standin: StandIn, raw: RawClient) -> tuple[asyncio.Task[Any], str, str]:
    """Ask /x through the stand-in's own interactions; the task, and the paths of callback and webhook."""
    command = {"name": "x", "description": "d"}
    await raw("PUT", f"/applications/{standin.world.bot.id}/commands", [command])
    asked: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    standin.interactions._dispatch = lambda _name, payload: asked.set_result(payload)
    task = asyncio.create_task(standin.slash("x"))
    token, number = (await asked)["token"], (await asked)["id"]
    return task, f"/interactions/{number}/{token}/callback", f"/webhooks/{standin.world.bot.id}/{token}"


async def test_callback_with_and_without_response(standin: StandIn, raw: RawClient) -> None:
    """The callback is 204, or 200 with the message if asked for; a second one is 40060."""
    task, callback, webhook = await _ask(standin, raw)
    answer = await raw("POST", callback + "?with_response=1", {"type": 4, "data": {"content": "hi", "flags": 64}})
    assert answer.body["resource"]["message"]["content"] == "hi"
    assert answer.body["interaction"]["response_message_ephemeral"] is True
    assert (await task).message.content == "hi"
    assert (await raw("POST", callback, {"type": 4, "data": {"content": "hi"}})).code == 40060
    assert (await raw("GET", webhook + "/messages/@original")).body["content"] == "hi"
    assert (await raw("DELETE", webhook + "/messages/@original")).status == 204
    assert (await raw("GET", webhook + "/messages/@original")).code == 10008


async def test_invalid_callback_changes_nothing(standin: StandIn, raw: RawClient) -> None:
    """A callback that breaks a rule is 50035, and the right one is still taken afterwards."""
    task, callback, _webhook = await _ask(standin, raw)
    assert (await raw("POST", callback, {"type": 8, "data": {"choices": []}})).code == 50035
    assert (await raw("POST", callback, {"type": 4, "data": {"content": "x" * 2001}})).code == 50035
    assert (await raw("POST", callback, {"type": 4, "data": {}})).code == 50006
    assert (await raw("POST", callback, {"type": 4, "data": {"content": "x"}})).status == 204
    await task


async def test_followups_can_be_shown_edited_and_deleted(standin: StandIn, raw: RawClient) -> None:
    """The webhook of an interaction creates, shows, edits and deletes further messages, once the callback came."""
    task, callback, webhook = await _ask(standin, raw)
    assert (await raw("POST", webhook, {"content": "too early"})).code == 10015
    await raw("POST", callback, {"type": 4, "data": {"content": "first"}})
    await task
    created = await raw("POST", webhook, {"content": "second"})
    path = f"{webhook}/messages/{created.body['id']}"
    assert (await raw("PATCH", path, {"content": "changed"})).body["content"] == "changed"
    assert (await raw("GET", path)).body["content"] == "changed"
    assert (await raw("DELETE", path)).status == 204
    assert (await raw("GET", path)).code == 10008
    assert [message.content for message in standin.messages(NEWS)] == ["first"]


async def test_late_and_unknown_callbacks(standin: StandIn) -> None:
    """A callback after 3 s, or for an interaction that nobody asked, is 404 with 10062; a webhook ends after 15 min."""
    questions = _Questions(standin)
    standin.world.commands[None] = [{"id": "1", "name": "x", "type": 1, "options": []}]
    task = asyncio.create_task(questions.interactions.slash("x", user="ada", channel_id=NEWS))
    await asyncio.sleep(0)
    payload = questions.payloads[0]
    replies = questions.interactions.replies
    questions.now += 3.1
    for number, token in ((int(payload["id"]), payload["token"]), (1, "unknown")):
        with pytest.raises(Exception, match="404/10062"):
            replies.respond(number, token, {"type": 4, "data": {"content": "x"}})
    questions.now -= 3
    replies.respond(int(payload["id"]), payload["token"], {"type": 4, "data": {"content": "x"}})
    await task
    questions.now += 15 * 60
    with pytest.raises(Exception, match="401/50027"):
        replies.original(payload["token"])


async def test_mentions_in_answers_ping_users_only(standin: StandIn, raw: RawClient) -> None:
    """An answer without allowed_mentions pings users, but neither roles nor everybody."""
    task, callback, _webhook = await _ask(standin, raw)
    await raw("POST", callback, {"type": 4, "data": {"content": "<@1> <@&2> @everyone"}})
    message = (await task).message
    assert (message.pings.everyone, *message.pings.users, *message.pings.roles) == (False, 1)


async def test_bad_autocomplete_answers(standin: StandIn, raw: RawClient) -> None:
    """More than 25 choices, and choices over 100 characters, are refused with 50035."""
    option = {"type": 3, "name": "tag", "description": "d", "autocomplete": True}
    await raw(
        "PUT",
        f"/applications/{standin.world.bot.id}/commands",
        [{"name": "x", "description": "d", "options": [option]}],
    )
    asked: list[dict[str, Any]] = []
    standin.interactions._dispatch = lambda _name, payload: asked.append(payload)
    task = asyncio.create_task(standin.autocomplete("x", "tag", "k"))
    await asyncio.sleep(0)
    callback = f"/interactions/{asked[0]['id']}/{asked[0]['token']}/callback"
    for choices in ([{"name": "n", "value": "v"}] * 26, [{"name": "n" * 101, "value": "v"}], None):
        answer = await raw("POST", callback, {"type": 8, "data": {} if choices is None else {"choices": choices}})
        assert answer.code == 50035
    assert (await raw("POST", callback, {"type": 8, "data": {"choices": [{"name": "n", "value": "v"}]}})).status == 204
    assert await task == [Choice("n", "v")]
