"""Trying a bot's commands on the page, in a real browser: who asks, what is offered, and what comes of it."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.rehearsal.standin import StandIn
from tests.support.standin_client import RawClient, client_of
from tests.support.standin_page import NEEDS_CHROMIUM, NEWS, RELEASES, become, opened
from tests.support.standin_page_bot import BotOfThePage

pytestmark = [NEEDS_CHROMIUM, pytest.mark.asyncio(loop_scope="session")]

PHONE = 390  # pixels


@pytest_asyncio.fixture(loop_scope="session")
async def bot(page: Page, page_standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BotOfThePage]:
    """A bot that is online, and seen so on the page; Discord finds nothing wrong with what it does."""
    bot = BotOfThePage()
    async with client_of(page_standin, monkeypatch, bot):
        await expect(page.locator("#bot-state")).to_have_text("online")
        yield bot
    assert [request for request in page_standin.invalid_requests if request.status != 403] == []


async def type_command(page: Page, text: str) -> None:
    """Type into the box for commands what makes the page offer one command alone, and take that."""
    await page.locator("input.plain").fill(text)
    await expect(page.locator(".suggestion .label")).to_have_count(1)
    await page.keyboard.press("Enter")


async def pick(page: Page, option: str, typed: str, label: str) -> None:
    """Fill an option by typing the beginning of what is then clicked."""
    await page.locator(f'[data-option="{option}"] input').fill(typed)
    await page.locator(".suggestion", has_text=label).click()


@pytest.mark.usefixtures("bot")
async def test_each_type_of_option_has_its_picker(page: Page) -> None:
    """People, channels, roles, truth and choices are chosen from lists, and what is out of range is told first."""
    await type_command(page, "/pick")
    await pick(page, "who", "man", "@manager")
    await page.locator('[data-option="where"] input').focus()
    await expect(page.locator(".suggestion .label")).to_have_text(["#news", "#releases"])  # no forum
    await page.locator(".suggestion").first.click()
    await pick(page, "role", "@rea", "@readers")
    await pick(page, "sure", "t", "True")
    await pick(page, "size", "", "Large")
    await page.locator('[data-option="count"] input').fill("26")
    await page.keyboard.press("Enter")
    await expect(page.locator(".suggestion.empty")).to_have_text("count: at most 25")
    await page.locator('[data-option="count"] input').fill("25")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.ephemeral .text")).to_have_text(
        "manager in news as readers, True, L, 25; en-US"
    )


@pytest.mark.usefixtures("bot")
async def test_subcommands_are_offered_to_managers_alone(page: Page) -> None:
    """A visitor is not shown what takes Manage Server; a manager is, runs it, and alone sees the answer."""
    await page.locator("input.plain").fill("/linkbot")
    await expect(page.locator(".suggestion.empty")).to_have_text("No command begins like that")
    await become(page, "manager")
    await type_command(page, "/linkbot pa")
    await pick(page, "channel", "#rel", "#releases")
    await page.keyboard.press("Enter")
    answer = page.locator(".message.ephemeral")
    await expect(answer).to_contain_text("manager holds releases")
    await expect(answer).to_contain_text("Manager used /linkbot pause")
    await become(page, "visitor")
    await expect(answer).to_have_count(0)
    await page.locator('[data-channel="direct"]').click()
    await become(page, "manager")
    await page.locator("input.plain").fill("/linkbot")
    await expect(page.locator(".suggestion.empty")).to_have_text("No command begins like that")


@pytest.mark.usefixtures("bot")
async def test_french_people_see_french_names(page: Page, send: RawClient) -> None:
    """Names of commands, options and menus are in the person's language; it and the person outlive a reload."""
    await send("POST", f"/channels/{NEWS}/messages", {"content": "<t:1718841600:D>"})
    await become(page, "manager", "fr")
    await page.reload()
    await expect(page.locator("#me-name")).to_have_text("Manager")
    await expect(page.locator(".message .moment")).to_have_text("20 juin 2024")
    await page.locator(".message .more").click()
    await expect(page.get_by_role("menuitem")).to_have_text(["Dis-le", "Keep it"])
    await page.keyboard.press("Escape")
    await page.locator("input.plain").fill("/linkbot")
    await expect(page.locator(".suggestion .label")).to_have_text(["/linkbot suspendre"])
    await page.locator("input.plain").fill("/cho")
    await expect(page.locator(".suggestion .detail")).to_have_text(["Choisit un de chaque"])
    await page.keyboard.press("Enter")
    await expect(page.locator(".option.required .option-name").first).to_have_text("qui")


