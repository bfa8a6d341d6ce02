"""What the slash commands read: the posts that members may see."""

from typing import Protocol

from bot.catalog.records import Counted, ListedPost

__all__ = ["Archive"]


class Archive(Protocol):
    """The posts that members may see. Every coroutine raises `bot.problems.CatalogError` if the catalog fails."""

    async def latest(self, *, count: int, tag: str | None = None, source: str | None = None) -> list[ListedPost]:
        """Return at most `count` posts, newest first by date; `tag` and `source` without regard to case."""
        ...

    async def tags(self) -> list[Counted]:
        """Return all tags, those with the most posts first."""
        ...

    async def sources(self) -> list[Counted]:
        """Return all sources, those with the most posts first."""
        ...
