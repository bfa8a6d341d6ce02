"""Moments of the service at which something can go wrong, and what goes wrong there.

A moment is each suspension of each task that works for Discord or the catalog; and of each transaction its beginning,
each statement, and before and after the commit. They are counted through restarts, so a second fault can meet the work
of a service that a first one had ended.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

__all__ = ["BOT", "Fault", "Killed", "Moments", "Place", "Statements", "Watched"]

BOT = Path(__file__).parents[2] / "bot"
PRODUCT = str(BOT)

Place = str | list[tuple[str, int]]
"""Of a moment: the statement, or each file and line of the product that waits."""


class Fault(StrEnum):
    """What goes wrong."""

    CANCEL = "cancelled"
    OS_ERROR = "OSError"  # in a statement: SQLite's disk I/O error
    TIMEOUT = "TimeoutError"  # in a statement: SQLite's locked database
    CRASH = "killed"
    OUTAGE = "killed, and started again minutes later"


class Killed(BaseException):
    """Ends what the process was doing when it was killed."""


class Moments:
    """Counts moments; at those of `faults`, by number from 1, something goes wrong.

    Args:
        faults: what goes wrong when.
        statements: count each statement. Otherwise of each transaction only the beginning, and before and after the
            commit: what is between is nowhere to be seen.

    Attributes:
        places: of each moment that was counted: the statement, or the lines of the product that wait.
    """

    def __init__(self, faults: Mapping[int, Fault] | None = None, *, statements: bool = False) -> None:
        self.statements = statements
        self.places: list[Place] = []
        self._faults = dict(faults or {})

    def come(self, place: Place) -> Fault | None:
        """Another moment is there; what goes wrong now?"""
        self.places.append(place)
        return self._faults.pop(len(self.places), None)


class Watched(Coroutine[Any, Any, Any]):
    """A task's coroutine, whose suspensions are moments.

    Args:
        coroutine: the real one.
        come: told where it waits now; the error that it returns is raised there in the place of what was waited for.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Any], come: Callable[[Place], Exception | None]) -> None:
        self.__qualname__ = "watched"
        self._coroutine = coroutine
        self._come = come
        self._error: Exception | None = None

    def send(self, value: Any) -> Any:
        """Let it go on until it waits again."""
        if (error := self._error) is not None:
            self._error = None
            return self.throw(error)
        waited_for = self._coroutine.send(value)
        self._error = self._come(self._place())
        return waited_for

    def throw(
        self, kind: Any, value: BaseException | object | None = None, traceback: TracebackType | None = None
    ) -> Any:
        """Let it go on by an error."""
        waited_for = self._coroutine.throw(kind)
        self._error = self._come(self._place())
        return waited_for

    def close(self) -> None:
        """It is not needed any more."""
        self._coroutine.close()

    def __await__(self) -> Any:
        """Not needed: only tasks hold these."""
        raise AssertionError("a watched coroutine is run by a task")

    def _place(self) -> Place:
        lines: list[tuple[str, int]] = []
        inner: Any = self._coroutine
        while (frame := getattr(inner, "cr_frame", None)) is not None:
            if (file := frame.f_code.co_filename).startswith(PRODUCT):
                lines.append((file, frame.f_lineno))
            inner = inner.cr_await
        return lines


class Statements:
    """Stands for a connection within a transaction; each statement is a moment, and so is the end.

    What only reads has one moment: at its beginning.
    """

    def __init__(self, connection: sqlite3.Connection, come: Callable[[Place], None], *, each: bool) -> None:
        self._connection = connection
        self._come = come
        self._each = each
        self._reads = False

    @property
    def in_transaction(self) -> bool:
        """As the real one."""
        return self._connection.in_transaction

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        """As the real one; what fails after the COMMIT was committed all the same."""
        if self._is_moment(statement):
            self._come(statement)
        cursor = self._connection.execute(statement, values)
        if statement == "BEGIN DEFERRED":
            self._reads = True
        elif statement == "COMMIT" and self._reads:
            self._reads = False
        elif statement == "COMMIT":
            self._come("committed")
        return cursor

    def executemany(self, statement: str, values: Iterable[Any]) -> sqlite3.Cursor:
        """As the real one."""
        if self._is_moment(statement):
            self._come(statement)
        return self._connection.executemany(statement, values)

    def _is_moment(self, statement: str) -> bool:
        return not self._reads and (self._each or statement.startswith(("BEGIN", "COMMIT")))


def error_in_a_task(fault: Fault) -> Exception | None:
    """What is raised in a task."""
    return {Fault.OS_ERROR: OSError("out of order"), Fault.TIMEOUT: TimeoutError("too late")}.get(fault)


def error_in_a_statement(fault: Fault) -> sqlite3.OperationalError | None:
    """What SQLite raises instead."""
    texts = {
        Fault.OS_ERROR: ("disk I/O error", sqlite3.SQLITE_IOERR),
        Fault.TIMEOUT: ("database is locked", sqlite3.SQLITE_BUSY),
    }
    if fault not in texts:
        return None
    text, code = texts[fault]
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


def watching(come: Callable[[Place], Exception | None]) -> Callable[..., asyncio.Task[Any]]:
    """A task factory that watches the tasks whose code is the product's, or says that it stands for some."""

    def make(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **options: Any) -> asyncio.Task[Any]:
        code: CodeType = coroutine.cr_code  # type: ignore[attr-defined]
        if code.co_filename.startswith(PRODUCT) or code.co_name.startswith("_serve"):
            coroutine = Watched(coroutine, come)
        return asyncio.Task(coroutine, loop=loop, **options)

    return make
