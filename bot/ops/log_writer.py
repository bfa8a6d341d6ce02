"""A thread that writes the log, so that nobody waits for whoever is to read it.

A pipe that nobody reads, a terminal that was stopped, a disk that hangs: each holds up whoever writes there, for ever.
"""

import os
import select
import threading
from collections import deque

__all__ = ["LogWriter"]

MOST_BYTES = 4 * 1024 * 1024  # that wait to be written
PATIENCE_SECONDS = 2.0  # for what is still to be written at the end


class LogWriter:
    """Writes lines in the order in which they come; those that cannot be written are counted.

    More than 4 MiB do not wait: then no line is taken until half of that is written.

    Args:
        descriptor: of the file to write to. Nothing of Python's own buffers and their locks is used: a thread that is
            held up in one of them would keep the interpreter from its end.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._changed = threading.Condition()
        self._lines: deque[tuple[bytes, int]] = deque()  # the first is being written
        self._bytes = 0  # of them all
        self._lost = 0
        self._is_full = False
        self._is_ending = False
        self._held_up_at: tuple[bytes, int] | None = None
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
        self._thread.start()

    def put(self, line: bytes, stands_for: int = 1) -> None:
        """Have `line` written soon, without waiting; if it cannot be, that counts as `stands_for` lines."""
        with self._changed:
            self._is_full = self._is_full or self._bytes + len(line) > MOST_BYTES
            if self._is_full:
                self._lost += stands_for
                return
            self._lines.append((line, stands_for))
            self._bytes += len(line)
            self._changed.notify_all()

    def take_lost(self) -> int:
        """How many lines could not be written since this was asked; 0 also as long as there is no room to tell it."""
        with self._changed:
            if self._is_full and self._bytes > MOST_BYTES / 2:
                return 0
            self._is_full = False
            lost, self._lost = self._lost, 0
            return lost

    def flush(self) -> bool:
        """Wait until all is written, 2 s at most, and none for a line that held it up before; whether all is."""
        with self._changed:
            if self._lines and self._lines[0] is not self._held_up_at:
                self._changed.wait_for(lambda: not self._lines, PATIENCE_SECONDS)
                self._held_up_at = self._lines[0] if self._lines else None
            return not self._lines

    def close(self) -> None:
        """End the thread when the line that it is at is written; call `flush` before."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
            is_held_up = bool(self._lines)
        if not is_held_up:
            self._thread.join()

    def _write_all(self) -> None:
        while (each := self._next()) is not None:
            line, stands_for = each
            is_written = self._write(line)
            with self._changed:
                self._lines.popleft()
                self._bytes -= len(line)
                self._lost += 0 if is_written else stands_for
                self._changed.notify_all()

    def _next(self) -> tuple[bytes, int] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._is_ending)
            return None if self._is_ending else self._lines[0]

    def _write(self, line: bytes) -> bool:
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[self._write_some(rest) :]
        except OSError:  # nobody reads any more, or the disk is full
            return False
        return True

    def _write_some(self, rest: memoryview) -> int:
        try:
            return os.write(self._descriptor, rest)
        except BlockingIOError:  # another process that has the file made it so
            until_room = select.poll()
            until_room.register(self._descriptor, select.POLLOUT)
            until_room.poll()
            return 0
