"""``/random``: a post picked by chance."""

import discord
from discord import app_commands

from bot.discord_app.commands.choices import suggest_names
from bot.discord_app.commands.options import asked_filters, options
from bot.discord_app.language import about, named
from bot.discord_app.listing import Lists
from bot.discord_app.query import Kind, Query

__all__ = ["random_command"]


def random_command(lists: Lists) -> app_commands.Command[app_commands.Group, ..., None]:
    """Return the command."""

    @app_commands.command(name=named("command-random"), description=about("command-random"))
    @options(tag="option-tag", share="option-share")
    @app_commands.autocomplete(tag=suggest_names(lists.archive.tags))
    async def random(interaction: discord.Interaction, tag: str | None = None, share: bool = False) -> None:
        await lists.show(interaction, Query(Kind.RANDOM, asked_filters(tag)), public=share)

    return random
