"""A site's content directory, and posts as an ingest job writes them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from bot.content.post import FileStamp

__all__ = ["Site", "link_of", "post_text"]


def link_of(title: str) -> str:
    """The address that a post of that title leads to, unless it says another."""
    return "https://example.org/" + "".join(letter if letter.isalnum() else "-" for letter in title.lower())


class Fields(TypedDict, total=False):
    """What may be said of a post. What is None is left out of the file."""

    url: str | None
    tags: Sequence[str]
    date: str | None
    source: str | None
    kind: str | None
    draft: bool | None
    tldr: str | None


def post_text(title: str, **fields: Unpack[Fields]) -> str:
    """The text of a post's file; `fields` not given are those of an ordinary link post."""
    address = fields.get("url") or link_of(title)
    values = {
        "title": title,
        "date": fields.get("date", "2024-06-20T00:00:00+00:00"),
        "tags": list(fields.get("tags", ())),
        "source": fields.get("source", "A Blog"),
        "external_url": address,
        "post_kind": fields.get("kind", "link"),
        "draft": fields.get("draft", False),
        "tldr": fields.get("tldr", "What it says."),
    }
    # A JSON value on one line is a YAML value, whatever hostile things it holds.
    lines = [
        f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items() if value is not None
    ]
    return f"---\n{''.join(lines)}---\nOpen the original post ↗ {address}\n"


class Site:
    """The files of a site.

    Attributes:
        root: the content directory.
        outside: a directory on the same disk that nobody watches.
    """

    def __init__(self, root: Path, outside: Path) -> None:
        self.root = root
        self.outside = outside
        root.mkdir(parents=True, exist_ok=True)
        outside.mkdir(parents=True, exist_ok=True)

    def write(self, path: str, title: str, **fields: Unpack[Fields]) -> None:
        """Write a post, plainly; for `fields` see `post_text`."""
        self.write_text(path, post_text(title, **fields))

    def write_text(self, path: str, text: str) -> None:
        """Write any file, plainly."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def write_at_once(self, folder: str, titles: Sequence[str], **fields: Unpack[Fields]) -> None:
        """Let a folder of posts appear in one step: made elsewhere, then moved in; for `fields` see `post_text`."""
        made = self.outside / folder
        made.mkdir(parents=True)
        for number, title in enumerate(titles):
            (made / f"{number:04}.md").write_text(post_text(title, **fields), encoding="utf-8")
        made.rename(self.root / folder)

    def rename(self, old: str, new: str) -> None:
        """Move a file within the site."""
        (self.root / new).parent.mkdir(parents=True, exist_ok=True)
        (self.root / old).rename(self.root / new)

    def delete(self, path: str) -> None:
        """Remove a file."""
        (self.root / path).unlink()

    def stamps(self) -> dict[str, FileStamp]:
        """What `stat` says of every Markdown file below the root that is not hidden."""
        found = {}
        for file in self.root.rglob("*.md"):
            path = file.relative_to(self.root)
            if not any(part.startswith(".") for part in path.parts) and file.is_file():
                status = file.stat()
                stamp = FileStamp(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
                found[path.as_posix()] = stamp
        return found
