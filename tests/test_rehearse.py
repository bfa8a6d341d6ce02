"""``linkbot rehearse`` in a process of its own: what a newcomer sees, and that nothing is left behind."""

import asyncio
import json
import re
import shlex
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.cli_process import Ended, Running, linkbot, running
from tests.support.end_to_end_site import Site, post_text

ALL_LINKS = 100000000000000001
LAST_OF_THE_SAMPLE = "RFC 9110: which requests may be sent twice"
OWN = 1_200_000_000_000_000_001
NOISE = re.compile(r"PyNaCl|davey|Traceback|DEBUG|never retrieved")


class Rehearsal:
    """A rehearsal that runs."""

    def __init__(self, process: Running) -> None:
        self.process = process

    @property
    def page(self) -> str:
        """Where the page is."""
        found = re.search(r"http://127\.0\.0\.1:\d+/", self.process.out)
        assert found
        return found[0]

    @property
    def content(self) -> Path:
        """The content directory, as it is told."""
        found = re.search(r"^Content directory: (.*)$", self.process.out, re.MULTILINE)
        assert found
        return Path(found[1])

    async def get(self, path: str) -> Any:
        """Ask the stand-in as the page does."""
        async with aiohttp.ClientSession() as session, session.get(self.page + path) as response:
            return await response.json(content_type=None)

    async def titles(self, channel: int) -> list[str]:
        """The cards that stand in a channel."""
        messages = await self.get(f"standin/messages?channel={channel}")
        return [embed["title"] for message in messages for embed in message["shown_embeds"]]

    async def stands(self, title: str, channel: int) -> None:
        """Wait until a card stands."""
        deadline = time.monotonic() + 20
        while title not in await self.titles(channel):
            assert time.monotonic() < deadline, self.process.err
            await asyncio.sleep(0.02)


@asynccontextmanager
async def rehearsal(folder: Path, *arguments: str | Path) -> AsyncIterator[Rehearsal]:
    """Start one on a free port with its temporary folder below `folder`; ready for posts."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    async with running("rehearse", "--port", "0", *arguments, cwd=folder, TMPDIR=str(temporary)) as process:
        await process.until(lambda: "Drop a post there" in process.out, "the rehearsal is ready")
        yield Rehearsal(process)


def left_behind(folder: Path) -> list[Path]:
    """What a rehearsal made; Python itself makes a file there for a moment, to see whether it can."""
    return list((folder / "tmp").glob("linkbot-*"))


def settings(folder: Path, **sections: Any) -> Path:
    """A person's own settings, whose Discord and state must not be touched."""
    (folder / "content").mkdir(exist_ok=True)
    file = folder / "bot.yaml"
    own = {
        "content": {"directory": "content"},
        "state": {"directory": "own-state"},
        "discord": {"api_url": "http://127.0.0.1:9/api/v10"},
        "channels": [{"id": OWN, "name": "own", "mention": [OWN + 1]}],
        "commands": {"guilds": [OWN + 2]},
        **sections,
    }
    file.write_text(json.dumps(own))
    return file


def add_channel(config: Path) -> None:
    """Write one channel more into a settings file."""
    written = json.loads(config.read_text())
    written["channels"].append({"id": OWN, "name": "more"})
    config.write_text(json.dumps(written))


async def test_a_newcomer_sees_cards_come(tmp_path: Path) -> None:
    """Sample posts arrive by themselves, a dropped file appears at once, there is somebody to ask as and somebody who
    manages, and the log does not bury the address."""
    async with rehearsal(tmp_path) as shown:
        assert shown.process.out.startswith(f"Rehearsal: open {shown.page}\n")
        Site(shown.content, tmp_path / "outside").write("docs/mine.md", "A post of mine")
        await shown.stands("A post of mine", ALL_LINKS)
        await shown.process.until(lambda: "All sample posts are out" in shown.process.out, "the sample is out")
        await shown.stands(LAST_OF_THE_SAMPLE, ALL_LINKS)
        assert len(await shown.titles(ALL_LINKS)) == 6
        people = {person["name"]: person["manages"] for person in (await shown.get("standin/state"))["people"]}
        assert (people["visitor"], people["manager"]) == (False, True)
        ended = await shown.process.stop(signal.SIGINT)
    assert ended.code == 0
    assert left_behind(tmp_path) == []
    assert not NOISE.search(ended.err), ended.err
    assert len(ended.err.splitlines()) < 30  # so that the address, told once more at the end, stays on the screen


