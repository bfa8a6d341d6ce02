"""A `Status` as text for people and as JSON for programs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from bot.announcing.scan_notes import CONTENT
from bot.catalog.following import FollowerCounts
from bot.catalog.records import DeliveryState, HeldUp, Standing
from bot.ops.status import Status
from bot.ops.terminal import printable

__all__ = ["as_json", "as_text"]

MOST_LINES = 20  # of one sort, in the text; the JSON has them all
ASLEEP = "not to be sent while the post is a draft, expired, or its file gone or broken"
LOOK = {
    DeliveryState.UNKNOWN: (
        "look into the channel whether it stands there: `linkbot resolve {0} --sent MESSAGE_ID` says that it does,"
        " `linkbot resolve {0} --resend` sends it, `linkbot resolve {0} --drop` leaves it"
    ),
    DeliveryState.REFUSED: (
        "Discord will not take it as it is: `linkbot resolve {0} --resend` tries it again once it is mended,"
        " `linkbot resolve {0} --drop` leaves it, `linkbot resolve {0} --sent MESSAGE_ID` says that you posted it"
    ),
}


def as_json(status: Status) -> str:
    """One JSON object with everything; times as ISO 8601 with their zone, ids of channels as text."""
    return json.dumps(
        {
            "running": status.running,
            "troubles": [
                {"where": trouble.where, "what": trouble.what, "since": _iso(trouble.since)}
                for trouble in status.troubles
            ],
            "service": status.service,
            "baseline_at": _iso(status.baseline_at),
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
            "sleeping": _by_channel(status.sleeping),
            "to_change": _by_channel(status.to_change),
            "to_publish": _by_channel(status.to_publish),
            "oldest_pending_at": _iso(status.oldest_waiting_at),
            "last_sent_at": _iso(status.last_sent_at),
            "paused": [
                {"channel": str(channel_id), "since": _iso(since)} for channel_id, since in status.paused.items()
            ],
            "followers": {**asdict(status.followers), "paused_since": _iso(status.followers_paused_at)},
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
    )


def as_text(status: Status) -> str:
    """For people: what is, and below it, marked with ``!``, what they should look at."""
    return "\n".join(map(printable, [*_what_is(status), *(f"! {line}" for line in _what_to_look_at(status))]))


def _what_is(status: Status) -> Iterator[str]:
    yield f"service     {_service(status)}"
    yield f"last scan   {_last_scan(status)}"
    posts = ", ".join(f"{number:,} {standing}" for standing, number in status.posts.items())
    yield f"posts       {posts or 'none'}"
    yield f"last sent   {_moment(status.last_sent_at) if status.last_sent_at else 'never'}"
    waiting = status.oldest_waiting_at
    yield f"waiting     {f'the oldest since {_moment(waiting)}' if waiting else 'nothing'}"
    for count in status.deliveries:
        asleep = status.sleeping.get(count.channel_id, 0) if count.state is DeliveryState.PENDING else 0
        if number := count.deliveries - asleep:
            yield f"deliveries  {number:,} {count.state} in {_channel(status, count.channel_id)}"
        if asleep:
            yield f"deliveries  {asleep:,} asleep in {_channel(status, count.channel_id)}: {ASLEEP}"
    for number, channel_id, what in _messages(status):
        yield f"messages    {number:,} still to be {what} in {_channel(status, channel_id)}"
    for channel_id, since in status.paused.items():
        yield f"paused      {_channel(status, channel_id)} since {_moment(since)}: `linkbot resume {channel_id}`"
    if status.followers_paused_at is not None:
        yield f"paused      direct messages to followers since {_moment(status.followers_paused_at)}: `linkbot resume`"
    yield from _followers(status.followers)


def _followers(counts: FollowerCounts) -> Iterator[str]:
    if counts.people or counts.waiting:
        refusing = f", {counts.refusing:,} of them take no direct messages" if counts.refusing else ""
        people = "1 person follows something" if counts.people == 1 else f"{counts.people:,} people follow something"
        posts = "1 post waits" if counts.waiting == 1 else f"{counts.waiting:,} posts wait"
        yield f"followers   {people}{refusing}; {posts} for them"


def _messages(status: Status) -> Iterator[tuple[int, int, str]]:
    for channel_id in sorted(status.to_change.keys() | status.to_publish.keys()):
        if changes := status.to_change.get(channel_id):
            yield changes, channel_id, "brought up to date"
        if publications := status.to_publish.get(channel_id):
            yield publications, channel_id, "published"


def _service(status: Status) -> str:
    if not status.running:
        return "not running"
    if status.service is None:
        return "running"
    return f"running since {_told(status.service['since'])} (process {status.service['process']})"


def _last_scan(status: Status) -> str:
    scan = status.last_scan
    if scan is None:
        return "never"
    return f"{_told(scan['at'])}, {scan['files']:,} files in {scan['seconds']} s, {scan['watcher']} watching"


def _what_to_look_at(status: Status) -> Iterator[str]:
    if status.baseline_at is None:
        indexing = "what is in the content directory is being indexed" if status.running else "start the service"
        yield f"the first run is not done: {indexing}"
    for trouble in status.troubles:
        if trouble.where != CONTENT or status.outage is None:  # which says the same, and can be had without the service
            yield f"{trouble.where}: {trouble.what} (since {_moment(trouble.since)})"
    if status.outage is not None:
        yield f"{status.outage['reason']} (since {_told(status.outage['since'])}); work goes on when it is back"
    if held := status.posts.get(Standing.HELD, 0):
        yield (
            f"{held:,} {'post is' if held == 1 else 'posts are'} held: `linkbot announce --held` announces,"
            " `linkbot announce --held --drop` takes in without announcing"
        )
    yield from _some([_held_up(status, held) for held in status.held_up], "`linkbot status --json` lists all")
    yield from _some(list(map(str, status.problems)), "`linkbot check` lists all")


def _held_up(status: Status, held: HeldUp) -> str:
    where, what_to_do = _channel(status, held.channel_id), LOOK[held.state].format(held.id)
    return f"{held.path} in {where} is {held.state}: {held.reason}; {what_to_do}"


def _some(lines: Sequence[str], where_all_are: str) -> Iterator[str]:
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"and {len(lines) - MOST_LINES:,} more like these: {where_all_are}"


def _channel(status: Status, channel_id: int) -> str:
    return status.channel_names.get(channel_id, f"{channel_id}, not in the settings")


def _by_channel(counts: Mapping[int, int]) -> list[dict[str, object]]:
    return [{"channel": str(channel_id), "count": number} for channel_id, number in counts.items()]


def _told(iso: str) -> str:
    return _moment(datetime.fromisoformat(iso))


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
