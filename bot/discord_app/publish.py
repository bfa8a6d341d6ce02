"""`bot.announcing.publisher.Publisher` over discord.py: creating, looking for, and changing messages."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import discord

from bot.announcing.publisher import (
    Announcement,
    ChangeOutcome,
    ChannelKind,
    ChannelRefused,
    Delivered,
    KindOutcome,
    MessageRefused,
    NotNow,
    PublishOutcome,
    Revision,
    SearchOutcome,
    TokenRefused,
)
from bot.content.post import Post
from bot.discord_app import changes, limits, outcomes
from bot.discord_app.attempts import trace_of, watched
from bot.discord_app.cards import build_card, card_characters, card_keys, fitting_cards, thread_name
from bot.discord_app.client import LinkbotClient
from bot.discord_app.digest import digest_embeds, fitting_into_digest
from bot.discord_app.find_thread import find_thread
from bot.discord_app.forums import create_thread
from bot.discord_app.places import Place, Places
from bot.discord_app.rate_limits import spend_whole_limits
from bot.discord_app.reconcile import Sought, find_message

__all__ = ["DiscordPublisher"]

_CLOSED = "the connection to Discord is closed: Linkbot is stopping"
_DIRECT = Place(ChannelKind.TEXT)
_REFUSALS = 50  # within 10 minutes; from 100 on nobody can save a message for later, from 250 on channels slow down
_SLOWED = "Discord refused many requests lately, so they are made more slowly"


@dataclass(frozen=True, slots=True)
class _Role:
    """A role whose id goes out as text, as Discord's specification has it; of an int discord.py makes a number."""

    id: str


