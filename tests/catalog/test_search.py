"""What members find, and in which order."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.catalog import narrowing, ranking
from bot.catalog.database import Catalog
from bot.catalog.following import FollowKind
from bot.catalog.listings import MATCH_BEGINS, MATCH_ENDS, Filters, Place
from bot.catalog.records import Cause, ListedPost, Standing
from bot.catalog.tables import Tables
from bot.catalog.words import Words
from bot.content.post import FileStamp, PostFile, Reading
from tests.support.catalog_search import find, index, latest, titled, titles_of
from tests.support.catalog_site import ALL, KUBERNETES, NOW


@pytest.fixture(params=[0, narrowing.FEW], ids=["as if many", "few"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to ask whether a post passes: one by one, or among those that were gathered."""
    monkeypatch.setattr(narrowing, "FEW", request.param)


@pytest.mark.usefixtures("few")
async def test_filters_combine(catalog: Catalog) -> None:
    """Tags, source and date narrow a list and a search alike, each without regard to case; the date itself counts."""
    await index(
        catalog,
        titled("node a", "Go", "SIG  Node", source="CNCF", days=1),
        titled("node b", "go", source="CNCF", days=2),
        titled("node c", "Go", "sig node", source="Blog", days=3),
        titled("node d", source=None, days=4),
    )
    for filters, found in {
        Filters(): "abcd",
        Filters(("GO",)): "abc",
        Filters(("go", " Sig Node ")): "ac",
        Filters(("go", "nothing")): "",
        Filters((), "cncf"): "ab",
        Filters(("sig node",), "BLOG"): "c",
        Filters(since=NOW - timedelta(days=3)): "abc",
        Filters(("go",), "CNCF", NOW - timedelta(days=1)): "a",
        Filters(("\ud800\0'",), '"'): "",
    }.items():
        assert [title[-1] for title in await latest(catalog, filters)] == list(found)
        assert sorted(title[-1] for title in titles_of(await find(catalog, "node", filters))) == list(found)
        drawn = await catalog.read(lambda tables, filters=filters: tables.search.random(filters, NOW))  # type: ignore[misc]
        assert drawn is None if not found else drawn is not None and drawn.post.title[-1] in found


@pytest.mark.usefixtures("few")
async def test_what_has_expired_is_in_no_answer(catalog: Catalog) -> None:
    """A post is there until the moment that it names."""
    (expired,) = await index(catalog, replace(titled("node old", "go"), expiry_date=NOW))
    await index(catalog, replace(titled("node new", "go"), expiry_date=NOW + timedelta(microseconds=1)))
    assert await latest(catalog) == titles_of(await find(catalog, "node")) == ["node new"]
    assert await latest(catalog, now=NOW + timedelta(microseconds=1)) == []
    await index(catalog, titled("new of go", "go"))

    def ask(tables: Tables) -> list[str]:
        return [
            *tables.search.titles(Words.parse("node"), 5, NOW),
            *titles_of(tables.search.related([3], 0, 5, NOW)),
            *(listed.post.title for listed in tables.search.by_id([expired], NOW)),
            *(listed.post.title for listed in tables.search.in_message(1, ["https://example.org/node old"], NOW)),
        ]

    assert await catalog.read(ask) == ["node new", "node new"]


async def test_hidden_posts_are_never_found(catalog: Catalog) -> None:
    """Drafts, held and lost posts and duplicates are found by no word and no link."""
    for standing in (Standing.HIDDEN, Standing.WAITING, Standing.HELD):
        await index(catalog, titled(f"node {standing}", "go"), standing=standing)
    lost, copy, shown = await index(catalog, *(titled(f"node {name}", "go") for name in ("lost", "copy", "shown")))

    def hide(tables: Tables) -> None:
        tables.posts.lose_file(lost, NOW)
        tables.posts.decide(copy, Standing.INDEXED, Cause.DUPLICATE, (), duplicate_of=shown)

    await catalog.write(hide)
    assert titles_of(await find(catalog, "node")) == await latest(catalog) == ["node shown"]
    assert await catalog.read(lambda tables: tables.search.by_id([1, 2, 3, lost, copy], NOW)) == []
    assert await catalog.read(lambda tables: tables.search.related([shown], 0, 9, NOW).posts) == ()


async def test_the_title_weighs_most(catalog: Catalog) -> None:
    """Posts come best first: the word in the title, then in tags, source, text, and last in a long summary."""
    others = [titled(f"other {number}", text="something else") for number in range(10)]
    await index(
        catalog,
        titled("in the summary", summary="etcd and a few words more"),
        titled("in the text", text="etcd and a few words more"),
        titled("of a source", source="etcd"),
        titled("of a tag", "etcd"),
        titled("etcd in the title"),
        *others,
    )
    found = titles_of(await find(catalog, "etcd"))
    assert found == ["etcd in the title", "of a tag", "of a source", "in the text", "in the summary"]


