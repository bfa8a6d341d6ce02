"""Posts as the entries of a list: number, linked title, text, source, date, tags, announcement. Pure.

However many there are and whatever stands in them, they are one message. What has to give way for that goes in an
order: the texts, the tags, sources and announcements, the ends of titles, and last, one by one, the longest addresses.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.catalog.listings import MATCH_BEGINS, MATCH_ENDS
from bot.catalog.records import ListedPost
from bot.content.excerpt import cut
from bot.content.post import Post
from bot.discord_app import limits
from bot.discord_app.language import Language
from bot.discord_app.links import card_url, host_name
from bot.discord_app.text import escaped, label, plain

__all__ = ["entry_parts", "linked_title"]

_ROOM = 5_400  # characters of all entries together; the rest of the message's 6,000 is for what stands around them

# In characters.
_SOURCE = 60
_TAG = 30
_ADDRESS = 600  # a longer one is not linked
_LINE = 140  # of a text
_EXCERPT = 260  # of what was found, which is to show a word with its surroundings

_TAGS = 4  # shown of one post
_EMBEDS = 2


@dataclass(frozen=True, slots=True)
class _Level:
    """How much is said of each post; `title` in characters."""

    title: int
    text: bool = False
    tags: bool = False
    source: bool = False


_LEVELS = (
    _Level(150, text=True, tags=True, source=True),
    _Level(150, tags=True, source=True),
    _Level(120, source=True),
    _Level(80),
    _Level(50),
)


def entry_parts(language: Language, posts: Sequence[ListedPost], first: int, links: Mapping[int, str]) -> list[str]:
    """Return the entries of at most 25 `posts` as descriptions of one or two embeds, which fit into one message.

    Args:
        language: of who reads them.
        posts: in their order.
        first: the number of the first.
        links: by post, where its announcement is.
    """
    numbered = list(enumerate(posts, start=first))
    for level in _LEVELS:
        entries = [_entry(language, number, listed, level, links) for number, listed in numbered]
        if _fit(entries):
            return _parts(entries)
    by_length = sorted(range(len(posts)), key=lambda at: len(posts[at].post.external_url), reverse=True)
    for at in by_length:
        entries[at] = _entry(language, first + at, posts[at], level, {}, linked=False)
        if _fit(entries):
            break
    return _parts(entries)


def linked_title(post: Post, most: int) -> str:
    """Return the title of `post` as a link, with at most `most` characters; as text where the link is too long."""
    return _title(post, most, linked=True)


def _title(post: Post, most: int, *, linked: bool) -> str:
    title = plain(post.title) or host_name(post.external_url) or "…"
    url = card_url(post.external_url) if linked else None
    if url is None or len(url) > _ADDRESS:
        return escaped(title, most)
    # A parenthesis would end the address of a masked link.
    target = url.replace("(", "%28").replace(")", "%29")
    return f"[{label(title, most)}]({target})"


def _entry(
    language: Language, number: int, listed: ListedPost, level: _Level, links: Mapping[int, str], *, linked: bool = True
) -> str:
    title = _title(listed.post, level.title, linked=linked)
    facts = list(_facts(listed.post, level))
    if level.source and listed.id in links:
        facts.append(f"[{language.say('announcement-link')}]({links[listed.id]})")
    text = _text(listed) if level.text else ""
    return "\n".join(filter(None, (f"**{number}.** {title}", text, " · ".join(facts))))


def _facts(post: Post, level: _Level) -> Iterator[str]:
    if level.source and (source := plain(post.source or "") or host_name(post.external_url)):
        yield escaped(source, _SOURCE)
    if post.date is not None:
        yield f"<t:{int(post.date.timestamp())}:R>"  # shown in the reader's own language
    if level.tags and (tags := [escaped(tag, _TAG) for tag in map(plain, post.tags[:_TAGS]) if tag]):
        yield ", ".join(tags)


def _text(listed: ListedPost) -> str:
    """What is said below the title: what was found, else how the text begins."""
    if listed.excerpt is None:
        return escaped(cut(plain(listed.post.text), _LINE))
    text = ""
    for piece in _bold(listed.excerpt):
        if len(text) + len(piece) > _EXCERPT:
            return text.rstrip() + "…"
        text += piece
    return text


def _bold(excerpt: str) -> Iterator[str]:
    """An excerpt in pieces of which none may be cut: words, those that were matched in bold."""
    for at, part in enumerate(excerpt.split(MATCH_BEGINS)):
        matched, ends, rest = part.partition(MATCH_ENDS)
        if at and ends and (word := escaped(plain(matched))):
            yield f"**{word}**"
        else:
            rest = part.replace(MATCH_ENDS, "")
        yield from _words(rest)


def _words(text: str) -> Iterator[str]:
    """`text` escaped, word by word, with single spaces between them and at its ends where there is white space."""
    words = plain(text).split()
    if text[:1].isspace():
        yield " "
    for at, word in enumerate(words):
        yield f" {escaped(word)}" if at else escaped(word)
    if words and text[-1:].isspace():
        yield " "


def _fit(entries: Sequence[str]) -> bool:
    parts = _parts(entries)
    whole = all(len(part) <= limits.DESCRIPTION_CHARACTERS for part in parts)
    return whole and len(parts) <= _EMBEDS and sum(map(len, parts)) <= _ROOM


def _parts(entries: Sequence[str]) -> list[str]:
    """The entries as descriptions of embeds, none cut in two."""
    parts = [""]
    for entry in entries:
        longer = f"{parts[-1]}\n\n{entry}" if parts[-1] else entry
        if parts[-1] and len(longer) > limits.DESCRIPTION_CHARACTERS:
            parts.append(entry)
        else:
            parts[-1] = longer
    return parts
