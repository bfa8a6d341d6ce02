"""The index of the words of posts, which follows what changed in a transaction."""

import sqlite3

__all__ = ["renew_word_index"]

COLUMNS = "title, text, summary, tags, source"
SEARCHABLE = ", ".join(f"searchable.{name}" for name in COLUMNS.split(", "))


def renew_word_index(connection: sqlite3.Connection) -> None:
    """Bring the index up to date with the posts that changed in the running transaction; triggers noted which.

    Whoever asks the index within a transaction that changes posts calls this first; at its end it is called anyway.
    FTS5 is told in two statements for all posts: each statement that a trigger makes it write out what it has in memory
    (https://www.sqlite.org/fts5.html#external_content_tables says what it has to be told).
    """
    if connection.execute("SELECT 1 FROM changed_words LIMIT 1").fetchone() is None:
        return
    connection.execute(
        f"INSERT INTO post_words (post_words, rowid, {COLUMNS})"
        f" SELECT 'delete', post_id, {COLUMNS} FROM changed_words WHERE title IS NOT NULL"
    )
    connection.execute(
        f"INSERT INTO post_words (rowid, {COLUMNS})"
        f" SELECT id, {SEARCHABLE} FROM changed_words CROSS JOIN searchable ON id = post_id"
    )
    connection.execute("DELETE FROM changed_words")
