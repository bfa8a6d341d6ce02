"""Text from files made fit for Discord: cleaned, and with nothing left that Discord would read as markup.

Three kinds of places take text, each with its own rule:

- authors, footers and names of suggestions show text as it is: `plain`;
- titles and descriptions render Markdown and mentions: `escaped`, with backslashes;
- the label of a masked link shows backslashes instead of obeying them
  (https://github.com/discord/discord-api-docs/issues/6185): `label`, with look-alikes.

Addresses in text are shown but never become links: only what Linkbot checked itself leads anywhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["escaped", "label", "plain"]

_LONGEST = 8_000  # characters that are looked at: twice what Discord takes, so that a huge text costs no time
_MARKS = 3  # combining marks kept on one base; more is how "zalgo" text climbs out of its line
_JOINER = "\u200d"  # zero width joiner, wanted inside emoji only
_DROPPED = frozenset(
    {"Cf", "Cs", "Co", "Cn"}
)  # format (bidirectional controls among them), surrogate, private, unassigned
_SPACED = frozenset({"Cc", "Zl", "Zp", "Zs"})
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that show as nothing
_PICTURE_PARTS = frozenset("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff\u2194\u2195")

# One match is one character that gets a backslash. What each alternative keeps from rendering:
_MARKUP = re.compile(
    r"[\\*_~`|\[\]<>]"  # emphasis, code, spoilers, masked links, quotes, every mention, timestamps, custom emoji
    r"|^[#+\-]"  # headings, lists, small print
    r"|:(?=//)"  # addresses: https://, discord://
    r"|:(?=[\w~+\-]+:)"  # :emoji:
    r"|@(?=everyone|here)"
    r"|(?<=discord)\.(?=gg|com)|(?<=discordapp)\.(?=com)",  # invites written without https://
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\d+(?=\.)")

_LOOK_ALIKES = str.maketrans("[]*`|~<>\\", "()∗ˋ∣∼‹›∖")
_LABEL_UNDERSCORE = re.compile(r"(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")  # one between letters emphasises nothing
_LABEL_COLON = re.compile(r":(?=//)|:(?=[\w~+\-]+:)")
_LABEL_AT = re.compile(r"@(?=everyone|here)", re.IGNORECASE)


def plain(text: str) -> str:
    """Return `text` on one line, in NFC, with nothing in it that is invisible or climbs out of the line.

    Whitespace and control characters fold to single spaces. Format characters (bidirectional overrides, zero-width
    characters, tags) vanish, but for the joiner inside emoji; so do surrogates, private and unassigned characters.
    Of the combining marks on one base, the first three stay.
    """
    text = text[:_LONGEST]
    if not (text.isascii() and text.isprintable()):
        # Before as well: normalising takes time that grows with the square of the marks on one base.
        text = unicodedata.normalize("NFC", "".join(_few_marks(_visible(text))))
        text = "".join(_few_marks(text))
    return " ".join(text.split())


def escaped(text: str, most: int | None = None) -> str:
    """Return `text`, which must come from `plain`, so that a title or a description shows it literally.

    With `most`, the result has at most that many characters (at least 1): it ends in "…", and neither an escape nor a
    character with its marks is cut in two.
    """
    at = {match.start() for match in _MARKUP.finditer(text)}
    if numbered := _NUMBERED.match(text):
        at.add(numbered.end())
    units = [f"\\{character}" if index in at else character for index, character in enumerate(text)]
    return "".join(units) if most is None else _shortened(units, most)


def label(text: str, most: int) -> str:
    """Return `text`, which must come from `plain`, as the label of a masked link, with at most `most` characters."""
    text = _LABEL_UNDERSCORE.sub("ˍ", text.translate(_LOOK_ALIKES))
    text = _LABEL_AT.sub("＠", _LABEL_COLON.sub("꞉", text))
    return _shortened(list(text), most)


def _visible(text: str) -> Iterator[str]:
    before = ""
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        if category in _SPACED or character in _BLANK_LETTERS:
            before = " "
        elif category not in _DROPPED:
            before = character
        elif character == _JOINER and _is_picture(before) and _is_picture(text[index + 1 : index + 2]):
            before = _JOINER
        else:
            continue
        yield before


def _is_picture(character: str) -> bool:
    return bool(character) and (unicodedata.category(character) == "So" or character in _PICTURE_PARTS)


def _few_marks(text: Iterable[str]) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks <= _MARKS:
            yield character


def _shortened(units: Sequence[str], most: int) -> str:
    """Join `units` as far as `most` characters reach, leaving out a last one of which a part would be cut off."""
    if sum(map(len, units)) <= most:
        return "".join(units)
    length, end = 0, 0
    while end < len(units) and length + len(units[end]) <= most - 1:
        length += len(units[end])
        end += 1
    while end and (_continues(units[end]) or units[end - 1] == _JOINER):
        end -= 1
    return "".join(units[:end]).rstrip() + "…"


def _continues(unit: str) -> bool:
    return unit == _JOINER or unit in _PICTURE_PARTS or unicodedata.category(unit[-1]) in {"Mn", "Me", "Mc"}
