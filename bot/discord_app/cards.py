"""One post as one card, which is Discord's embed. Pure: the same post always makes the same card."""

import colorsys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b

import discord

from bot.content.excerpt import cut
from bot.content.post import Post
from bot.discord_app import limits
from bot.discord_app.digest import digest_keys
from bot.discord_app.links import card_url, host_name, link_key
from bot.discord_app.text import escaped, plain

__all__ = ["build_card", "card_characters", "card_keys", "fitting_cards", "source_colour", "thread_name"]

# In characters. With title and description at their limits, a card alone stays within the 6,000 of a message.
_AUTHOR = 100
_FOOTER = 200
_ADDRESS = 200

_UNTITLED = "Untitled post"
_NEXT_TAG = " · "
_LUMINANCE = 0.24  # midway between Discord's dark and light backgrounds: at least 3:1 against both (WCAG 2.1, 1.4.11)


def build_card(post: Post, *, tldr_characters: int) -> discord.Embed:
    """Return the card of `post`; its text is cut at a sentence to `tldr_characters`, counted before escaping.

    The title leads to the post's address. An address that Discord would refuse is shown as text instead: the post is
    not lost.
    """
    card = _frame(post)
    card.description = _description(post, plain(post.text), tldr_characters, linked=card.url is not None)
    return card


def _frame(post: Post) -> discord.Embed:
    """Return the card of `post` without its text."""
    source = plain(post.source or "") or host_name(post.external_url)
    card = discord.Embed(
        title=escaped(_title(post), limits.TITLE_CHARACTERS),
        url=card_url(post.external_url),
        timestamp=post.date,
        colour=source_colour(source),
    )
    if source:
        card.set_author(name=cut(source, _AUTHOR))
    if footer := _footer(post.tags):
        card.set_footer(text=footer)
    return card


def card_characters(post: Post, tldr_characters: int) -> int:
    """Return how many of the 6,000 characters that a message's cards share the card of `post` takes."""
    return len(build_card(post, tldr_characters=tldr_characters))


def fitting_cards(posts: Sequence[Post], *, tldr_characters: int) -> list[discord.Embed]:
    """Return the cards of `posts` for one message; their texts are cut evenly until all fit into its 6,000 characters.

    Where even the titles leave no room, the cards have no text at all. Of cards with one address Discord shows the
    first only (https://docs.discord.com/developers/resources/message#embed-object-embed-limits), so the others show it
    as text.
    """
    cards = [_frame(post) for post in posts]
    addresses = set()
    for card in cards:
        if card.url in addresses:
            card.url = None
        addresses.add(card.url)
    texts = [plain(post.text) for post in posts]

    def fit(characters: int) -> bool:
        for post, card, text in zip(posts, cards, texts, strict=True):
            card.description = _description(post, text, characters, linked=card.url is not None)
        return sum(map(len, cards)) <= limits.ALL_EMBEDS_CHARACTERS

    if fit(tldr_characters):
        return cards
    fitting, too_many = 0, tldr_characters
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        fitting, too_many = (middle, too_many) if fit(middle) else (fitting, middle)
    if not fit(fitting):
        for card in cards:
            card.description = None
    return cards


def thread_name(post: Post) -> str:
    """Return the name of the thread of `post` in a forum, which shows no markup."""
    return cut(_title(post), limits.THREAD_NAME_CHARACTERS)


def _title(post: Post) -> str:
    return plain(post.title) or host_name(post.external_url) or _UNTITLED


def card_keys(cards: Iterable[discord.Embed]) -> frozenset[str]:
    """Return what tells the cards of a message from others, equal for those sent and those in Discord's history.

    That is one key for each card; what has neither address nor title is no card, but a part of a list.
    """
    return frozenset().union(*map(_keys, cards))


def _keys(card: discord.Embed) -> frozenset[str]:
    if card.url:
        return frozenset((link_key(card.url),))
    return frozenset((" ".join(card.title.split()),)) if card.title else digest_keys(card)


@lru_cache(maxsize=256)
def source_colour(source: str) -> discord.Colour:
    """Return the colour of `source`, always the same one: a hue by its name, as light as reads on dark and light."""
    digest = blake2b(source.casefold().encode("utf-8", "replace"), digest_size=2).digest()
    hue = int.from_bytes(digest) / 2**16
    low, high = 0.0, 1.0
    for _ in range(12):  # halving to 1/4096, finer than a step of an 8-bit colour
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _luminance(*colorsys.hls_to_rgb(hue, middle, 0.65)) < _LUMINANCE else (low, middle)
        )
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, low, 0.65))
    return discord.Colour.from_rgb(red, green, blue)


def _luminance(red: float, green: float, blue: float) -> float:
    """Relative luminance, 0 to 1, of an sRGB colour (https://www.w3.org/TR/WCAG21/#dfn-relative-luminance)."""
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _description(post: Post, text: str, tldr_characters: int, *, linked: bool) -> str | None:
    text = cut(text, tldr_characters) if tldr_characters > 0 else ""
    if linked:
        return escaped(text, limits.DESCRIPTION_CHARACTERS) or None
    address = escaped(plain(post.external_url), _ADDRESS)
    room = limits.DESCRIPTION_CHARACTERS - len(address) - 2
    return "\n\n".join(part for part in (escaped(text, room), address) if part) or None


def _footer(tags: tuple[str, ...]) -> str:
    """Join as many tags as fit."""
    footer = ""
    for tag in filter(None, map(plain, tags)):
        longer = f"{footer}{_NEXT_TAG}{tag}" if footer else cut(tag, _FOOTER)
        if len(longer) > _FOOTER:
            break
        footer = longer
    return footer
