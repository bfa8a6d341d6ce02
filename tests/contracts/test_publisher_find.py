"""Looking for a message of which nobody knows whether it was created, over real sockets."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.announcing.publisher import (
    ChannelRefused,
    Delivered,
    Found,
    NotFound,
    NotNow,
    Publisher,
    TokenRefused,
    Unreadable,
)
from bot.rehearsal.standin import StandIn
from tests.support.discord_client import CHANNEL, announcement, publishing, running_stand_in
from tests.support.discord_posts import make_post

if TYPE_CHECKING:
    from bot.rehearsal.faults import FaultKind


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with running_stand_in() as running:
        yield running


def now() -> datetime:
    return datetime.now(UTC)


async def test_our_own_message_is_found_by_its_cards(stand_in: StandIn, publisher: Publisher) -> None:
    """A message with exactly the cards of the announcement is found, whatever its nonce."""
    since = now()
    wanted = announcement(make_post(1), make_post(2))
    sent = await publisher.publish(wanted)
    assert isinstance(sent, Delivered)
    assert sent.message_id is not None
    assert await publisher.find(replace(wanted, nonce="another"), since) == Found(sent.message_id)


async def test_another_message_is_not_taken_for_it(stand_in: StandIn, publisher: Publisher) -> None:
    """Fewer or more cards, or the same ones from somebody else, are another message."""
    since = now()
    await publisher.publish(announcement(make_post(1)))
    await publisher.publish(announcement(make_post(1), make_post(2), make_post(3), nonce="nonce-2"))
    wanted = announcement(make_post(1), make_post(2), nonce="nonce-3")
    await publisher.publish(wanted)
    own = stand_in.messages(CHANNEL)[-1]
    stand_in.world.change_message(replace(own, author=stand_in.world.person("somebody")))
    assert await publisher.find(wanted, since) == NotFound()


async def test_only_what_came_since_is_looked_at(stand_in: StandIn, publisher: Publisher) -> None:
    """An older message with the same cards is not it; clocks may differ by a minute."""
    wanted = announcement(make_post(1))
    await publisher.publish(wanted)
    assert await publisher.find(wanted, now() + timedelta(minutes=2)) == NotFound()
    assert isinstance(await publisher.find(wanted, now() + timedelta(seconds=50)), Found)


async def test_the_address_may_come_back_changed(stand_in: StandIn, publisher: Publisher) -> None:
    """Discord's own spelling of an address is recognised."""
    wanted = announcement(make_post(url="https://Example.com"))
    await publisher.publish(wanted)
    (message,) = stand_in.messages(CHANNEL)
    embed = {**message.embeds[0], "url": "https://example.com/"}
    stand_in.world.change_message(replace(message, embeds=(embed,)))
    assert await publisher.find(wanted, now()) == Found(message.id)


async def test_a_long_history_is_read_to_its_end(stand_in: StandIn, publisher: Publisher) -> None:
    """The message is found behind more than a page of others."""
    since = now()
    wanted = announcement(make_post(1))
    await publisher.publish(wanted)
    (sample,) = stand_in.messages(CHANNEL)
    stand_in.delete_message(CHANNEL, sample.id)
    for _ in range(230):
        stand_in.world.add_message(
            replace(sample, id=stand_in.world.snowflakes.next(), author=stand_in.world.person("talkative"), embeds=())
        )
    last = stand_in.world.add_message(replace(sample, id=stand_in.world.snowflakes.next()))
    assert await publisher.find(wanted, since) == Found(last.id)
    pages = [record for record in stand_in.requests if record.method == "GET" and record.path.endswith("/messages")]
    assert len(pages) == 3


async def test_an_empty_history_is_not_believed_without_the_permission(stand_in: StandIn, publisher: Publisher) -> None:
    """Without Read Message History Discord shows nothing; that is not "not there"."""
    wanted = announcement(make_post(1))
    await publisher.publish(wanted)
    stand_in.set_denied(CHANNEL, {"read_message_history"})
    outcome = await publisher.find(wanted, now())
    assert isinstance(outcome, Unreadable)
    assert "Read Message History" in outcome.reason


async def test_a_message_without_its_cards_leaves_it_open(stand_in: StandIn, publisher: Publisher) -> None:
    """Our own message whose cards a moderator removed may be it: a person must look."""
    wanted = announcement(make_post(1))
    await publisher.publish(wanted)
    (message,) = stand_in.messages(CHANNEL)
    stand_in.world.change_message(replace(message, embeds=(), flags=message.flags | 1 << 2))
    outcome = await publisher.find(wanted, now())
    assert isinstance(outcome, Unreadable)
    assert str(message.id) in outcome.reason


async def test_a_known_message_without_its_cards_leaves_nothing_open(stand_in: StandIn, publisher: Publisher) -> None:
    """A message of which the catalog knows is another one, with its cards or without."""
    wanted = announcement(make_post(1))
    await publisher.publish(wanted)
    (message,) = stand_in.messages(CHANNEL)
    stand_in.world.change_message(replace(message, embeds=(), flags=message.flags | 1 << 2))
    assert await publisher.find(wanted, now(), {message.id}) == NotFound()


async def test_a_thread_is_read_with_the_permissions_of_its_channel(stand_in: StandIn, publisher: Publisher) -> None:
    """In a thread, what the bot may read follows from the channel that it hangs from."""
    parent = stand_in.world.channel(CHANNEL)
    thread_id = stand_in.world.snowflakes.next()
    stand_in.world.add_thread(
        replace(parent, id=thread_id, kind="thread", parent_id=CHANNEL, owner_id=stand_in.world.bot.id)
    )
    wanted = announcement(make_post(1), channel=thread_id)
    assert await publisher.find(wanted, now()) == NotFound()
    stand_in.set_denied(CHANNEL, {"read_message_history"})
    assert isinstance(await publisher.find(wanted, now()), Unreadable)


async def test_a_channel_that_is_gone_is_refused(stand_in: StandIn, publisher: Publisher) -> None:
    """Neither a deleted nor an invisible channel can be searched; a person must act."""
    stand_in.set_denied(CHANNEL, {"view_channel"})
    unseen = await publisher.find(announcement(make_post()), now())
    stand_in.remove_channel(CHANNEL)
    gone = await publisher.find(announcement(make_post()), now())
    assert [outcome.code for outcome in (unseen, gone) if isinstance(outcome, ChannelRefused)] == [50001, 10003]


async def test_a_failing_search_is_tried_again_later(stand_in: StandIn, publisher: Publisher) -> None:
    """What the network does to a search says nothing about the message."""
    kinds: tuple[FaultKind, ...] = ("reset", "truncate", "content_type")
    for kind in kinds:
        stand_in.faults.add("GET", "/channels/*/messages", kind, times=2)
        assert isinstance(await publisher.find(announcement(make_post()), now()), NotNow)
        stand_in.faults.clear()
    stand_in.faults.add("GET", "/channels/*/messages", "status", status=503)
    assert isinstance(await publisher.find(announcement(make_post()), now()), NotNow)
    stand_in.faults.add("GET", "/channels/*/messages", "status", status=401)
    assert isinstance(await publisher.find(announcement(make_post()), now()), TokenRefused)


async def test_a_search_does_not_hang(stand_in: StandIn) -> None:
    """A page that does not come within the timeout ends the search for now."""
    async with publishing(stand_in, timeout_seconds=0.1) as publisher:
        stand_in.faults.add("GET", "/channels/*/messages", "hang")
        assert isinstance(await publisher.find(announcement(make_post()), now()), NotNow)
