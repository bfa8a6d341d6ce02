"""Members get their answers while thousands of posts are being indexed, and the gateway stays alive."""

import time
from pathlib import Path

from tests.support.end_to_end_bot import READY, staged
from tests.support.end_to_end_site import post_text

POSTS = 5000
HEARTBEAT_SECONDS = 0.1
ANSWER_SECONDS = 3.0  # what Discord allows; the stand-in measures from the question to the answer's arrival
LONGEST_SILENCE_SECONDS = 2.0


def write_many(root: Path) -> None:
    """Posts with the length, tags and sources of real ones."""
    text = "Some sentence that says what the post is about. " * 14
    for folder in range(50):
        (root / f"{folder:02}").mkdir(parents=True)
    for number in range(POSTS):
        tags = ("kubernetes", "community") if number % 3 else ("release",)
        post = post_text(f"Post {number}", tags=tags, source=f"Blog {number % 20}", tldr=text)
        (root / f"{number % 50:02}" / f"{number:05}.md").write_text(post, encoding="utf-8")


async def test_commands_are_answered_during_a_cold_index(tmp_path: Path) -> None:
    """While a first run takes in 5,000 posts, each command is answered within 3 seconds and heartbeats go on."""
    write_many(tmp_path / "content")
    async with staged(tmp_path, heartbeat_seconds=HEARTBEAT_SECONDS) as bot:
        discord = bot.discord
        await bot.launch()
        await bot.until(lambda: discord.gateway.connected and bool(discord.world.commands[None]), "commands are there")
        waits: list[float] = []
        silence, beats, beaten_at = 0.0, discord.gateway.heartbeats, time.monotonic()
        while READY not in bot.log:
            answer = await discord.slash("latest", {"count": 5, "tag": "kubernetes"})
            assert answer.message is not None
            waits.append(answer.seconds)
            await discord.autocomplete("tag", "name", "k")
            if discord.gateway.heartbeats > beats:
                silence = max(silence, time.monotonic() - beaten_at)
                beats, beaten_at = discord.gateway.heartbeats, time.monotonic()
        assert len(waits) >= 3, "indexing was over before anybody could ask"
        assert max(waits) < ANSWER_SECONDS
        assert beats >= 3
        assert max(silence, time.monotonic() - beaten_at) < LONGEST_SILENCE_SECONDS
        final = await discord.slash("latest", {"count": 1})
        assert final.message is not None
        assert "Post " in str(final.message.embeds)
        await bot.has_no_more_to_say(seconds=60.0)
        assert bot.titles() == ["Sentinel 1"]
