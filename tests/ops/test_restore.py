"""``linkbot restore``: what is taken and what is refused, what is kept, and what a crash leaves behind."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.announcing.restored import take_over
from bot.catalog.database import FILE_NAME, open_catalog, open_catalog_read_only
from bot.catalog.lock import hold_lock
from bot.catalog.notes import Note
from bot.catalog.restoring import prepare
from bot.catalog.schema import migrations
from bot.ops.outside import NO_SERVICE, carry_out_from_outside
from bot.ops.resolve import ResolveRequest
from bot.ops.restore import restore
from bot.problems import AlreadyRunningError, CatalogRefusedError, CatalogUnavailableError, LinkbotError, UsageError
from bot.settings import Settings
from tests.support.cli_process import PROJECT
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import settings_in, take_in

Spoil = Callable[[Path], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two channels."""
    return settings_in(tmp_path)


@pytest.fixture
def state(settings: Settings) -> Path:
    """The state directory, which is there."""
    settings.state.directory.mkdir()
    return settings.state.directory


async def filled(settings: Settings, path: str) -> None:
    """Take one post in, which waits to be sent."""
    async with open_catalog(settings.state.directory) as catalog:
        await take_in(catalog, settings, {path: post_text(path)})


async def backed_up(settings: Settings, target: Path) -> Path:
    async with open_catalog_read_only(settings.state.directory) as catalog:
        await catalog.backup(target)
    return target


async def paths(state: Path) -> set[str]:
    """The posts of the catalog, as the service finds it when it starts."""
    async with open_catalog(state) as catalog:
        living = await catalog.read(lambda tables: tables.posts.living())
        return {known.post.path for known in living}


def everything_below(folder: Path) -> list[Path]:
    """The folder itself, and all files and folders in it."""
    return [folder, *folder.rglob("*")]


def kept_in(state: Path) -> list[Path]:
    """The folders in which what was there before is kept, oldest first."""
    return sorted(state.glob("before-restore-*"))


def everything_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and "lock" not in file.name}


def leave_a_log(state: Path, path: str) -> None:
    """Put a commit into the catalog that is in its log alone, as a killed service leaves it."""
    file = state / FILE_NAME
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        for table in ("posts", "files"):
            connection.execute(f"UPDATE {table} SET path = ? WHERE path = 'old.md'", (path,))
        for each in (file, file.with_name(f"{FILE_NAME}-wal"), file.with_name(f"{FILE_NAME}-shm")):
            shutil.copy(each, each.with_name(f"kept-{each.name}"))
    for each in state.glob("kept-*"):
        each.rename(each.with_name(each.name.removeprefix("kept-")))


