"""When a running service is ready, and what is said if it is not."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.announcing.troubles import Trouble
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.notes import Note
from bot.catalog.tables import Tables
from bot.ops import readiness as readiness_module
from bot.ops.live import DiscordLink
from bot.ops.readiness import GRACE, STALLED, Readiness, Signs
from bot.ops.shared import Shared
from bot.settings import Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, KUBERNETES, settings_in, take_in

CONNECTED = DiscordLink("Linkbot#0000", True, datetime.now(UTC), 1)
WELL = Signs(is_indexed=True, seconds_since_look=1.0, rescan_seconds=300.0, discord=CONNECTED, troubles=())
SOON = timedelta(seconds=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path)
    settings.state.directory.mkdir()
    return settings


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    async with open_catalog(settings.state.directory, busy_seconds=0.2) as catalog:
        yield catalog


async def reasons(
    catalog: Catalog, settings: Settings, signs: Signs, *, after: timedelta = timedelta()
) -> Sequence[Trouble]:
    """Why a service is not ready, so much later than now."""
    return await Readiness(catalog, settings.channels, now=lambda: datetime.now(UTC) + after).reasons(signs)


async def told(catalog: Catalog, settings: Settings, signs: Signs, *, after: timedelta = timedelta()) -> list[str]:
    return [f"{reason.where}: {reason.what}" for reason in await reasons(catalog, settings, signs, after=after)]


async def test_a_service_that_does_all_that_it_is_for_is_ready(catalog: Catalog, settings: Settings) -> None:
    """There is no reason against it, and a write to the catalog has shown that it takes one."""
    before = datetime.now(UTC)
    assert await told(catalog, settings, WELL) == []
    probed = await catalog.read(lambda tables: tables.notes.get(Note.PROBE))
    assert probed is not None
    assert datetime.fromisoformat(probed) >= before


async def test_a_locked_catalog_is_told_in_time(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody holds it locked: the answer comes within two seconds all the same, with the time when it began."""
    async with open_catalog(settings.state.directory, busy_seconds=30.0) as catalog:
        readiness = Readiness(catalog, settings.channels)
        with closing(sqlite3.connect(catalog.path, isolation_level=None)) as shell:
            shell.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            (first,) = await readiness.reasons(WELL)
            assert time.monotonic() - began < 2.0
            assert (first.where, first.what.split(":")[0]) == ("catalog", "cannot be written within 1.5 s")
            monkeypatch.setattr(readiness_module, "PATIENCE_SECONDS", 0.1)
            assert [reason.since for reason in await readiness.reasons(WELL)] == [first.since]
        deadline = time.monotonic() + 10
        while await readiness.reasons(WELL):
            assert time.monotonic() < deadline


