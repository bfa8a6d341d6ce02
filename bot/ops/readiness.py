"""Whether a running service does all that it is for, and if not, why."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.announcing.troubles import Trouble
from bot.catalog.database import Catalog
from bot.ops.live import DiscordLink
from bot.problems import CatalogError

__all__ = ["Signs", "unready"]

LATE_SCANS = 3  # a scan is late when so many should have been made since the last one
LEAST_LATE_SECONDS = 60.0  # a scan that is asked for each second may take longer than that


@dataclass(frozen=True, slots=True)
class Signs:
    """What the parts of the service say of themselves.

    Attributes:
        is_indexed: what was there at the start is taken in.
        seconds_since_look: how long ago the last look at the whole content directory ended.
        rescan_seconds: how often one is to be made.
        discord: the connection.
        troubles: what does not work just now.
    """

    is_indexed: bool
    seconds_since_look: float
    rescan_seconds: float
    discord: DiscordLink
    troubles: Sequence[Trouble]


async def unready(catalog: Catalog, signs: Signs) -> list[str]:
    """Why the service is not ready, in sentences; empty: it is."""
    reasons = [f"{trouble.where}: {trouble.what}" for trouble in signs.troubles]
    if not signs.is_indexed:
        reasons.append("content: what is in the content directory is being indexed")
    elif signs.seconds_since_look > max(LEAST_LATE_SECONDS, LATE_SCANS * signs.rescan_seconds):
        reasons.append(f"content: the last scan was {signs.seconds_since_look:.0f} s ago")
    if signs.discord.user is None:
        reasons.append("discord: not logged in yet")
    elif not signs.discord.connected:
        reasons.append("gateway: not connected, so slash commands do not work")
    try:
        await catalog.write(lambda _tables: None)
    except CatalogError as error:
        reasons.append(f"catalog: {error}")
    return reasons
