"""Many posts at once: few messages, each post once; and the brake that waits for a person."""

from bot.catalog.records import Standing
from bot.rehearsal.standin import StandIn
from tests.support.end_to_end_bot import NEWS, Bot
from tests.support.end_to_end_site import Site


async def test_fifty_posts_at_once_stand_in_few_messages(bot: Bot, site: Site, discord: StandIn) -> None:
    """A burst is packed, in order, within Discord's rate limit; each post stands once and is to be seen."""
    discord.rates.enabled = True
    titles = [f"Post {number:02}" for number in range(50)]
    await bot.start()
    site.write_at_once("fifty", titles)
    await bot.stands("Post 49")
    await bot.has_sent_everything()
    assert bot.titles() == titles
    assert len(discord.messages(NEWS)) <= 7
    assert discord.invalid_requests == []


async def test_long_posts_and_posts_of_one_page_are_not_packed_together(bot: Bot, site: Site) -> None:
    """No message exceeds 6,000 characters, and no card hides another one with the same address."""
    bot.configure(announce={"tldr_characters": 3000})
    await bot.start()
    site.write_at_once("long", [f"Long {number}" for number in range(5)], tldr="Many words. " * 240)
    site.write_at_once("page", [f"Note {number}" for number in range(5)], url="https://example.org/one-page")
    await bot.has_no_more_to_say()
    assert all(bot.times(f"Long {number}") == bot.times(f"Note {number}") == 1 for number in range(5))
    assert bot.discord.invalid_requests == []


async def test_too_many_new_posts_at_once_wait_for_a_person(bot: Bot, site: Site) -> None:
    """More than hold_above in one scan stand nowhere until somebody lets them go, or takes them in unannounced."""
    bot.configure(announce={"hold_above": 10})
    await bot.start()
    held, dropped = [f"Held {number}" for number in range(11)], [f"Dropped {number}" for number in range(11)]
    site.write_at_once("held", held)
    await bot.has_no_more_to_say()
    assert set(bot.titles()).isdisjoint(held)
    status = await bot.linkbot("status")
    assert "11 posts are held" in status.out
    assert "linkbot announce --held" in status.out
    assert "linkbot announce --held" in bot.log

    site.write_at_once("ten", [f"Let through {number}" for number in range(10)])
    await bot.stands("Let through 9")

    let_go = await bot.linkbot("announce", "--held")
    assert let_go.code == 0, let_go.err
    await bot.has_no_more_to_say()
    assert [bot.times(title) for title in held] == [1] * 11

    site.write_at_once("dropped", dropped)
    await bot.has_no_more_to_say()
    assert (await bot.catalog(lambda tables: tables.posts.count_by_standing()))[Standing.HELD] == 11
    assert (await bot.linkbot("announce", "--held", "--drop")).code == 0
    await bot.restart()
    await bot.has_no_more_to_say()
    assert set(bot.titles()).isdisjoint(dropped)
    assert Standing.HELD not in await bot.catalog(lambda tables: tables.posts.count_by_standing())
