"""``linkbot preview``: one post as members would see it, where it would go, and why, or why not."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.announcing.decide import Decision, Rules, decide
from bot.announcing.routing import Route, route
from bot.catalog.records import Standing
from bot.content.post import NotAPost, Post, PostProblem
from bot.discord_app.cards import build_card
from bot.ops.reading import Found, locate, meant, read_now, shown_path
from bot.problems import UsageError
from bot.settings import Settings

__all__ = ["Card", "Preview", "preview"]

# What only the catalog knows; a preview takes the post as new and says so.
ASSUMED_RULES = frozenset({"new", "duplicate"})
ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")


@dataclass(frozen=True, slots=True)
class Card:
    """A card's texts as Discord renders them, without the marks that escape Markdown.

    Attributes:
        title: one line.
        url: where the title leads; None: Discord would refuse the address, so the text shows it.
        text: the tldr as it is cut; may be empty.
        source: the line above the title; may be empty.
        footer: the tags; may be empty.
        date: the post's date; None if it has none.
        colour: ``#rrggbb``.
    """

    title: str
    url: str | None
    text: str
    source: str
    footer: str
    date: datetime | None
    colour: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A post as it would be announced at `now`, if the bot saw it for the first time.

    Attributes:
        file: the way to the post, as `shown_path` gives it.
        post: what was read.
        card: what members would see.
        decision: whether it is announced; the rules that need the catalog are left out of its reasons.
        routes: what each channel says.
        now: the moment of the decision.
    """

    file: str
    post: Post
    card: Card
    decision: Decision
    routes: tuple[Route, ...]
    now: datetime

    @property
    def is_announced(self) -> bool:
        """Whether the post would be announced in at least one channel."""
        return self.decision.standing is Standing.ANNOUNCED and any(each.matches for each in self.routes)


def preview(settings: Settings, path: Path, now: datetime) -> Preview | PostProblem | NotAPost:
    """Read the post at `path` and work out what would become of it.

    Args:
        settings: the channels, the rules and the length of a card's text.
        path: a post, relative to the current directory or to the content directory, or absolute; one outside of the
            content directory is judged by its file name where channels filter by path.
        now: aware.

    Returns:
        The preview; what is wrong with the file, its path as `shown_path` gives it; or why it is no link post.

    Raises:
        UsageError: `path` names a folder.
    """
    path = meant(path, settings.content.directory)
    if path.is_dir():
        raise UsageError(f"{shown_path(path)} is a folder; name one post in it")
    (found,) = read_now(locate(path, settings.content.directory))
    if isinstance(found.outcome, Post):
        return _preview(settings, found.file, found.outcome, now)
    return _with_shown_path(found)


def _preview(settings: Settings, file: Path, post: Post, now: datetime) -> Preview:
    decision = decide(post, None, rules=Rules.from_settings(settings), now=now)
    asked = tuple(reason for reason in decision.reasons if reason.rule not in ASSUMED_RULES)
    return Preview(
        file=shown_path(file),
        post=post,
        card=_card(post, settings.announce.tldr_characters),
        decision=Decision(decision.standing, decision.cause, asked, decision.wakes_at),
        routes=route(post, settings.channels),
        now=now,
    )


def _with_shown_path(found: Found) -> PostProblem | NotAPost:
    outcome = found.outcome
    if isinstance(outcome, PostProblem):
        return PostProblem(shown_path(found.file), outcome.line, outcome.what, outcome.fix)
    assert isinstance(outcome, NotAPost)
    return NotAPost(shown_path(found.file), outcome.reason)


def _card(post: Post, tldr_characters: int) -> Card:
    embed = build_card(post, tldr_characters=tldr_characters).to_dict()
    return Card(
        title=_unescaped(embed.get("title") or ""),
        url=embed.get("url"),
        text=_unescaped(embed.get("description") or ""),
        source=embed.get("author", {}).get("name") or "",
        footer=embed.get("footer", {}).get("text") or "",
        date=post.date,
        colour=f"#{embed.get('color', 0):06x}",
    )


def _unescaped(text: str) -> str:
    return ESCAPED.sub(r"\1", text)
