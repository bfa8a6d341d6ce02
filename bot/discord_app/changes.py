"""Changing messages that stand at Discord: other cards, taken away, published to followers.

Nothing here turns an error into an outcome but where it is what was asked for; `DiscordPublisher` does the rest.
"""

import logging

import discord

from bot.announcing.publisher import Changed, ChangeOutcome, MessageGone, MessageRefused
from bot.discord_app.outcomes import ARCHIVED_THREAD, MAY_NOT, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE

__all__ = ["crosspost", "delete_message", "delete_thread", "edit_message", "edit_thread"]

logger = logging.getLogger(__name__)


async def edit_message(
    client: discord.Client, channel_id: int, message_id: int, cards: list[discord.Embed]
) -> ChangeOutcome:
    """Exchange the cards of a message, and nothing else of it."""
    # Not Message.edit, which shows embeds again that a moderator suppressed.
    await client.get_partial_messageable(channel_id).get_partial_message(message_id).edit(embeds=cards)
    return Changed()


async def edit_thread(client: discord.Client, thread_id: int, cards: list[discord.Embed], name: str) -> ChangeOutcome:
    """Exchange the cards of a forum's post, and its name where that is another.

    Discord takes few changes of a name (two in 10 minutes as it seems); then the cards are changed all the same.
    """
    thread = await _thread(client, thread_id)
    if thread is None:
        return MessageGone()
    if thread.archived:
        return MessageRefused("its thread is closed", ARCHIVED_THREAD)
    await edit_message(client, thread_id, thread_id, cards)
    if thread.name != name:
        try:
            await thread.edit(name=name)
        except discord.Forbidden as error:
            return MessageRefused("its thread keeps its name: give the bot the permission Manage Threads", error.code)
    return Changed()


async def delete_message(client: discord.Client, channel_id: int, message_id: int) -> ChangeOutcome:
    """Take a message away; in a closed thread, which is opened for that."""
    try:
        await _delete(client, channel_id, message_id)
    except discord.HTTPException as error:
        thread = await _thread(client, channel_id) if error.code == ARCHIVED_THREAD else None
        if thread is None:
            raise
        return await _delete_and_close(client, thread, message_id, archived=True)
    return Changed()


async def delete_thread(client: discord.Client, thread_id: int) -> ChangeOutcome:
    """Take a forum's post away; where the bot may not delete threads, its first message, and the thread is closed."""
    thread = await _thread(client, thread_id)
    if thread is None:
        return Changed()
    try:
        await thread.delete()
    except discord.HTTPException as error:
        if error.code == UNKNOWN_CHANNEL:
            return Changed()
        if error.code not in MAY_NOT:
            raise
        return await _delete_and_close(client, thread, thread_id, archived=thread.archived)
    return Changed()


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


async def _delete(client: discord.Client, channel_id: int, message_id: int) -> None:
    try:
        await client.get_partial_messageable(channel_id).get_partial_message(message_id).delete()
    except discord.NotFound as error:
        if error.code != UNKNOWN_MESSAGE:
            raise


async def _delete_and_close(
    client: discord.Client, thread: discord.Thread, message_id: int, *, archived: bool
) -> ChangeOutcome:
    if archived:
        try:
            await thread.edit(archived=False)
        except discord.Forbidden as error:
            return MessageRefused("its thread is closed: open it, or give the bot Manage Threads", error.code)
    await _delete(client, thread.id, message_id)
    try:
        await thread.edit(archived=True)
    except discord.Forbidden as error:
        logger.info("The thread %d stays open, its message was deleted: %s", thread.id, error)
    return Changed()
