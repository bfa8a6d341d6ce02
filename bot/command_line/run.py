"""``linkbot run``: the service."""

import argparse
import asyncio
import os

from bot.command_line.options import add_config
from bot.problems import ExitCode
from bot.process import set_up_process
from bot.settings import load_settings, read_token

__all__ = ["SUMMARY", "add_arguments", "carry_out"]

SUMMARY = "the service"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Run the service until SIGTERM or Ctrl+C. The bot's token comes from the environment variable DISCORD_TOKEN, or
    from the file that DISCORD_TOKEN_FILE names."""
    add_config(parser)


def carry_out(parsed: argparse.Namespace) -> ExitCode:
    """Run it to its end."""
    settings = load_settings(parsed.config)
    token = read_token(os.environ)
    from bot.service import run_service  # with discord.py: half a second

    set_up_process()
    asyncio.run(run_service(settings, token, config=parsed.config))
    return ExitCode.OK
