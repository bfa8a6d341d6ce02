"""What writes the log to standard error, and counts what is said again and again."""

import logging
import sys
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TextIO

from bot.ops.log_fields import FIELDS, is_news, is_quantity
from bot.ops.log_repeats import WINDOW_SECONDS, Repeated, Repeats
from bot.ops.log_writer import LogWriter

__all__ = ["LogHandler"]

LONGEST_KEPT = 2000  # characters of a sentence that may have to be told again


@dataclass(frozen=True, slots=True)
class _Said:
    """What is left of a record until the end of its window: no exception, and nothing that holds on to one."""

    logger: str
    level: int
    text: str
    fields: Mapping[str, object]


class LogHandler(logging.StreamHandler[TextIO]):
    """Writes records to standard error: at once, or after `write_aside` in a thread of its own.

    What is counted is over when its time is, or when the same part of the program says that something went well:
    what then goes wrong again is news.

    Args:
        make_formatter: called for the first record: most commands log nothing, and need not wait for what it imports.
        counts: warnings and errors that say the same again are counted for a while instead of written.
        clock: in seconds, of which only differences count.
    """

    def __init__(
        self,
        make_formatter: Callable[[], logging.Formatter],
        *,
        counts: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._make_formatter = make_formatter
        self._counts = counts
        self._clock = clock
        self._repeats: Repeats[_Said] = Repeats()
        self._writer: LogWriter | None = None

    def write_aside(self) -> None:
        """From now on let nobody who logs wait for whoever reads the log, but for the last words of a process.

        What cannot be written then is counted and told. Where there is no file to write to, all stays as it is.
        """
        with self._lock_held(), suppress(OSError, ValueError):
            self._writer = LogWriter(self.stream.fileno())

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        if self.formatter is None:
            self.formatter = self._make_formatter()
        return super().format(record)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or count it; before that, tell what was counted and is over."""
        try:
            if self._is_to_be_written(record):
                self._write(record)
        except Exception:  # noqa: BLE001 - told by `handleError`; logging must not end what it tells of
            self.handleError(record)

    def _is_to_be_written(self, record: logging.LogRecord) -> bool:
        now = self._clock()
        if not self._counts or record.levelno >= logging.CRITICAL or is_news(record):
            self._tell(self._repeats.ended(now))
            return True
        if record.levelno < logging.WARNING:
            self._tell(self._repeats.ended(now))
            self._tell(self._repeats.close(lambda said: _may_be_over(said, record)))
            return True
        ended, is_new = self._repeats.take(hash(tuple(_says(record))), _said(record), now)
        self._tell(ended)
        return is_new

    def _write(self, record: logging.LogRecord) -> None:
        self._tell_lost()
        self._put(self.format(record))
        if self._writer is not None and record.levelno >= logging.CRITICAL:  # perhaps the process ends at once
            self._writer.flush()

    def _put(self, line: str, stands_for: int = 1) -> None:
        if self._writer is None:
            self.stream.write(line + self.terminator)
            self.flush()
        else:
            self._writer.put((line + self.terminator).encode(self.stream.encoding, "backslashreplace"), stands_for)

    def _tell_lost(self) -> None:
        if self._writer is not None and (lost := self._writer.take_lost()):
            self._put(self.format(_lost(lost)), lost)

    def say(self, line: str) -> None:
        """Write a line that is no record, in its turn."""
        with self._lock_held():
            self._put(line)

    def tell_ended(self) -> None:
        """Tell what was counted and is over, and what could not be written, though nothing else is logged."""
        with self._lock_held():
            self._tell(self._repeats.ended(self._clock()))
            self._tell_lost()

    def close(self) -> None:
        """Tell all that was counted, and write what waits to be written, as long as somebody reads, some seconds."""
        with self._lock_held():
            self._tell(self._repeats.all())
            if self._writer is not None and self._writer.flush():
                self._tell_lost()
                self._writer.flush()
                self._writer.close()
                self._writer = None
        super().close()

    @contextmanager
    def _lock_held(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def _tell(self, ended: list[Repeated[_Said]]) -> None:
        for each in ended:
            self._write(_counted(each))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - called so by logging
        """Tell that a record could not be written, by the same way: logging's own way shows whatever is in it."""
        error = sys.exc_info()
        if isinstance(error[1], OSError):  # nobody reads any more, or the disk is full: there is nobody to tell
            return
        text = "A line of the log could not be written: %.200r"
        failure = logging.LogRecord(record.name, logging.ERROR, "", 0, text, (record.msg,), error)
        with suppress(OSError, ValueError):  # a stream that is closed
            self._put(self.format(failure))


def _says(record: logging.LogRecord) -> Iterator[Hashable]:
    """What two records have in common that say the same, but for how much or how often."""
    yield from (record.name, record.levelno, str(record.msg))
    values = record.args if isinstance(record.args, tuple) else (record.args,)
    yield from ("" if is_quantity(value) else str(value) for value in values)
    fields = record.__dict__
    yield from ((name, str(fields[name])) for name in FIELDS if name in fields and not is_quantity(fields[name]))
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        yield type(error).__qualname__
        yield from _place(error)


def _place(error: BaseException) -> Iterator[Hashable]:
    """Where it was raised."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    if at is not None:
        yield from (at.tb_frame.f_code.co_filename, at.tb_lineno)


def _said(record: logging.LogRecord) -> _Said:
    fields = {name: record.__dict__[name] for name in FIELDS if name in record.__dict__}
    return _Said(record.name, record.levelno, record.getMessage()[:LONGEST_KEPT], fields)


def _may_be_over(said: _Said, good: logging.LogRecord) -> bool:
    """Whether `good`, which is no trouble, is of the same part of the program, and not of another channel or post."""
    fields = good.__dict__
    return said.logger == good.name and all(
        said.fields[name] == fields[name] for name in ("channel", "post") if name in said.fields and name in fields
    )


def _lost(lines: int) -> logging.LogRecord:
    what = "1 line" if lines == 1 else f"{lines:,} lines"
    text = f"{what} of the log could not be written: nobody read it for a while, or the disk was full"
    return logging.LogRecord(__name__, logging.WARNING, "", 0, text, (), None)


def _counted(repeated: Repeated[_Said]) -> logging.LogRecord:
    said, times = repeated.last, "once" if repeated.times == 1 else f"{repeated.times} times"
    text = f"%s ({times} more within {WINDOW_SECONDS / 60:.0f} min)"
    record = logging.LogRecord(said.logger, said.level, "", 0, text, (said.text,), None)
    record.__dict__.update({**said.fields, "repeated": repeated.times})
    return record
