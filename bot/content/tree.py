"""One pass over the tree of posts, compared with what is known."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.content.opening import MAX_FILE_BYTES, POST_SUFFIXES, examine, printable, refuse_name, refuse_status
from bot.content.post import FileStamp, PostProblem

__all__ = ["Walk", "look_at", "walk_tree"]


@dataclass(slots=True)
class Walk:
    """What a pass has found, paths relative to the root.

    Attributes:
        known: the stamps to compare with.
        seen: posts that are there, refused ones too.
        changed: new ones, and those whose stamp is not the known one.
        refused: what is never opened, and folders that cannot be read.
        unreadable: those folders, as ``a/b/``: what is known of them stays.
        files: how many of `seen` may be opened.
    """

    known: Mapping[str, FileStamp]
    seen: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    refused: list[PostProblem] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    files: int = 0

    def add(self, path: str, found: os.stat_result | PostProblem | None) -> None:
        """Take in what stands at a path; None: nothing."""
        if found is None:
            return
        self.seen.add(path)
        if isinstance(found, PostProblem):
            self.refused.append(found)
            return
        self.files += 1
        old = self.known.get(path)
        if (
            old is None
            or old.mtime_ns != found.st_mtime_ns
            or old.ctime_ns != found.st_ctime_ns
            or old.size != found.st_size
            or old.inode != found.st_ino
        ):
            self.changed.append(path)

    def missing(self) -> set[str]:
        """Known paths that are not there, as far as one can see."""
        hidden = tuple(self.unreadable)
        return {path for path in self.known if path not in self.seen and not path.startswith(hidden)}


def walk_tree(root: str, known: Mapping[str, FileStamp]) -> Walk:
    """Look at every file below a directory.

    Args:
        root: its real path.
        known: stamps by path.

    Raises:
        OSError: the directory itself cannot be listed.
    """
    walk = Walk(known)
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            folders += _visit(root, folder, walk)
        except OSError as error:
            if not folder:
                raise
            if isinstance(error, FileNotFoundError | NotADirectoryError):  # went away meanwhile
                continue
            walk.unreadable.append(folder)
            fix = "let the bot read it; until then its posts stay as they are"
            walk.refused.append(PostProblem(printable(folder), None, f"cannot be read: {error.strerror}", fix))
    return walk


def look_at(root: str, path: str) -> os.stat_result | PostProblem | None:
    """What stands at a path, as `examine` tells it; never raises."""
    try:
        return examine(root, path)
    except OSError as error:
        return _unreachable(path, error)


def _visit(root: str, folder: str, walk: Walk) -> list[str]:
    """List one folder (``""`` or ``a/b/``), return those in it. Runs for every file: no path objects, one `stat`."""
    folders = []
    with os.scandir(f"{root}/{folder}") as entries:
        for entry in entries:
            name = entry.name
            if name[0] in ".#":
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{folder}{name}/")
            elif name.endswith(POST_SUFFIXES):
                path = folder + name
                walk.add(path, _look_at_entry(root, path, entry))
    return folders


def _look_at_entry(root: str, path: str, entry: os.DirEntry[str]) -> os.stat_result | PostProblem | None:
    if not path.isascii() and (problem := refuse_name(path)) is not None:
        return problem
    if not entry.is_file(follow_symlinks=False):
        return look_at(root, path)
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        return _unreachable(path, error)
    return status if status.st_size <= MAX_FILE_BYTES else refuse_status(path, status)


def _unreachable(path: str, error: OSError) -> PostProblem:
    return PostProblem(path, None, f"cannot be looked at: {error.strerror}", "let the bot enter its folder")
