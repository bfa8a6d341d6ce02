"""What `DiscordPublisher` makes of each kind of channel, its clock and its brake, over real sockets."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.announcing.publisher import (
    ChannelKind,
    ChannelRefused,
    Delivered,
    Found,
    MessageRefused,
    NotFound,
    NotNow,
    Publisher,
    TokenRefused,
)
from bot.discord_app.attempts import trace_of
from bot.discord_app.places import KEPT_SECONDS, Place, Places
from bot.discord_app.publish import DiscordPublisher
from bot.rehearsal.standin import StandIn
from tests.support.discord_client import (
    CHANNEL,
    FORUM,
    MEDIA_CHANNEL,
    NEWS_CHANNEL,
    VOICE_CHANNEL,
    announcement,
    created,
    logged_in,
    open_thread,
    publishing,
)
from tests.support.discord_posts import make_post


def questions(stand_in: StandIn, channel_id: int) -> int:
    """How often it was asked what a channel is."""
    return sum(record.path == f"/channels/{channel_id}" for record in stand_in.requests)


async def test_each_kind_of_channel_is_told(stand_in: StandIn, publisher: Publisher) -> None:
    """Media channels are forums; threads and the text of voice channels are like text channels."""
    wanted = {
        CHANNEL: ChannelKind.TEXT,
        NEWS_CHANNEL: ChannelKind.ANNOUNCEMENT,
        FORUM: ChannelKind.FORUM,
        MEDIA_CHANNEL: ChannelKind.FORUM,
        VOICE_CHANNEL: ChannelKind.TEXT,
        open_thread(stand_in): ChannelKind.TEXT,
        open_thread(stand_in, NEWS_CHANNEL): ChannelKind.TEXT,
    }
    assert {channel: await publisher.kind_of(channel) for channel in wanted} == wanted


@pytest.mark.parametrize("kind", [4, 14, 99])
async def test_what_takes_no_messages_is_refused(stand_in: StandIn, publisher: Publisher, kind: int) -> None:
    """A category, a directory and what nobody has heard of are refused with a sentence."""
    body = {"id": str(CHANNEL), "type": kind, "guild_id": str(stand_in.world.guild_id), "name": "x", "position": 0}
    stand_in.faults.add("GET", "/channels/*", "status", status=200, body={**body, "permission_overwrites": []})
    outcome = await publisher.kind_of(CHANNEL)
    assert isinstance(outcome, ChannelRefused)
    assert outcome.reason


async def test_a_channel_that_is_gone_or_unseen_is_refused(stand_in: StandIn, publisher: Publisher) -> None:
    """What Discord says about the channel itself is passed on, and asked again every time."""
    stand_in.set_denied(CHANNEL, {"view_channel"})
    unseen = await publisher.kind_of(CHANNEL)
    stand_in.remove_channel(CHANNEL)
    gone = await publisher.kind_of(CHANNEL)
    assert [outcome.code for outcome in (unseen, gone) if isinstance(outcome, ChannelRefused)] == [50001, 10003]


async def test_failures_say_nothing_about_the_channel(stand_in: StandIn) -> None:
    """A question that fails or hangs is asked again later; only an unknown token ends everything."""
    async with publishing(stand_in, timeout_seconds=0.1) as publisher:
        stand_in.faults.add("GET", "/channels/*", "status", status=503)
        assert isinstance(await publisher.kind_of(CHANNEL), NotNow)
        stand_in.faults.add("GET", "/channels/*", "hang")
        assert isinstance(await publisher.publish(announcement(make_post())), NotNow)
        stand_in.faults.add("GET", "/channels/*", "status", status=401)
        assert isinstance(await publisher.kind_of(CHANNEL), TokenRefused)
        stand_in.faults.add("GET", "/channels/*", "rate_limit", retry_after=120)
        assert await publisher.kind_of(CHANNEL) == NotNow("Discord's rate limit", after_seconds=120)
    assert stand_in.messages(CHANNEL) == []


async def test_a_kind_is_asked_for_once(stand_in: StandIn, publisher: Publisher) -> None:
    """Many messages to one channel cost one question about it."""
    for number in range(3):
        assert await publisher.kind_of(CHANNEL) is ChannelKind.TEXT
        await publisher.publish(announcement(make_post(), nonce=f"n{number}"))
    assert questions(stand_in, CHANNEL) == 1


async def test_a_kind_is_asked_for_again_after_a_refusal(stand_in: StandIn, publisher: Publisher) -> None:
    """A channel that refuses may have become another: its kind is asked for anew."""
    await publisher.kind_of(CHANNEL)
    stand_in.set_denied(CHANNEL, {"send_messages"})
    assert isinstance(await publisher.publish(announcement(make_post())), ChannelRefused)
    stand_in.set_denied(CHANNEL, set())
    assert await publisher.kind_of(CHANNEL) is ChannelKind.TEXT
    assert questions(stand_in, CHANNEL) == 2


async def test_an_announcement_channel_can_become_a_text_channel(stand_in: StandIn, publisher: Publisher) -> None:
    """A channel that no longer publishes is known as what it is now."""
    assert await publisher.kind_of(NEWS_CHANNEL) is ChannelKind.ANNOUNCEMENT
    message_id = await created(publisher, announcement(make_post(), channel=NEWS_CHANNEL))
    stand_in.world.change_channel(replace(stand_in.world.channel(NEWS_CHANNEL), kind="text"))
    assert isinstance(await publisher.crosspost(NEWS_CHANNEL, message_id), MessageRefused)
    assert await publisher.kind_of(NEWS_CHANNEL) is ChannelKind.TEXT


async def test_a_kind_is_asked_for_again_after_ten_minutes(stand_in: StandIn) -> None:
    """A kind can change, so an answer is believed for 10 minutes; for a request under way an older one does."""
    now = 5.0
    async with logged_in(stand_in) as client:
        places = Places(client, 10.0, clock=lambda: now)
        first = await places.get(CHANNEL)
        now += KEPT_SECONDS
        assert await places.get(CHANNEL, any_age=True) is first
        assert isinstance(await places.get(CHANNEL), Place)
    assert questions(stand_in, CHANNEL) == 2


async def test_every_kind_of_channel_takes_a_message(stand_in: StandIn, publisher: Publisher) -> None:
    """Announcement channels, voice channels, threads and forums all get it, and a search finds it there."""
    for channel in (NEWS_CHANNEL, VOICE_CHANNEL, FORUM, MEDIA_CHANNEL, open_thread(stand_in)):
        wanted = announcement(make_post(), nonce=str(channel), channel=channel)
        assert await publisher.find(wanted, publisher.now()) == NotFound()
        message_id = await created(publisher, wanted)
        assert await publisher.find(wanted, publisher.now()) == Found(message_id)
    assert stand_in.invalid_requests == []


async def test_an_archived_thread_is_reopened_by_sending(stand_in: StandIn, publisher: Publisher) -> None:
    """An existing thread that was archived takes a message and is open again."""
    thread = open_thread(stand_in)
    stand_in.set_thread(thread, archived=True)
    assert isinstance(await publisher.publish(announcement(make_post(), channel=thread)), Delivered)
    assert not stand_in.world.channel(thread).archived


@pytest.mark.parametrize("archived", [True, False])
async def test_a_locked_thread_is_a_matter_of_the_channel(
    stand_in: StandIn, publisher: Publisher, archived: bool
) -> None:
    """A locked thread refuses the bot until a person unlocks it; no message is to blame."""
    thread = open_thread(stand_in)
    stand_in.set_thread(thread, archived=archived, locked=True)
    outcome = await publisher.publish(announcement(make_post(), channel=thread))
    assert isinstance(outcome, ChannelRefused)
    assert outcome.code == 160005


async def test_the_time_is_discords(publisher: Publisher) -> None:
    """The time comes from Discord's answers: never later than its clock, nor more than a second earlier."""
    ahead = (publisher.now() - datetime.now(UTC)).total_seconds()
    assert -2.0 < ahead <= 0.0


