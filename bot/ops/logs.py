"""The log on standard error: one line for each event, text or JSON, safe to print and without secrets."""

import logging
import os
import sys
import threading
from enum import Enum

from bot.ops.log_handler import LogHandler
from bot.ops.log_libraries import tame_libraries

__all__ = ["LogStyle", "end_log", "log_cheaply", "log_crashes", "say", "set_up_logging", "tell_repeats", "write_aside"]

logger = logging.getLogger(__name__)


class LogStyle(Enum):
    """How the log looks."""

    TEXT = "text"  # for people
    BRIEF = "brief"  # for a person who looks on: without the date and the name of the module
    JSON = "json"  # for machines


def set_up_logging(style: LogStyle, *, verbose: bool) -> None:
    """Log what Linkbot does, and the warnings of its libraries.

    Args:
        style: see `LogStyle`.
        verbose: log everything, and everything that the libraries do, each time.
    """
    handler = LogHandler(lambda: _formatter(style), counts=not verbose)
    root = logging.getLogger()
    if not root.handlers:  # whoever runs this in their own process has their own log
        root.setLevel(logging.DEBUG if verbose else logging.INFO)
        root.addHandler(handler)
    tame_libraries(verbose=verbose)


def write_aside() -> None:
    """Write the log in a thread of its own from now on, until `end_log`: for a service, which must not wait for it."""
    for handler in _handlers():
        handler.write_aside()


def tell_repeats() -> None:
    """Tell what was said again and again and only counted, where that is over, and how many lines could not be written.

    Cheap: call it often.
    """
    for handler in _handlers():
        handler.tell_ended()


def say(line: str) -> None:
    """Write a line to standard error that is no record, behind those that were logged before."""
    if handlers := _handlers():
        handlers[0].say(line)
    else:
        sys.stderr.write(f"{line}\n")


def end_log() -> None:
    """Write what waits to be written, for some seconds at most."""
    for handler in _handlers():
        handler.close()


def _handlers() -> list[LogHandler]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, LogHandler)]


def log_crashes() -> None:
    """Log what nobody handles, instead of printing it as it is: on its way out of a thread, or of a destructor.

    What other handlers of the log cannot handle is not printed either: ours tells of the same record.
    """
    logging.raiseExceptions = False
    sys.unraisablehook = _log_unraisable
    threading.excepthook = _log_thread


def log_cheaply() -> None:
    """Leave out of each record what no line shows: where it was made, by which thread and process.

    https://docs.python.org/3/howto/logging.html#optimization
    """
    logging._srcfile = None  # noqa: SLF001 - as documented there
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _formatter(style: LogStyle) -> logging.Formatter:
    from bot.ops.log_format import json_formatter, text_formatter  # with structlog: a tenth of a second

    if style is LogStyle.JSON:
        return json_formatter()
    return text_formatter(brief=style is LogStyle.BRIEF, colours=_shows_colours())


def _shows_colours() -> bool:
    """Whether standard error is a terminal whose user does not object (https://no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stderr.isatty()


def _log_unraisable(failure: "sys.UnraisableHookArgs") -> None:
    error = failure.exc_value
    traceback = None if error is None else (type(error), error, failure.exc_traceback)
    logger.error("%s: %r", failure.err_msg or "An exception was ignored in", failure.object, exc_info=traceback)


def _log_thread(failure: threading.ExceptHookArgs) -> None:
    error = failure.exc_value
    if error is None or isinstance(error, SystemExit):
        return
    name = None if failure.thread is None else failure.thread.name
    logger.critical("The thread %r was ended by a mistake", name, exc_info=(type(error), error, failure.exc_traceback))
