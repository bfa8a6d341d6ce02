"""systemd's side of `sd_notify(3)`: a socket that hears what a service says of itself."""

import asyncio
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.rehearsal.standin import REHEARSAL_TOKEN
from tests.support.end_to_end_process import PROJECT, RUN, Process, environment

__all__ = ["Manager", "listening"]

MICROSECONDS = 1_000_000


class Manager:
    """What listens where ``NOTIFY_SOCKET`` names.

    Attributes:
        heard: every message until now, each as what it assigns: ``{"READY": "1"}``.
        prefix: what the service is started by, in place of nothing.
    """

    def __init__(self, address: Path, receiver: socket.socket, watchdog_seconds: float) -> None:
        self.heard: list[dict[str, str]] = []
        self.prefix: Sequence[str] = ()
        self._address = address
        self._receiver = receiver
        self._watchdog_seconds = watchdog_seconds

    def hear(self) -> None:
        """Take in what was said."""
        while True:
            try:
                message = self._receiver.recv(4096).decode()
            except BlockingIOError:
                return
            self.heard.append(dict(line.split("=", 1) for line in message.splitlines()))

    def times(self, about: str) -> int:
        """How often it said that."""
        return sum(about in message for message in self.heard)

    @property
    def course(self) -> list[str]:
        """What became of the service, in order: ``["READY", "STOPPING"]``."""
        return [about for message in self.heard for about in message if about in ("READY", "RELOADING", "STOPPING")]

    @property
    def status(self) -> str:
        """What `systemctl status` would show."""
        return next((message["STATUS"] for message in reversed(self.heard) if "STATUS" in message), "")

    async def spawn(self, config: Path, log: Path, python: Sequence[str] = RUN) -> Process:
        """Start the service as systemd does; see `tests.support.end_to_end_process.spawn`."""
        watchdog = str(int(self._watchdog_seconds * MICROSECONDS))
        told = {"NOTIFY_SOCKET": str(self._address), "WATCHDOG_USEC": watchdog, "PYTHONFAULTHANDLER": "1"}
        with log.open("ab") as written:
            return await asyncio.create_subprocess_exec(
                *(*self.prefix, sys.executable, *(python or RUN), "run", "--config", str(config)),
                cwd=PROJECT,
                env=environment(DISCORD_TOKEN=REHEARSAL_TOKEN, **told),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=written,
                stderr=written,
            )


@contextmanager
def listening(address: Path, *, watchdog_seconds: float) -> Iterator[Manager]:
    """A manager that listens at `address`, and wants a sign of life within `watchdog_seconds`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.setblocking(False)
        receiver.bind(str(address))
        manager = Manager(address, receiver, watchdog_seconds)
        loop = asyncio.get_running_loop()
        loop.add_reader(receiver, manager.hear)
        try:
            yield manager
        finally:
            loop.remove_reader(receiver)
