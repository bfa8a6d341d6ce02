"""Which followers want which posts: by tag and source, and by words, for which the index is asked."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from bot.catalog.following import FollowKind
from bot.catalog.word_index import renew_word_index
from bot.catalog.words import Words

__all__ = ["matching_follows"]


def matching_follows(
    connection: sqlite3.Connection, post_ids: Collection[int], channel_id: int | None
) -> Mapping[int, list[int]]:
    """Which followers want which of these posts: by post, the ids of their channels.

    Words are looked for in what members may see: only a post that they may can have them. They are whole words, as who
    follows `go` does not want what is about Google.

    Args:
        connection: to the catalog.
        post_ids: of the posts.
        channel_id: ask only for the follower with this channel; None: for all.
    """
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    pairs = (*_named(connection, post_ids, channel_id), *_worded(connection, post_ids, channel_id))
    for post_id, follower in pairs:
        wanted[post_id].add(follower)
    return {post_id: sorted(channels) for post_id, channels in wanted.items()}


def _named(
    connection: sqlite3.Connection, post_ids: Collection[int], channel_id: int | None
) -> Iterator[tuple[int, int]]:
    """Each post and each follower of one of its tags, or of its source."""
    for kind, of_posts in (
        (
            FollowKind.TAG,
            "post_tags ON post_tags.post_id = wanted.value CROSS JOIN follows ON follows.key = tag_key",
        ),
        (FollowKind.SOURCE, "posts ON posts.id = wanted.value CROSS JOIN follows ON follows.key = source_key"),
    ):
        yield from connection.execute(
            f"SELECT wanted.value, followers.channel_id FROM json_each(:posts) AS wanted CROSS JOIN {of_posts}"
            " AND follows.kind = :kind CROSS JOIN followers ON followers.id = follower"
            " WHERE :channel IS NULL OR followers.channel_id = :channel",
            {"posts": str(list(post_ids)), "kind": kind, "channel": channel_id},
        )


def _worded(
    connection: sqlite3.Connection, post_ids: Collection[int], channel_id: int | None
) -> Iterator[tuple[int, int]]:
    """Each post and each follower of words that it has."""
    rows = connection.execute(
        "SELECT key, followers.channel_id FROM follows JOIN followers ON followers.id = follower"
        " WHERE kind = 'words' AND (:channel IS NULL OR followers.channel_id = :channel)",
        {"channel": channel_id},
    )
    followers: defaultdict[str, list[int]] = defaultdict(list)
    for key, follower in rows:
        followers[key].append(follower)
    if not followers or not post_ids:
        return
    renew_word_index(connection)  # they may have been stored in this transaction
    for key, channels in followers.items():
        for post_id in _having(connection, key, post_ids):
            yield from ((post_id, follower) for follower in channels)


def _having(connection: sqlite3.Connection, words: str, post_ids: Collection[int]) -> Iterator[int]:
    """Those of the posts that have these words."""
    rows = connection.execute(
        # A range, which the index can begin and end at; asked for one by one, 100 posts take 100 times as long.
        "SELECT rowid FROM post_words WHERE post_words MATCH ? AND rowid BETWEEN ? AND ?",
        (replace(Words.parse(words), is_open=False).query, min(post_ids), max(post_ids)),
    )
    wanted = set(post_ids)
    return (post_id for (post_id,) in rows if post_id in wanted)