async def test_a_catalog_that_refuses_says_why(catalog: Catalog, settings: Settings) -> None:
    """What SQLite says is the reason: here that another process holds the lock for longer than is waited."""
    with closing(sqlite3.connect(catalog.path, isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        (reason,) = await told(catalog, settings, WELL)
    assert "cannot be used now (database is locked)" in reason


async def test_reconnecting_to_the_gateway_is_no_reason(catalog: Catalog, settings: Settings) -> None:
    """A gateway that was there may be gone for half a minute; then it is a reason, with what is known of it."""
    gone = replace(CONNECTED, connected=False, since=datetime.now(UTC))
    trouble = Trouble("gateway", "slash commands do not work, announcing goes on: closed", gone.since)
    signs = replace(WELL, discord=gone, troubles=(trouble,))
    assert await told(catalog, settings, signs, after=GRACE - SOON) == []
    assert await reasons(catalog, settings, signs, after=GRACE) == [trouble]


async def test_a_gateway_that_never_was_there_is_told_at_once(catalog: Catalog, settings: Settings) -> None:
    """Right after the start there is no patience: it was not ready before."""
    signs = replace(WELL, discord=DiscordLink("Linkbot#0000", False, datetime.now(UTC), 0))
    assert await told(catalog, settings, signs) == ["gateway: not connected, so slash commands do not work"]
    signs = replace(WELL, discord=DiscordLink(None, False, datetime.now(UTC), 0))
    assert await told(catalog, settings, signs) == ["discord: not logged in yet"]


async def test_a_scan_that_is_late_is_told(catalog: Catalog, settings: Settings) -> None:
    """So is the first one that is not done yet; three times the interval is late, and less than a minute never."""
    assert await told(catalog, settings, replace(WELL, is_indexed=False)) == [
        "content: what is in the content directory is being indexed"
    ]
    assert await told(catalog, settings, replace(WELL, seconds_since_look=899)) == []
    assert await told(catalog, settings, replace(WELL, seconds_since_look=901)) == [
        "content: the last scan was 901 s ago"
    ]
    assert await told(catalog, settings, replace(WELL, rescan_seconds=1, seconds_since_look=59)) == []


@pytest.mark.parametrize(
    ("where", "at_once", "later"),
    [
        ("content", True, True),
        ("channel all", False, True),
        ("followers", False, True),
        ("settings", False, False),
        ("health", False, False),
    ],
)
async def test_troubles_are_reasons(
    catalog: Catalog, settings: Settings, where: str, at_once: bool, later: bool
) -> None:
    """An outage is one at once, a channel after half a minute; refused settings leave all in working order."""
    signs = replace(WELL, troubles=(Trouble(where, "it does not work", datetime.now(UTC)),))
    assert bool(await told(catalog, settings, signs)) is at_once
    assert bool(await told(catalog, settings, signs, after=GRACE)) is later


async def test_waiting_for_discords_rate_limit_is_no_reason(catalog: Catalog, settings: Settings) -> None:
    """Discord said how long to wait: neither that, nor what waits for it, needs anybody."""
    await take_in(catalog, settings, {"a.md": post_text("A")})
    limited = Trouble("channel all", "Discord's rate limit", datetime.now(UTC), rate_limited=True)
    assert await told(catalog, settings, replace(WELL, troubles=(limited,)), after=2 * STALLED) == []


async def test_a_lane_that_stands_still_is_told(catalog: Catalog, settings: Settings) -> None:
    """Something waits for more than ten minutes, and nothing was sent in that time: nobody else would say so."""
    await take_in(catalog, settings, {"a.md": post_text("A"), "b.md": post_text("B")})
    assert await told(catalog, settings, WELL, after=STALLED - SOON) == []
    (reason,) = await reasons(catalog, settings, WELL, after=STALLED + SOON)
    assert reason.where == "channel all"
    assert reason.what.startswith("2 deliveries wait, one since ")
    assert reason.what.endswith(" and nothing was sent for 10 minutes")


async def test_a_long_queue_that_moves_is_no_reason(catalog: Catalog, settings: Settings) -> None:
    """What waits for long behind others that are sent meanwhile has its turn to come."""
    await take_in(catalog, settings, {"a.md": post_text("A"), "b.md": post_text("B")})
    sent_at = datetime.now(UTC) + STALLED

    def send(tables: Tables) -> None:
        claim = tables.deliveries.claim(ALL, "nonce", tables.deliveries.pending(ALL, 1, sent_at), sent_at)
        tables.deliveries.record_sent(claim, 1, sent_at)

    await catalog.write(send)
    assert await told(catalog, settings, WELL, after=STALLED + SOON) == []
    assert len(await told(catalog, settings, WELL, after=2 * STALLED + 2 * SOON)) == 1


async def test_what_a_person_holds_back_is_no_reason(catalog: Catalog, settings: Settings) -> None:
    """Nor is what sleeps because its post turned draft."""
    await take_in(catalog, settings, {"a.md": post_text("A", tags=["kubernetes"])})
    late = STALLED + SOON
    await catalog.write(lambda tables: tables.pauses.pause(ALL, datetime.now(UTC)))
    assert [reason.where for reason in await reasons(catalog, settings, WELL, after=late)] == ["channel kubernetes"]
    await catalog.write(lambda tables: tables.pauses.pause(KUBERNETES, datetime.now(UTC)))
    assert await told(catalog, settings, WELL, after=late) == []
    await catalog.write(lambda tables: tables.pauses.resume(ALL))
    await take_in(catalog, settings, {"a.md": post_text("A", tags=["kubernetes"], draft=True)})
    assert await told(catalog, settings, WELL, after=late) == []


async def test_many_who_ask_are_answered_with_one_look() -> None:
    """An answer is found out once for all, also while it fails, and again when it is old."""
    asked: list[int] = []
    clock = [0.0]

    async def find() -> int:
        asked.append(len(asked))
        await asyncio.sleep(0)
        if len(asked) == 2:
            raise OSError
        return len(asked)

    shared = Shared(find, 5.0, clock=lambda: clock[0])
    assert await asyncio.gather(*(shared.get(1.0) for _ in range(50))) == [1] * 50
    clock[0] = 4.9
    assert await shared.get(1.0) == 1
    clock[0] = 5.0
    with pytest.raises(OSError):  # noqa: PT011 - no more is raised
        await shared.get(1.0)
    assert await shared.get(1.0) == 3


async def test_who_has_no_patience_leaves_the_look_to_the_others() -> None:
    """A look that takes long is not begun again for each who gave up."""
    done = asyncio.Event()
    asked: list[int] = []

    async def find() -> str:
        asked.append(1)
        await done.wait()
        return "found"

    shared = Shared(find, 5.0)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await shared.get(0.01)
    done.set()
    assert await shared.get(1.0) == "found"
    assert len(asked) == 1
