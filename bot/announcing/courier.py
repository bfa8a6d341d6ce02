"""Carrying announcements to Discord: one ordered lane for each channel, so that none holds up another.

::

    claim (commit: sending, nonce) ──► publish ──► record (commit: sent, message id)
       ▲                                  │
       ├── released: surely not created ◄─┤
       │                                  └─► uncertain: the same nonce again within a minute of the claim,
       └── not found ◄────────────────────────┐          after that look for the message in the channel ─► found: record
                                              └──────────────────────────────────────────────────────────┘

A claim that a crash left behind goes the way of the uncertain ones at the next start.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.announcing.packing import pack
from bot.announcing.publisher import (
    Announcement,
    ChannelRefused,
    Delivered,
    Found,
    MessageRefused,
    NotCreated,
    NotFound,
    Publisher,
    PublishOutcome,
    SearchOutcome,
    TokenRefused,
    Uncertain,
    Unreadable,
)
from bot.announcing.retry import Pauses
from bot.catalog.database import Catalog
from bot.catalog.records import Claim
from bot.catalog.tables import Tables
from bot.problems import CatalogUnavailableError, TokenRefusedError
from bot.settings import ChannelSettings

__all__ = ["Courier", "Lane"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Discord returns the first message for a repeated nonce "in the past few minutes"
# (https://discord.com/developers/docs/resources/message#create-message); one minute is well within that.
NONCE_WINDOW = timedelta(seconds=60)
LOOK_AGAIN_SECONDS = 60.0  # how often a lane without work looks for some that nobody told it of


def _now() -> datetime:
    return datetime.now(UTC)


def _nonce() -> str:
    return secrets.token_hex(12)  # 24 of the 25 characters that Discord takes


class Courier:
    """All lanes together.

    Args:
        catalog: where the deliveries are.
        publisher: Discord.
        channels: one lane is opened for each.
        posts_per_message: how many cards a message carries at the most.
        now: the wall clock.
        pauses: makes the pauses between tries; the second one after a channel refused.
    """

    def __init__(
        self,
        catalog: Catalog,
        publisher: Publisher,
        channels: Sequence[ChannelSettings],
        posts_per_message: int,
        *,
        now: Callable[[], datetime] = _now,
        pauses: Callable[[], Pauses] = lambda: Pauses(first=1.0, most=300.0),
        refusal_pauses: Callable[[], Pauses] = lambda: Pauses(first=60.0, most=6 * 3600.0),
    ) -> None:
        self._stopping = asyncio.Event()
        self._lanes: Mapping[int, Lane] = {
            channel.id: Lane(
                catalog,
                publisher,
                channel,
                posts_per_message,
                stopping=self._stopping,
                now=now,
                pauses=pauses(),
                refusal_pauses=refusal_pauses(),
            )
            for channel in channels
        }

    def wake(self, channel_ids: Collection[int]) -> None:
        """There is something new to send in these channels."""
        for channel_id in channel_ids:
            if channel_id in self._lanes:
                self._lanes[channel_id].wake()

    def stop(self) -> None:
        """Let `run` end as soon as every request that is under way is finished and recorded."""
        self._stopping.set()

    async def run(self) -> None:
        """Deliver until `stop`.

        Raises:
            TokenRefusedError: Discord does not know the token (any more). It comes in an exception group.
        """
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes.values():
                group.create_task(lane.run(), name=f"lane {lane.name}")


class Lane:
    """The deliveries of one channel, one message at a time, oldest post first. Arguments as for `Courier`."""

    def __init__(
        self,
        catalog: Catalog,
        publisher: Publisher,
        channel: ChannelSettings,
        posts_per_message: int,
        *,
        stopping: asyncio.Event,
        now: Callable[[], datetime],
        pauses: Pauses,
        refusal_pauses: Pauses,
    ) -> None:
        self.name = channel.name
        self._catalog = catalog
        self._publisher = publisher
        self._channel = channel
        self._posts_per_message = posts_per_message
        self._stopping = stopping
        self._now = now
        self._pauses = pauses
        self._refusal_pauses = refusal_pauses
        self._work = asyncio.Event()

    def wake(self) -> None:
        """There is something new to send."""
        self._work.set()

    async def run(self) -> None:
        """Deliver until told to stop: first what a crash left behind, then what is due."""
        while not self._stopping.is_set():
            self._work.clear()
            claim = await self._persist(self._interrupted)
            uncertain = claim is not None
            if claim is None:
                claim = await self._persist(self._claim_next)
            if claim is None:
                await self._wait(LOOK_AGAIN_SECONDS, for_work=True)
            else:
                await self._carry(claim, uncertain=uncertain)

    async def _carry(self, claim: Claim, *, uncertain: bool) -> None:
        """See a claim to its end, or until told to stop.

        `uncertain`: an earlier request for it may have created the message, so only a look into the channel can tell
        that it does not stand.
        """
        while True:
            if uncertain and not self._may_repeat(claim):
                found = await self._publisher.find(self._announcement(claim), claim.claimed_at)
                done, uncertain = await self._after_search(claim, found)
            else:
                outcome = await self._publisher.publish(self._announcement(claim))
                done, uncertain = await self._after_request(claim, outcome, uncertain=uncertain)
            if done or self._stopping.is_set():
                return

    def _may_repeat(self, claim: Claim) -> bool:
        """Whether Discord would return the first message for the nonce of `claim`. A clock set back proves nothing."""
        return claim.sendable and timedelta() <= self._now() - claim.claimed_at < NONCE_WINDOW

    async def _after_request(self, claim: Claim, outcome: PublishOutcome, *, uncertain: bool) -> tuple[bool, bool]:
        """Record what became of a request; return whether the claim is done with and whether it is uncertain."""
        match outcome:
            case Delivered(message_id):
                await self._record_sent(claim, message_id)
            case Uncertain(reason):
                logger.warning("%s: nobody can tell yet whether a message was created: %s", self.name, reason)
                await self._wait(self._pauses.after_failure())
                return False, True
            case TokenRefused(reason):
                if not uncertain:
                    await self._persist(lambda tables: tables.deliveries.release(claim))
                raise TokenRefusedError(reason)
            case NotCreated() | ChannelRefused() if uncertain:  # says nothing of the requests before
                await self._pause_after(outcome)
                return False, True
            case NotCreated() | ChannelRefused():
                await self._persist(lambda tables: tables.deliveries.release(claim))
                await self._pause_after(outcome)
            case MessageRefused(reason, code):
                await self._set_aside(claim, f"{reason} (Discord's code {code})")
        return True, False

    async def _after_search(self, claim: Claim, found: SearchOutcome) -> tuple[bool, bool]:
        """Record what a look into the channel gave; return as `_after_request` does."""
        match found:
            case Found(message_id):
                await self._record_sent(claim, message_id)
            case NotFound():
                if claim.sendable:
                    return False, False
                await self._persist(lambda tables: tables.deliveries.release(claim))
            case Unreadable(reason):
                logger.error("%s: %s; `linkbot status` lists what nobody can tell", self.name, reason)
                await self._persist(lambda tables: tables.deliveries.give_up(claim, reason))
            case NotCreated() | ChannelRefused():
                await self._pause_after(found)
                return False, True
            case TokenRefused(reason):
                raise TokenRefusedError(reason)
        return True, False

    async def _record_sent(self, claim: Claim, message_id: int | None) -> None:
        await self._persist(lambda tables: tables.deliveries.record_sent(claim, message_id, self._now()))
        self._pauses.reset()
        self._refusal_pauses.reset()
        paths = ", ".join(delivery.post.path for delivery in claim.deliveries)
        logger.info("%s: announced %s in message %s", self.name, paths, message_id or "(deleted meanwhile)")

    async def _set_aside(self, claim: Claim, reason: str) -> None:
        """Find out which post of a refused message is to blame by trying each alone; refuse one that was alone."""
        if len(claim.deliveries) > 1:
            logger.warning("%s: a message was refused, its posts are tried one by one: %s", self.name, reason)
            await self._persist(lambda tables: tables.deliveries.release(claim, alone=True))
            return
        logger.error("%s: %s is refused by Discord: %s", self.name, claim.deliveries[0].post.path, reason)
        await self._persist(lambda tables: tables.deliveries.refuse(claim, reason))

    async def _pause_after(self, outcome: NotCreated | ChannelRefused) -> None:
        if isinstance(outcome, ChannelRefused):
            seconds = self._refusal_pauses.after_failure()
            logger.error(
                "%s: the channel (%d) refuses messages: %s; the next try is in %.0f s, nothing is lost meanwhile",
                self.name,
                self._channel.id,
                outcome.reason,
                seconds,
            )
        else:
            seconds = outcome.after_seconds or self._pauses.after_failure()
            logger.warning("%s: not sent: %s; the next try is in %.0f s", self.name, outcome.reason, seconds)
        await self._wait(seconds)

    def _announcement(self, claim: Claim) -> Announcement:
        posts = tuple(delivery.post for delivery in claim.deliveries)
        return Announcement(self._channel.id, claim.nonce, posts, self._channel.mention)

    def _interrupted(self, tables: Tables) -> Claim | None:
        return tables.deliveries.interrupted(self._channel.id, self._now())

    def _claim_next(self, tables: Tables) -> Claim | None:
        now = self._now()
        waiting = tables.deliveries.pending(self._channel.id, self._posts_per_message, now)
        packed = pack(waiting, self._publisher.card_characters, self._posts_per_message)
        return tables.deliveries.claim(self._channel.id, _nonce(), packed, now) if packed else None

    async def _persist(self, work: Callable[[Tables], T]) -> T:
        """Run a transaction, however long the catalog stays unavailable: what Discord said must not be forgotten."""
        pauses = Pauses(first=1.0, most=60.0)
        while True:
            try:
                return await self._catalog.write(work)
            except CatalogUnavailableError as error:
                seconds = pauses.after_failure()
                logger.warning(
                    "%s: nothing is sent meanwhile: %s; the next try is in %.0f s", self.name, error, seconds
                )
                await asyncio.sleep(seconds)

    async def _wait(self, seconds: float, *, for_work: bool = False) -> None:
        """Wait, but not beyond being told to stop, nor beyond new work if that is waited for."""
        waits: list[Awaitable[bool]] = [self._stopping.wait()]
        if for_work:
            waits.append(self._work.wait())
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
