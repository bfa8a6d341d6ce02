"""Which posts a message is about: those that it announced, or those that its links lead to."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import discord

from bot.catalog.records import ListedPost
from bot.discord_app.archive import Archive
from bot.discord_app.links import card_url
from bot.discord_app.replies import UnfitError

__all__ = ["addresses_in", "posts_in"]

_MOST = 100  # links of a message that are looked at: a list of 25 posts has 50

_ADDRESS = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_ENCLOSED = ("](", "](<", "<")  # before an address whose end is marked
_NOT_AT_THE_END = ".,:;!?…\"'*_~|]`"  # of an address in a sentence


async def posts_in(archive: Archive, message: discord.Message) -> list[ListedPost]:
    """Return the posts that `message` is about, as far as members may see them.

    Raises:
        UnfitError: it is about none.
        CatalogError: the archive cannot be read.
    """
    posts = await archive.in_message(message.id, addresses_in(message))
    if not posts:
        raise UnfitError("no-post-in-message")
    return posts


def addresses_in(message: discord.Message) -> list[str]:
    """Return where the links in the text and the embeds of `message` lead, in their order, each once.

    What it forwards is part of it. Whatever somebody wrote there, only addresses that a card can have come out. Lists
    write parentheses percent-encoded, because one would end a masked link: such an address comes in both spellings.
    """
    addresses = dict[str, None]()
    for found in islice(_links(message), _MOST):
        for spelling in (found, found.replace("%28", "(").replace("%29", ")")):
            if address := card_url(spelling):
                addresses[address] = None
    return list(addresses)


def _links(message: discord.Message) -> Iterator[str]:
    parts: tuple[discord.Message | discord.MessageSnapshot, ...] = (message, *message.message_snapshots)
    for part in parts:
        yield from _links_of_text(part.content)
        yield from _links_of_embeds(part.embeds)


def _links_of_embeds(embeds: Iterable[discord.Embed]) -> Iterator[str]:
    for embed in embeds:
        if embed.url:
            yield embed.url
        for text in (embed.description, *(field.value for field in embed.fields)):
            yield from _links_of_text(text or "")


def _links_of_text(text: str) -> Iterator[str]:
    """The addresses in `text`, masked, in angle brackets, or as they are."""
    at = 0
    while match := _ADDRESS.search(text, at):
        address = _closed(match[0])
        at = match.start() + len(address)
        yield address if text[: match.start()].endswith(_ENCLOSED) else address.rstrip(_NOT_AT_THE_END)


def _closed(address: str) -> str:
    """`address` up to a parenthesis that closes none of its own."""
    depth = 0
    for index, character in enumerate(address):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return address[:index]
    return address
