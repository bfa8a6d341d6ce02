"""What happens to a service within half an hour, all at once: posts, edits, reconnects, reloads, faults, questions.

Everything is drawn from one `random.Random`. Each title is used for one post, which is public at the end.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from bot.ops.control import ask_service
from bot.ops.live import LiveRequest
from bot.rehearsal.interactions import NoAnswerError
from tests.support.end_to_end_bot import NEWS, OTHER, Bot

__all__ = ["CALM_SHARE", "CHANNELS", "Life"]

CHANNELS = ({"id": NEWS, "name": "news"}, {"id": OTHER, "name": "other", "tags": {"any": ["other"]}})
CALM_SHARE = 0.15  # of the time, at the end: nothing new comes, what is left is done
BATCH_SECONDS = 3.0  # between batches of posts
POSTING_SHARE = 0.5  # of the time until the calm: afterwards there is no growth that memory could follow
REWRITTEN_AT_ONCE = 300  # posts
GATEWAY_SECONDS = 130.0  # between its troubles: a connection that lasted for a minute is made again at once
OTHER_SHARE = 0.2  # of the batches, with a tag that both channels take
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 502},
    {"kind": "status", "status": 503, "after": True},
    {"kind": "reset"},
    {"kind": "close", "after": True},
    {"kind": "rate_limit", "retry_after": 0.3},
)


@dataclass(frozen=True, slots=True)
class _Post:
    title: str
    path: str
    tags: tuple[str, ...]


class Life:
    """Does it all to one bot, which runs.

    Args:
        bot: with both channels.
        posts: how many there are in the end.
        seconds: how long it takes, the calm at the end left out.
        chance: what is drawn from.
        health: host and port of the service's `/metrics`.

    Attributes:
        done: how often each thing happened.
    """

    def __init__(self, bot: Bot, posts: int, seconds: float, chance: random.Random, health: str) -> None:
        self.done: Counter[str] = Counter()
        self._bot = bot
        self._number = posts
        self._seconds = seconds
        self._chance = chance
        self._health = health
        self._posts: list[_Post] = []
        self._drafts: set[_Post] = set()

    @property
    def titles(self) -> list[str]:
        """Of all posts."""
        return [post.title for post in self._posts]

    def configure(self, **sections: Any) -> None:
        """Write the settings of the beginning, with others in place of some."""
        begin = {"channels": CHANNELS, "announce": {"hold_above": None}, "health": {"listen": self._health}}
        self._bot.configure(**{**begin, **sections})

    async def run(self) -> None:
        """Live until it is time for calm; then every post is public, and the settings are those of the beginning."""
        ends_at = time.monotonic() + self._seconds
        async with asyncio.TaskGroup() as group:
            for happens, seconds in (
                (self._publish, BATCH_SECONDS),
                (self._edit, 4.0),
                (self._retract, 20.0),
                (self._rewrite_many, self._seconds / 4),
                (self._upset_the_gateway, GATEWAY_SECONDS),
                (self._fail, 7.0),
                (self._reload, 12.0),
                (self._ask, 1.0),
                (self._look_in, 5.0),
            ):
                group.create_task(self._again_and_again(happens, seconds, ends_at))
        self._bot.discord.faults.clear()
        self.configure()
        await self._write_new(self._number - len(self._posts))
        await self._write(self._drafts)

    async def _again_and_again(self, happens: Callable[[], Awaitable[None]], seconds: float, ends_at: float) -> None:
        while (left := ends_at - time.monotonic()) > 0:
            await asyncio.sleep(min(left, seconds * self._chance.uniform(0.5, 1.5)))
            await happens()

    # Files

    async def _publish(self) -> None:
        average = self._number * BATCH_SECONDS / (self._seconds * POSTING_SHARE)
        await self._write_new(self._chance.randint(1, max(1, round(2 * average))))

    async def _write_new(self, number: int) -> None:
        first = len(self._posts)
        tags = ("other",) if self._chance.random() < OTHER_SHARE else ()
        new = [
            _Post(f"Post {index}", f"batch-{first}/{index - first:04}.md", tags)
            for index in range(first, min(first + number, self._number))
        ]
        if new:
            titles = [post.title for post in new]
            await asyncio.to_thread(self._bot.site.write_at_once, f"batch-{first}", titles, tags=tags)
            self._posts += new
            self.done["posts"] += len(new)

    async def _write(self, posts: Collection[_Post], *, draft: bool = False) -> None:
        text = f"Version {self._chance.random()}."

        def write() -> None:
            for post in posts:
                self._bot.site.write(post.path, post.title, tags=post.tags, draft=draft, tldr=text)

        await asyncio.to_thread(write)

    async def _edit(self) -> None:
        await self._rewrite(self._chance.randint(1, 5))

    async def _rewrite_many(self) -> None:
        await self._rewrite(REWRITTEN_AT_ONCE)

    async def _rewrite(self, number: int) -> None:
        public = [post for post in self._posts if post not in self._drafts]
        chosen = self._chance.sample(public, min(number, len(public)))
        await self._write(chosen)
        self.done["edits"] += len(chosen)

    async def _retract(self) -> None:
        """Make a few posts drafts, and those before them public again."""
        await self._write(self._drafts)
        self._drafts = set(self._chance.sample(self._posts, min(3, len(self._posts))))
        await self._write(self._drafts, draft=True)
        self.done["drafts"] += len(self._drafts)

    # Discord

    async def _upset_the_gateway(self) -> None:
        gateway = self._bot.discord.gateway
        trouble = self._chance.choice(
            (gateway.disconnect, gateway.cut, gateway.ask_reconnect, lambda: gateway.invalidate(resumable=True))
        )
        await trouble()
        self.done["gateway troubles"] += 1

    async def _fail(self) -> None:
        fault = self._chance.choice(FAULTS)
        self._bot.discord.faults.clear()
        self._bot.discord.faults.add("*", "/channels/*/messages", **fault)
        self.done["failing requests arranged"] += 1

    async def _ask(self) -> None:
        """Ask something; while the service reconnects or reloads nobody answers, as Discord would tell its members."""
        try:
            name, options = self._chance.choice(
                (("latest", {"count": 5}), ("search", {"words": "Post"}), ("tag", {"name": "other"}), ("tags", {}))
            )
            await self._bot.discord.slash(name, options)
        except NoAnswerError:
            self.done["questions without an answer"] += 1
        else:
            self.done["questions answered"] += 1

    # The maintainer

    async def _reload(self) -> None:
        """Other settings: mostly right ones, sometimes with a channel less, sometimes with a mistake."""
        drawn = self._chance.random()
        if drawn < 0.2:
            self.configure(channels=CHANNELS[:1])
        elif drawn < 0.4:
            self.configure(announce={"mistake": 1})
        else:
            self.configure(announce={"hold_above": None, "posts_per_message": self._chance.randint(1, 10)})
        self.done["settings written"] += 1

    async def _look_in(self) -> None:
        await ask_service(self._bot.config.parent / "state", LiveRequest())
        self.done["looks at the service"] += 1
