"""``linkbot preview``: one post as members would see it."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.command_line.options import add_config
from bot.problems import ExitCode, LinkbotError, UsageError
from bot.settings import load_settings

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "one post's card, where it goes or went, and why or why not"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Show one post's card as members see it, the channels that it goes or went to, and why or why not."""
    parser.add_argument(
        "post", type=Path, metavar="POST.md", help="a post, in the content directory or elsewhere; it may be gone"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write all of it as a page for a browser")
    parser.add_argument("--json", action="store_true", help="for programs")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Show the post, or say why it is none."""
    settings = load_settings(parsed.config)
    # With discord.py and rich: half a second.
    from bot.ops import preview_json, preview_page, preview_terminal
    from bot.ops.preview import preview

    shown = asyncio.run(preview(settings, parsed.post, datetime.now(UTC)))
    if parsed.html is not None and shown.card is not None:
        _write(parsed.html, preview_page.as_html(shown), preview_page.BEGINNING)
    if parsed.json:
        print(preview_json.as_json(shown))
    elif shown.card is not None:
        preview_terminal.show(shown, preview_terminal.console_on(sys.stdout))
    if shown.wrong is not None:
        raise LinkbotError(shown.wrong)
    return ExitCode.OK


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
