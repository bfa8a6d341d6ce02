"""Logging in and staying connected, over real sockets."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from bot.announcing.publisher import Delivered
from bot.announcing.retry import Pauses
from bot.discord_app.publish import DiscordPublisher
from bot.problems import ConfigurationError, LinkbotError, TokenRefusedError
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn
from tests.support.discord_client import announcement, connected, logged_in, pointed_at, running_stand_in
from tests.support.discord_posts import make_post

if TYPE_CHECKING:
    from bot.rehearsal.faults import FaultKind


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with running_stand_in() as running:
        yield running


def test_pauses_grow_and_begin_anew() -> None:
    """Each pause doubles the one before, from the first to the most; after a reset the first comes again."""
    pauses = Pauses(first=5, most=300, draw=lambda _low, high: high)
    assert [pauses.after_failure() for _ in range(8)] == [5, 10, 20, 40, 80, 160, 300, 300]
    pauses.reset()
    assert pauses.after_failure() == 5


def test_pauses_are_spread() -> None:
    """Many bots do not come back at once, and none comes back sooner than the first pause."""
    pauses = Pauses(first=5, most=300)
    seconds = [pauses.after_failure() for _ in range(50)]
    assert all(5 <= pause <= 300 for pause in seconds)
    assert len(set(seconds)) > 10


async def test_only_the_guilds_intent_is_asked_for(stand_in: StandIn) -> None:
    """No privileged intent, no message cache, and no mention unless a message says so."""
    async with logged_in(stand_in) as client:
        assert client.intents.value == 1
        assert list(client.cached_messages) == []
        allowed = client.allowed_mentions
        assert allowed is not None
        assert (allowed.everyone, allowed.users, allowed.roles, allowed.replied_user) == (False, False, False, False)


async def test_a_login_waits_for_discord(stand_in: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever keeps Discord away at first, the login succeeds once it is there, and each failure is logged."""
    kinds: tuple[FaultKind, ...] = ("reset", "content_type", "truncate")
    for kind in kinds:
        stand_in.faults.add("GET", "/users/@me", kind, times=1)
    stand_in.faults.add("GET", "/users/@me", "status", status=503)
    stand_in.faults.add("GET", "/oauth2/applications/@me", "status", status=503)
    async with logged_in(stand_in) as client:
        assert client.user is not None
    told = [record.getMessage() for record in caplog.records if record.name == "bot.discord_app.client"]
    assert len(told) >= 4
    assert all(message.startswith("Discord cannot be reached") for message in told)


async def test_a_refused_token_is_told_once(stand_in: StandIn) -> None:
    """401 is never tried again, and the error says what to do."""
    async with pointed_at(stand_in.api_url, stand_in.gateway_url) as client:
        with pytest.raises(TokenRefusedError, match="Reset Token"):
            await client.login("wrong")
    assert len(stand_in.requests) == 1


class Noticing(logging.Handler):
    """Sets an event when something is logged."""

    def __init__(self, event: asyncio.Event) -> None:
        super().__init__()
        self._event = event

    def emit(self, record: logging.LogRecord) -> None:
        self._event.set()


async def test_the_first_connection_may_fail(stand_in: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    """A gateway that is away at start is tried again on the same client, while announcing already works."""
    stand_in.gateway.refusing = True
    async with logged_in(stand_in) as client:
        retried = asyncio.Event()
        handler = Noticing(retried)
        logger = logging.getLogger("bot.discord_app.gateway")
        logger.addHandler(handler)
        task = asyncio.create_task(client.connect_forever())
        try:
            await asyncio.wait_for(retried.wait(), 10)
            outcome = await DiscordPublisher(client, 350).publish(announcement(make_post()))
            assert isinstance(outcome, Delivered)
            stand_in.gateway.refusing = False
            await stand_in.gateway.wait_connected()
        finally:
            logger.removeHandler(handler)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert "announcing goes on" in caplog.text


async def test_a_lost_connection_is_resumed(stand_in: StandIn) -> None:
    """When Discord asks for it, the bot comes back and resumes its session, without a new login."""
    async with logged_in(stand_in) as client, connected(client):
        await stand_in.gateway.ask_reconnect()
        await stand_in.gateway.wait_until(lambda gateway: gateway.resumed == 1)
        assert stand_in.gateway.identified == 1
    assert len([record for record in stand_in.requests if record.path == "/users/@me"]) == 1


async def test_an_ended_connection_is_made_anew(stand_in: StandIn) -> None:
    """After Discord closed the connection, commands are answered again."""
    async with logged_in(stand_in) as client, connected(client):
        await stand_in.gateway.disconnect(4000)
        await stand_in.gateway.wait_until(lambda gateway: gateway.resumed + gateway.identified > 1, 15)


@pytest.mark.parametrize(
    ("code", "error"), [(4004, TokenRefusedError), (4014, ConfigurationError), (4013, LinkbotError)]
)
async def test_what_no_retry_mends_ends_it(stand_in: StandIn, code: int, error: type[LinkbotError]) -> None:
    """A token that the gateway refuses, and intents that it refuses, are told instead of tried for ever."""
    async with logged_in(stand_in) as client, connected(client) as task:
        await stand_in.gateway.disconnect(code)
        with pytest.raises(error):
            await asyncio.wait_for(asyncio.shield(task), 10)


async def test_an_event_that_makes_no_sense_does_not_end_it(
    stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    """discord.py stumbles over a malformed event; the bot says so and connects again."""
    async with logged_in(stand_in) as client, connected(client):
        stand_in.gateway.dispatch("CHANNEL_UPDATE", {"nonsense": True})
        await stand_in.gateway.wait_until(lambda gateway: gateway.resumed == 1)
    assert "No connection to the gateway" in caplog.text


async def test_closing_ends_it(stand_in: StandIn) -> None:
    """After `close`, `connect_forever` returns."""
    async with logged_in(stand_in) as client, connected(client) as task:
        await client.close()
        await asyncio.wait_for(asyncio.shield(task), 10)


async def test_a_login_can_be_given_up(stand_in: StandIn) -> None:
    """A login that waits for Discord ends when it is cancelled."""
    stand_in.faults.add("GET", "/users/@me", "status", times=None, status=503)
    async with pointed_at(stand_in.api_url, stand_in.gateway_url) as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.login(REHEARSAL_TOKEN), 0.2)
