"""What writes the log to standard error, and counts what is said again and again."""

import logging
import sys
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TextIO

from bot.ops.log_fields import FIELDS, is_quantity
from bot.ops.log_repeats import WINDOW_SECONDS, Repeated, Repeats

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
    """Writes records to standard error.

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

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        if self.formatter is None:
            self.formatter = self._make_formatter()
        return super().format(record)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or count it; before that, tell what was counted and is over."""
        try:
            if self._is_to_be_written(record):
                super().emit(record)
        except Exception:  # noqa: BLE001 - told by `handleError`; logging must not end what it tells of
            self.handleError(record)

    def _is_to_be_written(self, record: logging.LogRecord) -> bool:
        now = self._clock()
        if not self._counts or not logging.WARNING <= record.levelno < logging.CRITICAL:
            self._tell(self._repeats.ended(now))
            return True
        ended, is_new = self._repeats.take(hash(tuple(_says(record))), _said(record), now)
        self._tell(ended)
        return is_new

    def tell_ended(self) -> None:
        """Tell what was counted and is over, though nothing else is logged."""
        with self._lock_held():
            self._tell(self._repeats.ended(self._clock()))

    def close(self) -> None:
        """Tell all that was counted."""
        with self._lock_held():
            self._tell(self._repeats.all())
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
            super().emit(_counted(each))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - called so by logging
        """Tell that a record could not be written, by the same way: logging's own way shows whatever is in it."""
        error = sys.exc_info()
        if isinstance(error[1], OSError):  # nobody reads any more, or the disk is full: there is nobody to tell
            return
        text = "A line of the log could not be written: %.200r"
        failure = logging.LogRecord(record.name, logging.ERROR, "", 0, text, (record.msg,), error)
        with suppress(OSError, ValueError):  # a stream that is closed
            self.stream.write(self.format(failure) + self.terminator)
            self.flush()


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


def _counted(repeated: Repeated[_Said]) -> logging.LogRecord:
    said, times = repeated.last, "once" if repeated.times == 1 else f"{repeated.times} times"
    text = f"%s ({times} more within {WINDOW_SECONDS / 60:.0f} min)"
    record = logging.LogRecord(said.logger, said.level, "", 0, text, (said.text,), None)
    record.__dict__.update({**said.fields, "repeated": repeated.times})
    return record
