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


async def test_many_are_counted_and_each_is_named(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Of a hundred drafts at once the first line says how many; then each has its own, so that a search finds it."""
    site.write(*(a_post(f"{number}.md", draft=True) for number in range(100)))
    summary, *lines = await told(site, caplog)
    assert summary == "Not announced: 100 posts; `linkbot preview` says why of each"
    assert sorted(lines) == sorted(f"Not shown: '{number}.md': it is a draft" for number in range(100))


async def test_no_scan_floods_the_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """More than a thousand posts with the same fate are not all named: writing so many lines would hold up answers."""
    site.write(*(a_post(f"{number}.md", draft=True) for number in range(1001)))
    lines = await told(site, caplog)
    assert len(lines) == 1002
    assert lines[-1] == "… and 1 more, which are not named here"


async def test_each_step_can_be_found_by_the_post(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """What happened to a post is found by one field: planned, changed, a duplicate, renamed, a problem, gone."""

    async def step() -> list[tuple[str, str]]:
        texts = await told(site, caplog)
        return [(text, record.__dict__["post"]) for text, record in zip(texts, caplog.records, strict=True)]

    site.write(a_post("a.md", tags=("other",)))
    assert await step() == [("To be announced: 'a.md' in channel-1", "a.md")]
    site.edit("a.md", text="Other words")
    site.copy("a.md", "copy.md")
    assert await step() == [
        ("Changed: 'a.md'", "a.md"),
        ("Not announced: 'copy.md' has the same link and title as 'a.md'", "copy.md"),
    ]
    site.delete("copy.md")
    await step()
    site.rename("a.md", "b.md")
    site.break_("c.md")
    assert await step() == [
        ("Renamed: 'a.md' is 'b.md' now", "b.md"),
        ("c.md:1: the title is missing; mend it", "c.md"),
        ("Gone: 'copy.md'", "copy.md"),
    ]


async def test_what_is_held_is_named(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """The brake tells what to do in a warning, and then which posts it holds."""
    most = site.settings.announce.hold_above
    assert most is not None
    site.write(*(a_post(f"{number}.md") for number in range(most + 1)))
    warning, *held = await told(site, caplog)
    assert warning.startswith(f"{most + 1} new posts in one scan")
    assert sorted(held) == sorted(f"Held: '{number}.md'" for number in range(most + 1))
