"""A catalog that was restored from a backup: it does not know what was sent since.

What waited then, or was held, may stand by now, so a person must look. Posts that came since may have been announced;
they are taken in as if they had been there before the bot, by the first scan (see `bot.announcing.intake`). What that
scan cannot read is taken in like that when it is a post for the first time.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.announcing.ingest import Ingest, ScanBatch
from bot.announcing.planning import Taken
from bot.catalog.database import Catalog
from bot.catalog.notes import Note
from bot.catalog.records import Reason
from bot.catalog.tables import Tables
from bot.content.post import NotAPost, Post

__all__ = ["take", "take_over", "take_restored"]

logger = logging.getLogger(__name__)


async def take_over(catalog: Catalog) -> None:
    """Before anything is planned or sent: let nothing be sent again that may have been sent since the backup.

    That is done once for a backup: what a person has planned since by `linkbot announce` or `linkbot resolve` is kept.

    Raises:
        CatalogUnavailableError: the catalog cannot be read or written now.
    """
    if (backup_at := await catalog.read(_backup_to_take_over)) is None:
        return

    def give_up(tables: Tables) -> tuple[int, int]:
        tables.notes.put(Note.TAKEN_OVER, backup_at)
        when = f"when the backup of {backup_at} was made, which was restored"
        held = Reason("restored", False, f"it was held {when}; it may have been announced since")
        return tables.deliveries.give_up_all(f"it waited {when}"), tables.posts.give_up_held(held)

    given_up, held = await catalog.write(give_up)
    logger.warning(
        "The catalog is a backup of %s, which does not know what was sent since: posts that came since are indexed, not"
        " announced (`linkbot announce POST.md` announces one); what waited then is unknown by now, and"
        " `linkbot status` lists it: %s; what was held then is indexed too: %s",
        backup_at,
        "1 delivery" if given_up == 1 else f"{given_up} deliveries",
        "1 post" if held == 1 else f"{held} posts",
    )


def take(ingest: Ingest, tables: Tables, batch: ScanBatch, now: datetime, *, brake: bool = True) -> Taken:
    """Take in what a scan found, as `Ingest.take` does; the first good reading of what was unread is no news."""
    if not (unread := _unread(tables)):
        return ingest.take(tables, batch, now, brake=brake)
    taken = ingest.take(tables, replace(batch, baseline_paths=unread), now, brake=brake)
    _keep_unread(tables, unread - _posts(batch))
    return taken


def take_restored(ingest: Ingest, tables: Tables, batch: ScanBatch, changed: Iterable[str], now: datetime) -> Taken:
    """Take in what came since the backup was made that is the catalog now: it may have been announced.

    Args:
        ingest: stores it.
        tables: of the running transaction.
        batch: of the first whole scan since.
        changed: the paths that it found new or changed; those that could not be read are kept in mind.
        now: aware.
    """
    ingest.take_due(tables, now, baseline=True)
    tables.notes.remove(Note.BACKUP)
    tables.notes.remove(Note.TAKEN_OVER)
    no_posts = {each.file.path for each in batch.readings if isinstance(each.outcome, NotAPost)}
    there = {*changed, *(problem.path for problem in batch.refused)} - no_posts
    _keep_unread(tables, (_unread(tables) | there) - _posts(batch))
    return ingest.take(tables, replace(batch, baseline=True), now)


def _posts(batch: ScanBatch) -> frozenset[str]:
    """The paths at which `batch` has a post."""
    return frozenset(each.file.path for each in batch.readings if isinstance(each.outcome, Post))


def _unread(tables: Tables) -> frozenset[str]:
    return frozenset(json.loads(tables.notes.get(Note.UNREAD) or "[]"))


def _keep_unread(tables: Tables, paths: frozenset[str]) -> None:
    if paths:
        tables.notes.put(Note.UNREAD, json.dumps(sorted(paths)))
    else:
        tables.notes.remove(Note.UNREAD)


def _backup_to_take_over(tables: Tables) -> str | None:
    """When the backup was made that the catalog is; None: it is none, or was taken over."""
    backup_at = tables.notes.get(Note.BACKUP)
    return None if tables.notes.get(Note.TAKEN_OVER) is not None else backup_at
