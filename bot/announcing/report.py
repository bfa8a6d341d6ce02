"""Telling the log what became of the posts of a scan."""

import logging
from collections.abc import Mapping, Sequence

from bot.announcing.decide import EVERY_KIND
from bot.announcing.planning import Taken
from bot.catalog.records import Standing
from bot.content.post import PostProblem
from bot.settings import Settings

__all__ = ["report", "report_first_run"]

logger = logging.getLogger(__name__)

SUMMED_ABOVE = 5  # of more posts with the same fate a line says how many they are, before each has a line of its own
MOST_TOLD = 1000  # posts with a line of their own: all of 20,000 would keep the event loop from anything else
WHY = "`linkbot preview` says why"
WORDS: Mapping[Standing, str] = {Standing.HIDDEN: "Not shown", Standing.WAITING: "Waits"}

Line = tuple[Mapping[str, object], tuple[object, ...]]
"""The fields of one post's line, and the values of its sentence."""


def report(taken: Taken) -> None:
    """Log what is worth knowing of `taken`: a line for each post; what a person must look at as a warning."""
    renamed: list[Line] = [({"post": new, "was": old}, (old, new)) for old, new in taken.renamed]
    _tell(logging.INFO, "Renamed: %d posts", "Renamed: %r is %r now", renamed)
    _tell(logging.INFO, "Changed: %d posts", "Changed: %r", [({"post": path}, (path,)) for path in taken.changed])
    announced = [_announced(path, *taken.takers[path]) for path in taken.announced]
    _tell(logging.INFO, "To be announced: %d posts", "To be announced: %r in %s", announced)
    unrouted: list[Line] = [({"post": path}, (path,)) for path in taken.unrouted]
    _tell(logging.WARNING, f"No channel takes %d posts; {WHY} of each", f"No channel takes %r; {WHY}", unrouted)
    kept_back = [_kept_back(*each) for each in taken.kept_back]
    _tell(logging.INFO, f"Not announced: %d posts; {WHY} of each", "%s: %r: %s", kept_back)
    duplicates: list[Line] = [({"post": path, "was": first}, (path, first)) for path, first in taken.duplicates]
    text = "Not announced: %r has the same link and title as %r"
    _tell(logging.INFO, "Not announced: %d duplicates", text, duplicates)
    _tell(logging.WARNING, "%d files cannot be read as posts", "%s", [_problem(each) for each in taken.problems])
    _tell(logging.INFO, "Gone: %d posts", "Gone: %r", [({"post": path}, (path,)) for path in taken.gone])
    _report_held(taken.held)


def _tell(level: int, summary: str | None, text: str, lines: Sequence[Line]) -> None:
    """Log a line for each post; before many of them how many they are.

    Args:
        level: of all of them.
        summary: with a place for the number; None: that was told already.
        text: of each.
        lines: what each post puts into `text`, and its fields.
    """
    if summary is not None and len(lines) > SUMMED_ABOVE:
        logger.log(level, summary, len(lines))
    for fields, values in lines[:MOST_TOLD]:
        logger.log(level, text, *values, extra=fields)
    if len(lines) > MOST_TOLD:
        logger.log(level, "… and %d more, which are not named here", len(lines) - MOST_TOLD)


def _announced(path: str, channels: Sequence[str], followers: int) -> Line:
    people = [f"direct messages to {followers}"] if followers else []
    fields = {"post": path, "channels": list(channels), "followers": followers}
    return fields, (path, ", ".join([*channels, *people]))


def _kept_back(path: str, standing: Standing, why: str) -> Line:
    return {"post": path, "reason": why}, (WORDS.get(standing, "Not announced"), path, why)


def _problem(problem: PostProblem) -> Line:
    fields = {"post": problem.path, "line": problem.line, "column": problem.column, "field": problem.field}
    return {name: value for name, value in fields.items() if value is not None}, (problem,)


def _report_held(paths: Sequence[str]) -> None:
    if not paths:
        return
    logger.warning(
        "%d new posts in one scan are more than announce.hold_above and are held: `linkbot announce --held` lets"
        " them go, `linkbot announce --held --drop` takes them in without announcing them",
        len(paths),
    )
    _tell(logging.INFO, None, "Held: %r", [({"post": path}, (path,)) for path in paths])


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
