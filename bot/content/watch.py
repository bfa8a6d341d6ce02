"""Wakes when something changes below the content directory. Wakes, no more: `scan` finds out what it was.

The system loses events (queue overflow, bursts, too few watches, a folder filled while it is being noticed), watchdog's
threads can die without a word, and a directory swapped for another one sends none at all. So hints are followed by a
look at everything, and four times a second the watch itself is looked after.
"""

import asyncio
import contextlib
import logging
import math
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, Self

from bot.content.gather import Gathering, Hints
from bot.content.mounts import Choice, choose_mode
from bot.content.native import NativeWatch, OverflowListener, list_folders

__all__ = ["Hints", "Watcher"]

log = logging.getLogger(__name__)

CHECK_SECONDS = 0.25
COVERAGE_SECONDS = 1.0  # after folders came or went: whether each has its watch
RETRY_SECONDS = 60.0  # after the system refused to watch

_ADVICE = (
    "raise fs.inotify.max_user_watches and fs.inotify.max_user_instances (sysctl), or set content.watcher: polling"
)

Identity = tuple[str, int, int]  # of a directory: real path, device, inode


class Watcher:
    """Watches a content directory; an asynchronous context manager, for one task.

    The directory need not be there: it is watched as soon as it is. Nothing that happens to it ends the watching.

    Args:
        root: the content directory.
        mode: ``native`` listens to the system, ``polling`` only keeps time, ``auto`` takes what the file system allows.

    Attributes:
        rearmed: how many times watching had to begin anew.
        overflows: how many times the system said that it dropped events.
    """

    def __init__(self, root: Path, mode: Literal["auto", "native", "polling"]) -> None:
        self.rearmed = 0
        self.overflows = 0
        self._root = root
        self._wanted = mode
        self._choice = Choice("polling" if mode == "polling" else "native", f"content.watcher is {mode}")
        self._thread = ThreadPoolExecutor(1, "linkbot-watcher")  # for all that may block, such as `stat` on a mount
        self._inbox = _Inbox()
        self._listener: OverflowListener | None = None
        self._watch: NativeWatch | None = None
        self._identity: Identity | None = None
        self._check_at = 0.0
        self._retry_at = math.inf
        self._overflowed = False
        self._warned = False

    @property
    def mode(self) -> Literal["native", "polling"]:
        """How the directory is watched at present; with ``polling``, call `next` with a short timeout."""
        return self._choice.mode

    @property
    def why(self) -> str:
        """Why it is watched that way."""
        return self._choice.why

    async def __aenter__(self) -> Self:
        self._inbox.open(asyncio.get_running_loop())
        self._listener = OverflowListener(self._lost_events)
        try:
            await self._in_thread(self._arm)
        except BaseException:
            self._thread.submit(self._disarm)
            self._close()
            raise
        log.info("How changes in %r are noticed: %s (%s)", str(self._root), self.mode, self.why)
        return self

    async def __aexit__(self, *exc: object) -> None:
        try:
            await self._in_thread(self._disarm)
        finally:
            self._close()

    async def next(self, timeout: float) -> Hints:  # noqa: ASYNC109  (running out of time is an answer here, not an error)
        """Wait until there is something to look at.

        Args:
            timeout: in seconds; after it everything is to be looked at, hints or none.

        Returns:
            Hints. A look at everything that they ask for covers all that happened before this returned. Nothing is
            lost if the waiting is cancelled.
        """
        deadline = time.monotonic() + timeout
        while True:
            if self._wanted != "polling" and time.monotonic() >= self._check_at:
                await self._in_thread(self._check)
                self._check_at = time.monotonic() + CHECK_SECONDS
            hints, due_at = self._inbox.take()
            if hints is not None:
                return hints
            if time.monotonic() >= deadline:
                return Hints(everything=True)
            until = deadline if self._wanted == "polling" else min(deadline, self._check_at)
            await self._inbox.wait(until if due_at is None else min(until, due_at))

    def _close(self) -> None:
        if self._listener is not None:
            self._listener.remove()
        self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _check(self) -> None:
        """Look after the watch; begin anew if it is not what it should be."""
        identity = _identify(self._root)
        if identity == self._identity and self._is_sound():
            return
        self._disarm()
        self._arm()
        if self._watch is not None:
            self.rearmed += 1
            log.info("Content directory %r: watching anew", str(self._root))
        self._inbox.flow()

    def _is_sound(self) -> bool:
        """Whether what there is does its work: a watch, or nothing where nothing can be had for now."""
        if self._watch is None or self._identity is None:
            return time.monotonic() < self._retry_at
        if self._overflowed or not self._watch.is_alive():
            return False
        if not self._inbox.folders_settled(COVERAGE_SECONDS):
            return True
        return not self._watch.unwatched(list_folders(self._identity[0]))

    def _arm(self) -> None:
        self._overflowed = False
        self._retry_at = math.inf
        self._identity = _identify(self._root)
        if self._identity is None:
            return
        self._choice = choose_mode(self._root, self._wanted)
        if self._choice.mode == "polling":
            return
        root = self._identity[0]
        folders = list_folders(root)
        try:
            self._watch = NativeWatch(root, self._inbox)
        except (FileNotFoundError, NotADirectoryError):
            self._identity = None  # went away this moment; the next check sees it come back
        except (OSError, RuntimeError) as error:  # limit on watches or instances; on threads
            self._give_up(f"the system refuses: {error}")
        else:
            missing = self._watch.unwatched(folders)
            if missing:
                self._disarm()
                self._give_up(f"the system refuses to watch {missing:,} of {len(folders):,} folders")

    def _give_up(self, reason: str) -> None:
        self._choice = Choice("polling", reason)
        self._retry_at = time.monotonic() + RETRY_SECONDS
        if not self._warned:
            log.warning("Content directory %r is looked at from time to time instead of being watched: %s; %s",
                        str(self._root), reason, _ADVICE)  # fmt: skip
        self._warned = True

    def _disarm(self) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch = None

    def _lost_events(self) -> None:
        self.overflows += 1
        self._overflowed = True  # watchdog mends its watches while more happens; begin anew rather than hope
        self._inbox.flow()


