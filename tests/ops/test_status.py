"""``linkbot status``: what it tells of a catalog, as text and as JSON."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.notes import Note
from bot.catalog.records import DeliveryState, Standing
from bot.catalog.tables import Tables
from bot.ops import ask_live
from bot.ops.announce import AnnounceRequest, announce
from bot.ops.control import is_running, serve_control
from bot.ops.live import DiscordLink, Live, LiveRequest, to_lines
from bot.ops.requests import WireRequest
from bot.ops.resolve import ResolveRequest, resolve
from bot.ops.status import Status, read_status
from bot.ops.status_formats import as_json, as_text
from bot.problems import CatalogUnavailableError
from bot.settings import AnnounceSettings, Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, KUBERNETES, settings_in, take_in

NOW = datetime(2025, 11, 23, 6, 58, 28, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two channels; more than two new posts are held."""
    return settings_in(tmp_path, announce=AnnounceSettings(hold_above=2))


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """An empty catalog."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory) as catalog:
        yield catalog


async def carry(catalog: Catalog, channel: int, nonce: str, outcome: str) -> None:
    """Let the oldest pending delivery of a channel be sent, refused or lost sight of."""

    def work(tables: Tables) -> None:
        claim = tables.deliveries.claim(channel, nonce, tables.deliveries.pending(channel, 1, NOW), NOW)
        match outcome:
            case "sent":
                tables.deliveries.record_sent(claim, 1, NOW)
            case "refused":
                tables.deliveries.refuse(claim, "50035:\x1b[31m Invalid Form Body")
            case "unknown":
                tables.deliveries.give_up(claim, "the history cannot be read")

    await catalog.write(work)


async def test_before_the_first_run_there_is_nothing_to_tell(settings: Settings) -> None:
    """Without a catalog the sentence says that the bot has not run, and none is made."""
    with pytest.raises(CatalogUnavailableError, match="has not run on this state directory yet"):
        await read_status(settings)
    assert not settings.state.directory.exists()


async def test_an_empty_catalog_tells_that_the_first_run_is_not_done(catalog: Catalog, settings: Settings) -> None:
    """A catalog of which nothing is known yet is told in words, not by an error."""
    text = as_text(await read_status(settings))
    assert "service     not running" in text
    assert "last scan   never" in text
    assert "posts       none" in text
    assert "last sent   never" in text
    assert "waiting     nothing" in text
    assert "! the first run is not done: start the service" in text


async def fill(catalog: Catalog, settings: Settings) -> Status:
    """Posts of every standing, deliveries in every state, a problem, an outage."""
    await take_in(
        catalog, settings, {"old.md": post_text("Old"), "draft.md": post_text("D", draft=True)}, baseline=True
    )
    await take_in(catalog, settings, {"wait.md": post_text("W", date="2999-01-01"), "bad.md": "---\ntitle: 'x\n---\n"})
    await take_in(catalog, settings, {f"h{number}.md": post_text(f"H{number}") for number in range(3)})
    for number, outcome in enumerate(("sent", "refused", "unknown")):
        path = f"evil\x1b]0;\n{number}.md"
        await take_in(catalog, settings, {path: post_text(f"E{number}", tags=["kubernetes"])})
        await carry(catalog, KUBERNETES, f"nonce{number}", outcome)
    notes = {
        Note.SCAN: {"at": NOW.isoformat(), "seconds": 0.012, "files": 12345, "watcher": "native"},
        Note.OUTAGE: {"since": NOW.isoformat(), "reason": "/content is not there"},
        Note.SERVICE: {"since": NOW.isoformat(), "process": 4711},
    }

    def put(tables: Tables) -> None:
        for note, value in notes.items():
            tables.notes.put(note, json.dumps(value))

    await catalog.write(put)
    return await read_status(settings)


async def test_everything_that_counts_is_told(catalog: Catalog, settings: Settings) -> None:
    """Counts by standing and state, the last scan and message, the oldest that waits, and whom a person must help."""
    lines = as_text(await fill(catalog, settings)).splitlines()
    assert lines[0] == "service     not running; the last one began 2025-11-23 06:58:28 UTC (process 4711)"
    assert re.fullmatch(
        "last scan   2025-11-23 06:58:28 UTC, .+ ago: 12,345 files in 0.012 s, native watching, 1 problem", lines[1]
    )
    assert lines[2:4] == ["posts       3 announced, 3 held, 1 hidden, 1 indexed, 1 waiting", "kinds       9 link"]
    assert re.fullmatch(r"scheduled   wait\.md at 2999-01-01 00:00:00 UTC, in .+ days", lines[4])
    assert lines[5].startswith("last sent   2025-11-23 06:58:28 UTC, ")
    assert lines[6].startswith(r"waiting     the oldest is evil\x1b]0;\n0.md in all since 2")
    assert lines[7:10] == [
        "deliveries  channel     pending  sent  refused  unknown",
        "            all               3     0        0        0",
        "            kubernetes        0     1        1        1",
    ]
    assert "! /content is not there (since 2025-11-23 06:58:28 UTC); work goes on when it is back" in lines
    assert any(line.startswith("! 3 posts are held: `linkbot announce --held` announces") for line in lines)
    assert any("is unknown: the history cannot be read; look into the channel" in line for line in lines)
    assert any(line.startswith("! bad.md:2:8: ") for line in lines)


async def test_what_needs_a_person_is_told_with_the_commands_that_help(catalog: Catalog, settings: Settings) -> None:
    """Each refused or unknown delivery has its number, in the text within each command that can be used."""
    status = await fill(catalog, settings)
    lines = as_text(status).splitlines()
    for held in json.loads(as_json(status))["held_up"]:
        (line,) = (line for line in lines if f" is {held['state']}: " in line)
        for what in ("--sent MESSAGE_ID", "--resend", "--drop"):
            assert f"`linkbot resolve {held['delivery']} {what}`" in line


async def test_what_was_dropped_is_counted_and_not_asked_about(catalog: Catalog, settings: Settings) -> None:
    """A dropped delivery has its place among the counts and nowhere else."""
    for held in (await fill(catalog, settings)).held_up:
        await resolve(catalog, settings, ResolveRequest(held.id, drop=True))
    status = await read_status(settings)
    assert "            kubernetes        0     1        2" in as_text(status).splitlines()
    assert "linkbot resolve" not in as_text(status)
    assert {"channel": str(KUBERNETES), "state": "dropped", "count": 2} in json.loads(as_json(status))["deliveries"]


async def test_nothing_that_a_terminal_obeys_is_printed(catalog: Catalog, settings: Settings) -> None:
    """Control characters in a path or a reason are escaped, in the text and in the JSON, and break no line."""
    status = await fill(catalog, settings)
    text = as_text(status)
    assert text.replace("\n", "").isprintable()
    assert r"! evil\x1b]0;\n1.md in kubernetes is refused: 50035:\x1b[31m Invalid Form Body; " in text
    assert as_json(status).replace("\n", "").isascii()
    assert as_json(status).replace("\n", "").isprintable()


async def test_the_json_has_the_same_for_programs(catalog: Catalog, settings: Settings) -> None:
    """Times carry their zone, ids are text (they are too large for some readers' numbers), nothing is left out."""
    told = json.loads(as_json(await fill(catalog, settings)))
    assert told["running"] is False
    assert told["service"] == {"since": NOW.isoformat(), "process": 4711}
    assert told["posts"] == {"announced": 3, "held": 3, "hidden": 1, "indexed": 1, "waiting": 1}
    assert told["last_scan"]["files"] == 12345
    assert told["outage"]["reason"] == "/content is not there"
    assert {"channel": str(ALL), "state": "pending", "count": 3} in told["deliveries"]
    assert [(held["post"], held["state"]) for held in told["held_up"]] == [
        ("evil\x1b]0;\n1.md", "refused"),
        ("evil\x1b]0;\n2.md", "unknown"),
    ]
    assert [(problem["file"], problem["line"]) for problem in told["problems"]] == [("bad.md", 2)]
    for key in ("baseline_at", "oldest_pending_at", "last_sent_at"):
        assert datetime.fromisoformat(told[key]).tzinfo is not None


async def test_a_channel_that_left_the_settings_is_told_by_its_id(catalog: Catalog, settings: Settings) -> None:
    """What waits for a channel that nobody serves any more does not wait unseen."""
    await take_in(catalog, settings, {"a.md": post_text("A")})
    status = await read_status(settings.model_copy(update={"channels": settings.channels[1:]}))
    assert re.search(rf"deliveries  channel +pending\n +{ALL}, not in the settings +1\n?", as_text(status))
    assert f"channel {ALL} is not in the settings any more" in as_text(status)


async def test_many_problems_do_not_bury_the_rest(catalog: Catalog, settings: Settings) -> None:
    """Of many problems the text names some and says where all are; the JSON has all."""
    await take_in(catalog, settings, {f"bad{number:02}.md": "---\ntitle: 'x\n---\n" for number in range(30)})
    status = await read_status(settings)
    assert as_text(status).endswith("! and 10 more like these: `linkbot check` lists all")
    assert len(json.loads(as_json(status))["problems"]) == 30


async def test_a_single_held_post_is_told_in_the_singular(tmp_path: Path) -> None:
    """With hold_above 0 every post is held, be it one."""
    settings = settings_in(tmp_path, announce=AnnounceSettings(hold_above=0))
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory) as catalog:
        await take_in(catalog, settings, {"a.md": post_text("A")})
        assert "! 1 post is held: " in as_text(await read_status(settings))
        await announce(catalog, settings, AnnounceRequest(held=True))
        assert "held" not in as_text(await read_status(settings))


