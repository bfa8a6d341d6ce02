"""How ``linkbot preview`` shows a post: in a terminal, in a pipe, as a page, as JSON."""

import html.parser
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page
from rich.cells import cell_len
from rich.console import Console

from bot.catalog.database import open_catalog
from bot.catalog.tables import Tables
from bot.ops.preview import Preview, preview
from bot.ops.preview_json import as_json
from bot.ops.preview_page import BEGINNING, as_html
from bot.ops.preview_terminal import console_on, show
from bot.settings import ChannelSettings, CommandsSettings, Filter, Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, settings_in, take_in
from tests.support.standin_page import NEEDS_CHROMIUM, browser_of_the_tests

NOW = datetime(2025, 9, 1, tzinfo=UTC)
DOCUMENT = Path(__file__).parents[2] / "docs/preview.md"
EVIL = "</style></article><script>alert(1)</script><b onclick=x>\u202egnp.exe\x1b[31m"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Three channels, of a bot that has not run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    channels = (
        ChannelSettings(id=1, name="news", tags=Filter(any=("Kubernetes",)), mention=(77,)),
        ChannelSettings(id=2, paths=("releases/**",)),
        ChannelSettings(id=3, name="all"),
    )
    return settings_in(tmp_path).model_copy(update={"channels": channels})


async def seen(settings: Settings, text: str) -> Preview:
    (settings.content.directory / "post.md").write_text(text, encoding="utf-8")
    return await preview(settings, Path("content/post.md"), NOW)


def printed(shown: Preview, **console: Any) -> str:
    """What is printed on a console, without what makes its own width."""
    stream = io.StringIO()
    show(
        shown, Console(file=stream, highlight=False, markup=False, emoji=False, **console) if console else piped(stream)
    )
    return stream.getvalue()


def piped(stream: io.StringIO) -> Console:
    return console_on(stream)


ORDINARY = post_text(
    "Blog: *SIG* Node :smile: [bold]", tags=["kubernetes", "community"], tldr="A talk. It has [two] parts."
)
PLAIN = """content/post.md

▌
▌ A Blog
▌
▌ Blog: *SIG* Node :smile: [bold]
▌
▌ A talk. It has [two] parts.
▌
▌ kubernetes · community • 2024-06-20 00:00 UTC
▌

It would be announced in 2 of 3 channels.

Rules
  ✓ kind          post_kind is 'link'; content.kinds takes link
  ✓ draft         it is no draft
  ✓ expired       it never expires
  ✓ date          its date is 2024-06-20 00:00 UTC
  ✓ max_age_days  age does not matter

Channels
  ✓ news (1)  its filters take such a post
      ✓ tags.any  at least one of Kubernetes; the post has kubernetes, community; it matches
                  Kubernetes
      pings the role 77
  ✗ 2  its filters do not take it
      ✗ paths  one of releases/**; the post is post.md
  ✓ all (3)  it has no filters, so it takes every post
"""


async def test_in_a_pipe_the_text_is_always_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal there are no colours, the width is 100, and no line ends in white space."""
    monkeypatch.setenv("COLUMNS", "40")
    text = printed(await seen(settings, ORDINARY))
    assert text.startswith(PLAIN)
    assert max(map(cell_len, text.splitlines())) <= 100
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    assert re.search(r"^  title +\d+ of   256$", text, re.MULTILINE)


async def test_on_a_terminal_the_card_is_coloured(settings: Settings) -> None:
    """The bar has the card's colour, the title is bold, underlined and a link; a narrow terminal is not exceeded."""
    shown = await seen(settings, ORDINARY)
    assert shown.card is not None
    text = printed(shown, force_terminal=True, color_system="truecolor", width=60)
    red, green, blue = (int(shown.card.colour[place : place + 2], 16) for place in (1, 3, 5))
    assert f"\x1b[38;2;{red};{green};{blue};48;2;43;45;49m▌" in text
    assert re.search(r"\x1b\]8;id=\d+;https://[^\x1b]+\x1b\\\x1b\[1;4;38;2;0;168;252", text)
    bare = re.sub(r"\x1b\][^\x1b]*\x1b\\|\x1b\[[0-9;]*m", "", text)
    assert max(map(cell_len, bare.splitlines())) <= 60


async def test_no_color_is_respected(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR a terminal gets no colour, be it in front or behind."""
    monkeypatch.setenv("NO_COLOR", "1")
    text = printed(await seen(settings, ORDINARY), force_terminal=True, color_system="truecolor", width=100)
    assert not re.search(r"\x1b\[[0-9;]*(?:3[0-9]|4[0-9])[;m]", text)


async def test_what_a_file_holds_commands_no_terminal(settings: Settings) -> None:
    """Control and bidirectional characters of a post, and of its name, never reach the terminal."""
    file = settings.content.directory / "evil\x1b[2J\u202e.md"
    file.write_text(post_text("Evil \u202e title", tags=["\u2066tag"], tldr="red \x1b[31m", source="\x9b31m source"))
    text = printed(await preview(settings, file, NOW))
    assert text.replace("\n", "").isprintable()
    assert r"evil\x1b[2J\u202e.md" in text


class Elements(html.parser.HTMLParser):
    """Collects the elements of a page and what its links lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]
        assert not any(name.startswith("on") for name, _ in attrs)


