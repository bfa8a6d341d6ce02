"""Several services on one state directory."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

from bot.problems import ExitCode
from tests.support.end_to_end_bot import READY, Bot
from tests.support.end_to_end_process import Process, Spawn, spawn

__all__ = ["Instance", "Instances"]


@dataclass(frozen=True, slots=True)
class Instance:
    """One of them, and the file with what it wrote."""

    process: Process
    log: Path

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.returncode is None

    @property
    def is_ready(self) -> bool:
        """Whether it holds the state directory and has indexed what was there."""
        return self.runs and READY in self.log.read_text()

    def check_end(self) -> None:
        """It was killed, or it ended because of another one, and said so in one sentence with what to do."""
        if self.process.returncode == -signal.SIGKILL:
            return
        said = self.log.read_text()
        assert self.process.returncode == ExitCode.ALREADY_RUNNING, f"{self.process.returncode}: {said}"
        assert said.startswith("linkbot: another Linkbot"), said
        assert "stop it, or give this one a state.directory of its own" in said
        assert len(said.splitlines()) == 1, said


class Instances:
    """Starts more and more of them.

    Attributes:
        all: those that were started and are not known to have ended, in that order.
    """

    def __init__(self, bot: Bot, folder: Path, spawn: Spawn = spawn) -> None:
        """Take the settings, the channels and the site of `bot`, which does not run itself; logs go to `folder`."""
        self.all: list[Instance] = []
        self._started = 0
        self._bot = bot
        self._folder = folder
        self._spawn = spawn

    @property
    def running(self) -> list[Instance]:
        """Those that have not ended."""
        return [instance for instance in self.all if instance.runs]

    async def start(self, count: int) -> None:
        """Start so many more at one instant."""
        logs = [self._next_log() for _ in range(count)]
        started = await asyncio.gather(*(self._spawn(self._bot.config, log, ()) for log in logs))
        self.all += [Instance(process, log) for process, log in zip(started, logs, strict=True)]

    def _next_log(self) -> Path:
        self._started += 1
        log = self._folder / f"instance-{self._started}.log"
        log.touch()
        return log

    async def one_remains(self) -> Instance | None:
        """Wait until one works and no other runs; None: they were killed, and those beside them had ended before.

        Those that have ended must have done so as they should; they are forgotten.
        """
        await self._bot.until(lambda: len(self.running) <= 1, "all but one have ended")
        await self._bot.until(lambda: all(one.is_ready for one in self.running), "the one that remains is ready")
        for instance in self.all:
            if not instance.runs:
                instance.check_end()
        self.all = self.running
        return self.all[0] if self.all else None

    async def kill(self, instance: Instance) -> None:
        """End one with SIGKILL."""
        instance.process.send_signal(signal.SIGKILL)
        await instance.process.wait()

    async def close(self) -> None:
        """End all that still run."""
        for instance in self.running:
            await self.kill(instance)
