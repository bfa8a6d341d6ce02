"""What ends a connection to the gateway, and what follows, over real sockets."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest

from bot.announcing.retry import Pauses
from bot.discord_app.client import LinkbotClient
from bot.discord_app.gateway import GatewayPace
from bot.problems import CatalogRefusedError, CatalogUnavailableError, ConfigurationError, LinkbotError
from bot.rehearsal.gateway import Gateway
from bot.rehearsal.standin import StandIn
from tests.support.discord_client import Record, connected, logged_in, quick_pauses, running_stand_in


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with running_stand_in() as running:
        yield running


def counted(gateway: Gateway) -> tuple[int, int]:
    """How many sessions were begun, and how many taken up again."""
    return gateway.identified, gateway.resumed


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4001, 4002, 4005, 4008, 4999])
async def test_a_session_that_may_last_is_resumed(stand_in: StandIn, code: int) -> None:
    """Closed with a code that says nothing of the session, the bot takes it up again and spends no identify."""
    async with logged_in(stand_in) as client, connected(client):
        await stand_in.gateway.disconnect(code)
        await stand_in.gateway.wait_until(lambda gateway: counted(gateway) == (1, 1))


@pytest.mark.parametrize("code", [4003, 4007, 4009])
async def test_a_session_that_is_gone_is_not_resumed(stand_in: StandIn, code: int) -> None:
    """Closed with a code that ends the session, the bot begins a new one without a vain try to resume."""
    async with logged_in(stand_in) as client, connected(client):
        await stand_in.gateway.disconnect(code)
        await stand_in.gateway.wait_until(lambda gateway: counted(gateway) == (2, 0))


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        (4010, LinkbotError, "code 4010; a newer Linkbot"),
        (4011, ConfigurationError, "too many servers"),
        (4012, LinkbotError, "code 4012; a newer Linkbot"),
        (4014, ConfigurationError, "intents"),
    ],
)
async def test_what_ends_it_for_good_says_why(
    stand_in: StandIn, code: int, error: type[LinkbotError], words: str
) -> None:
    """A close code after which nobody may come back ends it, with what a person can do."""
    async with logged_in(stand_in) as client, connected(client) as task:
        await stand_in.gateway.disconnect(code)
        with pytest.raises(error, match=words):
            await asyncio.wait_for(asyncio.shield(task), 10)


async def test_a_connection_cut_without_a_word_is_resumed(stand_in: StandIn) -> None:
    """A network that fails costs no session."""
    async with logged_in(stand_in) as client, connected(client):
        await stand_in.gateway.cut()
        await stand_in.gateway.wait_until(lambda gateway: counted(gateway) == (1, 1))


async def test_a_session_that_cannot_be_resumed_is_given_up(stand_in: StandIn) -> None:
    """Where the address that Discord gave for resuming stays away, a new session is begun at the usual one."""
    usual, stand_in.gateway.url = stand_in.gateway.url, "ws://127.0.0.1:9/gateway"
    async with logged_in(stand_in) as client, connected(client):
        stand_in.gateway.url = usual
        await stand_in.gateway.cut()
        await stand_in.gateway.wait_until(lambda gateway: counted(gateway) == (2, 0))


async def test_a_lasting_connection_is_followed_by_the_next_at_once(stand_in: StandIn) -> None:
    """Pauses are for connections that do not last: Discord asks for new ones every few hours, and commands wait."""
    patient = GatewayPace(lambda: Pauses(first=3600), lasting_seconds=0.0)
    async with logged_in(stand_in, gateway_pace=patient) as client, connected(client):
        await stand_in.gateway.ask_reconnect()
        await stand_in.gateway.wait_until(lambda gateway: counted(gateway) == (1, 1))


async def test_connections_that_do_not_last_are_not_hammered(stand_in: StandIn) -> None:
    """A gateway that ends every session is asked less and less often."""
    pauses = Pauses(first=0.01, most=3600.0, draw=lambda _low, high: high)
    async with logged_in(stand_in, gateway_pace=GatewayPace(lambda: pauses)) as client, connected(client):
        began = time.monotonic()
        for sessions in range(2, 7):
            await stand_in.gateway.invalidate()
            await stand_in.gateway.wait_until(lambda gateway, sessions=sessions: gateway.identified == sessions)  # type: ignore[misc]
        assert time.monotonic() - began > 0.01 + 0.02 + 0.04 + 0.08 + 0.16


async def test_without_an_identify_left_a_session_is_still_resumed(stand_in: StandIn) -> None:
    """The budget is for new sessions: one that goes on is taken up again at once."""
    record = Record()
    async with logged_in(stand_in, identify_budget=record.budget(apart_seconds=3600.0)) as client, connected(client):
        await stand_in.gateway.cut()
        await stand_in.gateway.wait_until(lambda gateway: counted(gateway) == (1, 1))
    assert len(json.loads(record.text or "")) == 1


@pytest.mark.parametrize("loaded", [True, False])
async def test_an_identify_is_sent_only_when_it_is_recorded(
    stand_in: StandIn, caplog: pytest.LogCaptureFixture, loaded: bool
) -> None:
    """While the catalog cannot be read or written no session is begun, in so many words; when it can, one is."""
    record = Record()
    budget = record.budget(apart_seconds=0.01)
    if loaded:
        await budget.wait()
    record.fails_with = CatalogUnavailableError("the disk is full")
    async with logged_in(stand_in, identify_budget=budget) as client:
        task = asyncio.create_task(client.connect_forever())
        try:
            await asyncio.wait_for(record.failed.wait(), 10)
            assert stand_in.gateway.identified == 0
            record.fails_with = None
            await asyncio.wait_for(client.wait_until_ready(), 10)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert "(the disk is full): slash commands do not work, announcing goes on" in caplog.text
    assert not any(entry.exc_info for entry in caplog.records)


async def test_a_damaged_catalog_ends_it(stand_in: StandIn) -> None:
    """What no waiting mends is told and ends the service."""
    record = Record()
    record.fails_with = CatalogRefusedError("damaged")
    async with logged_in(stand_in, identify_budget=record.budget()) as client:
        with pytest.raises(CatalogRefusedError):
            await asyncio.wait_for(client.connect_forever(), 10)


async def test_silence_is_an_end_too(stand_in: StandIn) -> None:
    """A connection on which nothing comes any more is given up, and its session resumed."""
    pace = GatewayPace(quick_pauses, silence_seconds=0.3)
    async with logged_in(stand_in, gateway_pace=pace) as client, connected(client):
        stand_in.gateway.deaf = True
        await stand_in.gateway.wait_until(lambda gateway: gateway.resumed > 0)
        assert stand_in.gateway.identified == 1


async def test_a_failure_that_nobody_knows_is_told_with_all_that_is_known_of_it(
    stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    """Something that only a bug can raise does not end the service, but its traceback is in the log."""

    class Broken(LinkbotClient):
        async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
            if not caplog.records:
                raise ZeroDivisionError
            await super().before_identify_hook(shard_id, initial=initial)

    async with logged_in(stand_in, kind=Broken) as client, connected(client):
        assert counted(stand_in.gateway) == (1, 0)
    assert [entry.exc_info is not None for entry in caplog.records] == [True]
