"""Looking in a channel for a message of which nobody knows whether it was created.

A nonce cannot be read back from history, so the message is known by its author, which is the bot itself, and its cards.
"""

import asyncio
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.announcing.publisher import SKEW, Found, NotFound, NotNow, SearchOutcome, Unreadable
from bot.discord_app import limits
from bot.discord_app.cards import card_keys
from bot.discord_app.outcomes import FAILURES, NO_HISTORY, search_outcome

__all__ = ["Sought", "find_message", "may_read_history"]


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of a message of ours that may exist.

    Attributes:
        keys: those of its cards (see `card_keys`), exactly.
        since: it was created after that, in Discord's time.
        known: ids of messages that certainly are others, whatever cards they have.
        wordless: it has no text above its cards, as those have that a person had sent to themselves.
    """

    keys: Set[str]
    since: datetime
    known: Set[int]
    wordless: bool = False

    def may_be(self, author_id: int | None, me: int, message_id: int) -> bool:
        """Whether the message `message_id` of `author_id` may be it, as far as its cards are left aside."""
        created_at = discord.utils.snowflake_time(message_id)
        return author_id == me and message_id not in self.known and created_at >= self.since - SKEW


async def find_message(
    client: discord.Client, channel_id: int, sought: Sought, timeout_seconds: float
) -> SearchOutcome:
    """Look in a channel for our own message that is `sought`.

    Reads the whole history from there, each page within `timeout_seconds`. "Not there" is believed only with the
    permission to read it: without Read Message History, Discord answers with an empty list
    (https://docs.discord.com/developers/resources/message#get-channel-messages).
    """
    me = client.user
    if me is None:
        return NotNow("not logged in to Discord yet")
    try:
        return await _search(client, me.id, channel_id, sought, timeout_seconds)
    except FAILURES as error:
        return search_outcome(error)


async def _search(
    client: discord.Client, me: int, channel_id: int, sought: Sought, timeout_seconds: float
) -> SearchOutcome:
    bare = None
    position: discord.abc.Snowflake = discord.Object(discord.utils.time_snowflake(sought.since - SKEW))
    while page := await _page(client, channel_id, position, timeout_seconds):
        for message in page:
            if not sought.may_be(message.author.id, me, message.id) or (sought.wordless and message.content):
                continue
            if card_keys(message.embeds) == sought.keys:
                return Found(message.id)
            if message.flags.suppress_embeds and not message.embeds:
                bare = message.id
        position = page[-1]
    if bare is not None:
        return Unreadable(f"somebody removed the cards of our message {bare}, which may be this one")
    async with asyncio.timeout(timeout_seconds):
        if await may_read_history(client, me, channel_id):
            return NotFound()
    return Unreadable(NO_HISTORY)


async def _page(
    client: discord.Client, channel_id: int, after: discord.abc.Snowflake, timeout_seconds: float
) -> Sequence[discord.Message]:
    history = client.get_partial_messageable(channel_id).history(
        limit=limits.HISTORY_PAGE, after=after, oldest_first=True
    )
    async with asyncio.timeout(timeout_seconds):
        return [message async for message in history]


async def may_read_history(client: discord.Client, me: int, channel_id: int) -> bool:
    """Whether an empty history of a channel is to be believed.

    Asks Discord for what permissions follow from; the cache may be empty or old while the gateway is away.
    """
    channel = await client.fetch_channel(channel_id)
    if isinstance(channel, discord.abc.PrivateChannel):
        return True
    guild = await client.fetch_guild(channel.guild.id, with_counts=False)
    member = await guild.fetch_member(me)
    # A thread has the permissions of the channel that it hangs from.
    place = await guild.fetch_channel(channel.parent_id if isinstance(channel, discord.Thread) else channel.id)
    return place.permissions_for(member).read_message_history
