"""A `Status` as JSON for programs; docs/status.md describes it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from bot.announcing.troubles import Trouble
from bot.ops.status import Status
from bot.ops.status_lines import in_force

__all__ = ["as_json"]


def as_json(status: Status) -> str:
    """One JSON object with everything; times as ISO 8601 with their zone, ids of channels as text."""
    told = {**_service(status), **_content(status), **_deliveries(status), **_attention(status)}
    return json.dumps(told, indent=2)


def _service(status: Status) -> dict[str, object]:
    live = status.live
    return {
        "at": _iso(status.now),
        "running": status.running,
        "ready": live is not None and not live.reasons,
        "unready": [] if live is None else [_trouble(reason) for reason in live.reasons],
        "troubles": [_trouble(trouble) for trouble in status.troubles],
        "service": status.service,
        "discord": None if live is None else {**asdict(live.discord), "since": _iso(live.discord.since)},
        "settings": {
            "file": None if status.source.file is None else str(status.source.file),
            "in_force_since": None if live is None else _iso(live.settings_at),
            "refused": status.source.refused,
            "in_force": None if live is None or status.source.refused is not None else in_force(status),
        },
        "channels": [
            {"channel": str(channel_id), "name": name}
            for channel_id, name in (status.source.channel_names or {}).items()
        ],
    }


def _content(status: Status) -> dict[str, object]:
    scheduled = status.next_scheduled
    return {
        "baseline_at": _iso(status.baseline_at),
        "backup_at": _iso(status.backup_at),
        "outage": status.outage,
        "last_scan": status.last_scan,
        "posts": status.posts,
        "kinds": [{"kind": kind, "count": number} for kind, number in status.kinds.items()],
        "next_scheduled": None if scheduled is None else {"post": scheduled.path, "at": _iso(scheduled.at)},
        "problems": [
            {
                "file": problem.path,
                "line": problem.line,
                "column": problem.column,
                "field": problem.field,
                "what": problem.what,
                "fix": problem.fix,
            }
            for problem in status.problems
        ],
    }


def _deliveries(status: Status) -> dict[str, object]:
    return {
        "deliveries": [
            {"channel": str(count.channel_id), "state": count.state, "count": count.deliveries}
            for count in status.deliveries
        ],
        "sleeping": _by_channel(status.sleeping),
        "to_change": _by_channel(status.to_change),
        "to_publish": _by_channel(status.to_publish),
        "oldest_pending_at": _iso(status.oldest_waiting_at),
        "oldest_pending": _oldest(status),
        "last_sent_at": _iso(status.last_sent_at),
        "paused": [{"channel": str(channel_id), "since": _iso(since)} for channel_id, since in status.paused.items()],
        "followers": {**asdict(status.followers), "paused_since": _iso(status.followers_paused_at)},
    }


def _oldest(status: Status) -> dict[str, object] | None:
    oldest = status.oldest
    if oldest is None:
        return None
    return {
        "delivery": oldest.delivery,
        "post": oldest.path,
        "channel": str(oldest.channel_id),
        "state": oldest.state,
        "since": _iso(oldest.since),
        "asleep": oldest.asleep,
        "ahead": oldest.ahead,
        "why": [asdict(why) for why in status.why],
    }


def _attention(status: Status) -> dict[str, object]:
    return {
        "in_doubt": [
            {
                "delivery": each.delivery,
                "channel": str(each.channel_id),
                "post": each.path,
                "since": _iso(each.since),
            }
            for each in status.in_doubt
        ],
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
        "last_errors": [
            {
                "at": _iso(error.at),
                "first_at": _iso(error.first_at),
                "where": error.where,
                "text": error.text,
                "times": error.times,
            }
            for error in status.errors
        ],
    }


def _trouble(trouble: Trouble) -> dict[str, object]:
    return {"where": trouble.where, "what": trouble.what, "since": _iso(trouble.since)}


def _by_channel(counts: Mapping[int, int]) -> list[dict[str, object]]:
    return [{"channel": str(channel_id), "count": number} for channel_id, number in counts.items()]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
