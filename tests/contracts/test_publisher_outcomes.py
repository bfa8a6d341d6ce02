"""What `DiscordPublisher.publish` makes of everything that Discord and the network can do, over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.announcing.publisher import (
    ChannelRefused,
    Delivered,
    MessageRefused,
    NotNow,
    Publisher,
    PublishOutcome,
    TokenRefused,
    Uncertain,
)
from bot.discord_app.endpoints import point_discord_at
from bot.discord_app.publish import DiscordPublisher
from bot.rehearsal.faults import FaultKind
from bot.rehearsal.standin import StandIn
from tests.support.discord_client import (
    CHANNEL,
    OTHER_CHANNEL,
    ROLE,
    announcement,
    logged_in,
    publishing,
    running_stand_in,
)
from tests.support.discord_posts import make_post

MESSAGES = "/channels/*/messages"


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with running_stand_in() as running:
        yield running


async def test_a_message_is_created_with_its_cards(stand_in: StandIn, publisher: Publisher) -> None:
    """A published announcement stands in its channel, with its cards in order, its nonce, and no ping."""
    outcome = await publisher.publish(announcement(make_post(1), make_post(2)))
    (message,) = stand_in.messages(CHANNEL)
    assert outcome == Delivered(message.id)
    assert [embed["url"] for embed in message.embeds] == [make_post(1).external_url, make_post(2).external_url]
    assert (message.content, message.nonce, bool(message.pings)) == ("", "nonce-1", False)
    assert stand_in.invalid_requests == []


async def test_only_the_mentioned_roles_are_pinged(stand_in: StandIn, publisher: Publisher) -> None:
    """The roles of the announcement are pinged, and nothing that a file says pings anybody."""
    post = make_post(title="@everyone <@&1>", text="@here <@2>")
    await publisher.publish(announcement(post, mention=(ROLE,)))
    (message,) = stand_in.messages(CHANNEL)
    assert message.content == f"<@&{ROLE}>"
    assert (message.pings.everyone, message.pings.users, message.pings.roles) == (False, frozenset(), frozenset({ROLE}))
    (request,) = [record for record in stand_in.requests if record.method == "POST"]
    assert request.body["allowed_mentions"] == {"parse": [], "roles": [str(ROLE)]}


async def test_the_same_nonce_creates_no_second_message(stand_in: StandIn, publisher: Publisher) -> None:
    """A repeated announcement gives the first message."""
    first = await publisher.publish(announcement(make_post()))
    second = await publisher.publish(announcement(make_post()))
    assert first == second
    assert len(stand_in.messages(CHANNEL)) == 1


async def test_a_message_deleted_meanwhile_counts_as_delivered(stand_in: StandIn, publisher: Publisher) -> None:
    """A repeated nonce whose message a moderator deleted is answered with 10008: it was delivered."""
    outcome = await publisher.publish(announcement(make_post()))
    assert isinstance(outcome, Delivered)
    assert outcome.message_id is not None
    stand_in.delete_message(CHANNEL, outcome.message_id)
    assert await publisher.publish(announcement(make_post())) == Delivered(None)


async def test_a_failure_that_discord_py_repeats_is_no_matter(stand_in: StandIn, publisher: Publisher) -> None:
    """A 502 after the message was stored ends in that one message."""
    stand_in.faults.add("POST", MESSAGES, "status", status=502, after=True)
    outcome = await publisher.publish(announcement(make_post()))
    (message,) = stand_in.messages(CHANNEL)
    assert outcome == Delivered(message.id)


REFUSALS: list[tuple[int, int, type[PublishOutcome]]] = [
    (401, 0, TokenRefused),
    (403, 50001, ChannelRefused),
    (403, 50013, ChannelRefused),
    (404, 10003, ChannelRefused),
    (403, 0, ChannelRefused),
    (400, 50008, ChannelRefused),
    (400, 50083, ChannelRefused),
    (400, 160005, ChannelRefused),
    (400, 40066, ChannelRefused),
    (400, 40067, ChannelRefused),
    (403, 40002, ChannelRefused),
    (403, 50009, ChannelRefused),
    (403, 60003, ChannelRefused),
    (400, 160006, ChannelRefused),
    (400, 160007, ChannelRefused),
    (400, 50035, MessageRefused),
    (400, 50006, MessageRefused),
    (400, 240000, MessageRefused),
    (400, 200000, MessageRefused),
    (403, 200000, MessageRefused),
    (413, 40005, MessageRefused),
    (400, 20031, MessageRefused),
    (400, 99999, MessageRefused),
    (400, 20016, NotNow),
    (429, 20016, NotNow),
    (400, 20028, NotNow),
    (429, 20029, NotNow),
    (403, 40004, NotNow),
    (403, 40006, NotNow),
    (400, 40062, NotNow),
    (403, 40333, NotNow),
    (503, 130000, Uncertain),
    (503, 0, Uncertain),
    (520, 0, Uncertain),
    (408, 0, Uncertain),
]


@pytest.mark.parametrize(("status", "code", "outcome"), REFUSALS)
async def test_each_error_code_is_sorted_by_what_can_be_done(
    stand_in: StandIn, publisher: Publisher, status: int, code: int, outcome: type[PublishOutcome]
) -> None:
    """Discord's code decides whether token, channel or message is refused, or nobody can tell."""
    stand_in.faults.add("POST", MESSAGES, "status", status=status, body={"message": "No.", "code": code})
    result = await publisher.publish(announcement(make_post()))
    assert type(result) is outcome
    if isinstance(result, ChannelRefused | MessageRefused):
        assert result.code == code
    if not isinstance(result, Delivered):
        assert "No." in result.reason


