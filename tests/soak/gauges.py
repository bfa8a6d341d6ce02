"""What a process holds: memory, files, threads, tasks; sampled while it works, compared at rest."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

__all__ = ["Sample", "Sampler", "growth_of"]

KIBIBYTES = 1024  # bytes, in which Linux tells the resident set
TASKS = "linkbot_asyncio_tasks"


@dataclass(frozen=True, slots=True)
class Sample:
    """A process at one moment.

    Attributes:
        seconds: since the first sample.
        resident: bytes in memory.
        files: open ones, sockets included.
        threads: of the operating system.
        tasks: of the event loop.
    """

    seconds: float
    resident: int
    files: int
    threads: int
    tasks: int

    def __str__(self) -> str:
        megabytes = self.resident / 1e6
        return f"{megabytes:6.1f} MB, {self.files} files, {self.threads} threads, {self.tasks} tasks"


class Sampler:
    """Looks at one process, from outside and through its `/metrics`."""

    def __init__(self, pid: int, health: str) -> None:
        self.samples: list[Sample] = []
        self._process = Path("/proc") / str(pid)
        self._health = health
        self._began = time.monotonic()

    async def sample(self, session: aiohttp.ClientSession) -> Sample:
        """Take a sample, and keep it."""
        async with session.get(f"{self._health}/metrics") as answer:
            metrics = await answer.text()
        taken = Sample(
            seconds=time.monotonic() - self._began,
            resident=self._status("VmRSS") * KIBIBYTES,
            files=len(list((self._process / "fd").iterdir())),
            threads=self._status("Threads"),
            tasks=int(float(_value(metrics, TASKS))),
        )
        self.samples.append(taken)
        return taken

    def _status(self, key: str) -> int:
        lines = (self._process / "status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(f"{key}:")).split()[1])


def _value(metrics: str, name: str) -> str:
    return next(line for line in metrics.splitlines() if line.startswith(f"{name} ")).split()[1]


def growth_of(samples: Sequence[Sample]) -> int:
    """By how many bytes the memory grew from the third quarter of the time to the last, in the median."""
    number = len(samples)
    third, last = samples[number // 2 : number * 3 // 4], samples[number * 3 // 4 :]
    before, after = (statistics.median(sample.resident for sample in quarter) for quarter in (third, last))
    return round(after - before)
