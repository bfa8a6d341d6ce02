"""Plain text for a card: the first paragraph of a Markdown body, and text cut where a reader would pause."""

import html
import re
import unicodedata
from collections.abc import Iterator

__all__ = ["cut", "first_paragraph"]

LOOKED_AT_CHARACTERS = 64 * 1024  # of the body; a first paragraph further down is no opening
PARAGRAPH_CHARACTERS = 8_000  # twice what any card can show
GRAPHEME_CHARACTERS = 32  # how far back a cut looks for a better place; families of emoji have 11

_OPEN_ORIGINAL = re.compile(r"(?:</?[a-z][^<>]{0,200}+>|[\W_])*+open the original post\b", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
# Whole lines that carry no prose: headings, rules, tables, link definitions, shortcodes.
_NO_PROSE = re.compile(
    r"""
    [ ]{0,3}\#{1,6}(?:[ \t]|$)
    | [ \t]*+(?:(?:-[ \t]*+){3,}+|(?:\*[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)$
    | [ \t]*+\|
    | [ \t]*+\[[^\]]{1,200}\]:
    | [ \t]*+\{\{[<%].*[>%]\}\}[ \t]*$
    """,
    re.VERBOSE,
)
_CODE = re.compile(r" {4}|\t")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*+$")
_QUOTE_MARKER = re.compile(r"^[ \t]*+(?:>[ \t]?)*+")
_LIST_MARKER = re.compile(r"^[ \t]*+(?:[-*+]|\d{1,9}[.)])[ \t]++")

# Every repetition is bounded or possessive, so that no text takes time that grows with the square of its length.
_TARGET = r"(?:\([^()\s]{0,2048}+(?:\([^()\s]{0,500}+\)[^()\s]{0,500}+)?[^()]{0,300}+\)|\[[^\]]{0,200}+\])"
_INLINE = (
    (re.compile(rf"!\[[^\]]{{0,500}}+\]{_TARGET}"), ""),  # images
    (re.compile(r"\[\^[^\]]{1,100}+\]"), ""),  # footnote marks
    (re.compile(rf"\[([^\[\]]{{0,1000}}+)\]{_TARGET}"), r"\1"),
    (re.compile(r"\{\{[<%][^}]{0,1000}+\}\}"), ""),  # shortcodes
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2048}+)>"), r"\1"),  # autolinks
    (re.compile(r"</?[A-Za-z][^<>]{0,1000}+>"), ""),  # HTML tags
    (re.compile(r"(`{1,3})([^`]{1,1000}+)\1"), r"\2"),
    (re.compile(r"(\*{1,3}|~~)(?=\S)([^*~]{1,1000}+)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)(_{1,3})(?=\S)([^_]{1,1000}?)(?<=\S)\1(?!\w)"), r"\2"),
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PUT_ASIDE = 0xF0000  # a plane for private use keeps escaped punctuation out of the patterns' way
_PUT_BACK = {_PUT_ASIDE + code: code for code in range(128)}

_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?= )|[。！？]++[」』”]?")
# A number of one or two digits is more often that of a list, or half of a version, than the end of a sentence.
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:\d{1,2}|(?:\w\.){0,4}\w|vs|etc|cf|al|approx|resp|Dr|Prof|Mr|Mrs|Ms|Sr|Jr|St|No|Nr|Fig|Inc|Ltd|ft)\.$"
)
_LAST_NUMBER = re.compile(r"(?<=\s)([1-9]\d?)\.$")
_LOOSE_ENDS = " ,;:–—-("
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


def first_paragraph(body: str) -> str:
    """Return the first paragraph of prose in a Markdown `body`, on one line and without markup; "" if there is none.

    Headings, code, tables, images, shortcodes and the line "Open the original post …" are no prose.
    """
    for lines in _paragraphs(_without_comments(body[:LOOKED_AT_CHARACTERS])):
        if text := _plain(" ".join(lines)):
            return text
    return ""