async def test_pages_follow_one_another(catalog: Catalog) -> None:
    """Page after page every post comes once, equals newest first, and only the last page has none after it."""
    await index(catalog, *(titled(f"node {number:02}", "go", days=1) for number in range(23)))
    for ask in (
        lambda tables, offset: tables.search.search(Words.parse("node"), Filters(), offset, 5, NOW),
        lambda tables, offset: tables.search.latest(Filters(), offset, 5, NOW),
        lambda tables, offset: tables.search.latest(Filters(("go",)), offset, 5, NOW),
    ):
        pages = [await catalog.read(lambda tables, ask=ask, at=at: ask(tables, at)) for at in range(0, 25, 5)]  # type: ignore[misc]
        assert [page.more for page in pages] == [True, True, True, True, False]
        assert [title for page in pages for title in titles_of(page)] == [f"node {n:02}" for n in range(22, -1, -1)]
        assert not (await catalog.read(lambda tables, ask=ask: ask(tables, 2**80))).posts  # type: ignore[misc]


async def test_of_too_many_matches_the_newest_are_ranked(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that more posts have than are ranked still answers, with an end to its pages."""
    monkeypatch.setattr(ranking, "MOST_RANKED", 4)
    await index(catalog, *(titled(f"node {number}") for number in range(9)))
    found = await find(catalog, "node", count=4)
    assert (titles_of(found), found.more) == ([f"node {number}" for number in (8, 7, 6, 5)], False)


async def test_an_excerpt_shows_what_was_found(catalog: Catalog) -> None:
    """Matched words are marked in one line of the text, or of the summary if only that has them or there is no text."""
    text = "word\n " * 60 + "the Café of SIG  Node " + "word " * 60
    await index(
        catalog,
        titled("a", text=text, summary="cafe"),
        titled("b", text="nothing of it", summary="a café\n\nat night"),
        titled("c cafe", text=" ", summary="about it"),
        titled("d cafe"),
    )
    found = await find(catalog, "CAF")
    marked = {listed.post.title: listed.excerpt for listed in found.posts}
    assert marked["b"] == f"a {MATCH_BEGINS}café{MATCH_ENDS} at night"
    assert marked["c cafe"] == "about it"
    assert marked["d cafe"] is None
    excerpt = marked["a"]
    assert excerpt is not None
    assert f"the {MATCH_BEGINS}Café{MATCH_ENDS} of SIG Node" in excerpt
    assert "\n" not in excerpt
    assert 25 <= len(excerpt.split()) <= 35
    closed = await find(catalog, '"café of" "sig node"')
    assert [listed.post.title for listed in closed.posts] == ["a"]
    assert f"{MATCH_BEGINS}SIG Node{MATCH_ENDS}" in (closed.posts[0].excerpt or "").replace("  ", " ")


async def test_no_words_find_nothing(catalog: Catalog) -> None:
    """Who searches for emoji alone is not shown everything."""
    await index(catalog, titled("🚀 rocket"))
    assert not (await find(catalog, "🚀 …")).posts


async def test_each_post_is_drawn_as_often_as_the_others(catalog: Catalog) -> None:
    """By chance each post that passes comes up alike, whether many pass or one of thousands."""
    await index(catalog, *(titled(f"{number}", "rare" if number % 500 == 0 else "common") for number in range(1500)))
    draws = [number * 7919 for number in range(100_000)]

    def draw(tables: Tables, filters: Filters) -> ListedPost | None:
        return tables.search.random(filters, NOW, lambda below: draws.pop() % below)

    rare: Counter[str] = Counter()
    for _ in range(300):
        drawn = await catalog.read(lambda tables: draw(tables, Filters(("rare",))))
        assert drawn is not None
        rare[drawn.post.title] += 1
    assert rare.keys() == {"0", "500", "1000"}
    assert min(rare.values()) > 60
    any_post = [await catalog.read(lambda tables: draw(tables, Filters())) for _ in range(100)]
    assert len({drawn.id for drawn in any_post if drawn is not None}) > 50


async def test_an_empty_catalog_answers(catalog: Catalog) -> None:
    """Before the first post every question has an answer, too."""

    def ask(tables: Tables) -> None:
        search = tables.search
        assert search.random(Filters(), NOW) is None
        assert search.related([1], 0, 5, NOW).posts == ()
        assert search.titles(Words.parse(""), 5, NOW) == search.titles(Words.parse("node"), 5, NOW) == []
        assert search.correction(Words.parse("node"), NOW) is None
        assert search.places([1]) == {}

    await catalog.read(ask)


async def test_titles_are_suggested_once(catalog: Catalog) -> None:
    """Only words of the title count, the last may be unfinished, and without words the newest are suggested."""
    await index(
        catalog,
        titled("Node a", days=9),
        replace(titled("NODE  A", days=8), path="other"),
        titled("Other", text="node", days=3),
        titled("Nodding", days=5),
    )

    async def suggested(typed: str, count: int = 9) -> list[str]:
        words = Words.parse(typed)
        return await catalog.read(lambda tables: tables.search.titles(words, count, NOW))

    assert sorted(await suggested("nod")) == ["NODE  A", "Nodding"]
    assert await suggested("node a") == ["NODE  A"]
    assert await suggested("") == ["Other", "Nodding", "NODE  A"]
    assert len(await suggested("", 1)) == 1


async def test_related_posts_share_what_is_rare(catalog: Catalog) -> None:
    """A rare tag or word of the title that is shared says more than one that all have; one link comes once."""
    ids = await index(
        catalog,
        titled("Spotlight on SIG Node", "kubernetes", "node"),
        titled("News from the node team", "kubernetes", "node"),
        titled("Another spotlight", "kubernetes"),
        replace(titled("Node, once more", "node"), canonical_url="https://example.org/same"),
        replace(titled("Node, and again", "node"), canonical_url="https://example.org/same"),
        *(titled(f"Story {number}", "kubernetes") for number in range(20)),
    )
    listing = await catalog.read(lambda tables: tables.search.related(ids[:1], 0, 3, NOW))
    assert ids[0] not in [listed.id for listed in listing.posts]
    rest = await catalog.read(lambda tables: tables.search.related(ids[:1], 3, 100, NOW))
    titles = [*titles_of(listing), *titles_of(rest)]
    ranks = [titles.index(title) for title in ("News from the node team", "Another spotlight", "Story 7")]
    assert ranks == sorted(ranks)
    assert len(set(titles)) == len(titles)
    assert ("Node, once more" in titles) != ("Node, and again" in titles)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kuberntes secruity", "kubernetes security"),
        ("kubenretes", "kubernetes"),
        ('"sig ndoe" release', '"sig node" release'),
        ("sécuritey", "security"),
        ("kubern", None),
        ('"kubern"', None),
        ("securty v1.31", None),
        ("security release", None),
        ("xubernetes", None),
        ("ndoe kubernetes zzzz", None),
        ("no", None),
        ("", None),
    ],
)
async def test_what_was_mistyped_is_guessed(catalog: Catalog, typed: str, meant: str | None) -> None:
    """Each word without a match becomes the likest one, if a post has all of them then."""
    await index(
        catalog,
        titled("Kubernetes security", "release", text="sig node"),
        titled("Kubernetes", text="securing, note, nod"),
    )
    words = Words.parse(typed)
    found = await catalog.read(lambda tables: tables.search.correction(words, NOW))
    assert (None if found is None else found.text) == meant


async def send(catalog: Catalog, channel: int, message_id: int | None, *posts: int) -> None:
    """Send posts in one message; without an id nobody knows whether it stands."""

    def work(tables: Tables) -> None:
        for post_id in posts:
            known = tables.posts.by_id(post_id)
            assert known is not None
            tables.files.put(Reading(PostFile(known.post.path, FileStamp(0, 0, 0, 0)), known.post))
            tables.deliveries.plan(post_id, [channel], NOW)
        pending = tables.deliveries.pending(channel, 10, NOW)
        claim = tables.deliveries.claim(channel, f"{channel % 1000} {message_id}", pending, NOW)
        if message_id is not None:
            tables.deliveries.record_sent(claim, message_id, NOW)

    await catalog.write(work)


async def test_where_a_post_was_announced(catalog: Catalog) -> None:
    """Places are messages that stand: none for what nobody can tell, nor for a direct message to a follower."""
    follower = 77
    first, second, third = await index(catalog, titled("a"), titled("b"), titled("c"), standing=Standing.ANNOUNCED)
    await catalog.write(lambda tables: tables.followers.follow(7, follower, FollowKind.TAG, "go", NOW))
    await send(catalog, ALL, 11, second, first)
    await send(catalog, KUBERNETES, 12, first)
    await send(catalog, KUBERNETES, None, third)
    await send(catalog, follower, 13, first, third)
    places = await catalog.read(lambda tables: tables.search.places([first, second, third, 99]))
    assert places == {first: [Place(ALL, 11), Place(KUBERNETES, 12)], second: [Place(ALL, 11)]}


async def test_the_posts_of_a_message(catalog: Catalog) -> None:
    """Of our message those that it announced, in their order; of another those that its links lead to."""
    first, second, lost = await index(
        catalog, titled("a", days=1), titled("b", days=2), titled("c", days=3), standing=Standing.ANNOUNCED
    )
    await send(catalog, ALL, 11, first, second, lost)
    await catalog.write(lambda tables: tables.posts.lose_file(lost, NOW))

    async def posts(message_id: int, *links: str) -> list[str]:
        found = await catalog.read(lambda tables: tables.search.in_message(message_id, links, NOW))
        return [listed.post.title for listed in found]

    assert await posts(11) == ["b", "a"]
    assert await posts(11, "https://example.org/c") == ["b", "a"]
    links = "https://EXAMPLE.org/a?utm_source=chat", "https://elsewhere.org/", "https://example.org/b", "no link \ud800"
    assert await posts(12, *links, links[0]) == ["a", "b"]
    assert await posts(12) == []
