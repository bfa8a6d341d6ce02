"""``/latest``: the newest posts, narrowed by tag, source and date."""

import discord
from discord import app_commands

from bot.discord_app.commands.choices import suggest_names, suggest_since
from bot.discord_app.commands.options import asked_filters, options
from bot.discord_app.language import about, named
from bot.discord_app.listing import Lists
from bot.discord_app.query import USUAL_COUNT, Kind, Query

__all__ = ["latest_command"]


def latest_command(lists: Lists) -> app_commands.Command[app_commands.Group, ..., None]:
    """Return the command."""

    @app_commands.command(name=named("command-latest"), description=about("command-latest"))
    @options(count="option-count", tag="option-tag", source="option-source", since="option-since", share="option-share")
    @app_commands.autocomplete(
        tag=suggest_names(lists.archive.tags), source=suggest_names(lists.archive.sources), since=suggest_since
    )
    async def latest(
        interaction: discord.Interaction,
        count: app_commands.Range[int, 1, 25] = USUAL_COUNT,
        tag: str | None = None,
        source: str | None = None,
        since: str | None = None,
        share: bool = False,
    ) -> None:
        filters = asked_filters(tag, source=source, since=since)
        await lists.show(interaction, Query(Kind.LATEST, filters, count=count), public=share)

    return latest
