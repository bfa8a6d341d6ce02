"""A generated site of link posts with the sizes of a real one; the same posts from the same numbers, always."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

__all__ = ["link_of", "name_of", "post_text", "write_posts", "write_site"]

SEED = 20_240_620
POSTS_PER_FOLDER = 1_000
NEWEST = datetime(2025, 10, 1, tzinfo=UTC)  # in the past: a post of tomorrow would wait for its date
KINDS = ("link", "link", "release", None)  # half of a real site's files are links, a quarter releases
TAGS = ("community", "security", "networking", "storage", "observability", "release", "cloud", "ai", "platform",
        "gitops", "linux", "edge", "events", "tools")  # fmt: skip
SOURCES = tuple(
    f"{name} Blog" for name in ("CNCF", "Kubernetes.dev", "AWS", "Google Cloud", "Azure", "Cilium", "Istio")
)

# Median lengths in characters, and how far they spread: of the real posts, tldr is 674 in the median and 25,790 at
# most; with these the front matter has 3.6 KB on average.
TLDR = (674, 0.8)
SUMMARY = (1_650, 0.85)
LONGEST = 25_790
LINE_CHARACTERS = 78


def name_of(number: int) -> str:
    """Where post `number` lies, relative to the content directory."""
    day = NEWEST - timedelta(days=number % 1_800)
    return f"docs/{number // POSTS_PER_FOLDER:03}/{day:%Y-%m-%d}-post-{number:06}.md"


def link_of(number: int) -> str:
    """The ``external_url`` of post `number`."""
    return f"https://blog.example.org/{number % 97}/what-is-new-in-{number}/"


def post_text(number: int, kind: str | None = "link") -> str:
    """The file of post `number`."""
    chance = random.Random(SEED + number)
    date = NEWEST - timedelta(days=number % 1_800, seconds=chance.randrange(86_400))
    tags = [*(["kubernetes"] if chance.random() < 0.7 else []), *chance.sample(TAGS, 2)]
    lines = [
        "---",
        f"title: 'Blog: {chance.choice(_lines())[:50].strip()}, part {number}'",
        f"date: '{date.isoformat()}'",
        "tags:",
        *(f"- {tag}" for tag in tags),
        f"source: {chance.choice(SOURCES)}",
        f"external_url: {link_of(number)}",
        *([] if kind is None else [f"post_kind: {kind}"]),
        "draft: false",
        f"tldr: {_paragraph(chance, *TLDR)}",
        f"summary: '{_paragraph(chance, *SUMMARY)}'",
        "---",
        f"Open the original post ↗ {link_of(number)}",
        "",
    ]
    return "\n".join(lines)


def write_site(content: Path, posts: int) -> None:
    """Write posts 0 to `posts` - 1, of all kinds, and let them rest: they are older than the settling time."""
    write_posts(content, range(posts), KINDS)


def write_posts(content: Path, numbers: Iterable[int], kinds: tuple[str | None, ...] = ("link",)) -> None:
    """Write posts in a loop, one plain file after the other."""
    folders: set[Path] = set()
    for number in numbers:
        file = content / name_of(number)
        if file.parent not in folders:
            file.parent.mkdir(parents=True, exist_ok=True)
            folders.add(file.parent)
        file.write_text(post_text(number, kinds[number % len(kinds)]), encoding="utf-8")


def _paragraph(chance: random.Random, median: int, spread: float) -> str:
    """Text as YAML folds it: lines of some 78 characters, the next ones indented."""
    characters = min(LONGEST, median * chance.lognormvariate(0, spread))
    return "\n  ".join(chance.choices(_lines(), k=max(1, round(characters / LINE_CHARACTERS))))


@cache
def _lines() -> tuple[str, ...]:
    """A stock of lines of made-up words; half of them end a sentence."""
    chance = random.Random(SEED)
    letters = "etaoinshrdlucmfwypvbgk"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(3_000)]
    words += ["für", "naïve", "café", "🚀", "Kubernetes", "don’t"]
    return tuple(_line(chance, words) for _ in range(1_000))


def _line(chance: random.Random, words: list[str]) -> str:
    line = chance.choice(words).capitalize()
    while len(line) < LINE_CHARACTERS - 8:
        line += f" {chance.choice(words)}"
    return line + chance.choice(("", "."))
