"""The files that were looked at, and what is wrong with some of them."""

import json
import sqlite3
from collections.abc import Iterable

from bot.content.post import FileStamp, NotAPost, Post, PostProblem, Reading
from bot.content.stamps import Stamps

__all__ = ["FileTable"]

SIGNED_64 = 1 << 63
STAMP = "path, mtime_ns, ctime_ns, size, inode"
PROBLEM = "path, line, what, fix, at_column, field"
AT_ONCE = 1_000  # stamps: 3 ms


class FileTable:
    """Stamps and problems by path."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def stamps(self) -> Stamps:
        """The stamps of all files. Takes its time."""
        stamps = Stamps()
        last: str | None = ""
        while last is not None:
            last = self.add_stamps(stamps, last)
        return stamps

    def add_stamps(self, stamps: Stamps, after: str) -> str | None:
        """Add the stamps of the next files by path, those that come after one; return the last one's, None: no more.

        That lets others read the catalog in between. Whoever does so must know that no stamp changes meanwhile.
        """
        # One row: in the interpreter each one would have to wait for other threads.
        rows = json.loads(
            self._connection.execute(
                f"SELECT json_group_array(json_array({STAMP})) FROM"
                f" (SELECT {STAMP} FROM files WHERE path > ? ORDER BY path LIMIT {AT_ONCE})",
                (after,),
            ).fetchone()[0]
        )
        for path, mtime, ctime, size, inode in rows:
            stamps.add(path, mtime, ctime, size, inode % (2 * SIGNED_64))
        return rows[-1][0] if rows else None

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
            f"INSERT OR REPLACE INTO problems ({PROBLEM}) VALUES (?, ?, ?, ?, ?, ?)",
            (problem.path, problem.line, problem.what, problem.fix, problem.column, problem.field),
        )

    def remove_problem(self, path: str) -> None:
        """Nothing is wrong at `path` any more."""
        self._connection.execute("DELETE FROM problems WHERE path = ?", (path,))

    def problem(self, path: str) -> PostProblem | None:
        """What is wrong at `path`; None: nothing."""
        row = self._connection.execute(f"SELECT {PROBLEM} FROM problems WHERE path = ?", (path,)).fetchone()
        return None if row is None else PostProblem(*row)

    def problems(self) -> list[PostProblem]:
        """What is wrong now, by path."""
        rows = self._connection.execute(f"SELECT {PROBLEM} FROM problems ORDER BY path")
        return [PostProblem(*row) for row in rows]

    def unopened_problems(self) -> list[PostProblem]:
        """The problems of entries that are never opened and so are no known files, by path."""
        rows = self._connection.execute(
            f"SELECT {PROBLEM} FROM problems WHERE path NOT IN (SELECT path FROM files) ORDER BY path"
        )
        return [PostProblem(*row) for row in rows]

    def count(self) -> int:
        """How many files are known."""
        number: int = self._connection.execute("SELECT count(*) FROM files").fetchone()[0]
        return number
