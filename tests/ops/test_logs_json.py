"""The log for machines: one JSON object a line, whatever is in it."""

import ast
import json
import logging
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.ops.log_fields import FIELDS
from bot.ops.log_format import json_formatter

PROJECT = Path(__file__).parents[2]
formatter = json_formatter()


def record(text: str, *values: object, level: int = logging.INFO, **fields: object) -> logging.LogRecord:
    """A record as a call of the log makes it."""
    made = logging.LogRecord("bot.announcing.lane", level, "", 0, text, values, None)
    made.__dict__.update(fields)
    return made


def parsed(made: logging.LogRecord) -> dict[str, Any]:
    """What a machine reads."""
    (line,) = formatter.format(made).splitlines()
    read: dict[str, Any] = json.loads(line)
    return read


def test_an_object_has_time_level_logger_event_and_fields() -> None:
    """The names and the order that docs/logs.md promises; the time has its zone, numbers of Discord's are text."""
    made = record("%s: announced %r", "news", "a.md", seconds=0.25, post="a.md", channel="news", message_id="12")
    read = parsed(made)
    assert [*read] == ["timestamp", "level", "logger", "event", "post", "channel", "message_id", "seconds"]
    at = datetime.fromisoformat(read.pop("timestamp"))
    assert at.utcoffset() == timedelta()
    assert abs(at.timestamp() - made.created) < 0.001
    assert read == {
        "level": "info",
        "logger": "bot.announcing.lane",
        "event": "news: announced 'a.md'",
        "post": "a.md",
        "channel": "news",
        "message_id": "12",
        "seconds": 0.25,
    }


def test_a_traceback_is_one_field() -> None:
    """An exception needs no second line, and is whole with what caused it."""
    try:
        try:
            raise KeyError("first")
        except KeyError as cause:
            raise ValueError("then") from cause
    except ValueError:
        made = record("It broke", level=logging.ERROR)
        made.exc_info = sys.exc_info()
    read = parsed(made)
    assert read["event"] == "It broke"
    assert read["exception"].startswith("Traceback (most recent call last):\n")
    assert "KeyError: 'first'\n\nThe above exception was" in read["exception"]
    assert read["exception"].endswith("ValueError: then")


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_one_line_and_comes_back(text: str) -> None:
    """Line ends of every kind, control and bidi characters and halves of characters are escaped; nothing is lost."""
    line = formatter.format(record("%s", text, post=text))
    assert line.isprintable()
    read = json.loads(line)
    assert (read["event"], read["post"]) == (text, text)


def test_what_no_json_knows_is_written_as_text() -> None:
    """A value of another type does not cost the line."""
    assert parsed(record("x", reason=Path("/a")))["reason"] == "/a"


def test_what_libraries_add_is_left_out() -> None:
    """Only the fields that are documented come in; a library's own would change their meaning."""
    assert "secret_header" not in parsed(record("x", secret_header="y"))


def fields_given() -> Iterator[str]:
    """The keys of each ``extra=`` in the code, and of the dictionaries that become one."""
    for file in (PROJECT / "bot").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if "extra=" not in text and "def fields" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.keyword) and node.arg == "extra":
                yield from (
                    key.value
                    for part in ast.walk(node.value)
                    if isinstance(part, ast.Dict)
                    for key in part.keys
                    if isinstance(key, ast.Constant) and isinstance(key.value, str)
                )


def test_every_field_is_known_and_explained() -> None:
    """What the code gives with a sentence is written, and docs/logs.md says what it means."""
    given_somewhere = set(fields_given())
    assert given_somewhere <= FIELDS.keys()
    assert "retry_seconds" in given_somewhere
    explained = re.findall(r"(?m)^\| `(\w+)` \|", (PROJECT / "docs/logs.md").read_text(encoding="utf-8"))
    assert {*explained} >= {"timestamp", "level", "logger", "event", "exception", *FIELDS}
