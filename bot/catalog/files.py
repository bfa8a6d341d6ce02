"""The files that were looked at, and what is wrong with some of them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from bot.content.post import FileStamp, NotAPost, Post, PostProblem, Reading
from bot.content.stamps import Stamps

__all__ = ["FileTable"]

SIGNED_64 = 1 << 63
STAMP = "path, mtime_ns, ctime_ns, size, inode"
AT_ONCE = 1_000  # files, in one piece


class FileTable:
    """Stamps and problems by path."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def stamps(self) -> Stamps:
        """The stamps of all files. Takes its time."""
        return Stamps(
            (path, mtime, ctime, size, inode % (2 * SIGNED_64)) for path, mtime, ctime, size, inode in self._all()
        )

    def stamps_of(self, paths: Iterable[str]) -> dict[str, FileStamp]:
        """The stamps of those of `paths` that are known."""
        rows = [
            row
            for path in paths
            if (row := self._connection.execute(f"SELECT {STAMP} FROM files WHERE path = ?", (path,)).fetchone())
        ]
        return {
            path: FileStamp(mtime, ctime, size, inode % (2 * SIGNED_64)) for path, mtime, ctime, size, inode in rows
        }

    def _all(self) -> Iterator[list[Any]]:
        """Every path with its stamp, many in a row of JSON: each row would have to wait for other threads."""
        piece = f"SELECT {STAMP} FROM files WHERE path > ? ORDER BY path LIMIT {AT_ONCE}"
        query = f"SELECT json_group_array(json_array({STAMP})) FROM ({piece})"
        last = ""
        while rows := json.loads(self._connection.execute(query, (last,)).fetchone()[0]):
            yield from rows
            last = rows[-1][0]

    def put(self, reading: Reading) -> None:
        """Keep the stamp of a file that was read, and its problem if it has one."""
        stamp = reading.file.stamp
        inode = stamp.inode - 2 * SIGNED_64 if stamp.inode >= SIGNED_64 else stamp.inode
        outcome = {Post: "post", PostProblem: "problem", NotAPost: "other"}[type(reading.outcome)]
        self._connection.execute(
            "INSERT OR REPLACE INTO files (path, mtime_ns, ctime_ns, size, inode, outcome) VALUES (?, ?, ?, ?, ?, ?)",
            (reading.file.path, stamp.mtime_ns, stamp.ctime_ns, stamp.size, inode, outcome),
        )
        self._connection.execute("DELETE FROM problems WHERE path = ?", (reading.file.path,))
        if isinstance(reading.outcome, PostProblem):
            self.put_problem(reading.outcome)

    def refuse(self, path: str) -> None:
        """A known file is not to be opened any more; once it may be, it counts as changed."""
        self._connection.execute(
            "UPDATE files SET mtime_ns = 0, ctime_ns = 0, size = 0, inode = 0, outcome = 'problem' WHERE path = ?",
            (path,),
        )

    def remove(self, path: str) -> None:
        """Forget a file that is gone, with its problem."""
        self._connection.execute("DELETE FROM files WHERE path = ?", (path,))
        self._connection.execute("DELETE FROM problems WHERE path = ?", (path,))

    def put_problem(self, problem: PostProblem) -> None:
        """Keep what is wrong at a path."""
        self._connection.execute(
            "INSERT OR REPLACE INTO problems (path, line, what, fix) VALUES (?, ?, ?, ?)",
            (problem.path, problem.line, problem.what, problem.fix),
        )

    def remove_problem(self, path: str) -> None:
        """Nothing is wrong at `path` any more."""
        self._connection.execute("DELETE FROM problems WHERE path = ?", (path,))

    def problem(self, path: str) -> PostProblem | None:
        """What is wrong at `path`; None: nothing."""
        row = self._connection.execute("SELECT path, line, what, fix FROM problems WHERE path = ?", (path,)).fetchone()
        return None if row is None else PostProblem(*row)

    def problems(self) -> list[PostProblem]:
        """What is wrong now, by path."""
        rows = self._connection.execute("SELECT path, line, what, fix FROM problems ORDER BY path")
        return [PostProblem(*row) for row in rows]

    def unopened_problems(self) -> list[PostProblem]:
        """The problems of entries that are never opened and so are no known files, by path."""
        rows = self._connection.execute(
            "SELECT path, line, what, fix FROM problems WHERE path NOT IN (SELECT path FROM files) ORDER BY path"
        )
        return [PostProblem(*row) for row in rows]

    def count(self) -> int:
        """How many files are known."""
        number: int = self._connection.execute("SELECT count(*) FROM files").fetchone()[0]
        return number
