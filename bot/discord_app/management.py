"""What the commands need for people who manage a server: a Protocol, and what it gives.

Whoever asks names the channels that it is about: those of the server where it is asked. Of others nothing is told, and
nothing is done to them; only the counts of posts are of all.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.announcing.routing import Route
from bot.catalog.overview import ChannelCounts, NamedPost, PostDelivery
from bot.catalog.records import DeliveryState, HeldUp, KnownPost, Standing
from bot.content.post import PostProblem
from bot.settings import ChannelSettings

__all__ = ["Changed", "ChannelReport", "Management", "PostReport", "ServiceReport", "Step", "Verdict"]

Channels = Sequence[ChannelSettings]


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """A channel of the settings.

    Attributes:
        settings: of the channel.
        counts: of its deliveries.
        paused_since: since when they are held back; None: they are not.
        troubles: what does not work there just now, in sentences, each with since when.
    """

    settings: ChannelSettings
    counts: ChannelCounts
    paused_since: datetime | None
    troubles: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """The state of the service. Times are aware.

    Attributes:
        since: when it was started; None: not known.
        scanned_at: when the content directory was looked at last; None: not yet.
        files: how many there were; None: not known.
        problems: what is wrong in the content directory.
        indexed: which part of the posts is taken in, from 0 to 1, while the first run lasts; None: all are.
        content_gone_since: since when the content directory cannot be believed; None: it can.
        catalog_fails_since: since when the catalog cannot be used; None: it can.
        followers_paused_since: since when direct messages to followers are held back; None: they are not, or there are
            none.
        posts: how many there are of each standing.
        channels: those that were asked about, in their order.
        held_up: the deliveries there that a person must look at.
    """

    since: datetime | None
    scanned_at: datetime | None
    files: int | None
    problems: tuple[PostProblem, ...]
    indexed: float | None
    content_gone_since: datetime | None
    catalog_fails_since: datetime | None
    followers_paused_since: datetime | None
    posts: Mapping[Standing, int]
    channels: tuple[ChannelReport, ...]
    held_up: tuple[HeldUp, ...]


@dataclass(frozen=True, slots=True)
class PostReport:
    """A post and what becomes of it.

    Attributes:
        known: the post, its standing, and why.
        routes: what each channel that was asked about says of it.
        deliveries: what became of it there, by channel.
        paused: ids of the channels in which nothing is sent for now.
    """

    known: KnownPost
    routes: tuple[Route, ...]
    deliveries: Mapping[int, PostDelivery]
    paused: Set[int]


class Verdict(StrEnum):
    """Whether a post can be announced on purpose."""

    READY = "ready"
    NOT_PUBLIC = "not-public"  # hidden or waiting
    EXPIRED = "expired"
    HELD = "held"  # with others, of which channels elsewhere may take some: who runs the bot decides


@dataclass(frozen=True, slots=True)
class Step:
    """What is done with one post that is to be announced.

    Attributes:
        known: the post, as it stood before.
        verdict: see `Verdict`; nothing is done with one that is not ready.
        channels: where it is to go now.
        there: the other channels that it was ever planned for and that were asked for, with what became of it there.
        paused: ids of the channels in which nothing is sent for now.
        is_broken: its file is out of order; it is sent once that is mended.
    """

    known: KnownPost
    verdict: Verdict
    channels: tuple[ChannelSettings, ...] = ()
    there: tuple[tuple[ChannelSettings, DeliveryState], ...] = ()
    paused: Set[int] = frozenset()
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of channels that were to be paused or resumed.

    Attributes:
        channels: ids of those that were changed.
        waiting: how many posts are due in those.
        followers: the direct messages to followers were changed too.
        followers_paused: they are held back now; None: there are none, since nobody can follow anything.
    """

    channels: Set[int]
    waiting: int
    followers: bool
    followers_paused: bool | None


class Management(Protocol):
    """The running service, as far as people who manage a server may look into it and steer it.

    Every coroutine raises `bot.problems.CatalogError` if the catalog fails.
    """

    @property
    def channels(self) -> Channels:
        """All channels of the settings, of whatever server."""
        ...

    @property
    def tldr_characters(self) -> int:
        """How long the text of a card is at most."""
        ...

    async def status(self, channels: Channels) -> ServiceReport:
        """Tell how the service is, and how these channels are."""
        ...

    async def posts_like(self, typed: str, count: int) -> list[NamedPost]:
        """Return at most `count` posts of whatever standing, with the words of `typed` in their path or title."""
        ...

    async def find(self, asked: str, channels: Channels) -> PostReport | None:
        """Return the post with this path, title or number (as in ``#12``), as it concerns these channels."""
        ...

    async def newest(self, count: int) -> list[int]:
        """Return the ids of the newest posts that members can see, in the order in which they are announced."""
        ...

    async def would_announce(self, posts: Sequence[int], channels: Channels, into: int | None) -> list[Step]:
        """Tell what `announce` would do; nothing is done."""
        ...

    async def announce(self, posts: Sequence[int], channels: Channels, into: int | None) -> list[Step]:
        """Announce posts on purpose, each in those of `channels` whose filters take it and where it never was.

        Args:
            posts: their ids; those that are gone are left out.
            channels: the only ones that it can go to.
            into: the id of one of these: only there, whatever its filters say; None: where the filters say.

        Raises:
            UsageError: one of the posts changed meanwhile; nothing is done then.
        """
        ...

    async def pause(self, channels: Channels, *, followers: bool) -> Changed:
        """Hold back what is to be announced there, and with `followers` all direct messages to them."""
        ...

    async def resume(self, channels: Channels, *, followers: bool) -> Changed:
        """Hold nothing back there any more, nor with `followers` what is for them, and send what waited."""
        ...
