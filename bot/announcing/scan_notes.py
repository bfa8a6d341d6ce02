"""What the catalog is told of scans, for `linkbot status`: the last one, and an outage of the content directory."""

import json
import logging
import time
from collections.abc import Callable
from datetime import datetime

from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog
from bot.catalog.notes import Note
from bot.content.scan import Outage

__all__ = ["CONTENT", "ScanNotes"]

logger = logging.getLogger(__name__)

CONTENT = "content"  # whose troubles are told here
NOTE_SECONDS = 30.0  # how old the note of the last scan may become while nothing changes


class ScanNotes:
    """Keeps what a scan says of itself.

    Args:
        catalog: where the notes go.
        troubles: where an outage is told of.
        now: the wall clock.
    """

    def __init__(self, catalog: Catalog, troubles: Troubles, now: Callable[[], datetime]) -> None:
        self._catalog = catalog
        self._troubles = troubles
        self._now = now
        self._outage: str | None = None
        self._noted_at: float | None = None  # by the monotonic clock, in seconds

    async def begin_outage(self, outage: Outage) -> None:
        """The content directory cannot be believed."""
        if self._outage == outage.reason:
            return
        self._troubles.begin(CONTENT, outage.reason)
        note = json.dumps({"since": self._now().isoformat(), "reason": outage.reason})
        await self._catalog.write(lambda tables: tables.notes.put(Note.OUTAGE, note))
        self._outage = outage.reason
        logger.error("%s. Taken for an outage: nothing is changed, and work goes on when it is back", outage.reason)

    async def end_outage(self, *, is_start: bool) -> None:
        """It can be believed; at the start an outage may be noted that the last service saw."""
        if self._outage is None and not is_start:
            return
        await self._catalog.write(lambda tables: tables.notes.remove(Note.OUTAGE))
        self._troubles.end(CONTENT)
        if self._outage is not None:
            logger.info("The content directory is back")
        self._outage = None

    async def note_scan(self, files: int, seconds: float, watcher: str, *, changed: bool) -> None:
        """A scan saw so many files in so many seconds; how they are watched, and whether it found a change."""
        if not changed and self._noted_at is not None and time.monotonic() - self._noted_at < NOTE_SECONDS:
            return
        self._noted_at = time.monotonic()
        scan = {"at": self._now().isoformat(), "seconds": round(seconds, 3), "files": files, "watcher": watcher}
        await self._catalog.write(lambda tables: tables.notes.put(Note.SCAN, json.dumps(scan)))
