from collections.abc import AsyncIterator

import pytest

from bot.rehearsal.standin import StandIn, StandInChannel, StandInRole
from tests.support.standin_client import RawClient, RecordingClient, client_of, raw_client

NEWS, RELEASES, FORUM, CLOSED, HIDDEN = 101, 102, 103, 104, 105
CHANNELS = (
    StandInChannel(NEWS, "news"),
    StandInChannel(RELEASES, "releases", "announcement"),
    StandInChannel(FORUM, "forum", "forum"),
    StandInChannel(CLOSED, "closed", denied=frozenset({"send_messages"})),
    StandInChannel(HIDDEN, "hidden", denied=frozenset({"view_channel"})),
)


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    """A stand-in with a channel of each kind, and without rate limits."""
    async with StandIn(CHANNELS, rate_limits=False, roles=[StandInRole(501, "readers")]) as standin:
        yield standin


@pytest.fixture
async def raw(standin: StandIn) -> AsyncIterator[RawClient]:
    """Bare requests to `standin`."""
    async with raw_client(standin) as client:
        yield client


@pytest.fixture
async def client(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RecordingClient]:
    """discord.py, ready at `standin`."""
    async with client_of(standin, monkeypatch) as client:
        yield client
