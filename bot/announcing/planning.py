"""The standing of posts and their deliveries, within one transaction.

::

    decide ──► hidden, waiting, indexed ─────────────────────────────────► stored
       │ news
       └──► more than the brake lets through? ─► held
                      │ no
                      └──► route ─► a delivery planned for each channel, and each follower ─► announced
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.announcing.decide import Decision, Rules, decide
from bot.announcing.routing import route
from bot.catalog.columns import fold
from bot.catalog.notes import Note
from bot.catalog.records import Cause, DeliveryState, KnownPost, Reason, Standing
from bot.catalog.tables import Tables
from bot.content.post import Post, PostProblem
from bot.settings import ChannelSettings

__all__ = ["Planner", "Taken", "link_and_title"]

NANOSECONDS = 1_000_000_000  # of a second


@dataclass(slots=True)
class Taken:
    """What a transaction made of what was found.

    Attributes:
        channels: ids of the channels with something to send, or with messages to be looked at; of followers too.
        announced: paths whose deliveries were planned.
        takers: of each of those, the names of the channels that take it, and how many people follow it.
        unrouted: paths that no channel takes, and nobody follows.
        held: paths that wait for a person.
        duplicates: each new duplicate's path, and its original's.
        renamed: each old path, and the new one.
        changed: paths of posts that say something else now.
        gone: paths of posts whose files are gone for good.
        kept_back: each path that is not announced for its own sake, its standing, and why.
        problems: new since the last look.
    """

    channels: set[int] = field(default_factory=set)
    announced: list[str] = field(default_factory=list)
    takers: dict[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)
    unrouted: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    kept_back: list[tuple[str, Standing, str]] = field(default_factory=list)
    problems: list[PostProblem] = field(default_factory=list)


class Planner:
    """Decides on stored posts, gathers the news among them, and plans those at the end.

    Args:
        tables: of the running transaction.
        rules: see `Rules`.
        channels: those that a post can go to.
        now: aware.
        baseline: what is decided on was there before the bot.
        baseline_paths: so were the posts at these paths, if not all.
        follow: what is news goes to those who follow it as well.
    """

    def __init__(
        self,
        tables: Tables,
        rules: Rules,
        channels: Sequence[ChannelSettings],
        now: datetime,
        *,
        baseline: bool = False,
        baseline_paths: frozenset[str] = frozenset(),
        follow: bool = False,
    ) -> None:
        self.taken = Taken()
        self._tables = tables
        self._rules = rules
        self._channels = channels
        self._now = now
        self._baseline = baseline
        self._baseline_paths = baseline_paths
        self._follow = follow
        self._news: list[int] = []

    def decide(self, post_id: int, *, was_gone: bool = False) -> None:
        """Decide on a post by what is stored of it, and store the decision; `was_gone`: its file is back."""
        known = self._tables.posts.by_id(post_id)
        if known is None:  # was a duplicate, and became the post that it was one of
            return
        original = self._tables.posts.original_of(known)
        previous = self._previous(known, original, was_away=was_gone or not known.standing.is_seen)
        decision = decide(
            known.post,
            previous,
            rules=self._rules,
            now=self._now,
            baseline=self._was_there(known),
            duplicate_of=None if original is None else original.post.path,
        )
        if decision.standing is known.standing and previous is known.standing:
            self._keep(known, original)
        else:
            self._store(known, decision, original, is_new=previous is None)

    def hide(self, known: KnownPost, reason: Reason) -> None:
        """Take a post out of sight because its file is none any more."""
        self._store(known, Decision(Standing.HIDDEN, Cause.RULES, (reason,)), None, is_new=False)

    def mark_stale(self, post_id: int) -> None:
        """Have the messages looked at that carry a card of the post: it may have to change, or to go."""
        self.taken.channels |= self._tables.messages.mark_stale(post_id, self._now)

    def review_duplicates(self, original_id: int) -> None:
        """Decide anew on the duplicates of a post that was hidden, and show those that are not like it any more."""
        original = self._tables.posts.by_id(original_id)
        if original is None:
            return
        for duplicate in self._tables.posts.duplicates_of(original_id):
            if link_and_title(duplicate.post) != link_and_title(original.post):
                self._tables.posts.show(duplicate.id)
            elif not original.standing.is_seen:
                self.decide(duplicate.id)

    def plan(self, hold_above: int | None = None) -> None:
        """Plan a delivery of each piece of news for each channel that takes it, and for each follower who wants it.

        Args:
            hold_above: more news than this are held for a person; None: never.
        """
        news = [known for known in map(self._known, self._news) if known.standing is Standing.ANNOUNCED]
        if hold_above is not None and len(news) > hold_above:
            brake = Reason("hold_above", False, f"{len(news)} new posts in one scan; more than {hold_above}")
            for known in news:
                self._tables.posts.decide(known.id, Standing.HELD, Cause.RULES, (*known.reasons, brake))
                self.taken.held.append(known.post.path)
            return
        followers = self._tables.followers.matching([known.id for known in news]) if self._follow else {}
        is_first_run = self._tables.notes.get(Note.BASELINE) is None
        for known in news:
            arrived_at = None if is_first_run else self._arrived_at(known.post)
            self._plan_one(known, followers.get(known.id, ()), arrived_at)

    def _arrived_at(self, post: Post) -> datetime:
        """When there was something to announce: the file as it is, and its date."""
        stamp = self._tables.files.stamps_of([post.path]).get(post.path)
        came_at = self._now if stamp is None else datetime.fromtimestamp(stamp.ctime_ns / NANOSECONDS, UTC)
        return min(self._now, max(came_at, post.publishes_at or came_at))

    def _plan_one(self, known: KnownPost, followers: Sequence[int], arrived_at: datetime | None) -> None:
        routes = route(known.post, self._channels)
        matching = [*(each.channel.id for each in routes if each.matches), *followers]
        if matching:
            self._tables.deliveries.plan(known.id, matching, self._now, arrived_at=arrived_at)
            self.taken.channels.update(matching)
            self.taken.announced.append(known.post.path)
            names = tuple(each.channel.name for each in routes if each.matches)
            self.taken.takers[known.post.path] = (names, len(followers))
            return
        unrouted = Reason("channels", False, f"none of {len(routes)} channels takes it")
        self._tables.posts.decide(known.id, Standing.INDEXED, Cause.UNROUTED, (*known.reasons, unrouted))
        self.taken.unrouted.append(known.post.path)

    def _keep(self, known: KnownPost, original: KnownPost | None) -> None:
        """A post that stays what it is; what is planned of it may go on if it slept."""
        if known.duplicate_of is not None and original is None:
            self._tables.posts.show(known.id)
        self._wake(known)

    def _previous(self, known: KnownPost, original: KnownPost | None, *, was_away: bool) -> Standing | None:
        """The standing that a post has, or takes up again; None: it is as good as new."""
        if known.cause is Cause.DUPLICATE:
            return None
        if original is not None and was_away and known.shown_as is Standing.ANNOUNCED:
            # It went before it was sent anywhere, and another one has been announced in its place.
            return None if self._tables.deliveries.withdraw(known.id) else known.shown_as
        return known.shown_as

    def _store(self, known: KnownPost, decision: Decision, original: KnownPost | None, *, is_new: bool) -> None:
        shown_instead = is_new and original is not None and original.is_shown and decision.standing.is_seen
        self._tables.posts.decide(
            known.id,
            decision.standing,
            decision.cause,
            decision.reasons,
            wakes_at=decision.wakes_at,
            duplicate_of=original.id if original is not None and shown_instead else None,
        )
        if not is_new and decision.standing is not known.standing:
            self.mark_stale(known.id)
        if original is not None and decision.cause is Cause.DUPLICATE and known.cause is not Cause.DUPLICATE:
            self.taken.duplicates.append((known.post.path, original.post.path))
        if decision.standing is not Standing.ANNOUNCED:
            self._keep_back(known, decision)
            return
        if is_new or (not self._was_there(known) and self._tables.deliveries.withdraw(known.id)):
            self._news.append(known.id)  # or public again, and it stands nowhere: it goes where it belongs now
        else:
            self._wake(known)

    def _keep_back(self, known: KnownPost, decision: Decision) -> None:
        """Note why a post is not announced, where nothing else does; of the baseline nothing is."""
        against = [reason.text for reason in decision.reasons if not reason.passed]
        if against and decision.cause is Cause.RULES and not self._was_there(known):
            self.taken.kept_back.append((known.post.path, decision.standing, against[0]))

    def _was_there(self, known: KnownPost) -> bool:
        return self._baseline or known.post.path in self._baseline_paths

    def _wake(self, known: KnownPost) -> None:
        states = self._tables.deliveries.channels_of(known.id)
        self.taken.channels.update(channel for channel, state in states.items() if state is DeliveryState.PENDING)

    def _known(self, post_id: int) -> KnownPost:
        known = self._tables.posts.by_id(post_id)
        assert known is not None
        return known


def link_and_title(post: Post) -> tuple[str, str]:
    """What makes two posts duplicates of each other; titles are compared as people do."""
    return post.canonical_url, fold(post.title)
