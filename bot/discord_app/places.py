"""What the channels are, as Discord says it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import discord

from bot.announcing.publisher import ChannelKind, ChannelRefused, NotNow, TokenRefused
from bot.discord_app.clock import steady_seconds
from bot.discord_app.outcomes import FAILURES, place_outcome

__all__ = ["Place", "Places"]

KEPT_SECONDS = 600.0
_TAKES_NONE = "the channel is a category, or of another kind that takes no messages: choose a text channel"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel that can be announced in.

    Attributes:
        kind: what it is.
        forum: the forum itself with its tags, of a forum or media channel; else None.
    """

    kind: ChannelKind
    forum: discord.ForumChannel | None = None


class Places:
    """Asks Discord what a channel is, and keeps the answer for 10 minutes, or until the channel refuses something."""

    def __init__(
        self, client: discord.Client, timeout_seconds: float, clock: Callable[[], float] = steady_seconds
    ) -> None:
        """`timeout_seconds` bound one question."""
        self._client = client
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._known: dict[int, tuple[float, Place]] = {}

    def forget(self, channel_id: int) -> None:
        """Ask again when the channel is needed next."""
        self._known.pop(channel_id, None)

    async def get(self, channel_id: int, *, any_age: bool = False) -> Place | NotNow | ChannelRefused | TokenRefused:
        """Return what a channel is, or why that cannot be told; with `any_age` an old answer does as well."""
        asked_at, place = self._known.get(channel_id, (0.0, None))
        if place is not None and (any_age or self._clock() - asked_at < KEPT_SECONDS):
            return place
        self.forget(channel_id)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                channel = await self._client.fetch_channel(channel_id)
        except FAILURES as error:
            return place_outcome(error)
        place = _place(channel)
        if place is None:
            return ChannelRefused(_TAKES_NONE, 0)
        self._known[channel_id] = (self._clock(), place)
        return place


def _place(channel: object) -> Place | None:
    match channel:
        case discord.ForumChannel():  # media channels are forums too
            return Place(ChannelKind.FORUM, channel)
        case discord.TextChannel() if channel.is_news():
            return Place(ChannelKind.ANNOUNCEMENT)
        case discord.abc.Messageable():
            return Place(ChannelKind.TEXT)
    return None
