"""A site, its channels at Discord, and the service that lives, dies and lives again between them.

::

    with World() as world:
        world.write(a_post("a.md", source="a"))
        world.start()
        world.go_on(seconds=1)
        world.life.kill()
        world.come_to_rest()          # Discord behaves, the service runs until nothing is left to do
        world.check_the_end()         # each post stands exactly once
"""

import asyncio
import sqlite3
import tempfile
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self

import pytest

from bot.announcing import rests, upkeep
from bot.announcing.publisher import ChannelKind
from bot.catalog import followers
from bot.catalog.database import FILE_NAME
from bot.catalog.following import FollowKind
from bot.catalog.records import DeliveryState
from bot.catalog.schema import connect_writer
from bot.catalog.tables import Tables
from bot.content.post import Post
from bot.settings import ChannelSettings, CommandsSettings, Filter
from tests.support.catalog_site import ALL, KUBERNETES, NOW, Site, channel, settings_for
from tests.support.courier_fakes import Clock, FakeDiscord, Stored
from tests.support.promise_faults import Fault, Moments
from tests.support.promise_ledger import Ledger, PromiseBroken, key_of
from tests.support.promise_life import Life, Outside
from tests.support.promise_loop import LeapingLoop

__all__ = ["CHANNELS", "FOLLOWER", "FORUM", "LEFT_ALONE", "NEWS", "World"]

NEWS, FORUM = 1_200_000_000_000_000_003, 1_200_000_000_000_000_004
FOLLOWER = 1_200_000_000_000_000_005  # the direct messages with somebody who follows the tag of every post
CHANNELS = (
    channel(ALL),
    channel(KUBERNETES, tags=Filter(any=("kubernetes",))),
    channel(NEWS, publish=True),
    channel(FORUM),
)
KINDS = {NEWS: ChannelKind.ANNOUNCEMENT, FORUM: ChannelKind.FORUM}

MEMORY = Path("/dev/shm")  # where syncing files takes no time
LEFT_ALONE = timedelta(minutes=10)  # a follower who refuses: a day is 1,440 looks
OUTAGE_SECONDS = 300.0  # longer than a nonce is remembered
ARRIVES_WITHIN_TURNS = 5  # of the event loop, a request whose sender is gone
LONGEST_LOOK_SECONDS = 600.0
MOST_LOOKS = 200


