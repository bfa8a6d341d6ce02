from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from bot.rehearsal.standin import StandIn, StandInChannel, StandInRole
from tests.support.standin_client import RawClient, RecordingClient, client_of, raw_client
from tests.support.standin_page import browser_of_the_tests, opened, page_world

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


# The page: one browser for all of its tests, which therefore share a loop


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A browser without a window."""
    async with browser_of_the_tests() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def page_standin() -> AsyncIterator[StandIn]:
    """A stand-in with three channels and two people."""
    async with page_world() as standin:
        yield standin


@pytest_asyncio.fixture(loop_scope="session")
async def send(page_standin: StandIn) -> AsyncIterator[RawClient]:
    """Bare requests to `page_standin`."""
    async with raw_client(page_standin) as raw:
        yield raw


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, page_standin: StandIn) -> AsyncIterator[Page]:
    """The page of `page_standin`, open."""
    async with opened(browser, page_standin) as page:
        yield page
