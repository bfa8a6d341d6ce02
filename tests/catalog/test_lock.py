"""One Linkbot works on a state directory at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.catalog.lock import hold_lock
from bot.problems import AlreadyRunningError, CatalogUnavailableError, ExitCode

HOLDER = """
import sys, time
from pathlib import Path
from bot.catalog.lock import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_refused_until_the_first_dies(tmp_path: Path) -> None:
    """The second is told the first one's id and exits 75; even SIGKILL lets go of the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunningError, match=rf"process {holder.pid}\b") as refusal, hold_lock(tmp_path):
            pass
        assert refusal.value.exit_code is ExitCode.ALREADY_RUNNING
        assert int(ExitCode.ALREADY_RUNNING) == 75
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with hold_lock(tmp_path):
        pass


def test_the_lock_is_let_go_at_the_end(tmp_path: Path) -> None:
    """After the context, also one that failed, the directory can be held again; within it, not even by ourselves."""
    with pytest.raises(ValueError, match="on purpose"), hold_lock(tmp_path / "new" / "folder"):
        raise ValueError("on purpose")
    with hold_lock(tmp_path / "new" / "folder"), pytest.raises(AlreadyRunningError), hold_lock(tmp_path / "new/folder"):
        pass


def test_the_lock_file_is_our_own(tmp_path: Path) -> None:
    """Nobody else may read or write it."""
    with hold_lock(tmp_path):
        (lock,) = tmp_path.iterdir()
        assert lock.stat().st_mode & 0o777 == 0o600
        assert lock.read_text() == f"{os.getpid()}\n"


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A state directory that is a file, say, gives a sentence with its name."""
    (tmp_path / "state").write_text("a file")
    with pytest.raises(CatalogUnavailableError, match="state"), hold_lock(tmp_path / "state"):
        pass
