"""Taking what a scan found into the catalog: posts, their standing and their deliveries, in one transaction.

::

    gone ─────► the post loses its file; if it does not turn up elsewhere, a duplicate that is still there takes over
    readings ─► which post is it? ─► store ─► decide, once all are stored ─► plan
                its path's, else one that lost its file and looks the same: renamed, else a new one
    still gone ─► missed by a second scan as well: gone for good

Whatever may have changed what a card is to show marks the card's message as stale, in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.announcing.decide import Rules
from bot.announcing.planning import Planner, Taken, link_and_title
from bot.catalog.records import KnownPost, Reason, Standing
from bot.catalog.tables import Tables
from bot.content.post import NotAPost, Post, PostProblem, Reading
from bot.settings import ChannelSettings, Settings

__all__ = ["Ingest", "ScanBatch"]


@dataclass(frozen=True, slots=True)
class ScanBatch:
    """What a scan found.

    Attributes:
        readings: settled files that are new or changed.
        gone: paths that are no longer there.
        refused: entries that are never opened although their name is a post's.
        complete: the whole tree was looked at; otherwise `gone` only serves to recognise renames.
        all_read: no file was still being written, which could be one that is missed elsewhere.
        baseline: what is there was there before the bot.
        baseline_paths: so was what is at these paths, if not all of it.
    """

    readings: tuple[Reading, ...]
    gone: tuple[str, ...] = ()
    refused: tuple[PostProblem, ...] = ()
    complete: bool = False
    all_read: bool = True
    baseline: bool = False
    baseline_paths: frozenset[str] = frozenset()


class Ingest:
    """Works under one set of settings. Its methods run inside a transaction and do nothing but use it."""

    def __init__(self, settings: Settings) -> None:
        self._rules = Rules.from_settings(settings)
        self._channels: Sequence[ChannelSettings] = settings.channels
        self._hold_above = settings.announce.hold_above
        self._follow = settings.commands.follow

    def take(self, tables: Tables, batch: ScanBatch, now: datetime, *, brake: bool = True) -> Taken:
        """Store what a scan found and plan what follows.

        Args:
            tables: of the running transaction.
            batch: see `ScanBatch`.
            now: aware.
            brake: hold the new posts if there are more than ``announce.hold_above``.
        """
        planner = self._planner(tables, now, baseline=batch.baseline, baseline_paths=batch.baseline_paths)
        intake = _Batch(tables, batch, now, planner)
        intake.take()
        planner.plan(self._hold_above if brake else None)
        return planner.taken

    def take_due(self, tables: Tables, now: datetime, *, baseline: bool = False) -> Taken:
        """Decide again on the posts whose date has come; `baseline`: it may have come before the bot saw it."""
        planner = self._planner(tables, now, baseline=baseline)
        for known in tables.posts.due(now):
            planner.decide(known.id)
        planner.plan()
        return planner.taken

    def take_rules(self, tables: Tables, now: datetime) -> None:
        """Apply changed settings to the posts that are there: what they let in was there before, so it is no news."""
        planner = self._planner(tables, now, baseline=True)
        living = tables.posts.living()
        for known in living:
            if known.standing is not Standing.WAITING:
                planner.decide(known.id)
        for known in living:
            planner.review_duplicates(known.id)

    def _planner(
        self, tables: Tables, now: datetime, *, baseline: bool, baseline_paths: frozenset[str] = frozenset()
    ) -> Planner:
        return Planner(
            tables,
            self._rules,
            self._channels,
            now,
            baseline=baseline,
            baseline_paths=baseline_paths,
            follow=self._follow,
        )


class _Batch:
    """One batch on its way into the catalog."""

    def __init__(self, tables: Tables, batch: ScanBatch, now: datetime, planner: Planner) -> None:
        self._tables = tables
        self._batch = batch
        self._now = now
        self._planner = planner
        self._readings = sorted(batch.readings, key=lambda reading: reading.file.path)
        self._just_gone = tables.posts.just_gone() if batch.complete and batch.all_read else []
        self._lost: list[KnownPost] = []
        self._replaced: set[int] = set()
        self._stored: dict[int, bool] = {}  # the posts that are to be decided, and whether their file is back
        self._touched: list[int] = []

    def take(self) -> None:
        """Do everything but plan the news."""
        self._lose_gone()
        self._lose_replaced()
        for reading in self._readings:
            self._store(reading)
        self._settle_losses()
        for post_id, was_gone in self._stored.items():
            self._planner.decide(post_id, was_gone=was_gone)
        for post_id in dict.fromkeys(self._touched):
            self._planner.review_duplicates(post_id)
        self._take_refused()
        self._confirm_gone()

    def _lose_gone(self) -> None:
        for path in self._batch.gone:
            known = self._living(path)
            if known is not None:
                self._lose(known)
            if self._batch.complete:
                self._tables.files.remove(path)

    def _lose_replaced(self) -> None:
        """Posts whose path another one has now while they moved on or were written over, as when files are renumbered.

        Otherwise a change at a path is an edit of its post, also one of link and title.
        """
        posts = [reading.outcome for reading in self._readings if isinstance(reading.outcome, Post)]
        living = {
            post.path: link_and_title(known.post) for post in posts if (known := self._living(post.path)) is not None
        }
        others = {
            post.path: living[post.path] for post in posts if living.get(post.path) not in (None, link_and_title(post))
        }
        arriving = {link_and_title(post) for post in posts if post.path in others or post.path not in living}
        moved = {path: link for path, link in others.items() if link in arriving}
        leaving = {*(link_and_title(known.post) for known in self._lost), *moved.values()}
        written_over = [post.path for post in posts if post.path in others and link_and_title(post) in leaving]
        for path in dict.fromkeys((*moved, *written_over)):
            known = self._living(path)
            assert known is not None
            self._replaced.add(known.id)
            self._lose(known)

    def _lose(self, known: KnownPost) -> None:
        self._tables.posts.lose_file(known.id, self._now)
        self._lost.append(known)

    def _store(self, reading: Reading) -> None:
        outcome = reading.outcome
        before = self._tables.files.problem(reading.file.path)
        self._tables.files.put(reading)
        if isinstance(outcome, Post):
            self._store_post(outcome, was_broken=before is not None)
        elif isinstance(outcome, NotAPost):
            known = self._living(outcome.path)
            if known is not None:
                reason = Reason("post", False, f"its file is no link post any more: {outcome.reason}")
                self._planner.hide(known, reason)
                self._touched.append(known.id)
        elif outcome != before:
            self._planner.taken.problems.append(outcome)

    def _store_post(self, post: Post, *, was_broken: bool) -> None:
        known = self._recognise(post)
        if known is None:
            self._stored[self._tables.posts.insert(post, self._now)] = False
            return
        if known.post.path != post.path:
            self._planner.taken.renamed.append((known.post.path, post.path))
        self._update(known, post, was_broken=was_broken)

    def _update(self, known: KnownPost, post: Post, *, was_broken: bool = False) -> None:
        was_gone = known.gone_at is not None
        if known.post.content_hash != post.content_hash:
            self._planner.taken.changed.append(post.path)
        self._tables.posts.update(known, post)
        self._stored[known.id] = was_gone
        self._touched.append(known.id)
        if was_gone or was_broken or known.post.content_hash != post.content_hash:
            self._planner.mark_stale(known.id)

    def _recognise(self, post: Post) -> KnownPost | None:
        """Find the post that a file is: the one at its path, else one that lost its file and looks the same.

        The post that was at the path last is the same if its link or its title is; otherwise the path has a new post.
        """
        at_path = self._tables.posts.by_path(post.path)
        if at_path is not None and at_path.gone_at is None:
            return at_path
        moved_here = self._tables.posts.gone_like(post)
        if moved_here is not None or at_path is None or at_path.id in self._replaced:
            return moved_here
        was_it = at_path.post.canonical_url == post.canonical_url or at_path.post.title == post.title
        return at_path if was_it else None

    def _settle_losses(self) -> None:
        """Posts that lost their file and did not turn up elsewhere: gone for now, or not if only a part was seen."""
        for known in self._lost:
            current = self._tables.posts.by_id(known.id)
            if current is None or current.gone_at is None:
                if self._living(known.post.path) is None:
                    self._tables.files.remove(known.post.path)
            elif not self._batch.complete:
                self._tables.posts.regain_file(known)
            else:
                self._hand_over(known)

    def _hand_over(self, known: KnownPost) -> None:
        """Let the oldest duplicate that was never to be sent become the post that is gone; else show them all."""
        duplicates = [each for each in self._tables.posts.duplicates_of(known.id) if _alike(known, each.post)]
        heir = next((each for each in duplicates if not self._tables.deliveries.channels_of(each.id)), None)
        if heir is None:
            for duplicate in duplicates:
                self._tables.posts.show(duplicate.id)
        else:
            self._tables.posts.remove(heir, in_favour_of=known.id)
            self._update(known, heir.post)

    def _take_refused(self) -> None:
        """Keep what is wrong with entries that are never opened; a post whose file became one is not to be sent."""
        files, refused = self._tables.files, self._batch.refused
        for problem in refused:
            if files.problem(problem.path) != problem:
                self._planner.taken.problems.append(problem)
                files.put_problem(problem)
            files.refuse(problem.path)
        if self._batch.complete:
            still = {problem.path for problem in refused}
            for problem in files.unopened_problems():
                if problem.path not in still:
                    files.remove_problem(problem.path)

    def _confirm_gone(self) -> None:
        """Posts that a scan before this one missed, and this one too."""
        for post_id in self._just_gone:
            known = self._tables.posts.by_id(post_id)
            if known is not None and self._tables.posts.lose_for_good(post_id):
                self._planner.taken.gone.append(known.post.path)
                self._planner.mark_stale(post_id)

    def _living(self, path: str) -> KnownPost | None:
        known = self._tables.posts.by_path(path)
        return known if known is not None and known.gone_at is None else None


def _alike(known: KnownPost, post: Post) -> bool:
    return link_and_title(known.post) == link_and_title(post)
