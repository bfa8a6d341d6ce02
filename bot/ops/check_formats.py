"""A `CheckReport` as text for people, as JSON for programs, as commands for GitHub's runners."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping

from bot.ops.check import CheckReport, Counts, FileProblem
from bot.ops.terminal import printable

__all__ = ["FORMATS", "as_github", "as_json", "as_text"]


def as_text(report: CheckReport) -> str:
    """One line for each problem, ``file:line: what; fix``, then what was looked at."""
    problems = (printable(f"{_place(problem)}: {problem.what}; {problem.fix}") for problem in report.problems)
    return "\n".join([*problems, *_summary(report)])


def as_json(report: CheckReport) -> str:
    """``{"problems": [{"file", "line", "what", "fix"}], "posts": {counts, see `Counts`}}``; a line may be null."""
    problems = [dataclasses.asdict(problem) for problem in report.problems]
    return json.dumps({"problems": problems, "posts": dataclasses.asdict(report.counts)}, indent=2)


def as_github(report: CheckReport) -> str:
    """Workflow commands that make GitHub show each problem at its line, and a notice with the counts.

    Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
    """
    problems = [_error_command(problem) for problem in report.problems]
    return "\n".join([*problems, f"::notice::{_escaped(' '.join(_summary(report)))}"])


FORMATS: Mapping[str, Callable[[CheckReport], str]] = {"text": as_text, "json": as_json, "github": as_github}


def _place(problem: FileProblem) -> str:
    return problem.file if problem.line is None else f"{problem.file}:{problem.line}"


def _summary(report: CheckReport) -> Iterator[str]:
    yield from _content_summary(report.counts) if report.counts.files else ["No posts were looked at."]
    yield f"{_counted(len(report.problems), 'problem')}." if report.problems else "No problems."


def _content_summary(counts: Counts) -> Iterator[str]:
    yield f"{_counted(counts.files, 'file')}, {_counted(counts.posts, 'post')} with an external_url{_by_kind(counts)}."
    drafts = f", {_counted(counts.drafts, 'draft')} among them" if counts.drafts else ""
    yield f"{_counted(counts.link_posts, 'link post')} by content.kinds{drafts}."
    if left_out := counts.left_out_without_kind:
        have = "has" if left_out == 1 else "have"
        yield (
            f"{_counted(left_out, 'post')} {have} an external_url but no post_kind; "
            'content.kinds does not take them in (kinds: ["*"] would).'
        )


def _by_kind(counts: Counts) -> str:
    kinds = [f"{printable(kind)} {number:,}" for kind, number in counts.kinds.items()]
    if counts.without_kind:
        kinds.append(f"without post_kind {counts.without_kind:,}")
    return f" ({', '.join(kinds)})" if kinds else ""


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _error_command(problem: FileProblem) -> str:
    line = "" if problem.line is None else f",line={problem.line}"
    return f"::error file={_escaped_property(problem.file)}{line}::{_escaped(f'{problem.what}; {problem.fix}')}"


def _escaped(text: str) -> str:
    """Escape as the runner unescapes: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
