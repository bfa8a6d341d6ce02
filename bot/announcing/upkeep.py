"""What is done about the messages of one channel after they were sent.

::

    stale ──► are its cards what they should be? ─ yes ─► settled, without a request
                 │ no
                 ├──► one edit with all that changed since, or that is to go
                 └──► deleted, if no card is left
    due for publishing ──► crosspost, ten an hour at the most

What is to be taken back is so at once; all else while nothing waits to be announced in the channel. In a channel that a
person paused nothing is published; cards go on to follow their posts.

What follows from what Discord says of a change::

    Changed          record it
    MessageGone      a person deleted it: it stays deleted; or a deletion before did, of which nobody knew
    MessageRefused   leave it as it is until its posts change again; what is to be taken back is tried again
    NotNow           the other messages first, after a pause
    ChannelRefused   long pause
    TokenRefused     end everything

That a change is about to be asked for is committed before the request, and ended by what is recorded of it: until then
nobody knows what the message shows, and it is changed again whatever the catalog says that it shows.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.announcing.desk import LONGEST_SECONDS, Desk
from bot.announcing.facts import tell_each
from bot.announcing.lane import LOOK_AGAIN_SECONDS, has_work
from bot.announcing.publisher import (
    Changed,
    ChangeOutcome,
    ChannelRefused,
    MessageGone,
    MessageRefused,
    NotNow,
    Revision,
    TokenRefused,
)
from bot.catalog.records import Change, StandingCard, StandingMessage
from bot.catalog.tables import Tables
from bot.content.post import Post
from bot.measures import CARDS
from bot.problems import TokenRefusedError
from bot.settings import AnnounceSettings

__all__ = ["Upkeep", "UpkeepPace"]

logger = logging.getLogger(__name__)

# What users observe; Discord publishes no figure (https://github.com/acehox/auto-publisher/issues/13).
PUBLISHED_AN_HOUR = 10
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class UpkeepPace:
    """How unhurriedly messages are changed.

    Attributes:
        calm: how long a message is left alone after its first change, so that further ones join it.
        gap_seconds: between two edits. Discord takes about three in six seconds of messages older than an hour
            (error 30046).
    """

    calm: timedelta = timedelta(seconds=2)
    gap_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class _Next:
    """What is to be done next: publish a message, look at a stale one, or wait, `idle` if nothing is left to do."""

    publish: StandingMessage | None = None
    stale: StandingMessage | None = None
    wait_seconds: float = LOOK_AGAIN_SECONDS
    idle: bool = False


class Upkeep:
    """Looks after the messages of one channel.

    Args:
        desk: where it works.
        rules: what is to be done about changes.
        pace: see `UpkeepPace`.
        on_due: called when something may be due to be announced again.
    """

    def __init__(self, desk: Desk, rules: AnnounceSettings, pace: UpkeepPace, on_due: Callable[[], None]) -> None:
        self._desk = desk
        self._name = desk.channel.name
        self._publisher = desk.publisher
        self._rules = rules
        self._pace = pace
        self._on_due = on_due
        self._work = asyncio.Event()
        self._publish_from = -math.inf  # by the monotonic clock, in seconds
        self._edit_from = -math.inf
        self._turn_from: dict[int, float] = {}  # by row id, for messages that could not be changed

    def wake(self) -> None:
        """Nothing waits to be announced any more, or something changed."""
        self._work.set()

    def try_now(self) -> None:
        """A person says that what kept it waiting is mended."""
        self._publish_from = -math.inf
        self._turn_from.clear()
        self._desk.pauses.publishing.reset()
        self._desk.try_now()
        self.wake()

    async def run(self) -> None:
        """Look after messages until told to stop.

        Raises:
            TokenRefusedError: Discord does not know the token (any more).
        """
        while not self._desk.stopping:
            self._work.clear()
            clock = time.monotonic()
            self._turn_from = {message: turn for message, turn in self._turn_from.items() if turn > clock}
            todo = await self._desk.read(self._next) or _Next()
            if todo.idle:
                self._desk.has_nothing_to_do()
            if todo.publish is None and todo.stale is None:
                await self._desk.wait(todo.wait_seconds, self._work)
            elif todo.stale is not None and self._is_as_it_should_be(todo.stale):
                await self._settle(todo.stale)
            elif await self._desk.kind() is None:
                continue
            elif todo.publish is not None:
                await self._publish(todo.publish)
            elif todo.stale is not None:
                await self._change(todo.stale)

    def _next(self, tables: Tables) -> _Next:
        now, clock, channel_id = self._desk.now(), time.monotonic(), self._desk.channel.id
        may_edit = self._edit_from <= clock
        stale = tables.messages.next_stale(channel_id, now, self._pace.calm, without=self._turn_from)
        if stale is not None and self._is_to_give_up_a_card(stale) and (may_edit or self._is_to_go(stale)):
            return _Next(stale=stale)
        waits = [LOOK_AGAIN_SECONDS, *(turn - clock for turn in self._turn_from.values())]
        if stale is not None:
            waits.append(self._edit_from - clock)
        elif (since := tables.messages.stale_since(channel_id, without=self._turn_from)) is not None:
            waits.append((since + self._pace.calm - now).total_seconds())
        if has_work(tables, self._desk):  # its lane wakes this when it has done it
            return _Next(wait_seconds=min(wait for wait in waits if wait > 0))
        publishes = self._desk.channel.publish and not tables.pauses.is_paused(channel_id)
        publish = tables.messages.next_to_publish(channel_id) if publishes else None
        if publish is not None:
            publish_in = max(self._publish_from - clock, _wait_for_budget(tables, channel_id, now))
            if publish_in <= 0:
                return _Next(publish=publish)
            waits.append(publish_in)
        if stale is not None and may_edit:
            return _Next(stale=stale)
        idle = publish is None and stale is None and not self._turn_from
        return _Next(wait_seconds=max(0.0, min(waits)), idle=idle)

    async def _publish(self, message: StandingMessage) -> None:
        match await self._publisher.crosspost(message.channel_id, message.message_id):
            case Changed():
                await self._desk.record(lambda tables: tables.messages.record_published(message.id, self._desk.now()))
                self._desk.did_well()
                self._desk.pauses.publishing.reset()
                CARDS.labels("published").inc(len(message.cards))
                self._tell("%s: published %r, message %d", message)
            case MessageGone():
                await self._record_gone(message)
            case MessageRefused(reason):
                self._tell("%s: %r, message %d, cannot be published: %s", message, reason, level=logging.ERROR)
                await self._desk.record(lambda tables: tables.messages.never_publish(message.id))
            case NotNow(reason, after_seconds):
                self._publish_later(reason, after_seconds)
            case ChannelRefused(reason):
                self._publish_later(reason, None)
            case TokenRefused(reason):
                raise TokenRefusedError(reason)

    def _publish_later(self, reason: str, after_seconds: float | None) -> None:
        """Neither edits nor deletions have to wait for that."""
        seconds = after_seconds or self._desk.pauses.publishing.after_failure()
        text, fields = "%s: publishing goes on in %.0f s: %s", {**self._desk.fields, "retry_seconds": seconds}
        logger.warning(text, self._name, seconds, reason, extra=fields)
        self._desk.trouble(f"nothing can be published: {reason}", rate_limited=after_seconds is not None)
        self._publish_from = time.monotonic() + min(seconds, LONGEST_SECONDS)

    async def _settle(self, message: StandingMessage) -> None:
        """Look again in the transaction: the posts may have changed since."""

        def settle(tables: Tables) -> None:
            current = tables.messages.by_id(message.id)
            if current is not None and self._is_as_it_should_be(current):
                tables.messages.settle(message.id)

        await self._desk.write(settle)

    async def _change(self, message: StandingMessage) -> None:
        """Let the message show what it should."""
        kept = [(card, post) for card in message.cards if (post := self._wanted(card)) is not None]
        change = Change.EDIT if kept else Change.DELETE
        if not await self._desk.write(lambda tables: tables.messages.begin_change(message.id, change)):
            return  # told to stop, or it does not stand any more
        match await self._ask_for(message, kept):
            case Changed():
                await self._record_changed(message, [(card.delivery, post) for card, post in kept])
            case MessageGone() if message.changing is Change.DELETE:
                await self._record_changed(message, [])
            case MessageGone():
                await self._record_gone(message)
            case MessageRefused(reason, code):
                await self._leave(message, reason, code)
            case NotNow(reason, after_seconds) if kept and after_seconds is not None:  # only edits need wait for that
                text, fields = "%s: edits go on in %.0f s: %s", {**self._desk.fields, "retry_seconds": after_seconds}
                logger.info(text, self._name, after_seconds, reason, extra=fields)
                self._desk.trouble(f"cards cannot be changed for {after_seconds:.0f} s: {reason}", rate_limited=True)
                self._edit_from = time.monotonic() + min(after_seconds, LONGEST_SECONDS)
            case NotNow() | ChannelRefused() as outcome:
                self._turn_from[message.id] = time.monotonic() + self._desk.pauses.message_seconds
                await self._desk.pause_after(outcome)
            case TokenRefused(reason):
                raise TokenRefusedError(reason)

    async def _ask_for(self, message: StandingMessage, kept: Sequence[tuple[StandingCard, Post]]) -> ChangeOutcome:
        if not kept:
            return await self._publisher.delete(message.channel_id, message.message_id)
        self._edit_from = time.monotonic() + self._pace.gap_seconds
        return await self._publisher.edit(
            Revision(
                message.channel_id,
                message.message_id,
                posts=tuple(post for _, post in kept),
                was=tuple(card.shown or post for card, post in kept),
                must=len(kept) < len(message.cards),
            )
        )

    async def _leave(self, message: StandingMessage, reason: str, code: int) -> None:
        """Let a refused message be until its posts change again; but go on trying to take back what is to go."""
        if self._is_to_give_up_a_card(message):
            seconds = self._desk.pauses.refusal.after_failure()
            text = "%s: %r is to be taken back, but message %d stays: %s; the next try is in %.0f s"
            out = [card for card in message.cards if self._wanted(card) is None]
            self._tell(text, message, reason, seconds, cards=out, level=logging.ERROR)
            self._desk.trouble(f"message {message.message_id} shows what is to be taken back: {reason}")
            self._turn_from[message.id] = time.monotonic() + seconds
            return
        self._tell("%s: %r in message %d stays as it is: %s (%d)", message, reason, code, level=logging.WARNING)

        def leave(tables: Tables) -> None:
            current = tables.messages.by_id(message.id)
            if message.changing is None:
                tables.messages.end_change(message.id)
            if current is not None and current.cards == message.cards:
                tables.messages.settle(message.id)

        await self._desk.record(leave)

    async def _record_changed(self, message: StandingMessage, kept: list[tuple[int, Post]]) -> None:
        standing = dict(kept)
        out = [card for card in message.cards if card.delivery not in standing]
        changed = [card for card in message.cards if card not in out and not self._shows(card, standing[card.delivery])]

        def record(tables: Tables) -> None:
            if kept:
                tables.messages.record_edited(message.id, kept, [card.delivery for card in out], self._desk.now())
            else:
                tables.messages.record_deleted(message.id)

        await self._desk.record(record)
        CARDS.labels("edited").inc(len(changed))
        CARDS.labels("taken_back").inc(len(out))
        self._desk.did_well()
        self._tell("%s: %r changed, edited message %d", message, cards=changed)
        self._tell("%s: took back %r from message %d", message, cards=out)
        if out:
            self._on_due()  # one may be public again

    async def _record_gone(self, message: StandingMessage) -> None:
        self._tell("%s: a person deleted %r, message %d; it stays deleted", message)
        await self._desk.record(lambda tables: tables.messages.record_gone(message.id))

    def _tell(
        self,
        text: str,
        message: StandingMessage,
        *values: object,
        cards: Sequence[StandingCard] | None = None,
        level: int = logging.INFO,
    ) -> None:
        """Log a line for each of the `cards` of a message; None: for all of them."""
        posts = [(card.delivery, card.post.path) for card in (message.cards if cards is None else cards)]
        fields = {**self._desk.fields, "message_id": str(message.message_id)}
        tell_each(logger, text, posts, fields, message.message_id, *values, level=level)

    def _is_as_it_should_be(self, message: StandingMessage) -> bool:
        """Whether each card shows what it should; of one that was sent before that was kept, it is taken to do so."""
        return message.changing is None and all(self._shows(card, self._wanted(card)) for card in message.cards)

    def _is_to_give_up_a_card(self, message: StandingMessage) -> bool:
        return any(self._wanted(card) is None for card in message.cards)

    def _is_to_go(self, message: StandingMessage) -> bool:
        """Whether none of its cards is to be kept."""
        return all(self._wanted(card) is None for card in message.cards)

    def _shows(self, card: StandingCard, wanted: Post | None) -> bool:
        return wanted is not None and (card.shown is None or self._publisher.looks_alike(card.shown, wanted))

    def _wanted(self, card: StandingCard) -> Post | None:
        """What the card should show; None: it should not be there."""
        if card.is_draft and self._rules.on_retract == "delete":
            return None
        if card.is_gone and self._rules.on_delete == "delete":
            return None
        follows = card.is_live and self._rules.on_edit == "edit"
        return card.post if follows or card.shown is None else card.shown


def _wait_for_budget(tables: Tables, channel_id: int, now: datetime) -> float:
    """Seconds until another message of the channel may be published; not above 0 if one may be now."""
    lately = tables.messages.published_between(channel_id, now - HOUR, now)
    if len(lately) < PUBLISHED_AN_HOUR:
        return 0.0
    return (lately[-PUBLISHED_AN_HOUR] + HOUR - now).total_seconds()
