"""Lists of posts through real interactions: stand-in, gateway, unmodified discord.py, a real catalog."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal.standin import InteractionAnswer
from tests.support.catalog_site import ALL, NOW, a_post
from tests.support.discord_archive import AnsweringBot, answering, buttons_of, message_of, text_of

POSTS = (
    a_post("1.md", title="Kubernetes *1.30* [final]", tags=("kubernetes", "release"), date=NOW - timedelta(days=1)),
    a_post("2.md", title="eBPF at scale", tags=("ebpf", "kubernetes"), source="Cilium", date=NOW - timedelta(days=9)),
    a_post(
        "3.md", title="Notes on café security", tags=("security",), date=NOW - timedelta(days=40), text="<@1> **No**"
    ),
    *(
        a_post(f"more/{n}.md", title=f"Part {n} of a series", tags=("series",), date=NOW - timedelta(days=50 + n))
        for n in range(1, 10)
    ),
)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[AnsweringBot]:
    async with answering(tmp_path, POSTS) as ready:
        yield ready


def numbers(answer: InteractionAnswer) -> list[int]:
    """The numbers of the entries of a list."""
    return [int(number) for number in re.findall(r"(?m)^\*\*(\d+)\.\*\*", text_of(answer))]


async def test_latest_reads_well_on_a_phone(bot: AnsweringBot) -> None:
    """Number, linked title, a line of text, source, relative date and tags of each post, seen by the member alone."""
    answer = await bot.discord.slash("latest", {"count": 3})
    dates = [int(post.date.timestamp()) for post in POSTS if post.date is not None]
    assert answer.ephemeral
    assert text_of(answer) == (
        "Latest posts\n"
        "**1.** [Kubernetes ∗1.30∗ (final)](https://example.org/1.md)\n"
        "What it is about.\n"
        f"CNCF · <t:{dates[0]}:R> · kubernetes, release\n\n"
        "**2.** [eBPF at scale](https://example.org/2.md)\n"
        "What it is about.\n"
        f"Cilium · <t:{dates[1]}:R> · ebpf, kubernetes\n\n"
        "**3.** [Notes on café security](https://example.org/3.md)\n"
        "\\<@1\\> \\*\\*No\\*\\*\n"
        f"CNCF · <t:{dates[2]}:R> · security\n"
        "Page 1"
    )


async def test_filters_combine(bot: AnsweringBot) -> None:
    """Tag, second tag, source and date all narrow a list, and its title names them."""
    tagged = text_of(
        await bot.discord.slash("latest", {"tag": "Kubernetes", "source": "cilium", "since": "2025-05-02"})
    )
    both = text_of(await bot.discord.slash("tag", {"name": "kubernetes", "and": "release"}))
    found = text_of(await bot.discord.slash("search", {"words": "part series", "tag": "series", "source": "CNCF"}))
    recent = text_of(await bot.discord.slash("latest", {"since": "2025-05"}))
    none = text_of(await bot.discord.slash("latest", {"since": "7d"}))
    assert "Latest posts · Kubernetes · cilium · since 2025-05-02" in tagged
    assert "eBPF" in tagged
    assert "Notes" not in tagged
    assert "1.30" in both
    assert "eBPF" not in both
    assert "Part 9" in found
    assert "Notes" not in recent
    assert "No post passes all of this: since 20" in none


async def test_a_search_shows_what_it_found_in_bold(bot: AnsweringBot) -> None:
    """Case and accents do not count, the last word may be a beginning, and matched words are bold."""
    bot.site.write(a_post("b.md", title="Other", text="The scheduler places pods. It is <b>fast</b>."))
    await bot.site.scan(baseline=True)
    beginning = text_of(await bot.discord.slash("search", {"words": "SCHED"}))
    accents = text_of(await bot.discord.slash("search", {"words": "cafe SECURITY"}))
    phrase = text_of(await bot.discord.slash("search", {"words": '"scheduler places"'}))
    assert "The **scheduler** places pods. It is \\<b\\>fast\\</b\\>." in beginning
    assert "Notes on café security" in accents
    assert "**scheduler places**" in phrase


async def test_pages_turn_in_place_also_after_a_restart(bot: AnsweringBot) -> None:
    """The buttons change the answer itself; they keep nothing in memory, so a restart does not take them away."""
    first = await bot.discord.slash("latest", {"count": 5})
    second = await bot.press(first, "Next ›")
    assert message_of(second).id == message_of(first).id
    assert numbers(second) == [6, 7, 8, 9, 10]
    assert "Page 2" in text_of(second)
    await bot.restart()
    third = await bot.press(second, "Next ›")
    assert numbers(third) == [11, 12]
    assert "Next ›" not in buttons_of(third)
    assert numbers(await bot.press(third, "‹ Back")) == [6, 7, 8, 9, 10]
    assert numbers(await bot.press(third, "« First")) == [1, 2, 3, 4, 5]
    assert len(bot.client._connection._view_store._views) == 0


async def test_a_tag_of_the_page_narrows_the_list(bot: AnsweringBot) -> None:
    """One press filters by a tag that is seen, a second one by another tag as well, from the first page."""
    kubernetes = await bot.press(await bot.discord.slash("latest"), "#kubernetes")
    both = await bot.press(kubernetes, "#ebpf")
    assert numbers(kubernetes) == [1, 2]
    assert numbers(both) == [1]
    assert "Latest posts · kubernetes · ebpf" in text_of(both)
    assert buttons_of(both).keys() == {"Share"}, "one post cannot be narrowed"


async def test_a_list_is_shared_on_purpose(bot: AnsweringBot) -> None:
    """What is shared everybody sees; who then turns its pages gets a private copy, and the message stays as it is."""
    private = await bot.discord.slash("search", {"words": "part"}, user="ada")
    shared = await bot.press(private, "Share", user="ada")
    asked = await bot.discord.slash("latest", {"share": True}, user="ada")
    for answer in (shared, asked):
        before = message_of(answer)
        assert not answer.ephemeral
        assert "Share" not in buttons_of(answer)
        turned = await bot.press(answer, "Next ›", user="grace")
        assert turned.ephemeral
        assert message_of(turned).id != before.id
        assert bot.discord.world.find_message(before.id) == before


async def test_a_random_post_can_be_shared_and_drawn_again(bot: AnsweringBot) -> None:
    """What is shared is the post that was drawn; drawn again it stays within the tag."""
    drawn = await bot.discord.slash("random", {"tag": "series"})
    shared = await bot.press(drawn, "Share")
    again = await bot.press(drawn, "Another one")
    assert text_of(again) != text_of(drawn)
    assert text_of(shared) == text_of(drawn)
    assert "Part " in text_of(again)


async def test_an_unknown_name_gets_buttons_for_what_was_meant(bot: AnsweringBot) -> None:
    """A misspelled tag or source is answered with those like it, one press away; markup in it stays text."""
    tag = await bot.discord.slash("tag", {"name": "kuberntes"})
    source = await bot.discord.slash("latest", {"source": "cnfc", "tag": "release"})
    strange = await bot.discord.slash("tag", {"name": "<@1> **x**"})
    assert "no post with the tag **kuberntes**" in text_of(tag)
    assert numbers(await bot.press(tag, "kubernetes")) == [1, 2]
    assert numbers(await bot.press(source, "CNCF")) == [1]
    assert "\\<@1\\> \\*\\*x\\*\\*" in text_of(strange)
    all_wrong = await bot.discord.slash("tag", {"name": "kuberntes", "and": "helmm", "source": "nobody"})
    assert numbers(await bot.press(all_wrong, "kubernetes")) == [1, 2]


async def test_a_tag_that_is_new_can_be_pressed_at_once(bot: AnsweringBot) -> None:
    """A tag that came since the tags were counted is no button of an older message."""
    await bot.discord.slash("tags")
    bot.site.write(a_post("new.md", tags=("brandnew",), date=NOW))
    await bot.site.scan(baseline=True)
    assert numbers(await bot.press(await bot.discord.slash("latest"), "#brandnew")) == [1]


async def test_a_misspelled_word_finds_what_was_meant(bot: AnsweringBot) -> None:
    """A search that finds nothing is answered with what was meant, and says so; its pages stay with that."""
    answer = await bot.discord.slash("search", {"words": "sreies"})
    assert "Search: series" in text_of(answer)
    assert "Nothing was found for “sreies”" in text_of(answer)
    assert numbers(await bot.press(answer, "Next ›")) == [6, 7, 8, 9]


async def test_where_no_post_has_all_words_some_are_enough(bot: AnsweringBot) -> None:
    """A question as one asks people finds the posts with most of its words, and says that none has all of them."""
    answer = await bot.discord.slash("search", {"words": "what is new in eBPF at scale, series"})
    assert "**1.** [eBPF at scale]" in text_of(answer)
    assert "No post has all of" in text_of(answer)
    await bot.restart()
    assert numbers(await bot.press(answer, "Next ›")) == [6, 7, 8, 9, 10]


async def test_what_cannot_be_answered_is_explained(bot: AnsweringBot) -> None:
    """Right names without a common post, words that are none, a date that is none: each has a sentence of its own."""
    asked = bot.discord.slash
    assert "No post passes all of this: ebpf · CNCF" in text_of(
        await asked("latest", {"tag": "ebpf", "source": "CNCF"})
    )
    assert "no word to search for" in text_of(await asked("search", {"words": '🦀 !!! " * ( AND'[:9]}))
    since = await asked("latest", {"since": "soon_"})
    assert since.ephemeral
    assert "**soon\\_** is no date" in text_of(since)


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "a AND NOT b OR c",
        "title:x NEAR(a b, 2)",
        "'; DROP TABLE posts; --",
        "^* {title text}: x",
        "🦀" * 50,
        "x" * 4000,
    ],
)
async def test_anything_is_words_to_search(bot: AnsweringBot, words: str) -> None:
    """Whatever a person types is answered, and is never read as syntax."""
    answer = await bot.discord.slash("search", {"words": words})
    assert "Sorry" not in text_of(answer)


async def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    """Without posts there is a sentence instead of an empty list."""
    async with answering(tmp_path) as bot:
        for command in ("latest", "random", "tags", "sources"):
            assert "There are no posts yet." in text_of(await bot.discord.slash(command))


async def test_tags_and_sources_are_counted(bot: AnsweringBot) -> None:
    """All names with how many posts each has, the most frequent first."""
    assert text_of(await bot.discord.slash("tags")) == (
        "5 tags\n**series** 9 · **kubernetes** 2 · **ebpf** 1 · **release** 1 · **security** 1"
    )
    shared = await bot.discord.slash("sources", {"share": True})
    assert text_of(shared) == "2 sources\n**CNCF** 11 · **Cilium** 1"
    assert not shared.ephemeral


async def test_more_names_than_fit_are_counted(tmp_path: Path) -> None:
    """A site with very many tags still gets one message, which says how many it leaves out."""
    posts = [a_post(f"{n}.md", tags=tuple(f"a rather long tag {n}-{m}" for m in range(10))) for n in range(60)]
    async with answering(tmp_path, posts) as bot:
        text = text_of(await bot.discord.slash("tags"))
    assert "600 tags" in text
    assert re.search(r"and \d+ more$", text)


async def test_answers_speak_french(bot: AnsweringBot) -> None:
    """Who has set Discord to French gets French commands and answers."""
    answer = await bot.discord.slash("latest", {"count": 5}, locale="fr")
    assert "Derniers liens" in text_of(answer)
    assert {"Suite ›", "Partager"} <= buttons_of(answer).keys()
    commands = {command["name"]: command for command in bot.discord.world.commands[None]}
    assert commands["search"]["name_localizations"]["fr"] == "chercher"
    assert commands["search"]["options"][0]["description_localizations"]["fr"].startswith("Les mots")


@pytest.mark.parametrize("place", ["dm", "elsewhere"])
async def test_lists_are_there_everywhere(bot: AnsweringBot, place: str) -> None:
    """In direct messages with the bot, and where somebody takes it along, the same commands and buttons work."""
    answer = await bot.discord.slash("latest", {"count": 5}, place=place)  # type: ignore[arg-type]
    assert ("Share" in buttons_of(answer)) is (place != "dm"), "alone with the bot there is nobody to share with"
    assert numbers(await bot.press(answer, "Next ›")) == [6, 7, 8, 9, 10]


async def test_a_jump_link_leads_only_where_its_reader_may_look(tmp_path: Path) -> None:
    """An announcement is linked if the member can see its channel; shared, if everybody can; elsewhere never."""
    async with answering(tmp_path, POSTS[:1], announced=True) as bot:
        discord = bot.discord
        answer = await discord.slash("latest", user="ada")
        link = f"[announcement](https://discord.com/channels/{discord.world.guild_id}/{ALL}/1)"
        assert link in text_of(answer)
        discord.world.set_hidden(ALL, hidden=True)
        hidden = await discord.slash("latest", user="ada")
        outside = await discord.slash("latest", user="ada", place="dm")
        assert "discord.com" not in text_of(hidden) + text_of(outside)
        discord.world.set_member_permissions("ada", {"administrator"})
        private = await discord.slash("latest", user="ada")
        shared = await bot.press(private, "Share", user="ada")
        assert link in text_of(private)
        assert "discord.com" not in text_of(shared)


async def test_a_long_page_is_one_message(tmp_path: Path) -> None:
    """25 posts with long titles, texts and addresses are all in one answer, with their numbers."""
    posts = [
        a_post(f"{n}.md", title="long title " * 14, url=f"https://example.com/{'a' * 500}/{n}", text="word " * 99)
        for n in range(30)
    ]
    async with answering(tmp_path, posts) as bot:
        answer = await bot.discord.slash("latest", {"count": 25})
        assert numbers(answer) == list(range(1, 26))
        assert numbers(await bot.press(answer, "Next ›")) == list(range(26, 31))


FORGED = [
    "",
    "x",
    "fl5",
    "fl50::::::",
    "fl5zzzz:::::",
    "fl50:zzzzz::::",
    "fl50::AAAAAA:::",
    "fs50:::::",
    "fr50:::::-1",
    "fe50:::::",
]


async def test_forged_buttons_are_told_that_they_are_stale(bot: AnsweringBot) -> None:
    """A custom id that no button has is answered with a private sentence, and asks for nothing."""
    message = message_of(await bot.discord.slash("latest"))
    for custom_id in FORGED[1:]:
        answer = await bot.discord.forge(message.id, custom_id)
        assert answer.ephemeral
        assert "cannot read any more" in text_of(answer), custom_id


async def test_suggestions_come_with_counts_and_forgive_typing(bot: AnsweringBot) -> None:
    """Names come with how many posts they have, best match first, also misspelled; titles and dates are offered too."""
    offer = bot.discord.autocomplete
    everything = await offer("tag", "name", "")
    assert (everything[0].name, everything[0].value) == ("series (9)", "series")
    assert [choice.value for choice in await offer("latest", "tag", "E")][:1] == ["ebpf"]
    assert (await offer("tag", "and", "kubrenetes"))[0].value == "kubernetes"
    assert [choice.name for choice in await offer("latest", "source", "cnc")] == ["CNCF (11)"]
    assert [choice.name for choice in await offer("search", "words", "ebpf sc")] == ["eBPF at scale"]
    assert ("the last 7 days", "7d") in [(choice.name, choice.value) for choice in await offer("latest", "since", "")]
