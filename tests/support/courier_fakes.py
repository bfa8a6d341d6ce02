"""Discord as the courier sees it, in memory, with a clock of its own.

It stores messages, remembers nonces for a while, and does what it was told to do to the next requests::

    discord = FakeDiscord(clock)
    discord.next_request(NEWS, Lost(stored=True, takes=90))     # it stands, but nobody was told
    discord.refuses_card_of("docs/bad.md")
    ...
    assert discord.paths(NEWS) == [["docs/a.md", "docs/b.md"]]  # each message with its cards

``tests/contracts/test_publisher_fake.py`` holds it to what the real publisher does.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.announcing.courier import Courier
from bot.announcing.desk import ChannelPauses
from bot.announcing.publisher import (
    SKEW,
    Announcement,
    Changed,
    ChangeOutcome,
    ChannelKind,
    ChannelRefused,
    Delivered,
    Found,
    KindOutcome,
    MessageGone,
    MessageRefused,
    NotFound,
    NotNow,
    PublishOutcome,
    Revision,
    SearchOutcome,
    TokenRefused,
    Uncertain,
    Unreadable,
)
from bot.announcing.retry import Pauses
from bot.announcing.upkeep import UpkeepPace
from bot.content.post import Post
from tests.support.catalog_site import NOW

__all__ = ["BRISK", "Clock", "FakeDiscord", "Hangs", "Lost", "Refuses", "Stored", "quick_pauses", "running", "until"]

CARDS, CHARACTERS = 10, 6000  # what one message carries at the most
LISTED = 30  # posts that a list carries here
RATE_LIMIT_SECONDS = 0.01


@dataclass
class Clock:
    """Says what time it is; goes on only when told."""

    time: datetime = NOW

    def now(self) -> datetime:
        """The time."""
        return self.time

    def go_on(self, seconds: float) -> None:
        """Time passes."""
        self.time += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Lost:
    """The answer never comes, after so many seconds; `stored`: the message was created all the same."""

    stored: bool
    takes: float = 0.0


@dataclass(frozen=True)
class Refuses:
    """Answered at once with this outcome; nothing is created."""

    outcome: PublishOutcome


@dataclass
class Hangs:
    """Does not answer until `go` is set, then with `outcome` if there is one.

    The message is created at once if `stored`, else when it answers, unless with an outcome of its own.
    """

    stored: bool = False
    outcome: PublishOutcome | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)


Act = Lost | Refuses | Hangs


@dataclass(frozen=True)
class Stored:
    """A message that stands in a channel; `edits` counts how often its cards were changed."""

    id: int
    created_at: datetime
    posts: tuple[Post, ...]
    edits: int = 0
    published: bool = False


class FakeDiscord:
    """A `Publisher`.

    Args:
        clock: dates the messages and ages the nonces.
        nonce_window_seconds: how long a nonce is remembered.
    """

    def __init__(self, clock: Clock, nonce_window_seconds: float = 180.0) -> None:
        self.requests: list[Announcement] = []
        self.searches: list[Announcement] = []
        self.asked_kinds: list[int] = []
        self.revisions: list[Revision] = []
        self.deletions: list[int] = []
        self.crossposts: list[int] = []
        self.kinds: dict[int, ChannelKind] = defaultdict(lambda: ChannelKind.TEXT)
        self.removed: set[int] = set()
        self.unreadable: set[int] = set()
        self.direct_wait_seconds = 0.0
        self._clock = clock
        self._window = timedelta(seconds=nonce_window_seconds)
        self._channels: dict[int, list[Stored]] = defaultdict(list)
        self._nonces: dict[tuple[int, str], tuple[datetime, int]] = {}
        self._acts: dict[int, deque[Act]] = defaultdict(deque)
        self._search_acts: dict[int, deque[SearchOutcome]] = defaultdict(deque)
        self._change_acts: dict[int, deque[Act]] = defaultdict(deque)
        self._poison: set[str] = set()
        self._last_id = 0

    def next_request(self, channel_id: int, *acts: Act) -> None:
        """What becomes of the next requests to a channel, one after another; after those it behaves well."""
        self._acts[channel_id].extend(acts)

    def next_search(self, channel_id: int, *outcomes: SearchOutcome) -> None:
        """What the next looks into a channel give, whatever stands there."""
        self._search_acts[channel_id].extend(outcomes)

    def next_change(self, channel_id: int, *acts: Act) -> None:
        """What becomes of the next edits, deletions and crossposts in a channel; `Lost` ones are done if `stored`."""
        self._change_acts[channel_id].extend(acts)

    def stores_late(self, announcement: Announcement) -> None:
        """Do what was asked for some time ago, although the answer was that it failed."""
        self._create(announcement)

    def refuses_card_of(self, path: str) -> None:
        """No message with the card of this post is ever taken."""
        self._poison.add(path)

    def moderator_deletes(self, channel_id: int, message_id: int) -> None:
        """The message is gone; its nonce is still remembered."""
        self._channels[channel_id] = [each for each in self._channels[channel_id] if each.id != message_id]

    def messages(self, channel_id: int) -> list[Stored]:
        """What stands in a channel, oldest first."""
        return list(self._channels[channel_id])

    def paths(self, channel_id: int) -> list[list[str]]:
        """The posts of each message of a channel."""
        return [[post.path for post in message.posts] for message in self._channels[channel_id]]

    def forget_acts(self) -> None:
        """Behave well from now on."""
        self._acts.clear()
        self._search_acts.clear()
        self._change_acts.clear()

    def card_characters(self, post: Post) -> int:
        """A card is its title and its text."""
        return len(post.title) + len(post.text)

    def fitting_into_list(self, posts: Sequence[Post]) -> int:
        """Some, whatever they are."""
        return min(len(posts), LISTED)

    def now(self) -> datetime:
        """Discord's time."""
        return self._clock.now()

    def looks_alike(self, post: Post, other: Post) -> bool:
        """A card shows all but where the post lies and whether it is a draft."""
        return replace(post, path="", draft=False) == replace(other, path="", draft=False)

    def direct_wait(self) -> float:
        """As it was told."""
        return self.direct_wait_seconds

    async def kind_of(self, channel_id: int) -> KindOutcome:
        """What the channel is."""
        self.asked_kinds.append(channel_id)
        await asyncio.sleep(0)
        if channel_id in self.removed:
            return ChannelRefused("the channel does not exist", 10003)
        return self.kinds[channel_id]

    async def publish(self, announcement: Announcement) -> PublishOutcome:
        """Create the message, unless told otherwise."""
        posts = announcement.posts
        assert 1 <= len(posts) <= (LISTED if announcement.direct else CARDS), "what an announcement promises"
        is_list = len(posts) > CARDS
        assert is_list or len({post.canonical_url for post in posts}) == len(posts), "what an announcement promises"
        assert len(posts) == 1 or self.kinds[announcement.channel_id] is not ChannelKind.FORUM
        self.requests.append(announcement)
        await asyncio.sleep(0)
        acts = self._acts[announcement.channel_id]
        match acts.popleft() if acts else None:
            case Lost(stored, takes):
                if stored:
                    self._create(announcement)
                self._clock.go_on(takes)
                return Uncertain("the connection broke")
            case Refuses(outcome):
                return outcome
            case Hangs() as hanging:
                created = self._create(announcement) if hanging.stored else None
                hanging.reached.set()
                await hanging.go.wait()
                if hanging.outcome is not None:
                    return hanging.outcome
                return self._create(announcement) if created is None else created
        return self._create(announcement)

    async def find(self, announcement: Announcement, since: datetime, known: Set[int] = frozenset()) -> SearchOutcome:
        """Look for a message with exactly these cards that is none of the known ones."""
        self.searches.append(announcement)
        await asyncio.sleep(0)
        channel_id = announcement.channel_id
        if self._search_acts[channel_id]:
            return self._search_acts[channel_id].popleft()
        if channel_id in self.removed:
            return ChannelRefused("the channel does not exist", 10003)
        if channel_id in self.unreadable:
            return Unreadable("the bot may not read the channel's history")
        wanted = {post.external_url for post in announcement.posts}
        for message in self._channels[channel_id]:
            cards = {post.external_url for post in message.posts}
            if message.created_at >= since - SKEW and cards == wanted and message.id not in known:
                return Found(message.id)
        return NotFound()

    async def edit(self, revision: Revision) -> ChangeOutcome:
        """Let a message show other cards."""
        assert 1 <= len(revision.posts) <= CARDS, "what a revision promises"
        self.revisions.append(revision)

        def edit(message: Stored) -> Stored:
            return replace(message, posts=revision.posts, edits=message.edits + 1)

        poisoned = any(post.path in self._poison for post in revision.posts)
        refused = MessageRefused("Invalid Form Body", 50035) if poisoned else None
        return await self._change(revision.channel_id, revision.message_id, edit, refused)

    async def delete(self, channel_id: int, message_id: int) -> ChangeOutcome:
        """Take a message away."""
        self.deletions.append(message_id)
        return await self._change(channel_id, message_id, lambda message: None)

    async def crosspost(self, channel_id: int, message_id: int) -> ChangeOutcome:
        """Publish a message."""
        self.crossposts.append(message_id)
        fits = self.kinds[channel_id] is ChannelKind.ANNOUNCEMENT
        refused = None if fits else MessageRefused("Cannot execute action on this channel type", 50024)
        return await self._change(channel_id, message_id, lambda message: replace(message, published=True), refused)

    async def _change(
        self,
        channel_id: int,
        message_id: int,
        change: Callable[[Stored], Stored | None],
        refused: MessageRefused | None = None,
    ) -> ChangeOutcome:
        await asyncio.sleep(0)
        acts = self._change_acts[channel_id]
        match acts.popleft() if acts else None:
            case Lost(stored, takes):
                if stored:
                    self._apply(channel_id, message_id, change)
                self._clock.go_on(takes)
                return NotNow("the connection broke")
            case Refuses(outcome):
                assert isinstance(outcome, NotNow | MessageRefused | ChannelRefused | TokenRefused)
                return outcome
            case Hangs() as hanging:
                there = hanging.stored and self._apply(channel_id, message_id, change)
                hanging.reached.set()
                await hanging.go.wait()
                if hanging.stored:
                    return Changed() if there else MessageGone()
        if channel_id in self.removed:
            return ChannelRefused("the channel does not exist", 10003)
        if refused is not None:
            return refused
        return Changed() if self._apply(channel_id, message_id, change) else MessageGone()

    def _apply(self, channel_id: int, message_id: int, change: Callable[[Stored], Stored | None]) -> bool:
        """Do it; return whether there is such a message."""
        there = any(message.id == message_id for message in self._channels[channel_id])
        changed = [change(each) if each.id == message_id else each for each in self._channels[channel_id]]
        self._channels[channel_id] = [message for message in changed if message is not None]
        return there

    def _create(self, announcement: Announcement) -> PublishOutcome:
        channel_id, posts = announcement.channel_id, announcement.posts
        if channel_id in self.removed:
            return ChannelRefused("the channel does not exist", 10003)
        if len(posts) <= CARDS and sum(map(self.card_characters, posts)) > CHARACTERS:
            return MessageRefused("Invalid Form Body", 50035)
        if any(post.path in self._poison for post in posts):
            return MessageRefused("Invalid Form Body", 50035)
        created_at, message_id = self._nonces.get((channel_id, announcement.nonce), (None, 0))
        knows_nonces = self.kinds[channel_id] is not ChannelKind.FORUM
        if knows_nonces and created_at is not None and self._clock.now() - created_at < self._window:
            stands = any(message.id == message_id for message in self._channels[channel_id])
            return Delivered(message_id if stands else None)
        self._last_id += 1
        self._channels[channel_id].append(Stored(self._last_id, self._clock.now(), posts))
        self._nonces[channel_id, announcement.nonce] = (self._clock.now(), self._last_id)
        return Delivered(self._last_id)


