"""Reads posts once, now, for commands: files that a person names count as written, however young they are."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.content.opening import printable
from bot.content.post import Outcome, PostProblem
from bot.content.scan import Outage, Scanner, Survey, is_post_path

__all__ = ["Found", "Place", "find_posts", "locate", "meant", "read_now", "shown_path"]

# The scanner waits until a file has rested for a while by this clock; in its year 2262 every file has.
_END_OF_TIME_NS = 2**63 - 1
_READ_AT_ONCE = 500  # files


@dataclass(frozen=True, slots=True)
class Place:
    """What a path means: the content directory it lies in, and the file or folder in it; ``""``: all of it."""

    root: Path
    within: str


@dataclass(frozen=True, slots=True)
class Found:
    """One file and what it is; `file` is the way to it, the outcome's path is relative to the content directory."""

    file: Path
    outcome: Outcome


def meant(path: Path, content_directory: Path | None) -> Path:
    """Find what a person names: relative to the current directory or, as logs and `status` do, to the content."""
    if content_directory is not None and not os.path.lexists(path) and os.path.lexists(content_directory / path):
        return content_directory / path
    return path


def locate(path: Path, content_directory: Path | None) -> Place:
    """Find the place of `path`. One outside of the content directory is taken as a site of its own."""
    absolute = _absolute(path)
    real = absolute.parent.resolve() / absolute.name
    for root in (_absolute(content_directory), content_directory.resolve()) if content_directory else ():
        for candidate in (absolute, real):
            if candidate.is_relative_to(root):
                return Place(root, "/".join(candidate.relative_to(root).parts))
    return Place(absolute, "") if absolute.is_dir() else Place(absolute.parent, absolute.name)


def _absolute(path: Path) -> Path:
    """Make absolute and take out ``..``, but follow no symbolic link: people see the names that they know."""
    return Path(os.path.normpath(path.absolute()))


def find_posts(place: Place) -> tuple[list[str], list[PostProblem]]:
    """Find the posts' files at `place`, and what is wrong with all that is never opened; every path is within its root.

    A file or folder that is not there, or can be no post, is the one problem.
    """
    survey = _survey(Scanner(place.root), place)
    if isinstance(survey, PostProblem):
        return [], [survey]
    within = printable(place.within)  # as the scanner writes names that are no UTF-8
    refused = [problem for problem in survey.refused if _is_within(problem.path, within)]
    return [path for path in survey.changed if _is_within(path, place.within)], refused


def read_now(place: Place) -> Iterator[Found]:
    """Read every post's file at `place`; what cannot be looked at is a problem of the folder or the file."""
    wanted, refused = find_posts(place)
    for problem in refused:
        yield Found(place.root / problem.path, problem)
    scanner = Scanner(place.root, now_ns=lambda: _END_OF_TIME_NS)
    for start in range(0, len(wanted), _READ_AT_ONCE):
        result = scanner.read(wanted[start : start + _READ_AT_ONCE])
        for reading in result.readings:
            yield Found(place.root / reading.file.path, reading.outcome)
        for path in (*result.unsettled, *result.gone):
            busy = PostProblem(path, None, "it changed while it was read", "try again when it is written")
            yield Found(place.root / path, busy)


def _survey(scanner: Scanner, place: Place) -> Survey | PostProblem:
    path = place.within
    target = place.root / path
    if path and not target.is_dir():
        if not os.path.lexists(target):
            return PostProblem(path, None, "there is no such file or folder", "check the path")
        if not is_post_path(path):
            fix = "posts end in .md or .markdown, and neither they nor their folders begin with a dot or a #"
            return PostProblem(path, None, "the bot never opens a file of this name", fix)
        survey = scanner.survey_paths([path], {})
        if isinstance(survey, Survey) and not survey.changed and not survey.refused:
            fix = "put the file itself into the content directory"
            return PostProblem(path, None, "a folder on its way is a symbolic link, which the bot does not follow", fix)
    else:
        survey = scanner.survey({})
    if isinstance(survey, Outage):
        return PostProblem(path, None, survey.reason, "check content.directory in the settings, and its mount")
    return survey


def _is_within(path: str, within: str) -> bool:
    return not within or path == within or path.startswith(f"{within}/")


def shown_path(path: Path) -> str:
    """A path as a person can click it: relative to the current directory if it lies below it, else absolute."""
    absolute = _absolute(path)
    here = Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)
