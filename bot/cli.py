"""The command line: parse the arguments, call one function, return an exit code."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.catalog.database import open_catalog, open_catalog_read_only
from bot.catalog.lock import hold_lock
from bot.content.post import NotAPost, PostProblem
from bot.ops import check_formats, preview_formats, status
from bot.ops.announce import AnnounceRequest, announce
from bot.ops.check import check
from bot.ops.control import ask_service
from bot.ops.preview import preview
from bot.ops.reading import locate
from bot.problems import AlreadyRunningError, ExitCode, LinkbotError, SettingsError, SettingsProblem, UsageError
from bot.rehearse import DEFAULT_PORT, rehearse
from bot.service import run_service
from bot.settings import Settings, load_settings, read_token

__all__ = ["main"]

DEFAULT_CONFIG = Path("config/bot.yaml")
LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` name (default: those of the process); return its exit code."""
    parsed = _parser().parse_args(arguments)
    _set_up_logging(verbose=parsed.verbose)
    try:
        return int(parsed.command(parsed))
    except LinkbotError as error:
        print(f"linkbot: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK


def _run(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed.config)
    asyncio.run(run_service(settings, read_token(os.environ)))
    return ExitCode.OK


def _rehearse(parsed: argparse.Namespace) -> int:
    settings = None if parsed.config is None else load_settings(parsed.config)
    content = parsed.content
    if content is not None and not content.is_dir():
        raise UsageError(f"--content: {content} is not a directory")
    asyncio.run(rehearse(settings, content, parsed.port, tell=lambda line: print(line, flush=True)))
    return ExitCode.OK


def _check(parsed: argparse.Namespace) -> int:
    settings: Settings | None = None
    problems: tuple[SettingsProblem, ...] = ()
    try:
        settings = load_settings(parsed.config)
    except SettingsError as error:
        problems = error.problems
    report = check(settings, problems, parsed.paths)
    print(check_formats.FORMATS[parsed.format](report))
    return report.exit_code


def _preview(parsed: argparse.Namespace) -> int:
    shown = preview(load_settings(parsed.config), parsed.post, datetime.now(UTC))
    if isinstance(shown, PostProblem):
        print(shown, file=sys.stderr)
        return ExitCode.PROBLEM
    if isinstance(shown, NotAPost):
        print(f"{shown.path} is no link post: {shown.reason}")
        return ExitCode.PROBLEM
    print(preview_formats.as_text(shown))
    if parsed.html is not None:
        _write(parsed.html, preview_formats.as_html(shown))
    return ExitCode.OK


def _status(parsed: argparse.Namespace) -> int:
    read = asyncio.run(status.read_status(load_settings(parsed.config)))
    print(status.as_json(read) if parsed.json else status.as_text(read))
    return ExitCode.OK


def _announce(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed.config)
    request = AnnounceRequest(
        latest=parsed.latest,
        paths=tuple(_path_in_content(path, settings) for path in parsed.posts),
        held=parsed.held,
        drop=parsed.drop,
        channel=parsed.channel,
        dry_run=parsed.dry_run,
    )
    if sum((parsed.latest is not None, bool(parsed.posts), parsed.held)) != 1:
        raise UsageError("say what to announce: either --latest N, or posts, or --held")
    if parsed.drop and not parsed.held:
        raise UsageError("--drop goes with --held")
    for line in asyncio.run(_announce_now(settings, request)):
        print(line)
    return ExitCode.OK


async def _announce_now(settings: Settings, request: AnnounceRequest) -> list[str]:
    """Let the running service do it; without one, do it here: it is sent at the next start."""
    directory = settings.state.directory
    try:
        with hold_lock(directory):
            async with open_catalog(directory) as catalog:
                lines = await announce(catalog, settings, request)
    except AlreadyRunningError:
        return await ask_service(directory, request)
    return [*lines, "no service is running: what is planned is sent when it starts"]


def _path_in_content(path: Path, settings: Settings) -> str:
    place = locate(path, settings.content.directory)
    if not place.within:
        raise UsageError(f"{path} is not a post; name its file")
    return place.within


def _backup(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed.config)
    if parsed.file.exists():
        raise UsageError(f"{parsed.file} is there already; name a new file")

    async def copy() -> None:
        async with open_catalog_read_only(settings.state.directory) as catalog:
            await catalog.backup(parsed.file)

    asyncio.run(copy())
    print(f"{parsed.file}: a consistent copy of the catalog, {parsed.file.stat().st_size:,} bytes")
    return ExitCode.OK


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="linkbot",
        description="Announces new link posts of a Markdown site in Discord, each exactly once.",
        epilog="To see it work without a token: linkbot rehearse",
    )
    parser.add_argument("--verbose", action="store_true", help="log what the libraries do, too")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="the service")
    run.set_defaults(command=_run)

    rehearsal = commands.add_parser("rehearse", help="the service with a stand-in for Discord; no token needed")
    rehearsal.add_argument("--content", type=Path, metavar="DIR", help="the content directory (default: a sample site)")
    rehearsal.add_argument("--port", type=int, default=DEFAULT_PORT, metavar="N", help="of the page (%(default)s)")
    rehearsal.add_argument("--config", type=Path, metavar="FILE", help="settings to rehearse (default: the sample's)")
    rehearsal.set_defaults(command=_rehearse)

    checking = commands.add_parser("check", help="settings and content: every problem with its place")
    checking.add_argument("paths", type=Path, nargs="*", metavar="PATH", help="files or folders (default: all content)")
    checking.add_argument("--format", choices=sorted(check_formats.FORMATS), default="text")
    checking.set_defaults(command=_check)

    previewing = commands.add_parser("preview", help="one post's card, where it would go, and why or why not")
    previewing.add_argument("post", type=Path, metavar="POST.md")
    previewing.add_argument("--html", type=Path, metavar="FILE", help="also write the card as a page")
    previewing.set_defaults(command=_preview)

    telling = commands.add_parser("status", help="what the bot did, does and waits for")
    telling.add_argument("--json", action="store_true", help="for programs")
    telling.set_defaults(command=_status)

    announcing = commands.add_parser("announce", help="announce posts on purpose, or let held ones go")
    announcing.add_argument("posts", type=Path, nargs="*", metavar="POST.md")
    announcing.add_argument("--latest", type=_positive, metavar="N", help="the newest N posts")
    announcing.add_argument("--held", action="store_true", help="the posts that announce.hold_above held")
    announcing.add_argument("--drop", action="store_true", help="with --held: take them in without announcing them")
    announcing.add_argument("--channel", type=int, metavar="ID", help="only in this channel, whatever its filters say")
    announcing.add_argument("--dry-run", action="store_true", help="tell what would be done, do nothing")
    announcing.set_defaults(command=_announce)

    backing_up = commands.add_parser("backup", help="a consistent copy of the catalog, also while the bot runs")
    backing_up.add_argument("file", type=Path, metavar="FILE")
    backing_up.set_defaults(command=_backup)

    for command in (run, checking, previewing, telling, announcing, backing_up):
        command.add_argument(
            "--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help="the settings (%(default)s)"
        )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


def _set_up_logging(*, verbose: bool) -> None:
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, format=LOG_FORMAT)
    if not verbose:
        for library in ("discord", "watchdog", "aiosqlite", "asyncio", "aiohttp"):
            logging.getLogger(library).setLevel(logging.WARNING)
