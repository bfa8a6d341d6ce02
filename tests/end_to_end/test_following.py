"""Following in the real service: each new post by direct message, exactly once, also over kills, until forgotten."""

import pytest

from bot.rehearsal.records import Message
from bot.rehearsal.standin import StandIn
from tests.support.discord_archive import assert_valid, buttons_of, message_of, text_of
from tests.support.end_to_end_bot import Bot
from tests.support.end_to_end_site import Site


async def start(bot: Bot) -> None:
    """Start with a post that is there, so that its tag can be followed; wait until the commands can be used."""
    bot.site.write("old.md", "An old one", tags=("go",))
    await bot.start()
    await bot.until(lambda: bool(bot.discord.world.commands[None]), "the commands are registered")


def direct(bot: Bot, name: str = "ada") -> list[Message]:
    """The direct messages to a member."""
    return bot.discord.direct_messages(name)


def titles(bot: Bot, name: str = "ada") -> list[str]:
    """The titles of the cards in the direct messages to a member."""
    return [title for message in direct(bot, name) for title in bot.titles_of(message)]


async def test_followers_get_new_posts_and_what_is_theirs_alone(bot: Bot, site: Site, discord: StandIn) -> None:
    """Who follows a tag gets its posts from then on, nobody else does, and status tells of them without their ids."""
    await start(bot)
    await discord.slash("follow tag", {"tag": "go"}, user="ada")
    await discord.slash("follow words", {"words": "gophers"}, user="ben", locale="fr")
    site.write("a.md", "About Go", tags=("go",))
    site.write("b.md", "About gophers", tags=("rust",))
    await bot.until(lambda: titles(bot) == ["About Go"] and titles(bot, "ben") == ["About gophers"], "both are told")
    await bot.restart()
    site.write_at_once("many", [f"Of many gophers {number}" for number in range(12)])
    await bot.until(lambda: len(direct(bot, "ben")) == 2, "a list comes")
    assert text_of(direct(bot, "ben")[-1]).count("](https://") == 12
    await bot.has_no_more_to_say()
    assert (len(direct(bot)), len(direct(bot, "ben"))) == (1, 2)
    assert (await bot.status())["followers"] == {"people": 2, "refusing": 0, "waiting": 0, "paused_since": None}
    text = (await bot.linkbot("status")).out + bot.log
    for name in ("ada", "ben"):
        person = discord.world.person(name)
        assert str(person.id) not in text
        assert str(discord.world.direct_channel(person).id) not in text
    assert_valid(discord)


@pytest.mark.parametrize("stored", [True, False])
async def test_killed_while_writing_to_a_follower(bot: Bot, site: Site, discord: StandIn, stored: bool) -> None:
    """SIGKILL before or after Discord stored a direct message: the post reaches the follower exactly once."""
    await start(bot)
    await discord.slash("follow tag", {"tag": "go"}, user="ada")
    channel = discord.world.direct_channel(discord.world.person("ada"))
    held = discord.faults.add("POST", f"/channels/{channel.id}/messages", "hang", after=stored)
    site.write("a.md", "About Go", tags=("go",))
    await held.reached()
    await bot.kill()
    held.release()
    await bot.start()
    site.write("b.md", "More about Go", tags=("go",))
    await bot.until(lambda: "More about Go" in titles(bot), "the next one comes")
    await bot.has_no_more_to_say()
    assert sorted(titles(bot)) == ["About Go", "More about Go"]


async def test_forgotten_while_a_message_is_under_way(bot: Bot, site: Site, discord: StandIn) -> None:
    """Who has everything forgotten gets nothing more, whatever was under way; the service goes on for others."""
    await start(bot)
    for name in ("ada", "ben"):
        await discord.slash("follow tag", {"tag": "go"}, user=name)
    channel = discord.world.direct_channel(discord.world.person("ada"))
    held = discord.faults.add("POST", f"/channels/{channel.id}/messages", "hang", after=True)
    site.write("a.md", "About Go", tags=("go",))
    await held.reached()
    told = await discord.slash("forget-me", {}, user="ada")
    (delete,) = buttons_of(told).values()
    done = await discord.click(message_of(told).id, delete, user="ada")
    assert "deleted" in text_of(done)
    held.release()
    site.write("b.md", "More about Go", tags=("go",))
    await bot.until(lambda: sorted(titles(bot, "ben")) == ["About Go", "More about Go"], "others go on")
    await bot.has_no_more_to_say()
    assert titles(bot) == ["About Go"]
    assert (await bot.status())["followers"]["people"] == 1


async def test_following_can_be_switched_off(bot: Bot, site: Site, discord: StandIn) -> None:
    """With commands.follow: false only /forget-me is left, also with commands.guilds; what waited never comes."""
    await start(bot)
    await discord.slash("follow tag", {"tag": "go"}, user="ada")
    await bot.linkbot("pause")
    site.write("waits.md", "More about Go", tags=("go",))
    await bot.until(lambda: bot.log.count("waits.md") > 0, "it is taken in")
    await bot.stop()
    bot.configure(commands={"follow": False, "guilds": [discord.world.guild_id]})
    await bot.start()
    await bot.until(lambda: {each["name"] for each in offered(discord)} == {"forget-me"}, "the commands are gone")
    await bot.linkbot("resume")
    site.write("a.md", "About Go", tags=("go",))
    await bot.has_no_more_to_say()
    await bot.stop()
    bot.configure(commands={"follow": True})
    await bot.start()
    site.write("b.md", "Again about Go", tags=("go",))
    await bot.until(lambda: titles(bot) == ["Again about Go"], "following is back")
    await bot.has_no_more_to_say()
    assert titles(bot) == ["Again about Go"]


def offered(discord: StandIn) -> list[dict[str, object]]:
    """The commands that are registered everywhere."""
    return [dict(each) for each in discord.world.commands[None]]
