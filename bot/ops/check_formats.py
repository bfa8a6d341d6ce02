"""A `CheckReport` as JSON for programs, and as commands for GitHub's runners."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping

from bot.ops.check_records import CheckReport, Finding, OfDiscord, Rule
from bot.ops.check_text import as_text, condensed, sentences, told

__all__ = ["FORMATS", "as_github", "as_json"]

VERSION = 1  # of the JSON, see docs/check.md: higher once a key means something else or is gone
TITLES = {
    Rule.SETTINGS: "Settings",
    Rule.POST: "This is no post yet",
    Rule.DISCORD: "Not so in Discord",
    Rule.DISCORD_NOTICE: "In Discord",
    Rule.DUPLICATE: "Duplicate",
    Rule.SIMILAR_KIND: "Misspelt kind?",
    Rule.FUTURE_DATE: "Date in the future",
    Rule.SILENT_CHANNEL: "Silent channel",
    Rule.UNUSED_FILTER: "Filter that fits nothing",
    Rule.UNUSED_KIND: "Kind that no post has",
    Rule.SIMILAR_TAG: "Misspelt tag?",
    Rule.SAME_LINK: "Link that occurs twice",
    Rule.LEFT_OUT_KIND: "Kind that is left out",
    Rule.NO_CHANNEL: "Goes to no channel",
    Rule.CUT_TEXT: "Text that is cut",
}


def as_json(report: CheckReport, *, everything: bool = False) -> str:  # noqa: ARG001 - it always has everything
    """The report as docs/check.md describes it."""
    document = {
        "version": VERSION,
        "exit_code": int(report.exit_code),
        "settings": report.settings,
        "problems": [_plain(finding) for finding in report.problems],
        "notices": [_plain(finding) for finding in report.notices],
        "posts": dataclasses.asdict(report.counts),
        "texts": dataclasses.asdict(report.texts),
        "discord": None if report.discord is None else _of_discord(report.discord),
    }
    return json.dumps(document, indent=2)


def as_github(report: CheckReport, *, everything: bool = False) -> str:
    """Workflow commands that make GitHub show each finding at its line, and a notice with what was looked at.

    GitHub shows the first ten errors and the first ten notices of a step, so the worst come first, and many notices of
    one kind are one (unless `everything`). All of them are in the log.

    Sources: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message,
    https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
    """
    return "\n".join(_commands(report, everything=everything))


FORMATS: Mapping[str, Callable[..., str]] = {"text": as_text, "json": as_json, "github": as_github}


def _commands(report: CheckReport, *, everything: bool) -> Iterator[str]:
    yield from map(_command, report.problems)
    yield f"::notice title=Linkbot::{_escaped(' '.join(sentences(report, everything=everything)))}"
    for item in condensed(report, everything=everything):
        yield _command(item) if isinstance(item, Finding) else f"::notice title=Linkbot::{_escaped(item)}"


def _command(finding: Finding) -> str:
    where = {"file": finding.file, "line": finding.line, "col": finding.column, "title": TITLES[finding.rule]}
    properties = ",".join(f"{key}={_escaped_property(str(value))}" for key, value in where.items() if value is not None)
    return f"::{finding.rule.severity} {properties}::{_escaped(told(finding))}"


def _plain(finding: Finding) -> dict[str, object]:
    return {"severity": finding.rule.severity, **dataclasses.asdict(finding)}


def _of_discord(told: OfDiscord) -> dict[str, object]:
    """Ids are text there: they are too large for the numbers of some readers."""
    channels = [{**dataclasses.asdict(channel), "id": str(channel.id)} for channel in told.channels]
    return {"fine": told.fine, "invite": told.invite, "channels": channels}


def _escaped(text: str) -> str:
    """Escape as the runner unescapes: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
