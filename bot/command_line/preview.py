"""``linkbot preview``: posts as members would see them."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.command_line.options import add_config
from bot.ops.terminal import printable
from bot.problems import ExitCode, LinkbotError, UsageError
from bot.settings import Settings, load_settings

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "a post's card, where it goes or went, and why or why not"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Show a post's card as members see it, the channels that it goes or went to, and why or why not; of several posts
    one after the other."""
    parser.add_argument(
        "posts",
        type=Path,
        nargs="+",
        metavar="POST.md",
        help="a post, in the content directory or elsewhere; it may be gone",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write all of it as a page for a browser")
    parser.add_argument("--json", action="store_true", help="for programs")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Show the posts; those that are none are told at the end, and the worst of them is the exit code."""
    if len(parsed.posts) > 1 and (parsed.json or parsed.html is not None):
        option = "--json" if parsed.json else "--html"
        raise UsageError(
            f"{option} takes one post, and {len(parsed.posts)} are named; give the command for each of them"
        )
    settings = load_settings(parsed.config)
    wrong: list[LinkbotError] = []
    for post in parsed.posts:
        try:
            _show(settings, post, parsed)
        except LinkbotError as error:
            wrong.append(error)
    if wrong:
        worst = max(wrong, key=lambda error: error.exit_code)
        raise type(worst)("\n".join(map(str, wrong)))
    return ExitCode.OK


def _show(settings: Settings, post: Path, parsed: argparse.Namespace) -> None:
    """Show one post, or raise why it is none."""
    # With discord.py and rich: half a second.
    from bot.ops import preview_json, preview_page, preview_terminal
    from bot.ops.preview import preview

    shown = asyncio.run(preview(settings, post, datetime.now(UTC), parsed.config))
    if parsed.html is not None and shown.card is not None:
        _write(parsed.html, preview_page.as_html(shown), preview_page.BEGINNING)
    if parsed.json:
        print(preview_json.as_json(shown))
    elif shown.card is not None:
        console = preview_terminal.console_on(sys.stdout)
        preview_terminal.show(shown, console, is_one_of_many=len(parsed.posts) > 1)
    if parsed.html is not None and shown.card is not None:
        print(f"{printable(str(parsed.html))}: written", file=sys.stderr)
    if shown.wrong is not None:
        raise LinkbotError(shown.wrong)


def _write(file: Path, page: str, beginning: str) -> None:
    """Write the page; a file that is no such page, such as the post itself, is not overwritten."""
    try:
        if file.is_file() and not _begins(file, beginning):
            raise UsageError(f"{file} is there, and is no page of `linkbot preview`; name another file")
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error


def _begins(file: Path, beginning: str) -> bool:
    with file.open("rb") as there:
        return there.read(len(beginning)) in (b"", beginning.encode())
