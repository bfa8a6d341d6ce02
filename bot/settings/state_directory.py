"""Where the state directory is, also by a settings file that has mistakes elsewhere."""

import os
from pathlib import Path

from pydantic import ValidationError

from bot.settings.models import StateSettings
from bot.settings.tree import UnreadableYamlError, read_tree

__all__ = ["find_state_directory"]


def find_state_directory(path: Path) -> Path | None:
    """The absolute path of the state directory that the settings file at `path` names, be it by saying nothing of it.

    None: the file is not there, cannot be read, is no YAML, or what it says of the state makes no sense.
    """
    try:
        value = read_tree(path.read_text("utf-8-sig")).value
        state = StateSettings.model_validate(value.get("state") if isinstance(value, dict) else None)
    except (OSError, UnicodeDecodeError, UnreadableYamlError, ValidationError):
        return None
    return Path(os.path.normpath(path.absolute().parent.resolve() / state.directory))
