"""Announcing in forums, where Discord knows no nonce, over real sockets."""

from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from bot.announcing.publisher import (
    ChannelRefused,
    Delivered,
    Found,
    MessageRefused,
    NotFound,
    NotNow,
    Publisher,
    PublishOutcome,
    TokenRefused,
    Uncertain,
    Unreadable,
)
from bot.discord_app.client import LinkbotClient
from bot.discord_app.endpoints import DEFAULT_API_URL, point_discord_at
from bot.discord_app.publish import DiscordPublisher
from bot.rehearsal import rate_limits
from bot.rehearsal.faults import FaultKind
from bot.rehearsal.rate_limits import RateRule
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn
from tests.support.discord_client import (
    CHANNEL,
    FORUM,
    MEDIA_CHANNEL,
    ROLE,
    TAGS,
    announcement,
    created,
    publishing,
    running_guild,
)
from tests.support.discord_posts import make_post

THREADS = "/channels/*/threads"
WANTED = announcement(make_post(), channel=FORUM)


def posted(stand_in: StandIn) -> list[int]:
    """The POST requests to the forum, as their statuses."""
    path = f"/channels/{FORUM}/threads"
    return [record.status or 0 for record in stand_in.requests if (record.method, record.path) == ("POST", path)]


async def test_a_post_becomes_a_thread_with_its_card(stand_in: StandIn, publisher: Publisher) -> None:
    """The thread has the title as its name, the card as its first message, no ping, and the id that is told."""
    thread_id = await created(publisher, WANTED)
    (thread,) = stand_in.threads(FORUM)
    (message,) = stand_in.messages(thread_id)
    assert (thread.id, thread.name, message.id) == (thread_id, make_post().title, thread_id)
    assert [embed["url"] for embed in message.embeds] == [make_post().external_url]
    assert (message.content, bool(message.pings)) == ("", False)
    assert stand_in.invalid_requests == []


async def test_only_the_mentioned_roles_are_pinged(stand_in: StandIn, publisher: Publisher) -> None:
    """The roles are pinged above the card, and nothing that a file says pings anybody."""
    post = make_post(title="@everyone <@&1>", text="@here <@2>")
    outcome = await publisher.publish(announcement(post, channel=FORUM, mention=(ROLE,)))
    assert isinstance(outcome, Delivered)
    (message,) = stand_in.messages(outcome.message_id or 0)
    assert message.content == f"<@&{ROLE}>"
    assert (message.pings.everyone, message.pings.users, message.pings.roles) == (False, frozenset(), frozenset({ROLE}))


@pytest.mark.parametrize(
    ("tags", "applied"),
    [
        ((), ()),
        (("unknown",), ()),
        (("kubernetes", "COMMUNITY", "unknown"), (1, 2)),
        (("community", "kubernetes", "Kubernetes"), (2, 1)),
        (("staff", "release"), (3,)),
        (("one", "two", "three", "four", "release", "community"), (4, 5, 6, 7, 3)),
    ],
)
async def test_tags_of_the_same_name_are_applied(
    stand_in: StandIn, publisher: Publisher, tags: tuple[str, ...], applied: tuple[int, ...]
) -> None:
    """Post tags become the forum's, without regard to case, at most 5, and never one for moderators."""
    await publisher.publish(announcement(make_post(tags=tags), channel=FORUM))
    (thread,) = stand_in.threads(FORUM)
    assert thread.applied_tags == tuple(TAGS[number].id for number in applied)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("x" * 150, "x" * 99 + "…"),
        ("A *bold* [title](x) & <b>", "A *bold* [title](x) & <b>"),
        ("\u202e \u3164", "kubernetes.dev"),
        ("two\nlines", "two lines"),
    ],
)
async def test_the_name_is_the_title_without_markup(
    stand_in: StandIn, publisher: Publisher, title: str, name: str
) -> None:
    """Names show text as it is: nothing is escaped; they have 1 to 100 characters."""
    await publisher.publish(announcement(make_post(title=title), channel=FORUM))
    assert [thread.name for thread in stand_in.threads(FORUM)] == [name]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 524])
async def test_a_failure_after_storing_is_repeated_by_nobody(
    stand_in: StandIn, publisher: Publisher, status: int
) -> None:
    """After a 5xx there is exactly one request, although discord.py repeats some; a look finds the thread."""
    stand_in.faults.add("POST", THREADS, "status", status=status, after=True)
    outcome = await publisher.publish(WANTED)
    assert isinstance(outcome, Uncertain)
    assert str(status) in outcome.reason
    assert len(posted(stand_in)) == 1
    (thread,) = stand_in.threads(FORUM)
    assert await publisher.find(WANTED, publisher.now()) == Found(thread.id)


