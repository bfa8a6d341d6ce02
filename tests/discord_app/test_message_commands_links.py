"""Which addresses are found in a message, whatever somebody wrote there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.listings import Listing
from bot.catalog.records import ListedPost
from bot.content.links import canonical_url
from bot.discord_app.addresses import addresses_in
from bot.discord_app.language import ENGLISH
from bot.discord_app.links import card_url
from bot.discord_app.pages import page
from bot.discord_app.query import Kind, Query
from tests.support.discord_posts import make_post

BLOG = "https://example.org/blog"


@dataclass
class Written:
    """What is looked at of a message, or of one that it forwards."""

    content: str = ""
    embeds: Sequence[discord.Embed] = ()
    message_snapshots: Sequence["Written"] = field(default_factory=list)


def found(*parts: str, embeds: Sequence[discord.Embed] = (), forwards: Sequence[Written] = ()) -> list[str]:
    """The addresses in a message."""
    return addresses_in(cast("discord.Message", Written("\n".join(parts), embeds, forwards)))


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        (f"{BLOG}.", [BLOG]),
        (f"({BLOG})", [BLOG]),
        (f"**{BLOG}**, or _{BLOG}/a_?", [BLOG, f"{BLOG}/a"]),
        (f"<{BLOG}/a.>", [f"{BLOG}/a."]),
        (f"[a]({BLOG}/a_(b))[c]({BLOG}/c)", [f"{BLOG}/a_(b)", f"{BLOG}/c"]),
        (f'[a](<{BLOG}/a> "title") [b]({BLOG}/b_ "title")', [f"{BLOG}/a", f"{BLOG}/b_"]),
        (f"[a]({BLOG}/a_%28b%29)", [f"{BLOG}/a_%28b%29", f"{BLOG}/a_(b)"]),
        (f"||{BLOG}|| `{BLOG}/a`", [BLOG, f"{BLOG}/a"]),
        ("HTTPS://Example.org/Blog", ["https://example.org/Blog"]),
        (f"{BLOG} {BLOG}", [BLOG]),
        ("https:// https://x https://[::1 https://a.b:0x/ ftp://a.b/ javascript:a.b https://u@a.b/", []),
    ],
)
def test_links_in_text(text: str, addresses: list[str]) -> None:
    """A link ends where Discord ends it, with its own parentheses in it, and comes once; a broken one is none."""
    assert found(text) == addresses


def test_links_in_cards_and_in_what_is_forwarded() -> None:
    """The links of cards come after those of the text, and a forwarded message counts as its own text and cards."""
    card = discord.Embed(url=f"{BLOG}/2", description=f"[x]({BLOG}/3)").add_field(name="x", value=f"{BLOG}/4")
    forwarded = Written(f"{BLOG}/5", [discord.Embed(url=f"{BLOG}/6")])
    every = [f"{BLOG}/{number}" for number in range(1, 7)]
    assert found(f"{BLOG}/1", embeds=[card, discord.Embed()], forwards=[forwarded]) == every


@pytest.mark.parametrize("count", [10, 25])
def test_every_post_of_a_list_is_found(count: int) -> None:
    """The links that the bot's own lists write lead back to their posts, with whatever characters they have."""
    odd = ("a_(b)", "a)b", "a(b", "a[b]", "ä", "a%2Fb?x=1&y=(2)", "a*b_", "a|b", "a'b\"c", "a`b", "a.")
    posts = [make_post(number, url=f"{BLOG}/{number}/{odd[number % len(odd)]}") for number in range(count)]
    listing = Listing(tuple(ListedPost(number, post) for number, post in enumerate(posts)))
    jumps = {number: f"https://discord.com/channels/1/2/{number}" for number in range(count)}
    made = page(ENGLISH, Query(Kind.LATEST, count=25), listing, links=jumps)
    addresses = [canonical_url(address) for address in found(embeds=made.embeds)]
    positions = [addresses.index(post.canonical_url) for post in posts]
    assert positions == sorted(positions)


pieces = st.sampled_from(
    ["https://", "http://a.b/", "](", "(", ")", "<", ">", "[", " ", "%28", "%", "\\", "\ud800", "@"]
)
texts = st.lists(pieces | st.text(max_size=5), max_size=60).map("".join)


@given(texts, texts)
def test_whatever_is_written_gives_addresses_that_a_card_takes(content: str, description: str) -> None:
    """No text is an error, and none brings out an address that Discord would refuse."""
    for address in found(content, embeds=[discord.Embed(description=description, url=content)]):
        assert card_url(address) == address


def test_a_message_full_of_links_costs_little() -> None:
    """Of hundreds of links the first hundred are looked at, also where a parenthesis ends each at once."""
    assert len(found(*(f"{BLOG}/{number}" for number in range(400)))) == 100
    assert found("https://)" * 100_000) == []
