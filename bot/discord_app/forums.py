"""Creating a post in a forum."""

from collections.abc import Sequence

import discord

from bot.content.post import Post
from bot.discord_app import limits
from bot.discord_app.cards import thread_name

__all__ = ["create_thread"]


async def create_thread(
    forum: discord.ForumChannel,
    post: Post,
    cards: Sequence[discord.Embed],
    content: str | None,
    mentions: discord.AllowedMentions,
) -> int:
    """Create the thread of `post`, with the forum's tags of the same names; return its id, also its first message's.

    Discord knows no nonce there: every call creates another thread.
    """
    created = await forum.create_thread(
        name=thread_name(post),
        content=content,
        embeds=cards,
        allowed_mentions=mentions,
        applied_tags=_tags(forum, post),
    )
    return created.message.id


def _tags(forum: discord.ForumChannel, post: Post) -> list[discord.ForumTag]:
    """The forum's tags that everybody may set and that `post` has too, in the post's order."""
    available = {tag.name.casefold(): tag for tag in forum.available_tags if not tag.moderated}
    names = dict.fromkeys(name.casefold() for name in post.tags)
    return [available[name] for name in names if name in available][: limits.APPLIED_TAGS]
