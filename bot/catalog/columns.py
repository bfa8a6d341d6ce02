"""How records become columns and back."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from bot.catalog.records import Reason
from bot.content.post import Post

__all__ = [
    "fold",
    "from_microseconds",
    "post_columns",
    "post_from",
    "post_from_text",
    "post_text",
    "post_with_tags",
    "reasons_from",
    "reasons_text",
    "to_microseconds",
]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MOMENTS = ("date", "publish_date", "expiry_date")


def to_microseconds(moment: datetime | None) -> int | None:
    """An aware moment as microseconds since 1970, exactly."""
    return None if moment is None else (moment - EPOCH) // MICROSECOND


def from_microseconds(microseconds: int | None) -> datetime | None:
    """The moment that `to_microseconds` stored."""
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)


def fold(text: str) -> str:
    """`text` as it is compared: without regard to case and to the width of white space."""
    return " ".join(text.casefold().split())


def reasons_text(reasons: tuple[Reason, ...]) -> str:
    """`reasons` as JSON text."""
    return json.dumps([[reason.rule, reason.passed, reason.text] for reason in reasons], ensure_ascii=False)


def reasons_from(text: str) -> tuple[Reason, ...]:
    """The reasons that `reasons_text` stored."""
    return tuple(Reason(rule, passed, said) for rule, passed, said in json.loads(text))


def post_text(post: Post) -> str:
    """`post` as JSON text."""
    return json.dumps({**asdict(post), **{name: to_microseconds(getattr(post, name)) for name in MOMENTS}})


def post_from_text(text: str) -> Post:
    """The post that `post_text` stored."""
    fields = json.loads(text)
    moments = {name: from_microseconds(fields[name]) for name in MOMENTS}
    return Post(**{**fields, **moments, "tags": tuple(fields["tags"])})


def post_columns(post: Post) -> Mapping[str, object]:
    """The columns of the table ``posts`` that a `Post` decides; its tags are in a table of their own."""
    return {
        "path": post.path,
        "title": post.title,
        "title_key": fold(post.title),
        "external_url": post.external_url,
        "canonical_url": post.canonical_url,
        "text": post.text,
        "summary": post.summary,
        "tags_text": "\n".join(post.tags),
        "source": post.source,
        "source_key": None if post.source is None else fold(post.source),
        "kind": post.kind,
        "draft": int(post.draft),
        "date": to_microseconds(post.date),
        "publish_date": to_microseconds(post.publish_date),
        "expiry_date": to_microseconds(post.expiry_date),
        "content_hash": post.content_hash,
    }


def post_from(connection: sqlite3.Connection, row: sqlite3.Row) -> Post:
    """The post of a row that has all columns of the table ``posts``."""
    tags = connection.execute("SELECT tag FROM post_tags WHERE post_id = ? ORDER BY position", (row["id"],))
    return post_with_tags(row, [tag["tag"] for tag in tags])


def post_with_tags(row: sqlite3.Row, tags: Iterable[str]) -> Post:
    """The post of a row that has all columns of the table ``posts``, and of its tags in their order."""
    return Post(
        path=row["path"],
        title=row["title"],
        external_url=row["external_url"],
        canonical_url=row["canonical_url"],
        text=row["text"],
        summary=row["summary"],
        tags=tuple(tags),
        source=row["source"],
        kind=row["kind"],
        draft=bool(row["draft"]),
        date=from_microseconds(row["date"]),
        publish_date=from_microseconds(row["publish_date"]),
        expiry_date=from_microseconds(row["expiry_date"]),
    )
