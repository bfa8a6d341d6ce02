"""Commands that a person is told to give: they work as they stand, also where the settings are in another place."""

import re
import shlex
from pathlib import Path

from bot.settings import DEFAULT_CONFIG

__all__ = ["suggested"]

# What cannot be given as it stands, because these need more than their name, is only spoken of.
_COMMAND = re.compile(r"`(linkbot (?!(?:announce|backup|preview|resolve|restore)`)[^`]+)`")


def suggested(text: str, config: Path | None) -> str:
    """`text` with the settings file in each command between backquotes that can be given as it stands.

    Args:
        text: a sentence for people.
        config: the file that the person named; None, or the one that is read anyhow: nothing is added.
    """
    if config is None or config == DEFAULT_CONFIG:
        return text
    return _COMMAND.sub(lambda found: f"`{found[1]} --config {shlex.quote(str(config))}`", text)
