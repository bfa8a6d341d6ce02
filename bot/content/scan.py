"""What the content directory holds, compared with what is known: the truth behind the watcher's hints.

`Scanner` is synchronous and belongs in a worker thread, one call at a time. A survey looks at every file's stamp and
opens none; `read` opens those that changed and hands out what is settled, that is, written to its end.
"""

import errno
import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.content.front_matter import is_unterminated
from bot.content.opening import MAX_FILE_BYTES, RawFile, is_post_path, read_file, stamp_of
from bot.content.post import FileStamp, PostFile, PostProblem, Reading
from bot.content.read_post import read_post
from bot.content.tree import Walk, look_at, walk_tree

__all__ = ["MAX_FILE_BYTES", "Outage", "ReadResult", "Scanner", "Survey", "is_post_path"]

UNFINISHED_SECONDS = 2.0  # how long a file may look half-written before that is its problem

_BLANK = FileStamp(0, 0, 0, 0)  # equals no real file's, so the next survey has it read again


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at the tree found. All paths are relative to the root, with ``/``, and sorted.

    Attributes:
        files: how many posts' files there are (of those asked for).
        changed: new ones, and those whose stamp is not the known one.
        gone: known ones that are no longer there. Unless `complete`, take this for finding renames only: a checkout or
            an editor's save removes a file for a moment.
        refused: what is never opened although its name is a post's. It is in neither `changed` nor `gone`.
        complete: the whole tree was looked at, and what is gone was missing twice.
    """

    files: int
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    refused: tuple[PostProblem, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Outage:
    """The content directory cannot be believed just now; nothing is concluded from it."""

    reason: str


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What became of the paths that were to be read; each is in one of the three.

    Attributes:
        readings: settled files and what they turned out to be.
        unsettled: still being written, it seems: read them again after the settling time.
        gone: not there any more; the next survey tells whether for good.
    """

    readings: tuple[Reading, ...]
    unsettled: tuple[str, ...]
    gone: tuple[str, ...]


