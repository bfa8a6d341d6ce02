"""What may happen to a post, under one running service: each of its announcements stands once, where it belongs."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.rehearsal.records import Pings
from tests.support.end_to_end_bot import NEWS, ROLE, Bot, staged
from tests.support.end_to_end_site import Site, link_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

KUBERNETES, DOCS, CALLING = NEWS + 1, NEWS + 2, NEWS + 3
CHANNELS = (
    {"id": NEWS, "name": "news"},
    {"id": KUBERNETES, "name": "kubernetes", "tags": {"any": ["Kubernetes"], "none": ["release"]}},
    {"id": DOCS, "name": "docs", "paths": ["docs/**"], "sources": {"any": ["CNCF"]}},
    {"id": CALLING, "name": "calling", "tags": {"all": ["call", "loud"]}, "mention": [ROLE]},
)
HOSTILE = f"@everyone @here <@&{ROLE}> <@1> **bold** [x](https://evil.example/) `code` ||spoiler|| # no"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """A running bot with four channels."""
    async with staged(tmp_path_factory.mktemp("life"), channels=CHANNELS) as bot:
        bot.site.write("before.md", "Before")
        await bot.start()
        yield bot
        assert bot.discord.invalid_requests == []


async def test_a_new_post_stands_once(bot: Bot, site: Site) -> None:
    """A new post becomes one card, which leads to its address; what was there before the bot becomes none."""
    site.write("new.md", "New", tldr="One sentence. Another one.")
    message = await bot.stands("New")
    await bot.has_no_more_to_say()
    assert bot.times("New") == 1
    assert bot.times("Before") == 0
    card = message.embeds[0]
    assert card["url"] == link_of("New")
    assert card["description"] == "One sentence. Another one."


async def test_a_draft_is_announced_when_it_turns_public(bot: Bot, site: Site) -> None:
    """A draft stands nowhere; made public it is news, once."""
    site.write("draft.md", "Draft", draft=True)
    await bot.has_no_more_to_say()
    assert bot.times("Draft") == 0
    site.write("draft.md", "Draft")
    await bot.stands("Draft")
    await bot.has_no_more_to_say()
    assert bot.times("Draft") == 1


async def test_another_kind_of_post_is_not_announced(bot: Bot, site: Site) -> None:
    """Releases, posts without a kind, section pages and files without front matter stand nowhere."""
    site.write("release.md", "Release", kind="release")
    site.write("kindless.md", "Kindless", kind=None)
    site.write("section/_index.md", "Section")
    site.write_text("plain.md", "Just text.\n")
    await bot.has_no_more_to_say()
    assert {"Release", "Kindless", "Section"}.isdisjoint(bot.titles())


async def test_an_edit_is_not_announced_again(bot: Bot, site: Site) -> None:
    """A changed text, title, address or tag makes no second announcement, in no channel."""
    site.write("edited.md", "Edited")
    await bot.stands("Edited")
    site.write("edited.md", "Edited", tldr="Something else.")
    await bot.has_taken_in_everything()
    site.write("edited.md", "Edited, with another title", url="https://example.org/elsewhere", tags=["kubernetes"])
    await bot.has_no_more_to_say()
    assert bot.times("Edited") + bot.times("Edited, with another title") == 1
    assert bot.times("Edited, with another title", KUBERNETES) == 0


async def test_a_renamed_post_is_not_announced_again(bot: Bot, site: Site) -> None:
    """A file that moves, even while its text changes, stays the post that it was."""
    site.write("old.md", "Renamed")
    site.write("other.md", "Renamed and edited")
    await bot.stands("Renamed")
    await bot.stands("Renamed and edited")
    site.rename("old.md", "folder/new-name.md")
    site.delete("other.md")
    site.write("folder/other.md", "Renamed and edited", tldr="Other words.")
    await bot.has_no_more_to_say()
    assert bot.times("Renamed") == 1
    assert bot.times("Renamed and edited") == 1


async def test_a_duplicate_is_not_announced(bot: Bot, site: Site) -> None:
    """The address and title of a post that is there already are no news; the same address with another title is."""
    site.write("original.md", "Original")
    await bot.stands("Original")
    site.write("copy.md", "Original", url=link_of("Original") + "?utm_source=feed", source="Another Blog")
    site.write("namesake.md", "Another note on the same page", url=link_of("Original"))
    await bot.stands("Another note on the same page")
    await bot.has_no_more_to_say()
    assert bot.times("Original") == 1


async def test_a_deleted_post_keeps_its_card_and_comes_back_unannounced(bot: Bot, site: Site) -> None:
    """A file that is removed changes nothing in the channel, nor does its return."""
    site.write("deleted.md", "Deleted")
    await bot.stands("Deleted")
    site.delete("deleted.md")
    await bot.has_no_more_to_say()
    assert bot.times("Deleted") == 1
    site.write("deleted.md", "Deleted")
    await bot.has_no_more_to_say()
    assert bot.times("Deleted") == 1


async def test_a_broken_file_costs_nothing_but_itself(bot: Bot, site: Site) -> None:
    """A file that cannot be read is told of with its line, its neighbour goes out, and mended it goes out too."""
    site.write_text("broken.md", "---\ntitle: 'never closed\npost_kind: link\n---\n")
    site.write("neighbour.md", "Neighbour")
    await bot.stands("Neighbour")
    await bot.has_taken_in_everything()
    told = [problem for problem in (await bot.status())["problems"] if problem["file"] == "broken.md"]
    assert told
    assert told[0]["fix"]
    assert bot.log.count("broken.md") == 1
    site.write("broken.md", "Mended")
    await bot.stands("Mended")
    await bot.has_no_more_to_say()
    assert (bot.times("Mended"), bot.times("Neighbour")) == (1, 1)
    assert all(problem["file"] != "broken.md" for problem in (await bot.status())["problems"])


async def test_each_channel_gets_what_its_filters_take(bot: Bot, site: Site) -> None:
    """Tags, sources and paths decide where a post stands; a channel without filters takes all."""
    site.write("r1.md", "To kubernetes", tags=["KUBERNETES", "community"])
    site.write("r2.md", "A release", tags=["kubernetes", "Release"])
    site.write("docs/deep/r3.md", "To docs", source="cncf")
    site.write("docs/r4.md", "Of another source", source="Elsewhere")
    site.write("r5.md", "Of the source, elsewhere", source="CNCF")
    site.write("docs/r6.md", "To both", source="CNCF", tags=["kubernetes"])
    await bot.has_no_more_to_say()
    mine = ("To kubernetes", "A release", "To docs", "Of another source", "Of the source, elsewhere", "To both")
    stand = {channel: [title for title in mine if bot.times(title, channel)] for channel in (NEWS, KUBERNETES, DOCS)}
    assert stand == {NEWS: list(mine), KUBERNETES: ["To kubernetes", "To both"], DOCS: ["To docs", "To both"]}
    assert all(bot.times(title, channel) <= 1 for title in mine for channel in stand)


async def test_an_announcement_pings_its_roles_and_nobody_else(bot: Bot, site: Site) -> None:
    """Whatever a post's fields say, exactly the roles of `mention` are pinged, and nobody where there are none."""
    site.write("hostile.md", HOSTILE, tags=["call", "loud"], source="@everyone", tldr=HOSTILE)
    called = await bot.stands(HOSTILE, CALLING)
    quiet = await bot.stands(HOSTILE, NEWS)
    assert called.pings == Pings(roles=frozenset({ROLE}))
    assert not quiet.pings
    assert not quiet.content
    # Nor may anything else ever ping, should its text come to stand where Discord reads mentions.
    allowed = {channel: bot.sends(channel)[-1].body["allowed_mentions"] for channel in (CALLING, NEWS)}
    assert {channel: rules["parse"] for channel, rules in allowed.items()} == {CALLING: [], NEWS: []}
    assert (allowed[CALLING]["roles"], allowed[NEWS].get("roles", [])) == ([str(ROLE)], [])


async def test_text_from_files_forges_no_markup(bot: Bot, site: Site) -> None:
    """In a title and a text, each character that would be markup or a mention is escaped."""
    title = HOSTILE + " again"
    site.write("markup.md", title, tldr=title)
    card = (await bot.stands(title)).embeds[0]
    for shown in (card["title"], card["description"]):
        for markup in ("@everyone", "@here", "<@", "**", "](", "`", "||"):
            assert markup not in shown.replace("\\" + markup[0], "")
