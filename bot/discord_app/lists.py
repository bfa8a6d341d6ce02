"""Lists of posts as embeds, and the answer where there are none. Pure."""

import difflib
from collections.abc import Iterator, Sequence

import discord

from bot.catalog.records import Counted, ListedPost
from bot.content.post import Post
from bot.discord_app import limits
from bot.discord_app.links import card_url, host_name
from bot.discord_app.text import escaped, label, plain

__all__ = ["list_embeds", "nothing_embed", "similar_names"]

_COLOUR = discord.Colour(0x5865F2)

# In characters, so that one entry never takes more than about a quarter of an embed's description.
_TITLE = 150
_SOURCE = 60
_TAG = 30
_ADDRESS = 600  # a longer one is not linked

_TAGS = 4  # shown of one post
_SIMILAR = 3  # names offered instead of one that is not there


def list_embeds(heading: str, posts: Sequence[ListedPost]) -> list[discord.Embed]:
    """Return the numbered `posts` under `heading`, as few embeds as hold them, each fit for a message alone."""
    pages = list(_pages([_entry(number, listed.post) for number, listed in enumerate(posts, start=1)]))
    embeds = [discord.Embed(description=page, colour=_COLOUR) for page in pages]
    embeds[0].title = escaped(plain(heading), limits.TITLE_CHARACTERS)
    return embeds


def nothing_embed(kind: str, asked: str, known: Sequence[Counted]) -> discord.Embed:
    """Return the answer where no post has `asked` as its `kind` ("tag", "source"), with names of `known` like it."""
    names = [f"**{escaped(plain(name), _SOURCE)}**" for name in similar_names(asked, known)]
    what = f"There is no post with the {kind} **{escaped(plain(asked), _SOURCE) or '(empty)'}**."
    if names:
        *others, last = names
        hint = f" Did you mean {', '.join(others) + ' or ' if others else ''}{last}?"
    else:
        hint = f" While you type a {kind}, Discord shows those that exist."
    return discord.Embed(description=what + hint, colour=_COLOUR)


def similar_names(asked: str, known: Sequence[Counted]) -> list[str]:
    """Return the names of `known` that look like `asked`, the likest first."""
    by_folded = {counted.name.casefold(): counted.name for counted in reversed(known)}
    matches = difflib.get_close_matches(asked.casefold()[: limits.CHOICE_CHARACTERS], by_folded, n=_SIMILAR)
    return [by_folded[match] for match in matches]


def _entry(number: int, post: Post) -> str:
    return f"**{number}.** {_linked_title(post)}\n{' · '.join(_facts(post))}".rstrip()


def _linked_title(post: Post) -> str:
    title = plain(post.title) or host_name(post.external_url) or "Untitled post"
    url = card_url(post.external_url)
    if url is None or len(url) > _ADDRESS:
        return escaped(title, _TITLE)
    # A parenthesis would end the address of a masked link.
    target = url.replace("(", "%28").replace(")", "%29")
    return f"[{label(title, _TITLE)}]({target})"


def _facts(post: Post) -> Iterator[str]:
    if source := plain(post.source or "") or host_name(post.external_url):
        yield escaped(source, _SOURCE)
    if post.date is not None:
        yield f"<t:{int(post.date.timestamp())}:D>"  # shown in the reader's own language and time zone
    if tags := [escaped(tag, _TAG) for tag in map(plain, post.tags[:_TAGS]) if tag]:
        yield ", ".join(tags)


def _pages(entries: Sequence[str]) -> Iterator[str]:
    page = ""
    for entry in entries:
        longer = f"{page}\n\n{entry}" if page else entry
        if len(longer) > limits.DESCRIPTION_CHARACTERS:
            yield page
            longer = entry
        page = longer
    yield page
