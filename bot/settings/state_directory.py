"""Where the state directory is, also by a settings file with mistakes: they must not hide how the service is."""

import os
import re
from pathlib import Path

from pydantic import ValidationError

from bot.settings.models import Settings, StateSettings
from bot.settings.tree import Scalar, UnreadableYamlError, read_tree

__all__ = ["find_state_directory", "ids_by_name"]

# ``directory: …`` in the lines below ``state:``, of a text that is no YAML because of something else in it.
_WRITTEN = re.compile(
    r"^state:[^\n]*\n(?:(?:[ \t#][^\n]*)?\n)*?[ \t]+directory:[ \t]*(['\"]?)([^\n'\"#]+?)\1[ \t]*(?:#|$)", re.MULTILINE
)


def find_state_directory(path: Path, *, certain: bool = False) -> Path | None:
    """The absolute path of the state directory that the settings file at `path` names, be it by saying nothing of it.

    Args:
        path: of the settings file.
        certain: something is to be done there, which must not be done to another bot: what a file that is no YAML may
            mean, or one with a key that may be a misspelt ``state`` or ``directory``, is not taken.

    Returns:
        None: the file is not there or cannot be read, or what it says of the state makes no sense, or is not certain.
    """
    try:
        section = _section(path.read_text("utf-8-sig"), certain=certain)
        state = StateSettings.model_validate(section)
    except (OSError, UnicodeDecodeError, UnreadableYamlError, _UncertainError, ValidationError):
        return None
    return Path(os.path.normpath(path.absolute().parent.resolve() / state.directory))


class _UncertainError(Exception):
    """The file may mean another directory than the usual one."""


def _section(text: str, *, certain: bool) -> object:
    """What is said of the state."""
    try:
        value = read_tree(text).value
    except UnreadableYamlError:
        if certain:
            raise
        written = _WRITTEN.search(text)
        return {"directory": written[2]} if written else {}
    sections = value if isinstance(value, dict) else {}
    section = sections.get("state")
    keys = section if isinstance(section, dict) else {}
    if certain and "directory" not in keys and (keys or sections.keys() - Settings.model_fields.keys() or not sections):
        raise _UncertainError
    return {"directory": keys["directory"]} if "directory" in keys else ({} if keys else section)


def ids_by_name(path: Path) -> dict[str, int]:
    """Which channels a settings file with mistakes calls by which names, as far as it can be read."""
    try:
        value = read_tree(path.read_text("utf-8-sig")).value
    except (OSError, UnicodeDecodeError, UnreadableYamlError):
        return {}
    channels = value.get("channels") if isinstance(value, dict) else None
    entries = [each for each in channels if isinstance(each, dict)] if isinstance(channels, list) else []
    pairs = [(each.get("name"), each.get("id")) for each in entries]
    return {
        name.text: int(number.text)
        for name, number in pairs
        if isinstance(name, Scalar) and isinstance(number, Scalar) and number.text.isdecimal()
    }
