"""Whether the gateway is connected, for whoever asks after the service's health."""

from collections.abc import Callable
from datetime import UTC, datetime

from bot.announcing.troubles import Troubles
from bot.measures import GATEWAY_RECONNECTS

__all__ = ["GatewayLink"]

GATEWAY = "gateway"  # whose troubles are told here


def _now() -> datetime:
    return datetime.now(UTC)


class GatewayLink:
    """The connection as it is now.

    Attributes:
        connected: there is a session, so slash commands work.
        since: when it began, or was lost; aware.
    """

    def __init__(self, troubles: Troubles, now: Callable[[], datetime] = _now) -> None:
        self.connected = False
        self.since = now()
        self._troubles = troubles
        self._now = now
        self._was_connected = False

    def up(self) -> None:
        """A session began, or was resumed."""
        if self._was_connected:
            GATEWAY_RECONNECTS.inc()
        self._was_connected = True
        self.connected, self.since = True, self._now()
        self._troubles.end(GATEWAY)

    def down(self, why: str) -> None:
        """The connection ended, or could not be made."""
        if self.connected:
            self.connected, self.since = False, self._now()
        self._troubles.begin(GATEWAY, f"slash commands do not work, announcing goes on: {why}")
