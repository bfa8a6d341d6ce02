"""``/search``: the posts that have all of some words."""

import discord
from discord import app_commands

from bot.catalog.words import Words
from bot.discord_app.commands.choices import suggest_names, suggest_titles
from bot.discord_app.commands.options import asked_filters, options
from bot.discord_app.language import about, named
from bot.discord_app.listing import Lists
from bot.discord_app.query import Kind, Query

__all__ = ["search_command"]


def search_command(lists: Lists) -> app_commands.Command[app_commands.Group, ..., None]:
    """Return the command."""
    archive = lists.archive

    @app_commands.command(name=named("command-search"), description=about("command-search"))
    @options(words="option-words", tag="option-tag", source="option-source", share="option-share")
    @app_commands.autocomplete(
        words=suggest_titles(archive), tag=suggest_names(archive.tags), source=suggest_names(archive.sources)
    )
    async def search(
        interaction: discord.Interaction,
        words: str,
        tag: str | None = None,
        source: str | None = None,
        share: bool = False,
    ) -> None:
        filters = asked_filters(tag, source=source)
        await lists.show(interaction, Query(Kind.SEARCH, filters, Words.parse(words)), public=share)

    return search
