"""What Discord's client makes of a command that a member uses: checked values in the shape of the wire."""

from collections.abc import Callable, Mapping

from bot.rehearsal.asking import Asker
from bot.rehearsal.forms import snowflake
from bot.rehearsal.offers import Chosen
from bot.rehearsal.option_form import (
    BOOLEAN,
    CHANNEL,
    GROUP,
    INTEGER,
    MENTIONABLE,
    NUMBER,
    ROLE,
    STRING,
    SUBCOMMAND,
    USER,
)
from bot.rehearsal.payloads import message_json
from bot.rehearsal.records import Message
from bot.rehearsal.resolved import resolve
from bot.rehearsal.wire import JsonObject
from bot.rehearsal.world import World

__all__ = ["OptionValue", "autocomplete_data", "message_data", "slash_data"]

OptionValue = str | int | float | bool
"""For users, channels and roles: the id, as a number or as text."""

_OF_TYPE: dict[int, Callable[[OptionValue], bool]] = {
    STRING: lambda value: isinstance(value, str),
    INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    BOOLEAN: lambda value: isinstance(value, bool),
    NUMBER: lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    **dict.fromkeys((USER, CHANNEL, ROLE, MENTIONABLE), lambda value: snowflake(value) is not None),
}
_BY_ID = frozenset({USER, CHANNEL, ROLE, MENTIONABLE})


def slash_data(world: World, asker: Asker, chosen: Chosen, values: Mapping[str, OptionValue]) -> JsonObject:
    """The data of a slash command.

    Raises:
        ValueError: an option that the command does not have or that is missing, or a value that the client would not
            let through.
    """
    known = _known(chosen, set(values))
    missing = [name for name, option in known.items() if option.get("required") and name not in values]
    if missing:
        raise ValueError(f"/{chosen.name} needs the option {missing[0]}")
    filled = [_filled(option, values[name]) for name, option in known.items() if name in values]
    resolved: JsonObject = {}
    for option in filled:
        if option["type"] in _BY_ID:
            resolve(world, asker, known[option["name"]], int(option["value"]), resolved)
    data = _data(chosen, filled)
    return {**data, "resolved": resolved} if resolved else data


def autocomplete_data(chosen: Chosen, values: Mapping[str, OptionValue], focused: str, typed: str) -> JsonObject:
    """The data of a command whose option `focused` is being typed.

    That option and the others may hold anything, or be missing: the client checks them only when the command is sent.

    Raises:
        ValueError: an option that the command does not have, or that has no autocomplete.
    """
    known = _known(chosen, {*values, focused})
    if not known[focused].get("autocomplete"):
        raise ValueError(f"the option {focused} of /{chosen.name} has no autocomplete")
    filled: list[JsonObject] = []
    for name, option in known.items():
        if name == focused:
            filled.append({"name": name, "type": option["type"], "value": typed, "focused": True})
        elif name in values:
            filled.append(_sent(option, values[name]))
    return _data(chosen, filled)


def message_data(world: World, chosen: Chosen, message: Message) -> JsonObject:
    """The data of a message command that is used on `message`."""
    resolved = {"messages": {str(message.id): message_json(world, message)}}
    return {**_named(chosen.command), "target_id": str(message.id), "resolved": resolved}


def _known(chosen: Chosen, named: set[str]) -> dict[str, JsonObject]:
    known = {option["name"]: option for option in chosen.options}
    if not named <= known.keys():
        raise ValueError(f"/{chosen.name} has no option {', '.join(sorted(named - known.keys()))}")
    return known


def _data(chosen: Chosen, filled: list[JsonObject]) -> JsonObject:
    """`filled` within the subcommand, that within its group."""
    for option in reversed(chosen.beneath):
        kind = GROUP if option["type"] == GROUP else SUBCOMMAND
        filled = [{"name": option["name"], "type": kind, "options": filled}]
    return {**_named(chosen.command), "options": filled}


def _named(command: JsonObject) -> JsonObject:
    named: JsonObject = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return {**named, "guild_id": command["guild_id"]} if "guild_id" in command else named


def _filled(option: JsonObject, value: OptionValue) -> JsonObject:
    """One option with its value, checked."""
    _check(option, value)
    return _sent(option, value)


def _sent(option: JsonObject, value: OptionValue) -> JsonObject:
    """One option with its value; ids are text on the wire."""
    sent = str(value) if option["type"] in _BY_ID else value
    return {"name": option["name"], "type": option["type"], "value": sent}


def _check(option: JsonObject, value: OptionValue) -> None:
    name, kind = option["name"], option["type"]
    if kind not in _OF_TYPE:
        raise ValueError(f"the option {name} is of type {kind}, which a rehearsal cannot fill in")
    if not _OF_TYPE[kind](value):
        raise ValueError(f"{value!r} is no value for the option {name} (type {kind})")
    choices = [choice["value"] for choice in option.get("choices") or ()]
    if choices and value not in choices:
        raise ValueError(f"{value!r} is none of the choices of the option {name}: {choices}")
    size = len(value) if isinstance(value, str) else value
    least = option.get("min_length" if kind == STRING else "min_value")
    most = option.get("max_length" if kind == STRING else "max_value", 6000 if kind == STRING else None)
    if (least is not None and size < least) or (most is not None and size > most):
        raise ValueError(f"{value!r} is out of bounds for the option {name}")
