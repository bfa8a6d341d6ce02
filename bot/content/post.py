"""The records of the content side, named by the moment they exist.

A `PostFile` is what the file system says; reading it gives a `Reading`, whose outcome is a `Post`, a `PostProblem`
or a `NotAPost`.
"""

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import datetime

__all__ = ["FileStamp", "NotAPost", "Outcome", "Post", "PostFile", "PostProblem", "Reading"]


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells that a file was touched, from one `stat` (symbolic links followed). Times in nanoseconds since 1970.

    The change time is there for tools that restore the modification time (``cp -p``, ``rsync -t``).
    """

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int


@dataclass(frozen=True, slots=True)
class PostFile:
    """A Markdown file in the content directory: its path relative to it, with ``/``, and its stamp."""

    path: str
    stamp: FileStamp


@dataclass(frozen=True, slots=True)
class Post:
    """A file with a title and an ``external_url``, of whatever kind. Every time is aware and in UTC.

    Attributes:
        path: relative to the content directory, with ``/``: the identity of the post until it is renamed.
        title: one line, never empty.
        external_url: where the title leads; http or https, at most 2,048 characters.
        canonical_url: `external_url` without what does not matter to its target; only serves to spot duplicates.
        text: what the card says: tldr, else summary, else description, else the body's first paragraph; may be empty.
        summary: the front matter's summary as it is written; may be empty. For searching only.
        tags: as written, in their order, without repetition (regardless of case).
        source: who published the link; None if not said.
        kind: ``post_kind``; None if not said.
        draft: what Hugo would not publish because of ``draft`` or ``published``.
        date: the post's own date; None if not said.
        publish_date: not to be shown before this moment; None: `date` counts.
        expiry_date: not to be shown from this moment on; None: never.
    """

    path: str
    title: str
    external_url: str
    canonical_url: str
    text: str
    summary: str
    tags: tuple[str, ...]
    source: str | None
    kind: str | None
    draft: bool
    date: datetime | None
    publish_date: datetime | None
    expiry_date: datetime | None

    @property
    def publishes_at(self) -> datetime | None:
        """The moment from which the post may be shown; None: from always."""
        return self.publish_date or self.date

    @property
    def content_hash(self) -> str:
        """A SHA-256 over every field but the path, in hexadecimal: equal content at another path is a rename."""
        content = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "path"}
        return hashlib.sha256(json.dumps(content, default=datetime.isoformat).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PostProblem:
    """A file that should have been a post but cannot be read as one; it costs nothing but itself.

    Attributes:
        path: relative to the content directory; bytes that are no UTF-8 are written as ``\\xNN``.
        line: in the file, counted from 1; None where the file as a whole is meant.
        what: what is wrong.
        fix: what would be right.
        column: in the line, in characters, counted from 1; None where the line as a whole is meant.
        field: of the front matter, in lower case; None where it is not about one.
    """

    path: str
    line: int | None
    what: str
    fix: str
    column: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        return f"{where}: {self.what}; {self.fix}"


@dataclass(frozen=True, slots=True)
class NotAPost:
    """A file that is fine but no link post: without front matter, or with neither title nor link. Not a problem."""

    path: str
    reason: str


Outcome = Post | PostProblem | NotAPost


@dataclass(frozen=True, slots=True)
class Reading:
    """A settled file and what it turned out to be."""

    file: PostFile
    outcome: Outcome
