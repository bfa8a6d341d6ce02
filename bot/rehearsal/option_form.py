"""Discord's rules for what slash commands have beneath them: subcommands, options, choices.

https://docs.discord.com/developers/interactions/application-commands#application-command-object
"""

import re

from bot.rehearsal import limits
from bot.rehearsal.forms import Form
from bot.rehearsal.localizations import read_localizations
from bot.rehearsal.wire import JsonObject

__all__ = [
    "BOOLEAN",
    "CHANNEL",
    "GROUP",
    "INTEGER",
    "MENTIONABLE",
    "NUMBER",
    "ROLE",
    "STRING",
    "SUBCOMMAND",
    "USER",
    "at",
    "read_choices",
    "read_description",
    "read_options",
    "size_of",
]

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(1, 11)
_ATTACHMENT = 11
_PLAIN = frozenset(range(STRING, _ATTACHMENT + 1))
# What may stand in a command, in a group, and in a subcommand.
_WITHIN = {None: _PLAIN | {SUBCOMMAND, GROUP}, GROUP: frozenset({SUBCOMMAND}), SUBCOMMAND: _PLAIN}
_CHANNEL_TYPES = (0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16)
# Discord's own pattern takes every script; \w is what Python has that comes nearest.
_NAME = re.compile(r"[-_'\w]{1,32}\Z")


def at(path: str, name: str) -> str:
    """The path of a field below `path`, which is empty for the body itself."""
    return f"{path}.{name}" if path else name


def read_description(raw: JsonObject, path: str, form: Form) -> None:
    """Name and description of a command or option, in every language."""

    def read_name(value: object, place: str) -> None:
        name = form.bounded(value, place, 1, limits.COMMAND_NAME)
        if name is not None and (not _NAME.match(name) or name != name.lower()):
            form.wrong(place, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")

    def read_text(value: object, place: str) -> None:
        form.bounded(value, place, 1, limits.COMMAND_DESCRIPTION)

    for field, read_value in (("name", read_name), ("description", read_text)):
        read_value(raw.get(field), at(path, field))
        localized = f"{field}_localizations"
        read_localizations(raw.get(localized), at(path, localized), form, read_value)


def read_options(raw: object, path: str, form: Form, within: int | None = None) -> list[JsonObject]:
    """The options of a command, or (`within`) of a group or subcommand, as they are; what is wrong goes to `form`."""
    here = at(path, "options")
    items = form.items(raw, here, limits.COMMAND_OPTIONS)
    options = [form.mapping(item, f"{here}.{number}") for number, item in enumerate(items)]
    seen: set[str] = set()
    optional_before = False
    for number, option in enumerate(options):
        place = f"{here}.{number}"
        _read_option(option, place, form, within)
        if (option.get("type") in (SUBCOMMAND, GROUP)) != (options[0].get("type") in (SUBCOMMAND, GROUP)):
            why = "Sub-command and sub-command group option types are mutually exclusive to all other types"
            form.wrong(place, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", why)
        name = str(option.get("name"))
        if name in seen:
            form.wrong(f"{place}.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
        seen.add(name)
        if option.get("required") and optional_before:
            why = "Required options must be placed before non-required options"
            form.wrong(place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", why)
        optional_before = optional_before or not option.get("required")
    return options


def _read_option(option: JsonObject, path: str, form: Form, within: int | None) -> None:
    kind = form.choice(option.get("type"), f"{path}.type", _WITHIN[within])
    read_description(option, path, form)
    if kind in (SUBCOMMAND, GROUP):
        read_options(option.get("options"), path, form, kind)
        return
    choices = option.get("choices")
    if choices and option.get("autocomplete"):
        why = "Autocomplete options cannot have choices"
        form.wrong(path, "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_CANNOT_HAVE_CHOICES", why)
    if option.get("autocomplete") and kind not in {STRING, INTEGER, NUMBER}:
        form.wrong(f"{path}.autocomplete", "BASE_TYPE_CHOICES", "This type of option has no autocomplete")
    for number, channel_type in enumerate(form.items(option.get("channel_types"), f"{path}.channel_types", 100)):
        form.choice(channel_type, f"{path}.channel_types.{number}", _CHANNEL_TYPES)
    read_choices(choices, f"{path}.choices", form, kind)


def read_choices(raw: object, path: str, form: Form, kind: int | None) -> list[JsonObject]:
    """The choices of an option of type `kind`, or of an answer to its autocomplete. What is wrong goes to `form`."""

    def read_name(value: object, place: str) -> None:
        form.bounded(value, place, 1, limits.CHOICE_NAME)

    items = form.items(raw, path, limits.COMMAND_CHOICES)
    choices = [form.mapping(item, f"{path}.{number}") for number, item in enumerate(items)]
    for number, choice in enumerate(choices):
        here = f"{path}.{number}"
        read_name(choice.get("name"), f"{here}.name")
        read_localizations(choice.get("name_localizations"), f"{here}.name_localizations", form, read_name)
        _read_value(choice.get("value"), f"{here}.value", form, kind)
    return choices


def _read_value(value: object, path: str, form: Form, kind: int | None) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if value is None:
        form.required(path)
    elif kind == INTEGER and not (is_number and isinstance(value, int)):
        form.wrong(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
    elif kind == NUMBER and not is_number:
        form.wrong(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
    elif kind not in (INTEGER, NUMBER) and not isinstance(value, str):
        form.wrong(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
    elif isinstance(value, str):
        form.bounded(value, path, 1, limits.CHOICE_VALUE)


def size_of(raw: JsonObject) -> int:
    """How much of the limit of a command its names, descriptions and values use; of several languages the longest."""
    total = 0
    for field in ("name", "description"):
        localized = raw.get(f"{field}_localizations")
        texts = [raw.get(field), *(localized.values() if isinstance(localized, dict) else ())]
        total += max((len(text) for text in texts if isinstance(text, str)), default=0)
    if isinstance(raw.get("value"), str):
        total += len(raw["value"])
    for field in ("options", "choices"):
        items = raw.get(field)
        total += sum(size_of(item) for item in (items if isinstance(items, list) else ()) if isinstance(item, dict))
    return total
