"""The running service is paused, resumed and made to announce, from Discord and from the command line."""

from pathlib import Path
from typing import Any

from bot.catalog.records import DeliveryState
from bot.rehearsal.standin import InteractionAnswer
from tests.support.discord_archive import assert_valid, buttons_of, message_of, text_of
from tests.support.end_to_end_bot import NEWS, OTHER, Bot, staged

CHANNELS = ({"id": NEWS, "name": "news"}, {"id": OTHER, "name": "other"})
MANAGER = "grace"


async def ask(bot: Bot, command: str, options: dict[str, Any] | None = None) -> InteractionAnswer:
    """Use a command as somebody who manages the server, once it is registered."""
    bot.discord.world.set_member_permissions(MANAGER, {"manage_guild"})
    registered = bot.discord.world.commands
    await bot.until(
        lambda: any(each["name"] == "linkbot" for each in registered.get(None, [])), "the command is registered"
    )
    return await bot.discord.slash(f"linkbot {command}", options or {}, user=MANAGER)


async def test_a_pause_from_discord_holds_over_a_kill_and_a_restart(tmp_path: Path) -> None:
    """What comes during a pause goes out once when it is ended, in order, and nothing before, whatever happens."""
    async with staged(tmp_path, channels=CHANNELS) as bot:
        await bot.start()
        assert "Paused" in text_of(await ask(bot, "pause", {"channel": NEWS}))
        bot.site.write("a.md", "While it runs")
        await bot.stands("While it runs", OTHER)
        await bot.kill()
        bot.site.write("b.md", "While it is down")
        await bot.start()
        await bot.stands("While it is down", OTHER)
        await bot.has_sent_everything(but=[NEWS])
        assert bot.titles(NEWS) == []
        assert bot.sends(NEWS) == []
        assert (await bot.states(NEWS))[DeliveryState.PENDING] == 2
        told = text_of(await ask(bot, "status"))
        assert f"<#{NEWS}>\n0 sent · 2 waiting, the oldest <t:" in told
        assert "paused <t:" in told
        assert "Running since <t:" in told
        assert "Resumed" in text_of(await ask(bot, "resume"))
        await bot.stands("While it runs", NEWS, seconds=20)  # sooner than a lane looks by itself
        await bot.has_sent_everything()
        assert sorted(bot.titles(NEWS)) == ["While it is down", "While it runs"]
        assert sorted(bot.titles(OTHER)) == ["While it is down", "While it runs"]


async def test_pause_and_resume_on_the_command_line(tmp_path: Path) -> None:
    """The running service obeys `linkbot pause` and `linkbot resume`, which the status tells; without one they hold."""
    async with staged(tmp_path, channels=CHANNELS) as bot:
        await bot.start()
        paused = await bot.linkbot("pause", "news")
        assert (paused.code, paused.err) == (0, "")
        assert paused.out.startswith("news: paused; what is to be announced there waits")
        assert "! " not in paused.out
        bot.site.write("a.md", "Waits")
        await bot.stands("Waits", OTHER)
        assert [each["channel"] for each in (await bot.status())["paused"]] == [str(NEWS)]
        await bot.stop()
        resumed = await bot.linkbot("resume")
        assert resumed.out.splitlines()[0] == "news: resumed; 1 post waited"
        assert "no service is running" in resumed.out
        assert (await bot.linkbot("pause", "nowhere")).code == 2
        assert bot.titles(NEWS) == []
        await bot.start()
        await bot.stands("Waits", NEWS)


async def test_announcing_from_discord(tmp_path: Path) -> None:
    """A post of the baseline is announced by the button, once, and the preview links to where it stands."""
    async with staged(tmp_path, channels=CHANNELS) as bot:
        bot.site.write("old.md", "Old post")
        await bot.start()
        offered = await ask(bot, "announce", {"post": "old.md", "channel": NEWS})
        (button,) = buttons_of(offered).values()
        await bot.restart()
        for _ in range(2):
            await bot.discord.forge(message_of(offered).id, button, user=MANAGER)
        message = await bot.stands("Old post", NEWS)
        await bot.has_no_more_to_say()
        assert bot.times("Old post", NEWS) == 1
        assert bot.times("Old post", OTHER) == 0
        told = text_of(await ask(bot, "preview", {"post": "old.md"}))
        assert (
            f"sent · [message](https://discord.com/channels/{bot.discord.world.guild_id}/{NEWS}/{message.id})" in told
        )
        assert_valid(bot.discord)


async def test_a_mended_channel_is_tried_at_once(tmp_path: Path) -> None:
    """After Discord refused, `linkbot resume CHANNEL` ends the long pause, also of a channel that was not paused."""
    async with staged(tmp_path, channels=CHANNELS) as bot:
        await bot.start()
        body = {"code": 50013, "message": "Missing Permissions"}
        bot.discord.faults.add("POST", f"/channels/{NEWS}/messages", "status", status=403, body=body)
        bot.site.write("a.md", "Refused at first")
        await bot.until(lambda: "Missing Permissions" in bot.log, "it is refused")
        resumed = await bot.linkbot("resume", "news")
        assert resumed.out.splitlines() == [
            "news: was not paused",
            "what waits in news is tried now, however often it failed",
        ]
        await bot.stands("Refused at first", NEWS)
