"""Creating messages at Discord."""

import asyncio
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import discord

from bot.announcing.publisher import Announcement, Delivered, NotNow, PublishOutcome, SearchOutcome
from bot.content.post import Post
from bot.discord_app.attempts import watched
from bot.discord_app.cards import build_card, card_characters, card_key
from bot.discord_app.client import LinkbotClient
from bot.discord_app.outcomes import FAILURES, publish_outcome
from bot.discord_app.reconcile import find_message

__all__ = ["DiscordPublisher"]

_CLOSED = "the connection to Discord is closed: Linkbot is stopping"


@dataclass(frozen=True, slots=True)
class _Role:
    """A role whose id goes out as text, as Discord's specification has it; of an int discord.py makes a number."""

    id: str


class DiscordPublisher:
    """`bot.announcing.publisher.Publisher` over a client that is logged in; the gateway need not be connected."""

    def __init__(self, client: LinkbotClient, tldr_characters: int, timeout_seconds: float = 90.0) -> None:
        """Take `client`; `timeout_seconds` bound one message or one page of history.

        They have to cover discord.py's own tries (25 s) and its waits for the rate limit (30 s), or what was created
        is taken for uncertain.
        """
        self._client = client
        self._tldr_characters = tldr_characters
        self._timeout_seconds = timeout_seconds

    def card_characters(self, post: Post) -> int:
        """Return how many characters the card of `post` takes of the 6,000 that all cards of a message share."""
        return card_characters(post, self._tldr_characters)

    async def publish(self, announcement: Announcement) -> PublishOutcome:
        """Create the message, or learn why not. Raises for nothing that Discord or the network does."""
        if self._client.is_closed():
            return NotNow(_CLOSED)
        cards = self._cards(announcement)
        with watched() as attempts:
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    message = await self._send(announcement, cards)
            except FAILURES as error:
                return publish_outcome(error, attempts)
        return Delivered(message.id)

    async def find(self, announcement: Announcement, since: datetime, known: Set[int] = frozenset()) -> SearchOutcome:
        """Look in the channel, from `since` on, for our own message with the cards of `announcement`, not a `known`."""
        if self._client.is_closed():
            return NotNow(_CLOSED)
        keys = frozenset(map(card_key, self._cards(announcement)))
        return await find_message(self._client, announcement.channel_id, keys, since, known, self._timeout_seconds)

    def _cards(self, announcement: Announcement) -> list[discord.Embed]:
        return [build_card(post, tldr_characters=self._tldr_characters) for post in announcement.posts]

    async def _send(self, announcement: Announcement, cards: list[discord.Embed]) -> discord.Message:
        channel = self._client.get_partial_messageable(announcement.channel_id)  # needs no cache, so no gateway
        mentions = discord.AllowedMentions.none()
        if not announcement.mention:
            return await channel.send(embeds=cards, nonce=announcement.nonce, allowed_mentions=mentions)
        mentions.roles = [cast("discord.abc.Snowflake", _Role(str(role))) for role in announcement.mention]
        content = " ".join(f"<@&{role}>" for role in announcement.mention)
        return await channel.send(content, embeds=cards, nonce=announcement.nonce, allowed_mentions=mentions)