async def test_a_failure_before_storing_is_found_out(stand_in: StandIn, publisher: Publisher) -> None:
    """After a 5xx that stored nothing, a look says so, and the next request creates the one thread."""
    stand_in.faults.add("POST", THREADS, "status", status=502)
    assert isinstance(await publisher.publish(WANTED), Uncertain)
    assert await publisher.find(WANTED, publisher.now()) == NotFound()
    await created(publisher, WANTED)
    assert len(stand_in.threads(FORUM)) == 1


@pytest.mark.parametrize("kind", ["reset", "close", "truncate", "content_type"])
async def test_a_broken_answer_leaves_it_open(stand_in: StandIn, publisher: Publisher, kind: FaultKind) -> None:
    """Without a whole answer nobody can tell; it is found by looking, never by another request."""
    stand_in.faults.add("POST", THREADS, kind, after=True)
    assert isinstance(await publisher.publish(WANTED), Uncertain)
    assert len(posted(stand_in)) == 1
    (thread,) = stand_in.threads(FORUM)
    assert await publisher.find(WANTED, publisher.now()) == Found(thread.id)


async def test_an_answer_that_does_not_come_leaves_it_open(stand_in: StandIn) -> None:
    """After the timeout the thread may exist."""
    async with publishing(stand_in, timeout_seconds=0.2) as publisher:
        stand_in.faults.add("POST", THREADS, "hang", after=True)
        assert isinstance(await publisher.publish(WANTED), Uncertain)
    assert len(stand_in.threads(FORUM)) == 1


class BreakingConnector(aiohttp.TCPConnector):
    """Its connections break at the first write, by the error number of another system."""

    number = 0
    connects = 0

    async def connect(self, *args: object, **more: object) -> aiohttp.connector.Connection:
        self.connects += 1
        if self.number:
            raise aiohttp.ClientOSError(self.number, "Connection reset by peer")
        return await super().connect(*args, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [54, 10054])
async def test_a_reset_is_repeated_by_nobody_on_other_systems(stand_in: StandIn, number: int) -> None:
    """discord.py repeats after the resets of macOS and Windows; in a forum it is kept from it."""
    point_discord_at(stand_in.api_url, stand_in.gateway_url)
    connector = BreakingConnector()
    client = LinkbotClient(connector=connector)
    try:
        await client.login(REHEARSAL_TOKEN)
        publisher = DiscordPublisher(client, tldr_characters=350)
        await publisher.kind_of(FORUM)
        connector.number, connector.connects = number, 0
        assert isinstance(await publisher.publish(WANTED), Uncertain)
        assert connector.connects == 1
    finally:
        await client.close()
        point_discord_at(DEFAULT_API_URL, None)


REFUSALS: list[tuple[int, int, type[PublishOutcome]]] = [
    (401, 0, TokenRefused),
    (403, 50013, ChannelRefused),
    (404, 10003, ChannelRefused),
    (400, 40067, ChannelRefused),
    (400, 40066, ChannelRefused),
    (400, 160006, ChannelRefused),
    (400, 50035, MessageRefused),
    (400, 200001, MessageRefused),
    (400, 240000, MessageRefused),
    (429, 20028, NotNow),
]


@pytest.mark.parametrize(("status", "code", "outcome"), REFUSALS)
async def test_refusals_are_sorted_by_what_can_be_done(
    stand_in: StandIn, publisher: Publisher, status: int, code: int, outcome: type[PublishOutcome]
) -> None:
    """In a forum, Discord's codes mean what they mean elsewhere: certain that there is no thread."""
    stand_in.faults.add("POST", THREADS, "status", status=status, body={"message": "No.", "code": code})
    assert type(await publisher.publish(WANTED)) is outcome
    assert stand_in.threads(FORUM) == []


async def test_a_rate_limit_of_minutes_is_told_at_once(stand_in: StandIn, publisher: Publisher) -> None:
    """Opening threads is limited for minutes at times: that is not waited for, and nothing was created."""
    stand_in.faults.add("POST", THREADS, "rate_limit", retry_after=219, scope="shared")
    assert await publisher.publish(WANTED) == NotNow("Discord's rate limit", after_seconds=219)
    assert await publisher.find(WANTED, publisher.now()) == NotFound()


