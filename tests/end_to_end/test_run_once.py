"""`linkbot run --once`, for cron and CI: what is due is announced, then it ends."""

import time

from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn
from tests.support.end_to_end_bot import NEWS, Bot, Ended
from tests.support.end_to_end_site import Site


async def once(bot: Bot, token: str = REHEARSAL_TOKEN) -> Ended:
    return await bot.linkbot("run", "--once", DISCORD_TOKEN=token)


async def test_each_post_is_announced_once_across_runs(bot: Bot, site: Site, discord: StandIn) -> None:
    """The first run is the baseline; each later one announces what came since, edits what changed, and no more."""
    site.write("old.md", "Old")
    assert (await once(bot)).code == 0
    for number in range(12):
        site.write(f"{number}.md", f"Post {number}")
    ended = await once(bot)
    assert (ended.code, ended.out) == (0, "Done: 12 announced, nothing waits\n")
    assert "Watching" not in ended.err
    site.write("3.md", "Post 3", tldr="Said better.")
    ended = await once(bot)
    assert (ended.code, ended.out) == (0, "Done: 1 edited, nothing waits\n")
    assert sorted(bot.titles()) == sorted(f"Post {number}" for number in range(12))
    assert "Said better." in [card.get("description") for card in bot.message_of("Post 3").shown_embeds]
    assert discord.gateway.identified == 0


async def test_a_run_that_is_killed_is_followed_by_one_that_settles_it(bot: Bot, site: Site, discord: StandIn) -> None:
    """A post whose request was under way at the kill stands once after the next run."""
    await once(bot)
    site.write("a.md", "A")
    fault = discord.faults.add("POST", f"/channels/{NEWS}/messages", "hang", after=True)
    await bot.launch("-c", "import sys, bot.cli; sys.exit(bot.cli.main([*sys.argv[1:], '--once']))")
    await fault.reached()
    await bot.kill()
    discord.faults.clear()
    assert (await once(bot)).code == 0
    assert bot.times("A") == 1


async def test_what_keeps_a_post_back_is_told_with_1(bot: Bot, site: Site, discord: StandIn) -> None:
    """A post that Discord will not take is told of once, by the run that found out."""
    await once(bot)
    site.write("a.md", "A")
    discord.faults.add("POST", f"/channels/{NEWS}/messages", "status", status=400, times=None)
    ended = await once(bot)
    assert ended.code == 1
    assert ended.err.splitlines()[-1].startswith("linkbot: 1 delivery needs a person")
    discord.faults.clear()
    assert (await once(bot)).code == 0


async def test_without_anything_to_do_discord_is_not_needed(bot: Bot, discord: StandIn) -> None:
    """A run that finds nothing new ends well although Discord is away."""
    discord.faults.add("*", "/**", "close", times=None)
    assert (await once(bot)).code == 0


async def test_a_refused_token_is_noticed_without_anything_to_do(bot: Bot, discord: StandIn) -> None:
    """However long Discord takes to say so, a run does not end well before: the next post would not be announced."""
    discord.faults.add("GET", "/users/@me", "delay", seconds=0.5)
    assert (await once(bot, f"{REHEARSAL_TOKEN}x")).code == 77


async def test_a_channel_that_is_gone_is_not_waited_for(bot: Bot, site: Site, discord: StandIn) -> None:
    """What only a person can mend ends the run at once, with one sentence that says what to mend."""
    await once(bot)
    site.write("a.md", "A")
    discord.faults.add(
        "*", f"/channels/{NEWS}**", "status", status=404, times=None, body={"code": 10003, "message": "Unknown Channel"}
    )
    began = time.monotonic()
    ended = await once(bot)
    assert time.monotonic() - began < 15
    assert (ended.code, ended.out) == (1, "Not all is done: nothing announced, 1 waits\n")
    assert ended.err.splitlines()[-1].startswith("linkbot: 1 post could not be announced in news: the channel does not")
