"""``linkbot`` in a process of its own, as a person starts it, in a folder of their own."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Ended", "Running", "as_at_a_terminal", "linkbot", "running"]

PROJECT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended: its exit code, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line on standard error of a command that could not do as asked."""
        (line,) = self.err.splitlines()
        assert line.startswith("linkbot: ")
        return line.removeprefix("linkbot: ")


class Running:
    """A command that runs; what it writes goes into files."""

    def __init__(self, process: asyncio.subprocess.Process, out: Path, err: Path) -> None:
        self.process = process
        self._out, self._err = out, err

    @property
    def out(self) -> str:
        """What it wrote for people until now."""
        return self._out.read_text()

    @property
    def err(self) -> str:
        """What it logged until now."""
        return self._err.read_text()

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert self.process.returncode is None, f"it ended before: {what}: {self.out}\n{self.err}"
            assert time.monotonic() < deadline, f"not in time: {what}: {self.out}\n{self.err}"
            await asyncio.sleep(LOOK_SECONDS)

    async def stop(self, number: signal.Signals) -> Ended:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return await self.end()

    async def end(self) -> Ended:
        """Wait for the end; where it does not come, what each thread of the process does is told."""
        try:
            code = await asyncio.wait_for(self.process.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            self.process.send_signal(signal.SIGABRT)
            await self.process.wait()
            raise AssertionError(f"it does not end: {self.out}\n{self.err}") from None
        return Ended(code, self.out, self.err)


async def linkbot(*arguments: str | Path, cwd: Path, **environment: str) -> Ended:
    """Run a command to its end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *as_at_a_terminal(*map(str, arguments))),
        cwd=cwd,
        env=_environment(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


@asynccontextmanager
async def running(*arguments: str | Path, cwd: Path, **environment: str) -> AsyncIterator[Running]:
    """Run a command that lasts; it is killed at the end if it still runs."""
    out, err = cwd / "stdout", cwd / "stderr"
    with out.open("wb") as for_out, err.open("wb") as for_err:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *as_at_a_terminal(*map(str, arguments))),
            cwd=cwd,
            env=_environment(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=for_out,
            stderr=for_err,
        )
    try:
        yield Running(process, out, err)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def as_at_a_terminal(*arguments: str) -> tuple[str, ...]:
    """`arguments` of ``linkbot``; the service then logs as it does for people, unless they say how it is to."""
    if arguments[:1] != ("run",) or "--log-format" in arguments:
        return arguments
    return "run", "--log-format", "text", *arguments[1:]


def _environment(more: dict[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(PROJECT), "PYTHONFAULTHANDLER": "1", **more}