async def test_a_tag_that_is_wanted_is_a_matter_of_the_channel(stand_in: StandIn, publisher: Publisher) -> None:
    """A forum that wants a tag refuses posts without one of its tags; with one it takes them."""
    stand_in.set_tags(FORUM, TAGS, require_tag=True)
    refused = await publisher.publish(announcement(make_post(tags=()), channel=FORUM))
    assert isinstance(refused, ChannelRefused)
    assert refused.code == 40067
    await created(publisher, WANTED)


async def test_new_tags_are_known_after_a_refusal(stand_in: StandIn, publisher: Publisher) -> None:
    """Tags that a person added to mend a refusal are used at the next try."""
    stand_in.set_tags(FORUM, (), require_tag=True)
    assert isinstance(await publisher.publish(WANTED), ChannelRefused)
    stand_in.set_tags(FORUM, TAGS, require_tag=True)
    await created(publisher, WANTED)


async def test_an_archived_thread_is_found(stand_in: StandIn, publisher: Publisher) -> None:
    """A thread that was closed meanwhile is looked for among the archived ones."""
    thread_id = await created(publisher, WANTED)
    stand_in.set_thread(thread_id, archived=True, locked=True)
    assert await publisher.find(WANTED, publisher.now()) == Found(thread_id)


async def test_many_archived_threads_are_read_page_by_page(stand_in: StandIn, publisher: Publisher) -> None:
    """The archived threads are read as far back as the claim, and no further."""
    since = publisher.now()
    thread_id = await created(publisher, WANTED)
    (sample,) = stand_in.threads(FORUM)
    stand_in.set_thread(thread_id, archived=True)
    later = stand_in.world.clock()
    for number in range(230):
        other = replace(sample, id=sample.id + 1 + number, owner_id=1, archived=True)
        stand_in.world.add_thread(replace(other, archive_changed_at=later + 1 + number))
    for number in range(230):
        other = replace(sample, id=number + 1, owner_id=1, archived=True)
        stand_in.world.add_thread(replace(other, archive_changed_at=later - 3600 - number))
    assert await publisher.find(WANTED, since) == Found(thread_id)
    pages = [record for record in stand_in.requests if record.path.endswith("/threads/archived/public")]
    assert len(pages) == 3


async def test_only_our_own_new_thread_with_the_card_is_taken(stand_in: StandIn, publisher: Publisher) -> None:
    """A thread of another post, of somebody else, of another forum, a known or an older one is another thread."""
    await publisher.publish(announcement(make_post(2), channel=FORUM))
    await publisher.publish(announcement(make_post(), channel=MEDIA_CHANNEL))
    assert await publisher.find(WANTED, publisher.now()) == NotFound()
    thread_id = await created(publisher, WANTED)
    assert await publisher.find(WANTED, publisher.now(), {thread_id}) == NotFound()
    assert await publisher.find(WANTED, publisher.now() + timedelta(minutes=2)) == NotFound()
    assert await publisher.find(WANTED, publisher.now() + timedelta(seconds=50)) == Found(thread_id)
    stand_in.world.change_thread(replace(stand_in.world.channel(thread_id), owner_id=1))
    assert await publisher.find(WANTED, publisher.now()) == NotFound()


async def test_a_thread_without_its_first_message_is_known_by_its_name(stand_in: StandIn, publisher: Publisher) -> None:
    """If a moderator deleted the first message, our thread with the post's name is it; one of another name is not."""
    thread_id = await created(publisher, WANTED)
    stand_in.delete_message(thread_id, thread_id)
    assert await publisher.find(WANTED, publisher.now()) == Found(thread_id)
    other = announcement(make_post(title="Another"), channel=FORUM)
    assert await publisher.find(other, publisher.now()) == NotFound()


async def test_a_thread_without_its_card_leaves_it_open(stand_in: StandIn, publisher: Publisher) -> None:
    """Our own thread whose card a moderator removed may be it: a person must look."""
    thread_id = await created(publisher, WANTED)
    (message,) = stand_in.messages(thread_id)
    stand_in.world.change_message(replace(message, embeds=(), flags=message.flags | 1 << 2))
    outcome = await publisher.find(WANTED, publisher.now())
    assert isinstance(outcome, Unreadable)
    assert str(thread_id) in outcome.reason


async def test_a_thread_that_goes_during_the_look_is_no_match(stand_in: StandIn, publisher: Publisher) -> None:
    """A thread that is listed and then deleted does not end the look."""
    await created(publisher, WANTED)
    fault = stand_in.faults.add("GET", "/channels/*/messages/*", "status", status=404, body={"code": 10003})
    assert await publisher.find(WANTED, publisher.now()) == NotFound()
    assert fault.spent