async def test_a_rehearsal_can_be_asked_and_told_like_the_service(tmp_path: Path) -> None:
    """The commands that it names are typed as it was started, and its settings lead them to it: an older post that is
    asked for appears, and so does a channel that is written into them. The end of the terminal is the end of it all."""
    async with rehearsal(tmp_path) as shown:
        found = re.search(r"pause, resume and backup .*\n +(.*) status --config (.*)$", shown.process.out, re.MULTILINE)
        assert found
        assert shlex.split(found[1]) == [sys.executable, "-m", "bot"]
        (config,) = shlex.split(found[2])
        status = await linkbot("status", "--config", config, cwd=tmp_path)
        assert status.out.startswith("service     running since ")
        told = await linkbot("announce", "docs/2024-06-18-twelve-factors.md", "--config", config, cwd=tmp_path)
        assert told.code == 0
        await shown.stands("The twelve factors, read again", ALL_LINKS)
        add_channel(Path(config))
        asked = re.search(r"^ +DISCORD_TOKEN=(\S+) .* (check --online .*)$", shown.process.out, re.MULTILINE)
        assert asked
        checked = await linkbot(*shlex.split(asked[2]), cwd=tmp_path, DISCORD_TOKEN=asked[1])
        assert "Discord: #all-links in Rehearsal: text channel, all permissions." in checked.out
        await shown.process.until(lambda: "channel more is new" in shown.process.err, "it follows its settings")
        Site(shown.content, tmp_path / "outside").write("docs/mine.md", "A post of mine")
        await shown.stands("A post of mine", OWN)
        assert (await shown.process.stop(signal.SIGHUP)).code == 0
    assert left_behind(tmp_path) == []


async def test_sigterm_ends_it_in_good_order(tmp_path: Path) -> None:
    """A rehearsal that is stopped in its middle ends with 0, and its temporary folder is gone."""
    async with rehearsal(tmp_path) as shown:
        assert left_behind(tmp_path)
        ended = await shown.process.stop(signal.SIGTERM)
    assert ended.code == 0
    assert left_behind(tmp_path) == []
    assert not NOISE.search(ended.err), ended.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_impatience_leaves_nothing_behind_either(tmp_path: Path, number: signal.Signals) -> None:
    """Signal upon signal, from before the service runs until all is tidied up, ends with 0 and without the folder."""
    (tmp_path / "tmp").mkdir()
    async with running("rehearse", "--port", "0", cwd=tmp_path, TMPDIR=str(tmp_path / "tmp")) as process:
        await process.until(lambda: bool(left_behind(tmp_path)), "it has begun")
        ended = await impatiently(process, number, tmp_path)
    assert ended.code == 0
    assert left_behind(tmp_path) == []
    assert not NOISE.search(ended.err), ended.err


async def test_impatience_with_a_running_one_changes_nothing(tmp_path: Path) -> None:
    """A second Ctrl+C does not cut short what the first one began."""
    async with rehearsal(tmp_path) as shown:
        ended = await impatiently(shown.process, signal.SIGINT, tmp_path)
    assert ended.code == 0
    assert left_behind(tmp_path) == []
    assert not NOISE.search(ended.err), ended.err


async def impatiently(process: Running, number: signal.Signals, folder: Path) -> Ended:
    """Send signals for as long as there is anything to tidy up."""
    while left_behind(folder):
        process.process.send_signal(number)
        await asyncio.sleep(0.002)
    return await process.end()


async def test_own_content_is_rehearsed(tmp_path: Path) -> None:
    """With --content the posts that are there are only indexed, however many; a new one appears, the site stays."""
    site = Site(tmp_path / "site", tmp_path / "outside")
    site.write_at_once("many", [f"Post {number}" for number in range(3000)])
    async with rehearsal(tmp_path, "--content", "site") as shown:
        assert shown.content == site.root
        assert "only indexed; what comes from now on is announced" in shown.process.out
        site.write("new.md", "A new one")
        await shown.stands("A new one", ALL_LINKS)
        assert await shown.titles(ALL_LINKS) == ["A new one"]
        assert (await shown.process.stop(signal.SIGINT)).code == 0
    assert len(list(site.root.rglob("*"))) == 3002
    assert left_behind(tmp_path) == []


