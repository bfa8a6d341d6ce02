"""``linkbot preview``: one post as members would see it, where it would go, and why, or why not.

::

    file ──read──► post ──► card, with its sums
                    │
                    ├──► what the bot knows of it (preview_memory.py)
                    └──► decision and routes, as they would be taken now
"""

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.announcing.decide import Decision, Rules, decide
from bot.announcing.routing import Route, route
from bot.catalog.records import Cause, DeliveryState, Standing
from bot.content.post import NotAPost, Outcome, Post, PostProblem
from bot.ops.preview_card import Card, card_of, text_field
from bot.ops.preview_memory import Memory, MemoryState, recall
from bot.ops.reading import locate, meant, read_now, shown_path
from bot.problems import UsageError
from bot.settings import Settings

__all__ = ["Preview", "preview"]

ASSUMED_RULES = frozenset({"new", "duplicate"})  # what only the catalog knows


@dataclass(frozen=True, slots=True)
class Preview:
    """A post, what would be made of it at `now`, and what was.

    Attributes:
        file: the way to the post, as `shown_path` gives it.
        path: relative to the content directory, as logs name it; the file's name if it lies elsewhere.
        is_inside: the file lies in the content directory, or did.
        is_there: there is a file.
        outcome: what the file is, its path as `shown_path` gives it where it is no post.
        post: what was read; else the post as the catalog has it; None: there is neither.
        card: of `post`; None as there.
        decision: on `post` as it would be taken now; rules that need a catalog are left out where none can be read;
            None: the file is no post.
        routes: what each channel of the settings says of `post`; empty where there is none.
        memory: what is known already.
        settings: under which all this is.
        now: the moment of the decision, aware.
        config: the settings file that a person named, for the commands that are suggested; None: none was named.
    """

    file: str
    path: str
    is_inside: bool
    is_there: bool
    outcome: Outcome
    post: Post | None
    card: Card | None
    decision: Decision | None
    routes: tuple[Route, ...]
    memory: Memory
    settings: Settings
    now: datetime
    config: Path | None = None

    @property
    def is_announced(self) -> bool:
        """Whether the post as it is now would be announced in at least one channel."""
        taken = any(each.matches for each in self.routes)
        return self.decision is not None and self.decision.standing is Standing.ANNOUNCED and taken

    @property
    def wrong(self) -> str | None:
        """What is wrong with the file, in a sentence; None: nothing, or it is gone and the catalog explains it."""
        if isinstance(self.outcome, NotAPost):
            return f"{self.outcome.path} is no link post: {self.outcome.reason}"
        if isinstance(self.outcome, PostProblem) and (self.is_there or self.memory.known is None):
            return str(self.outcome)
        return None


async def preview(settings: Settings, path: Path, now: datetime, config: Path | None = None) -> Preview:
    """Read the post at `path` and work out what became of it, and what would.

    Args:
        settings: the channels, the rules and the length of a card's text.
        path: a post, relative to the current directory or to the content directory, or absolute; one outside of the
            content directory is judged by its file name where channels filter by path. It may be gone.
        now: aware.
        config: the settings file, as the person named it.

    Raises:
        UsageError: `path` names a folder.
    """
    seen = _look(path, settings.content.directory)
    read = seen.outcome if isinstance(seen.outcome, Post) else None
    memory = await recall(settings, seen.path if seen.is_inside else None, read, now)
    post = read if read is not None or memory.known is None else memory.known.post
    return Preview(
        file=shown_path(seen.file),
        path=seen.path,
        is_inside=seen.is_inside,
        is_there=seen.is_there,
        outcome=seen.outcome,
        post=post,
        card=None if post is None else card_of(post, settings.announce, seen.field),
        decision=None if read is None else _decide(settings, read, memory, now),
        routes=() if post is None else route(post, settings.channels),
        memory=memory,
        settings=settings,
        now=now,
        config=config,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A path and what is there; `field` is where the text of the card comes from. The others are as in `Preview`."""

    file: Path
    path: str
    is_inside: bool
    is_there: bool
    outcome: Outcome
    field: str | None


def _look(path: Path, content: Path) -> _Seen:
    path = _once_there(meant(path, content), content)
    if path.is_dir():
        raise UsageError(f"{shown_path(path)} is a folder; name one post in it")
    place = locate(path, content)
    (found,) = read_now(place)
    outcome = found.outcome
    is_post = isinstance(outcome, Post)
    return _Seen(
        file=found.file,
        path=place.within,
        is_inside=place.root in _roots(content),
        is_there=os.path.lexists(found.file),
        outcome=outcome if is_post else replace(outcome, path=shown_path(found.file)),
        field=text_field(_raw(found.file)) if is_post else None,
    )


def _once_there(path: Path, content: Path) -> Path:
    """A path that leads nowhere, relative to the content directory, as logs and `status` name what is gone."""
    is_outside = locate(path, content).root not in _roots(content)
    return content / path if is_outside and not os.path.lexists(path) and not path.is_absolute() else path


def _roots(content: Path) -> tuple[Path, ...]:
    """What `locate` may call the content directory."""
    return Path(os.path.normpath(content.absolute())), content.resolve()


def _raw(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it went since it was read
        return b""


def _decide(settings: Settings, post: Post, memory: Memory, now: datetime) -> Decision:
    """Decide as `bot.announcing.planning` does when it reads the file now."""
    if memory.state is not MemoryState.READ:
        decision = decide(post, None, rules=Rules.from_settings(settings), now=now)
        asked = tuple(reason for reason in decision.reasons if reason.rule not in ASSUMED_RULES)
        return replace(decision, reasons=asked)
    return decide(
        post,
        _previous(memory),
        rules=Rules.from_settings(settings),
        now=now,
        baseline=_is_baseline(settings, memory),
        duplicate_of=memory.same_as,
    )


def _previous(memory: Memory) -> Standing | None:
    known = memory.known
    if known is None or known.cause is Cause.DUPLICATE:
        return None
    was_away = known.gone_at is not None or not known.standing.is_seen
    if memory.same_as is not None and was_away and known.shown_as is Standing.ANNOUNCED:
        # It went before it was sent anywhere, and another one has been announced in its place.
        never_sent = all(each.state is DeliveryState.PENDING for each in memory.placements)
        return None if never_sent else known.shown_as
    return known.shown_as


def _is_baseline(settings: Settings, memory: Memory) -> bool:
    if not memory.baseline_done:
        return settings.announce.first_run == "baseline"
    return memory.restored or (memory.kinds_changed and memory.known is not None)