def cut(text: str, characters: int) -> str:
    """Return `text` with its whitespace folded, in at most `characters` code points.

    Longer text ends after a sentence if one ends in the second half of what fits; else after a word, with "…". Where
    text ends in the number of a list's next item, as what another program cut short does, "…" stands in its place.
    """
    text = _without_lone_number(" ".join(text.split()))
    if len(text) <= characters:
        return text
    if characters < 1:
        return ""
    return _whole_sentences(text, characters) or _whole_words(text, characters - 1) + "…"


def _without_lone_number(text: str) -> str:
    """Return `text` without the number of a list at its end, known by the number before it: "1. One 2." → "1. One…"."""
    number = _LAST_NUMBER.search(text, max(0, len(text) - 4))
    if number is None or f" {int(number[1]) - 1}. " not in f" {text}":
        return text
    return text[: number.start()].rstrip(_LOOSE_ENDS) + "…"


def _without_comments(text: str) -> str:
    kept, place = [], 0
    while (start := text.find("<!--", place)) != -1:
        kept.append(text[place:start])
        end = text.find("-->", start)
        if end == -1:
            return "".join(kept)
        place = end + 3
    return "".join([*kept, text[place:]])


def _paragraphs(text: str) -> Iterator[list[str]]:
    """Yield the lines of each block that may be prose, without their block markup."""
    fence = ""
    lines: list[str] = []
    for line in text.splitlines():
        if match := _FENCE.match(line):
            fence = "" if fence and match[1].startswith(fence) else fence or match[1]
            yield lines
            lines = []
        elif fence:
            continue
        elif lines and _UNDERLINE.match(line):
            lines = []  # what stands above is a heading
        elif (
            not line.strip() or _OPEN_ORIGINAL.match(line) or _NO_PROSE.match(line) or (not lines and _CODE.match(line))
        ):
            yield lines
            lines = []
        else:
            if lines and _LIST_MARKER.match(line):
                yield lines
                lines = []
            lines.append(_LIST_MARKER.sub("", _QUOTE_MARKER.sub("", line, count=1), count=1))
    yield lines


def _plain(markdown: str) -> str:
    """Return one paragraph without its inline markup."""
    text = _ESCAPED.sub(lambda match: chr(_PUT_ASIDE + ord(match[1])), markdown[:PARAGRAPH_CHARACTERS])
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    text = " ".join(html.unescape(text).translate(_PUT_BACK).split())
    return "" if _OPEN_ORIGINAL.match(text) else text


def _whole_sentences(text: str, characters: int) -> str:
    """Return the sentences that fit, "" if none of them ends in the second half."""
    best = 0
    for match in _SENTENCE_END.finditer(text, 0, characters + 1):
        end = match.end()
        if characters // 2 <= end <= characters and not _goes_on(text, end):
            best = end
    return text[:best]


def _goes_on(text: str, end: int) -> bool:
    """Whether the sentence goes on after `end`, where a full stop or the like stands before."""
    follows = text[end : end + 2].strip()[:1]
    if follows.isdecimal() and text[end - 2 : end - 1].isdecimal():
        return True  # "v1. 32": a number that was torn apart
    return follows.islower() or _ABBREVIATED.search(text, max(0, end - 12), end) is not None


def _whole_words(text: str, characters: int) -> str:
    """Return the words that fit, or a part of the first one where it alone is longer than half of the space."""
    end = text.rfind(" ", characters // 2, characters + 1)
    if end == -1:
        end = _between_graphemes(text, characters)
    return text[:end].rstrip(_LOOSE_ENDS)


def _between_graphemes(text: str, end: int) -> int:
    """Return the last place up to `end` that separates no letter from its accents and no emoji from its parts."""
    for place in range(end, max(0, end - GRAPHEME_CHARACTERS), -1):
        if not (_joins(text[place]) or text[place - 1] in _JOINERS or _halves_a_flag(text, place)):
            return place
    return end


def _joins(character: str) -> bool:
    return (
        character in _JOINERS or unicodedata.category(character)[0] == "M" or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def _halves_a_flag(text: str, place: int) -> bool:
    """A flag is two regional indicators, so a place after an odd number of them, before another, is inside one."""
    start = place
    while start and _is_regional(text[start - 1]):
        start -= 1
    return _is_regional(text[place]) and (place - start) % 2 == 1


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
