"""``linkbot run``: the service."""

import argparse
import asyncio
import os
import signal

from bot.command_line.options import add_config
from bot.ops.logs import write_aside
from bot.ops.suggest import suggested
from bot.ops.terminal import printable
from bot.problems import ExitCode, LinkbotError
from bot.process import set_up_process
from bot.settings import load_settings, read_token

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "the service"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Run the service until SIGTERM or Ctrl+C. The bot's token comes from the environment variable DISCORD_TOKEN, or
    from the file that DISCORD_TOKEN_FILE names."""
    parser.add_argument(
        "--once",
        action="store_true",
        help="take in what is new, announce what is due, and end: for cron and CI; 1 if a post could not be announced",
    )
    parser.add_argument(
        "--log-format",
        choices=("auto", "text", "json"),
        default="auto",
        help="of the log on standard error (default: %(default)s: text on a terminal, else JSON)",
    )
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Run it to its end."""
    if not parsed.once:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the service takes it for a word to read its settings again
    settings = load_settings(parsed.config)
    token = read_token(os.environ)
    import bot.ops.log_format  # noqa: F401 - the first line of the log would import it, after what is there was frozen
    from bot.ops.reload import SettingsFile
    from bot.service import run_once, run_service  # with discord.py: half a second

    set_up_process()
    write_aside()
    if not parsed.once:
        asyncio.run(run_service(settings, token, config=SettingsFile(parsed.config)))
        return ExitCode.OK
    report = asyncio.run(run_once(settings, token))
    for line in (*report.rest, report.summary):
        print(printable(suggested(line, parsed.config)))
    if report.problems:
        raise LinkbotError("\n".join(report.problems))
    return ExitCode.OK
