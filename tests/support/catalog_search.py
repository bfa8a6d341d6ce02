"""Posts that members look for, in a real catalog."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.catalog.database import Catalog
from bot.catalog.listings import Filters, Listing
from bot.catalog.records import Cause, Standing
from bot.catalog.tables import Tables
from bot.catalog.words import Words
from bot.content.post import Post
from tests.support.catalog_site import NOW, a_post

__all__ = ["find", "index", "latest", "titled", "titles_of"]


def titled(title: str, *tags: str, text: str = "", summary: str = "", days: int = 1, **fields: str | None) -> Post:
    """A post dated `days` before `NOW`, whose path is its title; `fields` as in `a_post`."""
    post = a_post(title, title=title, tags=tags, text=text, date=NOW - timedelta(days=days), **fields)  # type: ignore[arg-type]
    return replace(post, summary=summary)


async def index(catalog: Catalog, *posts: Post, standing: Standing = Standing.INDEXED) -> list[int]:
    """Store posts that members may see; their ids."""

    def store(tables: Tables) -> list[int]:
        ids = [tables.posts.insert(post, NOW) for post in posts]
        for post_id in ids:
            tables.posts.decide(post_id, standing, Cause.RULES, ())
        return ids

    return await catalog.write(store)


EVERYTHING = Filters()


async def find(
    catalog: Catalog, typed: str, filters: Filters = EVERYTHING, offset: int = 0, count: int = 100
) -> Listing:
    """What a search finds."""
    words = Words.parse(typed)
    return await catalog.read(lambda tables: tables.search.search(words, filters, offset, count, NOW))


async def latest(catalog: Catalog, filters: Filters = EVERYTHING, now: datetime = NOW) -> Sequence[str]:
    """The titles of all posts that pass, newest first."""
    return titles_of(await catalog.read(lambda tables: tables.search.latest(filters, 0, 1000, now)))


def titles_of(listing: Listing) -> list[str]:
    """The titles, in their order."""
    return [listed.post.title for listed in listing.posts]