RATE_LIMITED = Refuses(NotNow("Discord's rate limit", after_seconds=RATE_LIMIT_SECONDS))
CHANNEL_REFUSED = Refuses(ChannelRefused("the bot may not write there", 50013))
MESSAGE_REFUSED = Refuses(MessageRefused("Invalid Form Body", 50035))
TOKEN_REFUSED = Refuses(TokenRefused("Discord does not know the token"))


def quick_pauses(*, refusal_seconds: float = 0.001) -> ChannelPauses:
    """Pauses that a test can wait for."""
    pauses = ChannelPauses()
    pauses.request = Pauses(first=0.001, most=0.001)
    pauses.refusal = Pauses(first=refusal_seconds, most=refusal_seconds)
    pauses.publishing = Pauses(first=0.001, most=0.001)
    pauses.catalog = Pauses(first=0.001, most=0.001)
    pauses.message_seconds = 0.01
    pauses.believed_after = timedelta()
    return pauses


BRISK = UpkeepPace(calm=timedelta(), gap_seconds=0.0)
"""Upkeep without leisure."""


@asynccontextmanager
async def running(courier: Courier) -> AsyncIterator[asyncio.Task[None]]:
    """The courier at work; stopped at the end as the service would."""
    task = asyncio.create_task(courier.run())
    try:
        yield task
    finally:
        courier.stop()
        await asyncio.wait_for(asyncio.wait([task]), 10)
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something to be so; fail if it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.002)