async def test_the_page_holds_everything_and_loads_nothing(settings: Settings) -> None:
    """The page's only address is the post's own; card, verdict, rules, channels and sums are on it."""
    text = as_html(await seen(settings, ORDINARY))
    assert text.startswith(BEGINNING)
    (link,) = Elements(text).links
    assert link is not None
    assert link.startswith("https://")
    for held in (
        "Blog: *SIG* Node",
        "Linkbot",
        "APP",
        "It would be announced in 2 of 3 channels.",
        "pings the role 77",
    ):
        assert held in text
    assert re.search(r'<td class="number fits">\d+ of 6,000</td>', text)


async def test_a_post_cannot_put_markup_into_the_page(settings: Settings) -> None:
    """Whatever stands in a post is text on the page, and turns no line around."""
    evil = post_text(f"T {EVIL}", tags=[EVIL], tldr=EVIL, source=EVIL)
    text = as_html(await seen(settings, evil.replace(EVIL, EVIL.replace("\x1b", ""))))
    page = Elements(text)
    assert {"script", "img", "b onclick"}.isdisjoint(page.tags)
    assert (page.tags.count("article"), page.tags.count("style"), len(page.links)) == (1, 1, 1)
    assert "\u202e" not in text


@pytest.fixture
async def browser_page() -> AsyncIterator[Page]:
    """A page of a browser of its own."""
    async with browser_of_the_tests() as browser:
        yield await browser.new_page()


@NEEDS_CHROMIUM
async def test_the_page_fits_a_phone_and_follows_the_readers_theme(settings: Settings, browser_page: Page) -> None:
    """Nothing reaches beyond a screen of 390 pixels, and dark and light each have Discord's background."""
    long = post_text(
        f"Blog {'x' * 120}", tags=["kubernetes", "y" * 150], tldr="word " * 100, url=f"https://a.org/{'z' * 900}"
    )
    file = settings.content.directory / "card.html"
    file.write_text(as_html(await seen(settings, long)), encoding="utf-8")
    await browser_page.set_viewport_size({"width": 390, "height": 800})
    await browser_page.goto(file.as_uri())
    assert await browser_page.evaluate("document.documentElement.scrollWidth") == 390
    for scheme, colour in (("dark", "rgb(49, 51, 56)"), ("light", "rgb(255, 255, 255)")):
        await browser_page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert (
            await browser_page.evaluate("getComputedStyle(document.querySelector('section')).backgroundColor") == colour
        )


async def test_the_json_has_what_its_document_says(tmp_path: Path) -> None:
    """Every key of the JSON stands in docs/preview.md, and every key there is in the JSON, deliveries included."""
    settings = settings_in(tmp_path, commands=CommandsSettings(guilds=(9,)))
    settings.state.directory.mkdir()
    text = post_text("A post", tags=["kubernetes"])
    (settings.content.directory / "a.md").write_text(text)
    async with open_catalog(settings.state.directory) as catalog:
        await take_in(catalog, settings, {})
        await take_in(catalog, settings, {"a.md": text})

        def send(tables: Tables) -> None:
            claim = tables.deliveries.claim(ALL, "n", tables.deliveries.pending(ALL, 1, NOW), NOW)
            tables.deliveries.record_sent(claim, 55, NOW)

        await catalog.write(send)
    told = json.loads(as_json(await preview(settings, settings.content.directory / "a.md", NOW)))
    (settings.content.directory / "a.md").write_text("---\npost_kind: link\n---\n")
    broken = json.loads(as_json(await preview(settings, settings.content.directory / "a.md", NOW)))
    documented = set(re.findall(r"^\| `([a-z_.\[\]]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == {key for key in {*keys(told), *keys(broken)} if not key.startswith("embed.")}
    delivery = told["channels"][0]["delivery"]
    assert delivery["state"] == "sent"
    assert delivery["link"] == f"https://discord.com/channels/9/{ALL}/55"
    assert told["known"]["standing"] == "announced"
    assert told["embed"]["title"] == "A post"
    assert broken["problem"]["what"]
    assert (broken["post"]["from"], broken["decision"]) == ("catalog", None)


def keys(value: object, path: str = "") -> set[str]:
    """The keys of nested objects, as ``channels[].id``; lists of plain values are as one value."""
    if isinstance(value, list):
        return set().union(*(keys(item, f"{path}[]") for item in value if isinstance(item, dict)))
    if not isinstance(value, dict) or path in {"known.followers", "catalog.outage"}:
        return set()
    found = set()
    for key, item in value.items():
        whole = f"{path}.{key}" if path else str(key)
        found |= {whole} | keys(item, whole)
    return found
