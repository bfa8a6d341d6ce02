"""Questions to a bot that is not there: what the gateway would tell it can be seen, its answers are given by hand."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.rehearsal.interactions import InteractionAnswer
from bot.rehearsal.standin import StandIn
from tests.support.standin_client import RawClient

__all__ = ["EVERYWHERE", "Question", "ask", "register"]

EVERYWHERE = {"contexts": [0, 1, 2], "integration_types": [0, 1]}
"""What a command says that is offered in every place."""


class Question:
    """One that was asked.

    Attributes:
        payload: what the bot was told.
        answer: what the member gets, once the bot has answered.
        callback: the path for the answer.
        webhook: the path for what follows.
    """

    def __init__(self, payload: dict[str, Any], answer: "asyncio.Task[InteractionAnswer]", bot_id: int) -> None:
        self.payload = payload
        self.answer = answer
        self.callback = f"/interactions/{payload['id']}/{payload['token']}/callback"
        self.webhook = f"/webhooks/{bot_id}/{payload['token']}"


async def register(standin: StandIn, raw: RawClient, *commands: dict[str, Any], guild: bool = False) -> None:
    """Register these commands and no others, globally or in the guild."""
    place = f"/guilds/{standin.world.guild_id}" if guild else ""
    answer = await raw("PUT", f"/applications/{standin.world.bot.id}{place}/commands", list(commands))
    assert answer.status == 200, answer.body


async def ask(standin: StandIn, question: Coroutine[Any, Any, InteractionAnswer]) -> Question:
    """Ask; the payload goes nowhere but here. A question that cannot be asked raises its error."""
    told: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    standin.interactions._dispatch = lambda _name, payload: told.set_result(payload)
    task = asyncio.create_task(question)
    waits: set[asyncio.Future[Any]] = {task, told}
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    if not told.done():
        task.result()
    return Question(told.result(), task, standin.world.bot.id)
