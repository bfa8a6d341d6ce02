"""The shell lines of the README, typed one after another by somebody who has nothing but a copy of the repository."""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn, StandInChannel
from tests.support.documents_markdown import ROOT, shell_blocks

ADDRESS = "https://ADDRESS-OF-THIS-REPOSITORY"  # what the README calls it
CHANNEL = 1_200_000_000_000_000_001
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.02
POST = "---\ntitle: '{}'\ndate: '2026-01-01'\nexternal_url: https://example.org/{}\npost_kind: link\ntldr: Text.\n---\n"
# `linkbot` as an installation has it: this interpreter with its libraries, the code of the copy, a port that is free.
LINKBOT = """#!/bin/sh
if [ "$1" = rehearse ]; then shift; set -- rehearse --port 0 "$@"; fi
PYTHONPATH='{copy}' exec '{python}' -m bot "$@"
"""
# A person at an editor: puts in the token, the channel, the folder, and as Discord's address that of the stand-in.
EDITOR = """#!/bin/sh
case "$1" in
*discord-token) echo '{token}' > "$1" ;;
*bot.yaml) sed -i -e 's|123456789012345678|{channel}|' -e 's|directory: ../content|directory: {content}|' \\
    -e 's|https://discord.com/api/v10|{api_url}|' "$1" ;;
*) exit 1 ;;
esac
"""
LASTS = {"make -C linkbot rehearse": "Rehearsal: open http", "make run": "Watching"}  # and what tells that it works
PARTS = ("bot", "config", "docs", "Makefile", "README.md", "LICENSE", "pyproject.toml", "requirements.lock")


class Reader:
    """Somebody who types the lines of a document into a shell, which keeps its folder and its variables."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._kept = home / "shell"
        self._kept.write_text(f"cd '{home}'\n")
        self._environment = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        self._environment |= {"HOME": str(home), "EDITOR": str(home / "editor")}
        self._environment |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{home}/origin.insteadOf"}
        self._environment["GIT_CONFIG_VALUE_0"] = ADDRESS

    async def type(self, line: str) -> str:
        """Run a line to its end, which has to be good; what it printed."""
        process = await self._shell(
            f"{line}\n{{ echo cd \"'$PWD'\"; export -p; }} > '{self._kept}'", asyncio.subprocess.PIPE
        )
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        assert process.returncode == 0, f"{line}: {out.decode()}"
        return out.decode()

    @asynccontextmanager
    async def leave_running(self, line: str, sign: str) -> AsyncIterator[None]:
        """Run a line that lasts, from when it shows that it works; at the end it gets what Ctrl+C sends, and ends."""
        log = self._home / "log"
        with log.open("wb") as stream:
            process = await self._shell(line, stream.fileno())
        try:
            await until(lambda: sign in log.read_text() or process.returncode is not None, f"{line}: {sign}")
            assert process.returncode is None, log.read_text()
            yield
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGINT)
            await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
        assert "Traceback" not in log.read_text()

    async def _shell(self, script: str, out: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *("bash", "-euc", f". '{self._kept}'\n{script}"),
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what}"
        await asyncio.sleep(LOOK_SECONDS)


async def publish(reader: Reader, home: Path) -> None:
    """Make the repository that the reader clones: the files of this one as they are now."""
    origin = home / "origin"
    origin.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, origin / part, ignore=shutil.ignore_patterns("__pycache__", "bot.yaml"))
        else:
            shutil.copy(ROOT / part, origin / part)
    await reader.type(
        "cd origin && git init --quiet && git add . && git -c user.name=x -c user.email=x@y commit -qm x; cd .."
    )


def install(copy: Path) -> None:
    """What `make` makes of an empty copy, without asking an index for what is installed here anyway."""
    programs = copy / ".venv" / "bin"
    programs.mkdir(parents=True)
    executable(programs / "linkbot", LINKBOT.format(copy=copy, python=sys.executable))
    executable(programs / "pip", "#!/bin/sh\nexit 1\n")  # there is nothing for it to do
    (copy / ".venv" / ".run").touch()


def executable(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o700)


@pytest.mark.skipif(
    not all(map(shutil.which, ("git", "make", "bash"))), reason="a program that the README uses is missing"
)
async def test_the_lines_of_the_readme_work(tmp_path: Path) -> None:
    """From the clone to the first card: each line of the README does what it says, typed as it stands there."""
    home, copy, content = tmp_path, tmp_path / "linkbot", tmp_path / "site"
    content.mkdir()
    (content / "first.md").write_text(POST.format("First", "first"))
    async with StandIn([StandInChannel(CHANNEL, "news")]) as discord:
        values = {"token": REHEARSAL_TOKEN, "channel": CHANNEL, "content": content, "api_url": discord.api_url}
        executable(home / "editor", EDITOR.format(**values))
        reader = Reader(home)
        await publish(reader, home)
        cloning, *others = (line for block in shell_blocks(ROOT / "README.md") for line in block.splitlines())
        await reader.type(cloning)
        install(copy)
        async with reader.leave_running(others[0], LASTS[others[0]]):
            pass
        await reader.type("cd linkbot")
        rest = others[1:]
        starting = rest.index("make run")
        for line in rest[:starting]:
            await reader.type(line)
        async with reader.leave_running(rest[starting], LASTS["make run"]):
            for line in rest[starting + 1 :]:
                await reader.type(line)
            await until(lambda: len(discord.messages(CHANNEL)) == 1, "the card stands")
