"""Reads the fields of control requests."""

from bot.rehearsal.forms import snowflake
from bot.rehearsal.wire import JsonObject

__all__ = ["BadControlError", "ids_in", "names_in", "options_in", "text_in", "truth_in"]


class BadControlError(ValueError):
    """A control request says something that cannot be understood; the message says what would be."""


def text_in(body: JsonObject, name: str) -> str:
    """The text (or number) with that name."""
    if not isinstance(body.get(name), (str, int)):
        raise BadControlError(f'"{name}" is missing')
    return str(body[name])


def options_in(body: JsonObject) -> JsonObject:
    """The options of a command."""
    options = body.get("options") or {}
    if not isinstance(options, dict):
        raise BadControlError('"options" is an object: {"name": value, …}')
    return options


def names_in(raw: object, example: str) -> list[str]:
    """A list of texts."""
    if not isinstance(raw, list):
        raise BadControlError(example)
    return [str(name) for name in raw]


def ids_in(raw: object, example: str) -> list[int]:
    """A list of ids, as numbers or text."""
    ids = [snowflake(each) for each in raw] if isinstance(raw, list) else [None]
    found = [number for number in ids if number is not None]
    if len(found) < len(ids):
        raise BadControlError(example)
    return found


def truth_in(raw: object, example: str) -> bool:
    """True or false."""
    if not isinstance(raw, bool):
        raise BadControlError(example)
    return raw
