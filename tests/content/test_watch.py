"""The watcher: wakes for what happens, and looks after its own watch."""

import asyncio
import logging
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.content import mounts
from bot.content import watch as watch_module
from bot.content.native import NativeWatch
from bot.content.watch import Hints, Watcher
from tests.support.files_overflow import overflow
from tests.support.files_writers import (
    move_folder_in,
    plain_write,
    swap_symlink,
    vim_save,
    write_and_rename,
    write_tree,
)

LONG = 30.0  # seconds; no test waits that long unless it fails


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty content directory."""
    root = tmp_path / "content"
    root.mkdir()
    return root


async def everything(watcher: Watcher) -> None:
    """Wait for the look at everything."""
    while not (await watcher.next(LONG)).everything:
        pass


async def rearmed(watcher: Watcher, times: int) -> None:
    """Wait until the watch was begun anew so often; hints come meanwhile."""
    deadline = time.monotonic() + LONG
    while watcher.rearmed < times:
        await watcher.next(0.05)
        assert time.monotonic() < deadline


def sound(watcher: Watcher) -> NativeWatch:
    """Its native watch."""
    assert watcher._watch is not None
    assert watcher._watch.is_alive()
    return watcher._watch


@pytest.mark.parametrize("write", [plain_write, write_and_rename, vim_save])
async def test_a_single_write_is_told_by_its_path_and_then_by_everything(
    root: Path, write: Callable[[Path, str], None]
) -> None:
    """One post written in any of the usual ways is one hint, complete content, and a full look after it."""
    async with Watcher(root, "native") as watcher:
        await asyncio.to_thread(write, root / "a.md", "x")
        hints = await watcher.next(LONG)
        assert hints == Hints(frozenset({"a.md"}), frozenset({"a.md"}), everything=False)
        assert await watcher.next(LONG) == Hints(everything=True)


async def test_folders_lead_to_a_look_at_everything(root: Path) -> None:
    """A folder made with a file in it is no matter of single paths."""
    async with Watcher(root, "native") as watcher:
        write_tree(root, {"docs/a.md": "x"})
        hints = await watcher.next(LONG)
        assert hints.everything


async def test_a_hidden_swap_leads_to_a_look_at_everything(root: Path) -> None:
    """What changes behind hidden names, as a ConfigMap's ``..data``, may change what visible links show."""
    write_tree(root, {"..v1/a.md": "x", "..v2/a.md": "y"})
    (root / "..data").symlink_to("..v1")
    async with Watcher(root, "native") as watcher:
        swap_symlink(root / "..data", Path("..v2"))
        assert await watcher.next(LONG) == Hints(everything=True)


async def test_nothing_happening_ends_with_the_timeout(root: Path) -> None:
    """Without hints everything is looked at after the timeout, and not before."""
    async with Watcher(root, "native") as watcher:
        began = time.monotonic()
        assert await watcher.next(0.6) == Hints(everything=True)
        assert time.monotonic() - began >= 0.6


async def test_a_cancelled_wait_loses_nothing(root: Path) -> None:
    """Hints that come while nobody waits, or to somebody who gave up, are there for the next one."""
    async with Watcher(root, "native") as watcher:
        waiting = asyncio.create_task(watcher.next(LONG))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        plain_write(root / "a.md", "x")
        seen: set[str] = set()
        while "a.md" not in seen:
            with_timeout = asyncio.create_task(watcher.next(LONG))
            await asyncio.wait([with_timeout], timeout=0.001)
            if not with_timeout.done():
                with_timeout.cancel()
                await asyncio.wait([with_timeout])
            if not with_timeout.cancelled():
                seen |= with_timeout.result().paths


async def test_polling_only_keeps_time(root: Path) -> None:
    """In polling mode there is no watchdog, and every wait ends with a look at everything."""
    before = set(threading.enumerate())
    async with Watcher(root, "polling") as watcher:
        assert watcher.mode == "polling"
        plain_write(root / "a.md", "x")
        began = time.monotonic()
        assert await watcher.next(0.05) == Hints(everything=True)
        assert time.monotonic() - began >= 0.05
        assert {thread.name for thread in set(threading.enumerate()) - before} <= {"linkbot-watcher_0"}


