"""Messages that commands are used on, and an archive that knows what stands in them."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.catalog.listings import Listing
from bot.catalog.records import ListedPost
from bot.content.links import canonical_url
from bot.content.post import Post
from bot.discord_app.publish import DiscordPublisher
from bot.rehearsal import message_form
from tests.support.catalog_site import ALL
from tests.support.discord_archive import AnsweringBot, answering
from tests.support.discord_client import announcement, created
from tests.support.discord_posts import FakeArchive

__all__ = ["RELATED", "SAVE", "MessageArchive", "announced", "knowing", "said"]

RELATED, SAVE = "Related links", "Save for later"


@dataclass
class MessageArchive(FakeArchive):
    """An archive in memory; `announced` says which posts, by id, a message announced."""

    announced: dict[int, tuple[int, ...]] = field(default_factory=dict)

    async def in_message(self, message_id: int, addresses: Sequence[str]) -> list[ListedPost]:
        everything = (await self._listing(0, len(self.posts))).posts
        if message_id in self.announced:
            return [listed for listed in everything if listed.id in self.announced[message_id]]
        wanted = dict.fromkeys(map(canonical_url, addresses))
        return [listed for url in wanted for listed in everything if listed.post.canonical_url == url]

    async def related(self, post_ids: Collection[int], *, offset: int, count: int) -> Listing:
        everything = (await self._listing(0, len(self.posts))).posts
        others = [listed for listed in everything if listed.id not in post_ids]
        return Listing(tuple(others[offset : offset + count]), len(others) > offset + count)


@asynccontextmanager
async def knowing(folder: Path, posts: Sequence[Post]) -> AsyncIterator[tuple[AnsweringBot, MessageArchive]]:
    """A bot that answers from an archive with `posts`, whose ids count from 1."""
    archive = MessageArchive(posts)
    async with answering(folder, archive=archive) as bot:
        yield bot, archive


async def announced(bot: AnsweringBot, archive: MessageArchive, *post_ids: int) -> int:
    """Announce these posts in one message; return its id."""
    posts = [archive.posts[post_id - 1] for post_id in post_ids]
    message_id = await created(DiscordPublisher(bot.client, 350), announcement(*posts, channel=ALL))
    archive.announced[message_id] = post_ids
    return message_id


def said(
    bot: AnsweringBot,
    content: str = "",
    *embeds: dict[str, Any],
    channel_id: int = ALL,
    message_id: int | None = None,
) -> int:
    """Let somebody say that; return the message's id."""
    world = bot.discord.world
    number = world.snowflakes.next() if message_id is None else message_id
    blank = message_form.blank(number, channel_id, world.person("bob"), world.clock())
    return world.add_message(replace(blank, content=content, embeds=embeds)).id
