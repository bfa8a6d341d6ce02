"""Sending somebody a direct message, once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord_app.attempts import trace_of
from bot.discord_app.outcomes import FAILURES, UNKNOWN_MESSAGE

__all__ = ["ClosedDirectMessagesError", "Letter", "open_direct", "send_direct"]

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
_CLOSED = 50007
_NO_COMMON_SERVER = 50278

_LONGEST_SECONDS = 60.0  # as long as a nonce is relied on, see `bot.discord_app.publish`
_PAUSES_SECONDS = (0.5, 2.0)  # before the further tries, where nobody knows what came of one
_REFUSALS = 100  # within 10 minutes; announcing slows down at 250, and people who press a button shall not cause that


class ClosedDirectMessagesError(Exception):
    """Somebody takes no direct messages from the bot.

    Attributes:
        apart: because Discord lets a bot write only to those with whom it shares a server, and it shares none.
    """

    def __init__(self, *, apart: bool) -> None:
        super().__init__()
        self.apart = apart


@dataclass(frozen=True, slots=True)
class Letter:
    """A direct message.

    Attributes:
        content: at most 2,000 characters; it pings nobody.
        embeds: at most 10, together at most 6,000 characters.
        nonce: at most 25 characters; however often a letter is sent with it within some minutes, it is one message.
    """

    content: str
    embeds: Sequence[discord.Embed]
    nonce: str


async def open_direct(client: discord.Client, user_id: int) -> int:
    """Return the id of the channel of the direct messages with somebody, which Discord opens; always the same one.

    Raises:
        ClosedDirectMessagesError: it opens none with them. That they take none is mostly said by the first message.
        discord.HTTPException: it did not.
    """
    try:
        return (await client.create_dm(discord.Object(user_id))).id
    except discord.HTTPException as error:
        if _is_closed(error):
            raise ClosedDirectMessagesError(apart=error.code == _NO_COMMON_SERVER) from error
        raise


async def send_direct(client: discord.Client, user_id: int, letter: Letter) -> str:
    """Send `letter` and return a link to it; where it was deleted already, to the direct messages.

    A try of which nobody knows what came is repeated with the same nonce.

    Raises:
        ClosedDirectMessagesError: they take none.
        Exception: one of `bot.discord_app.outcomes.FAILURES`, what came of the last try.
    """
    if trace_of(client).invalid_requests.count >= _REFUSALS:
        raise discord.ClientException("Discord refused many requests lately, so no direct message is tried")
    async with asyncio.timeout(_LONGEST_SECONDS):
        for seconds in _PAUSES_SECONDS:
            try:
                return await _send(client, user_id, letter)
            except FAILURES as error:
                if not _is_doubtful(error):
                    raise
            await asyncio.sleep(seconds)
        return await _send(client, user_id, letter)


def _is_doubtful(error: Exception) -> bool:
    return isinstance(error, discord.DiscordServerError) or not isinstance(error, discord.DiscordException)


def _is_closed(error: discord.HTTPException) -> bool:
    return error.code in {_CLOSED, _NO_COMMON_SERVER}


async def _send(client: discord.Client, user_id: int, letter: Letter) -> str:
    try:
        channel = await client.create_dm(discord.Object(user_id))
        link = f"https://discord.com/channels/@me/{channel.id}"
        try:
            message = await channel.send(
                letter.content,
                embeds=letter.embeds,
                nonce=letter.nonce,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:  # that the message with this nonce was created, and deleted since
                raise
            return link
    except discord.HTTPException as error:
        if _is_closed(error):
            raise ClosedDirectMessagesError(apart=error.code == _NO_COMMON_SERVER) from error
        raise
    return f"{link}/{message.id}"
