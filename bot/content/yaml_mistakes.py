"""What libyaml says is wrong, in words for the person who wrote the file."""

import re
from dataclasses import dataclass

import yaml
from yaml._yaml import Mark as CMark  # libyaml's own

__all__ = ["YamlMistake", "explained"]

_FIX = 'indent with spaces, and put text that has ": ", " #" or quotes in it into quotes'
_FIXES = (  # by what libyaml says
    ("mapping values are not allowed", 'put text that has ": " in it into quotes, and begin each key below the others'),
    ("did not find expected key", "begin each key below the others, and put text with quotes in it into quotes"),
    (
        "cannot start any token",
        "indent with spaces instead of tabs, and put values that begin with @, ` or % into quotes",
    ),
    ("<document start>", "keep one YAML document of the form key: value"),
)
# What libyaml says where a value in quotes is followed by what cannot stand there.
_AFTER_A_VALUE = ("did not find expected key", "mapping values are not allowed", "did not find expected '-'")
# A line up to the quote that ended a value of several lines: it begins the value of the next key, or the next item.
_NEXT_BEGINS = re.compile(r"""[ \t]*+(?:-[ \t]++|[\w.-]++:[ \t]++)++["']""")
_UNCLOSED = "the quote that begins here is not closed"


@dataclass(frozen=True, slots=True)
class YamlMistake:
    """What is wrong, what would be right, and where: counted from 0, in the YAML alone; None: it cannot be told."""

    what: str
    fix: str
    mark: yaml.Mark | CMark | None


def explained(block: str, error: yaml.MarkedYAMLError) -> YamlMistake:
    """Explain the `error` that reading the YAML `block` ended with.

    What is not closed is shown where it was opened, not where the text ran out.
    """
    problem, context = error.problem or "the YAML cannot be read", error.context or ""
    if "quoted scalar" in context and "invalid" not in problem and "unknown" not in problem:
        return YamlMistake(_UNCLOSED, "close it", error.context_mark)
    if "while parsing a flow" in context and error.context_mark is not None:
        what = "the bracket that begins here is not closed, or misses a comma"
        fix = "close it, and put text that has brackets, commas or quotes in it into quotes"
        return YamlMistake(what, fix, error.context_mark)
    if any(said in problem for said in _AFTER_A_VALUE) and (mistake := _of_quotes(block, error.problem_mark)):
        return mistake
    return YamlMistake(problem, next((fix for said, fix in _FIXES if said in problem), _FIX), error.problem_mark)


def _of_quotes(block: str, mark: yaml.Mark | CMark | None) -> YamlMistake | None:
    """What is wrong if a value in quotes ended just before `mark`; None: that is not what is wrong."""
    value = _last_scalar(block)
    if value is None or value.style not in ("'", '"'):
        return None
    start, end = value.start_mark, value.end_mark
    if start is None or end is None or mark is None or end.line != mark.line:
        return None
    line = block.splitlines()[end.line]
    if line[end.column : mark.column].strip():
        return None
    if start.line != end.line and _NEXT_BEGINS.fullmatch(line, 0, end.column):
        return YamlMistake(_UNCLOSED, "close it", start)
    double, other = ("'' for each '", '"…"') if value.style == "'" else ('\\" for each "', "'…'")
    fix = f"write {double} in the text, or put the whole into quotes of the other kind, {other}"
    return YamlMistake("the quote ends before the value does", fix, end)


def _last_scalar(block: str) -> yaml.ScalarEvent | None:
    """The last value or key before the mistake; the YAML is read once more, as far as it can be."""
    last = None
    parser = yaml.CBaseLoader(block)
    try:
        while (event := parser.get_event()) is not None:
            last = event if isinstance(event, yaml.ScalarEvent) else last
    except yaml.MarkedYAMLError:
        return last
    return last
