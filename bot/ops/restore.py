"""``linkbot restore``: a backup in the place of the catalog."""

from collections.abc import Iterator
from pathlib import Path

from bot.catalog.database import FILE_NAME
from bot.catalog.exchange import give_to_owner, put_in_place, settle
from bot.catalog.lock import FILE_NAME as LOCK_NAME
from bot.catalog.lock import hold_lock
from bot.catalog.restoring import Prepared, prepare
from bot.problems import AlreadyRunningError, CatalogUnavailableError

__all__ = ["restore"]


def restore(directory: Path, file: Path) -> list[str]:
    """Put a copy of `file` in the place of the catalog in `directory`, and keep what was there.

    Whatever ends this process leaves the old catalog or the new one, whole; see `bot.catalog.exchange`.

    Returns:
        What was done and what follows from it, in sentences.

    Raises:
        AlreadyRunningError: a service works on `directory`.
        UsageError: `file` is not there, no file, or the catalog itself.
        CatalogRefusedError: `file` is no catalog that this version can work with.
        CatalogUnavailableError: it cannot be done now. Nothing was changed, in all of these cases.
    """
    path = directory / FILE_NAME
    try:
        with hold_lock(directory):
            give_to_owner(directory / LOCK_NAME, directory)
            settle(path)
            prepared = prepare(file, path)
            kept = put_in_place(path)
    except AlreadyRunningError as error:
        who, _, _ = str(error).partition("; ")
        raise AlreadyRunningError(
            f"{who}; stop it first (systemctl stop linkbot, docker compose stop, or Ctrl+C where it runs), then restore"
        ) from error
    except OSError as error:
        raise CatalogUnavailableError(
            f"{path}: the restore cannot be finished ({error}); check the folder's rights and the free space, then give"
            " the same command again"
        ) from error
    return [*_done(file, path, prepared, kept), *_follows(prepared)]


def _done(file: Path, path: Path, prepared: Prepared, kept: Path | None) -> Iterator[str]:
    older = f"; it has version {prepared.version}, which the next start brings up to date" if prepared.is_older else ""
    posts = "1 post" if prepared.posts == 1 else f"{prepared.posts:,} posts"
    yield f"{path} is now a copy of {file}, made {prepared.made_at:%Y-%m-%d %H:%M} UTC: {posts}{older}"
    if kept is None:
        yield "there was no catalog before"
    else:
        yield f"what was there before is kept in {kept}; delete that folder when you are sure that you do not need it"


def _follows(prepared: Prepared) -> Iterator[str]:
    yield "what happened since it was made it cannot know, so the bot repeats nothing:"
    if prepared.is_indexed:
        yield (
            "- posts that came since are indexed by the next start, not announced: `linkbot announce POST.md` announces"
            " one"
        )
    else:
        yield "- it was made before the first run: the next start indexes what is there and announces none of it"
    if prepared.waiting:
        waited = "1 delivery" if prepared.waiting == 1 else f"{prepared.waiting:,} deliveries"
        yield f"- {waited} waited then and may stand by now: the next start makes each unknown (`linkbot status`)"
    if prepared.held:
        held = "1 post was" if prepared.held == 1 else f"{prepared.held:,} posts were"
        yield (
            f"- {held} held then and may be announced by now: the next start indexes each; `linkbot announce POST.md`"
            " announces one"
        )
    yield "- cards that were sent since stay as they are, whatever becomes of their posts"
    yield "- who used /forget-me since is known again, and written to until they use it once more"
    yield "start the service now (`linkbot run`)"
