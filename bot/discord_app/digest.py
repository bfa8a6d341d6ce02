"""Many posts for a follower as one list, which is the same each time that it is made of the same posts. Pure.

It has no words of its own: the catalog does not keep which language a follower reads.
"""

import re
from collections.abc import Sequence

import discord

from bot.content.post import Post
from bot.discord_app import limits
from bot.discord_app.entries import linked_title
from bot.discord_app.links import host_name, link_key
from bot.discord_app.pages import COLOUR
from bot.discord_app.text import escaped, plain

__all__ = ["digest_embeds", "digest_keys", "fitting_into_digest"]

_TITLE, _SOURCE = 150, 60  # characters
_LINK = re.compile(r"\]\(([^\s()]+)\)")


def digest_embeds(posts: Sequence[Post]) -> list[discord.Embed]:
    """Return the list of `posts`, of which no more than `fitting_into_digest` fit into one message."""
    return [discord.Embed(description=part, colour=COLOUR) for part in _parts(posts)[0]]


def fitting_into_digest(posts: Sequence[Post]) -> int:
    """Return how many of `posts`, from the first, the list in one message can carry."""
    return _parts(posts)[1]


def digest_keys(embed: discord.Embed) -> frozenset[str]:
    """Return what tells a list from others, equal for the one sent and the one that the history shows.

    That is where its links lead, each for itself: another version of Linkbot may have parted the list elsewhere. One
    without any links is known by its text.
    """
    text = embed.description or ""
    return frozenset(map(link_key, _LINK.findall(text))) or frozenset((" ".join(text.split()),))


def _parts(posts: Sequence[Post]) -> tuple[list[str], int]:
    """The descriptions of the embeds, and how many of the posts are in them."""
    parts = [""]
    for number, line in enumerate(map(_line, range(1, len(posts) + 1), posts)):
        longer = f"{parts[-1]}\n{line}" if parts[-1] else line
        wanted = [*parts[:-1], longer] if len(longer) <= limits.DESCRIPTION_CHARACTERS else [*parts, line]
        if sum(map(len, wanted)) > limits.ALL_EMBEDS_CHARACTERS:
            return parts, number
        parts = wanted
    return parts, len(posts)


def _line(number: int, post: Post) -> str:
    line = f"**{number}.** {linked_title(post, _TITLE)}"
    source = plain(post.source or "") or host_name(post.external_url)
    return f"{line} · {escaped(source, _SOURCE)}" if source else line
