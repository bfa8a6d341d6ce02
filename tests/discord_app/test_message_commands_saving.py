""" "Save for later" when something goes wrong: one message at most, and an answer in any case."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.discord_app.attempts import trace_of
from bot.rehearsal.faults import FaultKind
from tests.support.discord_archive import AnsweringBot, text_of
from tests.support.discord_posts import make_post
from tests.support.message_commands import SAVE, announced, knowing

MESSAGES = "/channels/*/messages"
CALLBACK = "/interactions/*/*/callback"


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[tuple[AnsweringBot, int]]:
    """A bot, and the message of an announcement."""
    async with knowing(tmp_path, [make_post(1)]) as (bot, archive):
        yield bot, await announced(bot, archive, 1)


Ready = tuple[AnsweringBot, int]


def expect_refusal(bot: AnsweringBot, path_end: str, status: int) -> None:
    """Discord refused what was sent to that path, and nothing else, and that is as it should be."""
    refused = bot.discord.invalid_requests
    assert {(record.path.rpartition("/")[2], record.status) for record in refused} == {(path_end, status)}
    for record in refused:
        bot.discord.log.records.remove(record)


def asked_to_write(bot: AnsweringBot) -> int:
    """How many requests were made to open direct messages or to save something there."""
    posted = [record for record in bot.discord.requests if record.method == "POST"]
    opened = [record for record in posted if record.path == "/users/@me/channels"]
    saved = [record for record in posted if record.path.endswith("/messages") and record.body["nonce"].startswith("sv")]
    return len(opened) + len(saved)


async def test_closed_direct_messages_are_explained(ready: Ready) -> None:
    """Who takes no direct messages is told so privately, and what to do; having done it, it works."""
    bot, message_id = ready
    bot.discord.world.close_direct_messages("visitor")
    refused = await bot.discord.message_command(SAVE, message_id)
    assert refused.ephemeral
    assert "Privacy Settings" in text_of(refused)
    expect_refusal(bot, "messages", 403)
    bot.discord.world.close_direct_messages("visitor", closed=False)
    assert "Saved: " in text_of(await bot.discord.message_command(SAVE, message_id))
    assert len(bot.discord.direct_messages("visitor")) == 1


async def test_without_a_common_server_that_is_the_reason(ready: Ready) -> None:
    """Privacy settings do not help who shares no server with the bot: the answer says what does."""
    bot, message_id = ready
    no_server = {"code": 50278, "message": "Cannot send messages to this user due to having no mutual guilds"}
    bot.discord.faults.add("POST", MESSAGES, "status", status=403, body=no_server)
    assert "share a server" in text_of(await bot.discord.message_command(SAVE, message_id))


async def test_another_refusal_has_a_reference(ready: Ready, caplog: pytest.LogCaptureFixture) -> None:
    """What nobody expects is told with a reference that stands in the log, and not tried again and again."""
    bot, message_id = ready
    body = {"code": 40003, "message": "You are opening direct messages too fast"}
    fault = bot.discord.faults.add("POST", "/users/@me/channels", "status", status=403, body=body, times=None)
    answer = await bot.discord.message_command(SAVE, message_id)
    (reference,) = re.findall(r"reference `(\w+)`", text_of(answer))
    assert answer.ephemeral
    assert fault.hits == 1
    (record,) = [record for record in caplog.records if reference in record.getMessage()]
    assert "too fast" in record.getMessage()
    assert record.levelno == logging.ERROR


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("status", {"status": 503, "after": True}),
        ("status", {"status": 502, "after": True}),
        ("reset", {"after": True}),
        ("close", {}),
        ("content_type", {}),
    ],
)
async def test_a_lost_answer_makes_no_second_message(ready: Ready, kind: FaultKind, options: dict[str, Any]) -> None:
    """Where nobody knows whether Discord made the message, it is asked again in a way that makes one in all."""
    bot, message_id = ready
    fault = bot.discord.faults.add("POST", MESSAGES, kind, **options)
    answer = await bot.discord.message_command(SAVE, message_id)
    (saved,) = bot.discord.direct_messages("visitor")
    assert fault.spent
    assert f"{saved.channel_id}/{saved.id}" in text_of(answer)
    assert str(saved.nonce).startswith("sv")
    assert len(str(saved.nonce)) <= 25


async def test_a_repeated_interaction_makes_no_second_message(ready: Ready, caplog: pytest.LogCaptureFixture) -> None:
    """Discord may tell of one interaction twice; also after the message was deleted there is no other."""
    bot, message_id = ready
    interactions = bot.discord.interactions
    told: list[tuple[str, dict[str, Any]]] = []
    dispatch = interactions._dispatch

    def noting(name: str, payload: dict[str, Any]) -> None:
        told.append((name, payload))
        dispatch(name, payload)

    async def repeat() -> None:
        caplog.clear()
        dispatch(*told[0])
        async with asyncio.timeout(10):
            # The last of what the bot does then: Discord takes one answer only.
            while "could not be told" not in caplog.text:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    interactions._dispatch = noting
    await bot.discord.message_command(SAVE, message_id)
    await repeat()
    (saved,) = bot.discord.direct_messages("visitor")
    bot.discord.delete_message(saved.channel_id, saved.id)
    await repeat()
    assert bot.discord.direct_messages("visitor") == []
    assert asked_to_write(bot) == 4  # opened once, written to three times
    bot.discord.log.records.clear()  # refused were the second answers, on purpose


async def test_a_slow_direct_message_does_not_cost_the_answer(ready: Ready) -> None:
    """Before Discord's three seconds are over the bot says that it is at work; the link comes when it can."""
    bot, message_id = ready
    hanging = bot.discord.faults.add("POST", MESSAGES, "hang")
    told = bot.discord.faults.add("POST", CALLBACK, "delay", seconds=0)
    question = asyncio.create_task(bot.discord.message_command(SAVE, message_id))
    await told.reached()
    hanging.release()
    answer = await question
    assert answer.type == 5
    assert answer.seconds < 2.5
    assert answer.ephemeral
    assert "Saved: " in text_of(answer)
    assert len(bot.discord.direct_messages("visitor")) == 1


async def test_people_who_are_refused_do_not_slow_announcing_down(ready: Ready) -> None:
    """After many refusals no direct message is tried for a while: each refusal counts against the bot's address."""
    bot, message_id = ready
    for _ in range(100):
        trace_of(bot.client).invalid_requests.note(403, None)
    answer = await bot.discord.message_command(SAVE, message_id)
    assert "reference" in text_of(answer)
    assert asked_to_write(bot) == 0
