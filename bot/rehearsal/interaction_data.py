"""What Discord's client makes of a slash command that a member types: checked options in the shape of the wire."""

from collections.abc import Callable, Mapping

from bot.rehearsal.command_form import CHAT_INPUT
from bot.rehearsal.wire import JsonObject
from bot.rehearsal.world import World

__all__ = ["OptionValue", "option_data", "slash_command", "slash_commands"]

OptionValue = str | int | float | bool

_STRING, _INTEGER, _BOOLEAN, _NUMBER = 3, 4, 5, 10
_OF_TYPE: dict[int, Callable[[OptionValue], bool]] = {
    _STRING: lambda value: isinstance(value, str),
    _INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    _BOOLEAN: lambda value: isinstance(value, bool),
    _NUMBER: lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
}


def slash_commands(world: World) -> list[JsonObject]:
    """The slash commands that members see; a guild's own ones hide global ones of the same name."""
    listed = {command["name"]: command for place in (None, world.guild_id) for command in world.commands.get(place, [])}
    return [command for command in listed.values() if command["type"] == CHAT_INPUT]


def slash_command(world: World, name: str) -> JsonObject:
    """The slash command with that name; `ValueError` if it is not registered."""
    known = {command["name"]: command for command in slash_commands(world)}
    if name not in known:
        raise ValueError(f"there is no command /{name}; registered are: {', '.join(sorted(known)) or 'none'}")
    command: JsonObject = known[name]
    return command


def option_data(
    command: JsonObject, values: Mapping[str, OptionValue], *, focused: tuple[str, str] | None = None
) -> list[JsonObject]:
    """The options on the wire; `focused` is the option that is being typed, which may be anything.

    Raises:
        ValueError: an option that the command does not have, or a value that the client would not let through.
    """
    known = {option["name"]: option for option in command["options"]}
    named = set(values) | ({focused[0]} if focused else set())
    if not named <= known.keys():
        raise ValueError(f"/{command['name']} has no option {', '.join(sorted(named - known.keys()))}")
    data: list[JsonObject] = []
    for name, option in known.items():
        if focused is not None and name == focused[0]:
            if not option.get("autocomplete"):
                raise ValueError(f"the option {name} of /{command['name']} has no autocomplete")
            data.append({"name": name, "type": option["type"], "value": focused[1], "focused": True})
        elif name in values:
            _check(option, values[name])
            data.append({"name": name, "type": option["type"], "value": values[name]})
        elif option.get("required") and focused is None:
            raise ValueError(f"/{command['name']} needs the option {name}")
    return data


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
    least = option.get("min_length" if kind == _STRING else "min_value")
    most = option.get("max_length" if kind == _STRING else "max_value", 6000 if kind == _STRING else None)
    if (least is not None and size < least) or (most is not None and size > most):
        raise ValueError(f"{value!r} is out of bounds for the option {name}")
