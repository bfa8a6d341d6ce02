"""What a rate limit of all requests leaves behind, over real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from bot.announcing.publisher import Delivered, NotNow
from bot.discord_app import rate_limits
from bot.discord_app.endpoints import forget_session
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn
from tests.support.courier_fakes import until
from tests.support.discord_client import announcement, logged_in, publishing, running_stand_in
from tests.support.discord_posts import make_post


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with running_stand_in() as running:
        yield running


async def test_discord_py_still_holds_requests_back_there(stand_in: StandIn) -> None:
    """A client that logged in has an event of that name, which is set and which discord.py itself made one of."""
    async with logged_in(stand_in) as client:
        ours = client.http._global_over
        assert isinstance(ours, asyncio.Event)
        assert type(ours) is not asyncio.Event
        assert ours.is_set()
        await forget_session(client)
        await client.http.static_login(REHEARSAL_TOKEN)
        assert type(client.http._global_over) is asyncio.Event


@pytest.mark.parametrize("cut_off_by", ["timeout", "cancelling"])
async def test_a_wait_that_is_cut_off_stops_nothing_for_ever(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, cut_off_by: str
) -> None:
    """Whatever ends the request that waits for a limit of all requests, later ones are made after the longest wait."""
    monkeypatch.setattr(rate_limits, "LONGEST_WAIT_SECONDS", 0.7)
    stand_in.faults.add("POST", "/channels/*/messages", "rate_limit", retry_after=25, scope="global")
    async with publishing(stand_in, timeout_seconds=0.5) as publisher:
        first = asyncio.create_task(publisher.publish(announcement(make_post())))
        await until(lambda: "Global rate limit has been hit" in caplog.text)
        if cut_off_by == "cancelling":
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
        else:
            assert isinstance(await first, NotNow)
        deadline = time.monotonic() + 10
        while not isinstance(await publisher.publish(announcement(make_post())), Delivered):
            assert time.monotonic() < deadline, "requests are held back although the limit is over"


async def test_a_limit_that_was_waited_for_ends_at_once(stand_in: StandIn) -> None:
    """Where nobody is cut off, requests go on when Discord said, not after the longest wait."""
    stand_in.faults.add("POST", "/channels/*/messages", "rate_limit", retry_after=0.1, scope="global")
    async with publishing(stand_in) as publisher:
        both = [publisher.publish(announcement(make_post(n), nonce=str(n))) for n in range(2)]
        outcomes = await asyncio.wait_for(asyncio.gather(*both), 10)
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
