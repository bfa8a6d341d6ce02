"""What a person typed, as words to search for: pure.

Whatever is typed is words: nothing of it has a meaning to SQLite.
"""

import unicodedata
from dataclasses import dataclass

__all__ = ["MOST_CHARACTERS", "Words"]

MOST_CHARACTERS = 60  # of all terms together with what parts them; a button can say so many


@dataclass(frozen=True, slots=True)
class Words:
    """Terms that a post must all have.

    Attributes:
        terms: each a word, or several that must follow one another (they were quoted), in lower case.
        is_open: the last term may be the beginning of a word.
        is_cut: there was more than `MOST_CHARACTERS`, which is not searched for.
    """

    terms: tuple[tuple[str, ...], ...] = ()
    is_open: bool = True
    is_cut: bool = False

    @classmethod
    def parse(cls, typed: str) -> "Words":
        """Read what a person typed; `parse(words.text)` gives equal words, but for `is_cut`."""
        raise NotImplementedError(unicodedata.normalize("NFC", typed))

    @property
    def text(self) -> str:
        """The words as a person could have typed them, at most `MOST_CHARACTERS` long; empty: there are none."""
        raise NotImplementedError

    @property
    def query(self) -> str:
        """The query in the language of FTS5 (https://www.sqlite.org/fts5.html#full_text_query_syntax)."""
        raise NotImplementedError
