"""``linkbot check``: the settings and every post, and each problem with its place."""

import dataclasses
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.ops.check_facts import Facts, Lens, Seen
from bot.ops.check_reading import ALONE, Progress, read_all
from bot.ops.check_records import CheckReport, Counts, Finding, Rule, Texts
from bot.ops.quiet_posts import file_of, quiet_in_posts
from bot.ops.quiet_site import quiet_in_settings, quiet_in_tags
from bot.problems import ExitCode, SettingsProblem, TokenMissingError
from bot.settings import Settings

__all__ = ["check", "unheard", "without_token"]

CONFIG = Path("config/bot.yaml")
ORDER = list(Rule)


def unheard(_done: int, _total: int) -> None:
    """Let the progress of a check be heard by nobody."""


def check(
    settings: Settings | None,
    problems_of_settings: Sequence[SettingsProblem],
    paths: Sequence[Path],
    *,
    config: Path = CONFIG,
    now: datetime | None = None,
    strict: bool = False,
    progress: Progress = unheard,
    alone: int = ALONE,
) -> CheckReport:
    """Read the posts and gather all problems, and what is perhaps not meant.

    Args:
        settings: where there are problems with them, what can be read of them all the same. None if there are none,
            or it is not known where the posts are; posts are then only looked at where `paths` names some, with the
            defaults, and nothing is said of channels.
        problems_of_settings: what is wrong with the settings; comes first in the report.
        paths: files and folders to look at, relative to the current directory or to the content directory, or
            absolute; empty: the whole content directory. Only then it is noticed what fits none of the posts.
        config: the file that `settings` come from.
        now: aware; None: this moment.
        strict: let notices count like problems.
        progress: is told how many files were read, of how many.
        alone: from more files than this on, other processes help to read.

    Returns:
        The report. Its exit code is CONFIGURATION for settings that cannot be used, PROBLEM for a problem with a
        post (or a notice, if `strict`), else OK.
    """
    directory = settings.content.directory if settings is not None else None
    lens = Lens.of(settings or Settings())
    looked_at = paths or ([directory] if directory is not None else [])
    seen = read_all(looked_at, directory, lens, progress, alone=alone)
    posts = [(each, each.facts) for each in seen if each.facts is not None]
    notices = [*quiet_in_posts(posts, lens, now or datetime.now(UTC)), *quiet_in_tags(posts)]
    if settings is not None and not problems_of_settings and not paths:
        notices.extend(quiet_in_settings(settings, config, posts))
    problems = (*map(_of_settings, problems_of_settings), *_of_posts(seen))
    return CheckReport(
        problems=problems,
        notices=tuple(sorted(notices, key=_order)),
        counts=_count(seen, posts),
        texts=_texts(posts, lens.room),
        exit_code=_exit_code(problems_of_settings, problems, notices if strict else ()),
        settings=None if settings is None and not problems_of_settings else str(config),
    )


def without_token(report: CheckReport, config: Path, error: TokenMissingError) -> CheckReport:
    """The report of a check with the settings file `config` that was to ask Discord, and has no token for it."""
    what = f"Discord could not be asked: {error.what}"
    fix = f"{error.fix}; `linkbot check` without --online needs none"
    finding = Finding(Rule.DISCORD, str(config), None, None, None, what, fix)
    return dataclasses.replace(report, problems=(*report.problems, finding), exit_code=error.exit_code)


def _exit_code(of_settings: Sequence[object], problems: Sequence[object], notices: Sequence[object]) -> ExitCode:
    if of_settings:
        return ExitCode.CONFIGURATION
    return ExitCode.PROBLEM if problems or notices else ExitCode.OK


def _of_settings(problem: SettingsProblem) -> Finding:
    return Finding(
        Rule.SETTINGS, problem.file, problem.line, problem.column, problem.key or None, problem.what, problem.fix
    )


def _of_posts(seen: Iterable[Seen]) -> list[Finding]:
    return sorted(_broken(seen), key=_order)


def _broken(seen: Iterable[Seen]) -> Iterator[Finding]:
    for each in seen:
        if (problem := each.problem) is not None:
            yield Finding(
                Rule.POST, file_of(each), problem.line, problem.column, problem.field, problem.what, problem.fix
            )


def _order(finding: Finding) -> tuple[int, str, int, int]:
    return ORDER.index(finding.rule), finding.file, finding.line or 0, finding.column or 0


def _count(seen: Sequence[Seen], posts: Sequence[tuple[Seen, Facts]]) -> Counts:
    facts = [facts for _, facts in posts]
    links = [each for each in facts if each.is_link]
    return Counts(
        files=sum(each.path != "" for each in seen),
        posts=len(facts),
        kinds=dict(Counter(each.kind for each in facts if each.kind is not None).most_common()),
        without_kind=sum(each.kind is None for each in facts),
        link_posts=len(links),
        drafts=sum(each.draft for each in links),
        left_out_without_kind=sum(each.kind is None and not each.is_link for each in facts),
    )


def _texts(posts: Sequence[tuple[Seen, Facts]], room: int) -> Texts:
    lengths = [facts.characters for _, facts in posts if facts.characters]
    if not lengths:
        return Texts(room=room)
    cut = sum(length > room for length in lengths)
    return Texts(len(lengths), cut, room, round(statistics.median(lengths)), max(lengths))
