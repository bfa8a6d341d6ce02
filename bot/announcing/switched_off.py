"""What becomes of what waits when something is switched off in the settings."""

import logging

from bot.catalog.database import Catalog

__all__ = ["end_following"]

logger = logging.getLogger(__name__)


async def end_following(catalog: Catalog) -> None:
    """Following is switched off: drop what waits, which nobody wants to get when it is switched on again some day.

    Raises:
        CatalogUnavailableError: the catalog cannot be written now.
    """
    dropped = await catalog.write(lambda tables: tables.deliveries.drop_for_followers("commands.follow was false"))
    if dropped:
        logger.info("commands.follow is false: %d posts that waited for followers are dropped", dropped)
