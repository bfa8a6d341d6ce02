"""What the bot already knows of one post: from the catalog, and from the service if one runs. Changes nothing."""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.announcing.troubles import Trouble
from bot.catalog.database import FILE_NAME, open_catalog_read_only
from bot.catalog.explain import Placement
from bot.catalog.log import refuse_damaged_log
from bot.catalog.notes import Note
from bot.catalog.records import DeliveryState, KnownPost
from bot.catalog.tables import Tables
from bot.content.post import Post, PostProblem
from bot.ops.control import ask_service
from bot.ops.live import LiveRequest, from_lines
from bot.problems import CatalogError, LinkbotError
from bot.settings import Settings

__all__ = ["Memory", "MemoryState", "Service", "recall"]

ANSWER_SECONDS = 5.0  # for the service to say what does not work


class MemoryState(StrEnum):
    """Whether the bot remembers anything."""

    NONE = "none"  # it has not run on this state directory yet
    READ = "read"
    UNREADABLE = "unreadable"  # there is a catalog, but it cannot be used as it is


@dataclass(frozen=True, slots=True)
class Service:
    """The service on a state directory.

    Attributes:
        running: whether there is one.
        bot: the bot's name in Discord, without the number behind it; None: it is not logged in, or does not say.
        troubles: what it says does not work just now, oldest first.
        guild_ids: the server of each channel of its settings, as far as it knows, by the channel's id.
    """

    running: bool = False
    bot: str | None = None
    troubles: tuple[Trouble, ...] = ()
    guild_ids: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one post. Times are aware.

    Attributes:
        state: see `MemoryState`.
        why: why the catalog cannot be read; None: it can, or there is none.
        service: see `Service`.
        baseline_done: the first run is done: what comes from now on is new.
        restored: the catalog is a backup that was put back: what came since is taken in without announcing it.
        kinds_changed: ``content.kinds`` is not what the posts were decided under last.
        outage: since when (``since``) and why (``reason``) the content directory cannot be believed; None: it can.
        scanned_at: when the content directory was looked at last; None: not yet.
        known: the post; None: the bot has not read it, or it is not known.
        moved_from: the path that the post had when it was read last, if the file was renamed since.
        shown_instead: the path of the post that is shown in its place, as it has the same link and title.
        same_as: the path of a post that makes the file, as it is now, a duplicate; None: none does.
        file_problem: what was wrong with the file when it was read last; None: nothing, or it was never read.
        placements: what became of the post in each channel.
        followers: how many deliveries to followers are in each state.
        paused: by channel, since when its deliveries are held back.
    """

    state: MemoryState
    why: str | None = None
    service: Service = field(default_factory=Service)
    baseline_done: bool = False
    restored: bool = False
    kinds_changed: bool = False
    outage: Mapping[str, str] | None = None
    scanned_at: datetime | None = None
    known: KnownPost | None = None
    moved_from: str | None = None
    shown_instead: str | None = None
    same_as: str | None = None
    file_problem: PostProblem | None = None
    placements: tuple[Placement, ...] = ()
    followers: Mapping[DeliveryState, int] = field(default_factory=dict)
    paused: Mapping[int, datetime] = field(default_factory=dict)


async def recall(settings: Settings, path: str | None, post: Post | None, now: datetime) -> Memory:
    """Ask the catalog, and the service if one runs, of the post at `path`.

    Args:
        settings: where the state directory is.
        path: relative to the content directory; None: the file lies elsewhere, so that it cannot be known.
        post: what the file holds now; None: it is gone, broken or no post.
        now: aware.

    Returns:
        What is remembered; a catalog that is not there or cannot be read is told in it, not raised.
    """
    directory = settings.state.directory
    if not _is_there(directory / FILE_NAME) and not _is_there(directory / f"{FILE_NAME}-wal"):
        return Memory(MemoryState.NONE)
    try:
        service = await _service(directory)
        async with open_catalog_read_only(directory) as catalog:
            if not service.running:  # a service that works on it has looked, and writes it
                refuse_damaged_log(catalog.path)
            memory = await catalog.read(lambda tables: _read(tables, settings, path, post, now))
    except CatalogError as error:
        return Memory(MemoryState.UNREADABLE, str(error))
    return replace(memory, service=service)


def _is_there(file: Path) -> bool:
    """Whether there is such a file, or something keeps it from being seen."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


async def _service(directory: Path) -> Service:
    """Ask the service on `directory`."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            lines = await ask_service(directory, LiveRequest())
    except (TimeoutError, LinkbotError):  # it hangs, or this user may not ask: somebody listens, in any case
        return Service(running=True)
    if lines is None:
        return Service()
    live = from_lines(lines)
    name = None if live.discord.user is None else live.discord.user.rpartition("#")[0] or live.discord.user
    return Service(running=True, bot=name, troubles=live.troubles, guild_ids=live.guild_ids)


def _read(tables: Tables, settings: Settings, path: str | None, post: Post | None, now: datetime) -> Memory:
    known = None if path is None else _recognised(tables, path, post, settings.content.directory)
    original = None if known is None or known.duplicate_of is None else tables.posts.by_id(known.duplicate_of)
    scan = _noted(tables, Note.SCAN)
    return Memory(
        MemoryState.READ,
        baseline_done=tables.notes.get(Note.BASELINE) is not None,
        restored=tables.notes.get(Note.BACKUP) is not None,
        kinds_changed=tables.notes.get(Note.RULES) not in (None, _kinds(settings)),
        outage=_noted(tables, Note.OUTAGE),
        scanned_at=None if scan is None else datetime.fromisoformat(scan["at"]),
        known=known,
        moved_from=None if known is None or known.post.path == path else known.post.path,
        shown_instead=None if original is None else original.post.path,
        same_as=None if post is None else tables.explain.same_as(post, None if known is None else known.id),
        file_problem=None if path is None else tables.files.problem(path),
        placements=() if known is None else tuple(tables.explain.placements(known.id, now)),
        followers={} if known is None else tables.explain.follower_states(known.id),
        paused=tables.pauses.all(),
    )


def _recognised(tables: Tables, path: str, post: Post | None, content: Path) -> KnownPost | None:
    """The post that the file is, as `bot.announcing.ingest` recognises it: at its path, else renamed."""
    at_path = tables.posts.by_path(path)
    if post is None or (at_path is not None and at_path.gone_at is None):
        return at_path
    if (moved := tables.posts.gone_like(post) or _about_to_be_gone(tables, post, content)) is not None:
        return moved
    if at_path is not None and post.title != at_path.post.title and post.canonical_url != at_path.post.canonical_url:
        return None  # another post was there once
    return at_path


def _about_to_be_gone(tables: Tables, post: Post, content: Path) -> KnownPost | None:
    """The post like this one whose file is not there any more, which the bot has not seen yet."""
    path = tables.explain.same_as(post, None)
    return None if path is None or os.path.lexists(content / path) else tables.posts.by_path(path)


def _kinds(settings: Settings) -> str:
    """As `bot.announcing.intake.Intake` notes them."""
    return json.dumps(sorted(kind.casefold() for kind in settings.content.kinds))


def _noted(tables: Tables, note: Note) -> dict[str, Any] | None:
    text = tables.notes.get(note)
    return None if text is None else json.loads(text)
