"""A catalog filled as the service fills it, but from texts instead of a watched directory."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.announcing.ingest import Ingest, ScanBatch
from bot.catalog.database import Catalog
from bot.catalog.notes import Note
from bot.content.post import FileStamp, PostFile, Reading
from bot.content.read_post import read_post
from bot.settings import ChannelSettings, ContentSettings, Filter, Settings, StateSettings

__all__ = ["ALL", "KUBERNETES", "settings_in", "take_in"]

ALL, KUBERNETES = 1_200_000_000_000_000_001, 1_200_000_000_000_000_002
CHANNELS = (
    ChannelSettings(id=ALL, name="all", tags=Filter(none=("nowhere",))),
    ChannelSettings(id=KUBERNETES, name="kubernetes", tags=Filter(any=("kubernetes",))),
)


def settings_in(folder: Path, **sections: Any) -> Settings:
    """Settings with two channels, whose content and state lie in `folder`."""
    (folder / "content").mkdir(exist_ok=True)
    return Settings(
        content=ContentSettings(directory=folder / "content"),
        state=StateSettings(directory=folder / "state"),
        channels=CHANNELS,
        **sections,
    )


async def take_in(catalog: Catalog, settings: Settings, files: Mapping[str, str], *, baseline: bool = False) -> None:
    """Take in new or changed files, by path; afterwards the first run counts as done."""
    readings = tuple(
        Reading(PostFile(path, FileStamp(1, 1, len(text), 1)), read_post(path, text.encode()))
        for path, text in files.items()
    )
    now = datetime.now(UTC)
    await catalog.write(lambda tables: Ingest(settings).take(tables, ScanBatch(readings, baseline=baseline), now))
    await catalog.write(lambda tables: tables.notes.put(Note.BASELINE, now.isoformat()))
