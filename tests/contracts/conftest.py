"""What the contract tests share: Discord's stand-in with every kind of channel, and the real publisher."""

from collections.abc import AsyncIterator

import pytest

from bot.announcing.publisher import Publisher
from bot.rehearsal.standin import StandIn
from tests.support.discord_client import publishing, running_guild


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    """A guild with every kind of channel."""
    async with running_guild() as running:
        yield running


@pytest.fixture
async def publisher(stand_in: StandIn) -> AsyncIterator[Publisher]:
    """A publisher whose client is logged in there."""
    async with publishing(stand_in) as ready:
        yield ready
