"""What ``linkbot check`` notices although nothing is broken."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ops.check import check
from bot.ops.check_records import Finding, Rule
from bot.ops.quiet_names import misspelt, misspelt_kinds, nearest
from bot.settings import AnnounceSettings, ChannelSettings, ContentSettings, Filter, Settings

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
NEWS = ChannelSettings(id=1, name="news")

Put = Callable[..., None]
Notices = Callable[..., list[Finding]]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Write a post into the content directory; what is None is left out."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "content").mkdir()

    def put(path: str, **fields: str | None) -> None:
        said = {"title": path, "external_url": f"https://example.org/{path}", "post_kind": "link", **fields}
        lines = "".join(f"{key}: {value}\n" for key, value in said.items() if value is not None)
        file = tmp_path / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\n{lines}---\n")

    return put


@pytest.fixture
def notices(tmp_path: Path) -> Notices:
    """Check all posts and give what was noticed, by one rule."""

    def notices(rule: Rule, *channels: ChannelSettings, kinds: tuple[str, ...] = ("link",)) -> list[Finding]:
        settings = Settings(
            content=ContentSettings(directory=tmp_path / "content", kinds=kinds),
            channels=channels or (NEWS,),
            announce=AnnounceSettings(tldr_characters=30),
        )
        report = check(settings, (), (), config=tmp_path / "bot.yaml", now=NOW)
        assert report.problems == ()
        return [finding for finding in report.notices if finding.rule is rule]

    return notices


def test_a_text_that_is_cut_says_by_how_much(put: Put, notices: Notices) -> None:
    """Of the text that the card shows, the characters that fit and those that there are, at its place."""
    put("a.md", tldr="One sentence is here. And another one that is long.", summary="x" * 90)
    put("b.md", tldr="'Just fits.'")
    put("c.md", summary="No sentence ends where the card does")
    put("release.md", post_kind="release", tldr="x" * 90)
    first, second = notices(Rule.CUT_TEXT)
    assert (first.file, first.line, first.column, first.field) == ("content/a.md", 5, 7, "tldr")
    assert first.what == "tldr is cut on the card: 21 of 51 characters are shown"
    assert second.what == "summary is cut on the card: 26 of 36 characters are shown"


def test_a_duplicate_is_told_with_the_place_of_the_other(put: Put, notices: Notices) -> None:
    """The same canonical link and title is a duplicate, and says that it is not announced."""
    put("a.md", title="News", external_url="https://example.org/x")
    put("b.md", title="news", external_url="HTTPS://EXAMPLE.org/x?utm_source=y#z")
    put("draft.md", title="News", external_url="https://example.org/x", draft="true")
    (found,) = notices(Rule.DUPLICATE)
    assert (found.file, found.line, found.column) == ("content/b.md", 3, 15)
    assert "content/a.md:3:15: a duplicate, which is not announced" in found.what
    assert notices(Rule.SAME_LINK) == []


def test_a_link_that_occurs_twice_is_told(put: Put, notices: Notices) -> None:
    """One link under two titles is told at the second; another part of the same page is another thing."""
    put("a.md", external_url="https://example.org/notes")
    put("b.md", external_url="https://example.org/notes")
    put("may.md", external_url="https://example.org/notes#may")
    (found,) = notices(Rule.SAME_LINK)
    assert found.file == "content/b.md"
    assert "content/a.md:3:15, with another title: both are announced" in found.what


def test_a_date_in_the_future_is_told(put: Put, notices: Notices) -> None:
    """A post that waits says until when; years away it is probably a slip; a past publishDate counts, not the date."""
    put("a.md", date="2025-06-11T12:00:00Z")
    put("b.md", date="2052-06-01")
    put("c.md", date="2025-07-01", publishDate="2025-05-01")
    put("d.md", date="2025-05-01", publishDate="2025-06-02")
    first, second, third = notices(Rule.FUTURE_DATE)
    assert "date is 2025-06-11 12:00 UTC, in 10 days: the post waits" in first.what
    assert "correct the year" in second.fix
    assert (third.field, third.what) == (
        "publishdate",
        "publishdate is 2025-06-02 00:00 UTC, in less than two days: the post waits until then",
    )


def test_a_misspelt_kind_is_told_at_its_post(put: Put, notices: Notices) -> None:
    """A kind that is nearly one that is taken loses its post in silence, so it is told; other kinds are told once."""
    put("a.md")
    put("b.md", post_kind="lnik")
    for number in range(3):
        put(f"r{number}.md", post_kind="release")
    put("bare.md", post_kind=None)
    (found,) = notices(Rule.SIMILAR_KIND)
    assert (found.file, found.line, found.column, found.fix) == ("content/b.md", 4, 12, "did you mean 'link'?")
    assert [each.what.partition(",")[0] for each in notices(Rule.LEFT_OUT_KIND)] == [
        "3 posts have post_kind 'release'",
        "1 post has no post_kind",
    ]
    assert [each.fix for each in notices(Rule.LEFT_OUT_KIND)] == [
        "if these are link posts: kinds: [link, release]",
        'kinds: ["*"] takes in all',
    ]
    assert notices(Rule.LEFT_OUT_KIND, kinds=("*",)) == []


@pytest.mark.parametrize(
    ("kind", "written"), [("how to", '[link, "how to"]'), ("yes", '[link, "yes"]'), ("2024", '[link, "2024"]')]
)
def test_the_mend_of_a_left_out_kind_can_be_pasted(put: Put, notices: Notices, kind: str, written: str) -> None:
    """What is to be typed is the setting as YAML takes it, with quotes where it needs them."""
    put("a.md")
    put("b.md", post_kind=f"'{kind}'")
    assert [each.fix for each in notices(Rule.LEFT_OUT_KIND)] == [f"if these are link posts: kinds: {written}"]


def test_a_kind_that_no_post_has_is_told(put: Put, notices: Notices) -> None:
    """Where the settings misspell a kind, they are what is wrong, and none of the many posts."""
    for number in range(5):
        put(f"r{number}.md", post_kind="release")
    (found,) = notices(Rule.UNUSED_KIND, kinds=("relaese",))
    assert (found.field, found.fix) == ("content.kinds[0]", "did you mean 'release'?")
    assert notices(Rule.SIMILAR_KIND, kinds=("relaese",)) == []


def test_a_channel_that_takes_nothing_is_told_at_its_place(put: Put, notices: Notices, tmp_path: Path) -> None:
    """A channel whose filters fit no post would be silent for ever; each filter that fits nothing is told as well."""
    put("docs/a.md", tags="[kubernetes]", source="CNCF")
    (tmp_path / "bot.yaml").write_text(
        "channels:\n- id: 1\n- id: 2\n  tags: {any: [kuberntes, '*']}\n  paths: [blog/**]\n"
    )
    tags, sources = Filter(any=("kuberntes", "*")), Filter(all=("cncf",), none=("x",))
    quiet = ChannelSettings(id=2, name="quiet", tags=tags, sources=sources, paths=("blog/**",))
    (found,) = notices(Rule.SILENT_CHANNEL, NEWS, quiet)
    assert (found.file, found.line, found.column, found.field) == (str(tmp_path / "bot.yaml"), 3, 7, "channels[1].id")
    tag, path = notices(Rule.UNUSED_FILTER, NEWS, quiet)
    assert (tag.line, tag.column, tag.field, tag.fix) == (
        4,
        16,
        "channels[1].tags.any[0]",
        "did you mean 'kubernetes'?",
    )
    assert (path.line, path.column, path.field) == (5, 11, "channels[1].paths[0]")


def test_a_post_that_no_channel_takes_is_told(put: Put, notices: Notices) -> None:
    """A link post that goes nowhere is told; without channels nobody expects it to go anywhere."""
    put("a.md", tags="[kubernetes]")
    put("b.md", tags="[rust]")
    (found,) = notices(Rule.NO_CHANNEL, ChannelSettings(id=1, tags=Filter(any=("kubernetes",))))
    assert found.file == "content/b.md"


def test_a_tag_that_is_written_in_two_ways_is_told_where_it_stands_first(put: Put, notices: Notices) -> None:
    """One notice for each odd spelling, at its first place, with how often both occur."""
    for number in range(10):
        put(f"{number}.md", tags="[kubernetes]")
    put("x.md", tags="[a, kuberentes]")
    put("y.md", tags="[Kubernetes, kuberentes]")
    letter, case = notices(Rule.SIMILAR_TAG)
    assert (letter.file, letter.line, letter.column) == ("content/x.md", 5, 11)
    assert letter.what == "the tag 'kuberentes' (2 posts) differs by a letter from 'kubernetes' (10 posts)"
    assert case.what == "the tag 'Kubernetes' (1 post) differs by case from 'kubernetes' (10 posts)"


def test_what_concerns_all_posts_is_not_told_of_some(put: Put, tmp_path: Path) -> None:
    """Who names a file hears of that file: other posts may well be of the kinds and tags that it has not."""
    put("a.md")
    settings = Settings(
        content=ContentSettings(directory=tmp_path / "content", kinds=("link", "blog")),
        channels=(ChannelSettings(id=1, tags=Filter(any=("kubernetes",))),),
    )
    report = check(settings, (), [Path("content/a.md")], now=NOW)
    assert {finding.rule for finding in report.notices} == {Rule.NO_CHANNEL}


@pytest.mark.parametrize(
    ("rare", "frequent"),
    [
        ("kuberntes", "kubernetes"),
        ("kubernetess", "kubernetes"),
        ("kubenretes", "kubernetes"),
        ("cloudnative", "cloud-native"),
        ("cloud_native", "cloud-native"),
    ],
)
def test_a_letter_too_many_few_or_other_is_a_slip(rare: str, frequent: str) -> None:
    """One letter, or what stands between words, beside a tag that is five times as frequent."""
    assert list(misspelt({rare: 2, frequent: 10})) == [(rare, frequent, "by a letter")]


@pytest.mark.parametrize(
    "names",
    [
        {"eks": 1, "ecs": 100},
        {"ipv4": 1, "ipv6": 100},
        {"release-1.30": 1, "release-1.31": 100},
        {"aws-eks": 1, "aws-ecs": 100},
        {"service mech": 1, "service mesh": 100},
        {"python2": 1, "python3": 100},
        {"kubernetes": 30, "kubernetis": 20},
        {"rust": 1, "trust": 100},
    ],
)
def test_short_words_numbers_and_frequent_names_are_no_slips(names: dict[str, int]) -> None:
    """A letter makes another word of a short one, a digit another version; what many write is meant."""
    assert list(misspelt(names)) == []


def test_the_usual_spelling_is_the_most_frequent_one() -> None:
    """Spellings that differ by case are told beside the one that most posts have."""
    assert list(misspelt({"CNCF": 1, "cncf": 7, "Cncf": 2})) == [
        ("Cncf", "cncf", "by case"),
        ("CNCF", "cncf", "by case"),
    ]
    assert nearest("KUBERNTES", ["kubernetes"]) == "kubernetes"


def test_a_kind_of_many_posts_is_no_slip() -> None:
    """Few posts of a kind beside many of another may be slips, not the other way round, and not if all are taken."""
    assert misspelt_kinds({"links": 2, "link": 5}, ["link"]) == {"links": "link"}
    assert misspelt_kinds({"links": 20, "link": 5}, ["link"]) == {}
    assert misspelt_kinds({"lnk": 1}, ["Link"]) == {"lnk": "Link"}
    assert misspelt_kinds({"links": 2, "link": 5}, ["link", "*"]) == {}
