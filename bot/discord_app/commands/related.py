"""The message command "Related links": posts like those that a message is about."""

import discord
from discord import app_commands

from bot.discord_app.addresses import posts_in
from bot.discord_app.language import named
from bot.discord_app.limits import EMBEDS
from bot.discord_app.listing import Lists
from bot.discord_app.query import Kind, Query
from bot.discord_app.replies import Answer, answer

__all__ = ["related_command"]


def related_command(lists: Lists) -> app_commands.ContextMenu:
    """Return the command."""

    async def related(interaction: discord.Interaction, message: discord.Message) -> None:
        await answer(interaction, _related(lists, interaction, message))

    return app_commands.ContextMenu(name=named("menu-related"), callback=related)


async def _related(lists: Lists, interaction: discord.Interaction, message: discord.Message) -> Answer:
    posts = await posts_in(lists.archive, message)
    query = Query(Kind.RELATED, posts=tuple(listed.id for listed in posts[:EMBEDS]))
    return await lists.find(interaction, query, public=False)
