"""What is known of the settings in force while the file has mistakes: from the running service, or from the last one.

A mistake in the file must not keep anybody from holding the bot back.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.catalog.database import Catalog, open_catalog_read_only
from bot.catalog.notes import Note
from bot.catalog.tables import Tables
from bot.ops.ask_live import SilenceError, ask_live
from bot.problems import CatalogError, SettingsError
from bot.settings import ChannelSettings, ContentSettings, Settings, StateSettings, load_settings
from bot.settings.state_directory import find_state_directory, ids_by_name

__all__ = ["Known", "known_settings", "note_channels", "noted_channels"]


@dataclass(frozen=True, slots=True)
class Known:
    """The settings as far as they are known.

    Attributes:
        settings: those of the file; or else the state directory and what the channels are called, the content directory
            if a service runs, and for the rest what holds if nothing is said.
        refused: why the file cannot be used; None: it can.
        of_service: they are not those of the file, but those of the running service.
    """

    settings: Settings
    refused: SettingsError | None = None
    of_service: bool = False


async def known_settings(file: Path) -> Known:
    """The settings in `file`, or if it has mistakes what is known of those before them.

    Raises:
        SettingsError: the file has mistakes, and nobody knows the settings before them.
        LinkbotError: this user may not ask the service.
    """
    try:
        return Known(load_settings(file))
    except SettingsError as error:
        return await _in_force(file, error)


async def _in_force(file: Path, refused: SettingsError) -> Known:
    if (directory := find_state_directory(file, certain=True)) is None:
        raise refused
    live = None
    with suppress(SilenceError):
        live = await ask_live(directory)
    names = {} if live is None else live.channels
    if not names:
        try:
            async with open_catalog_read_only(directory) as catalog:
                names = await catalog.read(noted_channels)
        except CatalogError:
            raise refused from None
    if not names:
        raise refused
    there = None if live is None else live.content_directory
    content = ContentSettings() if there is None else ContentSettings(directory=there)
    said = ids_by_name(file)
    # A name by which the file means another channel by now is not taken; the channel is called by its id.
    channels = tuple(
        ChannelSettings(id=channel_id, name=name if said.get(name, channel_id) == channel_id else str(channel_id))
        for channel_id, name in names.items()
    )
    settings = Settings(state=StateSettings(directory=directory), content=content, channels=channels)
    return Known(settings, refused, of_service=there is not None)


async def note_channels(catalog: Catalog, channels: Sequence[ChannelSettings]) -> None:
    """Note what the channels are called; without it only later commands are less helpful."""
    names = json.dumps({channel.id: channel.name for channel in channels})
    with suppress(CatalogError):
        await catalog.write(lambda tables: tables.notes.put(Note.CHANNELS, names))


def noted_channels(tables: Tables) -> dict[int, str]:
    """The names of the channels in the settings of the last service, by id; empty: nobody noted them."""
    noted = json.loads(tables.notes.get(Note.CHANNELS) or "{}")
    return {int(channel_id): str(name) for channel_id, name in noted.items()}
