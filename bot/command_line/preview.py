"""``linkbot preview``: one post as members would see it."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from bot.command_line.options import add_config
from bot.content.post import NotAPost, PostProblem
from bot.problems import ExitCode, LinkbotError, UsageError
from bot.settings import load_settings

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "one post's card, where it would go, and why or why not"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Show one post's card as members would see it, the channels that it would go to, and why or why not."""
    parser.add_argument("post", type=Path, metavar="POST.md", help="a post, in the content directory or elsewhere")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write the card as a page for a browser")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Show the post, or say why it is none."""
    settings = load_settings(parsed.config)
    from bot.ops import preview_formats  # with discord.py: half a second
    from bot.ops.preview import preview

    shown = preview(settings, parsed.post, datetime.now(UTC))
    if isinstance(shown, PostProblem):
        raise LinkbotError(str(shown))
    if isinstance(shown, NotAPost):
        raise LinkbotError(f"{shown.path} is no link post: {shown.reason}")
    print(preview_formats.as_text(shown))
    if parsed.html is not None:
        _write(parsed.html, preview_formats.as_html(shown))
    return ExitCode.OK


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
