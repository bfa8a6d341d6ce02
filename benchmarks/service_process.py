"""The real service in a process of its own, on a content and a state directory of its own."""

import asyncio
import json
import os
import re
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn

__all__ = ["CHANNEL", "Home", "ServiceProcess"]

CHANNEL = 100_000_000_000_000_001
READY = re.compile(rb"bot\.assembly.*Watching ")
NOTES = (b"ticks: ", b"answered: ")  # what the modules beside this one write when the service has ended, or is ready
READY_SECONDS = 300.0
CONNECT_SECONDS = 30.0
STOP_SECONDS = 60.0
LOOK_SECONDS = 0.02  # between two looks at whether something has happened


@dataclass(frozen=True, slots=True)
class Home:
    """Where a service lives, below one folder."""

    folder: Path

    @property
    def content(self) -> Path:
        """The content directory."""
        return self.folder / "content"

    def settings_for(self, standin: StandIn) -> Path:
        """Write settings for one channel that takes every link; return the file."""
        settings = {
            "content": {"directory": str(self.content)},
            "state": {"directory": str(self.state)},
            "discord": {"api_url": standin.api_url, "gateway_url": standin.gateway_url},
            "channels": [{"id": CHANNEL, "name": "links"}],
        }
        file = self.folder / "bot.yaml"
        file.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
        return file

    @property
    def state(self) -> Path:
        """The state directory."""
        return self.folder / "state"


class ServiceProcess:
    """A running ``linkbot run``, from entering the context to leaving it by SIGTERM.

    Attributes:
        ready_seconds: from starting the process until it said that what was there at the start is stored.
        notes: what `module` noted, by its name for it; there when the context is left, or earlier.
    """

    def __init__(self, home: Home, standin: StandIn, module: str = "bot") -> None:
        """`module`: what is run; one of this package notes something beside the service, in its process."""
        self.ready_seconds = 0.0
        self.notes: dict[str, Any] = {}
        self._standin = standin
        self._module = module
        self._arguments = ("run", "--config", str(home.settings_for(standin)))
        self._ready = asyncio.Event()
        self._log: list[bytes] = []

    async def __aenter__(self) -> Self:
        began = time.perf_counter()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._module, *self._arguments,
            stderr=asyncio.subprocess.PIPE, env={**os.environ, "DISCORD_TOKEN": REHEARSAL_TOKEN},
            cwd=Path(__file__).parents[1], limit=2**24,
        )  # fmt: skip
        self._reader = asyncio.create_task(self._read_log(began))
        return self

    async def wait_ready(self) -> None:
        """Wait until what was there at the start is stored."""
        async with asyncio.timeout(READY_SECONDS):
            await self._ready.wait()
        self._refuse_end()

    async def wait_connected(self) -> None:
        """Wait until it is at the stand-in's gateway."""
        async with asyncio.timeout(CONNECT_SECONDS):
            while not self._standin.gateway.connected:
                self._refuse_end()
                await asyncio.sleep(LOOK_SECONDS)

    async def wait_commands(self) -> None:
        """Wait until its commands are registered."""
        async with asyncio.timeout(CONNECT_SECONDS):
            while not self._standin.world.commands[None]:
                self._refuse_end()
                await asyncio.sleep(LOOK_SECONDS)

    def is_ready(self) -> bool:
        """Whether what was there at the start is stored."""
        return self._ready.is_set()

    def peak_memory_megabytes(self) -> float:
        """The largest resident size that the process has had."""
        return self._megabytes("VmHWM")

    def memory_megabytes(self) -> float:
        """The resident size of the process now."""
        return self._megabytes("VmRSS")

    def _megabytes(self, field: str) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        found = re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
        assert found is not None
        return int(found[1]) / 1024

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reader

    def _refuse_end(self) -> None:
        if self._reader.done():
            raise RuntimeError(f"the service ended:\n{b''.join(self._log[-20:]).decode(errors='replace')}")

    async def _read_log(self, began: float) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            if line.startswith(NOTES):
                name, _, noted = line.decode("ascii").partition(": ")
                self.notes[name] = json.loads(noted)
                continue
            self._log.append(line)
            if not self._ready.is_set() and READY.search(line):
                self.ready_seconds = time.perf_counter() - began
                self._ready.set()
        asyncio.get_running_loop().call_soon(self._ready.set)  # whoever waits is told that it ended