@pytest.mark.parametrize("status", [400, 403, 404, 405])
async def test_a_refusal_that_is_not_discords_refuses_nothing_for_good(
    stand_in: StandIn, publisher: Publisher, status: int
) -> None:
    """A page from a proxy in between condemns neither message nor channel."""
    stand_in.faults.add("POST", MESSAGES, "status", status=status, body="<html>Access denied</html>")
    assert isinstance(await publisher.publish(announcement(make_post())), NotNow)


@pytest.mark.parametrize("kind", ["reset", "close", "truncate", "content_type"])
@pytest.mark.parametrize("after", [True, False])
async def test_a_broken_answer_leaves_it_open(
    stand_in: StandIn, publisher: Publisher, kind: FaultKind, after: bool
) -> None:
    """Whether the message was stored or not: without a whole answer nobody can tell; the same nonce settles it."""
    stand_in.faults.add("POST", MESSAGES, kind, after=after)
    assert isinstance(await publisher.publish(announcement(make_post())), Uncertain)
    assert isinstance(await publisher.publish(announcement(make_post())), Delivered)
    assert len(stand_in.messages(CHANNEL)) == 1


async def test_an_answer_that_does_not_come_leaves_it_open(stand_in: StandIn) -> None:
    """After the timeout the message may exist."""
    async with publishing(stand_in, timeout_seconds=0.1) as publisher:
        stand_in.faults.add("POST", MESSAGES, "hang", after=True)
        assert isinstance(await publisher.publish(announcement(make_post())), Uncertain)
    assert len(stand_in.messages(CHANNEL)) == 1


@pytest.mark.parametrize("via", [True, False])
async def test_a_long_rate_limit_is_told_at_once(stand_in: StandIn, publisher: Publisher, via: bool) -> None:
    """A 429 that asks for more than half a minute, or that is no Discord's, is not waited for: not created."""
    stand_in.faults.add("POST", MESSAGES, "rate_limit", retry_after=120, via=via)
    outcome = await publisher.publish(announcement(make_post()))
    assert isinstance(outcome, NotNow)
    assert outcome.after_seconds == 120


