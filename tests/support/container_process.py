"""The service as the first process of a container, by the kernel's own means: no engine is needed.

It has a process tree of its own in which it is process 1, all of the file system read-only but /srv/state, and a user
who is not root and has no rights.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.rehearsal.standin import REHEARSAL_TOKEN
from tests.support.end_to_end_process import PROJECT, RUN, environment

__all__ = ["ContainerProcess", "spawn_as_container", "why_not"]

USER = "10001"  # as in config/Dockerfile
INSIDE = Path("/srv")  # where the folder of the settings is mounted
SET_UP = """
set -e
mount --bind "$FOLDER" /srv
mkdir -p /srv/state
chown -R "$WHO" /srv/state
chmod 755 /srv
mount --bind /srv/state /srv/state
cut -d ' ' -f 5 /proc/self/mountinfo | grep -v -e ^/proc -e ^/sys -e ^/dev -e ^/srv/ | while read -r point; do
    mount -o remount,bind,ro "$point"
done
exec setpriv --reuid "$WHO" --regid "$WHO" --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
"""
NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


def why_not() -> str | None:
    """Why there can be no such container here; None: there can."""
    who = ("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups")
    tried = (*NAMESPACES, *who, sys.executable, "-c", "import bot")
    try:
        done = subprocess.run(tried, capture_output=True, cwd=PROJECT)
    except FileNotFoundError:
        return "util-linux is not installed"
    return "namespaces are not allowed here, or others may not read the checkout" if done.returncode else None


class ContainerProcess:
    """The service in there. Signals reach it as an engine sends them, from outside."""

    def __init__(self, outer: asyncio.subprocess.Process) -> None:
        self._outer = outer

    @property
    def pid(self) -> int:
        """Its id outside; inside it is 1."""
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children")
        return int(children.read_text().split()[0])

    @property
    def returncode(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._outer.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Let a signal reach it."""
        os.kill(self.pid, number)

    async def wait(self) -> int:
        """Wait until it has ended; its exit code."""
        return await self._outer.wait()


async def spawn_as_container(config: Path, log: Path, python: Sequence[str] = RUN) -> ContainerProcess:
    """Start it; see `tests.support.end_to_end_process.spawn`."""
    with log.open("ab") as written:
        outer = await asyncio.create_subprocess_exec(
            *(*NAMESPACES, "sh", "-c", SET_UP, "sh", sys.executable, *(python or RUN)),
            *("run", "--config", str(INSIDE / config.name)),
            cwd=PROJECT,
            env=environment(DISCORD_TOKEN=REHEARSAL_TOKEN, FOLDER=str(config.parent), WHO=USER),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )
    return ContainerProcess(outer)
