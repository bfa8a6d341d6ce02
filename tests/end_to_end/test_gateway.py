"""What the gateway does to the service: posts stand at once all the same, and slash commands come back."""

import json
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from bot.catalog.notes import Note
from bot.rehearsal.gateway import Gateway
from bot.rehearsal.standin import StandIn
from tests.support.end_to_end_bot import Bot, staged
from tests.support.end_to_end_site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT_ONCE_SECONDS = 3.0  # for a post to stand while the gateway is in trouble; it is one second or less on a free machine
LASTING = [4000, 4001, 4002, 4005, 4006, 4008]  # the session outlives these closes
ENDING = [4003, 4007, 4009]  # a new one has to be begun
FINAL = {4004: 77, 4010: 1, 4011: 78, 4012: 1, 4013: 1, 4014: 78}  # and the exit code

# The service with less patience than is right for Discord: its pauses, its wait for a sign of life, and the 5 s between
# two identifies would make one test of what follows last a minute.
HASTY = """
import sys
from functools import partial
from bot import cli, service
from bot.discord_app import connection
from bot.announcing.retry import Pauses
from bot.discord_app.gateway import GatewayPace
pauses = partial(Pauses, first=0.02, most=0.2)
pace = GatewayPace(pauses, silence_seconds=1.0)
connection.LinkbotClient = partial(connection.LinkbotClient, gateway_pace=pace, pauses=pauses)
service.IdentifyBudget = partial(service.IdentifyBudget, apart_seconds=0.1)
sys.exit(cli.main())
"""

Trouble = Callable[[Gateway], Awaitable[object]]


async def deafen(gateway: Gateway) -> None:
    """No answers to heartbeats, until the bot has given the connection up."""
    gateway.deaf = True
    resumed = gateway.resumed
    await gateway.wait_until(lambda gateway: gateway.resumed > resumed)
    gateway.deaf = False


async def go_away(gateway: Gateway) -> None:
    """Away, until the bot has given the session up as well."""
    refused = gateway.refused
    async with gateway.outage():
        await gateway.wait_until(lambda gateway: gateway.refused >= refused + 7)


