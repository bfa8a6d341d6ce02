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
    """Before anything is sent: let nothing be sent again that may have been sent since the backup.

    Raises:
        CatalogUnavailableError: the catalog cannot be written now.
    """
    if (backup_at := await catalog.read(lambda tables: tables.notes.get(Note.BACKUP))) is None:
        return

    def give_up(tables: Tables) -> int:
        return tables.deliveries.give_up_all(f"it waited when the backup of {backup_at} was made, which was restored")

    given_up = await catalog.write(give_up)
    logger.warning(
        "The catalog is a backup of %s, which does not know what was sent since: posts that came since are indexed, not"
        " announced (`linkbot announce POST.md` announces one); %d deliveries that waited then are unknown, and"
        " `linkbot status` lists them",
        backup_at,
        given_up,
    )
