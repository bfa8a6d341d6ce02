"""What members ask of the archive, and what they get."""

from dataclasses import dataclass
from datetime import datetime

from bot.catalog.records import ListedPost

__all__ = ["MATCH_BEGINS", "MATCH_ENDS", "Filters", "Listing", "Place"]

# Around each matched word of an excerpt. Files cannot forge markup with them: they only ever make letters bold.
MATCH_BEGINS, MATCH_ENDS = "\x02", "\x03"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which posts are wanted; those that pass all of it are.

    Attributes:
        tags: each of them, without regard to case.
        source: of this source, without regard to case; None: of any.
        since: aware; dated then or later (a post without a date counts from when it was first seen); None: of any date.
    """

    tags: tuple[str, ...] = ()
    source: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of an answer.

    Attributes:
        posts: in their order.
        more: whether there are further ones after these.
    """

    posts: tuple[ListedPost, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where an announcement of a post stands: ids of the channel and of the message."""

    channel_id: int
    message_id: int
