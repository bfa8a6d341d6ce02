"""``linkbot status``: what the bot did, does and waits for; from the state directory alone."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.catalog.database import open_catalog_read_only
from bot.catalog.notes import Note
from bot.catalog.records import DeliveryCount, DeliveryState, HeldUp, Standing
from bot.catalog.tables import Tables
from bot.content.post import PostProblem
from bot.ops.control import is_running
from bot.settings import Settings

__all__ = ["Status", "as_json", "as_text", "read_status"]


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a catalog and of the service on it. Times are ISO 8601 in UTC, or None for "never".

    Attributes:
        running: whether a service answers.
        baseline_at: when the first run was done.
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
    baseline_at: str | None
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
    """
    names = {channel.id: channel.name for channel in settings.channels}
    async with open_catalog_read_only(settings.state.directory) as catalog:
        running = await is_running(settings.state.directory)
        return await catalog.read(lambda tables: _read(tables, running=running, names=names))


def _read(tables: Tables, *, running: bool, names: Mapping[int, str]) -> Status:
    outage = tables.notes.get(Note.OUTAGE)
    scan = tables.notes.get(Note.SCAN)
    return Status(
        running=running,
        baseline_at=tables.notes.get(Note.BASELINE),
        outage=None if outage is None else json.loads(outage),
        last_scan=None if scan is None else json.loads(scan),
        posts=tables.posts.count_by_standing(),
        problems=tuple(tables.files.problems()),
        deliveries=tuple(tables.deliveries.counts()),
        oldest_pending_at=tables.deliveries.oldest_pending_at(),
        last_sent_at=tables.deliveries.last_sent_at(),
        held_up=tuple(tables.deliveries.held_up()),
        channel_names=names,
    )


def as_json(status: Status) -> str:
    """One JSON object; times as ISO 8601."""
    return json.dumps(
        {
            "running": status.running,
            "baseline_at": status.baseline_at,
            "outage": status.outage,
            "last_scan": status.last_scan,
            "posts": status.posts,
            "problems": [
                {"file": problem.path, "line": problem.line, "what": problem.what, "fix": problem.fix}
                for problem in status.problems
            ],
            "deliveries": [
                {"channel": str(count.channel_id), "state": count.state, "count": count.deliveries}
                for count in status.deliveries
            ],
            "oldest_pending_at": _iso(status.oldest_pending_at),
            "last_sent_at": _iso(status.last_sent_at),
            "held_up": [
                {
                    "delivery": held.id,
                    "channel": str(held.channel_id),
                    "state": held.state,
                    "post": held.path,
                    "reason": held.reason,
                }
                for held in status.held_up
            ],
        },
        indent=2,
        ensure_ascii=False,
    )


def as_text(status: Status) -> str:
    """For people: what is, and below it what they should do."""
    return "\n".join([*_what_is(status), *_what_to_do(status)])


def _what_is(status: Status) -> Iterator[str]:
    yield f"service     {'running' if status.running else 'not running'}"
    scan = status.last_scan
    if scan is None:
        yield "last scan   never"
    else:
        yield f"last scan   {scan['at']}, {scan['files']} files in {scan['seconds']} s, {scan['watcher']} watching"
    posts = ", ".join(f"{number} {standing}" for standing, number in status.posts.items())
    yield f"posts       {posts or 'none'}"
    yield f"last sent   {_iso(status.last_sent_at) or 'never'}"
    yield f"waiting     {_since(status.oldest_pending_at)}"
    for count in status.deliveries:
        name = status.channel_names.get(count.channel_id, f"{count.channel_id}, not in the settings")
        yield f"deliveries  {count.deliveries} {count.state} in {name}"


def _what_to_do(status: Status) -> Iterator[str]:
    if status.baseline_at is None:
        yield "! the first run is not done: what is in the content directory is being indexed"
    if status.outage is not None:
        yield f"! {status.outage['reason']} (since {status.outage['since']}); work goes on when it is back"
    if held := status.posts.get(Standing.HELD, 0):
        yield (
            f"! {held} posts are held: `linkbot announce --held` announces them,"
            " `linkbot announce --held --drop` takes them in without"
        )
    for delivery in status.held_up:
        name = status.channel_names.get(delivery.channel_id, str(delivery.channel_id))
        look = "look into the channel whether it stands there" if delivery.state is DeliveryState.UNKNOWN else "mend it"
        yield f"! {delivery.path} in {name} is {delivery.state}: {delivery.reason}; {look}"
    for problem in status.problems:
        yield f"! {problem}"


def _since(moment: datetime | None) -> str:
    return "nothing" if moment is None else f"since {_iso(moment)}"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