async def test_what_sleeps_is_told_apart_from_what_waits(catalog: Catalog, settings: Settings) -> None:
    """Deliveries of drafts, of expired posts and of broken files are not waiting, and not the oldest that does."""
    posts = ("draft.md", "expired.md", "broken.md")
    for path in posts:
        await take_in(catalog, settings, {path: post_text(path)})
    await take_in(
        catalog, settings, {"draft.md": post_text("draft.md", draft=True), "broken.md": "---\ntitle: 'x\n---\n"}
    )
    expired = post_text("expired.md").replace("---\n", "---\nexpiryDate: 2020-01-01\n", 1)
    await take_in(catalog, settings, {"expired.md": expired})
    status = await read_status(settings)
    lines = as_text(status).splitlines()
    assert any(
        line.startswith("waiting     nothing is due; the oldest that sleeps is draft.md in all") for line in lines
    )
    assert lines[lines.index("deliveries  channel  asleep") + 1] == "            all           3"
    assert "            asleep: not to be sent while the post is a draft, expired, or its file gone or broken" in lines
    told = json.loads(as_json(status))
    assert told["deliveries"] == [{"channel": str(ALL), "state": "pending", "count": 3}]
    assert told["sleeping"] == [{"channel": str(ALL), "count": 3}]
    assert told["oldest_pending_at"] is None
    before = datetime.now(UTC)
    await take_in(catalog, settings, {"awake.md": post_text("Awake")})
    status = await read_status(settings)
    assert status.oldest_waiting_at is not None
    assert status.oldest_waiting_at >= before
    lines = as_text(status).splitlines()
    assert lines[lines.index("deliveries  channel  pending  asleep") + 1] == "            all            1       3"


