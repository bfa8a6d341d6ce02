"""Starting the service as an operating system's process, in which nothing of the test's own runs."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from bot.rehearsal.standin import REHEARSAL_TOKEN

__all__ = ["PROJECT", "RUN", "Process", "Spawn", "environment", "spawn"]

PROJECT = Path(__file__).parents[2]
RUN = ("-m", "bot")


class Process(Protocol):
    """A process of the service, as `asyncio.subprocess.Process` has it."""

    @property
    def pid(self) -> int:
        """Its id."""

    @property
    def returncode(self) -> int | None:
        """Its exit code, negative for the signal that killed it; None while it runs."""

    def send_signal(self, signal: signal.Signals, /) -> None:
        """Let a signal reach it."""

    async def wait(self) -> int:
        """Wait until it has ended; its exit code."""


Spawn = Callable[[Path, Path, Sequence[str]], Awaitable[Process]]
"""Starts the service with a settings file; what it writes is added to a log. See `spawn`."""


async def spawn(config: Path, log: Path, python: Sequence[str] = RUN) -> Process:
    """Start it as a person does at a terminal; `python` are arguments for the interpreter in place of ``-m bot``."""
    with log.open("ab") as written:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, *(python or RUN), "run", "--log-format", "text", "--config", str(config)),
            cwd=PROJECT,
            env=environment(DISCORD_TOKEN=REHEARSAL_TOKEN),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )


def environment(**more: str) -> dict[str, str]:
    """The variables of a process that knows nothing of the one that started it."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **more}
