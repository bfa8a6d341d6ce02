"""Another catalog in the place of the one that is there: a crash at any moment leaves the old one or the new one.

::

    linkbot.sqlite3.restored        made whole first; until the next step the old catalog is in force
    linkbot.sqlite3                 moved into before-restore-TIME/: from here on the new one is in force
    linkbot.sqlite3-wal and so on   moved after it: an old log would be applied to the new catalog
    linkbot.sqlite3.restored        moved to its place

Whatever else lies beside them stays where it is, such as a copy that somebody made there.

A writer that finds a new one without an old one makes the remaining steps; one that finds both drops the new one.
Without that rule the moment between the steps would look like a first run.
"""

import logging
import os
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["give_to_owner", "is_under_way", "partial", "put_in_place", "restored", "settle", "sync"]

logger = logging.getLogger(__name__)

FOLDER = "before-restore-"
# What a catalog consists of (https://www.sqlite.org/tempfiles.html); the file itself is the first to be moved.
SUFFIXES = ("", "-journal", "-shm", "-wal")


def restored(path: Path) -> Path:
    """Where a whole catalog lies that is to take the place of the one at `path`."""
    return path.with_name(path.name + ".restored")


def partial(path: Path) -> Path:
    """Where a catalog is made whole before it is moved to `restored(path)`."""
    return path.with_name(path.name + ".restored.partial")


def is_under_way(path: Path) -> bool:
    """Whether the old catalog is away already, and the new one not in its place yet."""
    return restored(path).exists() and not path.exists()


def put_in_place(path: Path) -> Path | None:
    """Let the catalog at `restored(path)` take the place of the one at `path`; the caller holds the lock of the folder.

    Args:
        path: of the catalog, which may be missing.

    Returns:
        The folder in which everything is that was there before; None: there was nothing.

    Raises:
        OSError: it cannot be done; what is done of it stays, and `settle` does the rest.
    """
    old = _files_of(path)
    folder = _new_folder(path.parent) if old else None
    if folder is not None:
        _move(old, folder)
    restored(path).rename(path)
    sync(path.parent)
    return folder


def settle(path: Path) -> None:
    """End what a crash interrupted; the caller holds the lock of the folder.

    Raises:
        OSError: it cannot be ended now.
    """
    for part in _files_of(partial(path)):
        part.unlink()
    new = restored(path)
    if not new.exists():
        return
    if path.exists():
        new.unlink()
        logger.warning("A `linkbot restore` was interrupted before it changed anything; the catalog is the old one")
        return
    if rest := _files_of(path):
        _move(rest, _newest_folder(path.parent) or _new_folder(path.parent))
    new.rename(path)
    sync(path.parent)
    logger.warning("A `linkbot restore` was interrupted; it is finished now: the catalog is the restored one")


def sync(path: Path) -> None:
    """Make what is in a file, or a rename in a folder, outlast a power cut; an `OSError` if that cannot be had."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def give_to_owner(file: Path, like: Path) -> None:
    """Let `file`, made by root, belong to whom `like` belongs to: the service has another user."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(file, owner.st_uid, owner.st_gid)


def _files_of(path: Path) -> list[Path]:
    """The files of the catalog at `path` that are there, it itself first."""
    files = (path.with_name(path.name + suffix) for suffix in SUFFIXES)
    return [file for file in files if os.path.lexists(file)]


def _newest_folder(state: Path) -> Path | None:
    """The one into which the interrupted restore moved what it had come to; what has another name is a person's own."""
    return max((each for each in state.glob(f"{FOLDER}[0-9]*") if each.is_dir()), default=None)


def _new_folder(state: Path) -> Path:
    name = f"{FOLDER}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"  # its order is that of time
    folder = state / name
    folder.mkdir()
    give_to_owner(folder, state)
    sync(state)
    return folder


def _move(files: Collection[Path], folder: Path) -> None:
    for file in files:
        file.rename(folder / file.name)
        sync(folder)
        sync(file.parent)
