"""What of a site's git history is to be announced, worked out from git alone, without any of the bot's code."""

import subprocess
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import yaml

__all__ = ["Announced", "clone", "commits", "git", "to_be_announced"]

FOLDER = "content"


@dataclass(frozen=True, slots=True)
class Announced:
    """A card as it must stand: what its post said when it was announced."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class _Page:
    """A file of the site at one commit; `blob` is git's name for what is in it."""

    blob: str
    title: str
    url: str
    is_public_link: bool

    @property
    def twin(self) -> tuple[str, str]:
        """What two posts share that are duplicates."""
        parts = urlsplit(self.url)
        query = "&".join("=".join(pair) for pair in parse_qsl(parts.query) if not _tracks(pair[0]))
        return self.title.casefold(), urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", query, ""))


def git(folder: Path, *arguments: str) -> str:
    """Run git in a clone; its output."""
    command = ["git", "-c", "core.quotePath=false", "-c", "gc.auto=0", *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    return done.stdout.decode()


def clone(bundle: Path, folder: Path) -> Path:
    """Clone the history; its folder."""
    subprocess.run(["git", "clone", "--quiet", "-b", "main", str(bundle), str(folder)], check=True, timeout=60)
    return folder


def commits(folder: Path) -> list[str]:
    """All of them, oldest first."""
    return git(folder, "rev-list", "--reverse", "main").split()


def to_be_announced(folder: Path, baseline: str, following: Sequence[str]) -> list[Announced]:
    """The posts to be announced when `following` are checked out one by one on top of `baseline`, in their order.

    New are public link posts at paths that were not there, or were no public link posts; but for those that moved (a
    public link post with the same content, or address and title, went away with this commit or before) and for
    duplicates (the same address and title at another path).
    """
    known: dict[str, _Page] = {}
    pages = _pages(folder, baseline, known)
    gone: list[_Page] = []
    announced = []
    for commit in following:
        before, pages = pages, _pages(folder, commit, known)
        gone += [page for path, page in before.items() if page.is_public_link and path not in pages]
        there = {page.twin for path, page in before.items() if page.is_public_link and path in pages}
        for path, page in sorted(pages.items()):
            if not page.is_public_link or (path in before and before[path].is_public_link):
                continue
            moved = any(page.blob == other.blob or page.twin == other.twin for other in gone)
            if not moved and page.twin not in there:
                announced.append(Announced(page.title, page.url))
            there.add(page.twin)
    return announced


def _pages(folder: Path, commit: str, known: dict[str, _Page]) -> dict[str, _Page]:
    """Every page by its path below the content directory; `known` holds those seen so far by blob, and is added to."""
    entries = [line.split("\t", 1) for line in git(folder, "ls-tree", "-r", commit, FOLDER).splitlines()]
    blobs = {path.removeprefix(f"{FOLDER}/"): entry.split()[2] for entry, path in entries if path.endswith(".md")}
    known.update(_read(folder, set(blobs.values()) - known.keys()))
    return {path: known[blob] for path, blob in blobs.items()}


def _read(folder: Path, blobs: Collection[str]) -> Iterator[tuple[str, _Page]]:
    """Each of `blobs` with the page that it holds."""
    given = "".join(f"{blob}\n" for blob in blobs).encode()
    done = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=folder, input=given, check=True, capture_output=True, timeout=60
    )
    output = BytesIO(done.stdout)
    while header := output.readline().decode().split():
        blob, _kind, size = header
        yield blob, _parsed(blob, output.read(int(size)).decode())
        output.read(1)


def _parsed(blob: str, text: str) -> _Page:
    fields: dict[str, Any] = {}
    if text.startswith("---\n"):
        fields = yaml.load(text.split("\n---", 1)[0], Loader=yaml.CSafeLoader)
    is_public_link = fields.get("post_kind") == "link" and not fields.get("draft") and _is_past(fields.get("date"))
    title, url = str(fields.get("title", "")), str(fields.get("external_url", ""))
    return _Page(blob, " ".join(title.split()), url, is_public_link)


def _is_past(moment: Any) -> bool:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    elif isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment is None or moment.replace(tzinfo=moment.tzinfo or UTC) <= datetime.now(UTC)


def _tracks(name: str) -> bool:
    return name.startswith("utm_") or name in {"gclid", "fbclid"}
