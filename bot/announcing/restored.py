"""A catalog that was restored from a backup: it does not know what was sent since.

What waited then may stand by now, so a person must look. Posts that came since may have been announced; they are taken
in as if they had been there before the bot, by the first scan (see `bot.announcing.intake`).
"""

import logging

from bot.catalog.database import Catalog
from bot.catalog.notes import Note
from bot.catalog.tables import Tables

__all__ = ["take_over"]

logger = logging.getLogger(__name__)


async def take_over(catalog: Catalog) -> None:
    """Before anything is planned or sent: let nothing be sent again that may have been sent since the backup.

    That is done once for a backup: what a person has planned since by `linkbot announce` or `linkbot resolve` is kept.

    Raises:
        CatalogUnavailableError: the catalog cannot be read or written now.
    """
    if (backup_at := await catalog.read(_backup_to_take_over)) is None:
        return

    def give_up(tables: Tables) -> int:
        tables.notes.put(Note.TAKEN_OVER, backup_at)
        return tables.deliveries.give_up_all(f"it waited when the backup of {backup_at} was made, which was restored")

    given_up = await catalog.write(give_up)
    logger.warning(
        "The catalog is a backup of %s, which does not know what was sent since: posts that came since are indexed, not"
        " announced (`linkbot announce POST.md` announces one); what waited then is unknown by now, and"
        " `linkbot status` lists it: %s",
        backup_at,
        "1 delivery" if given_up == 1 else f"{given_up} deliveries",
    )


def _backup_to_take_over(tables: Tables) -> str | None:
    """When the backup was made that the catalog is; None: it is none, or was taken over."""
    backup_at = tables.notes.get(Note.BACKUP)
    return None if tables.notes.get(Note.TAKEN_OVER) is not None else backup_at
