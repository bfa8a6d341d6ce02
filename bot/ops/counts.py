"""What the catalog counts for `/metrics`, in one look at it."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.catalog.database import Catalog
from bot.catalog.following import FollowerCounts
from bot.catalog.lanes import Backlog
from bot.catalog.notes import Note
from bot.catalog.pauses import FOLLOWERS
from bot.catalog.records import DeliveryCount, Standing
from bot.catalog.tables import Tables

__all__ = ["Counts", "count_everything"]


@dataclass(frozen=True, slots=True)
class Counts:
    """What is in the catalog, and how large it is.

    Attributes:
        at: when this was counted; aware.
        posts: how many that have a file are of each standing.
        problems: how many files, or entries, something is wrong with.
        deliveries: how many each channel has in each state; all followers are one channel, `FOLLOWERS`.
        backlogs: by channel, what is due or being sent; likewise.
        paused: the channels that a person holds back; likewise.
        to_change: by channel, how many messages have cards that may still have to change or to go.
        to_publish: by channel, how many messages are still to be published to the servers that follow it.
        followers: how many people follow something.
        last_scan: when, how long (seconds), how many files; None: never.
        last_sent_at: when a message was last recorded as sent; None: never.
        database_bytes: of the catalog's file.
        log_bytes: of the log beside it.
        free_bytes: what this user may still write to the disk of the state directory.
    """

    at: datetime
    posts: Mapping[Standing, int]
    problems: int
    deliveries: Sequence[DeliveryCount]
    backlogs: Mapping[int, Backlog]
    paused: frozenset[int]
    to_change: Mapping[int, int]
    to_publish: Mapping[int, int]
    followers: FollowerCounts
    last_scan: Mapping[str, Any] | None
    last_sent_at: datetime | None
    database_bytes: int
    log_bytes: int
    free_bytes: int


async def count_everything(catalog: Catalog) -> Counts:
    """Count beside all that is read and written.

    Raises:
        CatalogError: the catalog cannot be read now.
    """
    return await catalog.count(lambda tables: _count(tables, catalog.path, datetime.now(UTC)))


def _count(tables: Tables, path: Path, now: datetime) -> Counts:
    scan = tables.notes.get(Note.SCAN)
    followers_paused = tables.pauses.followers_since() is not None
    return Counts(
        at=now,
        posts=tables.posts.count_by_standing(),
        problems=len(tables.files.problems()),
        deliveries=tables.lanes.counts(),
        backlogs=tables.lanes.backlogs(now),
        paused=frozenset(tables.pauses.all()) | ({FOLLOWERS} if followers_paused else set()),
        to_change=tables.messages.count_stale(),
        to_publish=tables.messages.count_to_publish(),
        followers=tables.followers.counts(),
        last_scan=None if scan is None else json.loads(scan),
        last_sent_at=tables.deliveries.last_sent_at(),
        database_bytes=_bytes(path),
        log_bytes=_bytes(path.with_name(path.name + "-wal")),
        free_bytes=shutil.disk_usage(path.parent).free,
    )


def _bytes(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
