"""Other settings while the service runs: read when the file changes or somebody asks, checked first, taken whole.

Settings with a mistake change nothing: those in force stay, and the mistakes are told.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from bot.announcing.troubles import Troubles
from bot.measures import RELOADS
from bot.problems import ConfigurationError
from bot.settings import Settings, load_settings
from bot.settings.models import Model

__all__ = ["changes", "follow_settings"]

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # between looks at the file; what is taken was the same at two of them
SETTINGS = "settings"  # whose troubles are told here

Mark = tuple[int, int, int] | None


async def follow_settings(
    path: Path,
    in_force: Callable[[], Settings],
    troubles: Callable[[], Troubles],
    take: Callable[[Settings], None],
    asked: asyncio.Event,
) -> None:
    """Hand on other settings until cancelled.

    Args:
        path: of the settings file.
        in_force: the settings as they are now.
        troubles: where it says that the file cannot be taken.
        take: puts other settings in force.
        asked: set when a person wants the file to be read, be it unchanged (SIGHUP).
    """
    taken = seen = _mark(path)
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await asked.wait()
        last, seen = seen, _mark(path)
        if asked.is_set() or (seen == last != taken):
            asked.clear()
            taken = seen
            if (settings := await _read(path, in_force(), troubles())) is not None:
                take(settings)


async def _read(path: Path, in_force: Settings, troubles: Troubles) -> Settings | None:
    """The settings in the file if they are others than those in force and can be taken."""
    try:
        settings = await asyncio.to_thread(load_settings, path)
        await asyncio.to_thread(_refuse_what_cannot_change, in_force, settings)
    except ConfigurationError as error:
        _tell_refusal(path, error, troubles)
        return None
    troubles.end(SETTINGS)
    RELOADS.labels("taken").inc()
    told = "; ".join(changes(in_force, settings))
    logger.info("The settings were read again: %s", told or "they say what they said before")
    return settings if told else None


def _tell_refusal(path: Path, error: ConfigurationError, troubles: Troubles) -> None:
    RELOADS.labels("refused").inc()
    for line in str(error).splitlines():
        logger.error("The settings stay as they were: %s", line)
    troubles.begin(SETTINGS, f"{path} cannot be taken, the settings before it stay in force: {error}")


def _refuse_what_cannot_change(before: Settings, after: Settings) -> None:
    if before.state.directory != after.state.directory:
        raise ConfigurationError("state.directory cannot change while the service runs; start it anew for that")
    directory = after.content.directory
    if directory != before.content.directory and not directory.is_dir():
        raise ConfigurationError(f"content.directory is {directory}, which is no directory; mend it in the settings")


def changes(before: Settings, after: Settings) -> Iterator[str]:
    """What differs, in words: the keys outside of ``channels``, then each channel that came, went or changed."""
    yield from (
        f"{section}.{key}"
        for section in type(before).model_fields
        if section != "channels"
        for key in _differing(getattr(before, section), getattr(after, section))
    )
    earlier = {channel.id: channel for channel in before.channels}
    later = {channel.id: channel for channel in after.channels}
    yield from (f"channel {channel.name} is new" for key, channel in later.items() if key not in earlier)
    yield from (f"channel {channel.name} is no more" for key, channel in earlier.items() if key not in later)
    for key in earlier.keys() & later.keys():
        if differing := list(_differing(earlier[key], later[key])):
            yield f"channel {later[key].name}: {', '.join(differing)}"
    if [*earlier] != [*later] and earlier.keys() == later.keys():
        yield "the order of the channels"


def _differing(before: Model, after: Model) -> Iterator[str]:
    return (key for key in type(before).model_fields if getattr(before, key) != getattr(after, key))


def _mark(path: Path) -> Mark:
    """What tells one state of the file from another; None: it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
