"""What the log says of a scan."""

import logging

import pytest

from bot.announcing.report import report
from tests.support.catalog_site import NOW, Site, a_post


async def told(site: Site, caplog: pytest.LogCaptureFixture, *, baseline: bool = False) -> list[str]:
    """The lines that a scan of `site` puts into the log."""
    caplog.clear()
    with caplog.at_level(logging.INFO):
        report(await site.scan(baseline=baseline))
    return caplog.messages


async def test_a_post_that_is_not_announced_says_why(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody wonders why nothing comes: a draft, another kind and a future date each get a line."""
    site.write(a_post("draft.md", draft=True), a_post("later.md", date=NOW.replace(year=NOW.year + 1)))
    assert await told(site, caplog) == [
        "Not shown: 'draft.md': it is a draft",
        f"Waits: 'later.md': its date is {NOW.replace(year=NOW.year + 1):%Y-%m-%d %H:%M} UTC",
    ]


async def test_the_baseline_is_not_told_one_by_one(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """What was there before the bot is counted elsewhere; its drafts fill no log."""
    site.write(a_post("draft.md", draft=True))
    assert await told(site, caplog, baseline=True) == []


async def test_many_are_counted(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """A hundred drafts at once are one line."""
    site.write(*(a_post(f"{number}.md", draft=True) for number in range(100)))
    assert await told(site, caplog) == ["Not announced: 100 posts; `linkbot preview` says why of each"]
