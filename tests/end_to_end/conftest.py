"""What the end-to-end tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rehearsal.standin import StandIn
from tests.support.end_to_end_bot import Bot, staged
from tests.support.end_to_end_site import Site


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot of one test, not started yet. Modules whose tests share a running one have a fixture of this name too."""
    async with staged(tmp_path) as bot:
        yield bot


@pytest.fixture
def site(bot: Bot) -> Site:
    """What the bot watches."""
    return bot.site


@pytest.fixture
def discord(bot: Bot) -> StandIn:
    """What the bot talks to."""
    return bot.discord
