"""``linkbot pause`` and ``linkbot resume``: what they change, refuse and say."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.catalog.database import Catalog, open_catalog
from bot.ops.announce import AnnounceRequest
from bot.ops.done import Done
from bot.ops.outside import carry_out_from_outside
from bot.ops.pause import PauseRequest, ResumeRequest, channel_called
from bot.ops.requests import Request, carry_out, from_line, to_line
from bot.ops.status import read_status
from bot.ops.status_formats import as_json, as_text
from bot.problems import UsageError
from bot.settings import ChannelSettings, Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, KUBERNETES, settings_in, take_in

GONE = 1_200_000_000_000_000_009


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two channels: all and kubernetes."""
    return settings_in(tmp_path)


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """An empty catalog."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory) as catalog:
        yield catalog


async def paused(catalog: Catalog) -> set[int]:
    return set(await catalog.read(lambda tables: tables.pauses.all()))


async def do(catalog: Catalog, settings: Settings, request: Request) -> Done:
    return await carry_out(catalog, settings, request)


async def test_one_channel_is_paused_and_resumed(catalog: Catalog, settings: Settings) -> None:
    """Only the named channel is held back; said twice it stays so, and resuming it makes what waited due."""
    done = await do(catalog, settings, PauseRequest((KUBERNETES,)))
    assert done.lines[0].startswith("kubernetes: paused; what is to be announced there waits")
    assert not done.to_send
    assert await paused(catalog) == {KUBERNETES}
    assert (await do(catalog, settings, PauseRequest((KUBERNETES,)))).lines == ["kubernetes: was paused already"]
    assert await do(catalog, settings, ResumeRequest((KUBERNETES,))) == Done(
        ["kubernetes: resumed; nothing waited"], to_send=True
    )
    assert await paused(catalog) == set()
    done = await do(catalog, settings, ResumeRequest((KUBERNETES,)))
    assert done == Done(["kubernetes: was not paused"], to_send=False)


async def test_all_channels(catalog: Catalog, settings: Settings) -> None:
    """Without a channel all of the settings are paused, and all that are paused are resumed."""
    await do(catalog, settings, PauseRequest())
    assert await paused(catalog) == {ALL, KUBERNETES}
    fewer = settings.model_copy(update={"channels": settings.channels[:1]})
    done = await do(catalog, fewer, ResumeRequest())
    assert done.lines == [
        "all: resumed; nothing waited",
        f"{KUBERNETES}: resumed; nothing waited",
        "direct messages to followers: resumed",
    ]
    assert (await do(catalog, settings, ResumeRequest())).lines == ["no channel was paused"]


async def test_resuming_tells_how_many_posts_waited(catalog: Catalog, settings: Settings) -> None:
    """Whoever lets a channel go is told how many posts that lets out; those that cannot be shown do not count."""
    await do(catalog, settings, PauseRequest())
    files = {f"{name}.md": post_text(name) for name in "abc"}
    await take_in(catalog, settings, {**files, "k.md": post_text("K", tags=["kubernetes"])})
    await take_in(catalog, settings, {"a.md": post_text("a", draft=True)})
    done = await do(catalog, settings, ResumeRequest())
    assert done.lines[:2] == ["all: resumed; 3 posts waited", "kubernetes: resumed; 1 post waited"]


async def test_all_means_followers_too(catalog: Catalog, settings: Settings) -> None:
    """Pausing all holds back direct messages, which status tells; a channel alone neither begins nor ends that."""
    await do(catalog, settings, PauseRequest((ALL,)))
    assert "direct messages" not in as_text(await read_status(settings))
    done = await do(catalog, settings, PauseRequest())
    assert done.lines[-1].startswith("direct messages to followers: paused; what is to be sent waits")
    assert (await do(catalog, settings, PauseRequest())).lines[
        -1
    ] == "direct messages to followers: were paused already"
    await do(catalog, settings, ResumeRequest((ALL, KUBERNETES)))
    status = await read_status(settings)
    assert "paused      direct messages to followers since" in as_text(status)
    assert json.loads(as_json(status))["followers"]["paused_since"] is not None
    done = await do(catalog, settings, ResumeRequest())
    assert done == Done(["direct messages to followers: resumed"], to_send=True)
    assert "direct messages" not in as_text(await read_status(settings))


async def test_what_is_not_there_is_refused_whole(catalog: Catalog, settings: Settings) -> None:
    """A channel that is not in the settings is refused, with those that are, and none of the others is changed."""
    for request in (PauseRequest((ALL, GONE)), ResumeRequest((ALL, GONE))):
        with pytest.raises(UsageError, match=rf"no channel of the settings is {GONE}; there are .*\(kubernetes\)"):
            await do(catalog, settings, request)
    assert await paused(catalog) == set()


async def test_without_channels_there_are_followers_to_pause(catalog: Catalog, settings: Settings) -> None:
    """Where posts go to followers alone, pausing everything holds them back all the same."""
    done = await do(catalog, settings.model_copy(update={"channels": ()}), PauseRequest())
    assert [line.partition(":")[0] for line in done.lines] == ["direct messages to followers"]
    assert await catalog.read(lambda tables: tables.pauses.followers_since()) is not None


def test_people_name_a_channel_by_its_id_or_name(settings: Settings) -> None:
    """A name means its channel, also after a #, a number an id; a name of several channels is no name of one."""
    assert channel_called(settings, "kubernetes") == KUBERNETES
    assert channel_called(settings, "#kubernetes") == KUBERNETES
    assert channel_called(settings, str(ALL)) == ALL
    twice = settings.model_copy(update={"channels": (*settings.channels, ChannelSettings(id=GONE, name="all"))})
    with pytest.raises(UsageError, match="2 channels of the settings are called all"):
        channel_called(twice, "all")
    for strange in ("kubernets", "9" * 5000):
        with pytest.raises(UsageError, match="no channel of the settings is"):
            channel_called(settings, strange)


@pytest.mark.parametrize("request_", [PauseRequest(), PauseRequest((ALL,)), ResumeRequest(), ResumeRequest((ALL,))])
def test_requests_go_over_the_wire(request_: PauseRequest | ResumeRequest) -> None:
    """What a command asks of the service arrives as it was said."""
    assert from_line(to_line(request_)) == request_
    with pytest.raises(UsageError):
        from_line(b'{"pause": {"channels": ["all"]}}\n')


async def test_without_a_service_it_is_done_here(settings: Settings) -> None:
    """While no service runs, a channel is paused all the same, and nothing speaks of sending."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory):
        pass
    assert await carry_out_from_outside(settings, PauseRequest((ALL,))) == [
        "all: paused; what is to be announced there waits until `linkbot resume`, edits and take-backs go on"
    ]
    async with open_catalog(settings.state.directory) as catalog:
        assert await paused(catalog) == {ALL}


async def test_status_and_announce_tell_of_a_pause(catalog: Catalog, settings: Settings) -> None:
    """Whoever looks at the status, or announces into a paused channel, is told that it is paused, and how to end it."""
    await take_in(catalog, settings, {"a.md": post_text("A", tags=["kubernetes"])}, baseline=True)
    before = datetime.now(UTC).replace(microsecond=0)
    await do(catalog, settings, PauseRequest((ALL,)))
    done = await do(catalog, settings, AnnounceRequest(paths=("a.md",)))
    assert done.lines == ["a.md: to be announced in all (paused), kubernetes"]
    status = await read_status(settings)
    (told,) = json.loads(as_json(status))["paused"]
    assert told["channel"] == str(ALL)
    assert datetime.fromisoformat(told["since"]) >= before
    assert f"`linkbot resume {ALL}`" in as_text(status)
