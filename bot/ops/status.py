"""``linkbot status``: what the bot did, does and waits for.

All but what does not work just now comes from the state directory alone, so that it can be had without the service.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.announcing.troubles import Trouble
from bot.catalog.database import open_catalog_read_only
from bot.catalog.following import FollowerCounts
from bot.catalog.log import refuse_damaged_log
from bot.catalog.notes import Note
from bot.catalog.records import DeliveryCount, HeldUp, Standing
from bot.catalog.tables import Tables
from bot.catalog.waiting import InDoubt, Scheduled, Waiting
from bot.content.post import PostProblem
from bot.ops.ask_live import SilenceError, ask_live
from bot.ops.last_errors import LoggedError, read_last_errors
from bot.ops.last_settings import noted_channels
from bot.ops.live import Live, mark_of
from bot.ops.why_waiting import Facts, Why, why_waiting
from bot.settings import Settings

__all__ = ["Source", "Status", "read_status", "source_of"]


@dataclass(frozen=True, slots=True)
class Source:
    """What a status is read from.

    Attributes:
        state: the state directory.
        channel_names: by id, of the channels in the settings; None: these are not known.
        file: the settings file; None: it was not asked.
        refused: why the settings in it cannot be used; None: they can.
        mark: of the settings in the file, see `mark_of`; None: they are not known.
    """

    state: Path
    channel_names: Mapping[int, str] | None = None
    file: Path | None = None
    refused: str | None = None
    mark: str | None = None


def source_of(settings: Settings, file: Path | None = None) -> Source:
    """The source that `settings`, read from `file`, name."""
    names = {channel.id: channel.name for channel in settings.channels}
    return Source(settings.state.directory, names, file, mark=mark_of(settings))


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a catalog and of the service on it.

    Attributes:
        source: where all of this is from; the names of the channels as the service has or had them, if the settings
            in the file cannot be used.
        now: when it was read.
        running: whether a service listens.
        live: what the running service says of itself; None: none runs, or it says nothing.
        troubles: what does not work just now, oldest first.
        service: of the service that runs, or of the last one: since when, and its process id; None: there was none.
        baseline_at: when the first run was done; None: not yet.
        backup_at: when the backup was made that was put in the catalog's place, and that no service took up yet; None:
            there is none.
        outage: since when, and why, the content directory cannot be believed; None: it can.
        last_scan: when, how long (seconds), how many files, how they are watched; None: never.
        posts: how many there are of each standing.
        kinds: how many there are of each ``post_kind``; None: of those that name none.
        problems: what is wrong in the content directory.
        deliveries: how many each channel has in each state; the pending ones may sleep.
        sleeping: by channel, how many pending deliveries are not to be sent as long as their post is a draft, expired,
            or its file is gone or broken.
        to_change: by channel, how many messages have cards that may still have to change or to go.
        to_publish: by channel, how many messages are still to be published to the servers that follow it.
        oldest: the delivery that waits for longest, be it asleep where no other waits; None: none waits.
        why: what keeps it from being sent; empty: there is none.
        oldest_waiting_at: when the oldest pending delivery that does not sleep was planned.
        in_doubt: deliveries for which a request may have been made, of no known outcome.
        next_scheduled: the post whose date comes next.
        last_sent_at: when a message was last recorded as sent.
        paused: by channel, since when its deliveries are held back.
        followers_paused_at: since when nothing is sent to followers; None: it is.
        followers: how many people follow something, and what waits for them; they are in none of the above by channel.
        held_up: the deliveries that a person must look at.
        errors: the last ones of the service that runs or ran, oldest first.
    """

    source: Source
    now: datetime
    running: bool
    live: Live | None
    troubles: tuple[Trouble, ...]
    service: Mapping[str, Any] | None
    baseline_at: datetime | None
    backup_at: datetime | None
    outage: Mapping[str, str] | None
    last_scan: Mapping[str, Any] | None
    posts: Mapping[Standing, int]
    kinds: Mapping[str | None, int]
    problems: tuple[PostProblem, ...]
    deliveries: tuple[DeliveryCount, ...]
    sleeping: Mapping[int, int]
    to_change: Mapping[int, int]
    to_publish: Mapping[int, int]
    oldest: Waiting | None
    why: tuple[Why, ...]
    oldest_waiting_at: datetime | None
    in_doubt: tuple[InDoubt, ...]
    next_scheduled: Scheduled | None
    last_sent_at: datetime | None
    paused: Mapping[int, datetime]
    followers_paused_at: datetime | None
    followers: FollowerCounts
    held_up: tuple[HeldUp, ...]
    errors: tuple[LoggedError, ...]


