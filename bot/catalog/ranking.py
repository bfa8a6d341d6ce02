"""Matches of a query over the words of posts, best first."""

import json
import sqlite3

from bot.catalog.narrowing import Narrowing

__all__ = ["best_first"]

# Of more matches only the newest ones by number are ranked: 100,000 take 90 ms, 3,000 take 6. A word that so many posts
# have says little about which of them is meant.
MOST_RANKED = 3_000

# How much a word weighs in each column of post_words: the title says what a post is about, a long summary mentions
# much. (https://www.sqlite.org/fts5.html#the_bm25_function)
WEIGHTS = {"title": 10.0, "text": 1.0, "summary": 0.5, "tags": 5.0, "source": 3.0}


def best_first(connection: sqlite3.Connection, query: str, narrowing: Narrowing, offset: int, count: int) -> list[int]:
    """The ids of at most `count` posts that match and pass, without the first `offset`; of equals the newest first.

    Args:
        connection: to the catalog.
        query: in the language of FTS5, not empty.
        narrowing: what else is asked of the posts.
        offset: how many are left out.
        count: how many at most.
    """
    weights = ", ".join(map(str, WEIGHTS.values()))
    found: str = connection.execute(
        # One row: in the interpreter each one would have to wait for other threads.
        "SELECT json_group_array(id) FROM ("
        f"SELECT id FROM (SELECT rowid AS id, bm25(post_words, {weights}) AS score FROM post_words"
        f" WHERE post_words MATCH :query AND {narrowing.of_match()} ORDER BY rowid DESC LIMIT {MOST_RANKED})"
        " ORDER BY score, id DESC LIMIT :count OFFSET :offset)",
        {**narrowing.values, "query": query, "count": count, "offset": offset},
    ).fetchone()[0]
    ids: list[int] = json.loads(found)
    return ids
