"""``linkbot status``: why the oldest delivery waits, what the running service adds, and what Discord is like."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.announcing.troubles import Trouble
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.tables import Tables
from bot.ops.ask_live import ask_live
from bot.ops.control import is_running, serve_control
from bot.ops.last_errors import keep_last_errors
from bot.ops.live import DiscordLink, Live, to_lines
from bot.ops.probe import probe
from bot.ops.requests import WireRequest
from bot.ops.status import Source, read_status, source_of
from bot.ops.status_formats import as_json, as_renderable, as_text
from bot.settings import Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, settings_in, take_in

NOW = datetime(2025, 11, 23, 6, 58, 28, tzinfo=UTC)
LINKED = DiscordLink("Linkbot#1", True, NOW, 2)
UNLINKED = DiscordLink(None, False, NOW, 0)
GARBLED = ["no JSON"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two channels."""
    return settings_in(tmp_path)


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """An empty catalog."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory) as catalog:
        yield catalog


def live(*troubles: Trouble, discord: DiscordLink = LINKED, reasons: Sequence[Trouble] = ()) -> list[str]:
    """What a service says that has these troubles."""
    return to_lines(Live(troubles, discord, NOW, tuple(reasons)))


@asynccontextmanager
async def a_service(settings: Settings, answer: list[str]) -> AsyncIterator[None]:
    """Something listens as a service does, and answers so."""

    async def carry_out(_request: WireRequest) -> list[str]:
        return answer

    task = asyncio.ensure_future(serve_control(settings.state.directory, carry_out))
    deadline = time.monotonic() + 5
    while not await is_running(settings.state.directory):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)
    yield
    task.cancel()
    await asyncio.wait([task])


async def reasons(settings: Settings | Source) -> list[str]:
    """Why the oldest waits, for programs."""
    status = await read_status(settings)
    assert status.oldest is not None
    told = json.loads(as_json(status))["oldest_pending"]
    assert told["post"] == status.oldest.path
    for why in status.why:
        assert why.text in as_text(status)
    return [why["reason"] for why in told["why"]]


async def claim(catalog: Catalog, channel: int) -> None:
    """Let the first delivery of a channel be under way."""

    def work(tables: Tables) -> None:
        tables.deliveries.claim(channel, "nonce", tables.deliveries.pending(channel, 1, NOW), NOW)

    await catalog.write(work)


async def test_without_a_service_it_waits_for_one(catalog: Catalog, settings: Settings) -> None:
    """No service runs: that is said, beside a pause that would hold it back even so."""
    await take_in(catalog, settings, {"a.md": post_text("A")})
    assert await reasons(settings) == ["not_running"]
    await catalog.write(lambda tables: tables.pauses.pause(ALL, NOW))
    assert await reasons(settings) == ["paused", "not_running"]
    async with a_service(settings, live()):
        assert await reasons(settings) == ["paused"]
        assert f"paused the channel at 2025-11-23 06:58:28 UTC: `linkbot resume {ALL}`" in as_text(
            await read_status(settings)
        )


async def test_a_channel_that_is_not_in_the_settings_is_the_reason(catalog: Catalog, settings: Settings) -> None:
    """Its deliveries wait for good; where the settings are not known nothing is said about them."""
    await take_in(catalog, settings, {"a.md": post_text("A")})
    async with a_service(settings, live()):
        only = settings.model_copy(update={"channels": settings.channels[1:]})
        assert await reasons(only) == ["not_in_settings"]
        unknown = await read_status(Source(settings.state.directory))
        assert "not in the settings" not in as_text(unknown)
        assert f"            {ALL}        1" in as_text(unknown)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (live(Trouble("channel all", "it is archived: reopen it", NOW)), "channel"),
        (live(Trouble("channel all", "slow mode", NOW, rate_limited=True)), "rate_limited"),
        (live(Trouble("channel kubernetes", "not this one", NOW)), "turn"),
        (live(Trouble("catalog", "database is locked", NOW)), "catalog"),
        (live(discord=UNLINKED), "no_discord"),
        (live(), "turn"),
        (GARBLED, "silent"),
    ],
)
async def test_what_the_running_service_says_is_the_reason(
    catalog: Catalog, settings: Settings, answer: list[str], reason: str
) -> None:
    """The channel refuses, Discord asks to wait or is not reached, the catalog is locked, or it is just its turn."""
    await take_in(catalog, settings, {"a.md": post_text("A", tags=["x"])})
    async with a_service(settings, answer):
        assert await reasons(settings) == [reason]


async def test_it_is_told_how_many_are_before_it(catalog: Catalog, settings: Settings) -> None:
    """What came first is the oldest, but posts go in the order of their dates."""
    await take_in(catalog, settings, {"first.md": post_text("First", date="2024-06-01")})
    await take_in(catalog, settings, {f"{n}.md": post_text(f"{n}", date=f"2024-05-0{n}") for n in (1, 2, 3)})
    async with a_service(settings, live()):
        status = await read_status(settings)
        assert status.oldest is not None
        assert (status.oldest.path, status.oldest.ahead) == ("first.md", 3)
        assert "it waits for its turn: 3 posts are before it" in as_text(status)


async def test_a_request_without_an_outcome_is_in_doubt(catalog: Catalog, settings: Settings) -> None:
    """What was under way when the service died is shown as in doubt; while one runs and is well, it is being sent."""
    await take_in(catalog, settings, {"a.md": post_text("A")})
    await claim(catalog, ALL)
    assert await reasons(settings) == ["not_running", "in_doubt"]
    status = await read_status(settings)
    assert "deliveries  channel  in doubt\n            all             1\n" in as_text(status)
    assert "! a.md in all: the last service ended in a request for it" in as_text(status)
    (doubt,) = json.loads(as_json(status))["in_doubt"]
    assert (doubt["post"], doubt["channel"], doubt["since"]) == ("a.md", str(ALL), NOW.isoformat())
    async with a_service(settings, live()):
        assert await reasons(settings) == ["sending"]
        assert "! " not in as_text(await read_status(settings))
    async with a_service(settings, live(Trouble("channel all", "Discord failed", NOW))):
        assert await reasons(settings) == ["in_doubt"]


def lose(tables: Tables, post: int) -> None:
    """The file of a post is gone."""
    tables.files.remove("a.md")
    tables.posts.lose_file(post, NOW)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (post_text("A", draft=True), "it is a draft"),
        (
            post_text("A").replace("---\n", "---\nexpiryDate: 2020-01-01\n", 1),
            "it has expired (2020-01-01 00:00:00 UTC)",
        ),
        ("---\ntitle: 'x\n---\n", "its file is broken (a.md:2:"),
        (None, "its file is gone; it is sent if it comes back"),
    ],
)
async def test_what_sleeps_says_why(catalog: Catalog, settings: Settings, text: str | None, said: str) -> None:
    """A draft, an expired post, a broken and a missing file: told where nothing else waits, and only then."""
    await take_in(catalog, settings, {"a.md": post_text("A")})
    if text is None:
        known = await catalog.read(lambda tables: tables.posts.by_path("a.md"))
        assert known is not None
        await catalog.write(lambda tables: lose(tables, known.id))
    else:
        await take_in(catalog, settings, {"a.md": text})
    async with a_service(settings, live()):
        assert await reasons(settings) == ["asleep"]
        assert said in as_text(await read_status(settings))
        await take_in(catalog, settings, {"b.md": post_text("B")})
        assert await reasons(settings) == ["turn"]


async def test_the_connection_the_settings_and_the_reasons_are_told(catalog: Catalog, settings: Settings) -> None:
    """As whom it is logged in, since when the gateway is connected, in how many servers, and whether it is ready."""
    file = Path("config/bot.yaml")
    stalled = Trouble("channel all", "3 deliveries wait", NOW)
    async with a_service(settings, live(reasons=[stalled])):
        status = await read_status(source_of(settings, file))
    text = as_text(status)
    assert "discord     logged in as Linkbot#1; gateway connected since 2025-11-23 06:58:28 UTC; in 2 servers" in text
    assert "ready       no, see below" in text
    assert "settings    config/bot.yaml, in force since 2025-11-23 06:58:28 UTC" in text
    assert "! channel all: 3 deliveries wait (since 2025-11-23 06:58:28 UTC)" in text
    told = json.loads(as_json(status))
    assert told["discord"] == {"user": "Linkbot#1", "connected": True, "since": NOW.isoformat(), "guilds": 2}
    assert (told["ready"], [reason["where"] for reason in told["unready"]]) == (False, ["channel all"])
    lost = Trouble("gateway", "slash commands do not work: reset", NOW)
    async with a_service(settings, live(lost, discord=DiscordLink("L", False, NOW, 1))):
        text = as_text(await read_status(settings))
    assert (
        "gateway not connected since 2025-11-23 06:58:28 UTC (slash commands do not work: reset); in 1 server" in text
    )


async def test_refused_settings_do_not_hide_the_rest(catalog: Catalog, settings: Settings) -> None:
    """Where the file has mistakes they are told, once, beside what the state directory says."""
    source = Source(settings.state.directory, file=Path("bot.yaml"), refused="bot.yaml:1: a: x\nbot.yaml:2: b: y")
    said = "the settings cannot be used, no service can start with them: bot.yaml:1: a: x; bot.yaml:2: b: y"
    assert said in as_text(await read_status(source))
    async with a_service(settings, live(Trouble("settings", "bot.yaml cannot be taken: a\nb", NOW))):
        text = as_text(await read_status(source))
    assert "! settings: bot.yaml cannot be taken: a; b (since" in text
    assert "the settings cannot be used" not in text


async def test_the_last_errors_are_told_also_of_a_dead_service(catalog: Catalog, settings: Settings) -> None:
    """The status ends with them, with their time and how often they came."""
    with pytest.raises(ValueError, match="broken"), keep_last_errors(settings.state.directory):
        raise ValueError("broken")
    status = await read_status(settings)
    assert as_text(status).splitlines()[-1].endswith(" UTC ended by ValueError: broken")
    assert [error["text"] for error in json.loads(as_json(status))["last_errors"]] == ["ended by ValueError: broken"]


async def test_a_terminal_shows_the_same_and_breaks_no_word(catalog: Catalog, settings: Settings) -> None:
    """On a terminal all that the plain text says is there, wrapped, and nothing of it is taken for markup."""
    from rich.console import Console

    await take_in(catalog, settings, {"[red]a.md": post_text("A"), "bad.md": "---\ntitle: 'x\n---\n"})
    status = await read_status(settings)
    console = Console(width=80, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(as_renderable(status))
    shown = captured.get()
    assert max(map(len, shown.splitlines())) <= 80
    assert [word for word in as_text(status).split() if word not in shown.split()] == []


async def test_health_and_readiness_are_one_line(catalog: Catalog, settings: Settings) -> None:
    """Live is who answers; ready is who has no reason against it; the line and the JSON name the reasons."""
    dead = await probe(settings.state.directory)
    assert (dead.is_live, dead.is_ready) == (False, False)
    assert dead.line == f"not live: no service runs on {settings.state.directory}"
    async with a_service(settings, live()):
        assert (await probe(settings.state.directory)).line == "live and ready: logged in as Linkbot#1"
    async with a_service(settings, live(reasons=[Trouble("content", "is being indexed", NOW)])):
        unready = await probe(settings.state.directory)
    assert (unready.is_live, unready.is_ready) == (True, False)
    assert unready.line == "live, not ready: content: is being indexed"
    assert json.loads(unready.as_json()) == {"live": True, "ready": False, "reasons": ["content: is being indexed"]}
    async with a_service(settings, GARBLED):
        assert not (await probe(settings.state.directory)).is_live
    assert await ask_live(settings.state.directory / "nowhere") is None


async def test_the_next_scheduled_post_is_told(catalog: Catalog, settings: Settings) -> None:
    """The post whose date comes first, its moment, and how long that is from now."""
    soon = datetime.now(UTC) + timedelta(minutes=30, seconds=30)
    await take_in(
        catalog,
        settings,
        {"later.md": post_text("L", date="2999-01-01"), "soon.md": post_text("S", date=soon.isoformat())},
    )
    status = await read_status(settings)
    assert f"scheduled   soon.md at {soon:%Y-%m-%d %H:%M:%S} UTC, in 30 min" in as_text(status)
    assert json.loads(as_json(status))["next_scheduled"]["post"] == "soon.md"
