"""The deliveries of one channel, one message at a time, oldest post first.

What follows from what Discord says; "in doubt" means that an earlier request for the claim may have created the
message::

    of a request      not in doubt                    in doubt
    ───────────────   ─────────────────────────────   ─────────────────────────────────────────────
    Delivered         record: sent                    record: sent
    NotNow            release, pause                  pause, settle the doubt
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
    NotNow            pause, settle the doubt
    ChannelRefused    long pause, settle the doubt
    TokenRefused      end everything

A doubt is settled by the same request with the same nonce within a minute of the claim, later by a look into the
channel; in a forum, where Discord knows no nonce, always by a look. Discord may store what it was asked for after it
answered that it failed: where no nonce covers that, "not found" is believed only a minute after the claim.

A claim that a crash left behind is in doubt. Nothing of this is kept in memory: what to do next is read from the
catalog each time. Claims are dated in Discord's time, as messages are, so that a clock that was set here proves
nothing.

Of a channel that a person paused nothing is claimed, and no doubt is settled; what is under way then is finished.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.announcing.desk import Desk
from bot.announcing.facts import tell_each
from bot.announcing.packing import pack
from bot.announcing.publisher import (
    SKEW,
    Announcement,
    ChannelKind,
    ChannelRefused,
    Delivered,
    Found,
    MessageRefused,
    NotFound,
    NotNow,
    TokenRefused,
    Uncertain,
    Unreadable,
)
from bot.catalog.records import Claim, PendingDelivery
from bot.catalog.tables import Tables
from bot.measures import CARDS, MESSAGE_SECONDS
from bot.problems import TokenRefusedError

__all__ = ["LOOK_AGAIN_SECONDS", "Lane", "has_work"]

logger = logging.getLogger(__name__)

# Discord returns the first message for a repeated nonce "in the past few minutes"
# (https://discord.com/developers/docs/resources/message#create-message); one minute is well within that.
NONCE_WINDOW = timedelta(seconds=60)
SENT = "%s: announced %r in message %s"
FOUND = "%s: %r was announced before the last try, in message %s, which was found again"
LOOK_AGAIN_SECONDS = 60.0  # how often a lane without work looks for some that nobody told it of


class Lane:
    """Carries what is due in one channel.

    Args:
        desk: where it works.
        posts_per_message: how many cards a message carries at the most.
        on_idle: called each time that nothing is due any more.
    """

    _sent_level = logging.INFO
    _counted_as = "announced"

    def __init__(self, desk: Desk, posts_per_message: int, on_idle: Callable[[], None] = lambda: None) -> None:
        self._desk = desk
        self._name = desk.channel.name
        self._measured_as = desk.channel.name
        self._publisher = desk.publisher
        self._posts_per_message = posts_per_message
        self._on_idle = on_idle
        self._work = asyncio.Event()
        self._warned_of_kind = False

    def wake(self) -> None:
        """There is something new to send."""
        self._work.set()

    def try_now(self) -> None:
        """A person says that what kept it waiting is mended."""
        self._desk.try_now()

    async def run(self) -> None:
        """Deliver until told to stop: first what is in doubt, then what is due.

        Raises:
            TokenRefusedError: Discord does not know the token (any more).
        """
        # A channel that refuses is told of at once, and the first post need not wait for this.
        while await self._desk.kind() is None and not self._desk.stopping:
            pass
        while not self._desk.stopping:
            self._work.clear()
            await self.work_off()
            self._desk.has_nothing_to_do()
            self._on_idle()
            await self._desk.wait(LOOK_AGAIN_SECONDS, self._work)

    async def work_off(self) -> None:
        """Deliver until nothing is due any more, or until told to stop; raises as `run` does."""
        while not self._desk.stopping and await self._desk.read(self._has_work):
            if (kind := await self._desk.kind()) is not None:
                await self._carry(kind)

    def _has_work(self, tables: Tables) -> bool:
        return has_work(tables, self._desk)

    async def _carry(self, kind: ChannelKind) -> None:
        """Make the next message, or settle the oldest doubt."""
        claim, in_doubt = await self._desk.write(lambda tables: self._next_claim(tables, kind)) or (None, False)
        if claim is None:
            return
        if not in_doubt:
            await self._send(claim, kind)
        elif self._may_repeat(claim, kind):
            await self._send(claim, kind, in_doubt=True)
        else:
            await self._look(claim, kind)

    def _next_claim(self, tables: Tables, kind: ChannelKind) -> tuple[Claim | None, bool]:
        """The claim to work on, and whether it is in doubt."""
        channel_id = self._desk.channel.id
        if self._is_paused(tables):  # since it was seen that there is work
            return None, False
        interrupted = self._interrupted(tables)
        if interrupted is not None:
            return interrupted, True
        packed = self._choose(tables, kind)
        nonce = secrets.token_hex(12)  # 24 of the 25 characters that Discord takes
        claimed_at = self._publisher.now()
        return tables.deliveries.claim(channel_id, nonce, packed, claimed_at) if packed else None, False

    def _is_paused(self, tables: Tables) -> bool:
        return tables.pauses.is_paused(self._desk.channel.id)

    def _interrupted(self, tables: Tables) -> Claim | None:
        """The oldest claim in doubt."""
        return tables.deliveries.interrupted(self._desk.channel.id, self._desk.now())

    def _choose(self, tables: Tables, kind: ChannelKind) -> Sequence[PendingDelivery]:
        """What the next message carries."""
        most = 1 if kind is ChannelKind.FORUM else self._posts_per_message
        waiting = tables.deliveries.pending(self._desk.channel.id, most, self._desk.now())
        return pack(waiting, self._publisher.card_characters, most)

    def _may_repeat(self, claim: Claim, kind: ChannelKind) -> bool:
        """Whether Discord would return the first message for the nonce of `claim`. A clock set back proves nothing."""
        young = timedelta() <= self._publisher.now() - claim.claimed_at < NONCE_WINDOW
        return claim.sendable and young and kind is not ChannelKind.FORUM

    async def _send(self, claim: Claim, kind: ChannelKind, *, in_doubt: bool = False) -> None:
        """Make the request; see the table above."""
        match await self._publisher.publish(self._announcement(claim)):
            case Delivered(message_id):
                await self._record_sent(claim, message_id, kind)
            case Uncertain(reason):
                posts = [(delivery.id, delivery.post.path) for delivery in claim.deliveries]
                await self._desk.pause_in_doubt(reason, posts)
            case MessageRefused() if in_doubt:
                await self._look(claim, kind)
            case MessageRefused(reason, code):
                await self._set_aside(claim, f"{reason} (Discord's code {code})")
            case NotNow() | ChannelRefused() as outcome:
                if not in_doubt:
                    await self._end(claim, lambda tables: self._release(tables, claim))
                await self._desk.pause_after(outcome)
            case TokenRefused(reason):
                if not in_doubt:
                    await self._end(claim, lambda tables: self._release(tables, claim))
                raise TokenRefusedError(reason)

    async def _look(self, claim: Claim, kind: ChannelKind) -> None:
        """Look in the channel for the message of a claim that is in doubt; see the table above."""
        known = await self._desk.read(lambda tables: tables.deliveries.known_messages(claim.channel_id))
        if known is None:  # told to stop: the next start looks
            return
        age = self._publisher.now() - claim.claimed_at
        covered = claim.sendable and kind is not ChannelKind.FORUM  # a request that comes late meets its own nonce
        match await self._publisher.find(self._announcement(claim), claim.claimed_at, known):
            case Found(message_id):
                await self._record_sent(claim, message_id, kind, FOUND)
            case NotFound() if age < -SKEW:
                await self._give_up(claim, "it was claimed in what is the future by now: Discord's time was not known")
            case NotFound() if not covered and age < self._desk.pauses.believed_after:
                await self._desk.rest((self._desk.pauses.believed_after - age).total_seconds())
            case NotFound() if claim.sendable and not self._desk.stopping:
                await self._send_unfound(claim, kind)
            case NotFound():
                await self._end(claim, lambda tables: self._release(tables, claim))
            case Unreadable(reason):
                await self._give_up(claim, reason)
            case NotNow() | ChannelRefused() as outcome:
                await self._desk.pause_after(outcome)
            case TokenRefused(reason):
                raise TokenRefusedError(reason)

    async def _send_unfound(self, claim: Claim, kind: ChannelKind) -> None:
        await self._send(claim, kind)

    def _release(self, tables: Tables, claim: Claim, *, alone: bool = False) -> None:
        """The message of `claim` was certainly not created; its posts are due again, each `alone` if so asked."""
        tables.deliveries.release(claim, alone=alone)

    async def _record_sent(self, claim: Claim, message_id: int | None, kind: ChannelKind, text: str = SENT) -> None:
        to_publish = self._is_to_publish(kind)

        arrivals: dict[int, datetime] = {}

        def record(tables: Tables) -> None:
            now = self._desk.now()
            arrivals.update(tables.deliveries.arrivals(claim))
            tables.deliveries.record_sent(claim, message_id, now, to_publish=to_publish)
            self._note_sent(tables, claim)

        await self._end(claim, record)
        CARDS.labels(self._counted_as).inc(len(claim.deliveries))
        self._desk.did_well()
        self._tell_sent(claim, message_id, text, arrivals)

    def _tell_sent(self, claim: Claim, message_id: int | None, text: str, arrivals: Mapping[int, datetime]) -> None:
        """Measure and log that each post was announced, and how long after it arrived."""
        now = self._desk.now()
        for delivery in claim.deliveries:
            fields = self._desk.fields if message_id is None else {**self._desk.fields, "message_id": str(message_id)}
            if (arrived_at := arrivals.get(delivery.id)) is not None:
                seconds = max(0.0, (now - arrived_at).total_seconds())
                MESSAGE_SECONDS.labels(self._measured_as).observe(seconds)
                fields = {**fields, "seconds": round(seconds, 3)}
            post, told = [(delivery.id, delivery.post.path)], message_id or "(deleted meanwhile)"
            tell_each(logger, text, post, fields, told, level=self._sent_level)

    def _tell(self, level: int, text: str, claim: Claim, *values: object) -> None:
        """Log a line for each post of a claim."""
        posts = [(delivery.id, delivery.post.path) for delivery in claim.deliveries]
        tell_each(logger, text, posts, self._desk.fields, *values, level=level)

    def _note_sent(self, tables: Tables, claim: Claim) -> None:
        """Within the transaction that records it: what else follows from it."""
        tables.messages.mark_if_changed(claim.id, self._desk.now())  # what changed while the request was under way

    def _is_to_publish(self, kind: ChannelKind) -> bool:
        if self._desk.channel.publish and kind is not ChannelKind.ANNOUNCEMENT and not self._warned_of_kind:
            self._warned_of_kind = True
            logger.warning(
                "%s: publish is set, but only messages of announcement channels can be published; make it one in"
                " Discord, or remove publish from the settings",
                self._name,
                extra=self._desk.fields,
            )
        return self._desk.channel.publish and kind is ChannelKind.ANNOUNCEMENT

    async def _give_up(self, claim: Claim, reason: str) -> None:
        text = "%s: whether %r was announced nobody can tell: %s; `linkbot status` says what to do"
        self._tell(logging.ERROR, text, claim, reason)
        await self._end(claim, lambda tables: tables.deliveries.give_up(claim, reason))

    async def _set_aside(self, claim: Claim, reason: str) -> None:
        """Find out which post of a refused message is to blame by trying each alone; refuse one that was alone."""
        if len(claim.deliveries) > 1:
            text = "%s: a message with %r was refused, its posts are tried one by one: %s"
            self._tell(logging.WARNING, text, claim, reason)
            await self._end(claim, lambda tables: self._release(tables, claim, alone=True))
            return
        self._tell(logging.ERROR, "%s: %r is refused by Discord: %s", claim, reason)
        await self._end(claim, lambda tables: tables.deliveries.refuse(claim, reason))

    async def _end(self, claim: Claim, how: Callable[[Tables], None]) -> None:  # noqa: ARG002 - a follower's lane asks
        """Record what became of `claim`."""
        await self._desk.record(how)

    def _announcement(self, claim: Claim) -> Announcement:
        posts = tuple(delivery.post for delivery in claim.deliveries)
        return Announcement(claim.channel_id, claim.nonce, posts, self._desk.channel.mention)


def has_work(tables: Tables, desk: Desk) -> bool:
    """Whether something is due, or in doubt, in the channel of `desk`. Of a paused channel nothing is."""
    channel_id, now = desk.channel.id, desk.now()
    if tables.pauses.is_paused(channel_id):
        return False
    in_doubt = tables.deliveries.interrupted(channel_id, now) is not None
    return in_doubt or bool(tables.deliveries.pending(channel_id, 1, now))
