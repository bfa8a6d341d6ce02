"""Lists of posts as members read them: one message with embeds, and buttons below. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping

import discord

from bot.catalog.columns import fold
from bot.catalog.listings import Filters, Listing
from bot.content.excerpt import cut
from bot.discord_app import limits
from bot.discord_app.entries import entry_parts
from bot.discord_app.language import Language
from bot.discord_app.query import SEARCHES, Button, Kind, Query, custom_id
from bot.discord_app.replies import Answer
from bot.discord_app.text import escaped, plain

__all__ = ["COLOUR", "filter_texts", "heading", "page"]

COLOUR = discord.Colour(0x5865F2)

_NAME = 100  # characters of a tag or source in a heading
_TAG = 30  # characters of one on a button
_NARROWED = (Kind.LATEST, *SEARCHES)
_HEADINGS = {Kind.LATEST: "latest-heading", Kind.RANDOM: "random-heading", Kind.RELATED: "related-heading"}

_TAG_BUTTONS = 5  # as many as a row holds


def page(
    language: Language,
    query: Query,
    listing: Listing,
    *,
    links: Mapping[int, str],
    note: str = "",
    public: bool = False,
    may_share: bool = True,
) -> Answer:
    """Return a page of a list that has posts.

    Args:
        language: of who reads it.
        query: what was asked.
        listing: what was found, for the page of `query`.
        links: by post, where its announcement can be seen by who reads it.
        note: what is to be known of the list beside it; empty: nothing.
        public: everybody sees it.
        may_share: there are others to share it with.
    """
    parts = entry_parts(language, listing.posts, query.offset + 1, links)
    embeds = [discord.Embed(description=part, colour=COLOUR) for part in parts]
    embeds[0].title = heading(language, query)
    is_paged = query.page > 0 or listing.more
    footer = [language.say("page-footer", page=query.page + 1)] if is_paged and query.kind is not Kind.RANDOM else []
    if text := " · ".join([*footer, *([note] if note else [])]):
        embeds[-1].set_footer(text=text)
    return Answer(tuple(embeds), tuple(_rows(language, query, listing, share=may_share and not public)), public=public)


def heading(language: Language, query: Query) -> str:
    """Return what a list is of, escaped, with at most 256 characters."""
    if query.kind in SEARCHES:
        parts = [language.say("search-heading", words=escaped(plain(query.words.text)))]
    else:
        parts = [language.say(_HEADINGS[query.kind])]
    return cut(" · ".join([*parts, *filter_texts(language, query.filters)]), limits.TITLE_CHARACTERS)


def filter_texts(language: Language, filters: Filters) -> list[str]:
    """Return what a list is narrowed by, each escaped."""
    names = [each for each in (*filters.tags, filters.source) if each is not None]
    since = [] if filters.since is None else [language.say("since-heading", date=f"{filters.since:%Y-%m-%d}")]
    return [*(escaped(plain(name), _NAME) for name in names), *since]


def _rows(
    language: Language, query: Query, listing: Listing, *, share: bool
) -> Iterator[tuple[discord.ui.Button[discord.ui.View], ...]]:
    row = []
    if query.kind is Kind.RANDOM:
        row.append(_button(language.say("button-again"), Button.AGAIN, query))
    elif query.page > 0 or listing.more:
        row += [
            _button(language.say("button-first"), Button.FIRST, query.at(0), disabled=query.page == 0),
            _button(language.say("button-back"), Button.BACK, query.at(query.page - 1), disabled=query.page == 0),
            _button(language.say("button-next"), Button.NEXT, query.at(query.page + 1), disabled=not listing.more),
        ]
    if share:
        row.append(_button(language.say("button-share"), Button.SHARE, query))
    if row:
        yield tuple(row)
    is_long = query.page > 0 or len(listing.posts) > 1
    if is_long and query.kind in _NARROWED and (tags := _offered_tags(query, listing)):
        yield tuple(
            _button(language.say("button-tag", tag=cut(plain(tag), _TAG)), Button.TAG, query.with_tag(tag))
            for tag in tags
        )


def _offered_tags(query: Query, listing: Listing) -> list[str]:
    """The tags by which the list can be narrowed: those of the page that it is not narrowed by, most frequent first."""
    asked = {fold(tag) for tag in query.filters.tags}
    counts = Counter(tag for listed in listing.posts for tag in listed.post.tags if plain(tag))
    by_folded = {fold(tag): tag for tag, _ in reversed(counts.most_common()) if fold(tag) not in asked}
    return list(reversed(by_folded.values()))[:_TAG_BUTTONS]


def _button(text: str, role: Button, query: Query, *, disabled: bool = False) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(label=text, custom_id=custom_id(role, query), disabled=disabled)
