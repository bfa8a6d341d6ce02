"""What a running service says of itself, to a command that asks from another process and to monitoring."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote_to_bytes

from pydantic import TypeAdapter

from bot.announcing.troubles import Trouble
from bot.settings import Settings

__all__ = ["DiscordLink", "Live", "LiveRequest", "from_lines", "mark_of", "to_lines"]


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
        channels: the names of the channels in those settings, by id.
        guild_ids: the server of each of these channels that the gateway told of, by the channel's id.
        content: the content directory as a ``file://`` address, which can hold any name; None as in `settings_mark`.
        settings_mark: what `mark_of` gives for those settings; None: the service is of a version that does not say.
    """

    troubles: tuple[Trouble, ...]
    discord: DiscordLink
    settings_at: datetime
    reasons: tuple[Trouble, ...]
    channels: Mapping[int, str] = field(default_factory=dict)
    guild_ids: Mapping[int, int] = field(default_factory=dict)
    content: str | None = None
    settings_mark: str | None = None

    @property
    def content_directory(self) -> Path | None:
        """The content directory, absolute; None: the service does not say."""
        address = self.content
        return None if address is None else Path(os.fsdecode(unquote_to_bytes(address.removeprefix("file://"))))

    @property
    def unready(self) -> tuple[str, ...]:
        """The `reasons` in sentences."""
        return tuple(f"{reason.where}: {reason.what}" for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class LiveRequest:
    """How is the service?"""


_LIVE = TypeAdapter(Live)


def mark_of(settings: Settings) -> str:
    """The same for the same settings, and for no others."""
    return hashlib.sha256(repr(settings).encode(errors="surrogateescape")).hexdigest()


def to_lines(live: Live) -> list[str]:
    """The service's answer."""
    return [_LIVE.dump_json(live).decode()]


def from_lines(lines: list[str]) -> Live:
    """What `to_lines` told of."""
    return _LIVE.validate_json(lines[0])
