"""The files of a site in turmoil under the running service: what its catalog says afterwards, and what it announced."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.rehearsal.records import Change
from bot.rehearsal.standin import StandIn, StandInChannel
from tests.support.end_to_end_bot import NEWS, Bot, tended
from tests.support.end_to_end_site import Site
from tests.torture.site_chaos import QUIET, SiteChaos, posts_on_disk

__all__ = ["unsettle"]

CHANNELS = ({"id": NEWS, "name": "news", "tags": {"none": [QUIET]}},)
ROUND_SECONDS = 12.0
BURSTS = (300, 5_000, 0, 20_000, 0)  # one a round, again and again
LONGEST_PAUSE = 0.3  # seconds between two things that are done
STOPPED = 0.1  # of the things are done while the service is stopped
SETTLING_SECONDS = 120.0
LOOK_SECONDS = 0.25  # looking at the catalog of 30,000 posts takes time from the one who fills it
SHOWN = 5  # of each kind of violation


@dataclass(slots=True)
class _Turmoil:
    """One run."""

    bot: Bot
    site: SiteChaos
    chance: random.Random
    tell: Callable[[str], None]
    announced: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def note(self, change: Change) -> None:
        """Count what is announced, whatever becomes of the message."""
        if change.kind == "message_created" and change.message is not None:
            self.announced.update(self.bot.titles_of(change.message))

    async def run(self, seconds: float) -> None:
        """Round after round: things are done to the site, the service comes to rest, and both are compared."""
        known = {title for title, _, _ in (await self._on_disk()).values()}
        await self.bot.start()
        busy, rounds = 0.0, 0
        while busy < seconds and not self.violations:
            began = time.monotonic()
            await self._round(began + ROUND_SECONDS)
            if burst := BURSTS[rounds % len(BURSTS)]:
                await self._do(partial(self.site.burst, burst), stopped=self.chance.random() < 0.5)
            busy += time.monotonic() - began
            rounds += 1
            await self._compare(known)
        done = ", ".join(f"{times} × {what}" for what, times in sorted(self.site.done.items()))
        self.tell(f"  done: {done}")

    async def _round(self, ends: float) -> None:
        while time.monotonic() < ends:
            await self._do(self.site.do_something, stopped=self.chance.random() < STOPPED)
            await asyncio.sleep(self.chance.uniform(0, LONGEST_PAUSE))

    async def _do(self, what: Callable[[], str], *, stopped: bool) -> None:
        if not stopped:
            await asyncio.to_thread(what)
            return
        self.bot.send_signal(signal.SIGSTOP)
        try:
            await asyncio.to_thread(what)
            await asyncio.sleep(self.chance.uniform(0, 1.0))
        finally:
            self.bot.send_signal(signal.SIGCONT)

    async def _on_disk(self) -> dict[str, tuple[str, str, bool]]:
        return await asyncio.to_thread(posts_on_disk, self.site.root)

    async def _compare(self, known: set[str]) -> None:
        """Let the service come to rest, then look for what is missed, stale, a ghost, or announced wrongly."""
        began = time.monotonic()
        files = await self._on_disk()
        to_send = {title for title, _, is_sent in files.values() if is_sent and title not in known}
        try:
            await self.bot.until(self._catches_up, "the catalog knows what is on the disk", SETTLING_SECONDS)
            await self.bot.until(lambda: self.announced.keys() >= to_send, "all is announced", SETTLING_SECONDS)
            await self.bot.has_sent_everything(seconds=SETTLING_SECONDS)
        except AssertionError as error:
            self.violations.append(f"no rest: {str(error).splitlines()[0]}")
        there = {path: (title, text) for path, (title, text, _) in files.items()}
        listed = {k.post.path: (k.post.title, k.post.text) for k in await self.bot.catalog(lambda t: t.posts.living())}
        found = {
            "missed": [path for path in there if path not in listed],
            "stale": [path for path in there if path in listed and listed[path] != there[path]],
            "ghost": [path for path in listed if path not in there],
            "never announced": sorted(to_send - self.announced.keys()),
            "announced again": [title for title, times in self.announced.items() if times > 1],
            "announced although it was there before": sorted(known & self.announced.keys()),
        }
        self.violations += [f"{what}: {which}" for what, all_of_it in found.items() for which in all_of_it[:SHOWN]]
        counts = ", ".join(f"{len(all_of_it)} {what}" for what, all_of_it in found.items())
        rest = time.monotonic() - began
        self.tell(f"  {len(files)} posts, {self.announced.total()} announced: {counts}; at rest after {rest:.1f} s")

    async def _catches_up(self) -> bool:
        await asyncio.sleep(LOOK_SECONDS)
        stamps = await asyncio.to_thread(self.bot.site.stamps)
        return await self.bot.catalog(lambda tables: tables.files.stamps()) == stamps


async def unsettle(folder: Path, seconds: float, seed: int, tell: Callable[[str], None]) -> list[str]:
    """Do things to a site for so long, not counting the rests; what must not be, each in a sentence.

    The run ends early, and its files are kept, as soon as something is wrong.
    """
    chance = random.Random(seed)
    site = await asyncio.to_thread(SiteChaos, folder, chance)
    async with StandIn([StandInChannel(NEWS, "news")], rate_limits=False) as discord:
        bot = Bot(folder, discord, Site(site.root, folder / "outside"), CHANNELS)
        bot.configure(announce={"hold_above": None})
        async with tended(bot):
            turmoil = _Turmoil(bot, site, chance, tell)
            discord.world.listen(turmoil.note)
            await turmoil.run(seconds)
    return [f"chaos, seed {seed}, in {folder}: {violation}" for violation in turmoil.violations]
