"""Looking in a channel for a message of which nobody knows whether it was created.

A nonce cannot be read back from history, so the message is known by its author, which is the bot itself, and its cards.
"""

import asyncio
from collections.abc import Sequence, Set
from datetime import datetime, timedelta

import discord

from bot.announcing.publisher import Found, NotNow, NotFound, SearchOutcome, Unreadable
from bot.discord_app import limits
from bot.discord_app.cards import card_key
from bot.discord_app.outcomes import FAILURES, search_outcome

__all__ = ["find_message"]

_SKEW = timedelta(seconds=60)  # by how much our clock may be ahead of Discord's, which dates the messages


async def find_message(
    client: discord.Client,
    channel_id: int,
    keys: Set[str],
    since: datetime,
    known: Set[int],
    timeout_seconds: float,
) -> SearchOutcome:
    """Look for our own message whose cards have exactly `keys` (see `card_key`) among those created after `since`.

    Passes over the messages with the ids `known`: they certainly are others, whatever cards they have.
    Reads the whole history from there, each page within `timeout_seconds`. "Not there" is believed only with the
    permission to read it: without Read Message History, Discord answers with an empty list
    (https://docs.discord.com/developers/resources/message#get-channel-messages).
    """
    me = client.user
    if me is None:
        return NotNow("not logged in to Discord yet")
    try:
        return await _search(client, me.id, channel_id, keys, since - _SKEW, known, timeout_seconds)
    except FAILURES as error:
        return search_outcome(error)


async def _search(
    client: discord.Client,
    me: int,
    channel_id: int,
    keys: Set[str],
    after: datetime,
    known: Set[int],
    timeout_seconds: float,
) -> SearchOutcome:
    bare = None
    position: discord.abc.Snowflake = discord.Object(discord.utils.time_snowflake(after))
    while page := await _page(client, channel_id, position, timeout_seconds):
        for message in page:
            if message.author.id != me or message.id in known:
                continue
            if {card_key(card) for card in message.embeds} == keys:
                return Found(message.id)
            if message.flags.suppress_embeds and not message.embeds:
                bare = message.id
        position = page[-1]
    if bare is not None:
        return Unreadable(f"somebody removed the cards of our message {bare}, which may be this one")
    async with asyncio.timeout(timeout_seconds):
        if await _may_read_history(client, me, channel_id):
            return NotFound()
    return Unreadable("the bot may not read the channel's history: give it the permission Read Message History")


async def _page(
    client: discord.Client, channel_id: int, after: discord.abc.Snowflake, timeout_seconds: float
) -> Sequence[discord.Message]:
    history = client.get_partial_messageable(channel_id).history(
        limit=limits.HISTORY_PAGE, after=after, oldest_first=True
    )
    async with asyncio.timeout(timeout_seconds):
        return [message async for message in history]


async def _may_read_history(client: discord.Client, me: int, channel_id: int) -> bool:
    """Ask Discord for what permissions follow from; the cache may be empty or old while the gateway is away."""
    channel = await client.fetch_channel(channel_id)
    if isinstance(channel, discord.abc.PrivateChannel):
        return True
    guild = await client.fetch_guild(channel.guild.id, with_counts=False)
    member = await guild.fetch_member(me)
    # A thread has the permissions of the channel that it hangs from.
    place = await guild.fetch_channel(channel.parent_id if isinstance(channel, discord.Thread) else channel.id)
    return place.permissions_for(member).read_message_history
