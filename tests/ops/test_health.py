"""What `health.listen` serves, asked over real sockets: right answers, and no client that can do harm."""

import asyncio
import json
import logging
import re
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families

from bot.announcing.troubles import Trouble, Troubles
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.following import FollowKind
from bot.ops import health
from bot.ops import readiness as readiness_module
from bot.ops.guarded import guarded
from bot.ops.health import serving_health
from bot.ops.live import Live
from bot.ops.readiness import Readiness, Signs
from bot.problems import CatalogUnavailableError
from bot.settings import HealthSettings, Settings
from tests.support.end_to_end_site import post_text
from tests.support.health_asking import ask, live, samples, until
from tests.support.ops_catalog import ALL, KUBERNETES, settings_in, take_in

SINCE = datetime(2025, 11, 23, 6, 58, 28, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path, health=HealthSettings(listen="127.0.0.1:0"))
    settings.state.directory.mkdir()
    return settings


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    async with open_catalog(settings.state.directory) as catalog:
        yield catalog


async def well() -> Live:
    """A service that is well."""
    return live()


def told_at(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Where the log says that health is told."""
    return re.findall(r"Health is told at (http://\S+):", caplog.text)


@asynccontextmanager
async def served(
    settings: Settings,
    catalog: Catalog,
    caplog: pytest.LogCaptureFixture,
    say: Callable[[], Awaitable[Live]] = well,
) -> AsyncIterator[str]:
    """A service's health; the address under which it is told."""
    caplog.set_level(logging.INFO, "bot.ops.health")
    caplog.clear()
    async with serving_health(settings, catalog, say, Troubles()):
        await until(lambda: bool(told_at(caplog)), "health is told")
        yield told_at(caplog)[0]


async def test_a_loop_that_turns_is_live(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """/healthz says so whatever else does not work: a restart would mend none of it."""

    async def hangs() -> Live:
        await asyncio.Event().wait()
        return live()

    async with served(settings, catalog, caplog, hangs) as base:
        answer = await ask(base, "/healthz")
    assert (answer.status, json.loads(answer.text)) == (200, {"live": True})
    assert answer.headers["Cache-Control"] == "no-store"


async def test_readiness_is_told_with_its_reasons(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """200 if there is none; else 503, with where, what and since when."""
    now = live()

    async def say() -> Live:
        return now

    async with served(settings, catalog, caplog, say) as base:
        answer = await ask(base, "/readyz")
        assert (answer.status, json.loads(answer.text)) == (200, {"ready": True, "reasons": []})
    now = live(reasons=(Trouble("channel news", "Missing Access", SINCE),))
    async with served(settings, catalog, caplog, say) as base:
        answer = await ask(base, "/readyz")
    assert answer.status == 503
    assert json.loads(answer.text) == {
        "ready": False,
        "reasons": [{"where": "channel news", "what": "Missing Access", "since": SINCE.isoformat()}],
    }


async def test_a_locked_catalog_hangs_nothing(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/readyz says 503 within two seconds, and /metrics tells what it can."""
    monkeypatch.setattr(readiness_module, "PATIENCE_SECONDS", 0.2)
    readiness = Readiness(catalog, settings.channels)

    async def say() -> Live:
        signs = Signs(True, 1.0, 300.0, live().discord, ())
        return live(reasons=tuple(await readiness.reasons(signs)))

    async with served(settings, catalog, caplog, say) as base:
        with closing(sqlite3.connect(catalog.path, isolation_level=None)) as shell:
            shell.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            answer, metrics = await asyncio.gather(ask(base, "/readyz"), ask(base, "/metrics"))
            assert time.monotonic() - began < 2.0
            assert answer.status == 503
            assert json.loads(answer.text)["reasons"][0]["where"] == "catalog"
            assert samples(metrics.text)["linkbot_ready", ()] == 0


async def test_a_service_that_does_not_say_how_it_is_is_not_ready(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer hangs: without word of the service, or of the catalog, the rest is told."""
    monkeypatch.setattr(health, "LIVE_PATIENCE_SECONDS", 0.05)

    async def hangs() -> Live:
        await asyncio.Event().wait()
        return live()

    async def cannot(_catalog: Catalog) -> None:
        raise CatalogUnavailableError("no")

    monkeypatch.setattr(health, "count_everything", cannot)
    async with served(settings, catalog, caplog, hangs) as base:
        answer = await ask(base, "/readyz")
        assert (answer.status, json.loads(answer.text)["reasons"][0]["where"]) == (503, "service")
        told = samples((await ask(base, "/metrics")).text)
    assert told["linkbot_ready", ()] == told["linkbot_catalog_readable", ()] == 0
    assert told["process_open_fds", ()] > 0
    assert not any(name.startswith("linkbot_posts") for name, _ in told)


async def test_the_metrics_are_what_the_catalog_counts(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """By channel with its name; one that left the settings keeps its id; all followers are one, whoever they are."""
    await take_in(catalog, settings, {"a.md": post_text("A", tags=["kubernetes"]), "bad.md": "---\ntitle: 'x\n---\n"})
    person, direct = 1_100_000_000_000_000_001, 1_100_000_000_000_000_009
    await catalog.write(
        lambda tables: (
            tables.followers.follow(person, direct, FollowKind.TAG, "kubernetes", SINCE),
            tables.deliveries.plan(1, [direct], SINCE),
            tables.pauses.pause(KUBERNETES, SINCE),
        )
    )
    fewer = settings.model_copy(update={"channels": settings.channels[1:]})
    async with served(fewer, catalog, caplog) as base:
        answer = await ask(base, "/metrics")
    told = samples(answer.text)
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    named = (("channel", "kubernetes"), ("channel_id", str(KUBERNETES)))
    followers = (("channel", "followers"), ("channel_id", ""))
    assert told["linkbot_deliveries", (("channel", str(ALL)), ("channel_id", str(ALL)), ("state", "pending"))] == 1
    assert told["linkbot_deliveries", (*named, ("state", "pending"))] == 1
    assert told["linkbot_deliveries", (*named, ("state", "refused"))] == 0
    assert told["linkbot_deliveries", (*followers, ("state", "pending"))] == 1
    assert told["linkbot_backlog_deliveries", named] == told["linkbot_channel_paused", named] == 1
    assert told["linkbot_backlog_oldest_seconds", followers] > 1000
    assert told["linkbot_posts", (("standing", "announced"),)] == told["linkbot_problems", ()] == 1
    assert told["linkbot_followers", ()] == 1
    assert told["linkbot_database_bytes", ()] > 0
    assert str(person) not in answer.text
    assert str(direct) not in answer.text


async def test_openmetrics_is_told_to_who_asks_for_it(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever else stands in the header, the answer is one that a strict reader takes."""
    async with served(settings, catalog, caplog) as base:
        for accept in (
            "application/openmetrics-text; version=1.0.0,text/plain;q=0.5",
            "application/openmetrics-text;version=x",
        ):
            answer = await ask(base, "/metrics", headers={"Accept": accept})
            assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
            assert "linkbot_ready" in {
                family.name
                for family in openmetrics_families(answer.text)  # type: ignore[no-untyped-call]
            }


async def test_only_looking_is_possible(settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture) -> None:
    """GET and HEAD; another path, or another method, is refused with a word."""
    async with served(settings, catalog, caplog) as base:
        head = await ask(base, "/metrics", "HEAD")
        assert (head.status, head.text) == (200, "")
        nothing = await ask(base, "/../etc/passwd")
        assert (nothing.status, nothing.text) == (404, health.NOTHING_HERE)
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            refused = await ask(base, "/readyz", method)
            assert (refused.status, refused.headers["Allow"]) == (405, "GET,HEAD")


async def test_a_storm_of_questions_is_answered_with_one_look(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many ask at once, the service is looked at once."""
    monkeypatch.setattr(health, "LIVE_SECONDS", 60.0)
    looks: list[int] = []

    async def say() -> Live:
        looks.append(1)
        return live()

    async with served(settings, catalog, caplog, say) as base:
        answers = await asyncio.gather(*(ask(base, path) for path in ("/readyz", "/metrics") * 15))
    assert {answer.status for answer in answers} == {200}
    assert len(looks) == 1


async def test_a_port_that_is_taken_is_told_and_tried_again(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an error in the log, once, and a trouble; it ends nothing, and ends itself when the port is free."""
    monkeypatch.setattr(health, "RETRY_SECONDS", 0.01)
    caplog.set_level(logging.INFO, "bot.ops.health")
    troubles, tries = Troubles(), 0

    def tried() -> bool:
        """Whether it was tried again."""
        nonlocal tries
        tries += "health" in {trouble.where for trouble in troubles.all}
        troubles.end("health")
        return tries >= 3

    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        taken = settings.model_copy(update={"health": HealthSettings(listen=listen)})
        async with serving_health(taken, catalog, well, troubles):
            await until(tried, "the port is tried again")
            await until(lambda: bool(troubles.all), "the trouble is told")
            assert troubles.all[0].where == "health"
            assert troubles.all[0].what.startswith(f"{listen} cannot be listened at (")
            assert caplog.text.count("Health is not told: ") == 1
            other.close()
            await until(lambda: bool(told_at(caplog)), "the port is had")
            assert (await ask(f"http://{listen}", "/healthz")).status == 200
            assert troubles.all == []


@pytest.mark.parametrize("listen", ["no..name:80", "nowhere.invalid:80", "192.0.2.1:9464"])
async def test_an_address_that_cannot_be_had_is_a_trouble(settings: Settings, catalog: Catalog, listen: str) -> None:
    """A name that is none, one that nobody knows, another machine's address: told, and the service goes on."""
    troubles = Troubles()
    elsewhere = settings.model_copy(update={"health": HealthSettings(listen=listen)})
    async with serving_health(elsewhere, catalog, well, troubles):
        await until(lambda: bool(troubles.all), "the trouble is told")
    assert troubles.all == []


async def test_the_address_may_be_one_of_ipv6(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """In brackets, as everywhere."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    six = settings.model_copy(update={"health": HealthSettings(listen="[::1]:0")})
    async with served(six, catalog, caplog) as base:
        assert base.startswith("http://[::1]:")
        assert (await ask(base, "/healthz")).status == 200


async def test_without_an_address_nothing_is_served(
    tmp_path: Path, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """That is the default: no port is opened that nobody asked for."""
    caplog.set_level(logging.INFO, "bot.ops.health")
    tasks = asyncio.all_tasks()
    async with serving_health(settings_in(tmp_path), catalog, well, Troubles()):
        assert asyncio.all_tasks() == tasks
    assert caplog.text == ""


async def raw(base: str, send: bytes) -> bytes:
    """Send bytes as they are; everything that comes back until the other side ends it."""
    host, port = base.removeprefix("http://").rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(send)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_nonsense_is_refused_without_a_word_in_the_log(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """What is no HTTP, or far too much of it, is answered with 400; a port scan must not bury what counts."""
    nonsense = (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # a TLS handshake
        b"GET\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 9000 + b"\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + b"A: a\r\n" * 200 + b"\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    )
    async with served(settings, catalog, caplog) as base:
        caplog.clear()
        for bad in nonsense:
            assert (await raw(base, bad)).split(b"\r\n")[0].endswith(b"400 Bad Request")
        assert (await ask(base, "/healthz")).status == 200
        assert "Error" not in caplog.text


async def test_slow_clients_are_cut_off(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sends a request bit by bit, or nothing at all, has so much time and no more."""
    monkeypatch.setattr(health, "guarded", partial(guarded, seconds=0.1))
    async with served(settings, catalog, caplog) as base:
        slow = raw(base, b"GET /metrics HTTP/1.1\r\nHost: "), raw(base, b"")
        assert b"".join(await asyncio.wait_for(asyncio.gather(*slow), 5)) == b""


async def test_there_are_only_so_many_connections(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those above are cut off at once, so that clients cannot use up the files of the service; then it goes on."""
    monkeypatch.setattr(health, "guarded", partial(guarded, most=3))
    async with served(settings, catalog, caplog) as base:
        host, port = base.removeprefix("http://").split(":")
        slow = [(await asyncio.open_connection(host, int(port)))[1] for _ in range(3)]
        deadline = time.monotonic() + 5
        while await raw(base, b"GET /healthz HTTP/1.0\r\n\r\n"):
            assert time.monotonic() < deadline
        for writer in slow:
            writer.close()
        while not await raw(base, b"GET /healthz HTTP/1.0\r\n\r\n"):
            assert time.monotonic() < deadline


async def test_a_mistake_of_ours_is_told_and_ends_nothing(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """It is answered with 500, and the log has what there is to report."""

    async def mistaken() -> Live:
        raise ZeroDivisionError

    async with served(settings, catalog, caplog, mistaken) as base:
        assert (await ask(base, "/readyz")).status == 500
        assert "please report it" in caplog.text
        assert (await ask(base, "/healthz")).status == 200


async def test_a_server_that_fails_is_told_and_ends_nothing(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The announcer goes on without it, and the log has what there is to report."""

    def mistaken(_factory: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(health, "guarded", mistaken)
    async with serving_health(settings, catalog, well, Troubles()):
        await until(lambda: "Health is not told any more" in caplog.text, "the mistake is told")
    assert "ZeroDivisionError" in caplog.text


async def test_the_end_does_not_wait_for_slow_clients(
    settings: Settings, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    """A service that is told to stop is gone, whoever still asks after its health."""
    async with served(settings, catalog, caplog) as base:
        asking = asyncio.create_task(raw(base, b"GET /metrics HTTP/1.1\r\n"))
        await ask(base, "/healthz")
        began = time.monotonic()
    assert time.monotonic() - began < 2.0
    assert await asyncio.wait_for(asking, 5) == b""
