"""Posts and archives for tests of the Discord side."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.catalog.listings import Filters, Listing, Place
from bot.catalog.records import Counted, ListedPost
from bot.catalog.words import Words
from bot.content.links import canonical_url
from bot.content.post import Post

DATE = datetime(2024, 6, 20, tzinfo=UTC)


def make_post(
    number: int = 1,
    *,
    title: str = "Blog: Spotlight on SIG Node",
    url: str | None = None,
    text: str = "SIG Node looks after what runs on a node. Its chairs tell how one can take part.",
    tags: tuple[str, ...] = ("kubernetes", "community"),
    source: str | None = "Kubernetes.dev Blog",
    date: datetime | None = DATE,
) -> Post:
    """A post like those of the real site; `number` tells it from others."""
    address = f"https://www.kubernetes.dev/blog/{number}/" if url is None else url
    return Post(
        path=f"docs/{number}.md",
        title=title,
        external_url=address,
        canonical_url=canonical_url(address),
        text=text,
        summary="",
        tags=tags,
        source=source,
        kind="link",
        draft=False,
        date=date,
        publish_date=None,
        expiry_date=None,
    )


@dataclass
class FakeArchive:
    """An archive in memory that knows posts and their tags and sources; `failure` is raised by every look-up.

    It does not search: that is what the catalog is for.
    """

    posts: Sequence[Post] = ()
    failure: Exception | None = None
    part: float | None = None

    async def latest(self, filters: Filters, *, offset: int, count: int) -> Listing:
        return await self._listing(offset, count)

    async def search(self, words: Words, filters: Filters, *, offset: int, count: int) -> Listing:
        return await self._listing(offset, count)

    async def random(self, filters: Filters) -> Listing:
        return await self._listing(0, 1)

    async def related(self, post_ids: Collection[int], *, offset: int, count: int) -> Listing:
        return await self._listing(offset, count)

    async def in_message(self, message_id: int, addresses: Sequence[str]) -> list[ListedPost]:
        return list((await self._listing(0, 10)).posts)

    async def by_id(self, post_ids: Sequence[int]) -> list[ListedPost]:
        listing = await self._listing(0, len(self.posts))
        return [listed for listed in listing.posts if listed.id in post_ids]

    async def tags(self, *, fresh: bool = False) -> list[Counted]:
        await self._listing(0, 0)
        return _counted([tag for post in self.posts for tag in post.tags])

    async def sources(self, *, fresh: bool = False) -> list[Counted]:
        await self._listing(0, 0)
        return _counted([post.source for post in self.posts if post.source])

    async def titles(self, typed: str, count: int) -> list[str]:
        return [listed.post.title for listed in (await self._listing(0, count)).posts]

    async def correction(self, words: Words) -> Words | None:
        return None

    async def places(self, post_ids: Collection[int]) -> dict[int, Sequence[Place]]:
        return {}

    def indexed(self) -> float | None:
        return self.part

    async def _listing(self, offset: int, count: int) -> Listing:
        """What every look-up goes through."""
        if self.failure is not None:
            raise self.failure
        posts = [ListedPost(number, post) for number, post in enumerate(self.posts, start=1)]
        return Listing(tuple(posts[offset : offset + count]), len(posts) > offset + count)


def _counted(names: list[str]) -> list[Counted]:
    return sorted((Counted(name, names.count(name)) for name in dict.fromkeys(names)), key=lambda one: -one.posts)
