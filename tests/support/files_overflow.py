"""A real overflow of the kernel's queue of file events, made on purpose."""

import os
from collections.abc import Callable
from pathlib import Path

from bot.content.native import NativeWatch


def overflow(watch: NativeWatch, root: Path, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Hold watchdog's reader back while more happens than the queue takes, then let something more happen unheard."""
    (emitter,) = watch._observer.emitters
    room = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    one, two = root / "one.txt", root / "two.txt"
    one.touch()
    two.touch()
    with emitter._inotify._lock:  # type: ignore[attr-defined]
        for _ in range(room):  # in turns, for the kernel folds equal events that follow each other
            os.utime(one)
            os.utime(two)
        meanwhile()