async def test_messages_that_are_still_to_be_changed_or_published_are_told(
    catalog: Catalog, settings: Settings
) -> None:
    """Their numbers are told by channel while there are any, and no line where there is none."""
    await take_in(catalog, settings, {"a.md": post_text("A")})

    def send(tables: Tables) -> None:
        claim = tables.deliveries.claim(ALL, "nonce", tables.deliveries.pending(ALL, 1, NOW), NOW)
        tables.deliveries.record_sent(claim, 1, NOW, to_publish=True)

    await catalog.write(send)
    await take_in(catalog, settings, {"a.md": post_text("Another")})
    status = await read_status(settings)
    lines = as_text(status).splitlines()
    assert "messages    1 still to be brought up to date in all" in lines
    assert "messages    1 still to be published in all" in lines
    told = json.loads(as_json(status))
    assert told["to_change"] == told["to_publish"] == [{"channel": str(ALL), "count": 1}]


@asynccontextmanager
async def a_service(
    settings: Settings, carry_out: Callable[[WireRequest], Awaitable[list[str]]]
) -> AsyncIterator[None]:
    """Something listens as a service does."""
    task = asyncio.ensure_future(serve_control(settings.state.directory, carry_out))
    deadline = time.monotonic() + 5
    while not await is_running(settings.state.directory):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)
    yield
    task.cancel()
    await asyncio.wait([task])


async def test_what_does_not_work_now_is_asked_of_the_service(catalog: Catalog, settings: Settings) -> None:
    """The troubles of the running service are told with their beginning; an outage that it noted is told once."""
    troubles = Troubles(lambda: NOW)
    troubles.begin("channel all", "Missing\x1b Access")
    troubles.begin("content", "/content is not there")

    async def answer(request: WireRequest) -> list[str]:
        assert isinstance(request, LiveRequest)
        return to_lines(Live(tuple(troubles.all), DiscordLink(None, False, NOW, 0), NOW, ()))

    async with a_service(settings, answer):
        text = as_text(await read_status(settings))
        assert r"! channel all: Missing\x1b Access (since 2025-11-23 06:58:28 UTC)" in text.splitlines()
        assert "! content: /content is not there (since 2025-11-23 06:58:28 UTC)" in text.splitlines()
        note = json.dumps({"since": NOW.isoformat(), "reason": "/content is not there"})
        await catalog.write(lambda tables: tables.notes.put(Note.OUTAGE, note))
        status = await read_status(settings)
        assert as_text(status).count("/content is not there") == 1
        assert json.loads(as_json(status))["troubles"] == [
            {"where": "channel all", "what": "Missing\x1b Access", "since": NOW.isoformat()},
            {"where": "content", "what": "/content is not there", "since": NOW.isoformat()},
        ]
    assert json.loads(as_json(await read_status(settings)))["troubles"] == []


async def test_a_service_that_gives_no_answer_is_itself_the_trouble(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status waits a few seconds for the service, not for ever, and tells all that it can find out without it."""
    monkeypatch.setattr(ask_live, "ANSWER_SECONDS", 0.1)

    async def never(request: WireRequest) -> list[str]:
        await asyncio.Event().wait()
        return []

    async with a_service(settings, never):
        status = await read_status(settings)
        assert status.running
        assert "! service: it gives no answer" in as_text(status)


async def test_the_json_is_described(catalog: Catalog, settings: Settings) -> None:
    """The keys of the object are those of its description, in the same order; so are the states and standings."""
    text = (Path(__file__).parents[2] / "docs" / "status.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.*) \|$", text, re.MULTILINE))
    assert list(rows) == list(json.loads(as_json(await read_status(settings))))
    assert {f"`{state}`" for state in DeliveryState} <= set(re.findall(r"`[a-z]+`", rows["deliveries"]))
    assert {f"`{standing}`" for standing in Standing} == set(re.findall(r"`[a-z]+`", rows["posts"]))
