"""``linkbot preview`` of a post that the bot does not know: the card, the decision, the channels."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.catalog.records import Standing
from bot.content.post import NotAPost, PostProblem
from bot.ops.preview import Preview, preview
from bot.ops.preview_card import Card, Sum, SumState
from bot.ops.preview_channels import channel_words
from bot.ops.preview_memory import MemoryState
from bot.ops.preview_words import knowledge, rules, verdict
from bot.problems import UsageError
from bot.settings import AnnounceSettings, ChannelSettings, ContentSettings, Filter, Settings, StateSettings

NOW = datetime(2025, 9, 1, tzinfo=UTC)
POST = """---
title: 'Blog: Spotlight on *SIG* Node'
date: '2024-06-20T00:00:00+00:00'
tags: [kubernetes, community]
source: Kubernetes.dev Blog
external_url: https://www.kubernetes.dev/blog/2024/06/20/sig-node-spotlight-2024/
post_kind: link
tldr: A talk with the SIG. It has [two] sentences.
---
"""
NEWS = ChannelSettings(id=1, name="news", tags=Filter(any=("Kubernetes",)), mention=(77,), publish=True)
RELEASES = ChannelSettings(id=2, paths=("releases/**",))
EVERYTHING = ChannelSettings(id=3, name="all")


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content directory below the current directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "content" / "docs").mkdir(parents=True)
    return tmp_path / "content"


async def seen(content: Path, text: str = POST, *channels: ChannelSettings, **announce: int) -> Preview:
    """Write `text` as a post and preview it."""
    file = content / "docs" / "post.md"
    file.write_text(text, encoding="utf-8")
    return await preview(settings_for(content, *channels, **announce), file, NOW)


def settings_for(content: Path, *channels: ChannelSettings, **announce: int) -> Settings:
    return Settings(
        content=ContentSettings(directory=content),
        state=StateSettings(directory=content.parent / "state"),
        channels=channels or (NEWS, RELEASES, EVERYTHING),
        announce=AnnounceSettings.model_validate(announce),
    )


def card_in(shown: Preview) -> Card:
    assert shown.card is not None
    return shown.card


def sums_of(shown: Preview) -> dict[str, Sum]:
    return {each.part: each for each in card_in(shown).sums}


# The card


async def test_the_card_shows_what_members_see(content: Path) -> None:
    """Title, address, text, source, tags and date are there, without the marks that escape Markdown."""
    card = card_in(await seen(content))
    assert card.title == "Blog: Spotlight on *SIG* Node"
    assert card.url == "https://www.kubernetes.dev/blog/2024/06/20/sig-node-spotlight-2024/"
    assert card.text == "A talk with the SIG. It has [two] sentences."
    assert (card.source, card.footer) == ("Kubernetes.dev Blog", "kubernetes · community")
    assert card.date == datetime(2024, 6, 20, tzinfo=UTC)
    assert card.embed["description"] == r"A talk with the SIG. It has \[two\] sentences."


async def test_the_sums_are_those_that_discord_counts(content: Path) -> None:
    """Each part counts the characters of what is sent, escapes included, and all parts together share 6,000."""
    shown = await seen(content)
    embed, sums = card_in(shown).embed, sums_of(shown)
    assert sums["title"] == Sum("title", len(embed["title"]), 256)
    assert sums["text"] == Sum("text", len(embed["description"]), 4096)
    counted = sum(sums[part].characters for part in ("title", "text", "author", "footer"))
    assert (sums["all embeds"].characters, sums["all embeds"].limit) == (counted, 6000)
    assert (sums["url"].characters, sums["url"].limit) == (len(embed["url"]), 2048)


async def test_a_text_that_is_cut_says_where_and_why(content: Path) -> None:
    """The length of the text is announce.tldr_characters; the sum tells from how much it was cut, and how."""
    shown = await seen(content, POST, tldr_characters=20)
    assert card_in(shown).text == "A talk with the SIG."
    text = sums_of(shown)["text"]
    assert (text.state, text.was) == (SumState.CUT, 44)
    assert text.note == "cut from 44, at the end of a sentence (announce.tldr_characters: 20)"
    by_words = sums_of(await seen(content, POST, tldr_characters=12))["text"]
    assert by_words.note == "cut from 44, after a word, with “…” (announce.tldr_characters: 12)"


@pytest.mark.parametrize(
    ("text", "part", "note"),
    [
        (POST.replace("tldr:", "summary:"), "text", "no tldr: summary is shown"),
        (POST.replace("tldr:", "description:"), "text", "no tldr, no summary: description is shown"),
        (POST.replace("tldr:", "x:") + "Prose.\n", "text", "the first paragraph of the body is shown"),
        (POST.replace("tldr:", "x:"), "text", "the card has no text"),
        (POST.replace("Spotlight", "word " * 60), "title", "cut from 3"),
        (POST.replace("source: ", f"source: {'word ' * 30}"), "author", "cut from 169"),
        (POST.replace("source: ", "x: "), "author", "no source: the host of the link is shown"),
        (POST.replace("[kub", f"[{'a' * 190}, {'b' * 90}, kub"), "footer", "3 of 4 tags left out"),
        (POST.replace("tags: ", "x: "), "footer", "no tags"),
        (POST.replace("/blog/", f"/{'é' * 400}/"), "url", "the title leads nowhere"),
    ],
)
async def test_what_is_missing_or_too_long_says_what_was_done(content: Path, text: str, part: str, note: str) -> None:
    """Each fallback and each cut is told beside the part of the card that it concerns."""
    assert note in (sums_of(await seen(content, text))[part].note or "")


async def test_a_part_that_is_close_to_its_limit_is_marked(content: Path) -> None:
    """From nine tenths of a limit on a part is near."""
    shown = await seen(content, POST.replace("Spotlight", "word " * 42))
    assert sums_of(shown)["title"].state is SumState.NEAR
    assert sums_of(shown)["author"].state is SumState.FITS


# The decision and the channels


async def test_a_new_post_goes_to_the_channels_that_take_it(content: Path) -> None:
    """The verdict counts channels; each says which filter lets the post through and which does not, by which value."""
    shown = await seen(content)
    assert shown.is_announced
    assert verdict(shown) == "It would be announced in 2 of 3 channels."
    news, releases, everything = channel_words(shown)
    assert (news.label, news.takes, news.says) == ("news (1)", True, "its filters take such a post")
    assert news.conditions[0].matched == ("Kubernetes",)
    assert news.facts == ("pings the role 77", "published to the servers that follow the channel")
    assert (releases.label, releases.takes, releases.says) == ("2", False, "its filters do not take it")
    assert releases.conditions[0].text == "one of releases/**; the post is docs/post.md"
    assert everything.says == "it has no filters, so it takes every post"


async def test_a_filter_names_the_value_that_decides(content: Path) -> None:
    """What is missing of all, what is not wanted of none, and the pattern that matches are named."""
    strict = ChannelSettings(
        id=1,
        tags=Filter(all=("kubernetes", "security"), none=("Community", "release")),
        paths=("blog/*", "docs/*.md"),
    )
    (words,) = channel_words(await seen(content, POST, strict))
    told = {each.reason.rule: (each.reason.passed, each.text.rpartition("; ")[2]) for each in words.conditions}
    assert told == {
        "tags.all": (False, "missing: security"),
        "tags.none": (False, "not wanted: Community"),
        "paths": (True, "it matches docs/*.md"),
    }


async def test_every_rule_says_what_it_makes_of_the_post(content: Path) -> None:
    """The reasons of the decision are there rule by rule, and the one that refuses is the verdict."""
    shown = await seen(content, POST.replace("---\ntitle", "---\ndraft: true\ntitle"))
    assert verdict(shown) == "It would not be shown: it is a draft."
    ((heading, reasons),) = rules(shown)
    assert heading == "Rules"
    assert [(reason.rule, reason.passed) for reason in reasons] == [("kind", True), ("draft", False), ("expired", True)]


async def test_without_a_catalog_what_only_it_knows_is_not_claimed(content: Path) -> None:
    """A preview does not say that the post is new or that no other is like it; it says that the bot has not run."""
    shown = await seen(content)
    assert shown.memory.state is MemoryState.NONE
    assert shown.decision is not None
    assert {reason.rule for reason in shown.decision.reasons}.isdisjoint({"new", "duplicate"})
    (told,) = knowledge(shown)
    assert told.startswith("The bot has not run on this state directory yet. This takes the post as a new one")
    assert not (content.parent / "state").exists()


async def test_a_post_of_the_future_waits(content: Path) -> None:
    """The verdict names the moment at which the post will be announced."""
    shown = await seen(content, POST.replace("2024-06-20T00:00:00+00:00", "2025-12-24T18:00:00+01:00"))
    assert shown.decision is not None
    assert shown.decision.standing is Standing.WAITING
    assert verdict(shown) == "It would wait until 2025-12-24 17:00 UTC, and be announced then."


async def test_a_post_that_is_too_old_or_that_no_channel_takes_says_so(content: Path) -> None:
    """A post that passes every rule but no filter is not announced, nor is one that is too old; both say why."""
    assert verdict(await seen(content, POST, RELEASES)) == "It would not be announced, because no channel takes it."
    old = verdict(await seen(content, POST, max_age_days=30))
    assert old.endswith("though members would find it: it is 438 days old; announce.max_age_days is 30.")


# What is no post


async def test_a_broken_post_gives_its_problem(content: Path) -> None:
    """What cannot be read is told with a path that a person can click."""
    shown = await seen(content, POST.replace("https://www", "ftp://www"))
    assert isinstance(shown.outcome, PostProblem)
    assert shown.wrong is not None
    assert shown.wrong.startswith("content/docs/post.md:6:")
    assert (shown.card, shown.decision, shown.routes) == (None, None, ())


async def test_a_page_that_is_no_link_post_says_why(content: Path) -> None:
    """A page without a link is no mistake, and no post."""
    file = content / "_index.md"
    file.write_text("---\ntitle: Docs\n---\n", encoding="utf-8")
    shown = await preview(settings_for(content), file, NOW)
    assert isinstance(shown.outcome, NotAPost)
    assert shown.wrong == f"content/_index.md is no link post: {shown.outcome.reason}"


@pytest.mark.parametrize("path", ["content/docs/nothing.md", "docs/nothing.md"])
async def test_a_post_that_is_not_there_is_a_problem(content: Path, path: str) -> None:
    """A wrong path is told as one, relative to whatever it was meant."""
    shown = await preview(settings_for(content), Path(path), NOW)
    assert shown.wrong == "content/docs/nothing.md: there is no such file or folder; check the path"


async def test_a_post_may_be_named_as_the_log_names_it(content: Path) -> None:
    """A path that leads nowhere from the current directory is looked for in the content directory."""
    (content / "docs" / "post.md").write_text(POST)
    shown = await preview(settings_for(content), Path("docs/post.md"), NOW)
    assert (shown.file, shown.path) == ("content/docs/post.md", "docs/post.md")
    assert shown.is_announced


async def test_a_folder_cannot_be_previewed(content: Path) -> None:
    """The command takes one post."""
    with pytest.raises(UsageError, match="content is a folder"):
        await preview(settings_for(content), content, NOW)


async def test_a_post_outside_of_the_content_directory_can_be_previewed(content: Path, tmp_path: Path) -> None:
    """A file in the making is judged by its name where channels look at paths, and it is told that it lies outside."""
    file = tmp_path / "making.md"
    file.write_text(POST, encoding="utf-8")
    shown = await preview(settings_for(content, ChannelSettings(id=1, paths=("*.md",))), file, NOW)
    assert shown.is_announced
    assert any("It lies outside of the content directory" in text for text in knowledge(shown))