async def read_status(source: Settings | Source) -> Status:
    """Read the status of a state directory.

    Raises:
        CatalogError: there is no catalog yet, or it cannot be read.
        LinkbotError: this user may not ask the service.
    """
    if isinstance(source, Settings):
        source = source_of(source)
    async with open_catalog_read_only(source.state) as catalog:
        reader = await _asked(source)
        if not reader.running:  # a service that works on it has looked, and writes it
            refuse_damaged_log(catalog.path)
        return await catalog.read(reader.read)


async def _asked(source: Source) -> "_Reader":
    """Ask the service, if there is one, before the catalog is read: so nothing waits in it that was sent by then."""
    errors = read_last_errors(source.state)
    try:
        live = await ask_live(source.state)
    except SilenceError as error:
        now = datetime.now(UTC)
        return _Reader(source, now, True, None, (Trouble("service", str(error), now),), errors)
    troubles = () if live is None else live.troubles
    return _Reader(source, datetime.now(UTC), live is not None, live, troubles, errors)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the catalog, when all else is known."""

    source: Source
    now: datetime
    running: bool
    live: Live | None
    troubles: tuple[Trouble, ...]
    errors: tuple[LoggedError, ...]

    def read(self, tables: Tables) -> Status:
        source = self._named(tables)
        paused = tables.pauses.all()
        oldest = tables.waiting.oldest(self.now)
        return Status(
            source=source,
            now=self.now,
            running=self.running,
            live=self.live,
            troubles=self.troubles,
            service=_noted(tables, Note.SERVICE),
            baseline_at=_moment(tables, Note.BASELINE),
            backup_at=None if self.running else _moment(tables, Note.BACKUP),
            outage=_noted(tables, Note.OUTAGE),
            last_scan=_noted(tables, Note.SCAN),
            posts=tables.posts.count_by_standing(),
            kinds=tables.waiting.count_by_kind(),
            problems=tuple(tables.files.problems()),
            deliveries=tuple(tables.deliveries.counts()),
            sleeping=tables.deliveries.count_sleeping(self.now),
            to_change=tables.messages.count_stale(),
            to_publish=tables.messages.count_to_publish(),
            oldest=oldest,
            why=() if oldest is None else why_waiting(oldest, self._facts(tables, source, oldest, paused)),
            oldest_waiting_at=tables.deliveries.oldest_waiting_at(self.now),
            in_doubt=tuple(tables.waiting.in_doubt()),
            next_scheduled=tables.waiting.next_scheduled(),
            last_sent_at=tables.deliveries.last_sent_at(),
            paused=paused,
            followers_paused_at=tables.pauses.followers_since(),
            followers=tables.followers.counts(),
            held_up=tuple(tables.deliveries.held_up()),
            errors=self.errors,
        )

    def _named(self, tables: Tables) -> Source:
        """The source with the names of the channels, be it those that the service has, or the last one had."""
        if self.source.channel_names is not None:
            return self.source
        names = {} if self.live is None else self.live.channels
        return replace(self.source, channel_names=names or noted_channels(tables) or None)

    def _facts(self, tables: Tables, source: Source, oldest: Waiting, paused: Mapping[int, datetime]) -> Facts:
        return Facts(
            is_running=self.running,
            live=self.live,
            channel_names=source.channel_names,
            paused=paused,
            post=tables.posts.by_id(oldest.post_id),
            problem=tables.files.problem(oldest.path),
            now=self.now,
        )


def _moment(tables: Tables, note: Note) -> datetime | None:
    text = tables.notes.get(note)
    return None if text is None else datetime.fromisoformat(text)


def _noted(tables: Tables, note: Note) -> dict[str, Any] | None:
    text = tables.notes.get(note)
    return None if text is None else json.loads(text)
