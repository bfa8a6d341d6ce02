"""What happens to cards after they were announced: they follow their posts, go with them, and come back with them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.catalog.records import DeliveryState
from bot.rehearsal.rest import RequestRecord
from bot.rehearsal.standin import StandIn, StandInChannel
from tests.support.end_to_end_bot import NEWS, OTHER, Bot, tended
from tests.support.end_to_end_history import git
from tests.support.end_to_end_site import Site, post_text

MESSAGES = f"/channels/{NEWS}/messages/"
QUICK = (  # leaves changes alone for a moment only
    "import sys, datetime, bot.cli, bot.announcing.upkeep as upkeep;"
    " upkeep.UpkeepPace.__init__.__defaults__ = (datetime.timedelta(seconds=0.3), 0.05); sys.exit(bot.cli.main())"
)


def requests(bot: Bot, method: str) -> list[RequestRecord]:
    """The requests to change (PATCH) or delete (DELETE) a message."""
    return [record for record in bot.discord.requests if record.method == method and record.path.startswith(MESSAGES)]


async def has_done_everything(bot: Bot) -> None:
    """Wait until all that is on the disk is taken in, sent, and followed by the messages that stand."""
    await bot.has_no_more_to_say()

    async def settled() -> bool:
        return not await bot.catalog(lambda tables: tables.messages.count_stale())

    await bot.until(settled, "no message is to be looked at")


def posts(bot: Bot) -> list[str]:
    """The titles of the cards that stand, but for those that only served to wait."""
    return sorted(title for title in bot.titles() if not title.startswith("Sentinel"))


async def announced(bot: Bot, *titles: str) -> None:
    """Have these posts announced, all in one message."""
    bot.site.write_at_once("posts", titles)
    await bot.stands(titles[-1])
    assert bot.titles_of(bot.message_of(titles[0])) == list(titles)


async def test_a_card_follows_its_post(bot: Bot, site: Site) -> None:
    """Title, text and tags as they are last, with one edit; what the card does not show costs no request."""
    await bot.start("-c", QUICK)
    site.write("a.md", "Before", tldr="First words.", tags=["kubernetes"])
    message = await bot.stands("Before")
    site.write("a.md", "Between", url="https://example.org/before", tldr="First words.")
    site.write("a.md", "After", tldr="Other words.", tags=["kubernetes", "community"])
    await bot.stands("After")
    await has_done_everything(bot)
    assert posts(bot) == ["After"]
    changed = bot.message_of("After")
    assert changed.id == message.id
    (card,) = changed.shown_embeds
    assert card["description"] == "Other words."
    assert "community" in card["footer"]["text"]
    edits = len(requests(bot, "PATCH"))
    assert edits <= 2
    text = post_text("After", tldr="Other words.", tags=["kubernetes", "community"])
    site.write_text("a.md", text.replace("---\nOpen", "summary: What only a search finds.\n---\nAnother body. Open"))
    await has_done_everything(bot)
    assert len(requests(bot, "PATCH")) == edits


async def test_a_card_can_be_left_as_it_was_sent(bot: Bot, site: Site) -> None:
    """With on_edit: ignore an edit changes no message, nor does a draft with on_retract: keep."""
    bot.configure(announce={"on_edit": "ignore", "on_retract": "keep"})
    await bot.start("-c", QUICK)
    await announced(bot, "A", "B")
    site.write("posts/0000.md", "Another")
    site.write("posts/0001.md", "B", draft=True)
    await has_done_everything(bot)
    assert posts(bot) == ["A", "B"]
    assert not requests(bot, "PATCH")
    assert not requests(bot, "DELETE")


async def test_a_mass_rewrite_announces_nothing_and_edits_each_message_once(bot: Bot, site: Site) -> None:
    """Sixty posts with another text: nothing new stands, and each message is edited once at the most."""
    gapless = QUICK.replace("seconds=0.3", "seconds=2")
    await bot.start("-c", gapless)
    titles = [f"Post {number}" for number in range(60)]
    site.write_at_once("posts", titles)
    await bot.has_no_more_to_say()
    sends = len(bot.sends())
    for number, title in enumerate(titles):
        site.write(f"posts/{number:04}.md", title, tldr="Rewritten.")
    await has_done_everything(bot)
    assert posts(bot) == sorted(titles)
    assert len(bot.sends()) == sends + 1  # what served to wait
    edited = [record.path for record in requests(bot, "PATCH")]
    assert len(edited) == len(set(edited)) == len({bot.message_of(title).id for title in titles})
    assert all(bot.message_of(title).shown_embeds[0]["description"] == "Rewritten." for title in titles)


async def test_a_retracted_post_is_taken_back_and_announced_again(bot: Bot, site: Site) -> None:
    """Turned draft, its card goes out of a message with others, or with the message; public again, it is announced."""
    await bot.start("-c", QUICK)
    await announced(bot, "A", "B")
    first = bot.message_of("A")
    site.write("posts/0000.md", "A", draft=True)
    await bot.until(lambda: posts(bot) == ["B"], "the card of A is taken out")
    assert bot.message_of("B").id == first.id
    site.write("posts/0001.md", "B", draft=True)
    await bot.until(lambda: not posts(bot), "the message is deleted")
    await has_done_everything(bot)
    assert await bot.states() == {DeliveryState.PENDING: 2, DeliveryState.SENT: 1}
    assert (await bot.status())["sleeping"] == [{"channel": str(NEWS), "count": 2}]
    await bot.stop()
    site.write("posts/0000.md", "A, improved")
    await bot.start("-c", QUICK)
    site.write("posts/0001.md", "B")
    await bot.stands("A, improved")
    await bot.stands("B")
    await has_done_everything(bot)
    assert posts(bot) == ["A, improved", "B"]


async def test_a_deleted_file_keeps_its_card_unless_told_otherwise(bot: Bot, site: Site) -> None:
    """By default the card stays; with on_delete: delete it goes after a second scan, and comes back with the file."""
    bot.configure(content={"rescan_seconds": 1})
    await bot.start("-c", QUICK)
    for title in ("A", "B", "C"):
        site.write(f"{title}.md", title)
        await bot.stands(title)
    site.delete("A.md")
    await bot.until(gone_for_good(bot, "A.md"), "two scans missed the file")
    await has_done_everything(bot)
    assert posts(bot) == ["A", "B", "C"]
    await bot.stop()
    bot.configure(content={"rescan_seconds": 1}, announce={"on_delete": "delete"})
    await bot.start("-c", QUICK)
    site.delete("B.md")
    await bot.until(lambda: posts(bot) == ["A", "C"], "the card of B goes")
    site.write("elsewhere.md", "B")
    await bot.stands("B")
    await has_done_everything(bot)
    assert posts(bot) == ["A", "B", "C"]


def gone_for_good(bot: Bot, path: str) -> Callable[[], Awaitable[bool]]:
    """Whether scans that followed each other missed a file."""

    async def is_gone() -> bool:
        return not await bot.catalog(lambda tables: tables.posts.just_gone()) and await is_missing(bot, path)

    return is_gone


async def is_missing(bot: Bot, path: str) -> bool:
    """Whether a scan missed a file."""
    known = await bot.catalog(lambda tables: tables.posts.by_path(path))
    return known is not None and known.gone_at is not None


@pytest.mark.parametrize("noticed", [False, True])
async def test_a_checkout_back_and_forth_changes_nothing(bot: Bot, site: Site, noticed: bool) -> None:
    """Another branch without the posts and back, also if a scan falls between: no card goes, none comes."""
    bot.configure(announce={"on_delete": "delete"})
    git(site.root, "init", "--quiet", "-b", "main")
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    git(site.root, *identity, "commit", "--quiet", "--allow-empty", "-m", "empty")
    git(site.root, "checkout", "--quiet", "-b", "posts")
    site.write("stays.md", "Stays")
    await bot.start("-c", QUICK)
    await announced(bot, "A", "B")
    git(site.root, "add", "posts")
    git(site.root, *identity, "commit", "--quiet", "-m", "posts")
    git(site.root, "checkout", "--quiet", "main")
    if noticed:
        await bot.until(lambda: is_missing(bot, "posts/0000.md"), "a scan missed the files")
    git(site.root, "checkout", "--quiet", "posts")
    await has_done_everything(bot)
    assert posts(bot) == ["A", "B"]
    assert len(bot.sends()) == 2
    assert not requests(bot, "PATCH")
    assert not requests(bot, "DELETE")


async def test_a_message_that_a_person_deleted_stays_deleted(bot: Bot, site: Site, discord: StandIn) -> None:
    """Neither an edit nor a restart brings it back."""
    await bot.start("-c", QUICK)
    await announced(bot, "A", "B")
    discord.world.remove_message(bot.message_of("A"))
    site.write("posts/0000.md", "A, improved")
    await bot.until(lambda: len(requests(bot, "PATCH")) == 1, "the edit is tried")
    await has_done_everything(bot)
    await bot.stop()
    site.write("posts/0001.md", "B, improved")
    await bot.start("-c", QUICK)
    await has_done_everything(bot)
    assert posts(bot) == []
    assert len(requests(bot, "PATCH")) == 1


@pytest.mark.parametrize("stored", [False, True])
async def test_a_change_survives_a_kill(bot: Bot, site: Site, discord: StandIn, stored: bool) -> None:
    """Killed in the middle of a change, before or after Discord made it: the next start brings it to its end."""
    await bot.start("-c", QUICK)
    await announced(bot, "A", "B")
    site.write("alone.md", "Alone")
    await bot.stands("Alone")
    await bot.has_sent_everything()
    for method, path, title, draft in (
        ("PATCH", "posts/0000.md", "A, improved", False),
        ("DELETE", "alone.md", "Alone", True),
        ("PATCH", "posts/0001.md", "B", True),
    ):
        held = discord.faults.add(method, MESSAGES + "*", "hang", after=stored)
        site.write(path, title, draft=draft)
        await held.reached()
        await bot.kill()
        held.release()
        await bot.start("-c", QUICK)
        await has_done_everything(bot)
    assert posts(bot) == ["A, improved"]
    site.write("alone.md", "Alone")
    site.write("posts/0001.md", "B")
    await bot.stands("B")
    await bot.stands("Alone")
    await has_done_everything(bot)
    assert posts(bot) == ["A, improved", "Alone", "B"]


@pytest.fixture
async def publishing(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot with an announcement channel and an ordinary one, both with ``publish: true``."""
    channels = [{"id": NEWS, "name": "news", "publish": True}, {"id": OTHER, "name": "other", "publish": True}]
    rooms = [StandInChannel(NEWS, "news", "announcement"), StandInChannel(OTHER, "other")]
    async with (
        StandIn(rooms) as discord,
        tended(Bot(tmp_path, discord, Site(tmp_path / "content", tmp_path / "outside"), channels)) as bot,
    ):
        yield bot


async def test_announcements_are_published_where_servers_follow(publishing: Bot) -> None:
    """Messages of an announcement channel are published once each, also over a restart; elsewhere nothing is tried."""
    bot = publishing
    await bot.start("-c", QUICK)
    bot.site.write("a.md", "A")
    await bot.stands("A", NEWS, OTHER)
    await bot.until(lambda: bot.message_of("A").crossposted, "A is published")
    bot.site.write("b.md", "B")
    await bot.stands("B", NEWS, OTHER)
    await bot.has_sent_everything()
    await bot.kill()
    await bot.start("-c", QUICK)
    await bot.until(lambda: bot.message_of("B").crossposted, "B is published")
    await has_done_everything(bot)

    async def published() -> bool:
        return not await bot.catalog(lambda tables: tables.messages.count_to_publish())

    await bot.until(published, "all is published")
    crossposts = [record for record in bot.discord.requests if record.path.endswith("/crosspost")]
    assert all(str(NEWS) in record.path for record in crossposts)
    assert len([record for record in crossposts if record.status == 200]) == 3
    bot.site.write("a.md", "A, improved")
    await bot.stands("A, improved", NEWS, OTHER)
    assert bot.message_of("A, improved").crossposted
