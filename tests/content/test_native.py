"""What is used of watchdog, its internals included: an upgrade that moves them fails here and nowhere else."""

import asyncio
import logging
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchdog.observers.inotify import InotifyObserver
from watchdog.observers.inotify_c import InotifyFD

from bot.content.native import MOVE_PAIRING_SECONDS, NativeWatch, OverflowListener, list_folders
from tests.support.files_follower import until
from tests.support.files_overflow import overflow
from tests.support.files_writers import plain_write, rename_from_outside, write_and_rename, write_tree


class Recorder:
    """An inbox that keeps everything."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.closed: set[str] = set()
        self.stirs = 0
        self.folder_events = 0
        self.fail = False

    def path(self, path: str, *, closed: bool) -> None:
        if self.fail:
            raise ValueError("an inbox that breaks its promise")
        self.seen.add(path)
        if closed:
            self.closed.add(path)

    def stir(self) -> None:
        self.stirs += 1

    def folders(self) -> None:
        self.folder_events += 1


@pytest.fixture
def inbox() -> Recorder:
    """An empty inbox."""
    return Recorder()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A content directory with a folder."""
    root = tmp_path / "content"
    (root / "docs").mkdir(parents=True)
    return root.resolve()


@pytest.fixture
def watch(root: Path, inbox: Recorder) -> Iterator[NativeWatch]:
    """The directory, watched."""
    watch = NativeWatch(str(root), inbox)
    yield watch
    watch.stop()


@pytest.mark.usefixtures("watch")
async def test_a_plain_write_is_seen_and_closed(root: Path, inbox: Recorder) -> None:
    """The writer's closing arrives as such, with the path relative to the root."""
    plain_write(root / "docs" / "a.md", "x")
    await until(lambda: inbox.closed == {"docs/a.md"}, "closed")


@pytest.mark.usefixtures("watch")
async def test_a_rename_within_and_from_outside_is_complete_content(
    root: Path, inbox: Recorder, tmp_path: Path
) -> None:
    """Both kinds of rename tell that the content is complete, though neither file was closed under its new name."""
    write_and_rename(root / "a.md", "x")
    rename_from_outside(root / "b.md", "x", tmp_path)
    await until(lambda: inbox.closed == {"a.md", "b.md"}, "both closed")


@pytest.mark.usefixtures("watch")
async def test_a_rename_tells_of_both_ends(root: Path, inbox: Recorder) -> None:
    """The old name is a place to look as well, but nothing complete."""
    plain_write(root / "a.md", "x")
    await until(lambda: "a.md" in inbox.closed, "the write")
    inbox.seen.clear()
    inbox.closed.clear()
    (root / "a.md").rename(root / "docs" / "b.md")
    await until(lambda: inbox.closed == {"docs/b.md"} and inbox.seen == {"a.md", "docs/b.md"}, "both ends")


@pytest.mark.usefixtures("watch")
async def test_deletion_and_permission_are_told(root: Path, inbox: Recorder) -> None:
    """A file that goes, and one whose permissions are mended, are places to look."""
    write_tree(root, {"a.md": "x", "b.md": "x"})
    await until(lambda: inbox.closed == {"a.md", "b.md"}, "the writes")
    inbox.seen.clear()
    (root / "a.md").unlink()
    (root / "b.md").chmod(0o600)
    await until(lambda: inbox.seen == {"a.md", "b.md"}, "deletion and permission")


def read_tree(root: Path) -> None:
    for path in root.rglob("*.md"):
        path.read_text()


@pytest.mark.usefixtures("watch")
async def test_our_own_reading_is_not_told(root: Path, inbox: Recorder) -> None:
    """Opening, reading and listing wake nobody; otherwise every look would lead to the next one."""
    plain_write(root / "a.md", "x")
    await until(lambda: "a.md" in inbox.closed, "the write")
    inbox.seen.clear()
    for _ in range(50):
        read_tree(root)
    plain_write(root / "b.md", "x")
    await until(lambda: "b.md" in inbox.closed, "the write after it")
    assert inbox.seen == {"b.md"}


