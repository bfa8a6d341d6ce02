"""A `Preview` as JSON for programs; ``docs/preview.md`` says what each key means."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.announcing.decide import Decision
from bot.announcing.routing import Route
from bot.catalog.explain import Placement
from bot.catalog.records import KnownPost, Reason
from bot.content.post import NotAPost, Post, PostProblem
from bot.ops.preview import Preview
from bot.ops.preview_card import Card
from bot.ops.preview_channels import channel_words, conditions_of
from bot.ops.preview_delivery import message_link
from bot.ops.preview_memory import Memory, MemoryState
from bot.ops.preview_words import knowledge, verdict
from bot.settings import ChannelSettings

__all__ = ["as_json"]

Object = dict[str, Any]


def as_json(preview: Preview) -> str:
    """One JSON object with everything; times as ISO 8601 with their zone, ids of Discord as text."""
    outcome = preview.outcome
    return json.dumps(
        {
            "file": preview.file,
            "path": preview.path,
            "now": _iso(preview.now),
            "verdict": verdict(preview),
            "explanation": list(knowledge(preview)),
            "announced": preview.is_announced if preview.memory.known is None else None,
            "problem": _problem(outcome) if isinstance(outcome, PostProblem) else None,
            "not_a_post": outcome.reason if isinstance(outcome, NotAPost) else None,
            "post": None if preview.post is None else _post(preview.post, is_read=isinstance(outcome, Post)),
            "embed": None if preview.card is None else preview.card.embed,
            "sums": [] if preview.card is None else _sums(preview.card),
            "decision": None if preview.decision is None else _decision(preview.decision),
            "channels": _channels(preview),
            "known": None if preview.memory.known is None else _known(preview.memory, preview.memory.known),
            "catalog": _catalog(preview.memory),
        },
        indent=2,
    )


def _problem(problem: PostProblem) -> Object:
    return {
        "file": problem.path,
        "line": problem.line,
        "column": problem.column,
        "field": problem.field,
        "what": problem.what,
        "fix": problem.fix,
    }


def _post(post: Post, *, is_read: bool) -> Object:
    return {
        "from": "file" if is_read else "catalog",
        "title": post.title,
        "external_url": post.external_url,
        "canonical_url": post.canonical_url,
        "kind": post.kind,
        "draft": post.draft,
        "tags": list(post.tags),
        "source": post.source,
        "date": _iso(post.date),
        "publish_date": _iso(post.publish_date),
        "expiry_date": _iso(post.expiry_date),
    }


def _sums(card: Card) -> list[Object]:
    return [
        {
            "part": each.part,
            "characters": each.characters,
            "limit": each.limit,
            "state": each.state,
            "was": each.was,
            "note": each.note,
        }
        for each in card.sums
    ]


def _decision(decision: Decision) -> Object:
    return {
        "standing": decision.standing,
        "cause": decision.cause,
        "wakes_at": _iso(decision.wakes_at),
        "rules": list(map(_rule, decision.reasons)),
    }


def _rule(reason: Reason) -> Object:
    return {"rule": reason.rule, "passed": reason.passed, "text": reason.text}


def _channels(preview: Preview) -> list[Object]:
    """Those of the settings, then those that had the post and are in them no more."""
    placements = {placement.channel_id: placement for placement in preview.memory.placements}
    routes: Mapping[int, Route] = {each.channel.id: each for each in preview.routes}
    ids = [*routes, *(channel_id for channel_id in placements if channel_id not in routes)]
    words = channel_words(preview)
    return [
        {
            "id": str(channel_id),
            **_route(preview, routes.get(channel_id)),
            "paused_since": _iso(preview.memory.paused.get(channel_id)),
            "delivery": _placement(preview, placements.get(channel_id)),
            "says": said.says,
            "facts": list(said.facts),
        }
        for channel_id, said in zip(ids, words, strict=True)
    ]


def _route(preview: Preview, each: Route | None) -> Object:
    channel: ChannelSettings | None = None if each is None else each.channel
    return {
        "name": None if channel is None else channel.name,
        "takes": None if each is None else each.matches,
        "conditions": [
            {
                **_rule(condition.reason),
                "matched": list(condition.matched),
                "missing": list(condition.missing),
            }
            for condition in (() if each is None else conditions_of(each, preview.post))
        ],
        "mention": [] if channel is None else list(map(str, channel.mention)),
        "publish": channel is not None and channel.publish,
    }


def _placement(preview: Preview, placement: Placement | None) -> Object | None:
    if placement is None:
        return None
    return {
        "number": placement.delivery,
        "state": placement.state,
        "reason": placement.reason,
        "asleep": placement.sleeps,
        "ahead": placement.ahead,
        "planned_at": _iso(placement.planned_at),
        "claimed_at": _iso(placement.claimed_at),
        "sent_at": _iso(placement.sent_at),
        "message": None if placement.message_id is None else str(placement.message_id),
        "link": message_link(preview, placement),
        "posts_in_message": placement.cards,
        "stale_since": _iso(placement.stale_at),
        "changing": placement.changing,
        "to_publish": placement.to_publish,
        "published_at": _iso(placement.published_at),
    }


def _known(memory: Memory, known: KnownPost) -> Object:
    return {
        "number": known.id,
        "path": known.post.path,
        "standing": known.standing,
        "cause": known.cause,
        "rules": list(map(_rule, known.reasons)),
        "first_seen_at": _iso(known.first_seen_at),
        "gone_at": _iso(known.gone_at),
        "wakes_at": _iso(known.wakes_at),
        "shown_instead": memory.shown_instead,
        "followers": dict(memory.followers),
    }


def _catalog(memory: Memory) -> Object:
    problem = memory.file_problem
    return {
        "state": memory.state,
        "why": memory.why,
        "running": memory.service.running if memory.state is MemoryState.READ else None,
        "first_run_done": memory.baseline_done,
        "restored": memory.restored,
        "last_scan_at": _iso(memory.scanned_at),
        "outage": memory.outage,
        "problem": None if problem is None else _problem(problem),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