class World:
    """See above.

    Args:
        channels: of the settings.
        moments: at which something goes wrong; None: nothing does.
        follow: somebody follows everything.
        announce: keys of that section of the settings.

    Attributes:
        outside: what is there whether or not the service runs.
        life: the service; None: it does not run.
    """

    def __init__(
        self,
        channels: tuple[ChannelSettings, ...] = CHANNELS,
        moments: Moments | None = None,
        *,
        follow: bool = False,
        **announce: Any,
    ) -> None:
        self.life: Life | None = None
        self.starts = 0
        self._moments = moments
        self._stack = ExitStack()
        folder = self._stack.enter_context(
            tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="linkbot-promise-")
        )
        clock = Clock()
        loop = LeapingLoop(clock.go_on)
        discord = FakeDiscord(clock)
        discord.kinds.update(KINDS)
        settings = settings_for(Path(folder), channels=channels, **announce)
        settings = settings.model_copy(update={"commands": CommandsSettings(follow=follow)})
        state = Path(folder, "state")
        state.mkdir()
        (state / FILE_NAME).write_bytes(_empty_catalog())
        ledger = Ledger(discord, [*(channel.id for channel in channels), FOLLOWER])
        # No catalog: it only keeps the files, each life scans them into its own.
        site = Site(None, settings)  # type: ignore[arg-type]
        self.outside = Outside(loop, clock, discord, ledger, settings, site, state)
        self.not_for_followers = ""  # the key of a post that Discord refuses to one of them
        self._mistakes: list[dict[str, Any]] = []
        self._once_public: set[str] = set()
        self._left_to_people: set[tuple[int, str]] = set()

    def __enter__(self) -> Self:
        """Make the product's own clocks those of this world."""
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(upkeep, "time", SimpleNamespace(monotonic=self.outside.loop.time))
        patch.setattr(rests, "time", SimpleNamespace(monotonic=self.outside.loop.time))
        patch.setattr(followers, "LEFT_ALONE", LEFT_ALONE)
        self.outside.loop.set_exception_handler(lambda _, context: self._mistakes.append(context))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave no task and no file behind."""
        loop = self.outside.loop
        with self._stack:
            self.kill()
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                self._run(asyncio.wait(left))
            loop.close()

    def write(self, *posts: Post) -> None:
        """Write or change files."""
        self.outside.site.write(*posts)
        self._once_public |= {key_of(post) for post in posts if not post.draft}
        self._changed()

    def rename(self, old: str, new: str) -> None:
        """The file has another path."""
        self.outside.site.rename(old, new)
        self._changed()

    def delete(self, path: str) -> None:
        """The file is gone."""
        self.outside.site.delete(path)
        self._changed()

    def posts(self) -> list[Post]:
        """The files that are there."""
        return [outcome for _, outcome in self.outside.site.files.values() if isinstance(outcome, Post)]

    def post(self, path: str) -> Post:
        """The file at a path."""
        outcome = self.outside.site.files[path][1]
        assert isinstance(outcome, Post)
        return outcome

    def edit(self, path: str, **changes: Any) -> None:
        """The file is changed."""
        self.write(replace(self.post(path), **changes))

    def start(self) -> None:
        """A process is started."""
        assert self.life is None
        self.starts += 1
        self.life = Life(self.outside, self._moments)

    def kill(self) -> None:
        """The process is killed; None of what it was doing goes on, but requests under way arrive."""
        if self.life is not None:
            self.life.kill()
            self._bury()

    def turns(self, number: int) -> None:
        """Let everything go on for so many turns of the event loop, with no time passing while there is work."""

        async def turn() -> None:
            for _ in range(number):
                await asyncio.sleep(0)

        self._run(turn())
        self._bury_if_ended()

    def go_on(self, seconds: float) -> None:
        """Let time pass; a process that ends is not started again."""
        self._run(asyncio.sleep(seconds))
        self._bury_if_ended()

    def go_on_restarting(self, seconds: float) -> None:
        """Let time pass under a service manager: a process that ends is started again, after an outage later."""
        deadline = self.outside.loop.time() + seconds
        while (left := deadline - self.outside.loop.time()) > 0:
            if self.life is None:
                self.start()
            assert self.life is not None
            self._run(asyncio.wait([self.life.ended], timeout=left))
            if self.life.ended.done():
                outage = self.life.was_killed is Fault.OUTAGE
                self._bury()
                self._run(asyncio.sleep(OUTAGE_SECONDS if outage else 1.0))

    def come_to_rest(self) -> None:
        """Discord does well, and the service runs until nothing is left to do.

        Raises:
            PromiseBroken: it does not come to an end, or something was announced twice.
        """
        self.outside.discord.forget_acts()
        self.outside.discord.unreadable.clear()
        self.outside.discord.removed.clear()
        seconds = 1.0
        for _ in range(MOST_LOOKS):
            self.go_on_restarting(seconds)
            self.check()
            if self.life is not None and self.life.has_nothing_to_do:
                return
            seconds = min(2 * seconds, LONGEST_LOOK_SECONDS)
        raise PromiseBroken(f"after days something is still to be done: {self.held_up() or 'deliveries or changes'}")

    def stop(self) -> None:
        """The process is asked to end, and does."""
        if self.life is not None:
            self.life.stop()
            while self.life is not None:
                self.go_on(10.0)

    def people_delete(self) -> None:
        """A moderator deletes every message that stands."""
        for settings in self.outside.settings.channels:
            for message in self.outside.discord.messages(settings.id):
                self.person_deletes(settings.id, message)

    def person_deletes(self, channel_id: int, message: Stored) -> None:
        """A moderator deletes a message, which the catalog may not know yet.

        If nobody knows what came of a change of it, nobody knows either which cards the deletion met.
        """
        with closing(sqlite3.connect(self.outside.folder / FILE_NAME)) as connection:
            known = connection.execute(
                "SELECT changing, source FROM messages JOIN deliveries ON message = messages.id"
                " JOIN posts ON posts.id = post_id WHERE message_id = ?",
                (message.id,),
            ).fetchall()
        self._left_to_people |= {(channel_id, key) for changing, key in known if changing is not None}
        self.outside.ledger.a_person_deletes(channel_id, message, is_known=bool(known))

    def people_settle(self) -> None:
        """A person looks into the channels and says what became of what was refused or what nobody can tell."""
        assert self.life is not None
        for delivery, channel_id, key, _ in self.held_up():
            messages = self.outside.discord.messages(channel_id)
            message = next((each for each in messages if key in map(key_of, each.posts)), None)
            self.life.write(partial(self._settle, delivery, channel_id, key, message))
        self.life.hint()

    def _settle(self, delivery: int, channel_id: int, key: str, message: Stored | None, tables: Tables) -> None:
        if message is not None:
            tables.deliveries.settle_sent(delivery, message.id, self.outside.now())
        elif self.outside.ledger.times(channel_id, key):
            tables.deliveries.settle_dropped(delivery)
        else:
            tables.deliveries.settle_pending(delivery)
            return
        self._left_to_people.add((channel_id, key))

    def held_up(self) -> list[tuple[int, int, str, DeliveryState]]:
        """What waits for a person: the delivery, its channel, its post, its state."""
        assert self.life is not None

        def query(tables: Tables) -> list[tuple[int, int, str, DeliveryState]]:
            keys = {known.path: known for known in tables.deliveries.held_up()}
            found = []
            for held in keys.values():
                known = tables.posts.by_path(held.path)
                assert known is not None
                found.append((held.id, held.channel_id, key_of(known.post), held.state))
            return found

        return self.life.look(query)

    def check(self) -> None:
        """What must hold at every moment.

        Raises:
            PromiseBroken: it does not.
        """
        self.outside.ledger.check()
        assert not self._mistakes, self._mistakes

    def check_the_end(self) -> None:
        """What must hold when nothing is left to do: each post stands once where it should, as it should.

        Raises:
            PromiseBroken: it does not.
        """
        self.check()
        held_up = {(channel_id, key) for _, channel_id, key, _ in self.held_up()} | self._left_to_people
        posts = {key_of(post): post for post in self.posts()}
        for settings in self.outside.settings.channels:
            for key in posts.keys() | self._once_public:
                if (settings.id, key) not in held_up:
                    self._check_one(settings, key, posts.get(key))
            self._check_published(settings)
        if self.outside.settings.commands.follow:
            for key in {key for key, post in posts.items() if not post.draft and (FOLLOWER, key) not in held_up}:
                self._check_follower(key)

    def _check_follower(self, key: str) -> None:
        times = self.outside.ledger.times(FOLLOWER, key)
        fewest = 0 if key == self.not_for_followers else 1
        if not fewest <= times <= self.outside.ledger.allowed(FOLLOWER, key):
            raise PromiseBroken(f"{key} was sent to a follower: announced {times} times")

    def _check_one(self, settings: ChannelSettings, key: str, post: Post | None) -> None:
        ledger, rules = self.outside.ledger, self.outside.settings.announce
        times, cards = ledger.times(settings.id, key), ledger.cards(settings.id, key)
        what = f"{key} in {settings.name}: announced {times} times, stands {len(cards)} times"
        if post is None:
            taken_back = rules.on_delete == "delete"
        elif post.draft:
            taken_back = rules.on_retract == "delete"
        else:
            if not 1 <= times <= ledger.allowed(settings.id, key):
                raise PromiseBroken(f"{what}, but it is public")
            taken_back = False
        if cards and (taken_back or key not in self._once_public):
            raise PromiseBroken(f"{what}, but it is not public")
        if post is not None and not post.draft and rules.on_edit == "edit":
            for card in cards:
                if not self.outside.discord.looks_alike(card, post):
                    raise PromiseBroken(f"{what}, but the card shows {card}, not {post}")

    def _check_published(self, settings: ChannelSettings) -> None:
        for message in self.outside.discord.messages(settings.id):
            by_people = any((settings.id, key_of(post)) in self._left_to_people for post in message.posts)
            if settings.publish and not message.published and not by_people:
                raise PromiseBroken(f"{[key_of(post) for post in message.posts]} in {settings.name} is not published")

    def _changed(self) -> None:
        self.outside.changes += 1
        if self.life is not None:
            self.life.hint()

    def _bury_if_ended(self) -> None:
        if self.life is not None and self.life.ended.done():
            self._bury()

    def _bury(self) -> None:
        """A process has ended, or ends without reaching anything any more."""
        assert self.life is not None
        life, self.life = self.life, None
        if not life.ended.done():
            self._run(asyncio.wait([life.ended]))
        self.turns(ARRIVES_WITHIN_TURNS)
        if not life.ended.cancelled():
            life.ended.exception()  # a bug or a fault ends the process, that is all
        life.close()

    def _run(self, work: Any) -> None:
        self.outside.loop.be_patient()
        self.outside.loop.run_until_complete(work)


@cache
def _empty_catalog() -> bytes:
    """Of a site without posts; somebody follows the tag that all will have."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, FILE_NAME)
        with closing(connect_writer(path, 1.0)) as connection:
            Tables(connection).followers.follow(1, FOLLOWER, FollowKind.TAG, "kubernetes", NOW)
        return path.read_bytes()
