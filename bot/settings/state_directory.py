"""Where the state directory is, also by a settings file with mistakes: they must not hide how the service is."""

import os
import re
from pathlib import Path

from pydantic import ValidationError

from bot.settings.models import StateSettings
from bot.settings.tree import UnreadableYamlError, read_tree

__all__ = ["find_state_directory"]

# ``directory: …`` in the lines below ``state:``, of a text that is no YAML because of something else in it.
_WRITTEN = re.compile(
    r"^state:[^\n]*\n(?:(?:[ \t#][^\n]*)?\n)*?[ \t]+directory:[ \t]*(['\"]?)([^\n'\"#]+?)\1[ \t]*(?:#|$)", re.MULTILINE
)


def find_state_directory(path: Path) -> Path | None:
    """The absolute path of the state directory that the settings file at `path` names, be it by saying nothing of it.

    None: the file is not there or cannot be read, or what it says of the state makes no sense.
    """
    try:
        text = path.read_text("utf-8-sig")
        state = StateSettings.model_validate(_section(text))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
    return Path(os.path.normpath(path.absolute().parent.resolve() / state.directory))


def _section(text: str) -> object:
    try:
        value = read_tree(text).value
    except UnreadableYamlError:
        written = _WRITTEN.search(text)
        return {"directory": written[2]} if written else {}
    section = value.get("state") if isinstance(value, dict) else None
    return {key: section[key] for key in ("directory",) if key in section} if isinstance(section, dict) else section
