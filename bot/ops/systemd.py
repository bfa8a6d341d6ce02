"""Telling systemd how the service is, over the socket that it names: what `sd_notify(3)` does, without its library.

Source: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import logging
import os
import socket
import time
from collections.abc import Mapping

from bot.ops.terminal import printable

__all__ = ["Systemd"]

logger = logging.getLogger(__name__)

MICROSECONDS = 1_000_000  # of a second
ENDLESS = 2**64 - 1  # how systemd writes a time that never ends (USEC_INFINITY)
STATUS_BYTES = 1000  # systemd drops a message of more than 4096
FINISHING = "Finishing what is under way"


class Systemd:
    """The service manager; where there is none, nothing is told.

    What it cannot be told now, because it is busy, it is told with the next word: else a start that is ready would be
    taken for one that hangs. Nothing here waits, and what is told needs no file that the process may run out of:
    the socket is kept until `close`.

    Attributes:
        watchdog_seconds: within this time it wants to hear of a loop that still turns; None: it does not watch.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Take from `environment` where it listens (``NOTIFY_SOCKET``) and how patient it is (``WATCHDOG_USEC``)."""
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address  # else it is a path
        self.watchdog_seconds = _watchdog_seconds(environment) if address else None
        self._socket: socket.socket | None = None
        self._untold: dict[str, str] = {}  # by what it is about; a later word on the same takes its place
        self._status = ""
        self._is_stopping = False
        self._is_deaf = False

    def ready(self) -> None:
        """It runs, with the settings that are in force."""
        self._tell("READY", "1")

    def reloading(self) -> None:
        """Other settings take their place; `ready` says when that is done."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._tell("RELOADING", f"1\nMONOTONIC_USEC={microseconds}")

    def stopping(self) -> None:
        """It ends in good order; that is the last status."""
        self._tell("STOPPING", "1")
        self.status(FINISHING)
        self._is_stopping = True

    def alive(self) -> None:
        """The event loop turns."""
        self._tell("WATCHDOG", "1")

    def status(self, text: str) -> None:
        """What `systemctl status` is to show, in one line; told when it changes."""
        if text != self._status and not self._is_stopping:
            self._status = text
            # A line break would begin another message, and systemd takes nothing but UTF-8.
            line = printable(" ".join(text.split())).encode()[:STATUS_BYTES]
            self._tell("STATUS", line.decode(errors="ignore"))

    def close(self) -> None:
        """Tell nothing any more."""
        self._address = ""
        if self._socket is not None:
            self._socket.close()

    def _tell(self, about: str, what: str) -> None:
        if not self._address:
            return
        self._untold.pop(about, None)  # the last word on it comes after all others
        self._untold[about] = what
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                self._socket.setblocking(False)
            for each in [*self._untold]:
                self._socket.sendto(f"{each}={self._untold[each]}".encode(), self._address)
                del self._untold[each]
        except OSError as error:
            self._warn_once(error)
        else:
            self._is_deaf = False

    def _warn_once(self, error: OSError) -> None:
        if not self._is_deaf:
            logger.warning("systemd cannot be told how the service is, it is tried again and again: %s", error)
        self._is_deaf = True


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """How long systemd waits for a sign of life, if it wants one of this process; see `sd_watchdog_enabled(3)`."""
    patience = environment.get("WATCHDOG_USEC", "")
    if not (patience.isascii() and patience.isdecimal()) or int(patience) in (0, ENDLESS):
        return None
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(patience) / MICROSECONDS
