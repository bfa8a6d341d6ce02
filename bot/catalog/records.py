"""What the catalog takes in and hands out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.content.post import Post

__all__ = [
    "Cause",
    "Change",
    "Claim",
    "Counted",
    "DeliveryCount",
    "DeliveryState",
    "HeldUp",
    "KnownDelivery",
    "KnownPost",
    "ListedPost",
    "PendingDelivery",
    "Reason",
    "Standing",
    "StandingCard",
    "StandingMessage",
]


class Standing(StrEnum):
    """Where a post stands between its file and the channels."""

    HIDDEN = "hidden"  # a draft, expired, of another kind: nobody sees it
    WAITING = "waiting"  # its date is still to come
    HELD = "held"  # one of too many new posts at once: a person decides
    INDEXED = "indexed"  # members can find it; it is not announced
    ANNOUNCED = "announced"  # members can find it; its deliveries are planned

    @property
    def is_seen(self) -> bool:
        """Whether the post is out of its author's hands: members can see it, or will if a person lets it go."""
        return self in (Standing.HELD, Standing.INDEXED, Standing.ANNOUNCED)


class Cause(StrEnum):
    """Why a post has its standing, where that decides what a later change makes of it."""

    RULES = "rules"  # its own fields
    BASELINE = "baseline"  # it was there before the bot
    DUPLICATE = "duplicate"  # another post has its URL and title
    UNROUTED = "unrouted"  # no channel takes it


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule and what it says of one post.

    Attributes:
        rule: the rule's name, as the settings or the front matter call it.
        passed: whether the rule lets the post through.
        text: a sentence for people.
    """

    rule: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class KnownPost:
    """A post as it stands in the catalog. Times are aware and in UTC.

    Attributes:
        id: stays the same through renames.
        post: as it was last read.
        standing: see `Standing`.
        cause: see `Cause`.
        reasons: of the last decision.
        shown_as: the standing in which members can, or could last, see it for its own sake: it takes it up again when
            it is no draft any more, or the like; None: they never could, or only knew it as a duplicate.
        duplicate_of: the id of the post that is shown in its place, with the same canonical URL and title; None: it is.
        wakes_at: when a waiting post is to be decided again; None for all others.
        first_seen_at: when its file was first read.
        gone_at: since when it has no file; None: the file is there.
    """

    id: int
    post: Post
    standing: Standing
    cause: Cause
    reasons: tuple[Reason, ...]
    shown_as: Standing | None
    duplicate_of: int | None
    wakes_at: datetime | None
    first_seen_at: datetime
    gone_at: datetime | None

    @property
    def is_shown(self) -> bool:
        """Whether members can see it itself, or will if a person lets it go."""
        return self.standing.is_seen and self.gone_at is None and self.duplicate_of is None


@dataclass(frozen=True, slots=True)
class ListedPost:
    """A post that members may see.

    Attributes:
        id: of the post.
        post: as it was last read.
        excerpt: what of it was found, with marks around each matched word (see `bot.catalog.listings`); None: it was
            not searched for.
    """

    id: int
    post: Post
    excerpt: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A name (a tag, a source) and how many posts that members may see carry it."""

    name: str
    posts: int


class DeliveryState(StrEnum):
    """What became of one post in one channel."""

    PENDING = "pending"  # to be sent
    SENDING = "sending"  # a request may be under way
    SENT = "sent"  # stands in the channel, or did
    REFUSED = "refused"  # Discord will never take it: a person must act
    UNKNOWN = "unknown"  # nobody can tell whether it stands: a person must look
    DROPPED = "dropped"  # refused or unknown, and a person wants no more of it


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    """A delivery that is due.

    Attributes:
        id: of the delivery.
        post: what is to be sent.
        alone: it was refused together with others and is now tried in a message of its own; for a follower in one with
            half of those.
    """

    id: int
    post: Post
    alone: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A message whose request may have been made: committed before the request, ended by its outcome.

    Attributes:
        id: of the message's row.
        channel_id: a snowflake.
        nonce: sent with every try of this message.
        claimed_at: when it was claimed.
        deliveries: in the order of their cards, with the posts as they were claimed: one nonce is one message.
        sendable: all of its posts may still be shown; False if one turned draft, expired or lost its file since.
    """

    id: int
    channel_id: int
    nonce: str
    claimed_at: datetime
    deliveries: tuple[PendingDelivery, ...]
    sendable: bool


class Change(StrEnum):
    """What may have been asked for a message that stands."""

    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class StandingCard:
    """One card of a message that stands.

    Attributes:
        delivery: its id.
        shown: the post as the card shows it; None: it was sent before that was kept.
        post: as it was last read.
        is_draft: it is a draft now, or was when its file was last there and in order.
        is_gone: its file is gone, and did not just change places.
        is_live: it is announced and its file is there and in order, so the card may follow it.
    """

    delivery: int
    shown: Post | None
    post: Post
    is_draft: bool
    is_gone: bool
    is_live: bool


@dataclass(frozen=True, slots=True)
class StandingMessage:
    """A message that stands in a channel.

    Attributes:
        id: of the message's row.
        channel_id: a snowflake.
        message_id: a snowflake.
        cards: in their order, as the last change that was recorded left them.
        changing: a change that may have been asked for since, and of which nobody knows what came; None: there is none.
    """

    id: int
    channel_id: int
    message_id: int
    cards: tuple[StandingCard, ...]
    changing: Change | None


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """How many deliveries of a channel are in a state."""

    channel_id: int
    state: DeliveryState
    deliveries: int


@dataclass(frozen=True, slots=True)
class KnownDelivery:
    """A delivery in whatever state.

    Attributes:
        id: of the delivery.
        channel_id: a snowflake.
        state: see `DeliveryState`.
        path: of its post.
        sendable: the post may be shown now; False if it is a draft, expired, or its file is gone or broken.
    """

    id: int
    channel_id: int
    state: DeliveryState
    path: str
    sendable: bool


@dataclass(frozen=True, slots=True)
class HeldUp:
    """A delivery that a person must look at: refused or unknown; none is for a follower."""

    id: int
    channel_id: int
    state: DeliveryState
    path: str
    reason: str
