"""The command line: call one function for the command, print what it gives, return an exit code."""

import argparse
import asyncio
import io
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.arguments import parse
from bot.catalog.database import open_catalog_read_only
from bot.catalog.log import refuse_damaged_log
from bot.content.post import NotAPost, PostProblem
from bot.ops import check_formats, preview_formats, status_formats
from bot.ops.announce import AnnounceRequest
from bot.ops.check import check
from bot.ops.control import is_running
from bot.ops.logs import set_up_logging
from bot.ops.outside import carry_out_from_outside, path_in_content
from bot.ops.pause import PauseRequest, ResumeRequest, channel_called
from bot.ops.preview import preview
from bot.ops.requests import Request
from bot.ops.resolve import ResolveRequest
from bot.ops.status import read_status
from bot.ops.terminal import printable
from bot.problems import ExitCode, LinkbotError, SettingsError, SettingsProblem, UsageError
from bot.process import set_up_process
from bot.rehearse import rehearse
from bot.service import STOP_SIGNALS, run_service
from bot.settings import Settings, load_settings, read_token

__all__ = ["main"]

INTERRUPTED = 130  # what shells give a process that Ctrl+C ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` name (default: those of the process); return its exit code.

    What a person can act upon is told on standard error by a sentence; anything else is a bug and raised.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character gets its escape
            stream.reconfigure(errors="backslashreplace")
    parsed = parse(arguments)
    set_up_logging(verbose=parsed.verbose, brief=parsed.command == "rehearse")
    try:
        code = RUN[parsed.command](parsed)
        sys.stdout.flush()
    except LinkbotError as error:
        for line in str(error).splitlines():
            print(f"linkbot: {printable(line)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    return code


def _run(parsed: argparse.Namespace) -> ExitCode:
    settings = load_settings(parsed.config)
    set_up_process()
    asyncio.run(run_service(settings, read_token(os.environ)))
    return ExitCode.OK


def _rehearse(parsed: argparse.Namespace) -> ExitCode:
    settings = None if parsed.config is None else load_settings(parsed.config)

    def tell(line: str) -> None:
        print(printable(line), flush=True)

    async def rehearse_to_the_end() -> None:
        try:
            await rehearse(settings, parsed.content, parsed.port, forums=parsed.forums, tell=tell)
        finally:  # all is tidied up: one signal more must not spoil the exit code once the loop handles none
            signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)

    asyncio.run(rehearse_to_the_end())
    return ExitCode.OK


def _check(parsed: argparse.Namespace) -> ExitCode:
    settings: Settings | None = None
    problems: tuple[SettingsProblem, ...] = ()
    try:
        settings = load_settings(parsed.config)
    except SettingsError as error:
        problems = error.problems
    report = check(settings, problems, parsed.paths)
    print(check_formats.FORMATS[parsed.format](report))
    return report.exit_code


def _preview(parsed: argparse.Namespace) -> ExitCode:
    shown = preview(load_settings(parsed.config), parsed.post, datetime.now(UTC))
    if isinstance(shown, PostProblem):
        raise LinkbotError(str(shown))
    if isinstance(shown, NotAPost):
        raise LinkbotError(f"{shown.path} is no link post: {shown.reason}")
    print(preview_formats.as_text(shown))
    if parsed.html is not None:
        _write(parsed.html, preview_formats.as_html(shown))
    return ExitCode.OK


def _status(parsed: argparse.Namespace) -> ExitCode:
    status = asyncio.run(read_status(load_settings(parsed.config)))
    print(status_formats.as_json(status) if parsed.json else status_formats.as_text(status))
    return ExitCode.OK


def _announce(parsed: argparse.Namespace) -> ExitCode:
    settings = load_settings(parsed.config)
    request = AnnounceRequest(
        latest=parsed.latest,
        paths=tuple(path_in_content(path, settings.content.directory) for path in parsed.posts),
        held=parsed.held,
        drop=parsed.drop,
        channel=parsed.channel,
        dry_run=parsed.dry_run,
    )
    return _carry_out(settings, request)


def _pause(parsed: argparse.Namespace) -> ExitCode:
    settings = load_settings(parsed.config)
    return _carry_out(settings, PauseRequest(_channels(settings, parsed.channel)))


def _resume(parsed: argparse.Namespace) -> ExitCode:
    settings = load_settings(parsed.config)
    return _carry_out(settings, ResumeRequest(_channels(settings, parsed.channel)))


def _channels(settings: Settings, said: str | None) -> tuple[int, ...] | None:
    return None if said is None else (channel_called(settings, said),)


def _resolve(parsed: argparse.Namespace) -> ExitCode:
    request = ResolveRequest(parsed.delivery, sent=parsed.sent, resend=parsed.resend, drop=parsed.drop)
    return _carry_out(load_settings(parsed.config), request)


def _carry_out(settings: Settings, request: Request) -> ExitCode:
    for line in asyncio.run(carry_out_from_outside(settings, request)):
        print(printable(line))
    return ExitCode.OK


def _backup(parsed: argparse.Namespace) -> ExitCode:
    settings = load_settings(parsed.config)
    if os.path.lexists(parsed.file):
        raise UsageError(f"{parsed.file} is there already; name a new file")
    if not parsed.file.parent.is_dir():
        raise UsageError(f"{parsed.file} cannot be written: {parsed.file.parent} is no folder; make it first")

    async def copy() -> None:
        async with open_catalog_read_only(settings.state.directory) as catalog:
            if not await is_running(settings.state.directory):  # a service has looked, and writes it
                refuse_damaged_log(catalog.path)
            await catalog.backup(parsed.file)

    asyncio.run(copy())
    size = parsed.file.stat().st_size
    print(printable(f"{parsed.file}: a consistent copy of the catalog, {size:,} bytes"))
    return ExitCode.OK


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error


RUN: Mapping[str, Callable[[argparse.Namespace], ExitCode]] = {
    "run": _run,
    "rehearse": _rehearse,
    "check": _check,
    "preview": _preview,
    "status": _status,
    "announce": _announce,
    "pause": _pause,
    "resume": _resume,
    "resolve": _resolve,
    "backup": _backup,
}
