"""One file becomes a Post, a problem with its line, or no post."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.content.front_matter import is_unterminated
from bot.content.post import NotAPost, Outcome, Post, PostProblem
from bot.content.read_post import read_post

WHOLE = """\
---
title: 'Blog: Spotlight on SIG Node'
date: '2024-06-20T00:00:00+00:00'
tags:
- kubernetes
- community
source: Kubernetes.dev Blog
external_url: https://www.kubernetes.dev/blog/2024/06/20/sig-node-spotlight-2024/?utm_source=x
post_kind: link
draft: false
tldr: one paragraph of plain text, folded
  over several lines
summary: 'the same, longer'
---
Open the original post ↗ https://www.kubernetes.dev/
"""


def read(text: str, path: str = "docs/a.md") -> Outcome:
    """What a file with this text is."""
    return read_post(path, text.encode())


def post(front_matter: str = "", body: str = "") -> Post:
    """The post with a title, a link, and these further lines of front matter."""
    outcome = read(f"---\ntitle: T\nexternal_url: https://example.org/\n{front_matter}\n---\n{body}")
    assert isinstance(outcome, Post), outcome
    return outcome


def problem(front_matter: str) -> PostProblem:
    """What is wrong with these lines of front matter, which begin in line 4."""
    outcome = read(f"---\ntitle: T\nexternal_url: https://example.org/\n{front_matter}\n---\n")
    assert isinstance(outcome, PostProblem), outcome
    return outcome


def test_whole_post() -> None:
    """Every field of a post as the ingest job writes it."""
    assert read(WHOLE) == Post(
        path="docs/a.md",
        title="Blog: Spotlight on SIG Node",
        external_url="https://www.kubernetes.dev/blog/2024/06/20/sig-node-spotlight-2024/?utm_source=x",
        canonical_url="https://www.kubernetes.dev/blog/2024/06/20/sig-node-spotlight-2024/",
        text="one paragraph of plain text, folded over several lines",
        summary="the same, longer",
        tags=("kubernetes", "community"),
        source="Kubernetes.dev Blog",
        kind="link",
        draft=False,
        date=datetime(2024, 6, 20, tzinfo=UTC),
        publish_date=None,
        expiry_date=None,
    )


def test_same_post_in_toml_and_json() -> None:
    """The format of the front matter makes no difference to the post."""
    lines = ['title = "T"', 'external_url = "https://e.org"', 'tags = ["a"]', "draft = true"]
    toml = "\n".join(["+++", *lines, "date = 2024-06-20T12:00:00+02:00", "+++"])
    fields = {"Title": "T", "external_url": "https://e.org", "date": "2024-06-20 10:00:00Z", "tags": "a", "draft": True}
    from_toml, from_json = read(toml), read(json.dumps(fields, indent=1))
    assert isinstance(from_toml, Post)
    assert from_toml == from_json
    assert from_toml.draft
    assert from_toml.date == datetime(2024, 6, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Just text\n",
        "---\n---\n",
        "---\ntitle: About\n---\n",
        "---\ntitle: [odd]\ndraft: maybe\n---\n",
        "---\ntitle: T\nexternal_url: ~\n---\n",
    ],
)
def test_not_a_post(text: str) -> None:
    """Without external_url and post_kind a file is no link post, and nothing in it is a problem."""
    assert isinstance(read(text), NotAPost)


@pytest.mark.parametrize("path", ["_index.md", "docs/_index.md", "docs/_index.de.md", "a/_index.markdown"])
def test_section_page(path: str) -> None:
    """An _index.md is never a post, even if it looks like one or is broken."""
    assert isinstance(read(WHOLE, path), NotAPost)
    assert isinstance(read("---\n'", path), NotAPost)
    assert isinstance(read(WHOLE, "docs/my_index.md"), Post)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("---\ntags: []\nexternal_url: https://e.org/\n---\n", 3, "there is no title"),
        ("---\ntitle: ' '\nexternal_url: https://e.org/\n---\n", 2, "there is no title"),
        ("---\npost_kind: link\n---\n", 2, "there is no external_url"),
        ("---\ntitle: T\npost_kind: link\n---\n", 3, "post_kind is 'link', but there is no external_url"),
        ("---\ntitle: T\nexternal_url: ' '\n---\n", 3, "external_url is empty"),
        ("---\ntitle: [a]\nexternal_url: https://e.org/\n---\n", 2, "title is a list, not text"),
        ("---\ntitle: {a: b}\nexternal_url: https://e.org/\n---\n", 2, "title is a map, not text"),
        ("---\ntitle: T\nexternal_url: [https://e.org/]\n---\n", 3, "external_url is a list, not text"),
        ("---\ntitle: T\nexternal_url: ftp://e.org/\n---\n", 3, "does not begin with http:// or https://"),
        ('---\ntitle: "\\u200b\\u202e"\nexternal_url: https://e.org/\n---\n', 2, "cannot be seen"),
        ("---\ntitle: T\n", 1, "has no end"),
    ],
)
def test_problem(text: str, line: int, what: str) -> None:
    """A file that should be a post and is none is a problem with line, cause and remedy."""
    outcome = read(text)
    assert isinstance(outcome, PostProblem)
    assert what in outcome.what
    assert outcome.line == line
    assert outcome.fix


@pytest.mark.parametrize(
    ("text", "column", "field"),
    [
        ("tags: []\nexternal_url: https://e.org/", 15, "title"),
        ("title: ' '\nexternal_url: https://e.org/", 8, "title"),
        ("title: T\npost_kind:  link", 13, "external_url"),
        ("title: [a]\nexternal_url: https://e.org/", 8, "title"),
        ("title: T\nexternal_url: ftp://e.org/", 15, "external_url"),
        ("title: T\nexternal_url: https://e.org/\ntags: [a, [b]]", 11, "tags"),
        ("title: T\nexternal_url: https://e.org/\ntags: {a: b}", 7, "tags"),
        ("title: T\nexternal_url: https://e.org/\nDraft:   maybe", 10, "draft"),
        ("title: T\nexternal_url: https://e.org/\npublished:", 11, "published"),
        ("title: T\nexternal_url: https://e.org/\npublishDate: soon", 14, "publishdate"),
        ('title: T\nexternal_url: https://e.org/\nsource: "\\0"', 9, "source"),
        ("title: é\0", 9, None),
    ],
)
def test_a_problem_has_its_column_and_its_field(text: str, column: int, field: str | None) -> None:
    """An editor can go to the very value, and a form can mark the field that must be mended."""
    outcome = read(f"---\n{text}\n---\n")
    assert isinstance(outcome, PostProblem)
    assert (outcome.column, outcome.field) == (column, field)


@pytest.mark.parametrize(
    ("raw", "line", "what"),
    [
        (b"---\ntitle: a\0b\n---\n", 2, "NUL"),
        (b"\0" * 100, 1, "NUL"),
        (b"---\ntitle: caf\xe9\n---\n", 2, "0xE9 is no UTF-8"),
        (WHOLE.encode() + b"\n\xff", 17, "0xFF is no UTF-8"),
        ("\ufeff---\n".encode("utf-16"), 1, "is damaged|UTF-8"),
    ],
)
def test_damaged_bytes(raw: bytes, line: int, what: str) -> None:
    """NUL bytes and bytes that are no UTF-8 are a problem wherever they stand, never replaced."""
    outcome = read_post("a.md", raw)
    assert isinstance(outcome, PostProblem)
    assert any(part in outcome.what for part in what.split("|"))
    assert outcome.line == line


@pytest.mark.parametrize("word", ["true", "True", "TRUE", "'true'", '" True "'])
def test_draft(word: str) -> None:
    """draft is true as a boolean or as that word in quotes."""
    assert post(f"draft: {word}").draft
    assert post(f"Draft: {word}").draft
    assert not post(f"published: {word}").draft


@pytest.mark.parametrize("word", ["false", "False", "FALSE", "'false'", '"False"'])
def test_no_draft(word: str) -> None:
    """draft is false as a boolean or as that word in quotes; published turns it round."""
    assert not post(f"draft: {word}").draft
    assert post(f"published: {word}").draft


def test_draft_not_said() -> None:
    """A post that says nothing about drafts is none."""
    assert not post("").draft


@pytest.mark.parametrize("front_matter", ["draft: true\npublished: true", "draft: false\npublished: false"])
def test_draft_and_published_disagree(front_matter: str) -> None:
    """Where the two fields disagree, the post is a draft."""
    assert post(front_matter).draft


@pytest.mark.parametrize("key", ["draft", "published", "DRAFT"])
@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "1", "0", "''", "2024-06-20", "[true]", "{a: b}", "maybe", "t", "", "~", "null"]
)
def test_odd_draft(key: str, word: str) -> None:
    """Anything else that could mean draft is a problem, so it is never announced."""
    outcome = problem(f"{key}: {word}")
    assert outcome.line == 4
    assert outcome.fix == f"write {key.lower()}: true or {key.lower()}: false"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-06-20", datetime(2024, 6, 20, tzinfo=UTC)),
        ("'2024-06-20'", datetime(2024, 6, 20, tzinfo=UTC)),
        ("2024-6-5", datetime(2024, 6, 5, tzinfo=UTC)),
        ("2024-06-20T10:00:00", datetime(2024, 6, 20, 10, tzinfo=UTC)),
        ("2024-06-20T10:00:00Z", datetime(2024, 6, 20, 10, tzinfo=UTC)),
        ("2024-06-20t10:00:00z", datetime(2024, 6, 20, 10, tzinfo=UTC)),
        ("2024-06-20T10:00", datetime(2024, 6, 20, 10, tzinfo=UTC)),
        ("2024-06-20 10:00:00 +0200", datetime(2024, 6, 20, 8, tzinfo=UTC)),
        ("2024-06-20T10:00:00-05", datetime(2024, 6, 20, 15, tzinfo=UTC)),
        ("2024-06-20T00:00:00.123456789+05:30", datetime(2024, 6, 19, 18, 30, 0, 123456, tzinfo=UTC)),
        ("2024-06-20 10:00:00 +0000 UTC", datetime(2024, 6, 20, 10, tzinfo=UTC)),
        ("'  2024-06-20 '", datetime(2024, 6, 20, tzinfo=UTC)),
    ],
)
def test_dates(text: str, moment: datetime) -> None:
    """Dates in every form that sites use become aware moments in UTC; no zone means UTC."""
    found = post(f"date: {text}\npublishDate: {text}\nexpiryDate: {text}")
    assert (found.date, found.publish_date, found.expiry_date) == (moment, moment, moment)
    assert found.date is not None
    assert found.date.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "2024", "2024-13-01", "2024-02-30", "20240620", "10:00:00", "2024-06-20T25:00:00", "[2024-06-20]",
        "0001-01-01T00:00:00+14:00", "0001-01-01", "9999-12-31T23:59:59-12:00", "2024-06-20T10:00:00+99:00",
        "2024-06-20T10:00:00+05:75", "2024-06-20 junk", "٢٠٢٤-٠٦-٢٠", "{a: b}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["date", "publishDate", "pubdate"])
def test_dates_that_are_none(text: str, key: str) -> None:
    """What is no date, or lies where arithmetic would overflow, is a problem in its line."""
    outcome = problem(f"draft: false\n{key}: {text}")
    assert outcome.line == 5
    assert key.lower() in outcome.what


def test_expiry_that_never_comes() -> None:
    """An expiry date in the year 9999 means never."""
    assert post("expiryDate: 9999-12-31T23:59:59Z").expiry_date is None
    assert post("unpublishdate: 2024-01-01").expiry_date == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ("[]", ()),
        ("~", ()),
        ("one tag", ("one tag",)),
        ("a, b", ("a, b",)),
        ("[a, ' b ', '', ~, A, c]", ("a", "b", "c")),
        ("[Straße, STRASSE]", ("Straße",)),
        ("[2024, true]", ("2024", "true")),
        ("['two\n\n  lines']", ("two lines",)),
    ],
)
def test_tags(written: str, tags: tuple[str, ...]) -> None:
    """Tags are trimmed, empty ones dropped, repetition removed without regard to case; one text is one tag."""
    assert post(f"tags: {written}").tags == tags


@pytest.mark.parametrize(("written", "line"), [("{a: b}", 4), ("\n- a\n- b: c", 6), ("[[a]]", 4)])
def test_tags_that_are_none(written: str, line: int) -> None:
    """A map, or a list of anything but text, is a problem in the line of the culprit."""
    assert problem(f"tags: {written}").line == line


@pytest.mark.parametrize(
    ("front_matter", "text"),
    [
        ("tldr: A\nsummary: B\ndescription: C", "A"),
        ("tldr: ' '\nsummary: B\ndescription: C", "B"),
        ("tldr: ~\ndescription: C", "C"),
        ("", "First *paragraph*.".replace("*", "")),
    ],
)
def test_text_falls_back(front_matter: str, text: str) -> None:
    """The card says the tldr, else the summary, else the description, else the body's first paragraph."""
    body = "Open the original post ↗ https://e.org\n\n# Head\n\nFirst *paragraph*.\n\nSecond.\n"
    assert post(front_matter, body).text == text


