"""Telling the log what became of the posts of a scan."""

import logging
from collections.abc import Mapping

from bot.announcing.decide import EVERY_KIND
from bot.announcing.planning import Taken
from bot.catalog.records import Standing
from bot.settings import Settings

__all__ = ["report", "report_first_run"]

logger = logging.getLogger(__name__)

NAMED_AT_ONCE = 5  # more paths than this are counted instead of named, but for those that a person must look at


def report(taken: Taken) -> None:
    """Log what is worth knowing of `taken`; what a person must look at as a warning."""
    if taken.announced:
        logger.info("To be announced: %s", _named(taken.announced))
    if taken.unrouted:
        logger.warning("No channel takes %s; `linkbot preview` says why", _named(taken.unrouted))
    _report_kept_back(taken)
    for old, new in taken.renamed:
        logger.info("Renamed: %r is %r now", old, new)
    for path, original in taken.duplicates:
        logger.info("Not announced: %r has the same link and title as %r", path, original)
    for problem in taken.problems:
        logger.warning("%s", problem)
    if taken.held:
        logger.warning(
            "%d new posts in one scan are more than announce.hold_above and are held: `linkbot announce --held` lets"
            " them go, `linkbot announce --held --drop` takes them in without announcing them",
            len(taken.held),
        )


def report_first_run(posts: Mapping[Standing, int], without_kind: int, settings: Settings) -> None:
    """Log what a first run found, and what may surprise of it.

    Args:
        posts: how many of each standing there are.
        without_kind: how many have a link, but no ``post_kind``.
        settings: under which it ran.
    """
    hidden = posts.get(Standing.HIDDEN, 0)
    shown = sum(posts.values()) - hidden
    indexed = settings.announce.first_run == "baseline"
    logger.info(
        "First run: %s there, %s, and %d more that are not shown (drafts, other kinds, expired);"
        " what comes from now on is new",
        "1 post was" if shown == 1 else f"{shown} posts were",
        "indexed but not announced" if indexed else "announced as announce.first_run says",
        hidden,
    )
    if without_kind and EVERY_KIND not in settings.content.kinds:
        logger.warning(
            "%d posts have an external_url but no post_kind, and content.kinds takes only %s: they are never"
            ' announced; content.kinds: ["*"] takes them in',
            without_kind,
            ", ".join(settings.content.kinds),
        )


def _report_kept_back(taken: Taken) -> None:
    if len(taken.kept_back) > NAMED_AT_ONCE:
        logger.info("Not announced: %d posts; `linkbot preview` says why of each", len(taken.kept_back))
        return
    for path, standing, why in taken.kept_back:
        word = {Standing.HIDDEN: "Not shown", Standing.WAITING: "Waits"}.get(standing, "Not announced")
        logger.info("%s: %r: %s", word, path, why)


def _named(paths: list[str]) -> str:
    if len(paths) > NAMED_AT_ONCE:
        return f"{len(paths)} posts"
    return ", ".join(map(repr, paths))
