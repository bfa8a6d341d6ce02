"""``linkbot pause`` and ``linkbot resume``: holding the deliveries of channels back, and letting them go.

Whoever pauses all wants nothing to come any more: that holds back the direct messages to followers too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.catalog.database import Catalog
from bot.catalog.pauses import FOLLOWERS
from bot.catalog.tables import Tables
from bot.ops.done import Done
from bot.problems import UsageError
from bot.settings import Settings

__all__ = ["PauseRequest", "ResumeRequest", "channel_called", "pause", "resume"]

SNOWFLAKE_DIGITS = 19
TO_FOLLOWERS = "direct messages to followers"


@dataclass(frozen=True, slots=True)
class PauseRequest:
    """Hold back what is to be announced in these channels, by id; None: in all of the settings, and to followers."""

    channels: tuple[int, ...] | None = None

    @property
    def changes(self) -> bool:
        """Whether the catalog is written."""
        return True


@dataclass(frozen=True, slots=True)
class ResumeRequest:
    """Hold nothing back any more in these channels, by id; None: in all that are paused, and to followers."""

    channels: tuple[int, ...] | None = None

    @property
    def changes(self) -> bool:
        """Whether the catalog is written."""
        return True


async def pause(catalog: Catalog, settings: Settings, request: PauseRequest) -> Done:
    """Pause what is asked for; a line for each channel. A request that is under way is finished.

    Raises:
        UsageError: a channel is not in the settings; nothing is done then.
        CatalogUnavailableError: the catalog cannot be written now.
    """
    names = {channel.id: channel.name for channel in settings.channels}
    asked = tuple(names) if request.channels is None else request.channels
    if strange := [channel_id for channel_id in asked if channel_id not in names]:
        raise UsageError(_unknown(str(strange[0]), settings))
    now = datetime.now(UTC)

    def work(tables: Tables) -> list[str]:
        paused = {channel_id: tables.pauses.pause(channel_id, now) for channel_id in asked}
        lines = [f"{names[channel_id]}: {_paused(new=new)}" for channel_id, new in paused.items()]
        if request.channels is None:
            lines.append(f"{TO_FOLLOWERS}: {_held_back(new=tables.pauses.pause(FOLLOWERS, now))}")
        return lines

    return Done(await catalog.write(work), to_send=False)


def _paused(*, new: bool) -> str:
    if not new:
        return "was paused already"
    return "paused; what is to be announced there waits until `linkbot resume`, edits and take-backs go on"


def _held_back(*, new: bool) -> str:
    return "paused; what is to be sent waits until `linkbot resume` of all channels" if new else "were paused already"


async def resume(catalog: Catalog, settings: Settings, request: ResumeRequest) -> Done:
    """Resume what is asked for; a line for each channel.

    Raises:
        UsageError: a channel is neither paused nor in the settings; nothing is done then.
        CatalogUnavailableError: the catalog cannot be written now.
    """
    names = {channel.id: channel.name for channel in settings.channels}
    now = datetime.now(UTC)

    def work(tables: Tables) -> Done:
        paused = tables.pauses.all()
        asked = tuple(paused) if request.channels is None else request.channels
        if strange := [channel_id for channel_id in asked if channel_id not in names.keys() | paused.keys()]:
            raise UsageError(_unknown(str(strange[0]), settings))
        for channel_id in asked:
            tables.pauses.resume(channel_id)
        lines = [
            f"{names.get(each, each)}: {_resumed(tables, each, now) if each in paused else 'was not paused'}"
            for each in asked
        ]
        if request.channels is None and tables.pauses.resume(FOLLOWERS):
            return Done([*lines, f"{TO_FOLLOWERS}: resumed"], to_send=True)
        return Done(lines or ["no channel was paused"], to_send=any(each in paused for each in asked))

    return await catalog.write(work)


def _resumed(tables: Tables, channel_id: int, now: datetime) -> str:
    match tables.overview.waiting([channel_id], now):
        case 0:
            return "resumed; nothing waited"
        case 1:
            return "resumed; 1 post waited"
        case number:
            return f"resumed; {number:,} posts waited"


def channel_called(settings: Settings, text: str) -> int:
    """The id of the channel that a person names by its id or its name in the settings; any id may be one.

    A name may stand after a ``#``, as Discord shows it.

    Raises:
        UsageError: no channel, or more than one, has this name.
    """
    names = (text, text.removeprefix("#"))
    named = [channel.id for channel in settings.channels if channel.name in names]
    if len(named) > 1:
        raise UsageError(f"{len(named)} channels of the settings are called {text}; name one by its id")
    if named:
        return named[0]
    if text.isdecimal() and len(text) <= SNOWFLAKE_DIGITS:
        return int(text)
    raise UsageError(_unknown(text, settings))


def _unknown(text: str, settings: Settings) -> str:
    known = ", ".join(f"{channel.id} ({channel.name})" for channel in settings.channels) or "none"
    return f"no channel of the settings is {text}; there are {known}"
