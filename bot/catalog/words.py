"""What a person typed, as words to search for: pure.

Whatever is typed is words: nothing of it has a meaning to SQLite.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

__all__ = ["MOST_CHARACTERS", "Words", "parts", "words_in"]

MOST_CHARACTERS = 60  # of all terms together with what parts them; a button can say so many

_LONGEST = 4_000  # characters that are looked at
_QUOTES = frozenset('"„“”«»')
_JOINERS = "-‐‑._'’/"  # as in kube-proxy, v1.30, don’t, CI/CD: the index has the parts, one after the other
_FEWEST_OPEN = 2  # letters; one is the beginning of too many words, and a word itself: C, R

# Letters since Unicode 8; the tables of FTS5 are those of Unicode 6.1, where they are marks on a letter.
_MARKS_ONCE = frozenset(map(chr, [*range(0x19B0, 0x19C1), 0x19C8, 0x19C9, 0x1CF2, 0x1CF3]))


@dataclass(frozen=True, slots=True)
class Words:
    """Terms that a post must have, all of them or, with `some`, one at least.

    Attributes:
        terms: each a word, or several that must follow one another (they were quoted), in lower case.
        is_open: the last term may be the beginning of a word.
        is_cut: there was more than `MOST_CHARACTERS`, which is not searched for.
        some: one of the terms is enough.
    """

    terms: tuple[tuple[str, ...], ...] = ()
    is_open: bool = True
    is_cut: bool = False
    some: bool = False

    @classmethod
    def parse(cls, typed: str) -> "Words":
        """Read what a person typed; `parse(words.text)` gives equal words, but for `is_cut`.

        The last term is open unless quotation marks close it: who types has not ended the word yet, and who has finds a
        little more. What is twice there counts once.
        """
        terms, is_open = _terms(_pieces(typed[:_LONGEST]))
        if terms and terms[-1] in terms[:-1]:
            is_open = False  # as a whole it is asked for already
        words = _fitting(list(dict.fromkeys(terms)), is_open)
        return replace(words, is_cut=words.is_cut or len(typed) > _LONGEST)

    @property
    def text(self) -> str:
        """The words as a person could have typed them, at most `MOST_CHARACTERS` long; empty: there are none."""
        if not self.terms:
            return ""
        *first, last = self.terms
        written = [f'"{" ".join(term)}"' if len(term) > 1 else term[0] for term in first]
        if self.is_open:
            written.append(f'"{" ".join(last)}' if len(last) > 1 else last[0])
        else:
            written.append(f'"{" ".join(last)}"')
        return " ".join(written)

    @property
    def query(self) -> str:
        """The query in the language of FTS5 (https://www.sqlite.org/fts5.html#full_text_query_syntax).

        Empty, which is no query, where there are no words.
        """
        phrases = [" ".join(term).replace('"', '""') for term in self.terms]
        return (" OR " if self.some else " AND ").join(f'"{phrase}"' for phrase in phrases) + (
            " *" if self._is_prefix else ""
        )

    @property
    def _is_prefix(self) -> bool:
        if not self.terms or not self.is_open:
            return False
        return sum(map(_is_letter, parts(self.terms[-1][-1])[-1])) >= _FEWEST_OPEN


def words_in(text: str) -> list[str]:
    """The words of the beginning of a text, such as a title, in lower case; quotation marks are nothing special."""
    return [piece for piece in _pieces(text[:_LONGEST]) if piece not in _QUOTES]


def parts(word: str) -> list[str]:
    """The parts of a word that the index has as words of their own: kube-proxy has two."""
    return [part for part in "".join(" " if each in _JOINERS else each for each in word).split() if part]


def _terms(pieces: Iterator[str]) -> tuple[list[tuple[str, ...]], bool]:
    """The terms, and whether the last one is open."""
    terms: list[tuple[str, ...]] = []
    quoted: list[str] | None = None
    is_open = True
    for piece in pieces:
        if piece in _QUOTES:
            if quoted:
                terms.append(tuple(quoted))
                is_open = False
            quoted = [] if quoted is None else None
        elif quoted is not None:
            quoted.append(piece)
        else:
            terms.append((piece,))
            is_open = True
    if quoted:
        terms.append(tuple(quoted))
        is_open = True
    return terms, is_open


def _pieces(typed: str) -> Iterator[str]:
    """The words and the quotation marks, in their order."""
    cleaned = unicodedata.normalize("NFC", "".join(map(_cleaned, typed)).lower())
    for piece in cleaned.split():
        word = _bare(piece)
        if word or piece in _QUOTES:
            yield word or piece


def _cleaned(character: str) -> str:
    if character in _QUOTES:
        return f" {character} "
    is_inside = character in _JOINERS or unicodedata.category(character)[0] == "M"
    return character if is_inside or _is_letter(character) else " "


def _is_letter(character: str) -> bool:
    """Whether words are made of it: a letter, a digit, or for private use, as in FTS5."""
    category = unicodedata.category(character)
    return (category[0] in "LN" or category == "Co") and character not in _MARKS_ONCE


def _bare(piece: str) -> str:
    """`piece` from its first letter on, without what joins nothing."""
    first = next((index for index, character in enumerate(piece) if _is_letter(character)), len(piece))
    return piece[first:].rstrip(_JOINERS)


def _fitting(terms: Sequence[tuple[str, ...]], is_open: bool) -> Words:
    """As many of the terms as `MOST_CHARACTERS` take; a part of the first one if that is too long by itself."""
    words = Words()
    for index, term in enumerate(terms):
        is_last = index == len(terms) - 1
        longer = Words((*words.terms, term), is_open=is_open or not is_last)
        if len(longer.text) > MOST_CHARACTERS:
            beginning = " ".join(term)[: MOST_CHARACTERS - 1].split()  # and a quotation mark
            cut = tuple(word for word in map(_bare, beginning) if word)
            return replace(words if words.terms else Words((cut,)), is_cut=True)
        words = longer
    return words
