"""Other settings while the service runs: read when the file changes or somebody asks, checked first, taken whole.

Settings with a mistake change nothing: those in force stay, and the mistakes are told.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.announcing.troubles import Troubles
from bot.measures import RELOADS
from bot.problems import ConfigurationError
from bot.settings import Settings, load_settings
from bot.settings.models import Model

__all__ = ["SettingsFile", "changes", "follow_settings"]

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # between looks at the file; what is taken was the same at two of them
SETTINGS = "settings"  # whose troubles are told here
# What the catalog knows is about the directories that the service began with.
FIXED = {
    "state.directory": "start it anew for that",
    "content.directory": (
        "start it anew for that, and see first what becomes of posts that are not at the same place there:"
        ' "Rename or move the content folder" in docs/operations.md'
    ),
}

Mark = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """Where other settings come from while the service runs.

    Attributes:
        path: of the file that is followed.
        read: makes settings of it; raises `ConfigurationError` with what is wrong with it. Called in another thread.
        on_taken: called with settings that were taken, before anything works under them.
    """

    path: Path
    read: Callable[[Path], Settings] = load_settings
    on_taken: Callable[[Settings], None] = lambda _settings: None


async def follow_settings(
    file: SettingsFile,
    in_force: Callable[[], Settings],
    troubles: Troubles,
    take: Callable[[Settings], None],
    asked: asyncio.Event,
) -> None:
    """Hand on other settings until cancelled.

    Args:
        file: where they come from.
        in_force: the settings as they are now, or as they will be once what was handed on has taken their place.
        troubles: where it says that the file cannot be taken.
        take: puts other settings in force.
        asked: set when a person wants the file to be read, be it unchanged (SIGHUP).
    """
    taken = seen = _mark(file.path)
    settings = await _read(file, in_force(), troubles)
    if settings is not None and settings != in_force():  # changed between the reading of it for the start and now
        _hand_on(settings, in_force(), take)
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await asked.wait()
        last, seen = seen, _mark(file.path)
        if asked.is_set() or (seen == last != taken):
            asked.clear()
            taken = seen
            if (settings := await _read(file, in_force(), troubles)) is not None:
                _hand_on(settings, in_force(), take)


async def _read(file: SettingsFile, in_force: Settings, troubles: Troubles) -> Settings | None:
    """The settings in the file, if they can take the place of those in force."""
    try:
        settings = await asyncio.to_thread(file.read, file.path)
        _refuse_what_cannot_change(in_force, settings)
    except ConfigurationError as error:
        why = str(error)
        _tell_refusal(why)
    except Exception as error:
        text = "The settings stay as they were: reading %s failed by a mistake in Linkbot itself, please report it"
        logger.exception(text, file.path)
        why = f"reading it failed by a mistake in Linkbot itself, which its log describes ({type(error).__name__})"
    else:
        troubles.end(SETTINGS)
        return settings
    RELOADS.labels("refused").inc()
    troubles.begin(SETTINGS, f"{file.path} cannot be taken, the settings before it stay in force: {why}")
    return None


def _tell_refusal(why: str) -> None:
    for line in why.splitlines():
        logger.error("The settings stay as they were: %s", line)


def _hand_on(settings: Settings, in_force: Settings, take: Callable[[Settings], None]) -> None:
    RELOADS.labels("taken").inc()
    told = "; ".join(changes(in_force, settings))
    logger.info("The settings were read again: %s", told or "they say what they said before")
    if told:
        take(settings)


def _refuse_what_cannot_change(before: Settings, after: Settings) -> None:
    fixed = [key for key in changes(before, after) if key in FIXED]
    if fixed:
        told = (f"{key} cannot change while the service runs; {FIXED[key]}" for key in fixed)
        raise ConfigurationError("\n".join(told))


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
