"""The sample site that a rehearsal runs on."""

from importlib import resources
from pathlib import Path

from bot.content.post import NotAPost, Outcome, Post, PostProblem
from bot.content.read_post import read_post


def _read(part: str) -> dict[str, Outcome]:
    with resources.as_file(resources.files("bot.rehearsal") / "sample") as sample:
        files = sorted(Path(sample / part).rglob("*.md"))
        return {file.name: read_post(file.name, file.read_bytes()) for file in files}


def test_what_is_there_at_first() -> None:
    """At first there are link posts, a draft, a release, a page of a section, and one file broken on purpose."""
    found = _read("before")
    posts = [outcome for outcome in found.values() if isinstance(outcome, Post)]
    assert sum(post.kind == "link" and not post.draft for post in posts) == 6
    assert [post.path for post in posts if post.draft] == ["2025-01-15-half-written-thoughts.md"]
    assert [post.path for post in posts if post.kind == "release"] == ["2025-02-04-release-notes.md"]
    assert [name for name, outcome in found.items() if isinstance(outcome, NotAPost)] == ["_index.md"]
    (broken,) = (outcome for outcome in found.values() if isinstance(outcome, PostProblem))
    assert (broken.path, broken.line, broken.column) == ("2025-02-19-forgotten-quote.md", 2, 8)
    assert "the quote that begins here is not closed" in broken.what


def test_what_arrives() -> None:
    """What is released one by one are link posts that can be announced at once, from several sources."""
    arriving = [outcome for outcome in _read("arriving").values() if isinstance(outcome, Post)]
    assert len(arriving) == len(_read("arriving")) == 5
    assert all(post.kind == "link" and not post.draft and post.text and post.date for post in arriving)
    assert len({post.source for post in arriving}) == len({post.canonical_url for post in arriving}) == 5
