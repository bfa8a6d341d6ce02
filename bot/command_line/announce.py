"""``linkbot announce``: announcing posts on purpose."""

import argparse
from pathlib import Path

from bot.command_line.changing import change
from bot.command_line.options import add_config, count
from bot.ops.announce import AnnounceRequest
from bot.ops.outside import path_in_content
from bot.ops.pause import channel_called
from bot.problems import ExitCode
from bot.settings import Settings

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "announce posts on purpose, or let held ones go"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Announce posts on purpose, or let held ones go. A post is never announced twice in a channel. The running service
    sends at once; without one the posts are sent when it starts."""
    parser.add_argument("posts", type=Path, nargs="*", metavar="POST.md", help="posts in the content directory")
    parser.add_argument("--latest", type=count, metavar="N", help="the newest N posts by date")
    parser.add_argument("--held", action="store_true", help="the posts that announce.hold_above holds back")
    parser.add_argument("--drop", action="store_true", help="with --held: take them in without announcing them")
    parser.add_argument("--channel", metavar="CHANNEL", help="only in this one (id or name), whatever its filters say")
    parser.add_argument("--dry-run", action="store_true", help="only tell what would go where, in how many messages")
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Have the posts announced."""
    return change(parsed.config, lambda settings: _request(settings, parsed), needs_whole_settings=True)


def _request(settings: Settings, parsed: argparse.Namespace) -> AnnounceRequest:
    return AnnounceRequest(
        latest=parsed.latest,
        paths=tuple(path_in_content(path, settings.content.directory) for path in parsed.posts),
        held=parsed.held,
        drop=parsed.drop,
        channel=None if parsed.channel is None else channel_called(settings, parsed.channel),
        dry_run=parsed.dry_run,
    )