class DiscordPublisher:
    """`bot.announcing.publisher.Publisher` over a client that is logged in; the gateway need not be connected."""

    def __init__(self, client: LinkbotClient, tldr_characters: int, timeout_seconds: float = 60.0) -> None:
        """Take `client`; `timeout_seconds` bound one message, one change, one question, or one page of history.

        discord.py alone would take minutes: it waits up to 30 s for a limit of all requests, up to 30 s for one of the
        route, and makes up to five tries, after each of which it waits again: up to 30 s after a 429, and 25 s in all
        after failures of Discord. 60 s leave room for those 25 s and one long wait. They end no later than a nonce is
        relied on (`bot.announcing.lane.NONCE_WINDOW`), because discord.py repeats what may have created a message. What
        is cut off before it was sent is known not to be created; the rest is `Uncertain`, or `NotNow` for a change.
        """
        spend_whole_limits()
        trace = trace_of(client)
        self._client = client
        self._tldr_characters = tldr_characters
        self._timeout_seconds = timeout_seconds
        self._places = Places(client, timeout_seconds)
        self._clock = trace.clock
        self._invalid_requests = trace.invalid_requests

    def now(self) -> datetime:
        """Return the time at Discord; this machine's own as long as Discord has said nothing."""
        return self._clock.now()

    def card_characters(self, post: Post) -> int:
        """Return how many characters the card of `post` takes of the 6,000 that all cards of a message share."""
        return card_characters(post, self._tldr_characters)

    def fitting_into_list(self, posts: Sequence[Post]) -> int:
        """Return how many of `posts`, from the first, the list in one direct message can carry."""
        return fitting_into_digest(posts)

    def looks_alike(self, post: Post, other: Post) -> bool:
        """Return whether the cards of both show the same."""
        card, other_card = self._cards((post, other))
        return card.to_dict() == other_card.to_dict()

    async def kind_of(self, channel_id: int) -> KindOutcome:
        """Return what the channel is; `NotNow` also where Discord refused so much lately that it is not yet time."""
        if self._client.is_closed():
            return NotNow(_CLOSED)
        if seconds := self._invalid_requests.take_turn():
            return NotNow(_SLOWED, after_seconds=seconds)
        place = await self._places.get(channel_id)
        return place.kind if isinstance(place, Place) else place

    def direct_wait(self) -> float:
        """Return in how many seconds followers may be written to; 0.0: now."""
        return self._invalid_requests.seconds_until_fewer_than(_REFUSALS)

    async def publish(self, announcement: Announcement) -> PublishOutcome:
        """Create the message, or learn why not. Raises for nothing that Discord or the network does."""
        if self._client.is_closed():
            return NotNow(_CLOSED)
        place = await self._place_for(announcement)
        if not isinstance(place, Place):
            return place
        with watched(once=place.forum is not None) as attempts:
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    return Delivered(await self._create(place, announcement))
            except outcomes.FAILURES as error:
                outcome = outcomes.publish_outcome(error, attempts)
        self._note(announcement.channel_id, outcome)
        return outcome

    async def find(self, announcement: Announcement, since: datetime, known: Set[int] = frozenset()) -> SearchOutcome:
        """Look in the channel, from `since` on, for our own message with the cards of `announcement`, not a `known`."""
        if self._client.is_closed():
            return NotNow(_CLOSED)
        channel_id = announcement.channel_id
        place = await self._place_for(announcement)
        if not isinstance(place, Place):
            return place
        keys = card_keys(self._embeds(announcement.posts))
        sought = Sought(keys, since, known, wordless=announcement.direct)
        if place.forum is None:
            outcome = await find_message(self._client, channel_id, sought, self._timeout_seconds)
        else:
            name = thread_name(announcement.posts[0])
            outcome = await find_thread(self._client, place.forum, sought, name, self._timeout_seconds)
        self._note(channel_id, outcome)
        return outcome

    async def edit(self, revision: Revision) -> ChangeOutcome:
        """Let a message of ours show the cards of other posts; in a forum its thread takes a new title of the first."""
        cards = fitting_cards(revision.posts, tldr_characters=self._tldr_characters)

        def change(place: Place) -> Awaitable[ChangeOutcome]:
            if place.forum is None:
                return changes.edit_message(self._client, revision, cards)
            return changes.edit_thread(self._client, revision, cards)

        return await self._change(revision.channel_id, change)

    async def delete(self, channel_id: int, message_id: int) -> ChangeOutcome:
        """Take a message of ours away; in a forum its thread with it."""

        def change(place: Place) -> Awaitable[ChangeOutcome]:
            if place.forum is None:
                return changes.delete_message(self._client, channel_id, message_id)
            return changes.delete_thread(self._client, message_id)

        return await self._change(channel_id, change)

    async def crosspost(self, channel_id: int, message_id: int) -> ChangeOutcome:
        """Publish a message of ours to the servers that follow its announcement channel."""
        return await self._change(channel_id, lambda _place: changes.crosspost(self._client, channel_id, message_id))

    async def _change(self, channel_id: int, change: Callable[[Place], Awaitable[ChangeOutcome]]) -> ChangeOutcome:
        if self._client.is_closed():
            return NotNow(_CLOSED)
        place = await self._places.get(channel_id, any_age=True)
        if not isinstance(place, Place):
            return place
        try:
            async with asyncio.timeout(self._timeout_seconds):
                outcome = await change(place)
        except outcomes.FAILURES as error:
            outcome = outcomes.change_outcome(error)
        self._note(channel_id, outcome)
        return outcome

    async def _place_for(self, announcement: Announcement) -> Place | NotNow | ChannelRefused | TokenRefused:
        """What the channel is; of direct messages that is known, and neither asked for nor kept for each person."""
        return _DIRECT if announcement.direct else await self._places.get(announcement.channel_id, any_age=True)

    def _note(self, channel_id: int, outcome: object) -> None:
        """Ask again what a channel is that has just refused something: it may have become another."""
        match outcome:
            case ChannelRefused() | MessageRefused(code=outcomes.WRONG_KIND):
                self._places.forget(channel_id)

    def _embeds(self, posts: tuple[Post, ...]) -> list[discord.Embed]:
        """The cards of an announcement, or the list that more posts are than a message has cards."""
        return self._cards(posts) if len(posts) <= limits.EMBEDS else digest_embeds(posts)

    def _cards(self, posts: tuple[Post, ...]) -> list[discord.Embed]:
        return [build_card(post, tldr_characters=self._tldr_characters) for post in posts]

    async def _create(self, place: Place, announcement: Announcement) -> int:
        """Create the message or the thread; return its id."""
        cards = self._embeds(announcement.posts)
        mentions = discord.AllowedMentions.none()
        if announcement.mention:
            mentions.roles = [cast("discord.abc.Snowflake", _Role(str(role))) for role in announcement.mention]
        content = " ".join(f"<@&{role}>" for role in announcement.mention) or None
        if place.forum is not None:
            return await create_thread(place.forum, announcement.posts[0], cards, content, mentions)
        channel = self._client.get_partial_messageable(announcement.channel_id)  # needs no cache, so no gateway
        message = await channel.send(content, embeds=cards, nonce=announcement.nonce, allowed_mentions=mentions)
        return message.id
