"""What a restart, or having been down, makes of the posts: nothing is repeated, nothing is missed."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from bot.catalog.records import DeliveryState
from bot.rehearsal.standin import StandIn
from tests.support.end_to_end_bot import NEWS, Bot
from tests.support.end_to_end_site import Site


async def test_a_restart_repeats_nothing_and_finds_what_was_made_meanwhile(bot: Bot, site: Site) -> None:
    """Posts that stand are not announced again; new, renamed and edited ones of the time between are seen for it."""
    site.write("before.md", "Before")
    await bot.start()
    site.write("stays.md", "Stays")
    site.write("moves.md", "Moves")
    site.write("changes.md", "Changes")
    await bot.has_no_more_to_say()
    await bot.stop()
    site.write("meanwhile.md", "Made meanwhile")
    site.rename("moves.md", "elsewhere/moved.md")
    site.rename("before.md", "elsewhere/before.md")
    site.write("changes.md", "Changes", tldr="Something else.")
    await bot.start()
    await bot.stands("Made meanwhile")
    await bot.restart()
    await bot.has_no_more_to_say()
    posts = [title for title in bot.titles() if not title.startswith("Sentinel")]
    assert sorted(posts) == ["Changes", "Made meanwhile", "Moves", "Stays"]


async def test_a_future_post_is_announced_at_its_time(bot: Bot, site: Site) -> None:
    """A post with a date to come waits for it, also across a restart."""
    await bot.start()
    moments = {name: datetime.now(UTC) + timedelta(seconds=after) for name, after in (("Soon", 1.2), ("Later", 4.0))}
    for title, moment in moments.items():
        site.write(f"{title}.md", title, date=moment.isoformat())
    await bot.has_no_more_to_say()
    assert bot.times("Soon") == bot.times("Later") == 0
    await bot.stands("Soon")
    await bot.restart()
    await bot.stands("Later")
    for title, moment in moments.items():
        late = datetime.fromtimestamp(bot.message_of(title).created_at, UTC) - moment
        assert timedelta() <= late < timedelta(seconds=5)
    await bot.has_no_more_to_say()
    assert bot.times("Soon") == bot.times("Later") == 1


async def test_a_first_run_can_announce_what_is_there(bot: Bot, site: Site) -> None:
    """With first_run: announce the posts that are there go out, once, oldest first."""
    for day in (3, 1, 2):
        site.write(f"{day}.md", f"Of day {day}", date=f"2024-06-{day:02}T00:00:00+00:00")
    bot.configure(announce={"first_run": "announce"})
    await bot.start()
    await bot.has_sent_everything()
    await bot.restart()
    await bot.has_no_more_to_say()
    assert bot.titles()[:3] == ["Of day 1", "Of day 2", "Of day 3"]
    assert len(bot.titles()) == 4


async def test_a_killed_first_run_is_still_a_first_run(bot: Bot, site: Site) -> None:
    """Killed while it indexes what was there, the bot goes on at its next start and announces none of it."""
    for number in range(1500):
        site.write(f"{number % 20}/{number}.md", f"There {number}")
    await bot.launch()

    async def some() -> bool:
        return " there; indexing" in bot.log and await bot.catalog(lambda tables: tables.files.count()) > 0

    await bot.until(some, "the first posts are indexed")
    await bot.kill()
    known = await bot.catalog(lambda tables: tables.files.count())
    assert 0 < known < 1500
    await bot.start()
    await bot.has_no_more_to_say()
    assert bot.titles() == ["Sentinel 1"]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_killed_in_a_burst_each_post_stands_once(bot: Bot, site: Site, discord: StandIn, seed: int) -> None:
    """SIGKILL at any moment of a burst, before or after Discord stored a message: each post stands exactly once."""
    chance = random.Random(seed)
    await bot.start()
    for number in range(2):
        titles = [f"Post {post} of round {number}" for post in range(40)]
        answered = chance.randrange(4)
        stored = chance.choice([True, False])
        await _kill_in_a_burst(bot, f"round{number}", titles, answered=answered, stored=stored)
        await bot.start()
        await bot.has_no_more_to_say()
        assert [bot.times(title) for title in titles] == [1] * len(titles)
    assert set(await bot.states()) == {DeliveryState.SENT}


async def _kill_in_a_burst(bot: Bot, folder: str, titles: list[str], *, answered: int, stored: bool) -> None:
    """Kill while a request waits for its answer; `answered` came before it, `stored`: Discord did what it asks for."""
    path = f"/channels/{NEWS}/messages"
    bot.discord.faults.add("POST", path, "delay", times=answered, seconds=0.01)
    held = bot.discord.faults.add("POST", path, "hang", after=stored)
    for number, title in enumerate(titles[:3]):
        bot.site.write(f"{folder}-{number}.md", title)
    bot.site.write_at_once(folder, titles[3:])
    await held.reached()
    await bot.kill()
    held.release()
