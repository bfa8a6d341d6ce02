"""The command line: carry out the command, tell what went wrong, return an exit code."""

import argparse
import io
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.command_line.parser import COMMANDS, parse
from bot.ops.logs import LogStyle, end_log, log_cheaply, log_crashes, say, set_up_logging
from bot.ops.suggest import suggested
from bot.ops.terminal import printable
from bot.problems import ExitCode, LinkbotError
from bot.redaction import redacted
from bot.settings.token import hide_token

__all__ = ["main"]

logger = logging.getLogger(__name__)

INTERRUPTED = 130  # what shells give a process that Ctrl+C ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` name (default: those of the process); return its exit code.

    What a person can act upon is told on standard error by a sentence; anything else is a bug, and logged as it came.
    The bot's token is in nothing of that.
    """
    hide_token(os.environ)
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character gets its escape
            stream.reconfigure(errors="backslashreplace")
    parsed = parse(arguments)
    style = _log_style(parsed)
    set_up_logging(style, verbose=parsed.verbose)
    log_cheaply()
    log_crashes()
    try:
        return _carried_out(parsed, style)
    finally:
        end_log()


def _open_closed_streams() -> None:
    """Let a standard stream that the process was started without (`2>&-`) lead nowhere.

    Python has None in its place (https://docs.python.org/3/library/sys.html#sys.__stdin__). What is opened first gets
    its number: that is no file of ours then, into which somebody might write what is meant for a person.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(nowhere, mode, encoding="utf-8", closefd=False))


def _carried_out(parsed: argparse.Namespace, style: LogStyle) -> int:
    try:
        code = COMMANDS[parsed.command].carry_out(parsed)
        sys.stdout.flush()
    except LinkbotError as error:
        _tell(error, style, parsed.config)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except (Exception, BaseExceptionGroup):
        logger.critical("A mistake in Linkbot itself; please report the lines that follow", exc_info=True)
        return ExitCode.PROBLEM
    return code


def _log_style(parsed: argparse.Namespace) -> LogStyle:
    """How the log looks that the command writes."""
    if parsed.command == "rehearse":
        return LogStyle.BRIEF
    chosen = getattr(parsed, "log_format", "text")  # only the service has the choice
    if chosen == "auto":
        chosen = "text" if sys.stderr.isatty() else "json"
    return LogStyle(chosen)


def _tell(error: LinkbotError, style: LogStyle, config: Path | None) -> None:
    """Tell why the command ends: in the log where that is read by a machine, else by itself."""
    for line in suggested(str(error), config).splitlines():
        if style is LogStyle.JSON:
            logger.critical("%s", line, extra={"exit_code": int(error.exit_code)})
        else:
            say(f"linkbot: {redacted(printable(line))}")
