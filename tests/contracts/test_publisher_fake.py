"""One suite for the fake publisher and the one that talks to Discord: the fake is no kinder than the truth."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

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
from bot.rehearsal.standin import StandIn, StandInChannel
from tests.support.courier_fakes import (
    CHANNEL_REFUSED,
    MESSAGE_REFUSED,
    RATE_LIMITED,
    TOKEN_REFUSED,
    Act,
    Clock,
    FakeDiscord,
    Lost,
)
from tests.support.discord_client import CHANNEL, announcement, publishing, running_stand_in
from tests.support.discord_posts import make_post

MESSAGES = "/channels/*/messages"
ACTS: dict[str, Act] = {
    "lost before": Lost(stored=False),
    "lost after": Lost(stored=True),
    "rate limit": RATE_LIMITED,
    "channel": CHANNEL_REFUSED,
    "message": MESSAGE_REFUSED,
    "token": TOKEN_REFUSED,
}


class Discord(Protocol):
    """A publisher and what can happen behind it."""

    publisher: Publisher

    def now(self) -> datetime: ...
    def goes_wrong(self, how: str) -> None: ...
    def cards(self) -> list[list[str]]: ...
    def delete(self, message_id: int) -> None: ...
    def deny_history(self) -> None: ...
    def remove_channel(self) -> None: ...


class Fake:
    """The fake."""

    def __init__(self, nonce_window_seconds: float) -> None:
        self.clock = Clock(datetime.now(UTC))
        self.discord = FakeDiscord(self.clock, nonce_window_seconds)
        self.publisher: Publisher = self.discord

    def now(self) -> datetime:
        return self.clock.now()

    def goes_wrong(self, how: str) -> None:
        self.discord.next_request(CHANNEL, ACTS[how])

    def cards(self) -> list[list[str]]:
        return [[post.external_url for post in message.posts] for message in self.discord.messages(CHANNEL)]

    def delete(self, message_id: int) -> None:
        self.discord.moderator_deletes(CHANNEL, message_id)

    def deny_history(self) -> None:
        self.discord.unreadable.add(CHANNEL)

    def remove_channel(self) -> None:
        self.discord.removed.add(CHANNEL)


class Real:
    """`DiscordPublisher` over real sockets."""

    def __init__(self, stand_in: StandIn, publisher: Publisher) -> None:
        self.stand_in = stand_in
        self.publisher = publisher

    def now(self) -> datetime:
        return datetime.now(UTC)

    def goes_wrong(self, how: str) -> None:
        faults = self.stand_in.faults
        match how:
            case "lost before":
                faults.add("POST", MESSAGES, "reset")
            case "lost after":
                faults.add("POST", MESSAGES, "reset", after=True)
            case "rate limit":
                faults.add("POST", MESSAGES, "rate_limit", retry_after=120)
            case "channel":
                faults.add("POST", MESSAGES, "status", status=403, body={"message": "No.", "code": 50013})
            case "message":
                faults.add("POST", MESSAGES, "status", status=400, body={"message": "No.", "code": 50035})
            case _:
                faults.add("POST", MESSAGES, "status", status=401)

    def cards(self) -> list[list[str]]:
        return [[embed["url"] for embed in message.embeds] for message in self.stand_in.messages(CHANNEL)]

    def delete(self, message_id: int) -> None:
        self.stand_in.delete_message(CHANNEL, message_id)

    def deny_history(self) -> None:
        self.stand_in.set_denied(CHANNEL, {"read_message_history"})

    def remove_channel(self) -> None:
        self.stand_in.remove_channel(CHANNEL)


@asynccontextmanager
async def opened(kind: str, *, forgetful: bool = False) -> AsyncIterator[Discord]:
    """One of the two; a forgetful one knows no nonce again."""
    window = 0.0 if forgetful else 180.0
    if kind == "fake":
        yield Fake(window)
    elif forgetful:
        channels = [StandInChannel(CHANNEL, "news")]
        async with (
            StandIn(channels, nonce_window_seconds=window, rate_limits=False) as stand_in,
            publishing(stand_in) as publisher,
        ):
            yield Real(stand_in, publisher)
    else:
        async with running_stand_in() as stand_in, publishing(stand_in) as publisher:
            yield Real(stand_in, publisher)


@pytest.fixture(params=["fake", "real"])
async def discord(request: pytest.FixtureRequest) -> AsyncIterator[Discord]:
    """The fake, and the real one."""
    async with opened(request.param) as either:
        yield either


async def sent(discord: Discord, wanted: Announcement) -> int:
    """Publish without trouble; return the message's id."""
    outcome = await discord.publisher.publish(wanted)
    assert isinstance(outcome, Delivered)
    assert outcome.message_id is not None
    return outcome.message_id


def urls(wanted: Announcement) -> list[str]:
    return [post.external_url for post in wanted.posts]


async def test_a_message_stands_with_its_cards_in_order(discord: Discord) -> None:
    """What is delivered stands in the channel, and a search finds it."""
    wanted = announcement(make_post(2), make_post(1))
    message_id = await sent(discord, wanted)
    assert discord.cards() == [urls(wanted)]
    assert await discord.publisher.find(wanted, discord.now()) == Found(message_id)


