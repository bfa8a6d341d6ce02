"""The deliveries of one channel, one message at a time, oldest post first.

What follows from what Discord says; "in doubt" means that an earlier request for the claim may have created the
message::

    of a request      not in doubt                    in doubt
    ───────────────   ─────────────────────────────   ─────────────────────────────────────────────
    Delivered         record: sent                    record: sent
    NotNow        release, pause                  pause, settle the doubt
    ChannelRefused    release, long pause             long pause, settle the doubt
    MessageRefused    try its posts one by one;       look: the refusal says nothing of the request
                      refuse one that was alone       before
    Uncertain         pause, settle the doubt         pause, settle the doubt
    TokenRefused      release, end everything         end everything: the next start settles the doubt

    of a look         (always in doubt)
    ───────────────   ─────────────────────────────
    Found             record: sent
    NotFound          send it, no more in doubt; release it if it is not to be shown any more
    Unreadable        give up: a person must look
    NotNow        pause, settle the doubt
    ChannelRefused    long pause, settle the doubt
    TokenRefused      end everything

A doubt is settled by the same request with the same nonce within a minute of the claim, later by a look into the
channel. A claim that a crash left behind is in doubt. Nothing of this is kept in memory: what to do next is read from
the catalog each time.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from bot.announcing.packing import pack
from bot.announcing.publisher import (
    Announcement,
    ChannelRefused,
    Delivered,
    Found,
    MessageRefused,
    NotNow,
    NotFound,
    Publisher,
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

__all__ = ["Lane", "LanePauses"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Discord returns the first message for a repeated nonce "in the past few minutes"
# (https://discord.com/developers/docs/resources/message#create-message); one minute is well within that.
NONCE_WINDOW = timedelta(seconds=60)
LOOK_AGAIN_SECONDS = 60.0  # how often a lane without work looks for some that nobody told it of
STOPPING_RETRY_SECONDS = 1.0  # between tries to record what Discord said while the service waits for nothing else


class LanePauses:
    """The pauses of one lane, each growing with the failures of its kind.

    Attributes:
        request: after a request that failed by itself.
        refusal: after the channel refused; a person must act, and Discord bans who goes on asking.
        catalog: after the catalog could not be used.
    """

    def __init__(self) -> None:
        self.request = Pauses(first=1.0, most=300.0)
        self.refusal = Pauses(first=60.0, most=6 * 3600.0)
        self.catalog = Pauses(first=1.0, most=60.0)

    def reset(self) -> None:
        """Something was sent: begin with the shortest pauses again."""
        self.request.reset()
        self.refusal.reset()


class Lane:
    """Carries what is due in one channel.

    Args:
        catalog: where the deliveries are.
        publisher: Discord.
        channel: its settings.
        posts_per_message: how many cards a message carries at the most.
        stopping: set when `run` is to end.
        now: the wall clock.
        pauses: between tries.
    """

    def __init__(
        self,
        catalog: Catalog,
        publisher: Publisher,
        channel: ChannelSettings,
        posts_per_message: int,
        *,
        stopping: asyncio.Event,
        now: Callable[[], datetime],
        pauses: LanePauses,
    ) -> None:
        self.name = channel.name
        self._catalog = catalog
        self._publisher = publisher
        self._channel = channel
        self._posts_per_message = posts_per_message
        self._stopping = stopping
        self._now = now
        self._pauses = pauses
        self._work = asyncio.Event()

    def wake(self) -> None:
        """There is something new to send."""
        self._work.set()

    async def run(self) -> None:
        """Deliver until told to stop: first what is in doubt, then what is due.

        Raises:
            TokenRefusedError: Discord does not know the token (any more).
        """
        while not self._stopping.is_set():
            self._work.clear()
            claim, in_doubt = await self._persist(self._next_claim, needed=False) or (None, False)
            if claim is None:
                await self._wait(LOOK_AGAIN_SECONDS, for_work=True)
            elif not in_doubt:
                await self._send(claim)
            elif self._may_repeat(claim):
                await self._send(claim, in_doubt=True)
            else:
                await self._look(claim)

    def _next_claim(self, tables: Tables) -> tuple[Claim | None, bool]:
        """The claim to work on, and whether it is in doubt."""
        now = self._now()
        interrupted = tables.deliveries.interrupted(self._channel.id, now)
        if interrupted is not None:
            return interrupted, True
        waiting = tables.deliveries.pending(self._channel.id, self._posts_per_message, now)
        packed = pack(waiting, self._publisher.card_characters, self._posts_per_message)
        nonce = secrets.token_hex(12)  # 24 of the 25 characters that Discord takes
        return tables.deliveries.claim(self._channel.id, nonce, packed, now) if packed else None, False

    def _may_repeat(self, claim: Claim) -> bool:
        """Whether Discord would return the first message for the nonce of `claim`. A clock set back proves nothing."""
        return claim.sendable and timedelta() <= self._now() - claim.claimed_at < NONCE_WINDOW

    async def _send(self, claim: Claim, *, in_doubt: bool = False) -> None:
        """Make the request; see the table above."""
        match await self._publisher.publish(self._announcement(claim)):
            case Delivered(message_id):
                await self._record_sent(claim, message_id)
            case Uncertain(reason):
                logger.warning("%s: nobody can tell yet whether a message was created: %s", self.name, reason)
                await self._wait(self._pauses.request.after_failure())
            case MessageRefused() if in_doubt:
                await self._look(claim)
            case MessageRefused(reason, code):
                await self._set_aside(claim, f"{reason} (Discord's code {code})")
            case NotNow() | ChannelRefused() as outcome:
                if not in_doubt:
                    await self._persist(lambda tables: tables.deliveries.release(claim))
                await self._pause_after(outcome)
            case TokenRefused(reason):
                if not in_doubt:
                    await self._persist(lambda tables: tables.deliveries.release(claim))
                raise TokenRefusedError(reason)

    async def _look(self, claim: Claim) -> None:
        """Look in the channel for the message of a claim that is in doubt; see the table above."""
        known = await self._persist(lambda tables: tables.deliveries.known_messages(claim.channel_id), needed=False)
        if known is None:  # told to stop: the next start looks
            return
        match await self._publisher.find(self._announcement(claim), claim.claimed_at, known):
            case Found(message_id):
                await self._record_sent(claim, message_id)
            case NotFound() if claim.sendable and not self._stopping.is_set():
                await self._send(claim)
            case NotFound():
                await self._persist(lambda tables: tables.deliveries.release(claim))
            case Unreadable(reason):
                logger.error("%s: %s; `linkbot status` lists what nobody can tell", self.name, reason)
                await self._persist(lambda tables: tables.deliveries.give_up(claim, reason))
            case NotNow() | ChannelRefused() as outcome:
                await self._pause_after(outcome)
            case TokenRefused(reason):
                raise TokenRefusedError(reason)

    async def _record_sent(self, claim: Claim, message_id: int | None) -> None:
        await self._persist(lambda tables: tables.deliveries.record_sent(claim, message_id, self._now()))
        self._pauses.reset()
        paths = ", ".join(repr(delivery.post.path) for delivery in claim.deliveries)
        logger.info("%s: announced %s in message %s", self.name, paths, message_id or "(deleted meanwhile)")

    async def _set_aside(self, claim: Claim, reason: str) -> None:
        """Find out which post of a refused message is to blame by trying each alone; refuse one that was alone."""
        if len(claim.deliveries) > 1:
            logger.warning("%s: a message was refused, its posts are tried one by one: %s", self.name, reason)
            await self._persist(lambda tables: tables.deliveries.release(claim, alone=True))
            return
        logger.error("%s: %r is refused by Discord: %s", self.name, claim.deliveries[0].post.path, reason)
        await self._persist(lambda tables: tables.deliveries.refuse(claim, reason))

    async def _pause_after(self, outcome: NotNow | ChannelRefused) -> None:
        if isinstance(outcome, NotNow):
            seconds = outcome.after_seconds or self._pauses.request.after_failure()
            logger.warning("%s: not sent: %s; the next try is in %.0f s", self.name, outcome.reason, seconds)
        else:
            seconds = self._pauses.refusal.after_failure()
            logger.error(
                "%s: the channel (%d) refuses messages: %s; the next try is in %.0f s, nothing is lost meanwhile",
                self.name,
                self._channel.id,
                outcome.reason,
                seconds,
            )
        await self._wait(seconds)

    def _announcement(self, claim: Claim) -> Announcement:
        posts = tuple(delivery.post for delivery in claim.deliveries)
        return Announcement(self._channel.id, claim.nonce, posts, self._channel.mention)

    async def _persist(self, work: Callable[[Tables], T], *, needed: bool = True) -> T | None:
        """Run a transaction, however long the catalog stays unavailable.

        What Discord said must not be forgotten, so this goes on even while the service stops; unless it is not
        `needed`, then None is returned.
        """
        while True:
            try:
                result = await self._catalog.write(work)
            except CatalogUnavailableError as error:
                seconds = self._pauses.catalog.after_failure()
                logger.warning(
                    "%s: nothing is sent meanwhile: %s; the next try is in %.0f s", self.name, error, seconds
                )
            else:
                self._pauses.catalog.reset()
                return result
            await self._wait(seconds)
            if self._stopping.is_set():
                if not needed:
                    return None
                await asyncio.sleep(STOPPING_RETRY_SECONDS)

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
