"""Posts that are about what other posts are about."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from bot.catalog.narrowing import Narrowing
from bot.catalog.ranking import best_first
from bot.catalog.records import ListedPost
from bot.catalog.words import words_in

__all__ = ["related_ids"]

MOST_RELATED = 100  # of them all: ten pages
MOST_TRIED = 60  # tags and words of titles whose posts are counted
MOST_ASKED = 16  # of these, the rarest: they say most
COMMON = 2_000  # posts; what more have says little


def related_ids(connection: sqlite3.Connection, posts: Sequence[ListedPost], narrowing: Narrowing) -> list[int]:
    """The ids of other posts that share tags and words of the title with `posts`, the most alike first.

    What is rare weighs more. A link comes once, and none of those of `posts` does.
    """
    phrases = _rarest(connection, _phrases(posts))
    if not phrases:
        return []
    found = best_first(connection, " OR ".join(phrases), narrowing, 0, MOST_RELATED)
    links = {listed.post.canonical_url for listed in posts}
    kept = []
    for post_id, link in _links(connection, found):
        if link not in links:
            links.add(link)
            kept.append(post_id)
    return kept


def _links(connection: sqlite3.Connection, post_ids: Sequence[int]) -> Iterable[tuple[int, str]]:
    """Each post with where it leads, in the same order."""
    rows = connection.execute(
        "SELECT posts.id, canonical_url FROM json_each(?) AS wanted CROSS JOIN posts ON posts.id = wanted.value"
        " ORDER BY wanted.key",
        (json.dumps(post_ids),),
    )
    return ((post_id, link) for post_id, link in rows.fetchall())


def _phrases(posts: Sequence[ListedPost]) -> Sequence[str]:
    """What FTS5 is to look for: the tags, which count twice if they are tags again, and the words of the titles."""
    phrases: dict[str, None] = {}
    for listed in posts:
        for tag in listed.post.tags:
            if words := words_in(tag):
                phrases |= {f'{{{columns}}} : "{" ".join(words)}"': None for columns in ("tags", "title tags")}
        phrases |= {f'{{title tags}} : "{word}"': None for word in words_in(listed.post.title)}
    return list(phrases)


def _rarest(connection: sqlite3.Connection, phrases: Sequence[str]) -> list[str]:
    """Those that the fewest posts have, but more than one; the common ones only if there is nothing else."""
    counted = []
    for phrase in phrases[:MOST_TRIED]:
        posts = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM post_words WHERE post_words MATCH ? LIMIT ?)",
            (phrase, COMMON),
        ).fetchone()[0]
        if posts > 1:
            counted.append((posts, phrase))
    rare = [phrase for posts, phrase in sorted(counted) if posts < COMMON]
    return (rare or [phrase for _, phrase in counted])[:MOST_ASKED]
