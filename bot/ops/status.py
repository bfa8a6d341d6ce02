"""``linkbot status``: what the bot did, does and waits for; from the state directory alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.catalog.database import open_catalog_read_only
from bot.catalog.notes import Note
from bot.catalog.records import DeliveryCount, HeldUp, Standing
from bot.catalog.tables import Tables
from bot.content.post import PostProblem
from bot.ops.control import is_running
from bot.settings import Settings

__all__ = ["Status", "read_status"]


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a catalog and of the service on it.

    Attributes:
        running: whether a service listens.
        service: of the service that runs, or of the last one: since when, and its process id; None: there was none.
        baseline_at: when the first run was done; None: not yet.
        outage: since when, and why, the content directory cannot be believed; None: it can.
        last_scan: when, how long (seconds), how many files, how they are watched; None: never.
        posts: how many there are of each standing.
        problems: what is wrong in the content directory.
        deliveries: how many each channel has in each state.
        oldest_pending_at: when the oldest delivery that still waits was planned.
        last_sent_at: when a message was last recorded as sent.
        held_up: the deliveries that a person must look at.
        channel_names: by id, for people.
    """

    running: bool
    service: Mapping[str, Any] | None
    baseline_at: datetime | None
    outage: Mapping[str, str] | None
    last_scan: Mapping[str, Any] | None
    posts: Mapping[Standing, int]
    problems: tuple[PostProblem, ...]
    deliveries: tuple[DeliveryCount, ...]
    oldest_pending_at: datetime | None
    last_sent_at: datetime | None
    held_up: tuple[HeldUp, ...]
    channel_names: Mapping[int, str]


async def read_status(settings: Settings) -> Status:
    """Read the status of the state directory that `settings` name.

    Raises:
        CatalogError: there is no catalog yet, or it cannot be read.
        LinkbotError: this user may not ask the service.
    """
    names = {channel.id: channel.name for channel in settings.channels}
    async with open_catalog_read_only(settings.state.directory) as catalog:
        running = await is_running(settings.state.directory)
        return await catalog.read(lambda tables: _read(tables, running=running, names=names))


def _read(tables: Tables, *, running: bool, names: Mapping[int, str]) -> Status:
    baseline = tables.notes.get(Note.BASELINE)
    return Status(
        running=running,
        service=_noted(tables, Note.SERVICE),
        baseline_at=None if baseline is None else datetime.fromisoformat(baseline),
        outage=_noted(tables, Note.OUTAGE),
        last_scan=_noted(tables, Note.SCAN),
        posts=tables.posts.count_by_standing(),
        problems=tuple(tables.files.problems()),
        deliveries=tuple(tables.deliveries.counts()),
        oldest_pending_at=tables.deliveries.oldest_pending_at(),
        last_sent_at=tables.deliveries.last_sent_at(),
        held_up=tuple(tables.deliveries.held_up()),
        channel_names=names,
    )


def _noted(tables: Tables, note: Note) -> dict[str, Any] | None:
    text = tables.notes.get(note)
    return None if text is None else json.loads(text)