class Scanner:
    """Looks at a content directory; resolves its path afresh each time, so that a swapped symbolic link is followed.

    Folders behind symbolic links are not entered; symbolic links to files are followed within the root (Kubernetes
    mounts a ConfigMap that way). Hidden files and folders are not seen.

    Args:
        root: the content directory.
        settle_seconds: how long a file must rest before it counts as written.
        now_ns: the wall clock, in nanoseconds since 1970, to compare files' times with.
        monotonic: a clock in seconds that never jumps.
        sleep: waits for a number of seconds.
    """

    def __init__(
        self,
        root: Path,
        *,
        settle_seconds: float = 0.1,
        now_ns: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._root = root
        self._settle_seconds = settle_seconds
        self._now_ns = now_ns
        self._monotonic = monotonic
        self._sleep = sleep
        self._waiting: dict[str, tuple[FileStamp, float]] = {}  # what `read` saw first, and when

    def survey(self, known: Mapping[str, FileStamp]) -> Survey | Outage:
        """Walk the whole tree and compare.

        If something is missing the tree is walked once more after the settling time, and only what is missing again is
        gone: a checkout makes files anew, and a file renamed during a walk may be missed under both its names.
        """
        first = self._walk(known)
        if isinstance(first, Outage):
            return first
        missing = first.missing()
        if not missing:
            return _survey(first, (), complete=True)
        self._sleep(self._settle_seconds)
        second = self._walk(known)
        if isinstance(second, Outage):
            return second
        return _survey(second, missing & second.missing(), complete=True)

    def survey_paths(self, paths: Collection[str], known: Mapping[str, FileStamp]) -> Survey | Outage:
        """Look at these paths only. Those that are not a post's are passed over.

        Args:
            paths: relative to the root.
            known: the stamps of those of them that are known; others do no harm.
        """
        root = self._resolve()
        if isinstance(root, Outage):
            return root
        walk = Walk(known)
        wanted = {path for path in paths if is_post_path(path)}
        for path in wanted:
            walk.add(path, look_at(root, path))
        return _survey(walk, (path for path in wanted - walk.seen if path in known), complete=False)

    def read(self, paths: Sequence[str], closed: Collection[str] = ()) -> ReadResult:
        """Read files and make out what they are.

        Args:
            paths: relative to the root.
            closed: those of them that a writer is known to have closed, or moved in place, just now.
        """
        root = self._resolve()
        if isinstance(root, Outage):
            return ReadResult((), tuple(paths), ())
        readings: list[Reading] = []
        unsettled: list[str] = []
        gone: list[str] = []
        for path in paths:
            result = self._read_one(root, path, closed=path in closed)
            if result == "unsettled":
                unsettled.append(path)
                continue
            self._waiting.pop(path, None)
            if result == "gone":
                gone.append(path)
            else:
                readings.append(result)
        if gone and self._resolve() != root:  # not the files went but the whole root: look at the new one
            unsettled, gone = unsettled + gone, []
        return ReadResult(tuple(readings), tuple(unsettled), tuple(gone))

    def _resolve(self) -> str | Outage:
        """The root's real path, if it is a directory."""
        try:
            root = self._root.resolve(strict=True)
            return str(root) if root.is_dir() else Outage(f"{self._root} is not a directory")
        except OSError as error:
            return Outage(f"{self._root} is not there: {error.strerror}")
        except RuntimeError:  # what Python before 3.13 makes of it
            return Outage(f"{self._root} is a symbolic link in a circle")

    def _walk(self, known: Mapping[str, FileStamp]) -> Walk | Outage:
        root = self._resolve()
        if isinstance(root, Outage):
            return root
        try:
            walk = walk_tree(root, known)
        except OSError as error:
            return Outage(f"{self._root} cannot be read: {error.strerror}")
        if known and not walk.files:
            return Outage(f"{self._root} is empty: none of its {len(known):,} Markdown files is left")
        self._waiting = {path: seen for path, seen in self._waiting.items() if path in walk.seen}
        return walk

    def _read_one(self, root: str, path: str, *, closed: bool) -> Reading | Literal["unsettled", "gone"]:
        try:
            opened = read_file(root, path) if is_post_path(path) else None
        except (FileNotFoundError, NotADirectoryError):
            return "gone"
        except OSError as error:
            if error.errno == errno.ELOOP:  # became a symbolic link this moment
                return "unsettled"
            problem = PostProblem(path, None, f"cannot be read: {error.strerror}", "let the bot read it")
            return Reading(PostFile(path, _stamp_after(error, root, path)), problem)
        if opened is None:
            return "gone"
        if isinstance(opened, PostProblem):
            return Reading(PostFile(path, _BLANK), opened)
        if not self._is_settled(path, opened, closed=closed):
            return "unsettled"
        return Reading(PostFile(path, opened.stamp), read_post(path, opened.raw))

    def _is_settled(self, path: str, opened: RawFile, *, closed: bool) -> bool:
        """Whether the content is all there. A writer may close a file more than once; an empty one is not finished."""
        rest = self._rest_seconds(path, opened.stamp)
        if not opened.steady:
            return False
        if not opened.raw or is_unterminated(opened.raw):
            return rest >= UNFINISHED_SECONDS
        return closed or rest >= self._settle_seconds

    def _rest_seconds(self, path: str, stamp: FileStamp) -> float:
        """How long the file has been as it is: by its times, or by our own watching should a clock be wrong."""
        now = self._monotonic()
        seen, since = self._waiting.get(path, (None, now))
        if seen != stamp:
            since = now
            self._waiting[path] = (stamp, now)
        return max(now - since, (self._now_ns() - max(stamp.mtime_ns, stamp.ctime_ns)) / 1e9)


def _survey(walk: Walk, gone: Iterable[str], *, complete: bool) -> Survey:
    refused = tuple(sorted(walk.refused, key=lambda problem: problem.path))
    return Survey(walk.files, tuple(sorted(walk.changed)), tuple(sorted(gone)), refused, complete)


def _stamp_after(error: OSError, root: str, path: str) -> FileStamp:
    """The stamp for a file that could not be read.

    Mending a permission changes the stamp; a failing disk or network heals without a trace, so that is tried again.
    """
    if isinstance(error, PermissionError):
        found = look_at(root, path)
        if isinstance(found, os.stat_result):
            return stamp_of(found)
    return _BLANK
