"""A backup put back, and a service asked after its health, each by the command in a process of its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.cli_process import linkbot
from tests.support.end_to_end_bot import NEWS, Bot, staged


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A service with one channel, not started yet."""
    async with staged(tmp_path) as bot:
        bot.site.write("old.md", "Old")
        yield bot


async def test_a_restored_bot_repeats_nothing(bot: Bot, tmp_path: Path) -> None:
    """A backup is put back when no service runs, a bad one is refused, and nothing is announced twice."""
    await bot.start()
    bot.site.write("a.md", "Before the backup")
    await bot.stands("Before the backup")
    await bot.has_sent_everything()
    backup = tmp_path / "backup"
    told = (await bot.linkbot("backup", str(backup))).out
    assert f"`linkbot restore {backup} --config {bot.config}` puts it back" in told
    bot.site.write("b.md", "Since the backup")
    await bot.stands("Since the backup")
    await bot.has_sent_everything()
    refused = await bot.linkbot("restore", str(backup))
    assert (refused.code, refused.out) == (75, "")
    assert "works on" in refused.err
    assert "systemctl stop linkbot" in refused.err
    await bot.kill()
    bad = tmp_path / "bad"
    bad.write_bytes(backup.read_bytes()[:5000])
    damaged, missing = await asyncio.gather(
        *(linkbot("restore", file, "--config", bot.config, cwd=tmp_path) for file in (bad, tmp_path / "missing"))
    )
    assert (damaged.code, missing.code) == (1, 2)
    assert f"{bad} is damaged" in damaged.sentence
    assert "there is no " in missing.sentence
    restored = await bot.linkbot("restore", str(backup))
    assert (restored.code, restored.err) == (0, "")
    assert "is kept in" in restored.out
    assert "start the service now" in restored.out
    await bot.start()
    bot.site.write("c.md", "After the restore")
    await bot.stands("After the restore")
    await bot.has_sent_everything()
    assert [bot.times(title, NEWS) for title in ("Before the backup", "Since the backup", "After the restore")] == [
        1
    ] * 3


async def test_health_is_an_exit_code(bot: Bot, tmp_path: Path) -> None:
    """0 while the service answers, also with settings that have mistakes by now; 1 without one."""

    async def asked(*options: str) -> tuple[int, str]:
        ended = await linkbot("status", *options, "--config", bot.config, cwd=tmp_path)
        assert ended.err == ""
        return ended.code, ended.out

    await bot.start()

    async def is_ready() -> bool:
        return (await asked("--ready"))[0] == 0

    await bot.until(is_ready, "it is ready")
    bot.config.write_text(bot.config.read_text().replace("channels", "chanels"))
    nowhere = ("status", "--health", "--state", tmp_path / "nowhere")
    health, plain, other = await asyncio.gather(asked("--health", "--json"), asked(), linkbot(*nowhere, cwd=tmp_path))
    assert (health[0], json.loads(health[1])["live"]) == (0, True)
    assert plain[0] == 0
    assert "service     running since" in plain[1]
    assert "did you mean channels?" in plain[1]
    assert (other.code, other.err) == (1, "")
    assert other.out.startswith("not live: no service runs on ")
    await bot.kill()
    assert (await asked("--health"))[0] == 1
