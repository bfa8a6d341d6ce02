"""A generated archive of link posts with a vocabulary like a language's: a few words everywhere, most of them rare.

The same posts from the same numbers, always. All of them are links that members may see.
"""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path

__all__ = ["COMMON_TAG", "ArchivePost", "archive_post", "common_words", "write_archive"]

SEED = 20_251_101
POSTS_PER_FOLDER = 1_000
NEWEST = datetime(2025, 10, 1, tzinfo=UTC)
DAYS = 3_650

VOCABULARY = 30_000  # words; the nth is used in proportion to 1 / (n + ZIPF_OFFSET), as in real texts
ZIPF_OFFSET = 2.7  # https://en.wikipedia.org/wiki/Zipf%27s_law
STREAM_WORDS = 1_000_000  # texts are pieces of one long text, so posts share phrases, as quoted announcements do
FUNCTION_WORDS = (
    "the of and to in for a with is on that by this from are you it as can new be we your or at an has have more how"
    " which all will now also its not was one other their into use using when what each our if up out no but they been"
)
TOPIC_WORDS = (
    "kubernetes cluster release cloud security container service data network open source platform api node pod"
    " storage workload operator policy runtime image observability gateway mesh controller scheduler registry agent"
    " pipeline deployment scaling identity secret volume metrics tracing logging upgrade version community project"
    " maintainer conference linux kernel memory latency performance migration backup database queue stream edge model"
    " inference gpu cost région métriques sécurité für über naïve café"
)
SYLLABLES = "ba co di fe ga hi jo ka le mi no pe qua ri so ta ul ven wa xi yo zer tion ment able ing er al"

SPREAD = 7_919  # a prime, so that every word is taken once

TEXT_CHARACTERS = 674  # the median of a real site
TITLE_WORDS = (5, 11)
COMMON_TAG, COMMON_SHARE = "kubernetes", 0.7
TAGS = ("community", "security", "networking", "storage", "observability", "release", "cloud", "ai", "platform",
        "gitops", "linux", "edge", "events", "tools")  # fmt: skip
RARE_TAGS, RARE_SHARE = 285, 0.2
SOURCES = 200


@dataclass(frozen=True, slots=True)
class ArchivePost:
    """One post of the archive; `path` is relative to the content directory."""

    path: str
    title: str
    date: datetime
    tags: tuple[str, ...]
    source: str
    link: str
    text: str
    summary: str

    @property
    def file(self) -> str:
        """What its file holds; JSON's strings and lists are YAML."""
        front = {
            "title": self.title,
            "date": self.date.isoformat(),
            "tags": self.tags,
            "source": self.source,
            "external_url": self.link,
            "post_kind": "link",
            "tldr": self.text,
            "summary": self.summary,
        }
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()]
        return "\n".join(["---", *lines, "---", f"Open the original post ↗ {self.link}", ""])


def archive_post(number: int, edition: int = 0) -> ArchivePost:
    """Post `number`; another `edition` of it has other texts, and all else the same."""
    chance = random.Random(SEED * 1_000_003 + number)
    date = NEWEST - timedelta(days=number % DAYS, seconds=chance.randrange(86_400))
    title = _words(chance, chance.randint(*TITLE_WORDS)).capitalize()
    source = f"{_name(min(chance.randrange(SOURCES), chance.randrange(SOURCES)))} Blog"
    tags = _tags(chance)
    texts = random.Random(SEED + number * 1_000 + edition)
    return ArchivePost(
        path=f"docs/{number // POSTS_PER_FOLDER:03}/{date:%Y-%m-%d}-post-{number:06}.md",
        title=title,
        date=date,
        tags=tags,
        source=source,
        link=f"https://blog.example.org/{number % 97}/post-{number}/",
        text=_text(texts),
        summary=_text(texts),
    )


def common_words() -> list[str]:
    """The words that posts have most often, function words left out."""
    return TOPIC_WORDS.split()


def write_archive(content: Path, numbers: Iterable[int], edition: int = 0) -> None:
    """Write these posts below `content`."""
    folders: set[Path] = set()
    for number in numbers:
        post = archive_post(number, edition)
        file = content / post.path
        if file.parent not in folders:
            file.parent.mkdir(parents=True, exist_ok=True)
            folders.add(file.parent)
        file.write_text(post.file, encoding="utf-8")


def _tags(chance: random.Random) -> tuple[str, ...]:
    common = [COMMON_TAG] if chance.random() < COMMON_SHARE else []
    rare = [f"{_name(chance.randrange(RARE_TAGS))}-tag".lower()] if chance.random() < RARE_SHARE else []
    return (*common, *chance.sample(TAGS, 2), *rare)


def _text(chance: random.Random) -> str:
    """Sentences of `TEXT_CHARACTERS` in all, more or less: half as many at least, half as many more at most."""
    characters = chance.randint(TEXT_CHARACTERS // 2, TEXT_CHARACTERS * 3 // 2)
    return _words(chance, characters // 6)[:characters].capitalize() + "."


def _words(chance: random.Random, number: int) -> str:
    stream = _stream()
    start = chance.randrange(len(stream) - number)
    return " ".join(stream[start : start + number])


@cache
def _stream() -> list[str]:
    """One long text."""
    chance = random.Random(SEED)
    words = list(
        dict.fromkeys([*FUNCTION_WORDS.split(), *TOPIC_WORDS.split(), *(_name(rank) for rank in range(VOCABULARY))])
    )
    weights = list(accumulate(1 / (rank + ZIPF_OFFSET) for rank in range(1, len(words) + 1)))
    return chance.choices(words, cum_weights=weights, k=STREAM_WORDS)


@cache
def _name(rank: int) -> str:
    """The made-up word of this rank: another one for each rank, of two syllables if it is common, else of up to four.

    Words that begin alike are not equally common, so that the beginning of a word is that of many, most of them rare.
    """
    syllables = SYLLABLES.split()
    short = len(syllables) ** 2
    number, length = (rank * SPREAD % short, 2) if rank < short else ((rank - short) * SPREAD % short**2, 3)
    word = ""
    while number or length > 0:
        number, syllable = divmod(number, len(syllables))
        word = syllables[syllable] + word
        length -= 1
    return word
