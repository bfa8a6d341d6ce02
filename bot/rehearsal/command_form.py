"""Discord's rules for application commands: https://docs.discord.com/developers/interactions/application-commands"""

import re
from collections import Counter

from bot.rehearsal import limits
from bot.rehearsal.forms import Form
from bot.rehearsal.localizations import read_localizations
from bot.rehearsal.option_form import at, read_description, read_options, size_of
from bot.rehearsal.wire import ApiError, JsonObject

__all__ = ["CHAT_INPUT", "MESSAGE_COMMAND", "read_command", "read_commands"]

CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND = 1, 2, 3
_TYPES = (CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND)
_CONTEXTS = (0, 1, 2)
_INTEGRATION_TYPES = (0, 1)
_LARGEST_PERMISSIONS = 2**54 - 1
_DIGITS = re.compile(r"[0-9]{1,17}\Z")


def read_commands(items: list[object]) -> list[JsonObject]:
    """The commands of a bulk overwrite as Discord stores them, without ids.

    Raises:
        ApiError: 400/50035 with the path of each field that is wrong; 400/30032, too many commands.
    """
    form = Form()
    commands = [_read(form.mapping(item, str(number)), f"{number}", form) for number, item in enumerate(items)]
    counts = Counter((command["type"], command["name"]) for command in commands)
    for number, command in enumerate(commands):
        if counts[command["type"], command["name"]] > 1:
            why = "Application command names must be unique"
            form.wrong(str(number), "APPLICATION_COMMANDS_DUPLICATE_NAME", why)
    form.finish()
    per_type = Counter(command["type"] for command in commands)
    most_context = max(per_type[USER_COMMAND], per_type[MESSAGE_COMMAND])
    if per_type[CHAT_INPUT] > limits.COMMANDS or most_context > limits.CONTEXT_COMMANDS:
        raise ApiError(400, 30032, "Maximum number of application commands reached (100)")
    return commands


def read_command(body: JsonObject) -> JsonObject:
    """One command, as `read_commands`."""
    form = Form()
    command = _read(body, "", form)
    form.finish()
    return command


def _read(raw: JsonObject, path: str, form: Form) -> JsonObject:
    kind = form.choice(raw.get("type") or CHAT_INPUT, at(path, "type"), _TYPES)
    options: list[JsonObject] = []
    if kind == CHAT_INPUT:
        read_description(raw, path, form)
        options = read_options(raw.get("options"), path, form)
    else:
        _read_context_command(raw, path, form)
    if size_of(raw) > limits.COMMAND_TOTAL:
        form.wrong(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({limits.COMMAND_TOTAL})")
    return {
        "type": kind,
        "name": str(raw.get("name")),
        "name_localizations": raw.get("name_localizations"),
        "description": raw.get("description") or "",
        "description_localizations": raw.get("description_localizations"),
        "options": options,
        "default_member_permissions": _read_permissions(raw, path, form),
        "dm_permission": raw.get("dm_permission") is not False,
        "contexts": _read_numbers(raw, "contexts", _CONTEXTS, path, form),
        "integration_types": _read_numbers(raw, "integration_types", _INTEGRATION_TYPES, path, form),
        "nsfw": form.truth(raw.get("nsfw"), at(path, "nsfw")),
    }


def _read_context_command(raw: JsonObject, path: str, form: Form) -> None:
    """A command in the menu of a user or a message: a name, which may have spaces and upper case, and nothing else."""

    def read_name(name: object, place: str) -> None:
        form.bounded(name.strip() if isinstance(name, str) else name, place, 1, limits.COMMAND_NAME)

    read_name(raw.get("name"), at(path, "name"))
    read_localizations(raw.get("name_localizations"), at(path, "name_localizations"), form, read_name)
    for field in ("description", "description_localizations"):
        if raw.get(field):
            form.wrong(at(path, field), "APPLICATION_COMMAND_DESCRIPTION_INVALID", "Must be empty here")
    if raw.get("options"):
        why = "Context menu commands cannot have options"
        form.wrong(at(path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_CANNOT_HAVE_OPTIONS", why)


def _read_permissions(raw: JsonObject, path: str, form: Form) -> str | None:
    """A bit set, as a number or its digits; "0" stands for administrators only."""
    given = raw.get("default_member_permissions")
    if given is None:
        return None
    digits = str(given)
    if isinstance(given, bool) or not _DIGITS.match(digits) or int(digits) > _LARGEST_PERMISSIONS:
        form.wrong(at(path, "default_member_permissions"), "NUMBER_TYPE_COERCE", f'Value "{given}" is not int.')
    return digits


def _read_numbers(raw: JsonObject, field: str, among: tuple[int, ...], path: str, form: Form) -> list[int] | None:
    """A list of some of `among`, each once; None if nothing is said."""
    given = raw.get(field)
    if given is None:
        return None
    here = at(path, field)
    numbers = form.items(given, here, len(among))
    if not numbers:
        form.wrong(here, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {len(among)} in length.")
    for number, item in enumerate(numbers):
        form.choice(item, f"{here}.{number}", among)
    if len(set(map(str, numbers))) < len(numbers):
        form.wrong(here, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    return numbers
