"""Markdown documents as readers follow them: their headings, links, shell lines and commands."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Link", "anchors", "blocks", "commands", "documents", "links", "shell_blocks"]

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^( *)(`{3,})(\S*)[^\n]*\n(.*?)^\1\2`*[ ]*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\]]*\])*\]\((?P<target>[^()\s]+)(?: \"[^\"]*\")?\)")
SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
COMMAND = re.compile(r"^(?:\.venv/bin/)?linkbot (?P<rest>.+)$")


@dataclass(frozen=True, slots=True)
class Link:
    """A link within the project: the file in which it stands, the file that it leads to, and the heading there."""

    source: Path
    target: Path
    anchor: str


def documents() -> list[Path]:
    """Every Markdown document for people: not the sample's posts, nor what tools keep."""
    folders = (ROOT, ROOT / "docs", ROOT / "config")
    return sorted(file for folder in folders for file in folder.glob("*.md"))


def links(file: Path) -> Iterator[Link]:
    """The links of a document that stay within the project."""
    for match in LINK.finditer(FENCE.sub("", file.read_text(encoding="utf-8"))):
        target, _, anchor = match["target"].partition("#")
        if "://" not in target and not target.startswith("mailto:"):
            yield Link(file, (file.parent / target).resolve() if target else file, anchor)


def anchors(file: Path) -> set[str]:
    """The headings of a document as links name them, which is how GitHub does it."""
    found: dict[str, int] = {}
    for match in HEADING.finditer(FENCE.sub("", file.read_text(encoding="utf-8"))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match[1]).replace("`", "")
        name = re.sub(r"[^\w\- ]", "", words.casefold()).replace(" ", "-")
        found[name] = found.get(name, -1) + 1
    return {f"{name}-{number}" if number else name for name, most in found.items() for number in range(most + 1)}


def blocks(file: Path, *languages: str) -> list[str]:
    """The fenced blocks of a document that are of one of these languages."""
    return [
        "\n".join(line.removeprefix(match[1]) for line in match[4].splitlines())
        for match in FENCE.finditer(file.read_text(encoding="utf-8"))
        if match[3] in languages
    ]


def shell_blocks(file: Path) -> list[str]:
    """The blocks of a document that a reader copies into a shell."""
    return blocks(file, "sh", "bash")


def commands(file: Path) -> Iterator[list[str]]:
    """What a document says to type after ``linkbot``, as words; placeholders and choices included."""
    text = file.read_text(encoding="utf-8")
    typed = [line.strip() for block in shell_blocks(file) for line in block.replace("\\\n", " ").splitlines()]
    spans = [span.replace("\n", " ").replace("\\|", "|") for span in SPAN.findall(FENCE.sub("", text))]
    for said in (*typed, *spans):
        match = COMMAND.match(said.removeprefix("sudo -u linkbot "))
        if match is not None:
            yield shlex.split(match["rest"], comments=True)
