"""The gateway away for a whole minute, and heartbeats without an answer, at the pace that is right for Discord."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.end_to_end_bot import Bot, staged

__all__ = ["lose_the_gateway"]

STANDS_SECONDS = 2.0  # for a post to stand without a gateway
BACK_SECONDS = 40.0  # after an outage: the longest pause, and some
GIVEN_UP_SECONDS = 180.0  # a minute of silence, found at the next heartbeat, and a pause


async def lose_the_gateway(folder: Path, seconds: float, tell: Callable[[str], None]) -> list[str]:
    """Lose it for `seconds`, then without a word; every post must stand at once, and commands come back.

    Takes up to five minutes more than `seconds`; returns what must not be, each in a sentence.
    """
    await asyncio.to_thread(folder.mkdir)
    try:
        async with staged(folder) as bot:
            await bot.start()
            await _away(bot, seconds, tell)
            await _deaf(bot, tell)
            await bot.has_no_more_to_say()
            titles = bot.titles()
            assert len(titles) == len(set(titles)), f"announced twice: {titles}"
            begun = bot.discord.gateway.identified
            tell(f"  {len(titles)} posts, {begun} sessions begun")
            assert begun <= 3, f"{begun} sessions were begun"
    except AssertionError as error:
        return [f"gateway, in {folder}: {error}"]
    return []


async def _away(bot: Bot, seconds: float, tell: Callable[[str], None]) -> None:
    gateway = bot.discord.gateway
    ends_at = time.monotonic() + seconds
    number = 0
    async with gateway.outage():
        while time.monotonic() < ends_at:
            number += 1
            await _post(bot, f"Away {number}")
            await asyncio.sleep(min(5.0, max(0.0, ends_at - time.monotonic())))
    back_at = time.monotonic()
    await bot.until(lambda: gateway.connected, "the gateway is back", BACK_SECONDS)
    await _commands_work(bot)
    tell(f"  away for {seconds:.0f} s, asked {gateway.refused} times, back after {time.monotonic() - back_at:.1f} s")


async def _deaf(bot: Bot, tell: Callable[[str], None]) -> None:
    gateway = bot.discord.gateway
    began, ended = time.monotonic(), gateway.identified + gateway.resumed
    gateway.deaf = True
    await _post(bot, "Without heartbeat answers")
    await bot.until(lambda: gateway.identified + gateway.resumed > ended, "the silence is noticed", GIVEN_UP_SECONDS)
    gateway.deaf = False
    await _commands_work(bot)
    tell(f"  heartbeats without an answer: a new connection after {time.monotonic() - began:.0f} s")


async def _post(bot: Bot, title: str) -> None:
    bot.site.write(f"{title}.md", title)
    await bot.stands(title, seconds=STANDS_SECONDS)


async def _commands_work(bot: Bot) -> None:
    answer = await bot.discord.slash("latest", {"count": 1})
    assert answer.message is not None, "no answer to a slash command"