async def test_a_backup_takes_the_place_and_the_old_catalog_is_kept(settings: Settings, state: Path) -> None:
    """The backup is in force, the old one lies beside it with all that belongs to it, the backup stays where it is."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    await filled(settings, "since.md")
    leave_a_log(state, "in-the-log.md")
    before, backup_was = everything_in(state), backup.read_bytes()
    lines = restore(state, backup)
    (kept,) = kept_in(state)
    assert everything_in(kept) == before
    assert backup.read_bytes() == backup_was
    assert lines[0].startswith(f"{state / FILE_NAME} is now a copy of {backup}, made 20")
    assert lines[0].endswith(" UTC: 1 post")
    assert str(kept) in lines[1]
    assert any("1 delivery waited then" in line for line in lines)
    assert not any("held then" in line for line in lines)
    assert await paths(state) == {"old.md"}


async def test_what_waited_in_a_raw_copy_is_not_sent_again(settings: Settings, state: Path) -> None:
    """A catalog that was copied without `linkbot backup` is taken for a backup too, with the log that belongs to it."""
    await filled(settings, "old.md")
    leave_a_log(state, "in-the-log.md")
    copy = state.parent / "copy.sqlite3"
    for suffix in ("", "-wal"):
        shutil.copy(state / f"{FILE_NAME}{suffix}", f"{copy}{suffix}")
    restore(state, copy)
    assert await paths(state) == {"in-the-log.md"}
    async with open_catalog(state) as catalog:
        assert await catalog.read(lambda tables: tables.notes.get(Note.BACKUP)) is not None
        await take_over(catalog)
        (held,) = await catalog.read(lambda tables: tables.deliveries.held_up())
    assert held.state == "unknown"
    assert {file.name for file in state.parent.glob("copy*")} == {"copy.sqlite3", "copy.sqlite3-wal"}


async def test_an_older_version_is_taken(settings: Settings, state: Path) -> None:
    """A backup of the first version is restored, and brought up to date by the next start."""
    await filled(settings, "now.md")
    old = state.parent / "old"
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(migrations()[0].read_text("utf-8"))
        connection.executescript("PRAGMA application_id = 0x4C4E4B42; PRAGMA user_version = 1;")
    lines = restore(state, old)
    assert "it has version 1, which the next start brings up to date" in lines[0]
    assert any("made before the first run" in line for line in lines)
    assert await paths(state) == set()


def nothing(file: Path) -> None:
    file.write_bytes(b"")


def text(file: Path) -> None:
    file.write_text("no database\n" * 100)


def foreign(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA application_id = 1")


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 999")


def garbage(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(4096)
        stream.write(os.urandom(file.stat().st_size - 4096))


def cut(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size // 2)


def missing(file: Path) -> None:
    file.unlink()


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("spoil", "said", "error"),
    [
        (nothing, "is emptied", CatalogRefusedError),
        (text, "is no SQLite database", CatalogRefusedError),
        (foreign, "is a database of another program", CatalogRefusedError),
        (newer, "has version 999, this Linkbot knows up to", CatalogRefusedError),
        (garbage, "is damaged", CatalogRefusedError),
        (cut, "is damaged", CatalogRefusedError),
        (missing, "there is no ", UsageError),
        (folder, "is no file", UsageError),
    ],
)
async def test_what_is_no_good_backup_changes_nothing(
    settings: Settings, state: Path, spoil: Spoil, said: str, error: type[LinkbotError]
) -> None:
    """Newer, foreign, damaged, emptied, no database, missing: each has its sentence, and the catalog stays as it is."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    spoil(backup)
    before = everything_in(state)
    with pytest.raises(error, match=f"backup.*{said}|{said}.*backup"):
        restore(state, backup)
    assert everything_in(state) == before
    assert not kept_in(state)


async def test_the_catalog_itself_is_no_backup(settings: Settings, state: Path) -> None:
    """Whoever names the catalog gets a sentence instead of a catalog that takes itself for old."""
    await filled(settings, "old.md")
    with pytest.raises(UsageError, match="is the catalog itself"):
        restore(state, state / FILE_NAME)


