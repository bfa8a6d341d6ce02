"""Words that were mistyped, and the likest ones that posts have."""

import itertools
import json
import sqlite3
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from bot.catalog.words import Words

__all__ = ["correction"]

FEWEST_LETTERS = 3  # a shorter word is like too many others
LONG = 5  # letters; a word of so many may have two mistakes
CANDIDATES = 3  # for a word
LAST = "\U0010ffff"  # comes after every other character
TRIES = 9  # combinations of candidates


def correction(connection: sqlite3.Connection, words: Words, finds: Callable[[Words], bool]) -> Words | None:
    """`words` with each word that no post has replaced by the likest one that some post has; None: that finds nothing.

    A mistake is a letter too many, missing, wrong, or changed places with the next one; the first letter is taken for
    right. Words with digits are left as they are: a version is like many others.

    Args:
        connection: to the catalog.
        words: what was typed.
        finds: whether there is a post for such words.
    """
    choices = [
        [_likest(connection, word, words.is_open and term is words.terms[-1] and word is term[-1]) for word in term]
        for term in words.terms
    ]
    combined = itertools.product(*(itertools.islice(itertools.product(*likest), CANDIDATES) for likest in choices))
    for terms in itertools.islice(combined, TRIES):
        corrected = Words.parse(replace(words, terms=terms).text)
        if terms != words.terms and not corrected.is_cut and finds(corrected):
            return corrected
    return None


def _likest(connection: sqlite3.Connection, word: str, is_open: bool) -> Sequence[str]:
    """What may stand for a word, the likest first: itself, if there is nothing to correct."""
    plain = _plain(word)
    if len(plain) < FEWEST_LETTERS or not plain.isalpha() or _is_there(connection, plain, is_open):
        return [word]
    most = 2 if len(plain) >= LONG else 1
    near = []
    for term, posts in _terms_like(connection, plain, most):
        distance = DamerauLevenshtein.distance(plain, term, score_cutoff=most)
        if distance <= most:
            near.append((distance, -JaroWinkler.similarity(plain, term), -posts, term))
    return [term for *_, term in sorted(near)[:CANDIDATES]] or [word]


def _is_there(connection: sqlite3.Connection, word: str, is_open: bool) -> bool:
    row = connection.execute(
        "SELECT 1 FROM post_terms WHERE term >= ? AND term < ? LIMIT 1", (word, word + (LAST if is_open else "\0"))
    ).fetchone()
    return row is not None


def _terms_like(connection: sqlite3.Connection, word: str, most: int) -> list[tuple[str, int]]:
    """Terms with the first letter of `word` and about its length, each with how many posts have it."""
    found: str = connection.execute(
        # One row: in the interpreter each one would have to wait for other threads.
        "SELECT json_group_array(json_array(term, posts)) FROM (SELECT term, max(doc) AS posts FROM post_terms"
        " WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ? GROUP BY term)",
        (word[0], word[0] + LAST, len(word) - most, len(word) + most),
    ).fetchone()[0]
    return [(term, posts) for term, posts in json.loads(found)]


def _plain(word: str) -> str:
    """`word` as the index has it: without accents."""
    return "".join(each for each in unicodedata.normalize("NFD", word) if unicodedata.category(each) != "Mn")