class _Inbox:
    """Where watchdog's threads leave hints for the event loop. Never raises, also when the loop is closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gathering = Gathering()
        self._folders_at: float | None = None
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def path(self, path: str, *, closed: bool) -> None:
        with self._lock:
            earlier = self._gathering.path(path, closed=closed, now=time.monotonic())
        self._wake(earlier)

    def stir(self) -> None:
        with self._lock:
            earlier = self._gathering.stir(time.monotonic())
        self._wake(earlier)

    def flow(self) -> None:
        with self._lock:
            earlier = self._gathering.flow(time.monotonic())
        self._wake(earlier)

    def folders(self) -> None:
        self._folders_at = time.monotonic()
        self.flow()

    def folders_settled(self, seconds: float) -> bool:
        """Whether folders changed, and none for so long; says so once."""
        if self._folders_at is None or time.monotonic() < self._folders_at + seconds:
            return False
        self._folders_at = None
        return True

    def take(self) -> tuple[Hints | None, float | None]:
        """What is due now, else when something will be."""
        self._woken.clear()
        with self._lock:
            return self._gathering.take(time.monotonic()), self._gathering.due_at()

    async def wait(self, until: float) -> None:
        """Wait for a hint, no longer than until that time of the monotonic clock."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(until - time.monotonic()):
                await self._woken.wait()

    def _wake(self, earlier: bool) -> None:
        if earlier and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._woken.set)


def _identify(root: Path) -> Identity | None:
    """What tells a directory from another one that takes its place; None if there is none."""
    try:
        real = root.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError):  # RuntimeError: symbolic links in a circle, on Python before 3.13
        return None
    return (str(real), status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None
