"""The settings: typed models of ``config/bot.yaml``."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = [
    "AnnounceSettings",
    "ChannelSettings",
    "CommandsSettings",
    "ContentSettings",
    "DiscordSettings",
    "Filter",
    "HealthSettings",
    "Settings",
    "StateSettings",
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ContentSettings(_Model):
    """Where the posts are and which of them are link posts."""

    directory: Path = Path("../content")
    kinds: tuple[str, ...] = ("link",)
    rescan_seconds: float = 300.0
    watcher: Literal["auto", "native", "polling"] = "auto"


class StateSettings(_Model):
    """Where the catalog lives."""

    directory: Path = Path("../state")


class DiscordSettings(_Model):
    """Where Discord is."""

    api_url: str = "https://discord.com/api/v10"
    gateway_url: str | None = None


class Filter(_Model):
    """Conditions on names; each absent one is no condition."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class ChannelSettings(_Model):
    """A Discord channel and what it takes."""

    id: int
    name: str
    tags: Filter = Filter()
    sources: Filter = Filter()
    paths: tuple[str, ...] = ()
    mention: tuple[int, ...] = ()
    publish: bool = False


class AnnounceSettings(_Model):
    """What is announced and how."""

    first_run: Literal["baseline", "announce"] = "baseline"
    hold_above: int | None = 200
    on_edit: Literal["edit", "ignore"] = "edit"
    on_retract: Literal["delete", "keep"] = "delete"
    on_delete: Literal["delete", "keep"] = "keep"
    max_age_days: int | None = None
    posts_per_message: int = 10
    tldr_characters: int = 350


class CommandsSettings(_Model):
    """Where slash commands are registered."""

    guilds: tuple[int, ...] = ()


class HealthSettings(_Model):
    """Where health is served."""

    listen: str | None = None


class Settings(_Model):
    """All of ``config/bot.yaml``."""

    content: ContentSettings = ContentSettings()
    state: StateSettings = StateSettings()
    discord: DiscordSettings = DiscordSettings()
    channels: tuple[ChannelSettings, ...] = ()
    announce: AnnounceSettings = AnnounceSettings()
    commands: CommandsSettings = CommandsSettings()
    health: HealthSettings = HealthSettings()
