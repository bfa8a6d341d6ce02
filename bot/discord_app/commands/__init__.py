"""The commands: those that are typed, and those in the menu of a message."""

from collections.abc import Sequence

import discord
from discord import app_commands

from bot.discord_app.archive import Archive
from bot.discord_app.commands.follow import follow_commands, forget_command
from bot.discord_app.commands.latest import latest_command
from bot.discord_app.commands.linkbot import linkbot_commands
from bot.discord_app.commands.names import names_commands
from bot.discord_app.commands.random import random_command
from bot.discord_app.commands.related import related_command
from bot.discord_app.commands.save import save_command
from bot.discord_app.commands.search import search_command
from bot.discord_app.commands.tag import tag_command
from bot.discord_app.follower import Follower
from bot.discord_app.listing import Lists
from bot.discord_app.management import Management
from bot.discord_app.presses import Presses
from bot.discord_app.replies import CommandTree

__all__ = ["add_commands", "add_following", "add_forgetting", "add_management"]

_EVERYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
_FOR_ALL = app_commands.AppInstallationType(guild=True, user=True)

_Command = app_commands.Command[app_commands.Group, ..., None] | app_commands.Group | app_commands.ContextMenu


def add_commands(
    tree: CommandTree,
    presses: Presses,
    archive: Archive,
    guilds: Sequence[int] = (),
    *,
    tldr_characters: int,
) -> None:
    """Put all commands into `tree`, for everywhere or only for `guilds` if there are any, their buttons into `presses`.

    For everywhere means in guilds, in direct messages, and wherever somebody takes the application along who installed
    it for themselves, if it allows that. `tldr_characters` of text are on a card at most.
    """
    lists = Lists(archive)
    lists.listen(presses)
    commands: tuple[_Command, ...] = (
        latest_command(lists),
        tag_command(lists),
        search_command(lists),
        *names_commands(archive),
        random_command(lists),
        related_command(lists),
        save_command(archive, tldr_characters),
    )
    _add(tree, commands, guilds)


def add_following(tree: CommandTree, presses: Presses, follower: Follower, guilds: Sequence[int] = ()) -> None:
    """Put the commands for people who follow something into `tree`, as `add_commands` does with the others."""
    _add(tree, follow_commands(follower, presses), guilds)


def add_forgetting(tree: CommandTree, presses: Presses, follower: Follower) -> None:
    """Put what tells people what is kept of them, and deletes it, into `tree`, everywhere, whatever is switched off.

    Whoever followed something must be able to have it forgotten, also when that is over, or not in their server.
    """
    _add(tree, (forget_command(follower, presses),), ())


def add_management(tree: CommandTree, presses: Presses, management: Management, guilds: Sequence[int] = ()) -> None:
    """Put the commands for people who manage a server into `tree`, as `add_commands` does with those for members."""
    _put(tree, (linkbot_commands(management, presses),), guilds)


def _add(tree: CommandTree, commands: Sequence[_Command], guilds: Sequence[int]) -> None:
    for command in commands:
        command.allowed_contexts, command.allowed_installs = _EVERYWHERE, _FOR_ALL
    _put(tree, commands, guilds)


def _put(tree: CommandTree, commands: Sequence[_Command], guilds: Sequence[int]) -> None:
    places = [discord.Object(guild) for guild in guilds]
    for command in commands:
        if places:
            tree.add_command(command, guilds=places)
        else:
            tree.add_command(command)
