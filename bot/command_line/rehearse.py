"""``linkbot rehearse``: the service with a stand-in for Discord."""

import argparse
import asyncio
import signal
from pathlib import Path

from bot.command_line.options import port
from bot.ops.logs import write_aside
from bot.ops.terminal import printable
from bot.problems import ExitCode

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "the service with a stand-in for Discord; no token needed"
DEFAULT_PORT = 8765


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Run the service with a stand-in for Discord on this machine and a page to look at, until Ctrl+C. No token is
    needed; the real state directory and the real Discord are never touched."""
    parser.add_argument("--content", type=Path, metavar="DIR", help="the posts (default: a sample site)")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings whose channels and rules to try (default: the sample's)"
    )
    parser.add_argument(
        "--port",
        type=port,
        default=DEFAULT_PORT,
        metavar="N",
        help="of the page (default: %(default)s; 0: a free one)",
    )
    parser.add_argument(
        "--forum",
        action="append",
        default=[],
        metavar="CHANNEL",
        dest="forums",
        help="id or name of a channel that is a forum, with the tags that the settings filter by; may be repeated",
    )


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Rehearse to the end."""
    from bot.rehearse import rehearse  # with discord.py: half a second
    from bot.service import STOP_SIGNALS

    def tell(line: str) -> None:
        print(printable(line), flush=True)

    async def rehearse_to_the_end() -> None:
        try:
            await rehearse(parsed.config, parsed.content, parsed.port, forums=parsed.forums, tell=tell)
        finally:  # all is tidied up: one signal more must not spoil the exit code once the loop handles none
            signal.pthread_sigmask(signal.SIG_BLOCK, (*STOP_SIGNALS, signal.SIGHUP))

    write_aside()
    asyncio.run(rehearse_to_the_end())
    return ExitCode.OK
