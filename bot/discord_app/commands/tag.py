"""``/tag``: the newest posts with one tag, or with two."""

import discord
from discord import app_commands

from bot.discord_app.commands.choices import suggest_names
from bot.discord_app.commands.options import asked_filters, options
from bot.discord_app.language import about, named
from bot.discord_app.listing import Lists
from bot.discord_app.query import USUAL_COUNT, Kind, Query

__all__ = ["tag_command"]


def tag_command(lists: Lists) -> app_commands.Command[app_commands.Group, ..., None]:
    """Return the command."""
    tags, sources = suggest_names(lists.archive.tags), suggest_names(lists.archive.sources)

    @app_commands.command(name=named("command-tag"), description=about("command-tag"))
    @options(name="option-name", also="option-and", source="option-source", count="option-count", share="option-share")
    @app_commands.autocomplete(name=tags, also=tags, source=sources)
    async def tag(
        interaction: discord.Interaction,
        name: str,
        also: str | None = None,
        source: str | None = None,
        count: app_commands.Range[int, 1, 25] = USUAL_COUNT,
        share: bool = False,
    ) -> None:
        filters = asked_filters(name, also, source=source)
        await lists.show(interaction, Query(Kind.LATEST, filters, count=count), public=share)

    return tag
