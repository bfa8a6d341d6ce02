"""What ``linkbot check`` keeps of each file: small enough that 20,000 of them travel between processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.announcing.decide import Rules, is_of_kind
from bot.announcing.routing import route
from bot.catalog.columns import fold
from bot.content.excerpt import cut
from bot.content.front_matter import FrontMatter
from bot.content.opening import RawFile, read_file
from bot.content.post import Post, PostProblem
from bot.content.read_post import inspect_post
from bot.content.values import ListValue, Place, TextValue
from bot.discord_app.text import plain
from bot.settings import ChannelSettings, Settings

__all__ = ["Facts", "Lens", "Seen", "look_at"]

TEXT_FIELDS = ("tldr", "summary", "description")  # the first of them that says something is what the card shows
START = Place(1, 1)
INVISIBLE = 200  # characters that may vanish before the cut; to clean the whole of each text would take long


@dataclass(frozen=True, slots=True)
class Lens:
    """What posts are looked at with: the kinds that are link posts, the channels, the characters on a card."""

    rules: Rules
    channels: tuple[ChannelSettings, ...]
    room: int

    @classmethod
    def of(cls, settings: Settings) -> "Lens":
        """Take from `settings` what matters to posts."""
        return cls(Rules.from_settings(settings), settings.channels, settings.announce.tldr_characters)


@dataclass(frozen=True, slots=True)
class Facts:
    """What counts of one post.

    Attributes:
        title: as titles are compared.
        link: the canonical URL.
        fragment: what stands behind # in the ``external_url``; "" if nothing does.
        kind: ``post_kind`` as written; None: not said.
        is_link: whether ``content.kinds`` takes it in.
        draft: whether it is one.
        tags: as written, without repetition, each with its place.
        source: None: not said.
        publishes_at: when it may be shown; None: from always.
        date_field: the field that says so, in lower case.
        text_field: the field that the card's text comes from; None: the body.
        characters: how many the text of a link post has; 0 for others.
        shown: how many of them the card shows.
        channels: the indices of the channels that take it; none for what is no link post.
        places: where each field of the front matter stands, by its lower-case name.
    """

    title: str
    link: str
    fragment: str
    kind: str | None
    is_link: bool
    draft: bool
    tags: tuple[tuple[str, Place], ...]
    source: str | None
    publishes_at: datetime | None
    date_field: str
    text_field: str | None
    characters: int
    shown: int
    channels: tuple[int, ...]
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Seen:
    """One file and what it is: a post, a problem, or neither.

    Attributes:
        root: the content directory, or the folder of a file that lies elsewhere.
        path: relative to it.
        problem: what is wrong with it; None: nothing.
        facts: of a post, of whatever kind; None: it is none.
    """

    root: str
    path: str
    problem: PostProblem | None = None
    facts: Facts | None = None


def look_at(root: str, real_root: str, path: str, lens: Lens) -> Seen:
    """Read the file at `path`, now, and keep what counts; what cannot be read is a problem of the file.

    Args:
        root: the content directory as people know it.
        real_root: its real path.
        path: relative to it.
        lens: see `Lens`.
    """
    try:
        opened = read_file(real_root, path)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        return Seen(root, path, PostProblem(path, None, reason, "let the bot read it"))
    if isinstance(opened, PostProblem):
        return Seen(root, path, opened)
    if not isinstance(opened, RawFile) or not opened.steady:
        return Seen(root, path, PostProblem(path, None, "it changed while it was read", "try again when it is written"))
    outcome, front_matter = inspect_post(path, opened.raw)
    if isinstance(outcome, PostProblem):
        return Seen(root, path, outcome)
    if isinstance(outcome, Post) and front_matter is not None:
        return Seen(root, path, facts=_facts(outcome, front_matter, lens))
    return Seen(root, path)


def _facts(post: Post, front_matter: FrontMatter, lens: Lens) -> Facts:
    fields = front_matter.fields
    is_link = is_of_kind(post, lens.rules)
    asked = route(post, lens.channels) if is_link else ()
    characters, shown = _measure(post.text, lens.room) if is_link else (0, 0)
    return Facts(
        title=fold(post.title),
        link=post.canonical_url,
        fragment=post.external_url.partition("#")[2],
        kind=post.kind,
        is_link=is_link,
        draft=post.draft,
        tags=_tags(post, front_matter),
        source=post.source,
        publishes_at=post.publishes_at,
        date_field=next((name for name in ("publishdate", "pubdate") if post.publish_date and name in fields), "date"),
        text_field=next((name for name in TEXT_FIELDS if _says(front_matter, name)), None),
        characters=characters,
        shown=shown,
        channels=tuple(index for index, answer in enumerate(asked) if answer.matches),
        places={name: value.place for name, value in fields.items()},
    )


def _tags(post: Post, front_matter: FrontMatter) -> tuple[tuple[str, Place], ...]:
    """The tags of `post`, each with the place of its first mention."""
    value = front_matter.fields.get("tags")
    items = value.items if isinstance(value, ListValue) else (value,) if value is not None else ()
    places: dict[str, Place] = {}
    for item in items:
        if isinstance(item, TextValue):
            places.setdefault(" ".join(item.text.split()).casefold(), item.place)
    elsewhere = START if value is None else value.place
    return tuple((tag, places.get(tag.casefold(), elsewhere)) for tag in post.tags)


def _says(front_matter: FrontMatter, name: str) -> bool:
    value = front_matter.fields.get(name)
    return isinstance(value, TextValue) and bool(value.text.strip())


def _measure(text: str, room: int) -> tuple[int, int]:
    """How many characters a text has, and how many of them a card shows that has `room` for so many."""
    folded = " ".join(text.split())
    if len(folded) <= room:
        return len(folded), len(folded)
    return len(folded), len(cut(plain(folded[: room + INVISIBLE]), room).removesuffix("…"))
