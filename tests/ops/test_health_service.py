"""The health of the real service in a process of its own, as monitoring sees it."""

import json
import socket
from pathlib import Path
from typing import Any

from tests.support.end_to_end_bot import NEWS, Bot, staged
from tests.support.health_asking import ask, samples

# The service without patience for a gateway that reconnects.
HASTY = """
import sys
from datetime import timedelta
from bot import cli
from bot.ops import health, readiness
readiness.GRACE = timedelta()
health.LIVE_SECONDS = health.COUNTS_SECONDS = health.TEXT_SECONDS = 0.05
sys.exit(cli.main())
"""


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def reasons(bot: Bot, base: str, status: int) -> list[Any]:
    """The reasons of /readyz, as soon as its status is this one."""
    answers: list[list[Any]] = []

    async def has_it() -> bool:
        answer = await ask(base, "/readyz")
        answers.append(json.loads(answer.text)["reasons"])
        return answer.status == status

    await bot.until(has_it, f"/readyz says {status}")
    return answers[-1]


async def test_monitoring_sees_a_post_go_and_discord_vanish(tmp_path: Path) -> None:
    """A post is counted from its file to its message; a gateway that is gone is why the service is not ready."""
    async with staged(tmp_path) as bot:
        base = f"http://127.0.0.1:{free_port()}"
        bot.configure(health={"listen": base.removeprefix("http://")})
        await bot.start("-c", HASTY)
        assert await reasons(bot, base, 200) == []
        bot.site.write("a.md", "A")
        await bot.stands("A")
        channel = (("channel", "news"), ("channel_id", str(NEWS)), ("state", "sent"))

        async def counted() -> bool:
            told = samples((await ask(base, "/metrics")).text)
            took = told.get(("linkbot_file_to_message_seconds_count", (("channel", "news"),)))
            return (took, told["linkbot_deliveries", channel]) == (1, 1)

        async def disconnected() -> bool:
            return samples((await ask(base, "/metrics")).text)["linkbot_gateway_connected", ()] == 0

        await bot.until(counted, "the message is counted")
        async with bot.discord.gateway.outage():
            (reason,) = await reasons(bot, base, 503)
            assert reason["where"] == "gateway"
            assert reason["what"].startswith("slash commands do not work, announcing goes on: ")
            await bot.until(disconnected, "/metrics says so too")
            assert (await ask(base, "/healthz")).status == 200
        assert await reasons(bot, base, 200) == []


async def test_a_port_that_is_taken_does_not_end_the_announcer(tmp_path: Path) -> None:
    """Posts are announced, and the log and the status say what is wrong with health."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        async with staged(tmp_path) as bot:
            bot.configure(health={"listen": f"127.0.0.1:{other.getsockname()[1]}"})
            await bot.start()
            bot.site.write("a.md", "A")
            await bot.stands("A")
            assert "Health is not told: 127.0.0.1:" in bot.log
            assert [trouble["where"] for trouble in (await bot.status())["troubles"]] == ["health"]
