"""A `CheckReport` for people: a line for each finding, sums where there are many, and what was looked at.

The lines are parts with a style each, so that a terminal shows them in colours and a pipe gets the same text without.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from bot.ops.as_yaml import scalar
from bot.ops.check_records import CheckReport, Counts, Finding, OfDiscord, Rule
from bot.ops.terminal import printable

__all__ = ["Line", "as_text", "condensed", "counted", "lines", "sentences", "told"]

Line = list[tuple[str, str]]  # parts of a line: what is written, and its style as rich names it; "" is plain

MANY = 5  # findings of one rule; more are summed up
CHANNELS = 20  # of a server that are listed
EXAMPLES = 3  # that are shown all the same
STYLES = {"error": "bold red", "notice": "yellow"}
# What is summed up without examples, because it is the rule on most sites rather than the exception.
SUMMED = frozenset({Rule.NO_CHANNEL, Rule.CUT_TEXT})
MORE = {
    Rule.DISCORD_NOTICE: "things to know of Discord",
    Rule.DUPLICATE: "posts with the link and the title of another one",
    Rule.SIMILAR_KIND: "posts whose post_kind is nearly one that is announced",
    Rule.FUTURE_DATE: "posts that wait for their date",
    Rule.SILENT_CHANNEL: "channels that no link post passes",
    Rule.UNUSED_FILTER: "filters for what no link post has",
    Rule.UNUSED_KIND: "kinds that no post has",
    Rule.SIMILAR_TAG: "tags that differ from another by case or by a letter",
    Rule.SAME_LINK: "posts with the link of another one",
    Rule.LEFT_OUT_KIND: "kinds that content.kinds leaves out",
    Rule.NO_CHANNEL: "link posts pass the filters of no channel, so they are announced in none",
    Rule.CUT_TEXT: "link posts have a text that is cut on the card",
}


def as_text(report: CheckReport, *, everything: bool = False) -> str:
    """The report as plain text; `everything`: nothing is summed up."""
    return "\n".join("".join(text for text, _ in line) for line in lines(report, everything=everything))


def lines(report: CheckReport, *, everything: bool) -> Iterator[Line]:
    """The report line by line: problems, then notices, then what was looked at."""
    yield from map(_line, report.problems)
    for item in condensed(report, everything=everything):
        yield _line(item) if isinstance(item, Finding) else [("notice", STYLES["notice"]), (f": {item}", "")]
    if report.problems or report.notices:
        yield []
    if report.discord is not None and (everything or report.discord.misses_channel):
        yield from _channels(report.discord)
    *looked_at, verdict = sentences(report, everything=everything)
    yield from ([(printable(sentence), "")] for sentence in looked_at)
    yield [(verdict, "bold red" if report.problems else "bold green")]


def condensed(report: CheckReport, *, everything: bool) -> Iterator[Finding | str]:
    """The notices, with sentences that sum up those of which there are many; `everything`: each of them."""
    for rule, group in groupby(report.notices, key=lambda finding: finding.rule):
        findings = list(group)
        if everything or len(findings) <= MANY:
            yield from findings
            continue
        if rule in SUMMED:
            yield _sum(rule, findings, report)
            continue
        yield from findings[:EXAMPLES]
        yield f"and {len(findings) - EXAMPLES:,} more {MORE[rule]} (--all lists each)"


def _channels(discord: OfDiscord) -> Iterator[Line]:
    """The channels of each server that the settings do not name, as a person pastes them there."""
    others = [channel for channel in discord.channels if not channel.in_settings]
    for server, group in groupby(others, key=lambda channel: channel.server):
        channels = list(group)
        yield [(f"Channels that the bot sees in {printable(server)}, to paste below channels: in the settings", "")]
        for channel in channels[:CHANNELS]:
            entry = f"  - {{id: {channel.id}, name: {scalar(channel.name)}}}"
            yield [(printable(entry), "bold"), (f"  # {channel.kind}", "dim")]
        if len(channels) > CHANNELS:
            yield [(f"  # and {len(channels) - CHANNELS:,} more (--format json has them all)", "dim")]
        yield []


def told(finding: Finding) -> str:
    """What is wrong and what would be right, with the field if that is not in it already."""
    return f"{_field(finding)}{finding.what}; {finding.fix}"


def sentences(report: CheckReport, *, everything: bool) -> list[str]:
    """What was looked at, in sentences; the last one is the verdict."""
    said = list(_content(report.counts)) if report.counts.files else ["No posts were looked at."]
    if report.settings is None:
        said.append("There are no settings here: only the posts were checked, as link posts of the kind link.")
    if report.discord is not None:
        said += [*(f"Discord: {line}." for line in report.discord.fine), f"Invite link: {report.discord.invite}"]
    problems = counted(len(report.problems), "problem") if report.problems else "No problems"
    return [*said, f"{problems}{_notices(report, everything=everything)}."]


def _notices(report: CheckReport, *, everything: bool) -> str:
    number, told = len(report.notices), len(list(condensed(report, everything=everything)))
    if told < number:
        return f", {counted(told, 'line')} of notices ({number:,} in all; --all lists each)"
    return f", {counted(number, 'notice')}" if number else ""


def counted(number: int, thing: str) -> str:
    """A number with its thing, in the plural where that belongs."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _line(finding: Finding) -> Line:
    severity = finding.rule.severity
    where = ":".join(str(part) for part in (finding.line, finding.column) if part is not None)
    return [
        (printable(finding.file), "bold"),
        (f":{where}: " if where else ": ", "cyan"),
        (severity, STYLES[severity]),
        (printable(f": {_field(finding)}{finding.what}"), ""),
        (printable(f"; {finding.fix}"), "dim"),
    ]


def _field(finding: Finding) -> str:
    """The field before what is said of it, unless that names it."""
    name = finding.field or ""
    return f"{name}: " if name and name.partition("[")[0] not in finding.what else ""


def _sum(rule: Rule, findings: Sequence[Finding], report: CheckReport) -> str:
    number = f"{len(findings):,} of {report.counts.link_posts:,} {MORE[rule]}"
    if rule is Rule.CUT_TEXT:
        texts = report.texts
        figures = (
            f"the card shows {texts.room:,} characters, the median has {texts.median:,}, the longest {texts.longest:,}"
        )
        return f"{number}: {figures} (--all lists each)"
    return f"{number} (--all lists each)"


def _content(counts: Counts) -> Iterator[str]:
    yield f"{counted(counts.files, 'file')}, {counted(counts.posts, 'post')} with an external_url{_by_kind(counts)}."
    drafts = f", {counted(counts.drafts, 'draft')} among them" if counts.drafts else ""
    yield f"{counted(counts.link_posts, 'link post')} by content.kinds{drafts}."


def _by_kind(counts: Counts) -> str:
    kinds: Iterable[str] = (f"{printable(kind)} {number:,}" for kind, number in counts.kinds.items())
    bare = [f"without post_kind {counts.without_kind:,}"] if counts.without_kind else []
    listed = ", ".join([*kinds, *bare])
    return f" ({listed})" if listed else ""
