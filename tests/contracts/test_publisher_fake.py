"""One suite for the fake publisher and the one that talks to Discord: the fake is no kinder than the truth."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from bot.announcing.publisher import (
    Announcement,
    Changed,
    ChangeOutcome,
    ChannelKind,
    ChannelRefused,
    Delivered,
    Found,
    MessageGone,
    MessageRefused,
    NotFound,
    NotNow,
    Publisher,
    Revision,
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
from tests.support.discord_client import CHANNEL, FORUM, NEWS_CHANNEL, announcement, publishing, running_guild
from tests.support.discord_posts import make_post

MESSAGES, THREADS, CHANGES = "/channels/*/messages", "/channels/*/threads", "/channels/*/messages/**"
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
    def goes_wrong(self, how: str, channel: int = CHANNEL) -> None: ...
    def change_goes_wrong(self, how: str) -> None: ...
    def cards(self, channel: int = CHANNEL) -> list[list[str]]: ...
    def delete(self, message_id: int, channel: int = CHANNEL) -> None: ...
    def deny_history(self) -> None: ...
    def remove_channel(self) -> None: ...


class Fake:
    """The fake."""

    def __init__(self, nonce_window_seconds: float) -> None:
        self.clock = Clock(datetime.now(UTC))
        self.discord = FakeDiscord(self.clock, nonce_window_seconds)
        self.discord.kinds |= {NEWS_CHANNEL: ChannelKind.ANNOUNCEMENT, FORUM: ChannelKind.FORUM}
        self.publisher: Publisher = self.discord

    def now(self) -> datetime:
        return self.clock.now()

    def goes_wrong(self, how: str, channel: int = CHANNEL) -> None:
        self.discord.next_request(channel, ACTS[how])

    def change_goes_wrong(self, how: str) -> None:
        self.discord.next_change(CHANNEL, ACTS[how])

    def cards(self, channel: int = CHANNEL) -> list[list[str]]:
        return [[post.external_url for post in message.posts] for message in self.discord.messages(channel)]

    def delete(self, message_id: int, channel: int = CHANNEL) -> None:
        self.discord.moderator_deletes(channel, message_id)

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

    def goes_wrong(self, how: str, channel: int = CHANNEL) -> None:
        path = THREADS if channel == FORUM else MESSAGES
        if how.startswith("lost"):
            self.stand_in.faults.add("POST", path, "reset", after=how == "lost after")
        else:
            self._refuse("POST", path, how)

    def change_goes_wrong(self, how: str) -> None:
        if how.startswith("lost"):  # aiohttp itself repeats a DELETE after a reset
            self.stand_in.faults.add("*", CHANGES, "status", status=503, after=how == "lost after")
        else:
            self._refuse("*", CHANGES, how)

    def _refuse(self, method: str, path: str, how: str) -> None:
        faults = self.stand_in.faults
        match how:
            case "rate limit":
                faults.add(method, path, "rate_limit", retry_after=120)
            case "channel":
                faults.add(method, path, "status", status=403, body={"message": "No.", "code": 50013})
            case "message":
                faults.add(method, path, "status", status=400, body={"message": "No.", "code": 50035})
            case _:
                faults.add(method, path, "status", status=401)

    def cards(self, channel: int = CHANNEL) -> list[list[str]]:
        places = [thread.id for thread in self.stand_in.threads(channel)] if channel == FORUM else [channel]
        messages = [message for place in places for message in self.stand_in.messages(place)]
        return [[embed["url"] for embed in message.embeds] for message in messages]

    def delete(self, message_id: int, channel: int = CHANNEL) -> None:
        if channel == FORUM:
            self.stand_in.remove_channel(message_id)
        else:
            self.stand_in.delete_message(channel, message_id)

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
        async with running_guild() as stand_in, publishing(stand_in) as publisher:
            stand_in.set_granted(FORUM, {"manage_threads"})
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


def other_card(channel: int, message_id: int) -> Revision:
    """The message of the first post is to show the second one."""
    return Revision(channel, message_id, (make_post(2),), was=(make_post(1),))


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


EVERY_KIND = {CHANNEL: ChannelKind.TEXT, NEWS_CHANNEL: ChannelKind.ANNOUNCEMENT, FORUM: ChannelKind.FORUM}


async def test_kinds_are_told(discord: Discord) -> None:
    """Each channel is what it is; one that is gone is refused."""
    assert {channel: await discord.publisher.kind_of(channel) for channel in EVERY_KIND} == EVERY_KIND
    wanted = announcement(make_post())
    discord.remove_channel()
    assert isinstance(await discord.publisher.publish(wanted), ChannelRefused)
    gone = await discord.publisher.kind_of(CHANNEL)
    assert isinstance(gone, ChannelRefused)
    assert gone.code == 10003


async def test_the_time_is_discords(discord: Discord) -> None:
    """The publisher's time is that at Discord, to a second or two."""
    assert abs((discord.publisher.now() - discord.now()).total_seconds()) < 2


async def test_what_shows_the_same_looks_alike(discord: Discord) -> None:
    """Cards are compared by what they show: not by the path."""
    post = make_post()
    assert discord.publisher.looks_alike(post, replace(post, path="docs/moved.md", draft=True))
    assert not discord.publisher.looks_alike(post, replace(post, title="Another"))