def test_no_text_at_all() -> None:
    """A post with nothing to say has an empty text."""
    assert post(body="Open the original post ↗ https://e.org/\n").text == ""


def test_text_keeps_its_paragraphs() -> None:
    """Line breaks of a tldr stay; title, source and kind are one line."""
    found = post("tldr: |\n  One.\n\n  Two.\nsource: |\n  A\n  B\npost_kind: ' link '")
    assert found.text == "One.\n\nTwo."
    assert (found.source, found.kind) == ("A B", "link")


@pytest.mark.parametrize("key", ["tldr", "summary", "description", "source", "post_kind"])
def test_list_where_text_belongs(key: str) -> None:
    """A list or a map where text belongs is a problem."""
    assert problem(f"{key}: [a]").what == f"{key} is a list, not text"
    assert problem(f"{key}: {{a: b}}").what == f"{key} is a map, not text"


def test_control_characters_are_dropped() -> None:
    """Control characters that escapes smuggle in are dropped, so no terminal ever obeys a post."""
    found = post('tldr: "a\\e[31mb\\x0bc\\td\\ne"\nsource: "x\\x85y"')
    assert found.text == "a[31mb c\td\ne"
    assert found.source == "x y"


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\udfff x"])
@pytest.mark.parametrize("key", ["title", "tldr", "source", "tags"])
def test_text_that_cannot_be_stored(key: str, escape: str) -> None:
    """NUL and lone surrogates, which only escapes can bring, are a problem: no database and no request takes them."""
    fields = {"title": "T", "external_url": "https://e.org/", key: "X"}
    outcome = read(json.dumps(fields).replace('"X"', f'"a{escape}"'))
    assert isinstance(outcome, PostProblem)
    assert f"{key} holds a character that is no text" in outcome.what
    outcome.what.encode()


def test_messages_are_short() -> None:
    """However long an offending value is, the message about it is readable."""
    assert len(str(problem(f"date: {'x' * 10_000}"))) < 250


@pytest.mark.history
def test_real_site(tmp_path: Path) -> None:
    """Of a real site every file is read: 970 posts, 39 other pages, no problem."""
    bundle = Path(__file__).parents[3] / "shared" / "data" / "link-posts-history.bundle"
    git = shutil.which("git")
    if not bundle.exists() or git is None:
        pytest.skip(f"the history of a real site is not at {bundle}, or there is no git")
    subprocess.run([git, "clone", "-q", "-b", "main", bundle, tmp_path / "site"], check=True)
    files = {str(file): file.read_bytes() for file in (tmp_path / "site").rglob("*.md")}
    outcomes = [read_post(path, raw) for path, raw in files.items()]
    assert [outcome for outcome in outcomes if isinstance(outcome, PostProblem)] == []
    posts = [outcome for outcome in outcomes if isinstance(outcome, Post)]
    assert (len(posts), len(outcomes)) == (970, 1009)
    assert all(found.date and found.tags and found.source for found in posts)
    assert sum(not found.text for found in posts) == 3
    assert not any(map(is_unterminated, files.values()))
