"""A thread that writes the log, so that nobody waits for whoever is to read it.

A pipe that nobody reads, a terminal that was stopped, a disk that hangs: each holds up whoever writes there, for ever.
"""

import os
import select
import threading
import time
from collections import deque

__all__ = ["LogWriter"]

MOST_BYTES = 4 * 1024 * 1024  # that wait to be written
PATIENCE_SECONDS = 2.0  # at the end, with a reader who takes nothing
MOST_SECONDS = 10.0  # at the end, also with one who reads slowly
PIECE_BYTES = 4096  # written at once, so that it shows whether somebody reads


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
        self._pieces = 0  # that were written or given up
        self._held_up_at: int | None = None  # how many there were when waiting for the next was in vain
        self._waited = 0.0  # seconds, since all was written last
        self._is_within_line = False  # what was written last broke off there
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
        self._thread.start()

    def put(self, line: bytes, stands_for: int = 1) -> None:
        """Have `line`, with its line feed, written soon, without waiting; else it counts as `stands_for` lines."""
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
        """Wait until all is written, as long as something is within each 2 s; whether all is.

        In all flushes until all is written that is 10 s at most, and no time where waiting was in vain before.
        """
        with self._changed:
            while self._lines and self._pieces != self._held_up_at and self._waited < MOST_SECONDS:
                self._wait_for_a_piece()
            return not self._lines

    def _wait_for_a_piece(self) -> None:
        begun, before = time.monotonic(), self._pieces
        self._changed.wait_for(
            lambda: self._pieces != before or not self._lines, min(PATIENCE_SECONDS, MOST_SECONDS - self._waited)
        )
        self._waited = self._waited + time.monotonic() - begun if self._lines else 0.0
        if self._pieces == before:
            self._held_up_at = before

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
                self._pieces += 1
                if not self._lines:
                    self._waited = 0.0
                self._changed.notify_all()

    def _next(self) -> tuple[bytes, int] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._is_ending)
            return None if self._is_ending else self._lines[0]

    def _write(self, line: bytes) -> bool:
        rest = memoryview(b"\n" + line if self._is_within_line else line)
        try:
            while rest:
                count = self._write_some(rest[:PIECE_BYTES])
                if count:
                    self._is_within_line = rest[count - 1] != ord("\n")
                    self._count_piece()
                rest = rest[count:]
        except OSError:  # nobody reads any more, or the disk is full
            return False
        return True

    def _count_piece(self) -> None:
        with self._changed:
            self._pieces += 1
            self._changed.notify_all()

    def _write_some(self, rest: memoryview) -> int:
        try:
            return os.write(self._descriptor, rest)
        except BlockingIOError:  # another process that has the file made it so
            until_room = select.poll()
            until_room.register(self._descriptor, select.POLLOUT)
            until_room.poll()
            return 0
