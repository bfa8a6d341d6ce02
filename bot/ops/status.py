"""``linkbot status``: what the bot did, does and waits for.

All but what does not work just now comes from the state directory alone, so that it can be had without the service.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
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
from bot.content.post import PostProblem
from bot.ops.control import ask_service, is_running
from bot.ops.live import DiscordLink, Live, LiveRequest, from_lines
from bot.problems import LinkbotError
from bot.settings import Settings

__all__ = ["Status", "read_status"]

ANSWER_SECONDS = 5.0  # for the service to say what does not work


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a catalog and of the service on it.

    Attributes:
        running: whether a service listens.
        troubles: what the running service says does not work just now, oldest first.
        service: of the service that runs, or of the last one: since when, and its process id; None: there was none.
        baseline_at: when the first run was done; None: not yet.
        outage: since when, and why, the content directory cannot be believed; None: it can.
        last_scan: when, how long (seconds), how many files, how they are watched; None: never.
        posts: how many there are of each standing.
        problems: what is wrong in the content directory.
        deliveries: how many each channel has in each state; the pending ones may sleep.
        sleeping: by channel, how many pending deliveries are not to be sent as long as their post is a draft, expired,
            or its file is gone or broken.
        to_change: by channel, how many messages have cards that may still have to change or to go.
        to_publish: by channel, how many messages are still to be published to the servers that follow it.
        oldest_waiting_at: when the oldest pending delivery that does not sleep was planned.
        last_sent_at: when a message was last recorded as sent.
        paused: by channel, since when its deliveries are held back.
        followers_paused_at: since when nothing is sent to followers; None: it is.
        followers: how many people follow something, and what waits for them; they are in none of the above by channel.
        held_up: the deliveries that a person must look at.
        channel_names: by id, for people.
    """

    running: bool
    troubles: tuple[Trouble, ...]
    service: Mapping[str, Any] | None
    baseline_at: datetime | None
    outage: Mapping[str, str] | None
    last_scan: Mapping[str, Any] | None
    posts: Mapping[Standing, int]
    problems: tuple[PostProblem, ...]
    deliveries: tuple[DeliveryCount, ...]
    sleeping: Mapping[int, int]
    to_change: Mapping[int, int]
    to_publish: Mapping[int, int]
    oldest_waiting_at: datetime | None
    last_sent_at: datetime | None
    paused: Mapping[int, datetime]
    followers_paused_at: datetime | None
    followers: FollowerCounts
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
        live = await _live(settings.state.directory)
        if live is None:  # a service that works on it has looked, and writes it
            refuse_damaged_log(catalog.path)
        now = datetime.now(UTC)
        return await catalog.read(lambda tables: _read(tables, live, names, now))


async def _live(directory: Path) -> Live | None:
    """What the service on `directory` says; None: none runs."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            lines = await ask_service(directory, LiveRequest())
    except TimeoutError:
        return _silent(f"it gives no answer for {ANSWER_SECONDS:.0f} s; look at its log, or start it anew")
    except LinkbotError as error:
        return _silent(str(error)) if await is_running(directory) else None
    return None if lines is None else from_lines(lines)


def _silent(what: str) -> Live:
    now = datetime.now(UTC)
    trouble = Trouble("service", what, now)
    return Live((trouble,), DiscordLink(None, False, now, 0), now, (trouble,))


def _read(tables: Tables, live: Live | None, names: Mapping[int, str], now: datetime) -> Status:
    baseline = tables.notes.get(Note.BASELINE)
    return Status(
        running=live is not None,
        troubles=() if live is None else live.troubles,
        service=_noted(tables, Note.SERVICE),
        baseline_at=None if baseline is None else datetime.fromisoformat(baseline),
        outage=_noted(tables, Note.OUTAGE),
        last_scan=_noted(tables, Note.SCAN),
        posts=tables.posts.count_by_standing(),
        problems=tuple(tables.files.problems()),
        deliveries=tuple(tables.deliveries.counts()),
        sleeping=tables.deliveries.count_sleeping(now),
        to_change=tables.messages.count_stale(),
        to_publish=tables.messages.count_to_publish(),
        oldest_waiting_at=tables.deliveries.oldest_waiting_at(now),
        last_sent_at=tables.deliveries.last_sent_at(),
        paused=tables.pauses.all(),
        followers_paused_at=tables.pauses.followers_since(),
        followers=tables.followers.counts(),
        held_up=tuple(tables.deliveries.held_up()),
        channel_names=names,
    )


def _noted(tables: Tables, note: Note) -> dict[str, Any] | None:
    text = tables.notes.get(note)
    return None if text is None else json.loads(text)
