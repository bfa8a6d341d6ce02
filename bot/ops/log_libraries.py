"""What libraries log, as it is of use here: no names of people, no false alarm, one line for each event."""

import logging
import re

from bot.ops.log_fields import is_quantity

__all__ = ["tame_libraries"]

QUIET_LIBRARIES = ("discord", "watchdog", "aiosqlite", "asyncio", "aiohttp")  # only their warnings are of use
NO_VOICE = "voice will NOT be supported"  # discord.py's client warns twice at its making; this bot never speaks
# These loggers of discord.py put the numbers of people, and of direct messages, into what they warn of.
NAME_PEOPLE = ("discord.http", "discord.app_commands.tree")
SNOWFLAKE = re.compile(r"(?<![0-9])[0-9]{17,20}(?![0-9])")  # such a number; since 2015 they have as many digits
RECONNECT = "Attempting a reconnect"  # discord.py logs this with a traceback, though it is all in a day's work


def tame_libraries(*, verbose: bool) -> None:
    """Let libraries log what is of use; everything if `verbose`, but as it should be. Python's warnings are logged."""
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").addFilter(_fold)
    logging.getLogger("discord.client").addFilter(_is_worth_a_line)
    logging.getLogger("discord.client").addFilter(_tell_in_a_line)
    for name in NAME_PEOPLE:
        logging.getLogger(name).addFilter(_name_nobody)
    if not verbose:
        for library in QUIET_LIBRARIES:
            logging.getLogger(library).setLevel(logging.WARNING)


def _fold(record: logging.LogRecord) -> bool:
    """Put a warning of Python's, with the line of code that it shows, into one line."""
    record.msg, record.args = "%s", (" ".join(record.getMessage().split()),)
    return True


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    return NO_VOICE not in str(record.msg)


def _tell_in_a_line(record: logging.LogRecord) -> bool:
    """Put the cause of a reconnect behind its message, in place of a traceback that looks like a crash."""
    if RECONNECT in str(record.msg) and record.exc_info:
        cause = record.exc_info[1]
        values = record.args if isinstance(record.args, tuple) else (record.args,)
        record.msg, record.args = f"{record.msg}: %s", (*values, str(cause) or type(cause).__name__)
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def _name_nobody(record: logging.LogRecord) -> bool:
    """Leave the numbers out of a warning; what it says remains to be told from how much, so that it can be counted."""
    if record.levelno < logging.WARNING:
        return True
    if isinstance(record.args, tuple):
        record.msg = SNOWFLAKE.sub("…", str(record.msg))
        record.args = tuple(value if is_quantity(value) else _nameless(value) for value in record.args)
    else:
        record.msg, record.args = SNOWFLAKE.sub("…", record.getMessage()), ()
    return True


def _nameless(value: object) -> object:
    text = str(value)
    without = SNOWFLAKE.sub("…", text)
    return value if without == text else without
