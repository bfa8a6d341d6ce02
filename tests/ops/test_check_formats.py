"""The formats of ``linkbot check``: lines for people, JSON for programs, annotations for GitHub."""

import json
import re
from pathlib import Path

import pytest

from bot.ops.check_formats import FORMATS, as_github, as_json
from bot.ops.check_records import CheckReport, Counts, Finding, Rule, Texts
from bot.ops.check_text import as_text
from bot.problems import ExitCode

NOTICES = [rule for rule in Rule if rule.severity == "notice" and rule is not Rule.DISCORD_NOTICE]
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "check.md"


def finding(rule: Rule, file: str, line: int | None = None, column: int | None = None, **more: str | None) -> Finding:
    said = {"field": None, "what": "bad", "fix": "mend it", **more}
    return Finding(rule, file, line, column, said["field"], said["what"] or "", said["fix"] or "")


def report_of(*findings: Finding, counts: Counts | None = None, settings: str | None = "bot.yaml") -> CheckReport:
    return CheckReport(
        problems=tuple(each for each in findings if each.rule.severity == "error"),
        notices=tuple(each for each in findings if each.rule.severity == "notice"),
        counts=counts or Counts(),
        texts=Texts(number=9, cut=8, room=350, median=600, longest=25_790),
        exit_code=ExitCode.PROBLEM,
        settings=settings,
    )


def test_the_text_is_one_line_for_each_finding_and_a_summary() -> None:
    """People read file:line:column, the mistake and the remedy, then the counts; a field is named once."""
    counts = Counts(1200, 1100, {"link": 1000, "release": 1}, 99, 1000, 1, 99)
    report = report_of(
        finding(Rule.POST, "a.md", 3, 7),
        finding(Rule.POST, "b.md", what="title is bad", field="title"),
        finding(Rule.POST, "c.md", 1, field="tldr"),
        finding(Rule.SAME_LINK, "d.md", 5, 15),
        counts=counts,
    )
    assert as_text(report).splitlines() == [
        "a.md:3:7: error: bad; mend it",
        "b.md: error: title is bad; mend it",
        "c.md:1: error: tldr: bad; mend it",
        "d.md:5:15: notice: bad; mend it",
        "",
        "1,200 files, 1,100 posts with an external_url (link 1,000, release 1, without post_kind 99).",
        "1,000 link posts by content.kinds, 1 draft among them.",
        "3 problems, 1 notice.",
    ]


def test_what_is_many_is_summed_up() -> None:
    """More than five notices of a rule are three and a sentence, or one sentence where they are the rule; --all lists
    each of them."""
    many = [finding(Rule.SAME_LINK, f"{number}.md") for number in range(9)]
    cut = [finding(Rule.CUT_TEXT, f"{number}.md") for number in range(8)]
    report = report_of(*many, *cut, counts=Counts(files=9, link_posts=9))
    lines = as_text(report).splitlines()
    assert lines[:4] == [
        *(f"{number}.md: notice: bad; mend it" for number in range(3)),
        "notice: and 6 more posts with the link of another one (--all lists each)",
    ]
    assert lines[4].startswith("notice: 8 of 9 link posts have a text that is cut on the card: the card shows 350")
    assert lines[5] == ""
    assert lines[-1] == "No problems, 5 lines of notices (17 in all; --all lists each)."
    everything = as_text(report, everything=True).splitlines()
    assert everything[-1] == "No problems, 17 notices."
    assert sum(line.endswith("notice: bad; mend it") for line in everything) == 17
    assert len(as_github(report).splitlines()) == 6


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule.severity == "notice"])
def test_every_rule_can_be_summed_up(rule: Rule) -> None:
    """Each rule has a sentence for many of it, and a title for GitHub."""
    report = report_of(*(finding(rule, f"{number}.md") for number in range(8)))
    assert "(--all lists each)" in as_text(report)
    assert "(--all lists each)" in as_github(report)
    assert as_github(report, everything=True).count("title=") == 9


