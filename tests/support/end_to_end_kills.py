"""A service that is killed again and again, in bad weather, while posts keep coming: what stands in the end.

Everything is drawn from a seed: the posts, the instants, the weather. A real process is never twice the same, so the
same seed gives the same plan, not the same history; what happened is told with a failure.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bot.catalog.records import DeliveryState
from bot.rehearsal.standin import StandIn, StandInChannel
from tests.support.end_to_end_bot import NEWS, OTHER, Bot, tended
from tests.support.end_to_end_process import Spawn, spawn
from tests.support.end_to_end_site import Site
from tests.support.end_to_end_weather import Weather

__all__ = ["BLIND", "LONG", "SHORT", "Campaign", "Clock", "Outage", "Pace", "Tally", "campaign"]

CHANNELS = (
    {"id": NEWS, "name": "news", "tags": {"none": ["aside"]}},
    {"id": OTHER, "name": "other", "tags": {"any": ["other"]}},
)
TAGS = ((), (), ("other",), ("other",), ("other", "aside"), ("aside",))
TAKERS = {(): {NEWS}, ("other",): {NEWS, OTHER}, ("other", "aside"): {OTHER}, ("aside",): set[int]()}
BATCHES = (0, 1, 1, 2, 3, 5, 12, 25)  # so many posts at once
SETTLING_SECONDS = 60.0
STILLBORN = 0.2  # of the lives end before the first request
TOLD = 60  # of the last things that happened, with a failure


@dataclass(frozen=True, slots=True)
class Outage:
    """What a kill is followed by.

    Attributes:
        name: for people.
        shortest: seconds that the service is away, for Discord and for itself, at the least.
        longest: and at the most.
        blind: after how many of them, from 0 to 1, the bot may not read the channels' history for one life.
    """

    name: str
    shortest: float
    longest: float
    blind: float = 0.0


SHORT = Outage("shorter than the nonce window", 0.0, 0.0)
LONG = Outage("longer than the nonce window", 185.0, 600.0)  # the stand-in remembers a nonce for 180 s, the bot for 60
BLIND = Outage("longer than the nonce window, and the history often unreadable", 185.0, 600.0, 0.3)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the service lives, at the most: in its start, before the first request, and from that request on."""

    start_seconds: float
    life_seconds: float


