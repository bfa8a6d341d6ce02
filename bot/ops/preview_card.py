"""The card of one post as members see it, and its sums against Discord's limits."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.content.excerpt import cut
from bot.content.front_matter import parse_front_matter
from bot.content.post import Post
from bot.content.values import FrontMatterError, TextValue
from bot.discord_app import limits
from bot.discord_app.cards import build_card
from bot.discord_app.text import escaped, plain
from bot.settings import AnnounceSettings

__all__ = ["URL", "Card", "Sum", "SumState", "card_of", "text_field"]

NEAR = 0.9  # of a limit
ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")  # what a backslash escapes in Discord's Markdown
TEXTS = ("tldr", "summary", "description")  # of the front matter, in the order in which a card takes them
BODY = "body"
URL = "url"  # the part whose characters are those of the title's address


class SumState(StrEnum):
    """How a part of a card stands to its limit."""

    FITS = "fits"
    NEAR = "near"  # nine tenths of the limit or more
    CUT = "cut"  # what the post says is longer, and was shortened


@dataclass(frozen=True, slots=True)
class Sum:
    """A part of a card against Discord's limit.

    Attributes:
        part: what is counted.
        characters: as Discord counts them: Unicode code points, escapes included.
        limit: the most that Discord takes.
        was: how many characters the post has to say; None: all of it is there.
        note: what was done about it, or what is shown in place of what is missing; None: nothing had to be done.
    """

    part: str
    characters: int
    limit: int
    was: int | None = None
    note: str | None = None

    @property
    def state(self) -> SumState:
        """How the part stands to its limit."""
        if self.was is not None:
            return SumState.CUT
        return SumState.NEAR if self.characters >= NEAR * self.limit else SumState.FITS


@dataclass(frozen=True, slots=True)
class Card:
    """A card's texts as Discord renders them, without the marks that escape Markdown.

    Attributes:
        title: one line.
        url: where the title leads; None: Discord would refuse the address, so the text shows it.
        text: the tldr as it is cut; may be empty.
        source: the line above the title; may be empty.
        footer: the tags; may be empty.
        date: the post's date; None if it has none.
        colour: ``#rrggbb``.
        embed: what is sent to Discord, as its API takes it.
        sums: each part against its limit.
    """

    title: str
    url: str | None
    text: str
    source: str
    footer: str
    date: datetime | None
    colour: str
    embed: Mapping[str, Any]
    sums: tuple[Sum, ...]


def text_field(raw: bytes) -> str | None:
    """Which field of the front matter a card's text comes from, or `BODY`; None: the file cannot be read as a post."""
    try:
        front_matter = parse_front_matter(raw.decode())
    except (FrontMatterError, UnicodeDecodeError):
        return None
    if front_matter is None:
        return None
    for field in TEXTS:
        value = front_matter.fields.get(field)
        if isinstance(value, TextValue) and value.text.strip():
            return field
    return BODY


def card_of(post: Post, announce: AnnounceSettings, field: str | None) -> Card:
    """Draw the card of `post`; its text comes from `field`, see `text_field`."""
    built = build_card(post, tldr_characters=announce.tldr_characters)
    embed = dict(built.to_dict())
    return Card(
        title=_unescaped(built.title or ""),
        url=built.url,
        text=_unescaped(built.description or ""),
        source=built.author.name or "",
        footer=built.footer.text or "",
        date=post.date,
        colour=f"#{embed.get('color', 0):06x}",
        embed=embed,
        sums=tuple(_sums(post, embed, announce, field, all_characters=len(built))),
    )


def _unescaped(text: str) -> str:
    return ESCAPED.sub(r"\1", text)


def _sums(
    post: Post, embed: Mapping[str, Any], announce: AnnounceSettings, field: str | None, *, all_characters: int
) -> Iterator[Sum]:
    yield _title(post, embed.get("title") or "")
    yield _text(post, embed, announce.tldr_characters, field)
    yield _author(post, embed.get("author", {}).get("name") or "")
    yield _footer(post, embed.get("footer", {}).get("text") or "")
    yield _all_embeds(all_characters, announce.posts_per_message)
    yield _url(post, embed.get("url"))


def _title(post: Post, title: str) -> Sum:
    whole = escaped(plain(post.title))
    is_cut = len(title) < len(whole)
    note = f"cut from {len(whole):,}, ends in “…”" if is_cut else None
    return Sum("title", len(title), limits.TITLE_CHARACTERS, len(whole) if is_cut else None, note)


def _text(post: Post, embed: Mapping[str, Any], tldr_characters: int, field: str | None) -> Sum:
    description = embed.get("description") or ""
    whole = " ".join(post.text.split())
    kept = cut(plain(post.text), tldr_characters)
    notes = [] if (missing := _missing(field, has_text=bool(whole))) is None else [missing]
    is_cut = len(plain(post.text)) > len(kept)
    if is_cut:
        where = "at the end of a sentence" if plain(post.text).startswith(kept) else "after a word, with “…”"
        notes.append(f"cut from {len(whole):,}, {where} (announce.tldr_characters: {tldr_characters:,})")
    if description.endswith("…") and not kept.endswith("…"):
        is_cut = True
        notes.append("cut again, because escapes count as well")
    note = "; ".join(notes) or None
    return Sum("text", len(description), limits.DESCRIPTION_CHARACTERS, len(whole) if is_cut else None, note)


def _missing(field: str | None, *, has_text: bool) -> str | None:
    """What is shown in place of the tldr; None: nothing, it is there, or nobody can tell."""
    if not has_text:
        return "there is no tldr, summary, description or first paragraph: the card has no text"
    if field is None or field == TEXTS[0]:
        return None
    without = TEXTS[: TEXTS.index(field)] if field in TEXTS else TEXTS
    shown = field if field in TEXTS else "the first paragraph of the body"
    return f"no {', no '.join(without)}: {shown} is shown"


def _author(post: Post, author: str) -> Sum:
    source = plain(post.source or "")
    is_cut = len(author) < len(source)
    note = f"cut from {len(source):,}" if is_cut else None
    if not source:
        note = "no source: the host of the link is shown" if author else "no source: the line is left out"
    return Sum("author", len(author), limits.AUTHOR_CHARACTERS, len(source) if is_cut else None, note)


def _footer(post: Post, footer: str) -> Sum:
    tags = [tag for tag in map(plain, post.tags) if tag]
    everything = " · ".join(tags)
    is_cut = len(footer) < len(everything)
    left_out = next((len(tags) - there for there in range(len(tags)) if footer == " · ".join(tags[:there])), 0)
    note = None if tags else "no tags"
    if is_cut:
        note = f"{left_out} of {len(tags)} tags left out" if left_out else f"cut from {len(everything):,}"
    return Sum("footer", len(footer), limits.FOOTER_CHARACTERS, len(everything) if is_cut else None, note)


def _all_embeds(characters: int, posts_per_message: int) -> Sum:
    """What the cards of one message share; `bot.discord_app.cards.fitting_cards` cuts those that do not fit."""
    fitting = limits.ALL_EMBEDS_CHARACTERS // characters
    note = None
    if fitting < posts_per_message:
        note = f"{fitting} such cards fit into one message; of up to {posts_per_message} the texts are cut evenly"
    return Sum("all embeds", characters, limits.ALL_EMBEDS_CHARACTERS, None, note)


def _url(post: Post, url: str | None) -> Sum:
    if url is not None:
        return Sum(URL, len(url), limits.URL_CHARACTERS)
    note = "Discord refuses this address in a card: the text shows it, and the title leads nowhere"
    return Sum(URL, 0, limits.URL_CHARACTERS, len(post.external_url), note)
