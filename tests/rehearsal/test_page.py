"""The page in a real browser, against a real stand-in and discord.py."""

import discord
import pytest
from discord import app_commands
from playwright.async_api import Page, expect

from bot.rehearsal.standin import StandIn
from tests.support.standin_client import RawClient, RecordingClient, client_of
from tests.support.standin_page import FORUM, NEEDS_CHROMIUM, NEWS, RELEASES

pytestmark = [NEEDS_CHROMIUM, pytest.mark.asyncio(loop_scope="session")]


def _with_commands() -> RecordingClient:
    client = RecordingClient()

    async def suggest(_asked: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{tag} (7)", value=tag) for tag in ("kubernetes", "rust") if typed in tag]

    @client.tree.command(description="Posts with one tag")
    @app_commands.autocomplete(name=suggest)
    async def tag(asked: discord.Interaction, name: str, count: int = 3) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Read", url="https://example.org/read"))
        await asked.response.send_message(f"{count} posts about {name}", view=view, ephemeral=True)

    @client.tree.command(description="The newest posts")
    async def latest(asked: discord.Interaction) -> None:
        await asked.response.send_message("the newest")

    return client


async def test_card_appears_without_reload(page: Page, send: RawClient) -> None:
    """A message shows as a card with bar, linked title, Markdown, footer and time, while the page stays open."""
    await expect(page.get_by_text("Nothing has been announced here yet")).to_be_visible()
    embed = {
        "title": r"What \*changed\* in **3.51**",
        "url": "https://example.org/post",
        "description": "**bold** *slanted* `code` [masked](https://example.org/masked) <@&501>\n- item",
        "color": 0x3366CC,
        "footer": {"text": "A *source*"},
        "timestamp": "2024-06-20T00:00:00+00:00",
    }
    await send("POST", f"/channels/{NEWS}/messages", {"embeds": [embed]})
    card = page.locator(".embed")
    await expect(card.locator(".embed-title")).to_have_text("What *changed* in 3.51")
    await expect(card.locator(".embed-title a")).to_have_attribute("href", "https://example.org/post")
    await expect(card.locator("strong").filter(has_text="bold")).to_be_visible()
    await expect(card.locator("em")).to_have_text("slanted")
    await expect(card.locator("code")).to_have_text("code")
    await expect(card.get_by_role("link", name="masked")).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(card.locator(".mention")).to_have_text("@readers")
    await expect(card.locator(".embed-footer")).to_contain_text("A *source* • ")
    assert await card.evaluate("node => getComputedStyle(node).borderLeftColor") == "rgb(51, 102, 204)"


async def test_text_never_becomes_markup(page: Page, send: RawClient) -> None:
    """HTML in a message stays text, and links lead only to http and https."""
    hostile = "<img src=x onerror=alert(1)> <script>alert(1)</script> [x](javascript:alert(1)) [y](data:text/html,z)"
    await send(
        "POST",
        f"/channels/{NEWS}/messages",
        {"content": hostile, "embeds": [{"title": hostile, "description": hostile}]},
    )
    await expect(page.locator(".embed-text")).to_have_text(hostile)
    await expect(page.locator(".messages img, .messages script, .messages a")).to_have_count(0)


async def test_edits_deletions_and_pings_show(page: Page, send: RawClient) -> None:
    """An edit is marked, a deletion takes the message away, a ping stands out, and of one URL one card is seen."""
    cards = [{"title": title, "url": "https://example.org/same"} for title in ("first", "second")]
    sent = await send("POST", f"/channels/{NEWS}/messages", {"content": "<@&501> new", "embeds": cards})
    message = page.locator(".message")
    await expect(message.locator(".embed-title")).to_have_text(["first"])
    await expect(message.get_by_text("notified: @readers")).to_be_visible()
    path = f"/channels/{NEWS}/messages/{sent.body['id']}"
    await send("PATCH", path, {"content": "changed"})
    await expect(message.get_by_text("(edited)")).to_be_visible()
    await send("DELETE", path)
    await expect(message).to_have_count(0)


async def test_published_messages_are_marked(page: Page, send: RawClient) -> None:
    """A message that was published to followers says so, and one that was not does not."""
    for text in ("first", "second"):
        sent = await send("POST", f"/channels/{RELEASES}/messages", {"content": text})
    await page.locator(f'[data-channel="{RELEASES}"]').click()
    await expect(page.locator(".message .note")).to_have_count(0)
    await send("POST", f"/channels/{RELEASES}/messages/{sent.body['id']}/crosspost")
    await expect(page.locator(".message", has_text="second").locator(".note")).to_have_text("published to followers")
    await expect(page.locator(".message .note")).to_have_count(1)


async def test_a_forum_is_a_list_of_posts(page: Page, send: RawClient, page_standin: StandIn) -> None:
    """A forum shows its posts, newest first, with their tags and marks; a post opens to its messages."""
    posts = []
    for name, tags in (("First post", ["901", "902"]), ("Second post", [])):
        message = {"embeds": [{"title": name, "description": f"About {name}"}]}
        body = {"name": name, "applied_tags": tags, "message": message}
        posts.append((await send("POST", f"/channels/{FORUM}/threads", body)).body["id"])
    forum = page.locator(f'[data-channel="{FORUM}"]')
    await expect(forum.locator(".badge")).to_have_text("2")
    await expect(page.locator(".channel")).to_have_count(4)
    await forum.click()
    await expect(page.locator(".post-title")).to_have_text(["Second postnew", "First postnew"])
    await expect(page.locator(".post .tag")).to_have_text(["kubernetes", "rust"])
    await expect(page.locator("#composer")).to_be_hidden()
    edited = f"/channels/{posts[0]}/messages/{posts[0]}"
    await send("PATCH", edited, {"embeds": [{"title": "First post", "description": "Corrected"}]})
    first = page.locator(f'[data-thread="{posts[0]}"]')
    await expect(first).to_contain_text("Corrected")
    await expect(first).to_contain_text("(edited)")
    await send("POST", f"/channels/{posts[0]}/messages", {"content": "An answer"})
    await expect(first).to_contain_text("1 more message")
    page_standin.set_thread(int(posts[1]), archived=True)
    page_standin.delete_message(int(posts[1]), int(posts[1]))
    second = page.locator(f'[data-thread="{posts[1]}"]')
    await expect(second).to_contain_text("archived")
    await expect(second).to_contain_text("The first message was deleted.")
    await first.click()
    await expect(page.locator(".message .embed-text")).to_have_text("Corrected")
    await expect(page.locator("#channel-note")).to_have_text("a post in #reading · [kubernetes] · [rust]")
    await expect(page.locator(".channel.thread .name")).to_have_text("First post")


async def test_posts_come_and_go_before_ones_eyes(page: Page, send: RawClient, page_standin: StandIn) -> None:
    """An open forum shows a new post at once, marked as new, and lets a deleted one go."""
    await page.locator(f'[data-channel="{FORUM}"]').click()
    await expect(page.locator(".welcome")).to_contain_text("Nothing has been announced here yet")
    body = {"name": "<b>Came</b>", "message": {"content": "<i>now</i>"}}
    made = await send("POST", f"/channels/{FORUM}/threads", body)
    await expect(page.locator(".post-title")).to_have_text("<b>Came</b>new")
    await expect(page.locator(".post-text")).to_have_text("<i>now</i>")
    await expect(page.locator(".badge", has_text="1")).to_have_count(0)
    page_standin.remove_channel(int(made.body["id"]))
    await expect(page.locator(".post")).to_have_count(0)


async def test_other_channels_show_what_is_new(page: Page, send: RawClient) -> None:
    """A message elsewhere puts a count on its channel; opening it shows where the new ones begin."""
    await send("POST", f"/channels/{RELEASES}/messages", {"content": "old"})
    releases = page.locator(f'[data-channel="{RELEASES}"]')
    await expect(releases.locator(".badge")).to_have_text("1")
    await expect(page).to_have_title("(1) Rehearsal")
    await releases.click()
    await expect(page.locator("#channel-name")).to_have_text("releases")
    await expect(page.locator(".divider")).to_be_visible()
    await expect(releases.locator(".badge")).to_have_count(0)


async def test_slash_command_by_keyboard(page: Page, page_standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Typing a command suggests it, its option suggests values, and the answer shows as seen by one person only."""
    async with client_of(page_standin, monkeypatch, _with_commands()):
        await expect(page.locator("#bot-state")).to_have_text("online")
        await page.locator("input.plain").click()
        await page.keyboard.type("/t")
        await expect(page.locator(".suggestion .label")).to_have_text(["/tag"])
        await page.keyboard.press("Enter")
        await page.keyboard.type("kub")
        await expect(page.locator(".suggestion .label")).to_have_text(["kubernetes (7)"])
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        answer = page.locator(".message.ephemeral")
        await expect(answer).to_contain_text("3 posts about kubernetes")
        await expect(answer).to_contain_text("Visitor used /tag")
        await expect(answer).to_contain_text("Only you can see this")
        await expect(answer.locator("a.button")).to_have_attribute("href", "https://example.org/read")
        await answer.get_by_role("button", name="Dismiss message").click()
        await expect(answer).to_have_count(0)
        await page.keyboard.press("Escape")
        await page.locator("input.plain").fill("/latest")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(".message")).to_contain_text("the newest")
    assert page_standin.invalid_requests == []


async def test_a_command_typed_in_one_go(page: Page, page_standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed behind a command's name goes into its first option, as people type it."""
    async with client_of(page_standin, monkeypatch, _with_commands()):
        await expect(page.locator("#bot-state")).to_have_text("online")
        await page.locator("input.plain").click()
        await page.keyboard.type("/tag kub")
        await expect(page.locator(".suggestion .label")).to_have_text(["kubernetes (7)"])
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await expect(page.locator(".message.ephemeral")).to_contain_text("3 posts about kubernetes")


async def test_missing_required_option_is_marked(
    page: Page, page_standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command is not sent without a required option, which is marked."""
    async with client_of(page_standin, monkeypatch, _with_commands()):
        await expect(page.locator("#bot-state")).to_have_text("online")
        await page.locator("input.plain").fill("/tag")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(".option.wrong .option-name")).to_have_text("name")


async def test_plain_text_is_told_where_to_begin(page: Page) -> None:
    """Text that is no command goes nowhere, and the page says what works instead."""
    await page.locator("input.plain").fill("hello")
    await page.keyboard.press("Enter")
    await expect(page.locator(".suggestion")).to_have_text("Only slash commands work here: type / to see them")


async def test_silent_bot_is_told(page: Page, page_standin: StandIn, send: RawClient) -> None:
    """Without an answer the page says what Discord says, of a command and of a button, which can be pressed again."""
    await send("PUT", f"/applications/{page_standin.world.bot.id}/commands", [{"name": "x", "description": "d"}])
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "Press", "custom_id": "y"}]}
    await send("POST", f"/channels/{NEWS}/messages", {"content": "hello", "components": [row]})
    await page.locator(".message").get_by_role("button", name="Press").click()
    await page.locator("input.plain").fill("/x")
    await expect(page.locator(".suggestion .label")).to_have_text(["/x"])
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("thinking…")).to_be_visible()
    failed = page.locator(".message", has_text="hello").locator(".error")
    await expect(failed).to_have_text("This interaction failed. The application did not respond", timeout=10_000)
    await expect(page.locator(".message.ephemeral .error")).to_have_text(
        "The application did not respond", timeout=10_000
    )
    await expect(page.locator(".busy")).to_have_count(0)
