"""Taking what a scan found into the catalog: posts, their standing and their deliveries, in one transaction.

::

    gone ──► lose the file, or hand it over to a duplicate that is still there
    reading ─► which post is it? (its path, else one that lost its file: renamed) ─► decide ─► store
                                                                                       │ announced
                                         more than hold_above of them? ─► held         ▼
                                                                       route ─► plan a delivery for each channel
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.announcing.decide import Decision, Rules, decide
from bot.announcing.routing import route
from bot.catalog.records import Cause, KnownPost, Reason, Standing
from bot.catalog.tables import Tables
from bot.content.post import NotAPost, Post, PostProblem, Reading
from bot.settings import ChannelSettings, Settings

__all__ = ["Ingest", "ScanBatch", "Taken"]

SEEN_BY_MEMBERS = (Standing.HELD, Standing.INDEXED, Standing.ANNOUNCED)


@dataclass(frozen=True, slots=True)
class ScanBatch:
    """What a scan found.

    Attributes:
        readings: settled files that are new or changed.
        gone: paths that are no longer there.
        refused: entries that are never opened although their name is a post's.
        complete: the whole tree was looked at; otherwise `gone` only serves to recognise renames.
        baseline: what is there was there before the bot.
    """

    readings: tuple[Reading, ...]
    gone: tuple[str, ...] = ()
    refused: tuple[PostProblem, ...] = ()
    complete: bool = False
    baseline: bool = False


@dataclass(slots=True)
class Taken:
    """What a transaction made of a batch.

    Attributes:
        channels: ids of the channels with something new to send.
        announced: paths whose deliveries were planned.
        unrouted: paths that no channel takes.
        held: paths that wait for a person.
        duplicates: each new duplicate's path, and its original's.
        renamed: each old path, and the new one.
        problems: new since the last look.
    """

    channels: set[int] = field(default_factory=set)
    announced: list[str] = field(default_factory=list)
    unrouted: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    problems: list[PostProblem] = field(default_factory=list)


class Ingest:
    """Works under one set of settings. Its methods run inside a transaction and do nothing but use it."""

    def __init__(self, settings: Settings) -> None:
        self._rules = Rules.from_settings(settings)
        self._channels: Sequence[ChannelSettings] = settings.channels
        self._hold_above = settings.announce.hold_above

    def take(self, tables: Tables, batch: ScanBatch, now: datetime, *, brake: bool = True) -> Taken:
        """Store what a scan found and plan what follows.

        Args:
            tables: of the running transaction.
            batch: see `ScanBatch`.
            now: aware.
            brake: hold the new posts if there are more than ``announce.hold_above``.
        """
        taken = Taken()
        lost = self._lose(tables, batch, now)
        news = [
            post_id
            for reading in sorted(batch.readings, key=lambda reading: reading.file.path)
            if (post_id := self._take_reading(tables, reading, batch, now, taken)) is not None
        ]
        self._settle_losses(tables, lost, complete=batch.complete)
        self._take_refused(tables, batch, taken)
        if brake and self._hold_above is not None and len(news) > self._hold_above:
            self._hold(tables, news, taken)
        else:
            self.plan(tables, news, now, taken)
        return taken

    def take_due(self, tables: Tables, now: datetime) -> Taken:
        """Decide again on the posts whose date has come."""
        taken = Taken()
        due = tables.posts.due(now)
        news = [known.id for known in due if self._decide(tables, known, known.post, now, taken, baseline=False)]
        self.plan(tables, news, now, taken)
        return taken

    def take_rules(self, tables: Tables, now: datetime) -> None:
        """Apply changed settings to the posts that are there: what they let in was there before, so it is no news."""
        for known in tables.posts.living():
            if known.standing is not Standing.WAITING:
                self._decide(tables, known, known.post, now, Taken(), baseline=True)

    def plan(self, tables: Tables, post_ids: Sequence[int], now: datetime, taken: Taken) -> None:
        """Plan a delivery of each post for each channel that takes it; what became of it is added to `taken`."""
        for post_id in post_ids:
            known = tables.posts.by_id(post_id)
            assert known is not None
            routes = route(known.post, self._channels)
            matching = [each.channel.id for each in routes if each.matches]
            if matching:
                tables.posts.decide(post_id, Standing.ANNOUNCED, Cause.RULES, known.reasons)
                tables.deliveries.plan(post_id, matching, now)
                taken.channels.update(matching)
                taken.announced.append(known.post.path)
            else:
                unrouted = Reason("channels", False, f"none of {len(routes)} channels takes it")
                tables.posts.decide(post_id, Standing.INDEXED, Cause.UNROUTED, (*known.reasons, unrouted))
                taken.unrouted.append(known.post.path)

    def _lose(self, tables: Tables, batch: ScanBatch, now: datetime) -> list[KnownPost]:
        lost = []
        for path in batch.gone:
            known = tables.posts.by_path(path)
            if known is not None and known.gone_at is None:
                tables.posts.lose_file(known.id, now)
                lost.append(known)
            if batch.complete:
                tables.files.remove(path)
        return lost

    def _settle_losses(self, tables: Tables, lost: Sequence[KnownPost], *, complete: bool) -> None:
        """Posts that lost their file and did not turn up elsewhere: gone for now, or not if only a part was seen."""
        for known in lost:
            current = tables.posts.by_id(known.id)
            if current is None or current.gone_at is None:
                tables.files.remove(known.post.path)
            elif not complete:
                tables.posts.regain_file(known.id)
            elif (duplicate := tables.posts.first_duplicate(known.id)) is not None:
                tables.posts.remove(duplicate, in_favour_of=known.id)
                tables.posts.update(known, duplicate.post)

    def _take_reading(
        self, tables: Tables, reading: Reading, batch: ScanBatch, now: datetime, taken: Taken
    ) -> int | None:
        """Store one file; return the post's id if it is to be announced."""
        outcome = reading.outcome
        before = tables.files.problem(reading.file.path)
        tables.files.put(reading)
        if isinstance(outcome, PostProblem):
            if outcome != before:
                taken.problems.append(outcome)
            return None
        if isinstance(outcome, NotAPost):
            known = tables.posts.by_path(outcome.path)
            if known is not None and known.gone_at is None:
                reason = Reason("post", False, f"its file is no link post any more: {outcome.reason}")
                tables.posts.decide(known.id, Standing.HIDDEN, Cause.RULES, (reason,))
            return None
        return self._take_post(tables, outcome, batch, now, taken)

    def _take_post(self, tables: Tables, post: Post, batch: ScanBatch, now: datetime, taken: Taken) -> int | None:
        known = _recognise(tables, post)
        if known is None:
            known = tables.posts.by_id(tables.posts.insert(post, now))
            assert known is not None
            is_news = self._decide(tables, known, post, now, taken, baseline=batch.baseline, is_new=True)
            return known.id if is_news else None
        if known.post.path != post.path:
            taken.renamed.append((known.post.path, post.path))
        tables.posts.update(known, post)
        tables.posts.part_from_duplicates(known.id)
        is_news = self._decide(tables, known, post, now, taken, baseline=batch.baseline)
        return known.id if is_news else None

    def _decide(
        self,
        tables: Tables,
        known: KnownPost,
        post: Post,
        now: datetime,
        taken: Taken,
        *,
        baseline: bool,
        is_new: bool = False,
    ) -> bool:
        """Decide on a stored post and store the decision; return whether it is to be announced."""
        original = tables.posts.original_of(post, known.id)
        previous = None if is_new or known.cause is Cause.DUPLICATE else known.standing
        decision = decide(
            post,
            previous,
            rules=self._rules,
            now=now,
            baseline=baseline,
            duplicate_of=None if original is None else original.post.path,
        )
        if previous in SEEN_BY_MEMBERS and decision.standing is previous:
            return False
        self._store(tables, known, decision, original)
        if original is not None and decision.cause is Cause.DUPLICATE:
            taken.duplicates.append((post.path, original.post.path))
        return decision.standing is Standing.ANNOUNCED

    def _store(self, tables: Tables, known: KnownPost, decision: Decision, original: KnownPost | None) -> None:
        seen = decision.standing in SEEN_BY_MEMBERS
        tables.posts.decide(
            known.id,
            decision.standing,
            decision.cause,
            decision.reasons,
            wakes_at=decision.wakes_at,
            duplicate_of=original.id if original is not None and seen else None,
        )

    def _take_refused(self, tables: Tables, batch: ScanBatch, taken: Taken) -> None:
        before = set(tables.files.unopened_problems())
        taken.problems.extend(problem for problem in batch.refused if problem not in before)
        for problem in batch.refused:
            tables.files.put_problem(problem)
        if batch.complete:
            for problem in before - set(batch.refused):
                if problem.path not in {still.path for still in batch.refused}:
                    tables.files.remove_problem(problem.path)

    def _hold(self, tables: Tables, post_ids: Sequence[int], taken: Taken) -> None:
        brake = Reason("hold_above", False, f"{len(post_ids)} new posts in one scan; more than {self._hold_above}")
        for post_id in post_ids:
            known = tables.posts.by_id(post_id)
            assert known is not None
            tables.posts.decide(post_id, Standing.HELD, Cause.RULES, (*known.reasons, brake))
            taken.held.append(known.post.path)


def _recognise(tables: Tables, post: Post) -> KnownPost | None:
    """Find the post that a file is: the one at its path, else one that lost its file and looks the same.

    A post that is gone from the path is the same only if its link or its title is; otherwise the path has a new post.
    """
    at_path = tables.posts.by_path(post.path)
    if at_path is not None:
        if at_path.gone_at is None:
            return at_path
        if at_path.post.canonical_url == post.canonical_url or at_path.post.title == post.title:
            return at_path
    return tables.posts.gone_like(post)
