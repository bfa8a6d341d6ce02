"""The part of a post that was found, with marks around each matched word."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from bot.catalog.listings import MATCH_BEGINS, MATCH_ENDS
from bot.catalog.words import Words

__all__ = ["excerpts"]

WORDS = 30  # of an excerpt, about
TEXT, SUMMARY = 1, 2  # columns of post_words


def excerpts(connection: sqlite3.Connection, words: Words, post_ids: Sequence[int]) -> Mapping[int, str]:
    """By id, an excerpt on one line of each of these posts, which all have `words`; one without text has none.

    It is from the text, or from the summary if only that has the words, or if there is no text.
    """
    if not post_ids:
        return {}
    # An open word is gathered from many words of the index: once for all posts, where they are in it.
    among = "rowid BETWEEN :first AND :last AND +rowid" if words.is_open else "rowid"
    rows = connection.execute(
        f"SELECT rowid, {_snippet(TEXT)}, {_snippet(SUMMARY)} FROM post_words WHERE post_words MATCH :query"
        f" AND {among} IN (SELECT value FROM json_each(:ids))",
        {
            "query": words.query,
            "ids": json.dumps(list(post_ids)),
            "first": min(post_ids),
            "last": max(post_ids),
            "begins": MATCH_BEGINS,
            "ends": MATCH_ENDS,
        },
    )
    found = {post_id: _better(text, summary) for post_id, text, summary in rows}
    return {post_id: excerpt for post_id, excerpt in found.items() if excerpt}


def _snippet(column: int) -> str:
    return f"snippet(post_words, {column}, :begins, :ends, '…', {WORDS})"


def _better(text: str, summary: str) -> str:
    is_better = MATCH_BEGINS in summary and MATCH_BEGINS not in text
    return " ".join((summary if is_better or not text.strip() else text).split())
