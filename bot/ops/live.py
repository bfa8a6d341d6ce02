"""What a running service says of itself, to a command that asks from another process and to monitoring."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from bot.announcing.troubles import Trouble

__all__ = ["DiscordLink", "Live", "LiveRequest", "from_lines", "to_lines"]


@dataclass(frozen=True, slots=True)
class DiscordLink:
    """How the service is connected to Discord.

    Attributes:
        user: the bot's name; None: not logged in yet.
        connected: to the gateway, which slash commands need; announcing does not.
        since: when it was connected, or when the connection was lost; aware.
        guilds: in how many servers it is, as far as the gateway said.
    """

    user: str | None
    connected: bool
    since: datetime
    guilds: int


@dataclass(frozen=True, slots=True)
class Live:
    """A service that runs.

    Attributes:
        troubles: what does not work just now, oldest first.
        discord: see `DiscordLink`.
        settings_at: when the settings in force were read; aware.
        reasons: why it is not ready to do all that it is for; empty: it is.
    """

    troubles: tuple[Trouble, ...]
    discord: DiscordLink
    settings_at: datetime
    reasons: tuple[Trouble, ...]

    @property
    def unready(self) -> tuple[str, ...]:
        """The `reasons` in sentences."""
        return tuple(f"{reason.where}: {reason.what}" for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class LiveRequest:
    """How is the service?"""


_LIVE = TypeAdapter(Live)


def to_lines(live: Live) -> list[str]:
    """The service's answer."""
    return [_LIVE.dump_json(live).decode()]


def from_lines(lines: list[str]) -> Live:
    """What `to_lines` told of."""
    return _LIVE.validate_json(lines[0])