@pytest.mark.usefixtures("bot")
async def test_a_button_changes_the_answer_in_its_place(page: Page) -> None:
    """Buttons stand in rows, those that are off cannot be pressed; a press or a choice changes the one answer."""
    await type_command(page, "/turn")
    await page.keyboard.press("Enter")
    answer = page.locator(".message.ephemeral")
    await expect(answer.locator(".buttons")).to_have_count(3)
    await expect(answer.get_by_role("button", name="Back")).to_be_disabled()
    await answer.get_by_role("button", name="Next").click()
    await expect(answer.locator(".text")).to_have_text("Page 2")
    await expect(answer.get_by_role("button", name="Next")).to_be_focused()
    await answer.get_by_role("button", name="Back").click()
    await expect(answer.locator(".text")).to_have_text("Page 1")
    await answer.get_by_label("Go to").select_option("Third")
    await expect(answer.locator(".text")).to_have_text("Page 3")
    await answer.get_by_role("button", name="Dismiss message").click()
    await expect(answer).to_have_count(0)


async def test_a_deferred_answer_is_awaited(page: Page, bot: BotOfThePage) -> None:
    """While the bot thinks the page says so; then the answer stands in that place."""
    await type_command(page, "/think")
    await page.keyboard.press("Enter")
    await expect(page.locator(".thinking")).to_have_text("/think: thinking…")
    bot.thought.set()
    await expect(page.locator(".message.ephemeral .text")).to_have_text(["At last"])


@pytest.mark.usefixtures("bot")
async def test_a_message_is_kept_in_direct_messages(page: Page, send: RawClient) -> None:
    """A message's menu has the bot's message commands; what it then writes to the person waits as unread, for them."""
    await send("POST", f"/channels/{NEWS}/messages", {"content": "worth it"})
    await page.locator(".message .more").click()
    await page.get_by_role("menuitem", name="Keep it").click()
    await expect(page.locator(".message.ephemeral")).to_contain_text("Visitor used Keep it")
    direct = page.locator('[data-channel="direct"]')
    await expect(direct.locator(".badge")).to_have_text("1")
    await become(page, "manager")
    await expect(direct.locator(".badge")).to_have_count(0)
    await become(page, "visitor")
    await direct.click()
    await expect(page.locator(".message .text")).to_have_text(["Kept: worth it"])
    await type_command(page, "/turn")
    await page.keyboard.press("Enter")
    await page.locator(".message.ephemeral").get_by_role("button", name="Next").click()
    await expect(page.locator(".message .text")).to_have_text(["Kept: worth it", "Page 2"])


@pytest.mark.usefixtures("bot")
async def test_direct_messages_can_be_closed(page: Page, page_standin: StandIn, send: RawClient) -> None:
    """Who takes no direct messages gets none, and whoever takes them again does."""
    await send("POST", f"/channels/{NEWS}/messages", {"content": "worth it"})
    for closed, answer in ((True, "Your direct messages are closed"), (False, "Kept for you")):
        await page.locator("#me").click()
        await page.locator("#takes-direct").set_checked(not closed)
        await page.keyboard.press("Escape")
        await page.locator(".message .more").first.click()
        await page.get_by_role("menuitem", name="Keep it").click()
        await expect(page.locator(".message.ephemeral").last).to_contain_text(answer)
    assert [message.content for message in page_standin.direct_messages("visitor")] == ["Kept: worth it"]


