"""What can be seen of a courier that meets a fault: what its publisher answers, and what goes over the wire."""

import asyncio
from collections.abc import Sequence, Set
from datetime import datetime
from types import SimpleNamespace

import aiohttp

from bot.announcing.publisher import (
    Announcement,
    ChangeOutcome,
    ChannelRefused,
    Delivered,
    Found,
    KindOutcome,
    MessageRefused,
    NotFound,
    NotNow,
    Publisher,
    PublishOutcome,
    Revision,
    SearchOutcome,
    TokenRefused,
    Uncertain,
    Unreadable,
)
from bot.content.post import Post
from bot.discord_app.attempts import trace_of
from bot.discord_app.client import LinkbotClient

__all__ = ["Observed", "Wire"]

_WORDS: dict[type[object], str] = {
    Delivered: "sent",
    NotNow: "not now",
    Uncertain: "in doubt",
    MessageRefused: "refused",
    ChannelRefused: "channel refuses",
    TokenRefused: "token refused",
    Found: "found",
    NotFound: "not there",
    Unreadable: "unreadable",
}


class Observed:
    """A publisher of which one sees what it answered."""

    def __init__(self, publisher: Publisher, place: int) -> None:
        self._publisher = publisher
        self._place = place
        self.way: list[str] = []
        self.bystander_is_out = asyncio.Event()

    def now(self) -> datetime:
        return self._publisher.now()

    def card_characters(self, post: Post) -> int:
        return self._publisher.card_characters(post)

    def fitting_into_list(self, posts: Sequence[Post]) -> int:
        return self._publisher.fitting_into_list(posts)

    def looks_alike(self, post: Post, other: Post) -> bool:
        return self._publisher.looks_alike(post, other)

    def direct_wait(self) -> float:
        return self._publisher.direct_wait()

    async def kind_of(self, channel_id: int) -> KindOutcome:
        return await self._publisher.kind_of(channel_id)

    async def publish(self, announcement: Announcement) -> PublishOutcome:
        outcome = await self._publisher.publish(announcement)
        self._note(announcement.channel_id, outcome)
        if announcement.channel_id != self._place and isinstance(outcome, Delivered):
            self.bystander_is_out.set()
        return outcome

    async def find(self, announcement: Announcement, since: datetime, known: Set[int] = frozenset()) -> SearchOutcome:
        outcome = await self._publisher.find(announcement, since, known)
        self._note(announcement.channel_id, outcome)
        return outcome

    async def edit(self, revision: Revision) -> ChangeOutcome:
        return await self._publisher.edit(revision)

    async def delete(self, channel_id: int, message_id: int) -> ChangeOutcome:
        return await self._publisher.delete(channel_id, message_id)

    async def crosspost(self, channel_id: int, message_id: int) -> ChangeOutcome:
        return await self._publisher.crosspost(channel_id, message_id)

    def _note(self, channel_id: int, outcome: object) -> None:
        if channel_id == self._place:
            self.way.append(_WORDS[type(outcome)])


class Wire:
    """The requests of one client but those about the bystander's channel.

    Attributes:
        answered: set once a request that would have created the message got an answer.
    """

    def __init__(self, client: LinkbotClient, creating: str, bystander: int) -> None:
        """`creating` is the path below the API's address at which the message is created."""
        self._bystander = f"/channels/{bystander}/"
        self._creating = "POST", f"/api/v10{creating}"
        self._asked: list[tuple[str, str]] = []
        self.answered = asyncio.Event()
        trace_of(client).on_request_start.append(self._started)
        trace_of(client).on_request_end.append(self._ended)

    async def _started(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, start: aiohttp.TraceRequestStartParams
    ) -> None:
        if self._bystander not in f"{start.url.path}/":
            self._asked.append((start.method, start.url.path))

    async def _ended(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        if (end.method, end.url.path) == self._creating:
            self.answered.set()

    def counts(self) -> tuple[int, int]:
        """Requests that would have created the message, and others after the first of them; publishing is neither."""
        creating = [asked == self._creating for asked in self._asked]
        since = [path for _, path in self._asked[creating.index(True) :] if not path.endswith("/crosspost")]
        return sum(creating), len(since) - sum(creating)
