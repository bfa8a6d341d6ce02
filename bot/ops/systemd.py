"""Telling systemd how the service is, over the socket that it names: `sd_notify(3)` in a few lines.

Source: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import logging
import os
import socket
import time
from collections.abc import Mapping

__all__ = ["Systemd"]

logger = logging.getLogger(__name__)

MICROSECONDS = 1_000_000  # of a second


class Systemd:
    """The service manager; where there is none, nothing is told.

    Attributes:
        watchdog_seconds: within this time it wants to hear of a loop that still runs; None: it does not watch.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Take from `environment` where it listens (``NOTIFY_SOCKET``) and how patient it is (``WATCHDOG_USEC``)."""
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        patience = environment.get("WATCHDOG_USEC", "")
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watched = bool(self._address) and patience.isdecimal() and mine
        self.watchdog_seconds = int(patience) / MICROSECONDS if watched else None
        self._status = ""

    def ready(self) -> None:
        """It runs, with the settings that are in force."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """Other settings take their place; `ready` says when that is done."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """It ends in good order."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """The event loop turns."""
        self._tell("WATCHDOG=1")

    def status(self, text: str) -> None:
        """What `systemctl status` is to show, in one line; told when it changes."""
        if text != self._status:
            self._status = text
            self._tell(f"STATUS={text}")

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as datagram:
            try:
                datagram.setblocking(False)
                datagram.sendto("\n".join(lines).encode(), self._address)
            except OSError as error:
                logger.warning("systemd cannot be told %s: %s", lines[0], error)
