"""Anything at all happens to a site, its channels, the service and its clock; the promise holds at every step.

When a run ends, Discord behaves, the service runs until nothing is left to do, a person decides what only a person can,
and then each post stands exactly once.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.announcing.publisher import ChannelRefused, NotNow, Uncertain
from bot.content.post import Post
from bot.settings import ChannelSettings
from tests.support.catalog_site import ALL, KUBERNETES, a_post, channel
from tests.support.courier_fakes import (
    CHANNEL_REFUSED,
    MESSAGE_REFUSED,
    RATE_LIMITED,
    TOKEN_REFUSED,
    Act,
    Hangs,
    Lost,
    Refuses,
)
from tests.support.promise_world import FORUM, NEWS, World

__all__ = ["PromiseMachine", "run_machine"]

SITES: Sequence[tuple[ChannelSettings, ...]] = (
    (channel(ALL),),
    (channel(ALL), channel(KUBERNETES)),
    (channel(NEWS, publish=True),),
    (channel(FORUM),),
)

# Not st.integers: what it gives depends on the numbers in whatever modules are loaded, and so on the other tests.
numbers = st.sampled_from(range(100))  # which of those that are there
moments = st.sampled_from(range(61))  # turns of the event loop
seconds = st.sampled_from([0.05, 1.0, 3.0, 20.0, 61.0, 400.0, 4000.0])
lost = st.builds(Lost, stored=st.booleans(), takes=st.sampled_from([0.0, 61.0, 400.0]))

clock_errors = st.sampled_from([0, 0, 0, -172_800, -3600, -30, 30, 3600, 172_800])
rarely = st.sampled_from([False, False, False, True])


hangs = st.one_of(
    st.builds(Hangs, stored=st.just(True)),
    st.builds(Hangs, stored=st.just(False), outcome=st.just(Uncertain("no answer"))),
)
common = st.one_of(lost, lost, hangs, st.sampled_from([RATE_LIMITED, CHANNEL_REFUSED]))
requests = st.one_of(common, st.sampled_from([MESSAGE_REFUSED, TOKEN_REFUSED]))
doubtful = st.builds(Lost, stored=st.just(True), takes=st.sampled_from([0.0, 61.0, 400.0]))
sends = st.tuples(st.one_of(doubtful, requests), st.lists(requests, max_size=2)).map(lambda acts: [acts[0], *acts[1]])
changes = st.lists(st.one_of(common, st.just(Refuses(NotNow("no connection")))), min_size=1, max_size=3)


class PromiseMachine(RuleBasedStateMachine):
    """A world, and what can happen in it."""

    def __init__(self) -> None:
        super().__init__()
        self.world: World | None = None
        self.stack = ExitStack()
        self.gone: list[Post] = []
        self.written = 0
        self.hanging: list[Hangs] = []

    @property
    def w(self) -> World:
        """The world, once it is made."""
        assert self.world is not None
        return self.world

    @initialize(
        channels=st.sampled_from(SITES),
        posts_per_message=st.sampled_from([1, 2, 10]),
        on_delete=st.sampled_from(["keep", "delete"]),
        on_edit=st.sampled_from(["edit", "edit", "ignore"]),
    )
    def make(self, channels: tuple[ChannelSettings, ...], **announce: Any) -> None:
        """A site without posts, and the service."""
        self.world = self.stack.enter_context(World(channels, **announce))
        self.w.start()

    @rule(number=st.sampled_from([1, 2, 3]), draft=st.booleans())
    def create(self, number: int, draft: bool) -> None:
        """New files."""
        keys = [f"p{self.written + each}" for each in range(number)]
        self.written += number
        self.w.write(*(a_post(f"{key}.md", source=key, draft=draft and key == keys[0]) for key in keys))

    @precondition(lambda self: self.w.posts())
    @rule(what=st.sampled_from(["edit", "turn", "turn", "rename", "delete", "restore"]), which=numbers)
    def file(self, what: str, which: int) -> None:
        """Something happens to a file."""
        getattr(self, what)(which)

    def edit(self, which: int) -> None:
        """Another text."""
        self.w.edit(self._path(which), text=f"Edited, {self.w.outside.changes}.")

    def turn(self, which: int) -> None:
        """A draft, or public again."""
        path = self._path(which)
        self.w.edit(path, draft=not self.w.post(path).draft)

    def rename(self, which: int) -> None:
        """Another path."""
        self.w.rename(self._path(which), f"renamed-{self.w.outside.changes}.md")

    def delete(self, which: int) -> None:
        """The file is gone."""
        path = self._path(which)
        self.gone.append(self.w.post(path))
        self.w.delete(path)

    def restore(self, which: int) -> None:
        """A file comes back."""
        if self.gone:
            self.w.write(self.gone.pop(which % len(self.gone)))

    @rule(
        which=numbers,
        requests=sends,
        changes=changes,
        unreadable=rarely,
        deleted=rarely,
        error=clock_errors,
        passed=seconds,
    )
    def announce(
        self,
        which: int,
        requests: list[Act],
        changes: list[Act],
        unreadable: bool,
        deleted: bool,
        error: int,
        passed: float,
    ) -> None:
        """A post comes, and its message meets trouble; perhaps a moderator is quick to delete it."""
        discord, channel_id = self.w.outside.discord, self._channel(which)
        self._note_hanging(requests + changes)
        discord.next_request(channel_id, *requests)
        discord.next_change(channel_id, *changes)
        if unreadable:
            discord.unreadable.add(channel_id)
        self._live()
        self.set_clock(error)
        self.create(1, draft=False)
        self.w.go_on(0.05)
        if deleted and (messages := discord.messages(channel_id)):
            self.w.person_deletes(channel_id, messages[-1])
        self.w.go_on(passed)

    @precondition(lambda self: self.w.posts())
    @rule(which=numbers, retract=st.booleans(), changes=changes, passed=seconds)
    def change(self, which: int, retract: bool, changes: list[Act], passed: float) -> None:
        """A post is edited or retracted, and that meets trouble."""
        self._note_hanging(changes)
        self.w.outside.discord.next_change(self._channel(which), *changes)
        self._live()
        if retract:
            self.turn(which)
        else:
            self.edit(which)
        self.w.go_on(passed)

    @rule(which=numbers, outcome=st.sampled_from([NotNow("no connection"), ChannelRefused("not now", 50001)]))
    def next_search(self, which: int, outcome: NotNow | ChannelRefused) -> None:
        """What becomes of the next look."""
        self.w.outside.discord.next_search(self._channel(which), outcome)

    @rule(what=st.sampled_from(["history", "channel_goes", "resolve", "answer"]), which=numbers)
    def event(self, what: str, which: int) -> None:
        """Something happens elsewhere."""
        getattr(self, what)(which)

    def history(self, which: int) -> None:
        """The history can be read no more, or again."""
        self.w.outside.discord.unreadable ^= {self._channel(which)}

    def channel_goes(self, which: int) -> None:
        """The channel is not there any more, or again."""
        self.w.outside.discord.removed ^= {self._channel(which)}

    @rule(which=numbers, message=numbers)
    def moderator(self, which: int, message: int) -> None:
        """A moderator deletes a message."""
        messages = self.w.outside.discord.messages(self._channel(which))
        if messages:
            self.w.person_deletes(self._channel(which), messages[message % len(messages)])

    def resolve(self, which: int) -> None:
        """A person settles what waits for one."""
        if self.w.life is not None:
            self.w.people_settle()

    @rule(error=clock_errors)
    def set_clock(self, error: int) -> None:
        """The clock of the machine is set."""
        self.w.outside.clock_error = timedelta(seconds=error)

    @rule(turns=moments)
    def turns(self, turns: int) -> None:
        """A moment passes."""
        self._live()
        self.w.turns(turns)

    @rule(passed=seconds)
    def go_on(self, passed: float) -> None:
        """Time passes."""
        self._live()
        self.w.go_on(passed)

    @rule(turns=moments, outage=seconds)
    def crash(self, turns: int, outage: float) -> None:
        """The process is killed in the middle of something, and started again later."""
        self._live()
        self.w.turns(turns)
        self.w.kill()
        self.w.go_on(outage)

    @rule(outage=seconds)
    def stop(self, outage: float) -> None:
        """The process is asked to end."""
        self._let_go()
        self.w.stop()
        self.w.go_on(outage)

    def answer(self, which: int) -> None:
        """What hangs is answered."""
        self._let_go()

    @invariant()
    def nothing_is_doubled(self) -> None:
        """The promise, at every step."""
        if self.world is not None:
            self.world.check()

    def teardown(self) -> None:
        """The promise, in the end."""
        if self.world is None:
            return
        with self.stack:
            self.w.outside.clock_error = timedelta()
            self.w.outside.discord.forget_acts()
            self._let_go()
            self.w.come_to_rest()
            self.w.people_settle()
            self.w.come_to_rest()
            self.w.check_the_end()

    def _live(self) -> None:
        if self.w.life is None:
            self.w.start()

    def _note_hanging(self, what: list[Act]) -> None:
        self.hanging += [act for act in what if isinstance(act, Hangs)]

    def _let_go(self) -> None:
        for act in self.hanging:
            act.go.set()

    def _path(self, which: int) -> str:
        posts = sorted(post.path for post in self.w.posts())
        return posts[which % len(posts)]

    def _channel(self, which: int) -> int:
        channels = self.w.outside.settings.channels
        return channels[which % len(channels)].id


class _SeededMachine(PromiseMachine):
    """The same; it keeps the seed."""


def run_machine(examples: int, steps: int, seed: int | None = None) -> None:
    """Run it; with a `seed`, always in the same way.

    Raises:
        PromiseBroken: what broke the promise.
    """
    machine = PromiseMachine if seed is None else with_seed(seed)(_SeededMachine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            database=None,
            phases=[Phase.generate],  # to shrink takes minutes
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )
