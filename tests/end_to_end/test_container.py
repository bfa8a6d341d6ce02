"""The service as a container's engine runs it: process 1, not root, nothing to write but the state directory."""

import signal
from pathlib import Path

import pytest

from bot.catalog.records import DeliveryState
from bot.rehearsal.standin import StandIn
from tests.support.container_process import ContainerProcess, spawn_as_container, why_not
from tests.support.end_to_end_bot import NEWS, Bot
from tests.support.end_to_end_site import Site


@pytest.mark.skipif((why := why_not()) is not None, reason=str(why))
async def test_as_process_1_of_a_read_only_container_it_works_and_ends(
    bot: Bot, site: Site, discord: StandIn, tmp_path: Path
) -> None:
    """Without an init beside it, it announces, sees the request under way to its end at SIGTERM, and ends with 0."""
    tmp_path.chmod(0o755)  # noqa: ASYNC240
    bot.configure(content={"directory": "/srv/content"})
    bot._spawn = spawn_as_container
    tests_own = (
        "import os, pathlib, sys, bot.cli; assert (os.getpid(), os.getuid()) == (1, 10001)\n"
        "for folder in ('/', '/tmp', '/srv', os.getcwd()): assert not os.access(folder, os.W_OK), folder\n"
        "sys.exit(bot.cli.main())"
    )
    await bot.start("-c", tests_own)
    site.write("a.md", "A")
    await bot.stands("A")
    assert isinstance(bot._process, ContainerProcess)
    status = Path(f"/proc/{bot._process.pid}/status").read_text().splitlines()  # noqa: ASYNC240
    assert {"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1"} <= set(status)
    assert (await bot.linkbot("status", "--health")).code == 0  # what HEALTHCHECK asks
    held = discord.faults.add("POST", f"/channels/{NEWS}/messages", "hang", after=True)
    site.write("b.md", "B")
    await held.reached()
    bot.send_signal(signal.SIGTERM)
    await bot.until(lambda: "Stopping" in bot.log, "it has heard")
    held.release()
    assert await bot.exits() == 0
    assert await bot.states() == {DeliveryState.SENT: 2}
