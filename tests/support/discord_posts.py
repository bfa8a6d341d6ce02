"""Posts and archives for tests of the Discord side."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.catalog.records import Counted, ListedPost
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
    """An archive in memory; `asked` tells what was looked for, `failure` is raised by every look-up."""

    posts: Sequence[Post] = ()
    failure: Exception | None = None
    asked: list[tuple[int, str | None, str | None]] = field(default_factory=list)

    async def latest(self, *, count: int, tag: str | None = None, source: str | None = None) -> list[ListedPost]:
        self._fail()
        self.asked.append((count, tag, source))
        matching = [
            ListedPost(number, post)
            for number, post in enumerate(self.posts)
            if (tag is None or tag.casefold() in {own.casefold() for own in post.tags})
            and (source is None or source.casefold() == (post.source or "").casefold())
        ]
        return matching[:count]

    async def tags(self) -> list[Counted]:
        self._fail()
        return _counted([tag for post in self.posts for tag in post.tags])

    async def sources(self) -> list[Counted]:
        self._fail()
        return _counted([post.source for post in self.posts if post.source])

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


def _counted(names: list[str]) -> list[Counted]:
    return sorted((Counted(name, names.count(name)) for name in dict.fromkeys(names)), key=lambda one: -one.posts)