class Clock:
    """Discord's clock, which can be put forward."""

    def __init__(self) -> None:
        self.ahead_seconds = 0.0

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.ahead_seconds

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic() + self.ahead_seconds


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the posts.

    Attributes:
        kills: how often the service was killed.
        posts: how many were written.
        messages: how many stand in the channels.
        requests: to create a message.
        struck: requests of any kind that met a fault.
        lost: a post and a channel that takes it, in which it does not stand although nothing is told to a person.
        doubled: a post and a channel in which it stands more than once.
        strayed: a post and a channel that does not take it, in which it stands.
        unknown: deliveries of which the service says that nobody can tell.
    """

    kills: int = 0
    posts: int = 0
    messages: int = 0
    requests: int = 0
    struck: int = 0
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    strayed: tuple[str, ...] = ()
    unknown: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.posts} posts, {len(self.lost)} lost, {len(self.doubled)} doubled,"
            f" {self.unknown} unknown; {self.messages} messages of {self.requests} requests, {self.struck} struck"
        )

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Tally)))

    @property
    def violations(self) -> tuple[str, ...]:
        """What must not be, each in a sentence."""
        return (
            *(f"lost: {what}" for what in self.lost),
            *(f"doubled: {what}" for what in self.doubled),
            *(f"where it does not belong: {what}" for what in self.strayed),
        )


@dataclass(slots=True)
class Campaign:
    """One service, one stand-in, one seed.

    Attributes:
        bot: the service.
        weather: between it and Discord.
        story: what happened, oldest first.
        posts: the channels that take a post, by its title.
        kills: how often the service was killed.
    """

    bot: Bot
    weather: Weather
    clock: Clock
    chance: random.Random
    outage: Outage
    pace: Pace
    story: list[str] = field(default_factory=list)
    posts: dict[str, set[int]] = field(default_factory=dict)
    kills: int = 0
    _began: float = field(default_factory=time.monotonic)

    async def run(self, kills: int) -> Tally:
        """Kill the service so often, let it come to rest, and count."""
        share, others = self.weather.share, self.weather.share_of_others
        self.weather.clear_up()
        await self.bot.start()  # the first run takes what is there for known
        await self.bot.stop()
        self.weather.share, self.weather.share_of_others = share, others
        for _ in range(kills):
            await self._live()
            await self._be_away()
        self.weather.clear_up()
        self._let_read(True)
        await self.bot.launch()  # after so many lives the gateway may have to wait for its budget of sessions
        await self.bot.has_no_more_to_say(seconds=SETTLING_SECONDS)
        return await self.count()

    async def _live(self) -> None:
        """One life: posts come during it, and it ends at an instant that it cannot feel coming."""
        stillborn = self.chance.random() < STILLBORN
        longest = self.pace.start_seconds if stillborn else self.pace.life_seconds
        end = self.chance.uniform(0, longest)
        moments = sorted(self.chance.uniform(0, longest) for _ in range(self.chance.randint(0, 3)))
        # Half of the lives end soon after a request came, if one comes: that is where it matters most.
        enough = self.weather.expect(self.chance.randint(1, 5)) if self.chance.random() < 0.5 else asyncio.Event()
        begins, launched = self.weather.creations, time.monotonic()
        await self.bot.launch()
        if not stillborn:
            await asyncio.wait_for(self.weather.next_request(), SETTLING_SECONDS)
        born = time.monotonic()
        for moment in (*(moment for moment in moments if moment < end), end):
            with suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), max(0.0, born + moment - time.monotonic()))
            if moment < end:
                self.write()
        if enough.is_set():
            await asyncio.sleep(self.chance.uniform(0, 0.02))
        lived = time.monotonic() - launched
        await self.bot.kill()
        self.kills += 1
        self.weather.clear()  # what Discord was about to do when its asker died, it does
        self._tell(f"kill {self.kills} after {lived:.3f} s and {self.weather.creations - begins} requests")

    async def _be_away(self) -> None:
        if self.outage.longest:
            # Minutes are to pass, which no request is under way for.
            await self.bot.until(lambda: not self._under_way(), "Discord has done what it was asked for")
            seconds = self.chance.uniform(self.outage.shortest, self.outage.longest)
            self.clock.ahead_seconds += seconds
            self._tell(f"away for {seconds:.0f} s")
        if self.outage.blind:
            self._let_read(self.chance.random() >= self.outage.blind)
        self.write()

    def _let_read(self, readable: bool) -> None:
        for channel in (NEWS, OTHER):
            self.bot.discord.set_denied(channel, () if readable else ("read_message_history",))

    def _under_way(self) -> bool:
        late = {"delay", "hang"}
        return any(record.fault in late and record.status is None for record in self.bot.discord.log.records)

    def write(self) -> None:
        """Let some posts appear: in one step, or one after another."""
        tags = self.chance.choice(TAGS)
        titles = [f"Post {len(self.posts) + number}" for number in range(self.chance.choice(BATCHES))]
        if not titles:
            return
        if self.chance.random() < 0.5:
            self.bot.site.write_at_once(f"from-{len(self.posts)}", titles, tags=tags)
        else:
            for title in titles:
                self.bot.site.write(f"single/{title}.md", title, tags=tags)
        self.posts.update((title, TAKERS[tags]) for title in titles)
        self._tell(f"{len(titles)} posts from {titles[0]!r} on, tags {tags}")

    def _tell(self, what: str) -> None:
        self.story.append(f"{time.monotonic() - self._began:8.3f} s: {what}")

    def history(self) -> str:
        """What happened, and every request of which the stand-in still knows, for whoever looks for a cause."""
        requests = (
            f"{record.at:.3f}: {record.method} {record.path} {record.query}"
            f" fault {record.fault}, status {record.status} {_told(record.body)} {_told(record.answer)}"
            for record in self.bot.discord.requests
        )
        return "\n".join((*self.story, *requests))

    async def count(self) -> Tally:
        """What became of the posts so far; the service must have come to rest."""
        lost, doubled, strayed = [], [], []
        unknown = {(held.path, held.channel_id) for held in await self.bot.catalog(lambda t: t.deliveries.held_up())}
        paths = {known.post.title: known.post.path for known in await self.bot.catalog(lambda t: t.posts.living())}
        for channel in (NEWS, OTHER):
            standing = Counter(self.bot.titles(channel))
            for title, takers in self.posts.items():
                times = standing[title]
                where = f"{title!r} in {channel}, {times} times"
                if times > 1:
                    doubled.append(where)
                if times and channel not in takers:
                    strayed.append(where)
                if not times and channel in takers and (paths.get(title), channel) not in unknown:
                    lost.append(where)
        states = [await self.bot.states(channel) for channel in (NEWS, OTHER)]
        return Tally(
            kills=self.kills,
            posts=len(self.posts),
            messages=sum(len(self.bot.discord.messages(channel)) for channel in (NEWS, OTHER)),
            requests=self.weather.creations,
            struck=self.weather.struck.total(),
            lost=tuple(lost),
            doubled=tuple(doubled),
            strayed=tuple(strayed),
            unknown=sum(state.get(DeliveryState.UNKNOWN, 0) for state in states),
        )


def _told(body: Any) -> str:
    """What matters of a message, or of several."""
    messages = body if isinstance(body, list) else [body] if isinstance(body, dict) else []
    return "; ".join(
        f"id {message.get('id')} nonce {message.get('nonce')} {[card['title'] for card in message.get('embeds', ())]}"
        for message in messages
    )


@asynccontextmanager
async def campaign(
    folder: Path, seed: int, outage: Outage, pace: Pace, spawn: Spawn = spawn
) -> AsyncIterator[Campaign]:
    """A campaign that has not begun yet.

    Args:
        folder: an empty one, for everything.
        seed: what everything is drawn from.
        outage: what each kill is followed by.
        pace: how long the service lives.
        spawn: starts the service.
    """
    clock = Clock()
    weather = Weather(random.Random(f"weather {seed}"))
    places = [StandInChannel(NEWS, "news"), StandInChannel(OTHER, "other")]
    stand_in = StandIn(places, rate_limits=False, clock=clock.time, monotonic=clock.monotonic)
    stand_in.faults = weather
    async with stand_in as discord:
        bot = Bot(folder, discord, Site(folder / "content", folder / "outside"), CHANNELS, spawn)
        bot.configure(announce={"hold_above": None})
        under_way = Campaign(bot, weather, clock, random.Random(seed), outage, pace)
        try:
            async with tended(bot):
                yield under_way
        except AssertionError as error:
            story = "\n".join(under_way.story[-TOLD:])
            raise AssertionError(f"seed {seed}, outages {outage.name}: {error}\nLately:\n{story}") from error
