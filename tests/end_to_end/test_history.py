"""The real history of a site, replayed commit by commit under the running service."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.catalog.records import DeliveryState
from bot.rehearsal.standin import StandIn
from tests.support.end_to_end_bot import NEWS, Bot, staged
from tests.support.end_to_end_history import clone, commits, git, to_be_announced
from tests.support.end_to_end_process import PROJECT

BUNDLE = PROJECT.parent / "shared" / "data" / "link-posts-history.bundle"
BASELINE_COMMITS = 2  # the first ones, in which the site was set up

pytestmark = [
    pytest.mark.history,
    pytest.mark.skipif(not BUNDLE.exists(), reason=f"the history of a real site is not at {BUNDLE}: nothing to replay"),
]


@pytest.fixture
def work_tree(tmp_path: Path) -> Path:
    """A clone of the site."""
    return clone(BUNDLE, tmp_path / "site")


@pytest.fixture
async def bot(tmp_path: Path, work_tree: Path) -> AsyncIterator[Bot]:
    """A bot on the content folder of the clone, whose one channel takes everything."""
    async with staged(tmp_path, root=work_tree / "content") as bot:
        yield bot


@pytest.mark.timeout(300)
async def test_each_new_link_post_of_a_real_site_stands_once(bot: Bot, discord: StandIn, work_tree: Path) -> None:
    """Checked out commit by commit, each new link post stands exactly once, nothing else does, no request is wrong."""
    history = commits(work_tree)
    baseline, following = history[BASELINE_COMMITS - 1], history[BASELINE_COMMITS:]
    expected = await asyncio.to_thread(to_be_announced, work_tree, baseline, following)
    await asyncio.to_thread(git, work_tree, "checkout", "--quiet", "--detach", baseline)
    await bot.start()
    for commit in following:
        await asyncio.to_thread(git, work_tree, "checkout", "--quiet", "--detach", commit)
        await bot.has_taken_in_everything()
        await bot.has_sent_everything()  # a card says what its post said when it was sent
    await bot.has_no_more_to_say()
    standing = Counter(
        (title, unquote(card["url"]))
        for message in discord.messages(NEWS)
        for title, card in zip(bot.titles_of(message), message.embeds, strict=True)
    )
    del standing["Sentinel 1", "https://example.org/sentinel-1"]
    assert standing == Counter((each.title, unquote(each.url)) for each in expected)
    assert len(expected) > 400  # the history is the one that is meant
    assert discord.invalid_requests == []
    assert await bot.states() == {DeliveryState.SENT: len(expected) + 1}