async def test_a_full_disk_changes_nothing(settings: Settings, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room for the copy, the old catalog stays, and no part of the copy is left."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    before = everything_in(state)

    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"some of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(CatalogUnavailableError, match="No space left on device"):
        restore(state, backup)
    assert everything_in(state) == before


async def test_what_fails_in_the_middle_is_finished_by_the_same_command(
    settings: Settings, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error between the moves is told with what to do; that is no first run meanwhile."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    leave_a_log(state, "in-the-log.md")
    rename = Path.rename

    def failing(source: Path, target: Path) -> Path:
        if source.name.endswith("-wal"):
            raise OSError(5, "Input/output error")
        return rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", failing)
        with pytest.raises(CatalogUnavailableError, match=r"cannot be finished .*output error.* same command again"):
            restore(state, backup)
        with pytest.raises(CatalogUnavailableError, match="an interrupted `linkbot restore` cannot be finished"):
            await paths(state)
    restore(state, backup)
    assert await paths(state) == {"old.md"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_root_leaves_the_catalog_to_the_user_of_the_service(settings: Settings, state: Path) -> None:
    """What root restores belongs to whom the state directory belongs to, or the service could not open it."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    for each in everything_below(state):
        os.chown(each, 65534, 65534)
    restore(state, backup)
    assert {each.stat().st_uid for each in everything_below(state)} == {65534}


async def test_nothing_is_restored_under_a_running_service(settings: Settings, state: Path) -> None:
    """Who holds the state directory has to be stopped first; the sentence says how."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    with hold_lock(state), pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}.*systemctl stop linkbot"):
        restore(state, backup)


@pytest.mark.parametrize("spoil", [nothing, text, foreign, newer, garbage, missing])
async def test_whatever_is_wrong_with_the_old_one_it_can_be_restored_over(
    settings: Settings, state: Path, spoil: Spoil
) -> None:
    """A damaged, emptied, foreign or missing catalog, with its log, is moved away, and the backup is in force."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    leave_a_log(state, "in-the-log.md")
    spoil(state / FILE_NAME)
    before = everything_in(state)
    restore(state, backup)
    (kept,) = kept_in(state)
    assert everything_in(kept) == before
    assert await paths(state) == {"old.md"}


async def test_what_is_asked_for_before_the_next_start_is_kept(settings: Settings, state: Path) -> None:
    """What waited is given up once for each restore; what a person plans after it is sent, unless restored again."""
    await filled(settings, "old.md")
    restore(state, await backed_up(settings, state.parent / "backup"))
    lines = await carry_out_from_outside(settings, ResolveRequest(1, resend=True))
    assert NO_SERVICE in lines
    assert await state_of_the_delivery(state) == "pending"
    assert await state_of_the_delivery(state) == "pending", "the next start gives up nothing either"
    shutil.copy(state / FILE_NAME, state.parent / "copy")
    for backup in (state.parent / "copy", await backed_up(settings, state.parent / "later")):
        restore(state, backup)
        assert await state_of_the_delivery(state) == "unknown"


async def test_it_says_what_becomes_of_held_posts(settings: Settings, state: Path) -> None:
    """Whoever restores learns how many posts were held then, and that none of them is held any more."""
    await filled(settings, "old.md")
    with closing(sqlite3.connect(state / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("UPDATE posts SET standing = 'held', shown_as = 'held'")
    lines = restore(state, await backed_up(settings, state.parent / "backup"))
    assert any("1 post was held then" in line for line in lines)


async def state_of_the_delivery(state: Path) -> str:
    """What has become of the only delivery when a service starts."""
    async with open_catalog(state) as catalog:
        await take_over(catalog)
        known = await catalog.read(lambda tables: tables.deliveries.by_id(1, datetime.now(UTC)))
        assert known is not None
        return known.state


async def test_what_lies_beside_the_catalog_stays_there(settings: Settings, state: Path) -> None:
    """A restore, also one that was interrupted, moves the catalog's own files alone, whatever other names look like."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state / f"{FILE_NAME}.backup[1]")
    own = [backup, state / f"{FILE_NAME}.backup1", state / f"{FILE_NAME}-old", state / "before-restore-notes"]
    for file in own[1:]:
        file.write_text("a person's own")
    restore(state, backup)
    (kept,) = (folder for folder in kept_in(state) if folder.is_dir())
    prepare(backup, state / FILE_NAME)
    (state / FILE_NAME).rename(kept / "moved")
    (state / f"{FILE_NAME}-wal").write_text("of the old one")
    assert await paths(state) == {"old.md"}
    assert {FILE_NAME, "moved", f"{FILE_NAME}-wal"} <= {file.name for file in kept.iterdir()}
    assert all(file.is_file() for file in own)


async def test_it_can_be_undone(settings: Settings, state: Path) -> None:
    """What was kept is a backup like any other; each restore keeps what it replaces in a folder of its own."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    leave_a_log(state, "in-the-log.md")
    restore(state, backup)
    (kept,) = kept_in(state)
    restore(state, kept / FILE_NAME)
    assert await paths(state) == {"in-the-log.md"}
    assert len(kept_in(state)) == 2


async def test_the_first_start_of_a_new_machine_may_be_a_restore(settings: Settings, tmp_path: Path) -> None:
    """Without a state directory one is made; a backup that lies in it under the catalog's name stays there."""
    settings.state.directory.mkdir()
    await filled(settings, "old.md")
    backup = await backed_up(settings, tmp_path / "backup")
    new = tmp_path / "new" / "state"
    assert "there was no catalog before" in restore(new, backup)
    assert await paths(new) == {"old.md"}
    beside = new / f"{FILE_NAME}.backup"
    shutil.copy(backup, beside)
    restore(new, beside)
    assert beside.read_bytes() == backup.read_bytes()


async def test_between_its_steps_nobody_takes_the_state_for_a_first_run(settings: Settings, state: Path) -> None:
    """Status says that a restore was interrupted, as long as the catalog is away."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    prepare(backup, state / FILE_NAME)
    (state / FILE_NAME).unlink()
    with pytest.raises(CatalogUnavailableError, match="a `linkbot restore` is under way, or was interrupted"):
        async with open_catalog_read_only(state):
            pass
    assert await paths(state) == {"old.md"}


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from bot.ops.restore import restore

STEPS = {"os.rename", "os.mkdir", "os.remove", "os.chmod", "os.chown", "shutil.copyfile", "sqlite3.connect", "open"}
template, backup = Path(sys.argv[1]), Path(sys.argv[2])

def killed_at(step, state):
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] != 0
    left = [step]
    def hook(event, arguments):
        if event in STEPS:
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
    sys.addaudithook(hook)
    restore(state, backup)
    os._exit(0)

step, was_killed = 0, True
while was_killed:
    state = Path(f"{template}-{step}")
    shutil.copytree(template, state)
    was_killed = killed_at(step, state)
    step += 1
print(step)
"""


def killed_everywhere(state: Path, backup: Path) -> list[Path]:
    """State directories in which a restore was killed, each before another step that it makes; the last was not."""
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(state), str(backup)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return [Path(f"{state}-{step}") for step in range(int(ran.stdout))]


async def test_a_kill_at_any_step_leaves_the_old_or_the_new_catalog(settings: Settings, state: Path) -> None:
    """Before the move the old one is in force with the last of its log, after it the new one; never a first run."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    leave_a_log(state, "in-the-log.md")
    states = killed_everywhere(state, backup)
    found = [await paths(each) for each in states]
    turn = found.index({"old.md"})
    assert found == [{"in-the-log.md"}] * turn + [{"old.md"}] * (len(found) - turn)
    assert 10 < turn < len(found) - 3
    for each in states[turn:]:
        (kept,) = kept_in(each)
        assert everything_in(kept) == everything_in(state)
    for each in states:
        assert not list(each.glob("*.restored*"))


async def test_a_kill_never_makes_a_damaged_catalog_usable(settings: Settings, state: Path) -> None:
    """A catalog whose log is damaged stays refused until the new one is in force: it forgot what was sent."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    leave_a_log(state, "in-the-log.md")
    with (state / f"{FILE_NAME}-wal").open("r+b") as log:
        log.write(bytes(32))
    refused = 0
    for each in killed_everywhere(state, backup):
        try:
            assert await paths(each) == {"old.md"}
        except CatalogRefusedError:
            refused += 1
    assert refused > 10


async def test_a_second_restore_ends_what_a_first_one_began(settings: Settings, state: Path) -> None:
    """After an interrupted restore the same command works, and nothing of the old catalog is lost."""
    await filled(settings, "old.md")
    backup = await backed_up(settings, state.parent / "backup")
    prepare(backup, state / FILE_NAME)
    kept = state / "before-restore-1"
    kept.mkdir()
    (state / FILE_NAME).rename(kept / FILE_NAME)
    restore(state, backup)
    assert await paths(state) == {"old.md"}
    assert len(kept_in(state)) == 2
    assert (kept / FILE_NAME).exists()
