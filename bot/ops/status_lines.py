"""What a `Status` says, as lines for people: each with a label, and the deliveries as a table."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.catalog.following import FollowerCounts
from bot.catalog.records import DeliveryState
from bot.ops.moments import length, moment
from bot.ops.status import Status

__all__ = ["after", "before", "channel_name", "in_force", "table"]

Line = tuple[str, str]  # a label and what belongs to it

ASLEEP = "asleep: not to be sent while the post is a draft, expired, or its file gone or broken"
IN_DOUBT = "in doubt"  # what people read for `sending`: a request may have been made
NO_KIND = "without post_kind"


def before(status: Status) -> Iterator[Line]:
    """What comes before the deliveries: the service, the content, what waits."""
    yield "service", _service(status)
    yield from _live(status)
    if status.source.file is not None:
        yield "settings", _settings(status)
    yield "last scan", _last_scan(status)
    posts = ", ".join(f"{number:,} {standing}" for standing, number in status.posts.items())
    yield "posts", posts or "none"
    if status.kinds:
        kinds = ", ".join(f"{number:,} {NO_KIND if kind is None else kind}" for kind, number in status.kinds.items())
        yield "kinds", kinds
    if (scheduled := status.next_scheduled) is not None:
        yield "scheduled", f"{scheduled.path} at {moment(scheduled.at)}, {_until(status, scheduled.at)}"
    last = status.last_sent_at
    yield "last sent", "never" if last is None else f"{moment(last)}, {_ago(status, last)}"
    yield "waiting", _waiting(status)


def table(status: Status) -> list[list[str]]:
    """The deliveries: a row of headings, one row for each channel; only the columns in which there is something."""
    rows: dict[int, dict[str, int]] = {}
    for count in status.deliveries:
        state = IN_DOUBT if count.state is DeliveryState.SENDING else str(count.state)
        rows.setdefault(count.channel_id, {})[state] = count.deliveries
    for channel_id, number in status.sleeping.items():
        row = rows.setdefault(channel_id, {})
        row["asleep"] = number
        row[DeliveryState.PENDING] = row.get(DeliveryState.PENDING, 0) - number
    columns = [
        column
        for column in ("pending", "asleep", IN_DOUBT, "sent", "refused", "unknown", "dropped")
        if any(row.get(column) for row in rows.values())
    ]
    if not columns:
        return []
    filled = [
        [channel_name(status, channel_id), *(f"{row.get(column, 0):,}" for column in columns)]
        for channel_id, row in rows.items()
    ]
    return [["channel", *columns], *filled]


def after(status: Status) -> Iterator[Line]:
    """What comes after the deliveries: messages to change, what is paused, followers."""
    if status.sleeping:
        yield "", ASLEEP
    for number, channel_id, what in _messages(status):
        yield "messages", f"{number:,} {_to_be(status, channel_id, what)}"
    for channel_id, since in status.paused.items():
        name = channel_name(status, channel_id)
        yield "paused", f"{name} since {moment(since)}: `linkbot resume {channel_id}`"
    if status.followers_paused_at is not None:
        yield "paused", f"direct messages to followers since {moment(status.followers_paused_at)}: `linkbot resume`"
    yield from _followers(status.followers)


def channel_name(status: Status, channel_id: int) -> str:
    """The channel as people know it."""
    names = status.source.channel_names
    if names is None:
        return str(channel_id)
    return names.get(channel_id, f"{channel_id}, not in the settings")


def in_force(status: Status) -> bool:
    """Whether the settings in the file are those of the running service, as far as anybody can tell."""
    live, mark = status.live, status.source.mark
    return live is None or live.settings_mark is None or mark is None or mark == live.settings_mark


def _settings(status: Status) -> str:
    file = status.source.file
    since = "" if status.live is None else f" since {moment(status.live.settings_at)}"
    if status.source.refused is not None:
        return f"{file} cannot be used{since and f'; others are in force{since}'}"
    if not in_force(status):
        return f"others than in {file} are in force{since}"
    return f"{file}{since and f', in force{since}'}"


def _service(status: Status) -> str:
    told: Mapping[str, Any] = status.service or {}
    if not told or status.backup_at is not None:  # what a backup tells of a service need not be of this machine
        return "running" if status.running else "not running"
    began = f"{_told(told['since'])} (process {told['process']})"
    if status.running:
        return f"running since {began}"
    ended = f" and ended {_told(told['ended'])}" if "ended" in told else ""
    return f"not running; the last one began {began}{ended}"


def _live(status: Status) -> Iterator[Line]:
    live = status.live
    if live is None:
        return
    discord = live.discord
    who = "not logged in yet" if discord.user is None else f"logged in as {discord.user}"
    gateway = "connected" if discord.connected else "not connected"
    servers = "1 server" if discord.guilds == 1 else f"{discord.guilds:,} servers"
    lost = next((f" ({trouble.what})" for trouble in live.troubles if trouble.where == "gateway"), "")
    yield "discord", f"{who}; gateway {gateway} since {moment(discord.since)}{lost}; in {servers}"
    yield "ready", "no, see below" if live.reasons else "yes"


def _last_scan(status: Status) -> str:
    scan = status.last_scan
    if scan is None:
        return "never"
    at = datetime.fromisoformat(scan["at"])
    files = "1 file" if scan["files"] == 1 else f"{scan['files']:,} files"
    number = len(status.problems)
    problems = {0: "no problem", 1: "1 problem"}.get(number, f"{number:,} problems")
    return f"{moment(at)}, {_ago(status, at)}: {files} in {scan['seconds']} s, {scan['watcher']} watching, {problems}"


def _waiting(status: Status) -> str:
    oldest = status.oldest
    if oldest is None:
        return "nothing"
    what = "nothing is due; the oldest that sleeps is" if oldest.asleep else "the oldest is"
    why = "; and ".join(why.text for why in status.why)
    where = channel_name(status, oldest.channel_id)
    return f"{what} {oldest.path} in {where} since {moment(oldest.since)}: {why}"


def _to_be(status: Status, channel_id: int, what: str) -> str:
    names = status.source.channel_names
    if names is not None and channel_id not in names:
        return f"not {what} in {channel_id}, as long as that is not in the settings"
    return f"still to be {what} in {channel_name(status, channel_id)}"


def _messages(status: Status) -> Iterator[tuple[int, int, str]]:
    for channel_id in sorted(status.to_change.keys() | status.to_publish.keys()):
        if changes := status.to_change.get(channel_id):
            yield changes, channel_id, "brought up to date"
        if publications := status.to_publish.get(channel_id):
            yield publications, channel_id, "published"


def _followers(counts: FollowerCounts) -> Iterator[Line]:
    if counts.people or counts.waiting:
        refusing = f", {counts.refusing:,} of them take no direct messages" if counts.refusing else ""
        people = "1 person follows something" if counts.people == 1 else f"{counts.people:,} people follow something"
        posts = "1 post waits" if counts.waiting == 1 else f"{counts.waiting:,} posts wait"
        yield "followers", f"{people}{refusing}; {posts} for them"


def _ago(status: Status, at: datetime) -> str:
    return f"{length(status.now - at)} ago"


def _until(status: Status, at: datetime) -> str:
    return f"in {length(at - status.now)}" if at > status.now else "due now"


def _told(iso: str) -> str:
    return moment(datetime.fromisoformat(iso))
