"""Whatever stands in posts, a page of them is one message that Discord takes, and nothing in it pings or misleads."""

import re
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.listings import MATCH_BEGINS, MATCH_ENDS, Filters, Listing
from bot.catalog.records import Counted, ListedPost
from bot.catalog.words import Words
from bot.discord_app.language import languages
from bot.discord_app.pages import page
from bot.discord_app.query import Kind, Query
from bot.discord_app.replies import Answer
from bot.discord_app.similar import ranked_names, similar_names
from tests.support.discord_posts import make_post

ODD = (
    "@everyone <@1> [x](https://evil.example) **b** `c` https://discord.gg/abc ||s|| # h <t:1:R> \u202e \u0301"
    " é 標題 🦀 \ud800 \x02 \x03 <#1> </x:1> -# > 1. discord.gg/a"
)
texts = st.text(max_size=300) | st.lists(st.sampled_from(ODD.split()), max_size=60).map(" ".join)
names = texts.map(lambda text: text[:200])
addresses = st.sampled_from(
    ["https://example.org/a_(b)", "https://example.org/" + "x" * 590, "ftp://example.org", "https://localhost/"]
)
marked = st.lists(texts, max_size=5).map(lambda parts: f"{MATCH_BEGINS}word{MATCH_ENDS}".join(parts))
excerpts = st.none() | marked | st.text(alphabet=f"{MATCH_BEGINS}{MATCH_ENDS}ab *_[", max_size=40)
posts = st.builds(
    lambda title, url, text, tags, source, date, excerpt: ListedPost(
        7, make_post(title=title, url=url, text=text, tags=tags, source=source, date=date), excerpt
    ),
    texts.filter(str.strip),
    addresses,
    texts,
    st.lists(names, max_size=6, unique_by=str.casefold).map(tuple),
    st.none() | names,
    st.none()
    | st.datetimes(timezones=st.just(UTC))
    | st.sampled_from([datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]),
    excerpts,
)
queries = st.builds(
    Query,
    st.sampled_from((Kind.LATEST, Kind.SEARCH)),
    st.builds(Filters, st.lists(names, max_size=2).map(tuple), st.none() | names),
    st.just(Words.parse("some words")),
    count=st.just(25),
    page=st.integers(0, 2),
)
LINK = "https://discord.com/channels/1/2/3"


@given(st.sampled_from(sorted(languages())), queries, st.lists(posts, min_size=1, max_size=25), st.booleans())
def test_a_page_is_one_message_that_discord_takes(code: str, query: Query, found: list[ListedPost], more: bool) -> None:
    """At most 6,000 characters in all its embeds, 25 buttons in rows of 5 whose ids and labels differ and fit."""
    answer = page(languages()[code], query, Listing(tuple(found), more), links={7: LINK}, note="x" * 100)
    assert sum(map(len, answer.embeds)) <= 6000
    for embed in answer.embeds:
        assert 1 <= len(embed.description or "") <= 4096
        assert len(embed.title or "") <= 256
    buttons = [button for row in answer.rows for button in row]
    assert all(1 <= len(row) <= 5 for row in answer.rows)
    assert all(1 <= len(button.label or "") <= 80 and 1 <= len(button.custom_id or "") <= 100 for button in buttons)
    assert len({button.custom_id for button in buttons}) == len(buttons)
    assert numbered(answer) == list(range(query.offset + 1, query.offset + 1 + len(found)))


@given(st.lists(posts, min_size=1, max_size=8))
def test_nothing_in_a_page_pings_or_forges_markup(found: list[ListedPost]) -> None:
    """What stands in files shows as text: no mention, no address or masked link but those that Linkbot made."""
    answer = page(languages()["en"], Query(Kind.LATEST), Listing(tuple(found)), links={})
    text = "\n".join(embed.description or "" for embed in answer.embeds)
    bare = re.sub(r"\\.", "", text)  # without what is escaped
    ours = re.sub(r"\]\(https://example\.org/[^)\s]*\)", "]", re.sub(r"<t:-?\d+:R>", "", bare))
    assert not re.search(r"@(?:everyone|here)|<[@#:/a]|https?://|\]\(|\|\||`", ours)


def test_a_full_page_of_the_longest_posts_fits_and_leads_everywhere() -> None:
    """25 posts at every limit are one message, and as many of them are links as fit; ordinary ones all are."""
    long = make_post(
        title="T_" * 70, text="w" * 9000, tags=("*" * 30,) * 4, source="_" * 60, url="https://example.org/" + "x" * 150
    )
    real = replace(
        long, title="A title as long as those of the site are", external_url="https://example.org/" + "x" * 80
    )
    for post, least in ((long, 10), (real, 25)):
        listed = [ListedPost(number, post, f"{MATCH_BEGINS}w{MATCH_ENDS}" + "w" * 9000) for number in range(25)]
        links = dict.fromkeys(range(25), LINK)
        answer = page(languages()["en"], Query(Kind.LATEST, count=25), Listing(tuple(listed), True), links=links)
        assert sum(map(len, answer.embeds)) <= 6000
        assert all(len(embed.description or "") <= 4096 for embed in answer.embeds)
        assert numbered(answer) == list(range(1, 26))
        assert sum((embed.description or "").count("](https://example.org/") for embed in answer.embeds) >= least


def numbered(answer: Answer) -> list[int]:
    """The numbers of the entries."""
    text = "\n".join(embed.description or "" for embed in answer.embeds)
    return [int(number) for number in re.findall(r"(?m)^\*\*(\d+)\.\*\*", text)]


@given(st.text(max_size=120), st.lists(st.builds(Counted, texts, st.integers(0, 10**7)), max_size=60))
def test_names_are_offered_as_discord_takes_them(typed: str, known: list[Counted]) -> None:
    """Whatever is typed and however names are written, suggestions are names that exist, at most as many as wanted."""
    ranked = ranked_names(typed, known, 25)
    assert len(ranked) <= 25
    assert all(counted in known for counted in ranked)
    assert len(similar_names(typed, known)) <= 5
