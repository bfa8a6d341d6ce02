"""Lists of posts as members read them: one message with embeds, and buttons below. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import discord

from bot.catalog.columns import fold
from bot.catalog.listings import MATCH_BEGINS, MATCH_ENDS, Filters, Listing
from bot.catalog.records import ListedPost
from bot.content.excerpt import cut
from bot.content.post import Post
from bot.discord_app import limits
from bot.discord_app.language import Language
from bot.discord_app.links import card_url, host_name
from bot.discord_app.query import Button, Kind, Query, custom_id
from bot.discord_app.replies import Answer
from bot.discord_app.text import escaped, label, plain

__all__ = ["COLOUR", "filter_texts", "heading", "linked_title", "list_embeds", "page"]

COLOUR = discord.Colour(0x5865F2)

# In characters.
_SOURCE = 60
_TAG = 30
_NAME = 100  # in a heading
_ADDRESS = 600  # a longer one is not linked
_LINE = 140  # of the text below a title

_NARROWED = (Kind.LATEST, Kind.SEARCH)
_HEADINGS = {Kind.LATEST: "latest-heading", Kind.RANDOM: "random-heading", Kind.RELATED: "related-heading"}

_TAGS = 4  # shown of one post
_TAG_BUTTONS = 5  # as many as a row holds

# From the fullest to what 25 entries of any kind fit into: characters of a title, of its address, of the text below.
_LEVELS = ((150, _ADDRESS, _LINE), (150, _ADDRESS, 0), (120, 250, 0), (80, 0, 0))
_EMBEDS = (limits.DESCRIPTION_CHARACTERS, 1500)  # the second takes what the first cannot; the rest is for the heading


def page(
    language: Language,
    query: Query,
    listing: Listing,
    *,
    links: Mapping[int, str],
    note: str = "",
    public: bool = False,
) -> Answer:
    """Return a page of a list that has posts.

    Args:
        language: of who reads it.
        query: what was asked.
        listing: what was found, for the page of `query`.
        links: by post, where its announcement can be seen by who reads it.
        note: what is to be known of the list beside it; empty: nothing.
        public: everybody sees it, so it has no button that shares it.
    """
    first = query.offset + 1
    embeds = list_embeds(language, heading(language, query), listing.posts, first=first, links=links)
    is_paged = query.page > 0 or listing.more
    footer = [language.say("page-footer", page=query.page + 1)] if is_paged and query.kind is not Kind.RANDOM else []
    if text := " · ".join([*footer, *([note] if note else [])]):
        embeds[-1].set_footer(text=text)
    return Answer(tuple(embeds), tuple(_rows(language, query, listing, public=public)), public=public)


def list_embeds(
    language: Language,
    title: str,
    posts: Sequence[ListedPost],
    *,
    first: int = 1,
    links: Mapping[int, str] | None = None,
) -> list[discord.Embed]:
    """Return `posts`, numbered from `first`, under `title`, which is fit for an embed; all in one message.

    At most 25 posts are sure to fit; the more there are, the less is said of each.
    """
    for level in _LEVELS:
        entries = [_entry(language, number, each, level, links or {}) for number, each in enumerate(posts, start=first)]
        parts = _parts(entries)
        if len(parts) <= len(_EMBEDS):
            break
    embeds = [discord.Embed(description=part, colour=COLOUR) for part in parts]
    embeds[0].title = title
    return embeds


def heading(language: Language, query: Query) -> str:
    """Return what a list is of, escaped, with at most 256 characters."""
    if query.kind is Kind.SEARCH:
        parts = [language.say("search-heading", words=escaped(plain(query.words.text)))]
    else:
        parts = [language.say(_HEADINGS[query.kind])]
    return cut(" · ".join([*parts, *filter_texts(language, query.filters)]), limits.TITLE_CHARACTERS)


def filter_texts(language: Language, filters: Filters) -> list[str]:
    """Return what a list is narrowed by, each escaped."""
    names = [each for each in (*filters.tags, filters.source) if each is not None]
    since = [] if filters.since is None else [language.say("since-heading", date=f"{filters.since:%Y-%m-%d}")]
    return [*(escaped(plain(name), _NAME) for name in names), *since]


def linked_title(post: Post, most: int, address: int = _ADDRESS) -> str:
    """Return the title of `post` as a link, with at most `most` characters; as text where the link is too long."""
    title = plain(post.title) or host_name(post.external_url) or "…"
    url = card_url(post.external_url)
    if url is None or len(url) > address:
        return escaped(title, most)
    # A parenthesis would end the address of a masked link.
    target = url.replace("(", "%28").replace(")", "%29")
    return f"[{label(title, most)}]({target})"


def _entry(
    language: Language, number: int, listed: ListedPost, level: tuple[int, int, int], links: Mapping[int, str]
) -> str:
    title, address, line = level
    facts = list(_facts(listed.post))
    if address and listed.id in links:
        facts.append(f"[{language.say('announcement-link')}]({links[listed.id]})")
    lines = (f"**{number}.** {linked_title(listed.post, title, address)}", _line(listed, line), " · ".join(facts))
    return "\n".join(filter(None, lines))


def _line(listed: ListedPost, most: int) -> str:
    """What is said below the title: what was found, else how the text begins."""
    if not most:
        return ""
    if listed.excerpt is None:
        return escaped(cut(plain(listed.post.text), most))
    return "".join(_bold(listed.excerpt))


def _bold(excerpt: str) -> Iterator[str]:
    """An excerpt with its matched words in bold."""
    for at, part in enumerate(excerpt.split(MATCH_BEGINS)):
        matched, ends, rest = part.partition(MATCH_ENDS)
        if at and ends and (word := escaped(plain(matched))):
            yield f"**{word}**"
        else:
            rest = part.replace(MATCH_ENDS, "")
        yield _spaced(rest)


def _spaced(text: str) -> str:
    """`text` escaped, with the white space at its ends folded but there: a matched word may follow."""
    inner = escaped(plain(text))
    if not inner:
        return " " if text else ""
    return " " * text[0].isspace() + inner + " " * text[-1].isspace()


def _facts(post: Post) -> Iterator[str]:
    if source := plain(post.source or "") or host_name(post.external_url):
        yield escaped(source, _SOURCE)
    if post.date is not None:
        yield f"<t:{int(post.date.timestamp())}:R>"  # shown in the reader's own language
    if tags := [escaped(tag, _TAG) for tag in map(plain, post.tags[:_TAGS]) if tag]:
        yield ", ".join(tags)


def _parts(entries: Sequence[str]) -> list[str]:
    """The entries as descriptions of embeds, none cut in two."""
    parts = [""]
    for entry in entries:
        room = _EMBEDS[min(len(parts), len(_EMBEDS)) - 1]
        longer = f"{parts[-1]}\n\n{entry}" if parts[-1] else entry
        if parts[-1] and len(longer) > room:
            parts.append(entry)
        else:
            parts[-1] = longer
    return parts


def _rows(
    language: Language, query: Query, listing: Listing, *, public: bool
) -> Iterator[tuple[discord.ui.Button[discord.ui.View], ...]]:
    row = []
    if query.kind is Kind.RANDOM:
        row.append(_button(language.say("button-again"), Button.AGAIN, replace(query, posts=())))
    elif query.page > 0 or listing.more:
        row += [
            _button(language.say("button-first"), Button.FIRST, query.at(0), disabled=query.page == 0),
            _button(language.say("button-back"), Button.BACK, query.at(query.page - 1), disabled=query.page == 0),
            _button(language.say("button-next"), Button.NEXT, query.at(query.page + 1), disabled=not listing.more),
        ]
    if not public:
        row.append(_button(language.say("button-share"), Button.SHARE, query))
    if row:
        yield tuple(row)
    if query.kind in _NARROWED and (tags := _offered_tags(query, listing)):
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
