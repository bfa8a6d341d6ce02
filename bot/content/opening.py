"""Opening a post's file without being led astray.

A content directory may hold anything: a FIFO that blocks whoever opens it, a device that never ends, a symbolic link
to a secret. So a file is looked at before it is opened, opened without following links and without waiting, looked at
again through the open descriptor, and read up to a limit.
"""

# This runs for every file, and os.path costs a third of pathlib:
# ruff: noqa: PTH114, PTH115, PTH116, PTH120

import os
import stat
from dataclasses import dataclass

from bot.content.post import FileStamp, PostProblem

__all__ = [
    "MAX_FILE_BYTES",
    "POST_SUFFIXES",
    "RawFile",
    "examine",
    "is_post_path",
    "printable",
    "read_file",
    "refuse_name",
    "refuse_status",
    "stamp_of",
]

MAX_FILE_BYTES = 4 * 1024 * 1024
POST_SUFFIXES = (".md", ".markdown")

_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder behind a symbolic link",
}


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file's bytes and its stamp. Not `steady`: it changed, or moved out of the root, while it was read."""

    raw: bytes
    stamp: FileStamp
    steady: bool


def is_post_path(path: str) -> bool:
    """Whether a path relative to the root is one of a post, by its name alone.

    It ends in ``.md`` or ``.markdown`` and no part of it is hidden (so neither ``..`` nor an absolute path is one).
    The temporary files of editors and of rsync (``x.md~``, ``.x.md.swp``, ``#x.md#``, ``4913``) fail by their names.
    """
    return path.endswith(POST_SUFFIXES) and all(part and part[0] not in ".#" for part in path.split("/"))


def stamp_of(status: os.stat_result) -> FileStamp:
    """The stamp that a `stat` gives."""
    return FileStamp(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def printable(path: str) -> str:
    """A path as a problem names it: bytes that are no UTF-8 become ``\\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def refuse_name(path: str) -> PostProblem | None:
    """The problem of a name that is no UTF-8; None if it is fine."""
    if path.isascii():
        return None
    try:
        path.encode()
    except UnicodeEncodeError:
        return PostProblem(printable(path), None, "its name is no UTF-8", "rename the file; it is left out until then")
    return None


def refuse_status(path: str, status: os.stat_result) -> PostProblem | None:
    """The problem of something that is no regular file or too large to be a post; None if it is fine."""
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something unknown")
        return PostProblem(path, None, f"it is {kind}, not a file", "remove it, or give it a name that is not a post's")
    if status.st_size > MAX_FILE_BYTES:
        what = f"it has {status.st_size:,} bytes, a post has {MAX_FILE_BYTES:,} at most"
        return PostProblem(path, None, what, "shorten it, or give it a name that is not a post's")
    return None


def examine(root: str, path: str) -> os.stat_result | PostProblem | None:
    """Look at what stands at a path, without opening it.

    Args:
        root: the content directory's real path.
        path: relative to it; `is_post_path` holds.

    Returns:
        The status of the file (of the target, for a symbolic link within the root); a problem for what is never
        opened; None if nothing is there, or a folder, or if the way to it leads through a symbolic link.

    Raises:
        OSError: the folders on the way may not be entered, or the disk fails.
    """
    if (problem := refuse_name(path)) is not None:
        return problem
    try:
        real = _locate(root, path)
        status = os.stat(real) if isinstance(real, str) else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    if status is None:
        return real if isinstance(real, PostProblem) else None
    return refuse_status(path, status) or status


def read_file(root: str, path: str) -> RawFile | PostProblem | None:
    """Read a post's file under guard.

    Args and the results other than `RawFile` are those of `examine`.

    Raises:
        OSError: it may not be opened, vanished meanwhile, or the disk fails.
    """
    if (problem := refuse_name(path)) is not None:
        return problem
    real = _locate(root, path)
    if not isinstance(real, str):
        return real
    if (problem := refuse_status(path, os.stat(real))) is not None:
        return problem
    descriptor = os.open(real, _OPEN_FLAGS)
    try:
        before = os.fstat(descriptor)
        if (problem := refuse_status(path, before)) is not None:
            return problem
        raw = _read_bounded(descriptor, before.st_size)
        after = os.fstat(descriptor)
        steady = stamp_of(before) == stamp_of(after) and len(raw) == after.st_size and _is_within(root, descriptor)
        return RawFile(raw, stamp_of(after), steady)
    finally:
        os.close(descriptor)


def _locate(root: str, path: str) -> str | PostProblem | None:
    """The real path of a file that may be opened; None: a folder, or not to be reached without a folder's link."""
    full = f"{root.rstrip('/')}/{path}"
    folder = os.path.dirname(full)
    if _real(folder) != folder:
        return None
    mode = os.lstat(full).st_mode
    if stat.S_ISDIR(mode):
        return None
    if not stat.S_ISLNK(mode):
        return full
    real = _real(full)
    if not _is_inside(root, real):
        what, fix = "it is a symbolic link that leaves the content directory", "put a copy of the file in its place"
        return PostProblem(path, None, what, fix)
    if not os.path.lexists(real) or os.path.islink(real):
        return PostProblem(path, None, "it is a symbolic link to nothing", "mend the link, or remove it")
    return real


def _real(path: str) -> str:
    """The real path; nowhere, if a link is being replaced this moment."""
    try:
        return os.path.realpath(path)
    except OSError:
        return ""


def _read_bounded(descriptor: int, size: int) -> bytes:
    """All bytes, up to one more than `size`: enough to notice that the file grows."""
    chunks = []
    wanted = size + 1
    while wanted > 0 and (chunk := os.read(descriptor, wanted)):
        chunks.append(chunk)
        wanted -= len(chunk)
    return b"".join(chunks)


def _is_inside(root: str, real: str) -> bool:
    return real.startswith(root.rstrip("/") + "/")


def _is_within(root: str, descriptor: int) -> bool:
    """Whether the open file lies in the root: a folder may have been replaced by a link just before the opening.

    Only Linux tells; elsewhere the look before opening has to do.
    """
    try:
        return _is_inside(root, os.readlink(f"/proc/self/fd/{descriptor}"))
    except OSError:
        return True
