"""The page in a real browser."""

import contextlib
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.rehearsal.standin import StandIn, StandInChannel, StandInRole, StandInTag

__all__ = ["FORUM", "NEEDS_CHROMIUM", "NEWS", "RELEASES", "become", "browser_of_the_tests", "opened", "page_world"]

NEWS, RELEASES, FORUM, _ROLE = 101, 102, 103, 501
_CHROMIUM = shutil.which("chromium")
_TAGS = (StandInTag(901, "kubernetes"), StandInTag(902, "rust"))
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
NEEDS_CHROMIUM = pytest.mark.skipif(
    _CHROMIUM is None,
    reason="no chromium on the PATH: install it (on Debian, apt-get install chromium) to try the page",
)


@contextlib.asynccontextmanager
async def browser_of_the_tests() -> AsyncIterator[Browser]:
    """A browser without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS.split())
        yield browser
        await browser.close()


def page_world() -> StandIn:
    """A stand-in with three channels, a visitor, and a manager."""
    channels = (
        StandInChannel(NEWS, "news"),
        StandInChannel(RELEASES, "releases", "announcement"),
        StandInChannel(FORUM, "reading", "forum", available_tags=_TAGS),
    )
    standin = StandIn(channels, rate_limits=False, roles=[StandInRole(_ROLE, "readers")])
    standin.world.set_member_permissions("manager", {"manage_guild"})
    return standin


@contextlib.asynccontextmanager
async def opened(browser: Browser, standin: StandIn, width: int = 1100) -> AsyncIterator[Page]:
    """The page, open; a script error or a request to elsewhere fails the test."""
    wrong: list[str] = []
    context = await browser.new_context(viewport={"width": width, "height": 800}, locale="en-US")
    page = await context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith((standin.page_url, "data:")) else wrong.append(request.url),
    )
    await page.goto(standin.page_url)
    await expect(page.locator(".channel")).to_have_count(4)
    yield page
    await context.close()
    assert wrong == []


async def become(page: Page, person: str, language: str = "en-US") -> None:
    """Look at the page as somebody else, or in another language."""
    await page.locator("#me").click()
    await page.locator("#person").select_option(person)
    await page.locator("#language").select_option(language)
    await page.keyboard.press("Escape")