async def test_links_to_messages_lead_there(page: Page, send: RawClient, page_standin: StandIn) -> None:
    """A link to a channel opens it in the page, at its message; who may not see the channel is not told its name."""
    sent = await send("POST", f"/channels/{RELEASES}/messages", {"content": "the release"})
    url = f"https://discord.com/channels/{page_standin.world.guild_id}/{RELEASES}/{sent.body['id']}"
    text = f"**1.** [announced]({url})\n**bold [too]({url})** and {url}\n<#{RELEASES}>"
    await send("POST", f"/channels/{NEWS}/messages", {"embeds": [{"description": text}]})
    card = page.locator(".embed-text")
    await expect(card).to_contain_text("1. announced")
    await expect(card.locator("strong").first).to_have_text("1.")
    await expect(card.locator("strong a")).to_have_text("too")
    await expect(card.locator("a.mention")).to_have_text(["#releases › message", "#releases"])
    await card.get_by_role("link", name="announced").click()
    await expect(page.locator("#channel-name")).to_have_text("releases")
    await expect(page.locator(".message.target")).to_contain_text("the release")
    page_standin.world.set_hidden(RELEASES, hidden=True)
    await expect(page.locator("#channel-name")).to_have_text("news")
    await expect(page.locator(f'[data-channel="{RELEASES}"]')).to_have_count(0)
    await expect(card.locator(".mention")).to_have_text("#no access")


async def test_moments_stay_true(page: Page, send: RawClient) -> None:
    """What was a minute ago is two minutes ago when the page has stood open for another one."""
    await page.clock.install()
    await page.reload()
    await send("POST", f"/channels/{NEWS}/messages", {"content": f"<t:{int(time.time()) - 70}:R> <t:0:d>"})
    await expect(page.locator(".moment").first).to_have_text("1 minute ago")
    await page.clock.fast_forward("01:00")
    await expect(page.locator(".moment").first).to_have_text("2 minutes ago")
    await expect(page.locator(".moment").nth(1)).to_have_attribute("title", "Thursday, January 1, 1970 at 12:00 AM")


async def test_a_phone_shows_it_all(browser: Browser, page_standin: StandIn, send: RawClient) -> None:
    """On 390 pixels nothing is cut off at the side: cards, buttons, commands with their options, and who asks."""
    options = [{"name": f"option-{n}", "description": "d", "type": 3} for n in range(6)]
    command = {"name": "latest", "description": "d " * 40, "options": options}
    await send("PUT", f"/applications/{page_standin.world.bot.id}/commands", [command])
    row = [{"type": 2, "style": 2, "label": f"Button {n} {'x' * 20}", "custom_id": str(n)} for n in range(5)]
    message = {"embeds": [{"title": "t" * 200}], "components": [{"type": 1, "components": row}]}
    await send("POST", f"/channels/{NEWS}/messages", message)
    async with opened(browser, page_standin, width=PHONE) as phone:
        await expect(phone.locator(".message .button")).to_have_count(5)
        await phone.locator("input.plain").fill("/latest")
        await expect(phone.locator(".suggestion .label")).to_be_visible()
        await fits(phone, ".button", ".message", ".embed", ".suggestion", ".suggestion .detail")
        await phone.keyboard.press("Enter")
        await phone.locator("#me").click()
        await expect(phone.locator("#person")).to_be_visible()
        await fits(phone, ".option", ".option input", ".run", "#me-panel")


async def fits(phone: Page, *parts: str) -> None:
    """Hold that these are seen in their whole width."""
    for part in parts:
        boxes = [await each.bounding_box() for each in await phone.locator(part).all()]
        assert boxes
        assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE for box in boxes), part
