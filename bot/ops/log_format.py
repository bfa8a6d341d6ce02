"""How a line of the log looks: text for people, JSON for machines; no secret in either, nothing that a terminal obeys.

Every record goes this way, whichever library made it::

    record ─► its fields (extra=) ─► text or JSON ─► secrets hidden ─► written

Importing this takes a tenth of a second, because structlog brings rich along.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from logging import LogRecord
from traceback import format_exception

from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from bot.ops.log_fields import FIELDS
from bot.ops.terminal import printable
from bot.redaction import redacted

__all__ = ["json_formatter", "text_formatter"]

# By "select graphic rendition" of ECMA-48.
_COLOURS: Mapping[str, int] = {"DEBUG": 90, "WARNING": 33, "ERROR": 31, "CRITICAL": 35}
_encode = json.JSONEncoder(default=str, ensure_ascii=False).encode
_BEYOND = 0x10000  # the first character that takes two of JSON's escapes


def text_formatter(*, brief: bool, colours: bool) -> ProcessorFormatter:
    """Lines such as ``2025-11-23 06:58:28.879+01:00 INFO    bot.service: Watching …``, tracebacks indented below.

    Args:
        brief: ``06:58:28 INFO    Watching …`` instead, for a person who looks on.
        colours: the level in colour, for a terminal that shows it.
    """

    def rendered(_: WrappedLogger, __: str, event: EventDict) -> str:
        record: LogRecord = event["_record"]
        day, time, zone = _local(int(record.created))
        level = f"{record.levelname:<7}"
        if colours and record.levelname in _COLOURS:
            level = f"\x1b[{_COLOURS[record.levelname]}m{level}\x1b[0m"
        moment = time if brief else f"{day} {time}.{_milliseconds(record)}{zone}"
        name, text = "" if brief else f"{record.name}: ", event["event"]
        lines = [f"{moment} {level} {name}{text if text.isprintable() else printable(text)}"]
        lines += [f"  {printable(line)}" for line in _exception(event).splitlines()]
        return redacted("\n".join(lines))

    return ProcessorFormatter(processors=[rendered])


def json_formatter() -> ProcessorFormatter:
    """One JSON object for each record, on one line; `FIELDS` tells what is in it."""
    return ProcessorFormatter(foreign_pre_chain=[ExtraAdder(FIELDS)], processors=[_as_json])


def _as_json(_: WrappedLogger, level: str, event: EventDict) -> str:
    record: LogRecord = event["_record"]
    everything = {
        "timestamp": f"{_universal(int(record.created))}.{_milliseconds(record)}+00:00",
        "level": level,
        "logger": record.name,
        "event": event["event"],
    }
    everything |= {name: value for name, value in event.items() if name in FIELDS}
    if exception := _exception(event):
        everything["exception"] = exception
    return redacted(_escaped(_encode(everything)))


@lru_cache(maxsize=1)
def _local(second: int) -> tuple[str, str, str]:
    """Day, time and zone of a moment here; most records share their second with the one before."""
    at = datetime.fromtimestamp(second, UTC).astimezone().isoformat(" ")
    return at[:10], at[11:19], at[19:]


@lru_cache(maxsize=1)
def _universal(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()


def _milliseconds(record: LogRecord) -> str:
    return f"{int(record.created % 1 * 1000):03}"


def _exception(event: EventDict) -> str:
    """The traceback of a record, and where it was logged if that was asked for; empty if there is neither."""
    error, place = event.get("exc_info"), event.get("stack_info")
    raised = "" if not error or error[1] is None else "".join(format_exception(*error)).rstrip("\n")
    return "\n".join(filter(None, (raised, place)))


def _escaped(line: str) -> str:
    """JSON leaves in place what may end a line for its reader, or command a terminal; escaped it is the same JSON."""
    return line if line.isprintable() else "".join(map(_escape, line))


def _escape(character: str) -> str:
    if character.isprintable():
        return character
    return "".join(f"\\u{unit:04x}" for unit in _units(ord(character)))


def _units(number: int) -> tuple[int, ...]:
    """In UTF-16."""
    if number < _BEYOND:
        return (number,)
    number -= _BEYOND
    return 0xD800 + (number >> 10), 0xDC00 + (number & 0x3FF)