async def test_the_time_is_discords_though_this_clock_is_wrong() -> None:
    """Discord's clock counts, however far this machine's is from it."""
    async with StandIn([], clock=lambda: 4_000_000_000.5) as stand_in, publishing(stand_in) as publisher:
        assert abs(publisher.now().timestamp() - 4_000_000_000) < 30


async def test_many_refusals_slow_the_courier_down(stand_in: StandIn) -> None:
    """At 250 refused requests of any kind, channels are asked for one at a time, a second apart: 10,000 would ban."""
    async with logged_in(stand_in) as client:
        publisher = DiscordPublisher(client, tldr_characters=350)
        await publisher.kind_of(CHANNEL)
        refused = trace_of(client).invalid_requests
        for _ in range(248 - refused.count):
            refused.note(403, None)
        stand_in.set_denied(CHANNEL, {"send_messages"})
        await publisher.publish(announcement(make_post()))
        assert isinstance(await publisher.kind_of(NEWS_CHANNEL), ChannelKind)
        stand_in.faults.add("POST", "/channels/*/messages", "rate_limit", retry_after=120)
        await publisher.publish(announcement(make_post(), channel=NEWS_CHANNEL))
        assert refused.count == 250
        assert isinstance(await publisher.kind_of(NEWS_CHANNEL), ChannelKind)
        outcome = await publisher.kind_of(NEWS_CHANNEL)
        assert isinstance(outcome, NotNow)
        assert outcome.after_seconds is not None
        assert 0.0 < outcome.after_seconds <= 1.0


async def test_a_limit_that_others_used_up_is_not_counted(stand_in: StandIn) -> None:
    """A 429 of the scope "shared" is nobody's fault and slows nothing down."""
    async with logged_in(stand_in) as client:
        publisher = DiscordPublisher(client, tldr_characters=350)
        stand_in.faults.add("POST", "/channels/*/messages", "rate_limit", retry_after=120, scope="shared")
        await publisher.publish(announcement(make_post()))
        assert trace_of(client).invalid_requests.count == 0


async def test_a_closed_client_asks_nothing(stand_in: StandIn) -> None:
    """While Linkbot stops, no channel is asked for and nothing is changed."""
    async with logged_in(stand_in) as client:
        publisher = DiscordPublisher(client, tldr_characters=350)
        await client.close()
        asked = len(stand_in.requests)
        assert isinstance(await publisher.kind_of(CHANNEL), NotNow)
        assert isinstance(await publisher.delete(CHANNEL, 1), NotNow)
        assert isinstance(await publisher.find(announcement(make_post()), publisher.now()), NotNow)
        assert len(stand_in.requests) == asked