@pytest.mark.usefixtures("watch")
async def test_other_files_only_stir_and_folders_are_told_apart(root: Path, inbox: Recorder) -> None:
    """Hidden and temporary files are no posts, but may bear on one; folders are a matter of their own."""
    plain_write(root / ".a.md.swp", "x")
    plain_write(root / "a.md~", "x")
    await until(lambda: inbox.stirs >= 4, "stirs")
    assert not inbox.seen
    assert not inbox.folder_events
    (root / "new").mkdir()
    await until(lambda: inbox.folder_events > 0, "the folder")


async def test_every_thread_counts(watch: NativeWatch, root: Path) -> None:
    """A deleted root ends watchdog's emitter while its observer lives on; that is no sound watch."""
    assert watch.is_alive()
    shutil.rmtree(root)
    await until(lambda: not watch.is_alive(), "the emitter's end")
    assert watch._observer.is_alive()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_handler_that_raises_ends_the_watch(watch: NativeWatch, root: Path, inbox: Recorder) -> None:
    """An exception in the inbox kills watchdog's thread for good; it is noticed."""
    inbox.fail = True
    plain_write(root / "a.md", "x")
    await until(lambda: not watch.is_alive(), "the dispatcher's end")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_reader_that_dies_ends_the_watch(
    watch: NativeWatch, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread that reads the system's events can die alone; it is noticed though all others live."""

    def fail(self: InotifyFD, event: object) -> None:
        raise KeyError("as seen in the field")

    monkeypatch.setattr(InotifyFD, "handle_event", fail)
    plain_write(root / "a.md", "x")
    await until(lambda: not watch.is_alive(), "the reader's end")
    assert watch._observer.is_alive()


def test_each_folder_has_its_watch(watch: NativeWatch, root: Path) -> None:
    """All folders are watched from the start; one that is not known to watchdog is counted if it exists."""
    (root.parent / "unwatched").mkdir()
    assert watch.unwatched(list_folders(str(root))) == 0
    assert watch.unwatched([str(root), str(root.parent / "unwatched"), str(root / "never")]) == 1


def test_folders_are_listed_with_the_hidden_and_without_links(root: Path) -> None:
    """What needs a watch: every real folder."""
    (root / ".git" / "objects").mkdir(parents=True)
    (root / "link").symlink_to("docs")
    expected = {root, root / "docs", root / ".git", root / ".git" / "objects"}
    assert set(list_folders(str(root))) == set(map(str, expected))


def test_a_root_that_is_not_there_raises_and_leaves_no_thread(tmp_path: Path, inbox: Recorder) -> None:
    """A failed start cleans up after itself."""
    before = set(threading.enumerate())
    with pytest.raises(FileNotFoundError):
        NativeWatch(str(tmp_path / "none"), inbox)
    assert set(threading.enumerate()) == before


def test_the_pairing_of_renames_is_short(watch: NativeWatch) -> None:
    """Watchdog's wait for a rename's other half is cut from 500 to 10 ms, and its queue really uses that."""
    (emitter,) = watch._observer.emitters
    assert emitter._inotify._move_event_grouper._queue.delay == MOVE_PAIRING_SECONDS  # type: ignore[attr-defined]


async def test_a_real_overflow_is_heard(watch: NativeWatch, root: Path) -> None:
    """When the kernel's queue overflows, the one trace of it, a log record, arrives even if the log is quiet."""
    heard: list[float] = []
    logging.getLogger("watchdog").setLevel(logging.CRITICAL)
    listener = OverflowListener(lambda: heard.append(time.monotonic()))
    try:
        await asyncio.to_thread(overflow, watch, root)
        await until(lambda: bool(heard), "the overflow")
    finally:
        listener.remove()
        logging.getLogger("watchdog").setLevel(logging.NOTSET)


def test_watchdog_listens_through_inotify_here(watch: NativeWatch) -> None:
    """On Linux the observer is the one whose internals are looked at."""
    assert isinstance(watch._observer, InotifyObserver)
