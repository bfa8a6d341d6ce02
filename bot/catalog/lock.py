"""One Linkbot works on a state directory at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.problems import AlreadyRunningError, CatalogUnavailableError

__all__ = ["hold_lock"]

FILE_NAME = "linkbot.lock"


@contextmanager
def hold_lock(directory: Path) -> Iterator[None]:
    """Hold the state directory for as long as the context lasts; the system lets go of it when the process dies.

    The directory is made if it is not there.

    Raises:
        AlreadyRunningError: another process holds it.
        CatalogUnavailableError: the directory cannot be written.
    """
    path = directory / FILE_NAME
    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(directory, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip()
            by = f" (process {holder})" if holder else ""
            raise AlreadyRunningError(
                f"another Linkbot{by} works on {directory}; stop it, or give this one a state.directory of its own"
            ) from None
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        except OSError as error:
            raise _unwritable(directory, error) from error
        yield
    finally:
        os.close(descriptor)


def _unwritable(directory: Path, error: OSError) -> CatalogUnavailableError:
    return CatalogUnavailableError(
        f"{directory} cannot be written ({error.strerror}); make room, let the bot's user write it, or change"
        " state.directory"
    )
