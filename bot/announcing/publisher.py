"""What the courier needs of Discord, and what can become of a request, sorted by what can be done about it."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.content.post import Post

__all__ = [
    "Announcement",
    "ChannelRefused",
    "Delivered",
    "Found",
    "MessageRefused",
    "NotCreated",
    "NotFound",
    "PublishOutcome",
    "Publisher",
    "SearchOutcome",
    "TokenRefused",
    "Uncertain",
    "Unreadable",
]


@dataclass(frozen=True, slots=True)
class Announcement:
    """One message to be created.

    Attributes:
        channel_id: a snowflake.
        nonce: at most 25 characters; a repeated one creates no second message within Discord's window.
        posts: 1 to 10, in the order of their cards; no two with one `canonical_url`.
        mention: ids of the roles that the message pings.
    """

    channel_id: int
    nonce: str
    posts: tuple[Post, ...]
    mention: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivered:
    """The message exists, or did until a moderator deleted it (then `message_id` is None)."""

    message_id: int | None


@dataclass(frozen=True, slots=True)
class NotCreated:
    """Certainly no message, through no fault of message or channel (429, no connection): try again later.

    `after_seconds` is what Discord asked for; None where it did not say.
    """

    reason: str
    after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody can tell whether the message exists (timeout, reset, 5xx): repeat with the same nonce, or look for it."""

    reason: str


@dataclass(frozen=True, slots=True)
class MessageRefused:
    """Discord will never take this content (50035 and the like). `code` is Discord's error code, 0 if none."""

    reason: str
    code: int


@dataclass(frozen=True, slots=True)
class ChannelRefused:
    """The channel does not take messages from the bot now (403, 404): a person must act; pause only this channel."""

    reason: str
    code: int


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """Discord answered 401: nothing at all will work with this token."""

    reason: str


PublishOutcome = Delivered | NotCreated | Uncertain | MessageRefused | ChannelRefused | TokenRefused


@dataclass(frozen=True, slots=True)
class Found:
    """The message stands in the channel."""

    message_id: int


@dataclass(frozen=True, slots=True)
class NotFound:
    """The whole history since the claim was read, with the permission to read it: the message does not stand there."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The history cannot be trusted: no permission to read it."""

    reason: str


SearchOutcome = Found | NotFound | Unreadable | NotCreated | ChannelRefused | TokenRefused


class Publisher(Protocol):
    """Discord as the courier sees it. Neither coroutine raises for anything that Discord or the network does."""

    def card_characters(self, post: Post) -> int:
        """How many characters the card of `post` takes of the 6,000 that all cards of a message share."""
        ...

    async def publish(self, announcement: Announcement) -> PublishOutcome:
        """Create the message, or learn why not."""
        ...

    async def find(self, announcement: Announcement, since: datetime, known: Set[int] = frozenset()) -> SearchOutcome:
        """Look in the channel, from `since` on, for our own message with the cards of `announcement`.

        `known` are the ids of messages that certainly are others: two posts may have one link, and cards alike.
        """
        ...
