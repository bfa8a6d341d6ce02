"""What the slash commands read: the posts that members may see."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bot.catalog.listings import Filters, Listing, Place
from bot.catalog.records import Counted, ListedPost
from bot.catalog.words import Words

__all__ = ["Archive", "Names"]


class Names(Protocol):
    """By what posts are told apart. Every coroutine raises `bot.problems.CatalogError` if the catalog fails."""

    async def tags(self, *, fresh: bool = False) -> Sequence[Counted]:
        """Return all tags, those with the most posts first; unless `fresh` as they were a moment ago."""
        ...

    async def sources(self, *, fresh: bool = False) -> Sequence[Counted]:
        """Return all sources, those with the most posts first; unless `fresh` as they were a moment ago."""
        ...


class Archive(Names, Protocol):
    """The posts that members may see. Every coroutine raises `bot.problems.CatalogError` if the catalog fails."""

    async def latest(self, filters: Filters, *, offset: int, count: int) -> Listing:
        """Return at most `count` posts that pass `filters`, newest first by date, without the first `offset`."""
        ...

    async def search(self, words: Words, filters: Filters, *, offset: int, count: int) -> Listing:
        """Return at most `count` posts with all of `words`, best first, each with an excerpt."""
        ...

    async def random(self, filters: Filters) -> Listing:
        """Return one post that passes `filters`, each as likely as the others."""
        ...

    async def related(self, post_ids: Collection[int], *, offset: int, count: int) -> Listing:
        """Return at most `count` other posts that share most tags and words with these, the most alike first."""
        ...

    async def in_message(self, message_id: int, addresses: Sequence[str]) -> list[ListedPost]:
        """Return the posts that the message with this id announced, as far as members may still see them.

        Of a message that is not ours, those that lead to one of `addresses`, in their order.
        """
        ...

    async def by_id(self, post_ids: Sequence[int]) -> list[ListedPost]:
        """Return those of these posts that members may still see, in that order."""
        ...

    async def titles(self, typed: str, count: int) -> list[str]:
        """Return at most `count` titles of posts with the words of `typed` in their title, best first."""
        ...

    async def correction(self, words: Words) -> Words | None:
        """Return `words` with each that no post has replaced by the likest one that some have; None: there is none."""
        ...

    async def places(self, post_ids: Collection[int]) -> Mapping[int, Sequence[Place]]:
        """Return where announcements of these posts stand; a post without any is left out."""
        ...

    def indexed(self) -> float | None:
        """Return which part of the posts is taken in, from 0 to 1, while the first run lasts; None: all are."""
        ...
