"""``linkbot status``: what a person should look at, each thing once, with the command that helps."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.announcing.troubles import Trouble
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.notes import Note
from bot.catalog.tables import Tables
from bot.ops.last_errors import LoggedError
from bot.ops.live import DiscordLink, Live
from bot.ops.status import Status, read_status, source_of
from bot.ops.status_formats import as_json, as_text
from bot.settings import Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, KUBERNETES, settings_in, take_in

NOW = datetime(2025, 11, 23, 6, 58, 28, tzinfo=UTC)
LINKED = DiscordLink("Linkbot#1", True, NOW, 2)
REFUSED = Trouble("channel all", "the bot may not write there", NOW, is_refusal=True)


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


async def note(catalog: Catalog, key: Note, value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    await catalog.write(lambda tables: tables.notes.put(key, text))


async def while_it_runs(settings: Settings, *troubles: Trouble, errors: tuple[LoggedError, ...] = ()) -> Status:
    """The status as a running service that has these troubles would have it told."""
    live = Live(troubles, LINKED, NOW, (), guild_ids={ALL: 9})
    status = await read_status(settings)
    return replace(status, running=True, live=live, troubles=troubles, errors=errors)


def looks(status: Status) -> list[str]:
    return [line for line in as_text(status).splitlines() if line.startswith("! ")]


async def test_a_service_that_did_not_end_in_good_order_is_told(catalog: Catalog, settings: Settings) -> None:
    """Killed or crashed, it left no end behind; one that ended well, and one that runs, are no news."""
    service = {"since": NOW.isoformat(), "process": 1}
    crashed = "! the last service did not end in good order"
    await take_in(catalog, settings, {})
    await note(catalog, Note.SERVICE, service)
    assert crashed in as_text(await read_status(settings))
    assert crashed not in as_text(await while_it_runs(settings))
    await note(catalog, Note.SERVICE, {**service, "ended": NOW.isoformat()})
    assert crashed not in as_text(await read_status(settings))


async def test_what_a_backup_tells_is_not_taken_for_what_ran_here(catalog: Catalog, settings: Settings) -> None:
    """Until a service took it up, one line says whose numbers these are, and nothing speaks of its service."""
    await take_in(catalog, settings, {})
    await note(catalog, Note.SERVICE, {"since": NOW.isoformat(), "process": 1})
    await note(catalog, Note.BACKUP, NOW.isoformat())
    status = await read_status(settings)
    (line,) = looks(status)
    assert line.startswith("! a backup of 2025-11-23 06:58:28 UTC was put in the place of the catalog")
    assert "the next start announces nothing of what came since" in line
    assert "service     not running\n" in as_text(status)
    assert json.loads(as_json(status))["backup_at"] == NOW.isoformat()


async def test_a_channel_that_refuses_names_the_command(catalog: Catalog, settings: Settings) -> None:
    """Who mended its permissions is told the command for this channel alone; a pause is not ended by the way."""
    await take_in(catalog, settings, {"a.md": post_text("A")})
    told = f"once that is mended, `linkbot resume {ALL}` tries it at once"
    assert told in looks(await while_it_runs(settings, REFUSED))[0]
    passing = Trouble("channel all", "Discord failed", NOW)
    assert "linkbot resume" not in looks(await while_it_runs(settings, passing))[0]
    await catalog.write(lambda tables: tables.pauses.pause(ALL, NOW))
    assert "linkbot resume" not in looks(await while_it_runs(settings, REFUSED))[0]


async def test_the_same_is_not_told_twice_as_an_error(catalog: Catalog, settings: Settings) -> None:
    """An error whose reason stands behind a `!` is left out; others stay, and those that are over are marked."""
    await take_in(catalog, settings, {})
    await note(catalog, Note.SERVICE, {"since": (NOW - timedelta(hours=1)).isoformat(), "process": 1})

    def error(text: str, where: str = "bot.x", at: datetime = NOW) -> LoggedError:
        return LoggedError(at, at, where, text)

    errors = (
        error("ended by OSError: of an earlier service", at=NOW - timedelta(hours=2)),
        error("news: channel 1 refuses: it was archived", "bot.announcing.desk"),
        error("all: channel 1 refuses: the bot may not write there; the next try is in 60 s", "bot.announcing.desk"),
        error("The settings stay as they were: bot.yaml:3: chanels: there is no such setting", "bot.ops.reload"),
        error("A mistake in Linkbot itself"),
    )
    mistakes = Trouble("settings", "bot.yaml cannot be taken: bot.yaml:3: chanels: there is no such setting", NOW)
    status = await while_it_runs(settings, REFUSED, mistakes, errors=errors)
    lines = [line for line in as_text(status).splitlines() if line.startswith("error")]
    assert [line.partition(" UTC ")[2] for line in lines] == [
        "(over) ended by OSError: of an earlier service",
        "(over) news: channel 1 refuses: it was archived",
        "A mistake in Linkbot itself",
    ]
    assert len(json.loads(as_json(status))["last_errors"]) == len(errors)
    dead = as_text(replace(status, running=False, live=None, troubles=(), errors=errors))
    assert "(over) The settings stay as they were" in dead  # the file can be used now
    assert dead.count("(over)") == 1


async def test_suggested_commands_work_where_the_settings_are_elsewhere(catalog: Catalog, settings: Settings) -> None:
    """What a person copies from the status reaches the same bot."""
    await take_in(catalog, settings, {"a.md": post_text("A")})
    await catalog.write(lambda tables: tables.pauses.pause(ALL, NOW))
    text = as_text(await read_status(source_of(settings, Path("/etc/my bot.yaml"))))
    assert f"`linkbot resume {ALL} --config '/etc/my bot.yaml'`" in text
    assert "start it (`linkbot run --config '/etc/my bot.yaml'`)" in text
    assert "--config" not in as_text(await read_status(source_of(settings, Path("config/bot.yaml"))))


async def test_messages_of_a_channel_that_left_the_settings_wait_for_nothing(
    catalog: Catalog, settings: Settings
) -> None:
    """Nobody is told that a card will still be changed where Linkbot leaves all as it is."""
    await take_in(catalog, settings, {"a.md": post_text("A", tags=["kubernetes"])})

    def send(tables: Tables) -> None:
        claim = tables.deliveries.claim(KUBERNETES, "n", tables.deliveries.pending(KUBERNETES, 1, NOW), NOW)
        tables.deliveries.record_sent(claim, 1, NOW)

    await catalog.write(send)
    await take_in(catalog, settings, {"a.md": post_text("Another", tags=["kubernetes"])})
    text = as_text(await read_status(settings.model_copy(update={"channels": settings.channels[:1]})))
    assert f"1 not brought up to date in {KUBERNETES}, as long as that is not in the settings" in text
    assert "still to be brought" not in text


async def test_a_delivery_to_look_at_leads_to_its_channel(catalog: Catalog, settings: Settings) -> None:
    """While the service runs, which knows the server, there is a link to the place where a person must look."""
    await take_in(catalog, settings, {"a.md": post_text("A")})

    def lose_sight(tables: Tables) -> None:
        claim = tables.deliveries.claim(ALL, "n", tables.deliveries.pending(ALL, 1, NOW), NOW)
        tables.deliveries.give_up(claim, "the history cannot be read")

    await catalog.write(lose_sight)
    link = f"a.md in all (https://discord.com/channels/9/{ALL}) is unknown"
    assert link in as_text(await while_it_runs(settings))
    assert "a.md in all is unknown" in as_text(await read_status(settings))
