"""The log of a service is written by a thread: nobody waits for its reader, no line is lost that can be written."""

import errno
import io
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fcntl import F_SETPIPE_SZ, fcntl
from pathlib import Path

import pytest

from bot.ops import log_writer
from bot.ops.log_handler import LogHandler
from bot.ops.log_writer import LogWriter
from tests.support.threads import no_thread_left_behind

__all__ = ["no_thread_left_behind"]

PATIENCE_SECONDS = 10.0
PIPE_BYTES = 4096  # the least that a pipe holds


@dataclass
class Pipe:
    """Standard error as a small pipe that nobody reads as long as `read` is not called."""

    ends: tuple[int, int] = field(default_factory=os.pipe)

    def __post_init__(self) -> None:
        fcntl(self.ends[1], F_SETPIPE_SZ, PIPE_BYTES)

    def read(self, last: str) -> list[str]:
        """The lines up to one that has `last` in it."""
        text = ""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while last not in text or not text.endswith("\n"):
            assert time.monotonic() < deadline
            text += os.read(self.ends[0], 2**20).decode()
        return text.splitlines()

    def drain(self, log: LogHandler) -> None:
        """Read until `log` has written all."""
        os.set_blocking(self.ends[0], False)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while log._writer is not None and log._writer._lines:
            assert time.monotonic() < deadline
            with suppress(BlockingIOError):
                os.read(self.ends[0], PIPE_BYTES)

    def close(self) -> None:
        """Both ends."""
        for end in self.ends:
            os.close(end)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """A `Pipe`, closed at the end."""
    pipe = Pipe()
    yield pipe
    pipe.close()


@pytest.fixture
def log(pipe: Pipe) -> Iterator[LogHandler]:
    """A log that a thread writes into the pipe; nothing but the sentences."""
    handler = LogHandler(logging.Formatter, counts=True)
    with io.TextIOWrapper(io.FileIO(pipe.ends[1], "w", closefd=False), "utf-8") as stream:
        handler.setStream(stream)
        handler.write_aside()
        yield handler
        pipe.drain(handler)
        handler.close()


def threads() -> list[threading.Thread]:
    """Those that write a log."""
    return [thread for thread in threading.enumerate() if thread.name == "log"]


def info(log: LogHandler, text: str, level: int = logging.INFO) -> None:
    log.handle(logging.LogRecord("bot", level, "", 0, "%s", (text,), None))


def test_nobody_waits_for_the_reader_and_nothing_is_lost(log: LogHandler, pipe: Pipe) -> None:
    """More than the pipe holds is logged at once, and is read whole and in order, whenever somebody reads."""
    texts = [f"{number} {'é' * 100}" for number in range(500)]
    for text in texts:
        info(log, text)
    log.say("the end")
    assert pipe.read("the end") == [*texts, "the end"]