async def test_without_the_history_nothing_is_believed(stand_in: StandIn, publisher: Publisher) -> None:
    """Without Read Message History archived threads are not told, so "not there" is not said."""
    stand_in.set_denied(FORUM, {"read_message_history"})
    outcome = await publisher.find(WANTED, publisher.now())
    assert isinstance(outcome, Unreadable)
    assert "Read Message History" in outcome.reason


async def test_a_forum_that_is_gone_is_refused(stand_in: StandIn, publisher: Publisher) -> None:
    """A deleted forum cannot be searched; a person must act."""
    await publisher.kind_of(FORUM)
    stand_in.remove_channel(FORUM)
    outcome = await publisher.find(WANTED, publisher.now())
    assert isinstance(outcome, ChannelRefused)
    assert outcome.code == 10003


LOOKS = ("/guilds/*/threads/active", "/channels/*/threads/archived/public", "/channels/*/messages/*")


@pytest.mark.parametrize("path", LOOKS)
async def test_a_failing_look_is_tried_again_later(stand_in: StandIn, publisher: Publisher, path: str) -> None:
    """Whichever request of a look fails says nothing about the thread; 401 ends everything."""
    await publisher.publish(announcement(make_post(2), channel=FORUM))
    stand_in.faults.add("GET", path, "status", status=503)
    assert isinstance(await publisher.find(WANTED, publisher.now()), NotNow)
    stand_in.faults.add("GET", path, "content_type")
    assert isinstance(await publisher.find(WANTED, publisher.now()), NotNow)
    stand_in.faults.add("GET", path, "status", status=401)
    assert isinstance(await publisher.find(WANTED, publisher.now()), TokenRefused)
    stand_in.faults.add("GET", path, "status", status=404, body={"code": 0})
    assert not isinstance(await publisher.find(WANTED, publisher.now()), Found | NotFound | Unreadable)


@pytest.mark.parametrize("path", LOOKS)
async def test_a_look_does_not_hang(stand_in: StandIn, path: str) -> None:
    """An answer that does not come within the timeout ends the look for now."""
    async with publishing(stand_in, timeout_seconds=0.2) as publisher:
        await publisher.publish(announcement(make_post(2), channel=FORUM))
        stand_in.faults.add("GET", path, "hang")
        assert isinstance(await publisher.find(WANTED, publisher.now()), NotNow)


@pytest.mark.parametrize(("channel", "route"), [(CHANNEL, "messages"), (FORUM, "threads")])
async def test_a_wait_after_the_message_exists_creates_no_second_one(
    monkeypatch: pytest.MonkeyPatch, channel: int, route: str
) -> None:
    """discord.py waits for the rate limit after it created something: cut short, that thing is found, not doubled."""
    monkeypatch.setitem(rate_limits._BY_ROUTE, ("POST", f"/channels/{{channel_id}}/{route}"), RateRule(1, 20.0))
    wanted = announcement(make_post(), channel=channel)
    async with running_guild(rate_limits=True) as stand_in, publishing(stand_in, timeout_seconds=0.3) as publisher:
        assert isinstance(await publisher.publish(wanted), Uncertain)
        if channel == CHANNEL:
            assert isinstance(await publisher.publish(wanted), NotNow)
        assert isinstance(await publisher.find(wanted, publisher.now()), Found)
        assert len(stand_in.threads(FORUM) or stand_in.messages(CHANNEL)) == 1


@pytest.mark.parametrize("channel", [CHANNEL, FORUM])
async def test_a_wait_before_the_message_exists_is_certain(stand_in: StandIn, channel: int) -> None:
    """A timeout while discord.py waits after a 429 leaves nothing open: nothing was created."""
    async with publishing(stand_in, timeout_seconds=0.2) as publisher:
        stand_in.faults.add("POST", "/channels/**", "rate_limit", retry_after=20)
        assert isinstance(await publisher.publish(announcement(make_post(), channel=channel)), NotNow)


@pytest.mark.parametrize("channel", [CHANNEL, FORUM])
async def test_a_failure_before_a_rate_limit_leaves_it_open(stand_in: StandIn, channel: int) -> None:
    """A 502 may have created it, whatever the waiting for a rate limit after it says."""
    async with publishing(stand_in, timeout_seconds=1.5) as publisher:
        stand_in.faults.add("POST", "/channels/**", "status", status=502, after=True)
        stand_in.faults.add("POST", "/channels/**", "rate_limit", retry_after=20)
        assert isinstance(await publisher.publish(announcement(make_post(), channel=channel)), Uncertain)
