"""``linkbot preview``: the card, the decision and the channels of one post."""

import html.parser
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.catalog.records import Standing
from bot.content.post import NotAPost, PostProblem
from bot.ops.preview import Preview, preview
from bot.ops.preview_formats import as_html, as_text
from bot.problems import UsageError
from bot.settings import AnnounceSettings, ChannelSettings, ContentSettings, Filter, Settings

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
NEWS = ChannelSettings(id=1, name="news", tags=Filter(any=("Kubernetes",)), mention=(77,))
RELEASES = ChannelSettings(id=2, paths=("releases/**",))
EVERYTHING = ChannelSettings(id=3, name="all")


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content directory below the current directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "content" / "docs").mkdir(parents=True)
    return tmp_path / "content"


def seen(content: Path, text: str = POST, *channels: ChannelSettings, **announce: int) -> Preview:
    """Write `text` as a post and preview it."""
    file = content / "docs" / "post.md"
    file.write_text(text, encoding="utf-8")
    result = preview(settings_for(content, *channels, **announce), file, NOW)
    assert isinstance(result, Preview)
    return result


def settings_for(content: Path, *channels: ChannelSettings, **announce: int) -> Settings:
    return Settings(
        content=ContentSettings(directory=content),
        channels=channels or (NEWS, RELEASES, EVERYTHING),
        announce=AnnounceSettings.model_validate(announce),
    )


def test_the_card_shows_what_members_see(content: Path) -> None:
    """Title, address, text, source, tags and date are there, without the marks that escape Markdown."""
    card = seen(content).card
    assert card.title == "Blog: Spotlight on *SIG* Node"
    assert card.url == "https://www.kubernetes.dev/blog/2024/06/20/sig-node-spotlight-2024/"
    assert card.text == "A talk with the SIG. It has [two] sentences."
    assert card.source == "Kubernetes.dev Blog"
    assert "kubernetes" in card.footer
    assert "community" in card.footer
    assert card.date == datetime(2024, 6, 20, tzinfo=UTC)


def test_the_text_of_the_card_is_cut_as_the_settings_say(content: Path) -> None:
    """The length of the text is announce.tldr_characters."""
    assert seen(content, POST, tldr_characters=20).card.text == "A talk with the SIG."


def test_a_new_post_is_announced_in_the_channels_that_take_it(content: Path) -> None:
    """The verdict counts channels; each says which filter lets the post through and which does not."""
    result = seen(content)
    assert result.is_announced
    assert [(each.channel.id, each.matches) for each in result.routes] == [(1, True), (2, False), (3, True)]
    lines = as_text(result).splitlines()
    assert lines[0] == "content/docs/post.md"
    assert "It is announced in 2 of 3 channels:" in lines
    assert "Channel news (1) takes such a post; pings 77" in lines
    assert "Channel 2 does not take it" in lines
    assert "  NO   paths: one of releases/**; the post is docs/post.md" in lines
    assert "Channel all (3) takes such a post; it has no filters" in lines


def test_every_rule_says_what_it_makes_of_the_post(content: Path) -> None:
    """The reasons of the decision are printed rule by rule, the one that refuses stands out."""
    text = as_text(seen(content, POST.replace("---\ntitle", "---\ndraft: true\ntitle")))
    assert "It is not announced:" in text
    assert "  yes  kind: " in text
    assert "  NO   draft: it is a draft" in text


def test_what_only_the_catalog_knows_is_not_claimed(content: Path) -> None:
    """A preview does not say that the post is new or that no other is like it; it says that it did not ask."""
    result = seen(content)
    assert {reason.rule for reason in result.decision.reasons}.isdisjoint({"new", "duplicate"})
    assert "Taken as a new post" in as_text(result)


def test_a_post_of_the_future_waits(content: Path) -> None:
    """The verdict names the moment at which the post will be announced."""
    result = seen(content, POST.replace("2024-06-20T00:00:00+00:00", "2025-12-24T18:00:00+01:00"))
    assert result.decision.standing is Standing.WAITING
    assert "It waits until 2025-12-24 17:00 UTC:" in as_text(result)


def test_a_post_that_no_channel_takes_says_so(content: Path) -> None:
    """A post that passes every rule but no filter is not announced, and the verdict says why."""
    result = seen(content, POST, RELEASES)
    assert not result.is_announced
    assert "It is not announced, because no channel takes it:" in as_text(result)


def test_a_broken_post_gives_its_problem(content: Path) -> None:
    """What cannot be read is returned with a path that a person can click."""
    file = content / "docs" / "post.md"
    file.write_text(POST.replace("https://www", "ftp://www"), encoding="utf-8")
    result = preview(settings_for(content), file, NOW)
    assert isinstance(result, PostProblem)
    assert str(result).startswith("content/docs/post.md:6: ")


def test_a_page_that_is_no_link_post_says_why(content: Path) -> None:
    """A page without a link is no mistake."""
    file = content / "_index.md"
    file.write_text("---\ntitle: Docs\n---\n", encoding="utf-8")
    result = preview(settings_for(content), file, NOW)
    assert isinstance(result, NotAPost)
    assert result.path == "content/_index.md"
    assert result.reason


def test_a_post_that_is_not_there_is_a_problem(content: Path) -> None:
    """A wrong path is told as one."""
    result = preview(settings_for(content), Path("content/nothing.md"), NOW)
    assert isinstance(result, PostProblem)
    assert "no such file" in result.what


def test_a_post_may_be_named_as_the_log_names_it(content: Path) -> None:
    """A path that leads nowhere from the current directory is looked for in the content directory."""
    (content / "docs" / "post.md").write_text(POST)
    result = preview(settings_for(content), Path("docs/post.md"), NOW)
    assert isinstance(result, Preview)
    assert result.file == "content/docs/post.md"


def test_a_folder_cannot_be_previewed(content: Path) -> None:
    """The command takes one post."""
    with pytest.raises(UsageError, match="content is a folder"):
        preview(settings_for(content), content, NOW)


def test_a_post_outside_of_the_content_directory_can_be_previewed(content: Path, tmp_path: Path) -> None:
    """A file in the making is judged by its name where channels look at paths."""
    file = tmp_path / "making.md"
    file.write_text(POST, encoding="utf-8")
    result = preview(settings_for(content, ChannelSettings(id=1, paths=("*.md",))), file, NOW)
    assert isinstance(result, Preview)
    assert result.is_announced


class Page(html.parser.HTMLParser):
    """Collects the elements of a page and what its links lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]


def test_the_page_holds_the_card_and_loads_nothing(content: Path) -> None:
    """The page's only address is the post's own."""
    text = as_html(seen(content))
    assert Page(text).links == ["https://www.kubernetes.dev/blog/2024/06/20/sig-node-spotlight-2024/"]
    assert "Blog: Spotlight on *SIG* Node" in text
    assert "It is announced in 2 of 3 channels:" in text


def test_a_post_cannot_put_markup_into_the_page(content: Path) -> None:
    """Whatever stands in a post is text on the page."""
    evil = POST.replace("Spotlight", "<script>alert(1)</script>").replace("source: ", 'source: <img src="x"> ')
    page = Page(as_html(seen(content, evil.replace("tldr: ", "tldr: </article><b onclick=x> "))))
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert page.tags.count("article") == 1
    assert len(page.links) == 1
