"""Commands while the settings file has mistakes: they must not keep anybody from holding the bot back."""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.catalog.database import Catalog, open_catalog
from bot.catalog.notes import Note
from bot.command_line import announce, backup, pause, resolve, resume
from bot.ops.announce import AnnounceRequest
from bot.ops.control import is_running, serve_control
from bot.ops.last_settings import note_channels
from bot.ops.live import DiscordLink, Live, LiveRequest, mark_of, to_lines
from bot.ops.requests import WireRequest, carry_out
from bot.ops.status import Source, read_status, source_of
from bot.ops.status_formats import as_text
from bot.problems import ExitCode, SettingsError, UsageError
from bot.settings import Settings, load_settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, KUBERNETES, settings_in, take_in

Command = Callable[[argparse.Namespace], ExitCode]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two channels: all and kubernetes."""
    return settings_in(tmp_path)


@pytest.fixture
def mistaken(tmp_path: Path) -> Path:
    """A settings file whose state directory can be made out, and no more."""
    file = tmp_path / "bot.yaml"
    file.write_text("state:\n  directory: state\nchanels: []\n")
    return file


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """A catalog that a service has worked on."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory) as catalog:
        await take_in(catalog, settings, {})
        await note_channels(catalog, settings.channels)
        yield catalog


async def say(command: Command, config: Path, **said: object) -> ExitCode:
    """Give a command as a process of its own would."""
    return await asyncio.to_thread(command, argparse.Namespace(config=config, **said))


@asynccontextmanager
async def a_service(catalog: Catalog, settings: Settings) -> AsyncIterator[list[WireRequest]]:
    """A service under `settings`; the requests that it got."""
    asked: list[WireRequest] = []

    async def answer(request: WireRequest) -> list[str]:
        asked.append(request)
        if not isinstance(request, LiveRequest):
            return (await carry_out(catalog, settings, request)).lines
        names = {channel.id: channel.name for channel in settings.channels}
        link = DiscordLink("Linkbot#1", True, datetime.now(UTC), 1)
        content = settings.content.directory.as_uri()
        live = Live((), link, datetime.now(UTC), (), names, {ALL: 9}, content, mark_of(settings))
        return to_lines(live)

    task = asyncio.ensure_future(serve_control(settings.state.directory, answer))
    deadline = time.monotonic() + 5
    while not await is_running(settings.state.directory):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)
    yield asked
    task.cancel()
    await asyncio.wait([task])


async def paused(catalog: Catalog) -> set[int]:
    return set(await catalog.read(lambda tables: tables.pauses.all()))


async def test_a_name_that_means_another_channel_by_now_is_not_taken(
    catalog: Catalog, settings: Settings, mistaken: Path
) -> None:
    """The person has just written that it is another channel; its id says which one is meant."""
    with mistaken.open("a") as file:
        file.write(f"channels:\n- {{id: {ALL}, name: kubernetes}}\n")
    async with a_service(catalog, settings):
        with pytest.raises(UsageError, match="no channel of the settings is kubernetes"):
            await say(pause.carry_out, mistaken, channel="kubernetes")
        assert await say(pause.carry_out, mistaken, channel=str(KUBERNETES)) is ExitCode.OK
        assert await paused(catalog) == {KUBERNETES}


async def test_the_running_service_is_paused_by_name_and_id(
    catalog: Catalog, settings: Settings, mistaken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It knows its channels; the mistakes in the file are told beside what was done, and what is strange is refused."""
    async with a_service(catalog, settings):
        assert await say(pause.carry_out, mistaken, channel="kubernetes") is ExitCode.OK
        assert await paused(catalog) == {KUBERNETES}
        out = capsys.readouterr().out
        assert out.startswith("kubernetes: paused; ")
        assert f"`linkbot check --config {mistaken}` lists the mistakes" in out
        await say(pause.carry_out, mistaken, channel=None)
        assert await paused(catalog) == {ALL, KUBERNETES}
        await say(resume.carry_out, mistaken, channel=str(ALL))
        assert await paused(catalog) == {KUBERNETES}
        with pytest.raises(UsageError, match=r"no channel of the settings is kubernets; there are .*\(kubernetes\)"):
            await say(resume.carry_out, mistaken, channel="kubernets")


async def test_without_a_service_the_names_are_those_of_the_last_one(
    settings: Settings, mistaken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also a service that will not start with such a file is held back, and what it left is resolved or copied."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory) as catalog:
        await take_in(catalog, settings, {"a.md": post_text("A")})
    with pytest.raises(SettingsError, match="chanels"):
        await say(pause.carry_out, mistaken, channel="all")
    async with open_catalog(settings.state.directory) as catalog:
        await note_channels(catalog, settings.channels)
    await say(pause.carry_out, mistaken, channel="all")
    with pytest.raises(UsageError, match=r"delivery 1 \(a\.md in all\) is pending"):
        await say(resolve.carry_out, mistaken, delivery=1, sent=None, resend=False, drop=True)
    copy = mistaken.parent / "a copy.db"
    assert await say(backup.carry_out, mistaken, file=copy) is ExitCode.OK
    assert f"`linkbot restore '{copy}' --config {mistaken}` puts it back" in capsys.readouterr().out
    async with open_catalog(settings.state.directory) as catalog:
        assert await paused(catalog) == {ALL}


async def test_only_the_service_announces_under_the_settings_before(
    catalog: Catalog, settings: Settings, mistaken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It knows its filters; without it nothing is planned, as it might go where it does not belong."""
    (settings.content.directory / "a.md").write_text(post_text("A"))
    await take_in(catalog, settings, {"a.md": post_text("A")}, baseline=True)
    said = {"posts": [settings.content.directory / "a.md"], "latest": None, "held": False, "drop": False}
    with pytest.raises(SettingsError, match="chanels"):
        await say(announce.carry_out, mistaken, **said, channel="all", dry_run=False)
    async with a_service(catalog, settings) as asked:
        await say(announce.carry_out, mistaken, **said, channel="#all", dry_run=False)
    assert asked[-1] == AnnounceRequest(paths=("a.md",), channel=ALL)
    assert capsys.readouterr().out.startswith("a.md: to be announced in all\n")


async def test_the_status_names_the_channels_all_the_same(catalog: Catalog, settings: Settings, mistaken: Path) -> None:
    """A mistake in the file takes no channel its name: the service has it, or noted it."""
    await take_in(catalog, settings, {"a.md": post_text("A")})
    source = Source(settings.state.directory, file=mistaken, refused="bot.yaml:3: chanels")
    without = as_text(await read_status(source))
    assert "in all since" in without
    assert f"settings    {mistaken} cannot be used\n" in without
    async with a_service(catalog, settings):
        assert "cannot be used; others are in force since 20" in as_text(await read_status(source))
        await catalog.write(lambda tables: tables.notes.remove(Note.CHANNELS))
        assert "in all since" in as_text(await read_status(source))


async def test_settings_that_are_not_in_force_are_told(catalog: Catalog, settings: Settings, tmp_path: Path) -> None:
    """A file that says something else than what the service works by is told, and one that says the same is not."""
    file = tmp_path / "same.yaml"
    file.write_text(settings.model_dump_json())
    async with a_service(catalog, settings):
        same = as_text(await read_status(source_of(load_settings(file), file)))
        assert f"settings    {file}, in force since 20" in same
        other = settings.model_copy(update={"channels": settings.channels[1:]})
        text = as_text(await read_status(source_of(other, file)))
    assert "says something else" not in same
    assert f"settings    others than in {file} are in force since 20" in text
    assert f"! {file} says something else than the settings in force" in text
