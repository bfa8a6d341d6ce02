"""Every command, option, suggestion and button of the real service, before and after a restart."""

from pathlib import Path

from tests.support.discord_archive import assert_valid
from tests.support.end_to_end_asking import Curious
from tests.support.end_to_end_bot import NEWS, staged

VALUES = {
    "count": 2,
    "tag": "kubernetes",
    "and": "release",
    "source": "CNCF",
    "since": "2020-01-01",
    "words": "spotlight node",
    "name": "kubernetes",
    "post": "02.md",
    "latest": 2,
    "follow": "1",
}


async def test_everything_is_answered_before_and_after_a_restart(tmp_path: Path) -> None:
    """Nothing that Discord offers to a manager fails, and buttons of before a kill work after it."""
    async with staged(tmp_path) as bot:
        for number in range(12):
            tags = ("kubernetes", "release") if number % 2 else ("kubernetes", "community")
            title = f"Spotlight {number} on SIG Node"
            bot.site.write(f"{number:02}.md", title, tags=tags, source="CNCF", date=f"2024-06-{number + 1:02}")
        await bot.start()
        discord = bot.discord
        discord.world.set_member_permissions("manager", {"manage_guild"})
        bot.site.write("new.md", "A new one", tags=("kubernetes",), source="CNCF")
        announced = await bot.stands("A new one")
        await bot.until(lambda: bool(discord.world.commands[None]), "the commands are registered")
        curious = Curious(discord, VALUES)
        first = await curious.try_commands()
        first += await curious.try_menus(announced.id)
        assert await curious.try_suggestions() > 20
        await bot.kill()
        await bot.start()
        await curious.try_buttons(first)
        await curious.try_buttons(await curious.try_commands(locale="fr"))
        await bot.has_no_more_to_say()
        assert bot.times("A new one", NEWS) >= 1
        assert len(curious.tried) > 60
        assert "reference" not in bot.log
        assert_valid(discord)
