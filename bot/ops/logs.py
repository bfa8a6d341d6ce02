"""The log on standard error: one line for each event, in local time with its zone, safe to print."""

import logging
import re
from datetime import UTC, datetime

from bot.ops.terminal import printable

__all__ = ["set_up_logging"]

QUIET_LIBRARIES = ("discord", "watchdog", "aiosqlite", "asyncio", "aiohttp")  # only their warnings are of use
NO_VOICE = "voice will NOT be supported"  # discord.py's client warns twice at its making; this bot never speaks
# These loggers of discord.py put the numbers of people, and of direct messages, into what they warn of.
NAME_PEOPLE = ("discord.http", "discord.app_commands.tree")
SNOWFLAKE = re.compile(r"(?<![0-9])[0-9]{17,20}(?![0-9])")  # such a number; since 2015 they have as many digits
RECONNECT = "Attempting a reconnect"  # discord.py logs this with a traceback, though it is all in a day's work


def set_up_logging(*, verbose: bool, brief: bool) -> None:
    """Log what Linkbot does, and the warnings of its libraries.

    Args:
        verbose: log everything, and everything that the libraries do.
        brief: leave out the date and the name of the module, for a person who looks on.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Brief() if brief else _Full())
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])
    logging.getLogger("discord.client").addFilter(_is_worth_a_line)
    logging.getLogger("discord.client").addFilter(_tell_in_a_line)
    for name in NAME_PEOPLE:
        logging.getLogger(name).addFilter(_name_nobody)
    if not verbose:
        for library in QUIET_LIBRARIES:
            logging.getLogger(library).setLevel(logging.WARNING)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    return NO_VOICE not in str(record.msg)


def _tell_in_a_line(record: logging.LogRecord) -> bool:
    """Put the cause of a reconnect behind its message, in place of a traceback that looks like a crash."""
    if RECONNECT in str(record.msg) and record.exc_info:
        cause = record.exc_info[1]
        record.msg, record.args = "%s: %s", (record.getMessage(), cause or type(cause).__name__)
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def _name_nobody(record: logging.LogRecord) -> bool:
    """Leave the numbers out of a warning."""
    if record.levelno >= logging.WARNING:
        record.msg, record.args = SNOWFLAKE.sub("…", record.getMessage()), ()
    return True


class _Full(logging.Formatter):
    """``2025-11-23 06:58:28.879+01:00 INFO    bot.service: Watching …``, a traceback below it where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        lines = [self._line(record, datetime.fromtimestamp(record.created, UTC).astimezone())]
        if record.exc_info:
            lines.append(self.formatException(record.exc_info))
        return "\n".join(lines)

    def _line(self, record: logging.LogRecord, at: datetime) -> str:
        moment = at.isoformat(" ", "milliseconds")
        return f"{moment} {record.levelname:<7} {record.name}: {printable(record.getMessage())}"


class _Brief(_Full):
    """``06:58:28 INFO    Watching …``."""

    def _line(self, record: logging.LogRecord, at: datetime) -> str:
        return f"{at:%H:%M:%S} {record.levelname:<7} {printable(record.getMessage())}"
