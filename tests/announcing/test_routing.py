"""Which channels take which posts, and why."""

import pytest

from bot.announcing.routing import route
from bot.settings import ChannelSettings, Filter
from tests.support.catalog_site import a_post, channel

POST = a_post("docs/2024/x.md", tags=("Kubernetes", "cloud"), source="CNCF Blog")

TABLE: list[tuple[str, ChannelSettings, bool]] = [
    ("no filter", channel(), True),
    ("any: one of them", channel(tags=Filter(any=("go", "kubernetes"))), True),
    ("any: none of them", channel(tags=Filter(any=("go",))), False),
    ("any: star", channel(tags=Filter(any=("*",))), True),
    ("any: star and another", channel(tags=Filter(any=("go", "*"))), True),
    ("all: all there", channel(tags=Filter(all=("CLOUD", "kubernetes"))), True),
    ("all: one missing", channel(tags=Filter(all=("cloud", "go"))), False),
    ("all: star", channel(tags=Filter(all=("*",))), True),
    ("none: not there", channel(tags=Filter(none=("go",))), True),
    ("none: there", channel(tags=Filter(none=("go", "Cloud"))), False),
    ("none: star", channel(tags=Filter(none=("*",))), False),
    ("any and none", channel(tags=Filter(any=("kubernetes",), none=("cloud",))), False),
    ("a source", channel(sources=Filter(any=("cncf blog",))), True),
    ("another source", channel(sources=Filter(any=("kubernetes",))), False),
    ("not this source", channel(sources=Filter(none=("CNCF Blog",))), False),
    ("a folder and all below", channel(paths=("docs/**",)), True),
    ("a folder only", channel(paths=("docs/*",)), False),
    ("any depth", channel(paths=("**/x.md",)), True),
    ("the whole path", channel(paths=("docs/2024/x.md",)), True),
    ("the end of the path", channel(paths=("x.md",)), False),
    ("paths regard case", channel(paths=("Docs/**",)), False),
    ("one of several", channel(paths=("blog/**", "docs/20?4/*.md")), True),
    ("paths: star alone", channel(paths=("*",)), True),
    ("tags but not the path", channel(tags=Filter(any=("cloud",)), paths=("blog/**",)), False),
    ("everything at once", channel(tags=Filter(any=("cloud",)), sources=Filter(none=("x",)), paths=("**",)), True),
]


@pytest.mark.parametrize(("what", "asked", "takes"), TABLE, ids=[row[0] for row in TABLE])
def test_a_channel_takes_what_all_its_filters_let_through(what: str, asked: ChannelSettings, takes: bool) -> None:
    """any, all and none, for tags and sources regardless of case, and globs; the reasons agree with the answer."""
    (answer,) = route(POST, [asked])
    assert answer.matches is takes
    assert all(reason.passed for reason in answer.reasons) is takes


@pytest.mark.parametrize(
    ("condition", "takes"),
    [(Filter(any=("x",)), False), (Filter(any=("*",)), True), (Filter(none=("*",)), True), (Filter(all=("x",)), False)],
)
def test_a_post_without_tags_and_source(condition: Filter, takes: bool) -> None:
    """Nothing is one of nothing: `none: ["*"]` is the filter for posts that have none."""
    bare = a_post(tags=(), source=None)
    assert [each.matches for each in route(bare, [channel(tags=condition), channel(sources=condition)])] == [takes] * 2


def test_a_hidden_folder_counts_like_any_other() -> None:
    """A pattern with ** goes through folders of any name."""
    (answer,) = route(a_post("docs/.x/a.md"), [channel(paths=("docs/**",))])
    assert answer.matches


def test_channels_answer_in_their_order_and_with_reasons() -> None:
    """Each channel says what it compared with what."""
    first, second = route(POST, [channel(2, tags=Filter(any=("go", "rust"))), channel(1)])
    assert (first.channel.id, second.channel.id) == (2, 1)
    assert [str(reason.text) for reason in first.reasons] == [
        "at least one of go, rust; the post has Kubernetes, cloud"
    ]
    assert second.reasons == ()
