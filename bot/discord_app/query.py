"""A question for a list of posts, small enough for the custom id of a button.

A custom id is ``<button><kind><count><page>:<since>:<tag>:<tag>:<source>:<words or posts>``. Whoever reads one checks
all of it, because it comes back from outside; what it asks for may be asked with a command as well. Names of tags and
sources are hashes, which are looked up among those that exist.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol

from bot.catalog.columns import fold
from bot.catalog.listings import Filters
from bot.catalog.records import Counted
from bot.catalog.words import Words
from bot.discord_app.archive import Names
from bot.discord_app.base36 import DIGITS, base36

__all__ = [
    "LARGEST_COUNT",
    "LAST_PAGE",
    "SEARCHES",
    "USUAL_COUNT",
    "Button",
    "Kind",
    "Query",
    "custom_id",
    "read_custom_id",
]

LARGEST_COUNT = 25  # posts on a page
USUAL_COUNT = 5
LAST_PAGE = 36**3 - 1  # that a custom id can say, counted from 0


class _Known(Protocol):
    """`Names.tags` or `Names.sources`."""

    async def __call__(self, *, fresh: bool = False) -> Sequence[Counted]: ...


EVERYTHING = Filters()
NO_WORDS = Words()
_TAGS = 2
_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SINCE = 36**4 - 1  # in days
_FIRST_TOO_LARGE = 2**63  # for SQLite
_MOST_POSTS = 10  # as many as a message has cards

_PATTERN = re.compile(
    r"(?P<button>[a-z])(?P<kind>[a-z])(?P<count>[0-9a-z])(?P<page>[0-9a-z]{1,3}):(?P<since>[0-9a-z]{0,4})"
    r":(?P<tag>[\w-]{6}|):(?P<also>[\w-]{6}|):(?P<source>[\w-]{6}|):(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_POSTS = re.compile(r"[0-9a-z]{1,11}(?:\.[0-9a-z]{1,11})*", re.ASCII)


class Kind(StrEnum):
    """What a list is made of."""

    LATEST = "l"
    SEARCH = "s"
    SOME = "o"  # a search for which one of the words is enough
    RANDOM = "r"
    RELATED = "e"


SEARCHES = (Kind.SEARCH, Kind.SOME)


class Button(StrEnum):
    """What a button under a list does with the query in its custom id."""

    FIRST = "f"
    BACK = "b"
    NEXT = "n"
    SHARE = "s"
    TAG = "t"
    AGAIN = "a"
    DID_YOU_MEAN = "d"


@dataclass(frozen=True, slots=True)
class Query:
    """A question for a list of posts.

    Attributes:
        kind: see `Kind`.
        filters: which posts it is about; at most two tags; `since` is midnight UTC.
        words: only for `Kind.SEARCH` and `Kind.SOME`.
        posts: ids; of `Kind.RANDOM` the one that was picked, none: one is to be picked; of `Kind.RELATED` the posts, at
            most 10, to which others are sought.
        count: posts on a page, 1 to `LARGEST_COUNT`.
        page: counted from 0, at most `LAST_PAGE`.
    """

    kind: Kind
    filters: Filters = EVERYTHING
    words: Words = NO_WORDS
    posts: tuple[int, ...] = ()
    count: int = USUAL_COUNT
    page: int = 0

    @property
    def offset(self) -> int:
        """How many posts come before those of the page."""
        return self.page * self.count

    def at(self, page: int) -> "Query":
        """Return the query for another page."""
        return replace(self, page=max(0, min(page, LAST_PAGE)))

    def with_tags(self, tags: tuple[str, ...]) -> "Query":
        """Return the query for only the posts with all of `tags`, from the first page."""
        return replace(self, page=0, filters=replace(self.filters, tags=tags))

    def with_source(self, source: str) -> "Query":
        """Return the query for only the posts of `source`, from the first page."""
        return replace(self, page=0, filters=replace(self.filters, source=source))

    def with_tag(self, tag: str) -> "Query":
        """Return the query for only the posts with `tag`, beside the first tag that it has."""
        others = tuple(other for other in self.filters.tags if fold(other) != fold(tag))
        return self.with_tags((*others[: _TAGS - 1], tag))


def custom_id(button: Button, query: Query) -> str:
    """Return `query` as the custom id of `button`, at most 100 characters long, as Discord wants it."""
    filters = query.filters
    tag, also, *_ = (*map(_hash, filters.tags[:_TAGS]), "", "")
    source = "" if filters.source is None else _hash(filters.source)
    since = "" if filters.since is None else base36(min((filters.since - _FIRST_DAY).days, _LAST_SINCE))
    start = f"{button}{query.kind}{DIGITS[query.count]}{base36(query.page)}"
    rest = query.words.text if query.kind in SEARCHES else ".".join(map(base36, query.posts[:_MOST_POSTS]))
    return ":".join((start, since, tag, also, source, rest))


async def read_custom_id(text: str, names: Names) -> tuple[Button, Query] | None:
    """Return what `custom_id` wrote; None if it is not that, or names a tag or source that does not exist any more.

    Raises:
        CatalogError: the names cannot be read.
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        return None
    button, kind, count = match["button"], match["kind"], DIGITS.index(match["count"])
    if button not in set(Button) or kind not in set(Kind) or not 1 <= count <= LARGEST_COUNT:
        return None
    asked = _read_rest(Kind(kind), match["rest"])
    if asked is None:
        return None
    tags = await _names((match["tag"], match["also"]), names.tags)
    sources = await _names((match["source"],), names.sources)
    if tags is None or sources is None:
        return None
    since = _FIRST_DAY + timedelta(days=int(match["since"], 36)) if match["since"] else None
    filters = Filters(tags, next(iter(sources), None), since)
    return Button(button), Query(Kind(kind), filters, *asked, count, int(match["page"], 36))


def _read_rest(kind: Kind, rest: str) -> tuple[Words, tuple[int, ...]] | None:
    """Return the words, or the ids of posts, at the end of a custom id; None if they are not as `custom_id` writes."""
    if kind in SEARCHES:
        words = replace(Words.parse(rest), some=kind is Kind.SOME)
        return (words, ()) if words.terms and words.text == rest else None
    if not rest:
        return None if kind is Kind.RELATED else (NO_WORDS, ())
    if kind is Kind.LATEST or not _POSTS.fullmatch(rest):
        return None
    posts = tuple(int(number, 36) for number in rest.split("."))
    return (NO_WORDS, posts) if len(posts) <= _MOST_POSTS and max(posts) < _FIRST_TOO_LARGE else None


async def _names(hashes: Sequence[str], known: _Known) -> tuple[str, ...] | None:
    """Return the names of which these are the hashes; None if one is of no name that is `known`."""
    wanted = tuple(filter(None, hashes))
    for fresh in (False, True):  # one may be new
        by_hash = (
            {_hash(counted.name): counted.name for counted in reversed(await known(fresh=fresh))} if wanted else {}
        )
        if by_hash.keys() >= set(wanted):
            return tuple(by_hash[each] for each in wanted)
    return None


@lru_cache(maxsize=4096)
def _hash(name: str) -> str:
    """Return 36 bits of a hash of `name` without regard to case, as 6 characters."""
    digest = blake2b(fold(name).encode("utf-8", "replace"), digest_size=5).digest()
    return base64.urlsafe_b64encode(digest)[:6].decode()
