"""What the courier needs of Discord, and what can become of a request, sorted by what can be done about it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.content.post import Post

__all__ = [
    "SKEW",
    "Announcement",
    "ChangeOutcome",
    "Changed",
    "ChannelKind",
    "ChannelRefused",
    "Delivered",
    "Found",
    "KindOutcome",
    "MessageGone",
    "MessageRefused",
    "NotFound",
    "NotNow",
    "PublishOutcome",
    "Publisher",
    "Revision",
    "SearchOutcome",
    "TokenRefused",
    "Uncertain",
    "Unreadable",
]


# By how much the time that dates a claim may be ahead of the one that dates messages. Both are Discord's, but the
# `Date` of an answer is another machine's, perhaps that of something in between; before the first answer it is ours.
SKEW = timedelta(seconds=60)


class ChannelKind(StrEnum):
    """What a channel is, as far as announcing differs."""

    TEXT = "text"  # messages one after another; threads and the text of voice channels are like that too
    ANNOUNCEMENT = "announcement"  # the same, and messages can be published to the servers that follow the channel
    FORUM = "forum"  # a thread for each post; Discord knows no nonce there


@dataclass(frozen=True, slots=True)
class Announcement:
    """One message to be created.

    Attributes:
        channel_id: a snowflake.
        nonce: at most 25 characters; a repeated one creates no second message within Discord's window.
        posts: 1 to 10, in the order of their cards; no two with one `canonical_url`; exactly 1 in a forum. Directly
            to a person also more, as many as `fitting_into_list` allows, with any `canonical_url`: they are a list.
        mention: ids of the roles that the message pings.
        direct: the channel is the direct messages with a person; nothing else has to be known of it.
    """

    channel_id: int
    nonce: str
    posts: tuple[Post, ...]
    mention: tuple[int, ...] = ()
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """What a message of ours is to show from now on.

    Attributes:
        channel_id: a snowflake, the one of the announcement: of a forum's thread, the forum.
        message_id: as `Delivered` gave it.
        posts: 1 to 10, in the order of their cards.
        was: each of these as its card showed it last; where that is not known, as in `posts`.
        must: a card was taken out, so a closed thread is opened for this; otherwise what is closed stays as it is.
    """

    channel_id: int
    message_id: int
    posts: tuple[Post, ...]
    was: tuple[Post, ...]
    must: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """The message exists, or did until a moderator deleted it (then `message_id` is None).

    In a forum it is the first message of its thread, which has the thread's id.
    """

    message_id: int | None


@dataclass(frozen=True, slots=True)
class NotNow:
    """Nothing came of it, through no fault of message or channel (429, no connection): try again later.

    Of a message to be created it is certain that there is none. `after_seconds` is what Discord asked for; None where
    it did not say.
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
    """The channel, or the person, takes no messages from the bot now (403, 404): a person must act; pause only this."""

    reason: str
    code: int


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """Discord answered 401: nothing at all will work with this token."""

    reason: str


PublishOutcome = Delivered | NotNow | Uncertain | MessageRefused | ChannelRefused | TokenRefused
KindOutcome = ChannelKind | NotNow | ChannelRefused | TokenRefused


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


SearchOutcome = Found | NotFound | Unreadable | NotNow | ChannelRefused | TokenRefused


@dataclass(frozen=True, slots=True)
class Changed:
    """The message is as it was asked to be, be it by this request or by one before."""


@dataclass(frozen=True, slots=True)
class MessageGone:
    """The message is not there any more (10008), and not because of this request."""


ChangeOutcome = Changed | MessageGone | NotNow | MessageRefused | ChannelRefused | TokenRefused
"""To change a message twice is no harm, so what nobody can tell is `NotNow` here as well.

`MessageRefused` says that this message will never be changed so: its new content is refused, it is not the bot's own
(50005), its thread is closed, or its channel is of another kind than the request needs.
"""


class Publisher(Protocol):
    """Discord as the courier sees it. No coroutine raises for anything that Discord or the network does."""

    def now(self) -> datetime:
        """The time at Discord, which dates messages; this machine's own clock as long as Discord has said nothing."""
        ...

    def card_characters(self, post: Post) -> int:
        """How many characters the card of `post` takes of the 6,000 that all cards of a message share."""
        ...

    def fitting_into_list(self, posts: Sequence[Post]) -> int:
        """How many of `posts`, from the first, the list in one direct message can carry."""
        ...

    def looks_alike(self, post: Post, other: Post) -> bool:
        """Whether the cards of both show the same."""
        ...

    async def kind_of(self, channel_id: int) -> KindOutcome:
        """What the channel is, by an earlier answer where there is one that may still be true.

        It is asked before each request that creates or changes something, so it also says `NotNow` while so many
        requests were refused lately that Discord might shut out this machine. Of direct messages `direct_wait` is asked
        instead.
        """
        ...

    def direct_wait(self) -> float:
        """In how many seconds followers may be written to; 0.0: now.

        They wait as soon as some requests were refused lately: people who closed their direct messages are not to use
        up what channels, and members who ask for something, need.
        """
        ...

    async def publish(self, announcement: Announcement) -> PublishOutcome:
        """Create the message, or learn why not."""
        ...

    async def find(self, announcement: Announcement, since: datetime, known: Set[int] = frozenset()) -> SearchOutcome:
        """Look in the channel, from `since` (in Discord's time) on, for our own message with the announcement's cards.

        Messages that are older by no more than `SKEW` are looked at as well.
        `known` are the ids of messages that certainly are others: two posts may have one link, and cards alike.
        """
        ...

    async def edit(self, revision: Revision) -> ChangeOutcome:
        """Let a message of ours show other cards; what is written above them, and whom it pinged, stays."""
        ...

    async def delete(self, channel_id: int, message_id: int) -> ChangeOutcome:
        """Take a message of ours away; in a forum its thread with it."""
        ...

    async def crosspost(self, channel_id: int, message_id: int) -> ChangeOutcome:
        """Publish a message of ours to the servers that follow its announcement channel."""
        ...
