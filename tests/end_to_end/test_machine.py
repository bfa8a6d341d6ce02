"""What the machine does to the service: a full disk, locks, a disk gone read-only, damage, a bug of our own."""

import os
import re
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from bot.catalog.database import FILE_NAME
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn
from tests.support.end_to_end_bot import NEWS, Bot, staged
from tests.support.end_to_end_site import Site

CREATE = f"/channels/{NEWS}/messages"
IMPATIENT = (  # waits for locks, and between tries, no longer than a test wants to
    "import sys, bot.cli, bot.announcing.retry as retry, bot.catalog.database as database;"
    " database.open_catalog.__wrapped__.__kwdefaults__['busy_seconds'] = 0.2;"
    " retry.Pauses.after_failure = lambda pauses: 0.3; sys.exit(bot.cli.main())"
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state directory."""
    return tmp_path / "state"


@pytest.fixture
def file(state: Path) -> Path:
    """The catalog."""
    return state / FILE_NAME


@contextmanager
def a_failing_disk(bot: Bot, file: Path) -> Iterator[None]:
    """No file of the running service can grow beyond what the catalog's log has already."""
    assert bot._process is not None
    pid = bot._process.pid
    size = file.with_name(file.name + "-wal").stat().st_size
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def mounted(at: Path, *arguments: str) -> Iterator[None]:
    """Something is mounted there; the test is skipped where that is not allowed."""
    at.mkdir(exist_ok=True)
    if subprocess.run(["mount", *arguments, str(at)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)


@contextmanager
def a_full_disk(state: Path) -> Iterator[None]:
    """Not a byte more can be written in the state directory."""
    filler = state / "filler"
    with filler.open("wb", buffering=0) as stream, suppress(OSError):
        while stream.write(bytes(4096)) == 4096:
            pass
    assert shutil.disk_usage(state).free == 0
    yield
    filler.unlink()


@contextmanager
def a_lock_of_somebody_else(file: Path) -> Iterator[None]:
    """Another process is in the middle of a transaction of its own."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def is_in_trouble(bot: Bot, where: str, what: str) -> None:
    """Wait until `linkbot status` tells of it."""
    said = {"intake": "Posts cannot be taken in", "catalog": "nothing is sent meanwhile"}[where]
    await bot.until(lambda: said in bot.log, f"the log says {said!r}")
    troubles = (await bot.status())["troubles"]
    assert any(trouble["where"] == where and what in trouble["what"] for trouble in troubles)


async def has_no_trouble(bot: Bot) -> None:
    """Wait until `linkbot status` tells of none."""

    async def none() -> bool:
        return not (await bot.status())["troubles"]

    await bot.until(none, "status tells of no trouble")


async def test_on_a_failing_disk_nothing_is_sent_and_then_everything(
    bot: Bot, site: Site, discord: StandIn, file: Path
) -> None:
    """While nothing can be written nothing is sent, status says so, and all goes on by itself when it can."""
    await bot.start("-c", IMPATIENT)
    await bot.has_no_more_to_say()
    sends = len(bot.sends())
    with a_failing_disk(bot, file):
        site.write("later.md", "Later")
        await is_in_trouble(bot, "intake", "cannot be used now")
        assert len(bot.sends()) == sends
    await bot.stands("Later")
    held = discord.faults.add("POST", CREATE, "hang", after=True)
    site.write("during.md", "During")
    await held.reached()
    with a_failing_disk(bot, file):
        held.release()
        await is_in_trouble(bot, "catalog", "cannot be used now")
        site.write("after.md", "After")
        await is_in_trouble(bot, "intake", "cannot be used now")
    await bot.has_no_more_to_say()
    await has_no_trouble(bot)
    assert sorted(bot.titles()) == ["After", "During", "Later", "Sentinel 1", "Sentinel 2"]


@pytest.fixture
async def bot_on_a_small_disk(tmp_path: Path, state: Path) -> AsyncIterator[Bot]:
    """A bot whose state directory is a disk of four megabytes."""
    with mounted(state, "-t", "tmpfs", "-o", "size=4m", "tmpfs"):
        async with staged(tmp_path) as bot:
            yield bot


async def test_a_full_disk_is_told_and_waited_out(bot_on_a_small_disk: Bot, state: Path) -> None:
    """Full while it runs: nothing is sent until there is room. Full at the start: a sentence, and another try helps."""
    bot = bot_on_a_small_disk
    await bot.start("-c", IMPATIENT)
    await bot.has_no_more_to_say()
    with a_full_disk(state):
        bot.site.write_at_once("many", [f"Post {number}" for number in range(30)], tldr="Much to say. " * 400)
        await is_in_trouble(bot, "intake", "full")
        assert bot.titles() == ["Sentinel 1"]
    await bot.has_no_more_to_say()
    assert len(bot.titles()) == len(set(bot.titles())) == 32
    await bot.stop()
    with a_full_disk(state):
        ended = await bot.linkbot("run", DISCORD_TOKEN=REHEARSAL_TOKEN)
        assert ended.code == 1
        assert "Traceback" not in ended.err
        assert str(state) in ended.err
        assert "space" in ended.err
    await bot.start()
    await bot.has_no_more_to_say()
    assert len(bot.titles()) == len(set(bot.titles())) == 33


async def test_a_lock_of_somebody_else_is_waited_out(bot: Bot, site: Site, discord: StandIn, file: Path) -> None:
    """A catalog that another process keeps locked longer than is waited for delays, and doubles nothing."""
    await bot.start("-c", IMPATIENT)
    held = discord.faults.add("POST", CREATE, "hang", after=True)
    site.write("during.md", "During")
    await held.reached()
    with a_lock_of_somebody_else(file):
        held.release()
        await is_in_trouble(bot, "catalog", "locked")
        site.write("after.md", "After")
        await is_in_trouble(bot, "intake", "locked")
        assert bot.titles() == ["During"]
    await bot.has_no_more_to_say()
    await has_no_trouble(bot)
    assert sorted(bot.titles()) == ["After", "During", "Sentinel 1"]


async def test_a_read_only_state_directory_is_told(bot: Bot, site: Site, state: Path) -> None:
    """A disk that can only be read ends the start with a sentence, and status works; so does the next start later."""
    await bot.start()
    await bot.stop()
    with mounted(state, "--bind", "-o", "ro", str(state)):
        ended = await bot.linkbot("run", DISCORD_TOKEN=REHEARSAL_TOKEN)
        assert ended.code == 1
        assert f"{state} cannot be written (Read-only file system)" in ended.err
        told = await bot.linkbot("status")
        assert (told.code, told.err) == (0, "")
        assert re.search("service     not running; the last one began 20.* and ended 20", told.out)
    await bot.start()
    await bot.has_no_more_to_say()


@contextmanager
def a_catalog_gone_read_only(file: Path) -> Iterator[None]:
    """Not even root can write the catalog and its log any more; skipped where the file system has no such mark."""
    files = [str(file), f"{file}-wal"]
    if shutil.which("chattr") is None or subprocess.run(["chattr", "+i", *files], capture_output=True).returncode:
        pytest.skip("files cannot be made immutable here")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", *files], check=True)


async def test_a_catalog_that_turns_read_only_is_waited_out(bot: Bot, site: Site, file: Path) -> None:
    """Nothing is sent while the catalog cannot be written; it goes on by itself."""
    await bot.start("-c", IMPATIENT)
    await bot.has_no_more_to_say()
    with a_catalog_gone_read_only(file):
        site.write("later.md", "Later")
        await is_in_trouble(bot, "intake", "cannot be used now")
        assert bot.titles() == ["Sentinel 1"]
    await bot.has_no_more_to_say()
    assert sorted(bot.titles()) == ["Later", "Sentinel 1", "Sentinel 2"]


def overwrite(file: Path, begin: int) -> None:
    """Put garbage over everything from `begin` on."""
    with file.open("r+b") as stream:
        size = os.fstat(stream.fileno()).st_size
        stream.seek(begin)
        stream.write(os.urandom(size - begin))


def everything_in(state: Path) -> dict[str, bytes]:
    """What the catalog and the files beside it hold; but the index of the log, which is made anew at each start."""
    found = {path.name: path.read_bytes() for path in state.glob(f"{FILE_NAME}*") if not path.name.endswith("-shm")}
    return {name: data for name, data in found.items() if data}  # an empty log is none


async def is_refused(bot: Bot, state: Path, *said: str) -> None:
    """A start ends with a sentence, and touches nothing; status says the same."""
    before = everything_in(state)
    for command in ("run", "status"):
        ended = await bot.linkbot(command, DISCORD_TOKEN=REHEARSAL_TOKEN)
        assert ended.code == 1
        assert "Traceback" not in ended.err
        for text in (*said, "linkbot restore FILE", "begins anew"):
            assert text in ended.err
    assert everything_in(state) == before


def move_away(state: Path) -> None:
    """Do as the sentence says."""
    away = state.with_name("away")
    shutil.rmtree(away, ignore_errors=True)
    away.mkdir()
    for path in state.glob(f"{FILE_NAME}*"):
        path.rename(away / path.name)


async def test_a_catalog_damaged_at_rest_is_refused_and_can_be_begun_anew(
    bot: Bot, site: Site, state: Path, file: Path
) -> None:
    """Nothing of it is overwritten; with it moved away nothing that is there is announced, and what comes then is."""
    await bot.start()
    site.write("a.md", "A")
    await bot.has_no_more_to_say()
    await bot.stop()
    overwrite(file, 4096)
    await is_refused(bot, state, "is damaged", str(file))
    move_away(state)
    site.write("meanwhile.md", "Meanwhile")
    await bot.start()
    site.write("new.md", "New")
    await bot.has_no_more_to_say()
    assert sorted(bot.titles()) == ["A", "New", "Sentinel 1", "Sentinel 2"]


async def test_a_log_damaged_at_rest_is_refused(bot: Bot, site: Site, state: Path, file: Path) -> None:
    """After a kill the last commits are in the log alone: without them what was sent would be sent again."""
    await bot.start()
    site.write("a.md", "A")
    await bot.has_no_more_to_say()
    await bot.kill()
    overwrite(file.with_name(file.name + "-wal"), 0)
    await is_refused(bot, state, "is damaged")
    assert (await bot.linkbot("backup", str(state.with_name("backup.sqlite3")))).code == 1


async def test_damage_that_shows_up_while_it_runs_ends_it(bot: Bot, site: Site, state: Path, file: Path) -> None:
    """It ends with a sentence and 1 instead of limping on; no later start touches the file, or sends anything twice."""
    await bot.start()
    for number in range(3):
        site.write_at_once(f"some{number}", [f"Post {number}-{post}" for post in range(40)], tldr="Text. " * 100)
        await bot.has_no_more_to_say()
    backup = state.with_name("backup.sqlite3")
    assert (await bot.linkbot("backup", str(backup))).code == 0
    site.write("since.md", "Since the backup")
    await bot.stands("Since the backup")
    await bot.has_sent_everything()
    overwrite(file, 4096)
    site.write_at_once("last", [f"Last {post}" for post in range(40)])
    assert await bot.exits() == 1
    assert "is damaged" in bot.log
    assert "linkbot restore FILE" in bot.log
    await is_refused(bot, state, "is damaged")
    move_away(state)
    shutil.copy(backup, file)
    await bot.start()
    await bot.has_no_more_to_say()
    assert "The catalog is a backup of" in bot.log
    assert len(bot.titles()) == len(set(bot.titles()))


async def test_a_catalog_that_is_deleted_under_it_ends_it(bot: Bot, site: Site, file: Path) -> None:
    """What it wrote from then on would be lost with the process: it sends nothing more, and says what is to be done."""
    await bot.start()
    site.write("a.md", "A")
    await bot.has_no_more_to_say()
    file.unlink()  # noqa: ASYNC240
    site.write("b.md", "B")
    assert await bot.exits() == 1
    assert f"{file} was moved, deleted or replaced" in bot.log
    assert bot.times("B") == 0


BUGS = {
    "a lane": "import bot.announcing.lane as at; at.pack",
    "the scanner": "import bot.content.scan as at; at.Scanner.read",
}


@pytest.mark.parametrize("where", BUGS)
async def test_a_bug_ends_the_process(bot: Bot, site: Site, tmp_path: Path, where: str) -> None:
    """A mistake of ours in one task ends the whole with 1 and says what it was; nothing limps on."""
    broken = f"import sys, bot.cli; {BUGS[where]} = lambda *more, **named: 1 // 0; sys.exit(bot.cli.main())"
    await bot.start("-c", broken)
    site.write("a.md", "A")
    assert await bot.exits() == 1
    assert "CRITICAL bot.service: Ended by a mistake in Linkbot itself" in bot.log
    assert "ZeroDivisionError" in bot.log
    (tmp_path / "bot.log").unlink()  # whose traceback was asked for
    await bot.start()
    await bot.has_no_more_to_say()
    assert bot.times("A") == 1
