"""Whatever a list is of fits into a custom id, and whatever a custom id says is read or refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.columns import fold
from bot.catalog.listings import Filters
from bot.catalog.records import Counted
from bot.catalog.words import Words
from bot.discord_app.query import LAST_PAGE, Button, Kind, Query, custom_id, read_custom_id

TAGS = ("kubernetes", "C++", "naïve café", "x" * 300, "標籤", "#")
SOURCES = ("CNCF", "Kubernetes.dev Blog", "…")


@dataclass
class FewNames:
    """What a reader of custom ids asks an archive for."""

    known_tags: Sequence[str] = TAGS

    async def tags(self, *, fresh: bool = False) -> list[Counted]:
        return [Counted(name, 1) for name in self.known_tags]

    async def sources(self, *, fresh: bool = False) -> list[Counted]:
        return [Counted(name, 1) for name in SOURCES]


days = st.integers(0, 40_000).map(lambda number: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=number))
filters = st.builds(
    Filters,
    st.lists(st.sampled_from(TAGS), max_size=2, unique=True).map(tuple),
    st.none() | st.sampled_from(SOURCES),
    st.none() | days,
)
words = st.text(max_size=200).map(lambda typed: Words.parse(Words.parse(typed).text))
posts = st.lists(st.integers(1, 10_000_000), min_size=1, max_size=10).map(tuple)
counts, pages = st.integers(1, 25), st.integers(0, LAST_PAGE)
queries = st.one_of(
    st.builds(Query, st.just(Kind.LATEST), filters, count=counts, page=pages),
    st.builds(
        Query, st.just(Kind.SEARCH), filters, words.filter(lambda each: bool(each.terms)), count=counts, page=pages
    ),
    st.builds(
        Query,
        st.just(Kind.SOME),
        filters,
        words.filter(lambda each: bool(each.terms)).map(lambda each: replace(each, some=True)),
        count=counts,
    ),
    st.builds(Query, st.just(Kind.RANDOM), filters, posts=st.just(()) | st.tuples(st.integers(1, 10_000_000))),
    st.builds(Query, st.just(Kind.RELATED), posts=posts, count=counts, page=pages),
)


@given(st.sampled_from(Button), queries)
async def test_a_query_survives_its_custom_id(button: Button, query: Query) -> None:
    """Every query fits into the 100 characters that Discord allows, and is the same when it is read again."""
    text = custom_id(button, query)
    assert len(text) <= 100
    assert await read_custom_id(text, FewNames()) == (button, query)


@given(st.text(max_size=120) | st.from_regex(r"[a-z]{2}[0-9a-z]{2,4}:[0-9a-z]{0,5}:.{0,7}:.{0,7}:.{0,7}:.{0,70}"))
async def test_a_forged_custom_id_is_refused_or_asks_what_a_command_could(text: str) -> None:
    """What comes back from outside may be anything: it is nothing, or a question within the limits of the commands."""
    read = await read_custom_id(text, FewNames())
    if read is not None:
        button, query = read
        assert 1 <= query.count <= 25
        assert 0 <= query.page <= LAST_PAGE
        assert {*query.filters.tags} <= {*TAGS}
        assert len(query.posts) <= 10
        assert all(post < 2**63 for post in query.posts)
        again = custom_id(button, query)
        assert await read_custom_id(again, FewNames()) == (button, query)


@given(st.sampled_from(Button), queries.filter(lambda query: bool(query.filters.tags)))
async def test_a_tag_that_is_gone_is_no_other_tag(button: Button, query: Query) -> None:
    """A button for a tag that no post has any more asks for nothing, rather than for all posts."""
    gone = fold(query.filters.tags[0])
    rest = FewNames([tag for tag in TAGS if fold(tag) != gone])
    assert await read_custom_id(custom_id(button, query), rest) is None
