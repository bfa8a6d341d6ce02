"""What the catalog says of the people who follow something."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = [
    "MOST_FOLLOWS",
    "Budget",
    "Follow",
    "FollowKind",
    "Followed",
    "Follower",
    "FollowerCounts",
    "KeptOfPerson",
    "Refusal",
]

MOST_FOLLOWS = 25  # of one person; a list of choices takes so many as well


class FollowKind(StrEnum):
    """What a post is followed by."""

    TAG = "tag"
    SOURCE = "source"
    WORDS = "words"


class Followed(StrEnum):
    """What came of the wish to follow something."""

    NEW = "new"
    KNOWN = "known"  # it was followed already
    TOO_MANY = "too many"  # see `MOST_FOLLOWS`


@dataclass(frozen=True, slots=True)
class Follow:
    """One thing that a person follows.

    Attributes:
        id: of the follow; another person's have others.
        kind: see `FollowKind`.
        name: the tag, the source or the words, as people see them.
    """

    id: int
    kind: FollowKind
    name: str


@dataclass(frozen=True, slots=True)
class Follower:
    """A person who gets direct messages; `id` is what logs call them, `channel_id` that of the direct messages."""

    id: int
    channel_id: int


@dataclass(frozen=True, slots=True)
class KeptOfPerson:
    """All that is kept of a person.

    Attributes:
        followed_at: when they followed something for the first time.
        refused: they took no direct message when one was last tried.
        follows: by id.
        waiting: how many posts are still to be sent to them.
        sent: how many posts they were sent.
    """

    followed_at: datetime
    refused: bool
    follows: tuple[Follow, ...]
    waiting: int
    sent: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """What follows from a follower's refusal of a message: whether it is their first, and how many posts it dropped."""

    is_first: bool
    dropped: int


@dataclass(frozen=True, slots=True)
class FollowerCounts:
    """How many people follow something, how many of those refused the last message, how many posts wait for them."""

    people: int
    refusing: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many messages to one person within the 24 hours before `now`, which is Discord's time, as claims are.

    Claims that are dated later, by a clock that was wrong, do not count.
    """

    messages: int
    now: datetime
