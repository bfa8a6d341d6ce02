"""The system's own notices of change, through watchdog: the only module that knows it.

What watchdog 7.1 gives and does not give is settled by experiment; `tests/content/test_native.py` pins each of the
library's internals that is used here.
"""

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from watchdog.events import (
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify_move_event_grouper import InotifyMoveEventGrouper

from bot.content.opening import is_post_path

__all__ = ["Inbox", "NativeWatch", "OverflowListener", "list_folders"]

# How long watchdog holds the first half of a rename back until the second comes. The kernel sends both in one go;
# watchdog's own half second makes its queue so long in a burst of renames that the kernel's overflows.
MOVE_PAIRING_SECONDS: Final = 0.01

# Without this list watchdog asks to be told of opening and reading too, and our own reading would wake us.
_EVENTS: Final[list[type[FileSystemEvent]]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileClosedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    FileAttribEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
    DirAttribEvent,
]


class Inbox(Protocol):
    """Takes hints, in whatever thread; must neither raise nor take long: an exception ends watchdog's thread."""

    def path(self, path: str, *, closed: bool) -> None:
        """Something happened at a post's path, relative to the root; `closed`: its content is complete."""

    def stir(self) -> None:
        """Something happened at a path that is no post's."""

    def folders(self) -> None:
        """Folders came, went or moved."""


class NativeWatch:
    """Watches a directory and all below it until `stop`.

    Args:
        root: the directory's real path.
        inbox: is told what happens.

    Raises:
        OSError: the system refuses (limit on watches or instances), or the directory is not there.
    """

    def __init__(self, root: str, inbox: Inbox) -> None:
        # A folder moved twice makes watchdog warn with its whole table, in the thread that reads the events.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
        InotifyMoveEventGrouper.delay = MOVE_PAIRING_SECONDS
        self._observer = _new_observer()
        try:
            self._observer.schedule(_Handler(root, inbox), root, recursive=True, event_filter=_EVENTS)
            self._observer.start()
        except BaseException:
            self._observer.stop()
            raise

    def is_alive(self) -> bool:
        """Whether every thread that is needed still runs. Each of them can end alone, without a word."""
        emitters = self._observer.emitters
        reader: Any = getattr(self._observer, "_inotify_fd", None)
        return (
            self._observer.is_alive()
            and bool(emitters)
            and all(emitter.is_alive() for emitter in emitters)
            and (reader is None or reader.is_alive())
        )

    def unwatched(self, folders: Iterable[str]) -> int:
        """How many of these folders (absolute paths) exist but are not watched: watchdog is silent about refusals."""
        watched: set[bytes] = set()
        for emitter in self._observer.emitters:
            group: Any = getattr(emitter, "_inotify", None)
            if group is None:  # no inotify: such systems watch a tree as a whole
                return 0
            watched.update(group._active_callbacks_by_path.copy())  # noqa: SLF001  (nothing public tells)
        return sum(map(os.path.isdir, set(map(os.fsencode, folders)) - watched))

    def stop(self) -> None:
        """End watching and wait for the threads to end."""
        self._observer.stop()
        self._observer.join()


class OverflowListener(logging.Handler):
    """Calls back when events were lost. Watchdog tells this to its log alone."""

    LOGGER: Final = "watchdog.observers.inotify_c"

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost
        logger = logging.getLogger(self.LOGGER)
        logger.addHandler(self)
        logger.setLevel(min(logger.getEffectiveLevel(), logging.WARNING))  # a quieter log must not make us deaf

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record of watchdog's."""
        if "overflow" in record.getMessage():
            self._lost()

    def remove(self) -> None:
        """Stop listening."""
        logging.getLogger(self.LOGGER).removeHandler(self)


def list_folders(root: str) -> list[str]:
    """The directory itself and every folder below it, hidden ones too: what needs a watch."""
    folders = [root]
    for folder in folders:  # grows while it is walked
        try:
            with os.scandir(folder) as entries:
                folders.extend(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
        except OSError:  # went away, or is closed to us: there is nothing to watch in it then
            continue
    return folders


class _Handler(FileSystemEventHandler):
    def __init__(self, root: str, inbox: Inbox) -> None:
        self._prefix = root.rstrip("/") + "/"
        self._inbox = inbox

    def dispatch(self, event: FileSystemEvent) -> None:
        """Pass an event on as a hint: where to look, never what happened. An event may be late, doubled or wrong."""
        if event.is_directory:
            self._inbox.folders()
        elif isinstance(event, FileMovedEvent):
            self._tell(event.src_path, closed=False)
            self._tell(event.dest_path, closed=True)
        else:
            self._tell(event.src_path, closed=isinstance(event, FileClosedEvent))

    def _tell(self, path: bytes | str, *, closed: bool) -> None:
        path = os.fsdecode(path)
        relative = path.removeprefix(self._prefix)
        if relative != path and is_post_path(relative):
            self._inbox.path(relative, closed=closed)
        elif path:  # a rename from or to somewhere else has an empty half
            self._inbox.stir()


def _new_observer() -> BaseObserver:
    if sys.platform != "linux":
        return Observer()
    from watchdog.observers.inotify import InotifyObserver  # does not import elsewhere

    return InotifyObserver(generate_full_events=True)  # a file moved in from outside is "moved", not "created"