async def test_waiting_for_a_rate_limit_in_vain_creates_nothing(stand_in: StandIn) -> None:
    """A timeout while discord.py holds the request back is certain: nothing was sent."""
    stand_in.rates.enabled = True
    async with publishing(stand_in, timeout_seconds=0.3) as publisher:
        outcomes = [await publisher.publish(announcement(make_post(n), nonce=f"n{n}")) for n in range(6)]
    assert isinstance(outcomes[-1], NotNow)
    assert len(stand_in.messages(CHANNEL)) == 5


@pytest.mark.parametrize("last", [403, 429, 400])
async def test_a_refusal_after_a_doubtful_try_leaves_it_open(
    stand_in: StandIn, publisher: Publisher, last: int
) -> None:
    """A 502 may have created the message; that discord.py's own second try was refused does not undo it."""
    stand_in.faults.add("POST", MESSAGES, "status", status=502, after=True)
    stand_in.faults.add("POST", MESSAGES, "status", status=last, body={"message": "No.", "code": 0})
    outcome = await publisher.publish(announcement(make_post()))
    assert isinstance(outcome, Uncertain)
    assert "502" in outcome.reason


async def test_discord_out_of_reach_creates_nothing() -> None:
    """A refused connection is certain: no message."""
    async with AsyncExitStack() as stack:
        async with running_stand_in() as stand_in:
            client = await stack.enter_async_context(logged_in(stand_in))
        publisher = DiscordPublisher(client, tldr_characters=350)
        await publisher.publish(announcement(make_post()))  # the connection that was still open breaks
        assert isinstance(await publisher.publish(announcement(make_post())), NotNow)


async def test_a_name_that_does_not_resolve_creates_nothing(stand_in: StandIn) -> None:
    """No address for Discord is certain: no message."""

    class NoNames:
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[object]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        async def close(self) -> None:
            return None

    async with logged_in(stand_in) as client:
        point_discord_at(f"http://nowhere.invalid:{stand_in.port}/api/v10", stand_in.gateway_url)
        client.http.connector._resolver = NoNames()  # type: ignore[attr-defined]
        publisher = DiscordPublisher(client, tldr_characters=350)
        assert isinstance(await publisher.publish(announcement(make_post())), NotNow)


async def test_a_closed_client_creates_nothing(stand_in: StandIn) -> None:
    """While Linkbot stops, nothing is sent and nothing is raised."""
    async with logged_in(stand_in) as client:
        publisher = DiscordPublisher(client, tldr_characters=350)
        await client.close()
        assert isinstance(await publisher.publish(announcement(make_post())), NotNow)


async def test_cancelling_is_passed_on(stand_in: StandIn, publisher: Publisher) -> None:
    """A cancelled publish ends as cancelled, not as an outcome."""
    fault = stand_in.faults.add("POST", MESSAGES, "hang")
    task = asyncio.create_task(publisher.publish(announcement(make_post())))
    await fault.reached()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_channels_and_permissions_are_told_apart(stand_in: StandIn, publisher: Publisher) -> None:
    """The stand-in's own answers, which are Discord's, mean what they mean."""
    stand_in.set_denied(CHANNEL, {"send_messages"})
    denied = await publisher.publish(announcement(make_post()))
    stand_in.set_denied(CHANNEL, {"view_channel"})
    unseen = await publisher.publish(announcement(make_post()))
    stand_in.remove_channel(CHANNEL)
    gone = await publisher.publish(announcement(make_post()))
    other = await publisher.publish(announcement(make_post(), channel=OTHER_CHANNEL))
    codes = [outcome.code for outcome in (denied, unseen, gone) if isinstance(outcome, ChannelRefused)]
    assert codes == [50013, 50001, 10003]
    assert isinstance(other, Delivered)


async def test_requests_go_on_while_the_gateway_is_away(stand_in: StandIn, publisher: Publisher) -> None:
    """Announcing needs no gateway: nothing here ever connected to it."""
    assert isinstance(await publisher.publish(announcement(make_post())), Delivered)
    assert stand_in.gateway.identified == 0
