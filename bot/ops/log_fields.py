"""The fields that a record of the log may have beside its sentence; code gives them as ``extra=``."""

from collections.abc import Mapping
from logging import LogRecord

__all__ = ["FIELDS", "LONGEST_QUANTITY", "NEWS", "is_news", "is_quantity"]

# In the order in which they are written. Numbers of Discord's are text: beyond 2^53 many readers of JSON round them.
FIELDS: Mapping[str, str] = {
    "post": "path of a post's file, relative to the content directory",
    "was": "its path before it was renamed, or the post that it is a duplicate of",
    "channel": "a channel's name in the settings, or `follower` and a number",
    "channel_id": "its number at Discord, as text; not of direct messages",
    "channels": "names of the channels that a post is planned for",
    "followers": "how many people a post is planned for",
    "delivery": "number of a delivery: one post in one channel; `linkbot resolve` takes it",
    "message_id": "number of a message at Discord, as text",
    "seconds": "from the arrival of a post's file to its message",
    "retry_seconds": "until the next try",
    "line": "in the post's file, counted from 1",
    "column": "in that line, in characters, counted from 1",
    "field": "of the front matter",
    "reason": "why, in words; what Discord said",
    "reference": "what a member was told to report",
    "exit_code": "with which the process ends",
    "repeated": "how often the sentence came again and was not written",
}

# As ``extra=`` of a warning or an error that answers what a person did: it is written however often it comes.
NEWS: Mapping[str, object] = {"is_news": True}

LONGEST_QUANTITY = 10**15  # more than anything here is counted or measured in; numbers of Discord's are names


def is_quantity(value: object) -> bool:
    """Whether `value` says how much, not which one."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LONGEST_QUANTITY


def is_news(record: LogRecord) -> bool:
    """Whether it was logged with `NEWS`."""
    return "is_news" in record.__dict__
