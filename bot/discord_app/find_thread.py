"""Looking in a forum for a post of which nobody knows whether it was created.

Discord knows no nonce there, so this look is all that keeps a post from being created twice.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

import discord

from bot.announcing.publisher import SKEW, Found, NotFound, NotNow, SearchOutcome, Unreadable
from bot.discord_app import limits
from bot.discord_app.cards import card_keys
from bot.discord_app.outcomes import FAILURES, NO_HISTORY, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, search_outcome
from bot.discord_app.reconcile import Sought, may_read_history

__all__ = ["find_thread"]


async def find_thread(
    client: discord.Client, forum: discord.ForumChannel, sought: Sought, name: str, timeout_seconds: float
) -> SearchOutcome:
    """Look for our own thread in `forum` whose first message is `sought`.

    A thread whose first message was deleted is known by its `name`. Each request may take `timeout_seconds`. "Not
    there" is believed only with the permission to read the history, without which closed threads are not listed
    (https://docs.discord.com/developers/resources/channel#list-public-archived-threads).
    """
    me = client.user
    if me is None:
        return NotNow("not logged in to Discord yet")
    try:
        threads = await _threads(forum, sought.since - SKEW, timeout_seconds)
        ours = (thread for thread in threads if sought.may_be(thread.owner_id, me.id, thread.id))
        found = await _first_match(ours, sought, name, timeout_seconds)
        if found is not None:
            return found
        async with asyncio.timeout(timeout_seconds):
            readable = await may_read_history(client, me.id, forum.id)
    except FAILURES as error:
        return search_outcome(error)
    return NotFound() if readable else Unreadable(NO_HISTORY)


async def _threads(forum: discord.ForumChannel, after: datetime, timeout_seconds: float) -> Iterable[discord.Thread]:
    """List the threads of `forum` that may have been created after a moment, the oldest first."""
    threads = await _active(forum, timeout_seconds)
    before = None
    while page := await _closed(forum, before, timeout_seconds):
        known = len(threads)
        threads |= {thread.id: thread for thread in page}
        before = page[-1].archive_timestamp
        # They come in the order of their closing, the last one first, and none is closed before it is created.
        if before < after or len(threads) == known:
            break
    threads |= await _active(forum, timeout_seconds)  # what was reopened meanwhile stood in neither list
    return [threads[thread_id] for thread_id in sorted(threads)]


async def _active(forum: discord.ForumChannel, timeout_seconds: float) -> dict[int, discord.Thread]:
    async with asyncio.timeout(timeout_seconds):
        return {thread.id: thread for thread in await forum.guild.active_threads() if thread.parent_id == forum.id}


async def _closed(
    forum: discord.ForumChannel, before: datetime | None, timeout_seconds: float
) -> Sequence[discord.Thread]:
    async with asyncio.timeout(timeout_seconds):
        return [thread async for thread in forum.archived_threads(limit=limits.THREADS_PAGE, before=before)]


async def _first_match(
    threads: Iterable[discord.Thread], sought: Sought, name: str, timeout_seconds: float
) -> Found | Unreadable | None:
    bare = None
    for thread in threads:
        try:
            async with asyncio.timeout(timeout_seconds):
                message = await thread.fetch_message(thread.id)
        except discord.NotFound as error:
            if error.code not in {UNKNOWN_CHANNEL, UNKNOWN_MESSAGE}:
                raise
            if error.code == UNKNOWN_MESSAGE and thread.name == name:
                return Found(thread.id)
            continue
        if card_keys(message.embeds) == sought.keys:
            return Found(thread.id)
        if message.flags.suppress_embeds and not message.embeds:
            bare = thread.id
    return None if bare is None else Unreadable(f"somebody removed the card of our post {bare}, which may be this one")
