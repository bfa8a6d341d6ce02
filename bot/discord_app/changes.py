"""Changing messages that stand at Discord: other cards, taken away, published to followers.

Nothing here turns an error into an outcome but where it is what was asked for; `DiscordPublisher` does the rest.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import discord

from bot.announcing.publisher import Changed, ChangeOutcome, MessageGone, MessageRefused, Revision
from bot.discord_app.attempts import watched
from bot.discord_app.cards import thread_name
from bot.discord_app.outcomes import ARCHIVED_THREAD, MAY_NOT, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE

__all__ = ["crosspost", "delete_message", "delete_thread", "edit_message", "edit_thread"]

logger = logging.getLogger(__name__)

NAME_SECONDS = 10.0  # for the name of a thread, so that other edits need not wait for its rate limit
_STILL_NAMED = (
    "The message of thread %d is deleted, but the thread's name still shows the title of the post that was taken back:"
    " delete the thread. With the permission Manage Threads the bot does that by itself (%s)"
)


async def edit_message(client: discord.Client, revision: Revision, cards: list[discord.Embed]) -> ChangeOutcome:
    """Exchange the cards of a message, and nothing else of it; what must be edited also in a closed thread."""

    async def change() -> ChangeOutcome:
        return await _exchange(client, revision.channel_id, revision.message_id, cards)

    return await (_even_if_closed(client, revision.channel_id, change) if revision.must else change())


async def edit_thread(client: discord.Client, revision: Revision, cards: list[discord.Embed]) -> ChangeOutcome:
    """Exchange the cards of a forum's post, and its name where that of the first post became another.

    So a moderator's own name stays until the title changes. Discord takes few changes of a name (two in 10 minutes as
    it seems); where it takes none now, the thread keeps the name that it has.
    """
    thread = await _thread(client, revision.message_id)
    if thread is None:
        return MessageGone()

    async def change() -> ChangeOutcome:
        await _exchange(client, thread.id, thread.id, cards)
        return await _rename(thread, revision)

    if not thread.archived:
        return await change()
    return (
        await _while_open(thread, change) if revision.must else MessageRefused("its thread is closed", ARCHIVED_THREAD)
    )


async def delete_message(client: discord.Client, channel_id: int, message_id: int) -> ChangeOutcome:
    """Take a message away; in a closed thread, which is opened for that."""
    return await _even_if_closed(client, channel_id, lambda: _delete(client, channel_id, message_id))


async def delete_thread(client: discord.Client, thread_id: int) -> ChangeOutcome:
    """Take a forum's post away; where the bot may not delete threads, its first message, and the thread is closed."""
    thread = await _thread(client, thread_id)
    if thread is None:
        return MessageGone()
    try:
        return await _taken_away(thread.delete, UNKNOWN_CHANNEL)
    except discord.HTTPException as error:
        if error.code not in MAY_NOT:
            raise
        outcome = await _while_open(thread, lambda: _delete(client, thread_id, thread_id))
        if not isinstance(outcome, MessageRefused):
            logger.warning(_STILL_NAMED, thread_id, error, extra={"channel_id": str(thread_id)})
        return outcome


async def crosspost(client: discord.Client, channel_id: int, message_id: int) -> ChangeOutcome:
    """Publish a message of an announcement channel to the servers that follow it."""
    await client.get_partial_messageable(channel_id).get_partial_message(message_id).publish()
    return Changed()


async def _thread(client: discord.Client, thread_id: int) -> discord.Thread | None:
    try:
        channel = await client.fetch_channel(thread_id)
    except discord.NotFound as error:
        if error.code == UNKNOWN_CHANNEL:
            return None
        raise
    return channel if isinstance(channel, discord.Thread) else None


async def _exchange(
    client: discord.Client, channel_id: int, message_id: int, cards: list[discord.Embed]
) -> ChangeOutcome:
    # Not Message.edit, which shows embeds again that a moderator suppressed.
    await client.get_partial_messageable(channel_id).get_partial_message(message_id).edit(embeds=cards)
    return Changed()


async def _rename(thread: discord.Thread, revision: Revision) -> ChangeOutcome:
    name = thread_name(revision.posts[0])
    if name in {thread_name(revision.was[0]), thread.name}:
        return Changed()
    with watched() as attempts:
        try:
            async with asyncio.timeout(NAME_SECONDS):
                await thread.edit(name=name)
        except discord.Forbidden as error:
            return MessageRefused("its thread keeps its name: give the bot the permission Manage Threads", error.code)
        except (discord.RateLimited, discord.HTTPException, TimeoutError) as error:
            if attempts.open:  # not because of a rate limit
                raise
            text = "The thread %d keeps its name %r until its post has another title: Discord takes none now (%s)"
            reason = str(error) or "rate limit"
            logger.warning(text, thread.id, thread.name, reason, extra={"channel_id": str(thread.id)})
    return Changed()


async def _delete(client: discord.Client, channel_id: int, message_id: int) -> ChangeOutcome:
    message = client.get_partial_messageable(channel_id).get_partial_message(message_id)
    return await _taken_away(message.delete, UNKNOWN_MESSAGE)


async def _taken_away(delete: Callable[[], Awaitable[None]], unknown: int) -> ChangeOutcome:
    """Delete; where Discord answers `unknown`, it may have been an earlier try of this same request that did it."""
    with watched() as attempts:
        try:
            await delete()
        except discord.NotFound as error:
            if error.code != unknown:
                raise
            return MessageGone() if attempts.doubtful is None else Changed()
    return Changed()


async def _even_if_closed(
    client: discord.Client, channel_id: int, change: Callable[[], Awaitable[ChangeOutcome]]
) -> ChangeOutcome:
    """Make a change in a channel; if that is a closed thread, it is opened for this."""
    try:
        return await change()
    except discord.HTTPException as error:
        thread = await _thread(client, channel_id) if error.code == ARCHIVED_THREAD else None
        if thread is None:
            raise
        return await _while_open(thread, change)


async def _while_open(thread: discord.Thread, change: Callable[[], Awaitable[ChangeOutcome]]) -> ChangeOutcome:
    """Make a change in a thread and close it; one that was open stays so if that fails. If cut off, it is left open."""
    if thread.archived:
        try:
            await thread.edit(archived=False)
        except discord.Forbidden as error:
            return MessageRefused("its thread is closed: open it, or give the bot Manage Threads", error.code)
    try:
        outcome = await change()
    except Exception:
        if thread.archived:  # as it was found: opening it made another object
            await _close(thread)
        raise
    await _close(thread)
    return outcome


async def _close(thread: discord.Thread) -> None:
    try:
        await thread.edit(archived=True)
    except discord.Forbidden as error:
        logger.info("The thread %d stays open: %s", thread.id, error, extra={"channel_id": str(thread.id)})
