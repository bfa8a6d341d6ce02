"""``linkbot check``: the settings and every post, and each problem with its place."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.announcing.decide import Rules, is_of_kind
from bot.content.post import Post, PostProblem
from bot.ops.reading import Found, locate, meant, read_now, shown_path
from bot.problems import ExitCode, SettingsProblem
from bot.settings import Settings

__all__ = ["CheckReport", "Counts", "FileProblem", "check"]


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One problem in a file.

    Attributes:
        file: relative to the current directory if it lies below it, else absolute; settings as they were named.
        line: counted from 1; None where the file as a whole is meant.
        what: what is wrong.
        fix: what would be right.
    """

    file: str
    line: int | None
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What was looked at.

    Attributes:
        files: Markdown files, problems included, but not a content directory that is missing.
        posts: those with a title and an ``external_url``, of whatever kind.
        kinds: how many of the posts are of each ``post_kind``, as written, the most frequent first.
        without_kind: posts without a ``post_kind``.
        link_posts: posts that ``content.kinds`` takes in.
        drafts: link posts that are drafts.
        left_out_without_kind: posts that ``content.kinds`` does not take in because they have no ``post_kind``.
    """

    files: int = 0
    posts: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    without_kind: int = 0
    link_posts: int = 0
    drafts: int = 0
    left_out_without_kind: int = 0


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` found; `exit_code` is what the command ends with."""

    problems: tuple[FileProblem, ...]
    counts: Counts
    exit_code: ExitCode


def check(
    settings: Settings | None, problems_of_settings: Sequence[SettingsProblem], paths: Sequence[Path]
) -> CheckReport:
    """Read the posts and gather all problems.

    Args:
        settings: None if they cannot be used; posts are then only looked at where `paths` names some.
        problems_of_settings: what is wrong with the settings; comes first in the report.
        paths: files and folders to look at, relative to the current directory or to the content directory, or
            absolute; empty: the whole content directory.

    Returns:
        The report. Its exit code is CONFIGURATION for settings that cannot be used, PROBLEM for a problem with a
        post, else OK.
    """
    directory = settings.content.directory if settings is not None else None
    looked_at = paths or ([directory] if directory is not None else [])
    found: dict[Path, Found] = {}
    for path in looked_at:
        found.update((each.file, each) for each in read_now(locate(meant(path, directory), directory)))
    in_posts = sorted(_problems(found.values()), key=lambda problem: (problem.file, problem.line or 0))
    problems = (*map(_of_settings, problems_of_settings), *in_posts)
    counts = _count(found.values(), Rules.from_settings(settings or Settings()))
    if settings is None or problems_of_settings:
        return CheckReport(problems, counts, ExitCode.CONFIGURATION)
    return CheckReport(problems, counts, ExitCode.PROBLEM if problems else ExitCode.OK)


def _problems(found: Iterable[Found]) -> Iterable[FileProblem]:
    for each in found:
        if isinstance(each.outcome, PostProblem):
            yield FileProblem(shown_path(each.file), each.outcome.line, each.outcome.what, each.outcome.fix)


def _of_settings(problem: SettingsProblem) -> FileProblem:
    what = f"{problem.key}: {problem.what}" if problem.key else problem.what
    return FileProblem(problem.file, problem.line, what, problem.fix)


def _count(found: Iterable[Found], rules: Rules) -> Counts:
    outcomes = [each.outcome for each in found]
    posts = [outcome for outcome in outcomes if isinstance(outcome, Post)]
    link_posts = [post for post in posts if is_of_kind(post, rules)]
    without_kind = [post for post in posts if post.kind is None]
    return Counts(
        files=sum(outcome.path != "" for outcome in outcomes),
        posts=len(posts),
        kinds=dict(Counter(post.kind for post in posts if post.kind is not None).most_common()),
        without_kind=len(without_kind),
        link_posts=len(link_posts),
        drafts=sum(post.draft for post in link_posts),
        left_out_without_kind=sum(not is_of_kind(post, rules) for post in without_kind),
    )
