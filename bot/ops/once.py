"""``linkbot run --once``: knowing when all that there is to do is done, for runs by cron or in CI."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.announcing.desk import CATALOG
from bot.announcing.intake import INTAKE
from bot.announcing.troubles import Trouble
from bot.catalog.database import Catalog
from bot.ops.left import Left, what_is_left
from bot.settings import Settings

__all__ = ["Patience", "SingleRun"]

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2  # between looks at what is left


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a run waits for what may come to an end by itself, in seconds.

    Attributes:
        intake: for what was there at the start to be taken in, once nothing but an unusable catalog or a file that is
            still being written is in the way.
        contact: for Discord to take the token, or to turn out to be out of reach.
        announcements: for posts that are to be announced, while none of them comes to an end.
        others: for edits, publications and direct messages, likewise; the next run can do them as well.
        silence: until the log tells what is waited for.
    """

    intake: float = 20.0
    contact: float = 20.0
    announcements: float = 90.0
    others: float = 15.0
    silence: float = 3.0


class SingleRun:
    """Tells when a run has done all that it can.

    Args:
        catalog: where what is left is counted.
        settings: of the run.
        troubles: what does not work just now.
        patience: see `Patience`.
    """

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        troubles: Callable[[], Sequence[Trouble]],
        patience: Patience | None = None,
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._troubles = troubles
        self._patience = patience or Patience()

    async def until_taken_in(self, is_indexed: Callable[[], bool], is_settled: Callable[[], bool]) -> None:
        """Wait until what was there at the start is taken in, or patience ends.

        Args:
            is_indexed: whether it is, but for files that were still being written.
            is_settled: whether these are, too.
        """
        waited_from: float | None = None
        while not is_settled():
            is_held_up = is_indexed() or self._names((INTAKE, CATALOG))
            if not is_held_up:
                waited_from = None
            elif waited_from is None:
                waited_from = time.monotonic()
            elif time.monotonic() - waited_from > self._patience.intake:
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def until_tried(self, tried: asyncio.Event) -> None:
        """Wait until Discord took the token, or turned out to be out of reach, or patience ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience.contact):
                await tried.wait()

    async def until_done(self) -> None:
        """Wait until nothing is left that may be done by waiting, or nothing came to an end for all of the patience."""
        last: Left | None = None
        progress_at, told = time.monotonic(), False
        while True:
            left = await what_is_left(self._catalog, self._settings)
            if left != last:
                last, progress_at, told = left, time.monotonic(), False
            awaited = left.without(self._refusing("channel"), self._refusing("changes in"))
            if not (awaited.announcements or awaited.others):
                return
            seconds = self._patience.announcements if awaited.announcements else self._patience.others
            quiet = time.monotonic() - progress_at
            if quiet > seconds:
                return
            if quiet >= self._patience.silence and not told:
                self._tell(awaited, seconds - quiet)
                told = True
            await asyncio.sleep(LOOK_SECONDS)

    def _names(self, parts: Sequence[str]) -> bool:
        """Whether something does not work in one of these parts."""
        return any(trouble.where in parts for trouble in self._troubles())

    def _refusing(self, work: str) -> set[int]:
        """The ids of the channels that refuse this work: only a person can mend that."""
        refusals = {trouble.where for trouble in self._troubles() if trouble.is_refusal}
        return {channel.id for channel in self._settings.channels if f"{work} {channel.name}" in refusals}

    def _tell(self, awaited: Left, seconds: float) -> None:
        channels = ", ".join(channel.name for channel in self._settings.channels if awaited.due.get(channel.id))
        if channels:
            text = "Waiting up to %.0f s for what is left to be announced in %s: %d"
            logger.info(text, seconds, channels, awaited.announcements)
        else:
            logger.info("Waiting up to %.0f s for what is left to be changed or sent: %d", seconds, awaited.others)