async def test_auto_says_why(root: Path) -> None:
    """The chosen way comes with its reason."""
    async with Watcher(root, "auto") as watcher:
        assert watcher.mode in ("native", "polling")
        assert "content directory is on" in watcher.why


async def test_auto_polls_a_network_share(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A share is polled, and the log says why."""
    table = tmp_path / "mountinfo"
    table.write_text("27 1 0:1 / / rw - nfs4 server:/ rw\n")
    choose = mounts.choose_mode
    monkeypatch.setattr(watch_module, "choose_mode", lambda root, wanted: choose(root, wanted, table))
    with caplog.at_level(logging.INFO):
        async with Watcher(root, "auto") as watcher:
            assert watcher.mode == "polling"
            assert await watcher.next(0.01) == Hints(everything=True)
    assert "nfs4" in caplog.text


async def test_a_root_that_comes_later_is_watched_then(tmp_path: Path) -> None:
    """The directory may be missing at the start; when it is there everything is looked at and it is watched."""
    root = tmp_path / "later"
    async with Watcher(root, "native") as watcher:
        assert watcher.mode == "native"
        write_tree(root, {"a.md": "x"})
        await everything(watcher)
        assert watcher.rearmed == 1
        plain_write(root / "b.md", "x")
        assert (await watcher.next(LONG)).paths == {"b.md"}


def delete_and_make_again(root: Path) -> None:
    shutil.rmtree(root)
    root.mkdir()


def rename_away_and_put_another(root: Path) -> None:
    root.rename(root.with_name("old"))
    root.mkdir()


def replace_by_link(root: Path) -> None:
    root.rename(root.with_name("v2"))
    root.symlink_to("v2")


@pytest.mark.parametrize("change", [delete_and_make_again, rename_away_and_put_another, replace_by_link])
async def test_another_directory_in_the_roots_place_is_watched(root: Path, change: Callable[[Path], None]) -> None:
    """However the root becomes another directory, the new one is looked at wholly and watched from then on."""
    async with Watcher(root, "native") as watcher:
        change(root)
        await rearmed(watcher, 1)
        await everything(watcher)
        plain_write(root / "new.md", "x")
        assert (await watcher.next(LONG)).paths == {"new.md"}


async def test_a_swapped_link_is_followed(root: Path, tmp_path: Path) -> None:
    """A root behind a symbolic link, swapped without any event, is found out and the new target watched."""
    link = tmp_path / "link"
    link.symlink_to(root)
    other = tmp_path / "other"
    other.mkdir()
    async with Watcher(link, "native") as watcher:
        plain_write(root / "a.md", "x")
        assert (await watcher.next(LONG)).paths == {"a.md"}
        swap_symlink(link, other)
        await rearmed(watcher, 1)
        await everything(watcher)
        plain_write(other / "b.md", "x")
        assert (await watcher.next(LONG)).paths == {"b.md"}


async def test_a_vanished_root_is_told_at_once(root: Path, tmp_path: Path) -> None:
    """That the root went away is a reason to look at everything: the survey says that it is an outage."""
    async with Watcher(root, "native") as watcher:
        move_folder_in(root, tmp_path / "away")
        await everything(watcher)
        assert watcher.mode == "native"
        move_folder_in(tmp_path / "away", root)
        await rearmed(watcher, 1)
        sound(watcher)


async def kill_dispatcher(watcher: Watcher, root: Path) -> None:
    sound(watcher)._observer.event_queue.put(None)


async def kill_emitter(watcher: Watcher, root: Path) -> None:
    for emitter in sound(watcher)._observer.emitters:
        emitter.stop()


async def kill_reader(watcher: Watcher, root: Path) -> None:
    reader = sound(watcher)._observer._inotify_fd  # type: ignore[attr-defined]

    def fail(event: object) -> None:
        raise KeyError("as seen in the field")

    reader.handle_event = fail
    plain_write(root / "last.txt", "x")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("kill", [kill_dispatcher, kill_emitter, kill_reader])
async def test_a_dead_thread_is_replaced(root: Path, kill: Callable[[Watcher, Path], Awaitable[None]]) -> None:
    """Whichever of watchdog's threads dies, watching begins anew, with a look at everything, and works."""
    async with Watcher(root, "native") as watcher:
        await kill(watcher, root)
        await rearmed(watcher, 1)
        await everything(watcher)
        plain_write(root / "a.md", "x")
        assert (await watcher.next(LONG)).paths == {"a.md"}


async def test_an_overflow_is_counted_and_begins_anew(root: Path) -> None:
    """When the system drops events, everything is looked at and every folder has its watch again."""
    async with Watcher(root, "native") as watcher:
        await asyncio.to_thread(overflow, sound(watcher), root, lambda: write_tree(root, {"made/unheard/a.md": "x"}))
        await rearmed(watcher, 1)
        assert watcher.overflows >= 1
        await everything(watcher)
        plain_write(root / "made" / "unheard" / "b.md", "x")
        assert (await watcher.next(LONG)).paths == {"made/unheard/b.md"}


async def test_a_folder_without_a_watch_is_found(root: Path) -> None:
    """A folder that watchdog failed to watch, without a word, is noticed after folders changed."""
    async with Watcher(root, "native") as watcher:
        (root / "docs").mkdir()
        await everything(watcher)
        (emitter,) = sound(watcher)._observer.emitters
        group = emitter._inotify  # type: ignore[attr-defined]
        descriptors = group._active_callbacks_by_path.copy()
        group._remove_callbacks([descriptors[path] for path in descriptors if path.endswith(b"/docs")])
        await rearmed(watcher, 1)
        await everything(watcher)
        plain_write(root / "docs" / "a.md", "x")
        assert (await watcher.next(LONG)).paths == {"docs/a.md"}


async def test_hints_after_the_end_of_the_loop_do_no_harm(root: Path) -> None:
    """A hint that comes when the loop is closed is dropped in silence: an error would end watchdog's thread."""
    inbox = watch_module._Inbox()
    loop = asyncio.new_event_loop()
    inbox.open(loop)
    loop.close()
    inbox.path("a.md", closed=True)
    inbox.stir()
    inbox.folders()


async def test_no_thread_and_no_listener_is_left(root: Path) -> None:
    """Leaving the watcher ends its threads and takes its hands off watchdog's log."""
    before = {thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")}
    handlers = logging.getLogger("watchdog.observers.inotify_c").handlers[:]
    async with Watcher(root, "native") as watcher:
        plain_write(root / "a.md", "x")
        await watcher.next(LONG)
    deadline = time.monotonic() + 5
    while {t for t in threading.enumerate() if not t.name.startswith("asyncio_")} != before:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    assert logging.getLogger("watchdog.observers.inotify_c").handlers == handlers


LIMITED = """
import asyncio, logging, sys, time
from pathlib import Path
from bot.content import watch
from bot.content.watch import Watcher
logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(message)s")
watch.RETRY_SECONDS = 0.3

async def main():
    root, limit = Path(sys.argv[1]), Path(sys.argv[2])
    async with Watcher(root, "native") as watcher:
        print("mode", watcher.mode)
        print("everything", (await watcher.next(0.05)).everything)
        for _ in range(3):
            await watcher.next(0.3)
        limit.write_text("1000")
        deadline = time.monotonic() + 20
        while watcher.mode != "native" and time.monotonic() < deadline:
            await watcher.next(0.1)
        print("after", watcher.mode, watcher.why)

asyncio.run(main())
"""


@pytest.mark.parametrize(("limit", "value"), [("max_inotify_watches", 20), ("max_inotify_instances", 0)])
def test_too_few_watches_are_no_silent_blindness(root: Path, limit: str, value: int) -> None:
    """Where the system grants too little, the watcher says so once, looks by the clock, and recovers with the limit."""
    for number in range(50):
        (root / f"d{number}").mkdir()
    file = f"/proc/sys/user/{limit}"
    script = f'echo {value} > {file} && exec "$@"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"]
    if shutil.which("unshare") is None or subprocess.run([*command, "true"], capture_output=True).returncode != 0:
        pytest.skip("limits of one's own need user namespaces, which this system does not grant")
    done = subprocess.run(
        [*command, sys.executable, "-c", LIMITED, str(root), file], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1:3] == ["mode polling", "everything True"]
    assert [line for line in lines if "fs.inotify.max_user_watches" in line] == lines[:1]
    assert lines[-1].startswith("after native")