async def test_own_settings_are_rehearsed_without_touching_what_they_name(tmp_path: Path) -> None:
    """With --config its channels and rules are tried; its state, its Discord and its monitoring port are not used."""
    with socket.socket() as of_the_service:
        of_the_service.bind(("127.0.0.1", 0))
        of_the_service.listen()
        listen = f"127.0.0.1:{of_the_service.getsockname()[1]}"
        config = settings(tmp_path, announce={"first_run": "announce"}, health={"listen": listen})
        (tmp_path / "content/post.md").write_text(post_text("Own post"))
        async with rehearsal(tmp_path, "--config", config) as shown:
            await shown.stands("Own post", OWN)
            state = await shown.get("standin/state")
            assert [channel["name"] for channel in state["channels"]] == ["own"]
            await shown.process.until(lambda: "Registered the slash commands" in shown.process.err, "commands")
            ended = await shown.process.stop(signal.SIGINT)
    assert ended.code == 0
    assert "WARNING" not in ended.err
    assert not (tmp_path / "own-state").exists()


async def test_a_forum_is_rehearsed(tmp_path: Path) -> None:
    """With --forum a channel is one: a post becomes a thread there, with the forum's tags that it has."""
    async with rehearsal(tmp_path, "--forum", "kubernetes") as shown:
        deadline = time.monotonic() + 20
        while not (threads := [each for each in (await shown.get("standin/state"))["channels"] if each["parent_id"]]):
            assert time.monotonic() < deadline, shown.process.err
            await asyncio.sleep(0.05)
        assert (threads[0]["parent_id"], threads[0]["applied_tags"]) == (str(ALL_LINKS + 1), ["1"])
        assert await shown.titles(int(threads[0]["id"])) == [threads[0]["name"]]
        ended = await shown.process.stop(signal.SIGINT)
    assert ended.code == 0
    assert not NOISE.search(ended.err), ended.err


async def test_a_sample_that_is_taken_away_does_no_harm(tmp_path: Path) -> None:
    """When the person removes the folder that the sample arrives in, it is said, and the rehearsal goes on."""
    async with rehearsal(tmp_path) as shown:
        (shown.content / "docs").rename(tmp_path / "taken")
        await shown.process.until(lambda: "cannot arrive any more" in shown.process.out, "it is said")
        Site(shown.content, tmp_path / "outside").write("mine.md", "A post of mine")
        await shown.stands("A post of mine", ALL_LINKS)
        ended = await shown.process.stop(signal.SIGINT)
    assert ended.code == 0
    assert not NOISE.search(ended.err), ended.err


async def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    """Somebody else's port is told with the way out, and no folder stays behind."""
    (tmp_path / "tmp").mkdir()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = await linkbot("rehearse", "--port", str(port), cwd=tmp_path, TMPDIR=str(tmp_path / "tmp"))
    assert ended.code == 2
    assert ended.sentence.startswith(f"port {port} is taken, perhaps by another rehearsal; choose another one, ")
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--content", "nowhere"), 2, "--content: nowhere is no directory"),
        (("--forum", "nowhere"), 2, "--forum: there is no channel nowhere in the settings; they have: all-links, "),
        (("--config", "nowhere.yaml"), 78, "nowhere.yaml: there is no such settings file"),
        (("--config", "bot.yaml"), 78, "content.directory is "),
    ],
)
async def test_what_cannot_be_rehearsed_is_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    """A directory or settings file that is not there is told in words."""
    settings(tmp_path, content={"directory": "gone"})
    ended = await linkbot("rehearse", "--port", "0", *arguments, cwd=tmp_path)
    assert ended.code == code
    assert ended.err.splitlines()[-1].startswith(f"linkbot: {sentence}")
    assert not NOISE.search(ended.err), ended.err
