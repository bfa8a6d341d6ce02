"""Watcher and Scanner driven together as the service does, with a dictionary in place of the catalog."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Literal

from bot.content.post import FileStamp, Post, PostProblem
from bot.content.scan import Outage, Scanner
from bot.content.watch import Hints, Watcher

SETTLE_SECONDS = 0.1


async def until(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait for a condition; fail with `what` should have come about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.005)


def titles_on_disk(root: Path) -> dict[str, str]:
    """The title of each post that can be seen below a directory."""
    found = {}
    for path in root.rglob("*.md"):
        relative = path.relative_to(root)
        if not any(part.startswith(".") for part in relative.parts):
            line = next(line for line in path.read_text().splitlines() if line.startswith("title:"))
            found[str(relative)] = line.removeprefix("title: ").strip("'")
    return found


class Follower:
    """Keeps up with a directory.

    Attributes:
        titles: of the posts that it holds to be there, by path.
        taken: every post in the order in which it was read.
        problems: of every file that was settled but bad.
        gone: every path that was given up.
        outages: the reasons.
    """

    def __init__(self, root: Path, watcher: Watcher, rescan_seconds: float = 60.0) -> None:
        self.titles: dict[str, str] = {}
        self.taken: list[Post] = []
        self.problems: list[PostProblem] = []
        self.gone: list[str] = []
        self.outages: list[str] = []
        self.surveys = 0
        self.watcher = watcher
        self._scanner = Scanner(root, settle_seconds=SETTLE_SECONDS)
        self._known: dict[str, FileStamp] = {}
        self._unsettled: set[str] = set()
        self._rescan_seconds = rescan_seconds

    async def run(self) -> None:
        """Survey everything, then follow hints for ever."""
        await self.handle(Hints(everything=True))
        while True:
            timeout = SETTLE_SECONDS if self._unsettled else self._rescan_seconds
            await self.handle(await self.watcher.next(timeout))

    async def handle(self, hints: Hints) -> None:
        """Look where hints say, and at what was unsettled."""
        if hints.everything:
            self.surveys += 1
            survey = await asyncio.to_thread(self._scanner.survey, self._known)
        else:
            survey = await asyncio.to_thread(self._scanner.survey_paths, hints.paths, self._known)
        if isinstance(survey, Outage):
            self.outages.append(survey.reason)
            return
        if survey.complete:
            for path in survey.gone:
                del self._known[path]
                self.titles.pop(path, None)
                self.gone.append(path)
        wanted = sorted(self._unsettled.union(survey.changed))
        result = await asyncio.to_thread(self._scanner.read, wanted, hints.closed)
        self._unsettled = set(result.unsettled)
        for reading in result.readings:
            self._known[reading.file.path] = reading.file.stamp
            if isinstance(reading.outcome, Post):
                self.taken.append(reading.outcome)
                self.titles[reading.file.path] = reading.outcome.title
            elif isinstance(reading.outcome, PostProblem):
                self.problems.append(reading.outcome)

    async def catches_up(self, root: Path, seconds: float = 20.0) -> None:
        """Wait until it holds just what is on the disk."""
        await until(lambda: self.titles == titles_on_disk(root), "seen is what is there", seconds)


@asynccontextmanager
async def following(
    root: Path, mode: Literal["auto", "native", "polling"] = "native", rescan_seconds: float = 60.0
) -> AsyncIterator[Follower]:
    """A follower at work; it has surveyed the directory once when this is entered."""
    async with Watcher(root, mode) as watcher:
        follower = Follower(root, watcher, rescan_seconds)
        task = asyncio.create_task(follower.run())
        try:
            await until(lambda: follower.surveys > 0 or task.done(), "the first survey")
            yield follower
            assert not task.done(), "the follower ended"
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
