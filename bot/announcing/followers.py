"""Carrying direct messages to the people who follow something: few at once, nobody twice, and not too many a day.

::

    due: something waits or is in doubt ─┬─► a lane of their own, until nothing is due any more
         within the day's budget         │       not now ──► the lane ends; they rest, and hold up nobody
         not left alone, not resting     │       refused ──► left alone, from a day on for ever longer
         ▲                               │       budget spent ──► what comes waits; then it all comes as one list
         └── woken, or a rest is over ◄──┘

A follower for whom nothing is due costs neither a task nor memory. A message that was delivered stays as it is: it does
not follow edits, and is not taken back. A post that is retracted while it waits sleeps, as everywhere.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace
from datetime import datetime

from bot.announcing.desk import ChannelPauses, Desk, Workplace
from bot.announcing.lane import LOOK_AGAIN_SECONDS, Lane
from bot.announcing.packing import CARDS, LISTED, pack_for_follower
from bot.announcing.publisher import Announcement, ChannelKind, ChannelRefused, NotNow, Publisher
from bot.announcing.rests import MOST_RESTING, Rests
from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog
from bot.catalog.following import Budget, Follower
from bot.catalog.pauses import FOLLOWERS
from bot.catalog.records import Claim, PendingDelivery
from bot.catalog.tables import Tables
from bot.settings import ChannelSettings

__all__ = ["Followers"]

logger = logging.getLogger(__name__)

AT_ONCE = 8  # people who are written to; Discord takes 50 requests a second in all, and channels need some
# What Discord says of a person who is not there any more
# (https://docs.discord.com/developers/topics/opcodes-and-status-codes#json): unknown channel, unknown user.
GONE = frozenset({10003, 10013})
REFUSED_MUCH = "Discord refused many requests lately, so nobody is written to"
PART = "followers"  # of the service, for `Troubles`, which names nobody


class Followers:
    """Looks after all followers.

    Args:
        catalog: where the deliveries are.
        publisher: Discord.
        messages_per_day: to one person within 24 hours at the most.
        stopping: set when the work is to end.
        now: the wall clock.
        pauses: makes the pauses of one task.
        troubles: where it says what does not work.
    """

    def __init__(
        self,
        catalog: Catalog,
        publisher: Publisher,
        messages_per_day: int,
        *,
        stopping: asyncio.Event,
        now: Callable[[], datetime],
        pauses: Callable[[], ChannelPauses],
        troubles: Troubles,
    ) -> None:
        self._catalog = catalog
        self._publisher = publisher
        self._messages_per_day = messages_per_day
        self._stopping = stopping
        self._now = now
        self._troubles = troubles
        self._place = Workplace(PART, catalog, stopping=stopping, now=now, pauses=pauses(), troubles=troubles)
        self._rests = Rests(pauses)
        self._is_slowed = False
        self._work = asyncio.Event()
        self._busy: set[int] = set()  # ids of the channels that a lane works on

    def wake(self) -> None:
        """There is something new to send."""
        self._work.set()

    async def run(self) -> None:
        """Deliver until told to stop.

        Raises:
            TokenRefusedError: Discord does not know the token (any more). It comes in an exception group.
        """
        async with asyncio.TaskGroup() as group:
            while not self._place.stopping:
                self._work.clear()
                if not self._may_write():
                    await self._place.wait(min(self._publisher.direct_wait(), LOOK_AGAIN_SECONDS))
                    continue
                resting, first_rested_at = self._rests.resting()
                for follower in await self._next(resting):
                    self._busy.add(follower.channel_id)
                    group.create_task(self._look_after(follower), name=f"follower {follower.id}")
                if not self._busy and not resting:
                    self._place.has_nothing_to_do()
                # A rest may have ended while the catalog was read.
                await self._place.wait(self._rests.seconds_until(first_rested_at, LOOK_AGAIN_SECONDS), self._work)

    def _may_write(self) -> bool:
        """Whether Discord did not refuse too much lately; that, it is told of once."""
        if (seconds := self._publisher.direct_wait()) and not self._is_slowed:
            logger.warning("followers: %s; the next try is in %.0f s", REFUSED_MUCH, seconds)
            self._place.trouble(REFUSED_MUCH)
        self._is_slowed = seconds > 0
        return not self._is_slowed

    async def _next(self, resting: Set[int]) -> Sequence[Follower]:
        free, without = AT_ONCE - len(self._busy), self._busy | resting
        if free == 0 or len(resting) >= MOST_RESTING:
            return ()

        def due(tables: Tables) -> Sequence[Follower]:
            return tables.followers.due(self._now(), self._budget(), free, without=without)

        return await self._place.read(due) or ()

    def _budget(self) -> Budget:
        return Budget(self._messages_per_day, self._publisher.now())

    async def _look_after(self, follower: Follower) -> None:
        desk = _FollowerDesk(
            f"follower {follower.id}",
            ChannelSettings(id=follower.channel_id, name=f"follower {follower.id}"),
            self._catalog,
            self._publisher,
            stopping=self._stopping,
            now=self._now,
            pauses=self._rests.pauses_of(follower.channel_id),
            troubles=self._troubles,
        )
        try:
            await _FollowerLane(desk, self._budget).work_off()
        finally:
            if desk.rests_for is not None:
                self._rests.begin(follower.channel_id, desk.pauses, desk.rests_for)
            elif not desk.is_closed:
                self._rests.end(follower.channel_id)
            self._busy.discard(follower.channel_id)
            self._work.set()


class _FollowerDesk(Desk):
    """Where the direct messages of one follower are written.

    Attributes:
        rests_for: how many seconds they are not to be written to, instead of waiting here; None: nothing speaks for it.
        is_closed: nobody is to be written to just now.
    """

    rests_for: float | None = None
    is_closed = False

    @property
    def part(self) -> str:
        """All followers are one part of the service."""
        return PART

    @property
    def fields(self) -> dict[str, object]:
        """Without the number of the direct messages, which Discord leads to a person by."""
        return {"channel": self.channel.name}

    async def kind(self) -> ChannelKind | None:
        """Messages one after another, whatever Discord would say; None: nobody is to be written to just now."""
        self.is_closed = self.publisher.direct_wait() > 0
        return None if self.is_closed else ChannelKind.TEXT

    async def rest(self, seconds: float) -> None:
        """End the work for this follower, so that it holds up nobody else."""
        self.rests_for = seconds

    def warn(self, text: str, *values: object, **fields: object) -> None:
        """Tell of the first of whom something does not work; what does not work for one mostly works for nobody."""
        told = any(trouble.where == PART for trouble in self._troubles.all)
        level = logging.DEBUG if told else logging.WARNING
        logger.log(level, text, *values, extra={**self.fields, **fields})

    def told_of(self, posts: Iterable[tuple[int, str]]) -> Iterable[tuple[int, str]]:
        """One of the list, which may be long."""
        return [*posts][:1]

    async def pause_after(self, outcome: NotNow | ChannelRefused) -> None:
        """Leave a person who refuses alone; wait for all else."""
        if isinstance(outcome, NotNow):
            self.rests_for = self.seconds_after(outcome)
            return
        gone = outcome.code in GONE
        refusal = await self.record(lambda tables: tables.followers.refuse(self.channel.id, self.now(), gone=gone))
        if refusal.is_first:
            text = "%s takes no direct messages, and is left alone: a day, then ever longer"
            logger.info(text, self.name, extra=self.fields)
        if refusal.dropped:
            text = "%s is gone, or refused for a month: %d waiting posts are dropped"
            logger.info(text, self.name, refusal.dropped, extra=self.fields)


class _FollowerLane(Lane):
    """Carries what is due to one follower, of whom everything may be forgotten at any moment."""

    _sent_level = logging.DEBUG
    _counted_as = "sent_to_followers"

    def __init__(self, desk: _FollowerDesk, budget: Callable[[], Budget]) -> None:
        super().__init__(desk, CARDS)
        self._measured_as = PART
        self._follower = desk
        self._budget = budget

    def _has_work(self, tables: Tables) -> bool:
        if self._follower.rests_for is not None or self._follower.is_closed:
            return False
        return tables.followers.is_due(self._desk.channel.id, self._desk.now(), self._budget())

    def _is_paused(self, tables: Tables) -> bool:
        return tables.pauses.is_paused(FOLLOWERS)

    def _interrupted(self, tables: Tables) -> Claim | None:
        """The claim in doubt; after /unfollow it is looked for, but not sent (again)."""
        claim = super()._interrupted(tables)
        if claim is None or tables.followers.wants(claim):
            return claim
        return replace(claim, sendable=False)

    def _choose(self, tables: Tables, kind: ChannelKind) -> Sequence[PendingDelivery]:  # noqa: ARG002 - all are alike
        waiting = tables.deliveries.pending(self._desk.channel.id, LISTED, self._desk.now())
        return pack_for_follower(waiting, self._publisher.card_characters, self._publisher.fitting_into_list)

    def _announcement(self, claim: Claim) -> Announcement:
        return replace(super()._announcement(claim), direct=True)

    def _note_sent(self, tables: Tables, claim: Claim) -> None:
        tables.followers.takes_messages(claim.channel_id)
        tables.deliveries.forget_shown(claim)

    def _release(self, tables: Tables, claim: Claim, *, alone: bool = False) -> None:
        super()._release(tables, claim, alone=alone)
        tables.followers.withdraw_unwanted(claim.channel_id)  # /unfollow leaves alone what is under way

    async def _set_aside(self, claim: Claim, reason: str) -> None:
        """Find out which post of a refused message is to blame by trying halves; drop one that was alone."""
        if len(claim.deliveries) == 1:
            await self._give_up(claim, reason)
            return
        self._tell(logging.DEBUG, "%s: a message with %r was refused, its posts are tried in halves: %s", claim, reason)

        def suspect(tables: Tables) -> None:
            tables.deliveries.suspect(claim)
            tables.followers.withdraw_unwanted(claim.channel_id)

        await self._end(claim, suspect)

    async def _give_up(self, claim: Claim, reason: str) -> None:
        """Drop what Discord does not take, or nobody can tell of: a person could do nothing about it."""
        news: list[str] = []
        await self._end(claim, lambda tables: news.extend(tables.deliveries.drop(claim, reason)))
        for path in news:
            text = "%r does not reach each of its followers, and is not sent to those again: %s"
            logger.info(text, path, reason, extra={"post": path, "reason": reason})

    async def _send_unfound(self, claim: Claim, kind: ChannelKind) -> None:
        """Send it unless it was unfollowed during the look; then the next turn ends the doubt."""
        if await self._desk.read(lambda tables: tables.followers.wants(claim)):
            await super()._send_unfound(claim, kind)

    async def _end(self, claim: Claim, how: Callable[[Tables], None]) -> None:
        def end(tables: Tables) -> None:
            if tables.deliveries.is_claimed(claim):
                how(tables)

        await self._desk.record(end)