def test_what_finds_no_room_is_counted_and_told(log: LogHandler, pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is no log: beyond a measure lines are dropped, and when somebody reads again it is told how many."""
    monkeypatch.setattr(log_writer, "MOST_BYTES", 10 * PIPE_BYTES)
    for number in range(15):
        info(log, "x" * PIPE_BYTES + f" {number}.")
    log.tell_ended()  # there is no room for it yet
    read = pipe.read(" 5.")
    log.tell_ended()
    read += pipe.read("could not be written")
    told = read.pop()
    lost = 15 - len(read)
    assert lost >= 5
    assert told == f"{lost} lines of the log could not be written: nobody read it for a while, or the disk was full"
    info(log, "heard again")
    assert pipe.read("again") == ["heard again"]


def test_a_reader_that_never_reads_does_not_hold_up_the_end(log: LogHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends, after one short wait, though its last words cannot be written."""
    monkeypatch.setattr(log_writer, "PATIENCE_SECONDS", 0.2)
    info(log, "x" * 2 * PIPE_BYTES)
    begun = time.monotonic()
    info(log, "the end", logging.CRITICAL)
    for _ in range(3):
        log.close()
    assert 0.2 <= time.monotonic() - begun < 1


def test_a_reader_that_is_slow_gets_the_last_words(
    log: LogHandler, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end waits longer than for one who reads nothing as long as lines are read, also within a long line."""
    monkeypatch.setattr(log_writer, "PATIENCE_SECONDS", 0.3)
    info(log, "x" * 12 * PIPE_BYTES)
    info(log, "the reason")
    ending = threading.Thread(target=log.close)
    ending.start()
    read = b""
    while not read.endswith(b"the reason\n"):
        time.sleep(0.04)  # so slow is the reader
        read += os.read(pipe.ends[0], PIPE_BYTES)
    ending.join()
    assert log._writer is None


def test_a_reader_that_is_too_slow_does_not_hold_up_the_end(
    log: LogHandler, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However steadily somebody reads, the process ends after a measured time, and once at that."""
    monkeypatch.setattr(log_writer, "MOST_SECONDS", 0.3)
    info(log, "x" * 100 * PIPE_BYTES)
    begun = time.monotonic()

    def end() -> None:
        for _ in range(3):
            log.close()

    ending = threading.Thread(target=end)
    ending.start()
    while ending.is_alive():
        time.sleep(0.02)  # so slow is the reader
        os.read(pipe.ends[0], PIPE_BYTES)
    assert 0.3 <= time.monotonic() - begun < 1


def test_last_words_are_written_when_they_are_said(log: LogHandler, pipe: Pipe) -> None:
    """A process that dies right after a critical line has written it, and all before it."""
    info(log, "before")
    info(log, "a crash", logging.CRITICAL)
    assert os.read(pipe.ends[0], 100) == b"before\na crash\n"


def test_the_end_writes_all_and_ends_the_thread(log: LogHandler, pipe: Pipe) -> None:
    """What was counted and what waits is written before the process ends; what comes later is written at once."""
    for _ in range(3):
        info(log, "again", logging.WARNING)
    log.close()
    assert os.read(pipe.ends[0], 100) == b"again\nagain (2 times more within 10 min)\n"
    assert not threads()
    info(log, "late")
    assert os.read(pipe.ends[0], 100) == b"late\n"


def test_a_full_disk_is_told_when_it_has_room_again(log: LogHandler, pipe: Pipe) -> None:
    """Lines that the system refuses are counted, and the service goes on."""
    saved = os.dup(pipe.ends[1])
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, pipe.ends[1])
    info(log, "lost")
    info(log, "lost too", logging.CRITICAL)
    os.dup2(saved, pipe.ends[1])
    os.close(saved)
    os.close(full)
    info(log, "heard")
    assert [line.partition(" of ")[0] for line in pipe.read("heard")] == ["2 lines", "heard"]


def test_a_line_that_broke_off_does_not_spoil_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk was full in the midst of a line, the next that is written stands on a line of its own."""
    room = 10

    def write_where_room_is(descriptor: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count = min(room, len(data))
        room -= count
        return os.pwrite(descriptor, data[:count], (tmp_path / "log").stat().st_size)

    monkeypatch.setattr(os, "write", write_where_room_is)
    with (tmp_path / "log").open("wb") as file:
        writer = LogWriter(file.fileno())
        for room_again, line in ((0, b"whole\n"), (0, b"broken\n"), (0, b"lost\n"), (100, b"next\n"), (0, b"last\n")):
            room += room_again
            writer.put(line)
            assert writer.flush()
        writer.close()
    assert (tmp_path / "log").read_bytes() == b"whole\nbrok\nnext\nlast\n"
    assert writer.take_lost() == 2


def test_a_pipe_that_another_process_made_impatient_loses_nothing(pipe: Pipe) -> None:
    """Who shares standard error may have set it not to block; the thread then waits by itself."""
    os.set_blocking(pipe.ends[1], False)
    writer = LogWriter(pipe.ends[1])
    for number in range(100):
        writer.put(f"{number} {'x' * 100}\n".encode())
    assert len(pipe.read("99 ")) == 100
    assert writer.flush()
    assert writer.take_lost() == 0
    writer.close()