@pytest.mark.parametrize("channel", EVERY_KIND)
async def test_a_message_is_edited_and_deleted(discord: Discord, channel: int) -> None:
    """A message shows other cards, and then it is gone; deleting it once more says so."""
    message_id = await sent(discord, announcement(make_post(1), channel=channel))
    assert await discord.publisher.edit(other_card(channel, message_id)) == Changed()
    assert discord.cards(channel) == [[make_post(2).external_url]]
    for outcome in (Changed(), MessageGone()):
        assert await discord.publisher.delete(channel, message_id) == outcome
        assert discord.cards(channel) == []


@pytest.mark.parametrize("channel", EVERY_KIND)
async def test_what_a_person_deleted_is_gone(discord: Discord, channel: int) -> None:
    """An edit says that a moderator deleted the message, and so does a deletion."""
    message_id = await sent(discord, announcement(make_post(), channel=channel))
    discord.delete(message_id, channel)
    assert await discord.publisher.edit(other_card(channel, message_id)) == MessageGone()
    assert await discord.publisher.delete(channel, message_id) == MessageGone()


async def test_a_message_is_published_where_that_can_be(discord: Discord) -> None:
    """In an announcement channel a message is published, twice is as good; elsewhere it never is."""
    message_id = await sent(discord, announcement(make_post(), nonce="news", channel=NEWS_CHANNEL))
    for _ in range(2):
        assert await discord.publisher.crosspost(NEWS_CHANNEL, message_id) == Changed()
    discord.delete(message_id, NEWS_CHANNEL)
    assert await discord.publisher.crosspost(NEWS_CHANNEL, message_id) == MessageGone()
    other = await discord.publisher.crosspost(CHANNEL, await sent(discord, announcement(make_post())))
    assert isinstance(other, MessageRefused)
    assert other.code == 50024


async def change(discord: Discord, how: str, message_id: int) -> ChangeOutcome:
    """One of the changes, by its name."""
    match how:
        case "edit":
            return await discord.publisher.edit(other_card(CHANNEL, message_id))
        case "delete":
            return await discord.publisher.delete(CHANNEL, message_id)
        case _:
            return await discord.publisher.crosspost(CHANNEL, message_id)


@pytest.mark.parametrize("what", ["edit", "delete", "crosspost"])
@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ("lost before", NotNow),
        ("rate limit", NotNow),
        ("channel", ChannelRefused),
        ("message", MessageRefused),
        ("token", TokenRefused),
    ],
)
async def test_a_refused_change_changes_nothing(discord: Discord, what: str, how: str, outcome: type) -> None:
    """Each change can be refused like a new message, and then everything is as before."""
    wanted = announcement(make_post())
    message_id = await sent(discord, wanted)
    discord.change_goes_wrong(how)
    result = await change(discord, what, message_id)
    assert type(result) is outcome
    if isinstance(result, NotNow):
        assert bool(result.after_seconds) == (how == "rate limit")
    assert discord.cards() == [urls(wanted)]


@pytest.mark.parametrize("what", ["edit", "delete"])
async def test_a_change_whose_answer_was_lost_can_be_made_again(discord: Discord, what: str) -> None:
    """Nobody can tell whether a change was made: it is made again, and stands; of a deletion nothing is left to do."""
    message_id = await sent(discord, announcement(make_post()))
    discord.change_goes_wrong("lost after")
    assert isinstance(await change(discord, what, message_id), NotNow)
    cards = [[make_post(2).external_url]] if what == "edit" else []
    assert discord.cards() == cards
    assert await change(discord, what, message_id) == (Changed() if what == "edit" else MessageGone())
    assert discord.cards() == cards


async def test_a_forum_knows_no_nonce(discord: Discord) -> None:
    """In a forum each request creates a thread, and a search tells them apart by what is known."""
    wanted = announcement(make_post(), channel=FORUM)
    first, second = await sent(discord, wanted), await sent(discord, wanted)
    assert first != second
    assert await discord.publisher.find(wanted, discord.now(), {first}) == Found(second)
    assert await discord.publisher.find(wanted, discord.now(), {first, second}) == NotFound()


@pytest.mark.parametrize("how", ["lost before", "lost after"])
async def test_a_lost_answer_in_a_forum_is_settled_by_a_look(discord: Discord, how: str) -> None:
    """Nobody can tell whether the thread was created; a look can."""
    wanted = announcement(make_post(), channel=FORUM)
    discord.goes_wrong(how, FORUM)
    assert isinstance(await discord.publisher.publish(wanted), Uncertain)
    found = await discord.publisher.find(wanted, discord.now())
    assert isinstance(found, Found if how == "lost after" else NotFound)


async def test_changing_in_a_channel_that_is_gone_is_refused(discord: Discord) -> None:
    """A deleted channel refuses changes like new messages."""
    message_id = await sent(discord, announcement(make_post()))
    discord.remove_channel()
    for what in ("edit", "delete", "crosspost"):
        assert isinstance(await change(discord, what, message_id), ChannelRefused)
