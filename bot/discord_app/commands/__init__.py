"""The slash commands."""

from collections.abc import Sequence

import discord

from bot.discord_app.archive import Archive
from bot.discord_app.commands.latest import latest_command
from bot.discord_app.commands.tag import tag_command
from bot.discord_app.replies import CommandTree

__all__ = ["add_commands"]


def add_commands(tree: CommandTree, archive: Archive, guilds: Sequence[int] = ()) -> None:
    """Put all commands into `tree`: for everywhere, or only for `guilds` if there are any."""
    places = [discord.Object(guild) for guild in guilds]
    for command in (latest_command(archive), tag_command(archive)):
        if places:
            tree.add_command(command, guilds=places)
        else:
            tree.add_command(command)
