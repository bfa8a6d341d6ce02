"""Discord's rules for application commands: https://docs.discord.com/developers/interactions/application-commands"""

import re
from collections import Counter
from collections.abc import Iterator

from bot.rehearsal import limits
from bot.rehearsal.forms import Form
from bot.rehearsal.wire import ApiError, JsonObject

__all__ = ["CHAT_INPUT", "read_choices", "read_command", "read_commands"]

CHAT_INPUT = 1
_TYPES = (1, 2, 3)
_OPTION_TYPES = range(1, 12)
_SUBCOMMANDS = (1, 2)
_STRING, _INTEGER, _NUMBER = 3, 4, 10
# Discord's own pattern takes every script; \w is what Python has that comes nearest.
_NAME = re.compile(r"[-_'\w]{1,32}\Z")


def read_commands(items: list[object]) -> list[JsonObject]:
    """The commands of a bulk overwrite as Discord stores them, without ids.

    Raises:
        ApiError: 400/50035 with the path of each field that is wrong; 400/30032, too many commands.
    """
    form = Form()
    commands = [_read(form.mapping(item, str(at)), f"{at}", form) for at, item in enumerate(items)]
    counts = Counter((command["type"], command["name"]) for command in commands)
    for at, command in enumerate(commands):
        if counts[command["type"], command["name"]] > 1:
            form.wrong(str(at), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    form.finish()
    per_type = Counter(command["type"] for command in commands)
    if per_type[CHAT_INPUT] > limits.COMMANDS or max(per_type[2], per_type[3]) > limits.CONTEXT_COMMANDS:
        raise ApiError(400, 30032, "Maximum number of application commands reached (100)")
    return commands


def read_command(body: JsonObject) -> JsonObject:
    """One command, as `read_commands`."""
    form = Form()
    command = _read(body, "", form)
    form.finish()
    return command


def _read(raw: JsonObject, path: str, form: Form) -> JsonObject:
    kind = form.choice(raw.get("type") or CHAT_INPUT, _at(path, "type"), _TYPES)
    _read_name(raw.get("name"), path, form, is_slash=kind == CHAT_INPUT)
    if kind == CHAT_INPUT:
        form.bounded(raw.get("description"), _at(path, "description"), 1, limits.COMMAND_DESCRIPTION)
    elif raw.get("description"):
        form.wrong(_at(path, "description"), "APPLICATION_COMMAND_DESCRIPTION_INVALID", "Must be empty here")
    options = _read_options(raw.get("options"), path, form)
    if sum(map(len, _texts(raw))) > limits.COMMAND_TOTAL:
        form.wrong(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({limits.COMMAND_TOTAL})")
    permissions = raw.get("default_member_permissions")
    return {
        "type": kind,
        "name": str(raw.get("name")),
        "name_localizations": raw.get("name_localizations"),
        "description": raw.get("description") or "",
        "description_localizations": raw.get("description_localizations"),
        "options": options,
        "default_member_permissions": None if permissions is None else str(permissions),
        "dm_permission": raw.get("dm_permission") is not False,
        "contexts": raw.get("contexts"),
        "integration_types": raw.get("integration_types") or [0],
        "nsfw": form.truth(raw.get("nsfw"), _at(path, "nsfw")),
    }


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _read_name(raw: object, path: str, form: Form, *, is_slash: bool = True) -> None:
    name = form.bounded(raw, _at(path, "name"), 1, limits.COMMAND_NAME)
    if name is not None and is_slash and (not _NAME.match(name) or name != name.lower()):
        why = "Command name is invalid"
        form.wrong(_at(path, "name"), "APPLICATION_COMMAND_INVALID_NAME", why)


def _read_options(raw: object, path: str, form: Form) -> list[JsonObject]:
    here = _at(path, "options")
    options = [
        form.mapping(item, f"{here}.{at}") for at, item in enumerate(form.items(raw, here, limits.COMMAND_OPTIONS))
    ]
    seen: set[str] = set()
    optional_before = False
    for at, option in enumerate(options):
        place = f"{here}.{at}"
        _read_option(option, place, form)
        name = str(option.get("name"))
        if name in seen:
            form.wrong(f"{place}.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
        seen.add(name)
        if option.get("required") and optional_before:
            why = "Required options must be placed before non-required options"
            form.wrong(place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", why)
        optional_before = optional_before or not option.get("required")
    return options


def _read_option(option: JsonObject, path: str, form: Form) -> None:
    kind = form.choice(option.get("type"), f"{path}.type", _OPTION_TYPES)
    _read_name(option.get("name"), path, form)
    form.bounded(option.get("description"), f"{path}.description", 1, limits.COMMAND_DESCRIPTION)
    if kind in _SUBCOMMANDS:
        _read_options(option.get("options"), path, form)
    choices = option.get("choices")
    if choices and option.get("autocomplete"):
        why = "Autocomplete options cannot have choices"
        form.wrong(path, "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_CANNOT_HAVE_CHOICES", why)
    if option.get("autocomplete") and kind not in {_STRING, _INTEGER, _NUMBER}:
        form.wrong(f"{path}.autocomplete", "BASE_TYPE_CHOICES", "This type of option has no autocomplete")
    read_choices(choices, f"{path}.choices", form)


def read_choices(raw: object, path: str, form: Form) -> list[JsonObject]:
    """The choices of an option, or of an answer to autocomplete. What is wrong goes to `form`."""
    choices = [
        form.mapping(item, f"{path}.{at}") for at, item in enumerate(form.items(raw, path, limits.COMMAND_CHOICES))
    ]
    for at, choice in enumerate(choices):
        form.bounded(choice.get("name"), f"{path}.{at}.name", 1, limits.CHOICE_NAME)
        value = choice.get("value")
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            form.required(f"{path}.{at}.value")
        elif isinstance(value, str):
            form.bounded(value, f"{path}.{at}.value", 1, limits.CHOICE_VALUE)
    return choices


def _texts(raw: JsonObject) -> Iterator[str]:
    """Every name, description and value of a command, which share one limit."""
    for key in ("name", "description", "value"):
        if isinstance(raw.get(key), str):
            yield raw[key]
    for key in ("options", "choices"):
        items = raw.get(key)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield from _texts(item)