async def test_a_repeated_nonce_gives_the_first_message(discord: Discord) -> None:
    """The same nonce creates nothing more; another nonce does."""
    wanted = announcement(make_post())
    message_id = await sent(discord, wanted)
    assert await sent(discord, wanted) == message_id
    assert len(discord.cards()) == 1
    assert await sent(discord, replace(wanted, nonce="another")) != message_id
    assert len(discord.cards()) == 2


@pytest.mark.parametrize("kind", ["fake", "real"])
async def test_a_forgotten_nonce_creates_a_second_message(kind: str) -> None:
    """After Discord's window a nonce protects from nothing."""
    async with opened(kind, forgetful=True) as discord:
        wanted = announcement(make_post())
        assert await sent(discord, wanted) != await sent(discord, wanted)
        assert len(discord.cards()) == 2


async def test_a_repeated_nonce_of_a_deleted_message_is_delivered(discord: Discord) -> None:
    """A moderator was quicker than the retry: that counts as delivered, without an id."""
    wanted = announcement(make_post())
    discord.delete(await sent(discord, wanted))
    assert await discord.publisher.publish(wanted) == Delivered(None)
    assert discord.cards() == []


@pytest.mark.parametrize("how", ["lost before", "lost after"])
async def test_a_lost_answer_is_settled_by_the_same_nonce(discord: Discord, how: str) -> None:
    """Nobody can tell whether a request that broke was stored; repeated, there is exactly one message."""
    wanted = announcement(make_post())
    discord.goes_wrong(how)
    assert isinstance(await discord.publisher.publish(wanted), Uncertain)
    assert len(discord.cards()) == (how == "lost after")
    found = await discord.publisher.find(wanted, discord.now())
    assert isinstance(found, Found if how == "lost after" else NotFound)
    await sent(discord, wanted)
    assert len(discord.cards()) == 1


@pytest.mark.parametrize(
    ("how", "outcome"),
    [("rate limit", NotNow), ("channel", ChannelRefused), ("message", MessageRefused), ("token", TokenRefused)],
)
async def test_a_refusal_creates_nothing(discord: Discord, how: str, outcome: type) -> None:
    """What certainly was not created does not stand, and can be sent with the same nonce later."""
    wanted = announcement(make_post())
    discord.goes_wrong(how)
    result = await discord.publisher.publish(wanted)
    assert type(result) is outcome
    if isinstance(result, NotNow):
        assert result.after_seconds
    assert discord.cards() == []
    await sent(discord, wanted)


async def test_characters_are_counted_over_all_cards(discord: Discord) -> None:
    """What `card_characters` says adds up: at most 6,000 are taken, one more is not."""
    post = make_post(text="word " * 1000)
    each = discord.publisher.card_characters(post)
    fitting = min(10, 6000 // each)
    await sent(discord, announcement(*(make_post(n, text=post.text) for n in range(fitting)), nonce="fits"))
    if fitting < 10:
        posts = [make_post(n, text=post.text) for n in range(fitting + 1)]
        assert isinstance(await discord.publisher.publish(announcement(*posts, nonce="more")), MessageRefused)


async def test_only_the_very_same_cards_are_found(discord: Discord) -> None:
    """A message with fewer or more cards, or one from long before, is another message."""
    await sent(discord, announcement(make_post(1), nonce="fewer"))
    await sent(discord, announcement(make_post(1), make_post(2), make_post(3), nonce="more"))
    wanted = announcement(make_post(1), make_post(2), nonce="wanted")
    assert await discord.publisher.find(wanted, discord.now()) == NotFound()
    message_id = await sent(discord, wanted)
    assert await discord.publisher.find(wanted, discord.now()) == Found(message_id)
    assert await discord.publisher.find(wanted, discord.now() + timedelta(minutes=2)) == NotFound()


async def test_a_known_message_is_passed_over(discord: Discord) -> None:
    """A message that is known as another one is not taken for the lost one, although their cards are alike."""
    wanted = announcement(make_post())
    known = await sent(discord, wanted)
    assert await discord.publisher.find(wanted, discord.now(), {known}) == NotFound()
    message_id = await sent(discord, replace(wanted, nonce="another"))
    assert await discord.publisher.find(wanted, discord.now(), {known}) == Found(message_id)


async def test_an_unreadable_history_is_not_believed(discord: Discord) -> None:
    """Without the permission to read, "not there" is not said."""
    wanted = announcement(make_post())
    await sent(discord, wanted)
    discord.deny_history()
    assert isinstance(await discord.publisher.find(wanted, discord.now()), Unreadable)


async def test_a_channel_that_is_gone_takes_and_shows_nothing(discord: Discord) -> None:
    """Publishing and searching both say that the channel is not there."""
    discord.remove_channel()
    wanted = announcement(make_post())
    outcomes = (await discord.publisher.publish(wanted), await discord.publisher.find(wanted, discord.now()))
    assert [outcome.code for outcome in outcomes if isinstance(outcome, ChannelRefused)] == [10003, 10003]