def test_the_text_cannot_steer_a_terminal() -> None:
    """Control and bidirectional characters from files are shown as escapes."""
    broken = finding(Rule.POST, "a\x1b[2J.md", 1, what="bad\n\u202edab", fix="x\x07")
    text = as_text(report_of(broken, counts=Counts(1, 1, {"\x07": 1})))
    assert "a\\x1b[2J.md:1: error: bad\\n\\u202edab; x\\x07" in text
    assert "(\\x07 1)" in text
    assert text.replace("\n", "").isprintable()


def test_json_is_for_programs() -> None:
    """Problems and notices have all that is known of them, whatever their number."""
    report = report_of(
        finding(Rule.POST, "a.md", 3, 7, field="title"),
        *(finding(Rule.SAME_LINK, f"{number}.md") for number in range(9)),
        counts=Counts(files=1),
    )
    document = json.loads(as_json(report))
    assert document["problems"] == [
        {
            "severity": "error",
            "rule": "post",
            "file": "a.md",
            "line": 3,
            "column": 7,
            "field": "title",
            "what": "bad",
            "fix": "mend it",
        }
    ]
    assert [notice["file"] for notice in document["notices"]] == [f"{number}.md" for number in range(9)]
    assert (document["version"], document["exit_code"], document["settings"]) == (1, 1, "bot.yaml")
    assert document["posts"]["files"] == 1
    assert document["texts"] == {"number": 9, "cut": 8, "room": 350, "median": 600, "longest": 25_790}


def test_the_documentation_names_every_key_and_every_rule_of_the_json() -> None:
    """Who reads the JSON finds each key and each rule in docs/check.md."""
    document = json.loads(as_json(report_of(finding(Rule.POST, "a.md"))))
    keys = {*document, *document["problems"][0], *document["posts"], *document["texts"]}
    named = set(re.findall(r"^\| `([a-z_-]+)`", DOCUMENTATION.read_text(encoding="utf-8"), re.MULTILINE))
    assert named == keys | {rule.value for rule in Rule}


def test_github_commands_are_escaped_as_its_runners_ask() -> None:
    """Line ends and percent signs cannot forge a command, colons and commas cannot end a property."""
    lines = as_github(
        report_of(
            finding(Rule.POST, "a,b:c%.md", 7, 3, what="50 %\r\n::warning::x", fix="mend, it: so"),
            finding(Rule.DUPLICATE, "d.md", what="e", fix="f"),
        )
    ).splitlines()
    title = "title=This is no post yet"
    assert lines[0] == f"::error file=a%2Cb%3Ac%25.md,line=7,col=3,{title}::50 %25%0D%0A::warning::x; mend, it: so"
    assert lines[1].startswith("::notice title=Linkbot::")
    assert lines[2] == "::notice file=d.md,title=Duplicate::e; f"
    assert len(lines) == 3


def test_github_shows_the_worst_first() -> None:
    """It shows ten annotations of a kind: the summary and each rule come before the many of the last rules."""
    many = [finding(rule, f"{number}.md") for rule in NOTICES for number in range(9)]
    lines = as_github(report_of(*many)).splitlines()
    assert lines[0].startswith("::notice title=Linkbot::")
    assert ["title=Duplicate" in line for line in lines[1:5]] == [True, True, True, False]
    assert len(lines) == 1 + 4 * (len(NOTICES) - 2) + 2


def test_without_settings_the_report_says_so() -> None:
    """Nobody wonders why nothing is said of channels."""
    assert "There are no settings here" in as_text(report_of(settings=None))
    assert json.loads(as_json(report_of(settings=None)))["settings"] is None


def test_the_formats_have_the_names_of_the_command_line() -> None:
    """``--format`` takes text, json or github."""
    assert list(FORMATS) == ["text", "json", "github"]
