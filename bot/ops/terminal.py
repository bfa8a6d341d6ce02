"""Text from files and from Discord, made safe to print."""

import re
import textwrap

from bot.redaction import redacted

__all__ = ["paragraph", "printable"]

WIDTH = 100  # columns of a text made for reading
_JOINERS = "\u200c\u200d"  # invisible, but parts of words and emoji, and harmless


def printable(text: str) -> str:
    """`text` in one line, with nothing in it that a terminal obeys: control and bidi characters become escapes.

    Secrets of this process are hidden.
    """
    if text.isprintable():
        return redacted(text)
    return redacted(
        "".join(
            character if character.isprintable() or character in _JOINERS else ascii(character)[1:-1]
            for character in text
        )
    )


def paragraph(text: str, indent: str = "") -> str:
    """`text` wrapped to lines of at most 100 columns, each beginning with `indent`; words are never broken."""
    folded = printable(re.sub(r"\s+", " ", text))
    return textwrap.fill(
        folded, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