TROUBLES: dict[str, Trouble] = {
    **{f"closed with {code}": lambda gateway, code=code: gateway.disconnect(code) for code in (*LASTING, *ENDING)},  # type: ignore[misc]
    "closed with 1000": lambda gateway: gateway.disconnect(1000),
    "op 7": Gateway.ask_reconnect,
    "op 9, resumable": lambda gateway: gateway.invalidate(resumable=True),
    "op 9": Gateway.invalidate,
    "cut": Gateway.cut,
    "no heartbeat answers": deafen,
    "away": go_away,
}
NEW_SESSION = {*(f"closed with {code}" for code in (4006, *ENDING)), "op 9", "away"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """A running bot, hasty."""
    async with staged(tmp_path_factory.mktemp("gateway"), heartbeat_seconds=0.25) as bot:
        await bot.start("-c", HASTY)
        yield bot


async def commands_work(bot: Bot, title: str) -> None:
    """The gateway is back, and a slash command knows of the post."""
    await bot.until(lambda: bot.discord.gateway.connected, "the gateway is back")
    answer = await bot.discord.slash("latest", {"count": 1})
    assert answer.message is not None
    assert title in json.dumps(answer.message.shown_embeds)


async def sessions_recorded(bot: Bot) -> int:
    """How many sessions the catalog knows of."""
    recorded = await bot.catalog(lambda tables: tables.notes.get(Note.IDENTIFIES))
    return len(json.loads(recorded or "[]"))


@pytest.mark.parametrize("name", TROUBLES)
async def test_a_trouble_of_the_gateway_is_survived(bot: Bot, site: Site, discord: StandIn, name: str) -> None:
    """Whatever it is: a post written then stands at once, commands work again, no session is begun without need."""
    gateway = discord.gateway
    begun, resumed = gateway.identified, gateway.resumed
    await TROUBLES[name](gateway)
    title = f"In spite of {name}"
    site.write(f"{name}.md", title)
    await bot.stands(title, seconds=AT_ONCE_SECONDS)
    await gateway.wait_until(lambda gateway: gateway.identified + gateway.resumed > begun + resumed)
    await commands_work(bot, title)
    assert gateway.identified - begun == (name in NEW_SESSION)
    assert await sessions_recorded(bot) >= gateway.identified


async def test_posts_stand_while_the_gateway_is_away(bot: Bot, site: Site, discord: StandIn) -> None:
    """Announcing needs requests only: while every connection is refused, posts stand as they do at all times."""
    gateway = discord.gateway
    async with gateway.outage():
        for number in range(3):
            refused = gateway.refused
            site.write(f"while-away-{number}.md", f"While it is away {number}")
            await bot.stands(f"While it is away {number}", seconds=AT_ONCE_SECONDS)
            await gateway.wait_until(lambda gateway, refused=refused: gateway.refused > refused)  # type: ignore[misc]
        assert not gateway.connected
    await commands_work(bot, "While it is away 2")


async def test_forty_troubles_in_a_row(bot: Bot, site: Site, discord: StandIn) -> None:
    """One after the other, every third before the bot has recovered: posts stand once, and few sessions are begun."""
    gateway = discord.gateway
    drawn = random.Random(20).choices(list(TROUBLES), k=40)
    hasty = [number % 3 == 2 for number in range(40)]
    begun = gateway.identified
    for number, name in enumerate(drawn):
        await bot.until(lambda: gateway.connected, f"the gateway is back before {name}")
        await TROUBLES[name](gateway)
        title = f"Number {number} after {name}"
        site.write(f"row/{number}.md", title)
        await bot.stands(title, seconds=AT_ONCE_SECONDS)
        if not hasty[number]:
            await commands_work(bot, title)
    await bot.has_no_more_to_say()
    assert len(bot.titles()) == len(set(bot.titles()))
    # One that strikes before the bot knows its new session can cost it another one.
    assert gateway.identified - begun <= sum(name in NEW_SESSION for name in drawn) + sum(hasty)
    assert await sessions_recorded(bot) >= gateway.identified


async def test_restarts_are_counted_with_all_others(bot: Bot, discord: StandIn) -> None:
    """A session that a new process begins spends from the same budget: a crash loop cannot spend it all."""
    recorded = await sessions_recorded(bot)
    await bot.kill()
    await bot.start("-c", HASTY)
    assert await sessions_recorded(bot) == recorded + 1


@pytest.mark.parametrize("code", FINAL)
async def test_a_close_for_good_ends_the_service(tmp_path: Path, code: int) -> None:
    """What Discord will never take ends it with a sentence and the exit code that tells a service manager why."""
    async with staged(tmp_path) as bot:
        await bot.start()
        await bot.discord.gateway.disconnect(code)
        assert await bot.exits() == FINAL[code]
        words = {4004: "Reset Token", 4011: "too many servers", 4014: "gateway intents"}.get(code, f"close code {code}")
        assert words in bot.log


async def test_discord_may_be_away_at_the_start(tmp_path: Path) -> None:
    """First nothing answers, then requests do, then the gateway: each thing works as soon as it can."""
    async with staged(tmp_path) as bot:
        bot.discord.gateway.refusing = True
        login = bot.discord.faults.add("GET", "/users/@me", "status", status=503, times=None)
        await bot.launch("-c", HASTY)
        await bot.until(lambda: "Discord cannot be reached" in bot.log, "the login failed")
        bot.site.write("first.md", "First")
        await bot.has_taken_in_everything()
        assert login.hits > 0
        bot.discord.faults.clear()
        await bot.until(lambda: "Logged in" in bot.log, "the login worked")
        bot.site.write("second.md", "Second")
        await bot.stands("Second")
        await bot.discord.gateway.wait_until(lambda gateway: gateway.refused > 2)
        bot.discord.gateway.refusing = False
        await commands_work(bot, "Second")
        assert bot.discord.gateway.identified == 1
        await bot.stop(signal.SIGTERM)
