"""The proof proves something: each mistake that could be made in the protocol breaks the promise where it is watched.

Each mistake is put into the running code, never into its files; then anything at all happens to the service, as in
``test_promise.py``, until the promise is seen broken.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Set
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.announcing import lane
from bot.announcing.lane import Lane
from bot.announcing.publisher import (
    Announcement,
    ChannelKind,
    NotFound,
    NotNow,
    PublishOutcome,
    SearchOutcome,
    Uncertain,
    Unreadable,
)
from bot.announcing.upkeep import Upkeep
from bot.catalog.deliveries import DeliveryTable
from bot.catalog.messages import MessageTable
from bot.catalog.records import Claim, StandingMessage
from bot.catalog.tables import Tables
from tests.support.promise_ledger import PromiseBroken
from tests.support.promise_life import Line
from tests.support.promise_machine import run_machine

EXAMPLES, STEPS, SEED = 400, 30, 3

AGAIN = "was announced again|stands more than once"
LOST = "announced 0 times"
NOT_FOLLOWED = f"but the card shows|but it is not public|{LOST}"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of warnings of a service to which everything happens."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


class _RolledBackError(Exception):
    """Undoes a transaction."""


def no_claim(patch: pytest.MonkeyPatch) -> None:
    """Send first, then write down that it was claimed and sent."""
    record_sent, refuse = DeliveryTable.record_sent, DeliveryTable.refuse

    async def carry(self: Lane, kind: ChannelKind) -> None:
        claims: list[Claim | None] = []

        def claim(tables: Tables) -> None:
            claims.append(self._next_claim(tables, kind)[0])
            raise _RolledBackError

        try:
            await self._desk.write(claim)
        except _RolledBackError:
            if claims[0] is not None:
                await self._send(claims[0], kind)

    def stored(table: DeliveryTable, claim: Claim) -> Claim:
        return table.claim(claim.channel_id, claim.nonce, claim.deliveries, claim.claimed_at)

    def record(self: DeliveryTable, claim: Claim, message_id: int | None, now: datetime, **options: bool) -> None:
        record_sent(self, stored(self, claim), message_id, now, **options)

    patch.setattr(Lane, "_carry", carry)
    patch.setattr(DeliveryTable, "record_sent", record)
    patch.setattr(DeliveryTable, "release", lambda self, claim, alone=False: None)
    patch.setattr(DeliveryTable, "refuse", lambda self, claim, reason: refuse(self, stored(self, claim), reason))


def recorded_first(patch: pytest.MonkeyPatch) -> None:
    """Write down that it was sent, then send."""

    async def send(self: Lane, claim: Claim, kind: ChannelKind, *, in_doubt: bool = False) -> None:
        await self._record_sent(claim, None, kind)
        await self._publisher.publish(self._announcement(claim))

    patch.setattr(Lane, "_send", send)


def no_look(patch: pytest.MonkeyPatch) -> None:
    """Send again when the nonce is forgotten, without a look at the channel."""

    async def look(self: Lane, claim: Claim, kind: ChannelKind) -> None:
        await self._send(claim, kind)

    patch.setattr(Lane, "_look", look)


def new_nonces(patch: pytest.MonkeyPatch) -> None:
    """Each try has a nonce of its own."""

    def announcement(self: Lane, claim: Claim) -> Announcement:
        posts = tuple(delivery.post for delivery in claim.deliveries)
        return Announcement(claim.channel_id, secrets.token_hex(12), posts)

    patch.setattr(Lane, "_announcement", announcement)


def trusting(patch: pytest.MonkeyPatch) -> None:
    """What cannot be read is taken for empty."""
    find = Line.find

    async def found(
        self: Line, announcement: Announcement, since: datetime, known: Set[int] = frozenset()
    ) -> SearchOutcome:
        outcome = await find(self, announcement, since, known)
        return NotFound() if isinstance(outcome, Unreadable) else outcome

    patch.setattr(Line, "find", found)


def deleted_is_not_delivered(patch: pytest.MonkeyPatch) -> None:
    """A message that a moderator deleted meanwhile is announced again."""
    record_sent = Lane._record_sent

    async def record(self: Lane, claim: Claim, message_id: int | None, kind: ChannelKind, *text: str) -> None:
        if message_id is None:
            await self._desk.record(lambda tables: tables.deliveries.release(claim))
        else:
            await record_sent(self, claim, message_id, kind, *text)

    patch.setattr(Lane, "_record_sent", record)


def certain(patch: pytest.MonkeyPatch) -> None:
    """No answer is taken for a no."""
    publish = Line.publish

    async def published(self: Line, announcement: Announcement) -> PublishOutcome:
        outcome = await publish(self, announcement)
        return NotNow(outcome.reason) if isinstance(outcome, Uncertain) else outcome

    patch.setattr(Line, "publish", published)


def refused_is_certain(patch: pytest.MonkeyPatch) -> None:
    """A refusal is taken for an answer to the request before."""
    send = Lane._send

    async def sent(self: Lane, claim: Claim, kind: ChannelKind, *, in_doubt: bool = False) -> None:
        await send(self, claim, kind)

    patch.setattr(Lane, "_send", sent)


def long_memory(patch: pytest.MonkeyPatch) -> None:
    """Discord is believed to remember nonces for an hour."""
    patch.setattr(lane, "NONCE_WINDOW", timedelta(hours=1))


def blind_in_forums(patch: pytest.MonkeyPatch) -> None:
    """A thread is asked for again as if Discord knew its nonce."""
    may_repeat = Lane._may_repeat

    def may(self: Lane, claim: Claim, kind: ChannelKind) -> bool:
        return may_repeat(self, claim, ChannelKind.TEXT)

    patch.setattr(Lane, "_may_repeat", may)


def retracted_for_good(patch: pytest.MonkeyPatch) -> None:
    """What was taken back is not announced again when it is public again."""

    def take_out(self: MessageTable, deliveries: Any) -> None:
        for delivery in deliveries:
            self._connection.execute(
                "UPDATE deliveries SET state = 'dropped', message = NULL WHERE id = ?", (delivery,)
            )

    patch.setattr(MessageTable, "_take_out", take_out)


def changed_before(patch: pytest.MonkeyPatch) -> None:
    """A change is written down as done before it is asked for."""
    change = Upkeep._change

    async def changed(self: Upkeep, message: StandingMessage) -> None:
        await self._desk.record(lambda tables: tables.messages.settle(message.id))
        await change(self, message)

    patch.setattr(Upkeep, "_change", changed)


def forgetful(patch: pytest.MonkeyPatch) -> None:
    """What changed while the request was under way is not looked at afterwards."""
    patch.setattr(MessageTable, "mark_if_changed", lambda self, message, now: False)


def published_before(patch: pytest.MonkeyPatch) -> None:
    """A message is written down as published before it is."""
    publish = Upkeep._publish

    async def published(self: Upkeep, message: StandingMessage) -> None:
        await self._desk.record(lambda tables: tables.messages.record_published(message.id, self._desk.now()))
        await publish(self, message)

    patch.setattr(Upkeep, "_publish", published)


MISTAKES: Mapping[Callable[[pytest.MonkeyPatch], None], str] = {
    no_claim: AGAIN,
    recorded_first: f"{LOST}|is not published",
    no_look: AGAIN,
    new_nonces: AGAIN,
    trusting: AGAIN,
    deleted_is_not_delivered: AGAIN,
    certain: AGAIN,
    refused_is_certain: AGAIN,
    long_memory: AGAIN,
    blind_in_forums: AGAIN,
    retracted_for_good: LOST,
    changed_before: NOT_FOLLOWED,
    forgetful: NOT_FOLLOWED,
    published_before: "is not published",
}


@pytest.mark.parametrize(("mistake", "violation"), MISTAKES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_mistake_in_the_protocol_is_noticed(
    monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None], violation: str
) -> None:
    """Each way to send that would lose or double a post, or leave a card as it was, is caught as just that."""
    mistake(monkeypatch)
    with pytest.raises(PromiseBroken, match=violation):
        run_machine(EXAMPLES, STEPS, SEED)
