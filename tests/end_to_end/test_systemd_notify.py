"""What the service says to systemd, heard at the socket where systemd listens."""

import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.end_to_end_bot import Bot
from tests.support.end_to_end_site import Site
from tests.support.systemd_confined import confinement, why_not
from tests.support.systemd_manager import Manager, listening

PATIENCE_SECONDS = 0.9  # of the watchdog
HANGS = (  # the event loop stands still for ever once a file says so, as a mistake of ours would make it
    "import pathlib, sys, time, bot.cli, bot.ops.heartbeat as at; tell = at.LOOP_LAG.observe;"
    " at.LOOP_LAG.observe = lambda lag: tell(lag) or pathlib.Path({!r}).exists() and time.sleep(600);"
    " sys.exit(bot.cli.main())"
)


@pytest.fixture
async def manager(bot: Bot, tmp_path: Path) -> AsyncIterator[Manager]:
    """systemd, which starts the bot."""
    with listening(tmp_path / "notify", watchdog_seconds=PATIENCE_SECONDS) as manager:
        bot._spawn = manager.spawn
        yield manager


async def test_systemd_is_told_how_the_service_is(bot: Bot, site: Site, manager: Manager) -> None:
    """READY, a sign of life within each patience, what it does or what is wrong, a reload and its end, STOPPING."""
    await bot.start()
    await bot.until(lambda: manager.status == f"Watching {site.root}", "the status says what it watches")
    assert manager.course == ["READY"]
    signs, begun = manager.times("WATCHDOG"), time.monotonic()
    await bot.until(lambda: manager.times("WATCHDOG") >= signs + 3, "signs of life go on")
    assert time.monotonic() - begun < 3 * PATIENCE_SECONDS
    bot.configure(announce={"posts_per_message": 3})
    bot.send_signal(signal.SIGHUP)
    await bot.until(lambda: manager.course == ["READY", "RELOADING", "READY"], "the reload began and ended")
    assert next(int(message["MONOTONIC_USEC"]) for message in manager.heard if "RELOADING" in message) > 0
    bot.config.write_text("{")
    bot.send_signal(signal.SIGHUP)
    await bot.until(lambda: "cannot be taken" in manager.status, "the status says what does not work")
    await bot.stop()
    manager.hear()
    assert manager.course[-1] == "STOPPING"
    assert manager.status == "Finishing what is under way"


async def test_a_loop_that_hangs_gives_no_sign_of_life(bot: Bot, tmp_path: Path, manager: Manager) -> None:
    """The watchdog hears nothing more; its SIGABRT ends the process, and the log says where it hung."""
    hang = tmp_path / "hang"
    await bot.start("-c", HANGS.format(str(hang)))
    hang.touch()
    last = [manager.times("WATCHDOG"), time.monotonic()]

    def is_silent() -> bool:
        if manager.times("WATCHDOG") > last[0]:
            last[:] = [manager.times("WATCHDOG"), time.monotonic()]
        return time.monotonic() - last[1] > PATIENCE_SECONDS

    await bot.until(is_silent, "there is no sign of life any more")
    bot.send_signal(signal.SIGABRT)
    assert await bot.exits() == -signal.SIGABRT
    assert "Fatal Python error: Aborted" in bot.log
    assert "heartbeat.py" in bot.log


@pytest.mark.skipif((why := why_not()) is not None, reason=str(why))
async def test_confined_as_the_unit_confines_it_the_service_works(
    bot: Bot, site: Site, tmp_path: Path, manager: Manager
) -> None:
    """Without rights, with the unit's system calls and sockets, and nothing but the state to write, all goes on."""
    manager.prefix = confinement(tmp_path / "state")
    check = (
        "import errno, mmap, os, pathlib, socket, sys, bot.cli\n"
        "def fails(number, call, *more):\n"
        "    try: call(*more)\n"
        "    except OSError as error: assert error.errno == number, error\n"
        "    else: sys.exit(f'{call} is allowed')\n"
        "fails(errno.EROFS, pathlib.Path('written').write_text, '')\n"
        "fails(errno.EPERM, socket.socket, socket.AF_PACKET, socket.SOCK_RAW)\n"
        "fails(errno.EPERM, lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC))\n"
        "fails(errno.EPERM, os.setpriority, os.PRIO_PROCESS, 0, 1)\n"
        "sys.exit(bot.cli.main())"
    )
    await bot.start("-c", check)
    site.write("a.md", "A")
    await bot.stands("A")
    assert manager.course == ["READY"]
    assert (await bot.linkbot("backup", str(tmp_path / "state" / "backup.sqlite3"))).code == 0
    assert (await bot.linkbot("pause", "news")).code == 0
    bot.send_signal(signal.SIGHUP)
    await bot.stop()
