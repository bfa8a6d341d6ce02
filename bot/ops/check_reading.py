"""Reads all posts that are to be checked: in this process if they are few, in several at once if they are many."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from bot.ops.check_facts import Lens, Seen, look_at
from bot.ops.reading import find_posts, locate, meant

__all__ = ["Progress", "read_all"]

Progress = Callable[[int, int], None]  # how many files were read, of how many

AT_ONCE = 100  # files read between two words of progress: some 30 ms
ALONE = 1_500  # up to so many files, other processes take longer to start than they save
MOST_PROCESSES = 8


@dataclass(frozen=True, slots=True)
class _Batch:
    """Files of one content directory that are read together."""

    root: str
    real_root: str
    paths: tuple[str, ...]
    lens: Lens


def read_all(
    paths: Sequence[Path], directory: Path | None, lens: Lens, progress: Progress, *, alone: int = ALONE
) -> list[Seen]:
    """Read every post's file at `paths`, each once.

    Args:
        paths: files and folders, relative to the current directory or to the content directory, or absolute.
        directory: the content directory; None: there is none.
        lens: what they are looked at with.
        progress: is told how far the reading is.
        alone: from more files than this on, other processes help.

    Returns:
        Each file with what it is; in the order of their paths within a content directory.
    """
    seen: dict[tuple[str, str], Seen] = {}
    wanted: dict[str, dict[str, None]] = {}
    for path in paths:
        place = locate(meant(path, directory), directory)
        root = str(place.root)
        found, refused = find_posts(place)
        seen.update({(root, problem.path): Seen(root, problem.path, problem) for problem in refused})
        wanted.setdefault(root, {}).update(dict.fromkeys(found))
    batches = list(_batches(wanted, lens))
    total, done = sum(len(batch.paths) for batch in batches), 0
    for read in _read_side_by_side(batches) if total > alone else map(_read, batches):
        seen.update({(each.root, each.path): each for each in read})
        done += len(read)
        progress(done, total)
    return [seen[key] for key in sorted(seen)]


def _batches(wanted: dict[str, dict[str, None]], lens: Lens) -> Iterator[_Batch]:
    for root, paths in wanted.items():
        real_root, names = str(Path(root).resolve()), tuple(paths)
        for start in range(0, len(names), AT_ONCE):
            yield _Batch(root, real_root, names[start : start + AT_ONCE], lens)


def _read(batch: _Batch) -> list[Seen]:
    return [look_at(batch.root, batch.real_root, path, batch.lens) for path in batch.paths]


def _read_side_by_side(batches: Sequence[_Batch]) -> Iterator[list[Seen]]:
    """Read batches in as many processes as there are processors.

    On Linux they are forked, which takes milliseconds and is safe here: no thread runs yet but those of the pool.
    """
    processes = min(_processors(), MOST_PROCESSES)
    if processes == 1:
        yield from map(_read, batches)
        return
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(processes, context, initializer=_leave_interrupts_to_the_parent) as pool:
        try:
            yield from pool.map(_read, batches)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
