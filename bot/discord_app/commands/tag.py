"""``/tag``: the newest posts with one tag."""

import discord
from discord import app_commands

from bot.discord_app.archive import Archive
from bot.discord_app.commands.choices import suggest
from bot.discord_app.commands.latest import latest_posts
from bot.discord_app.replies import answer

__all__ = ["tag_command"]


def tag_command(archive: Archive) -> app_commands.Command[app_commands.Group, ..., None]:
    """Return the command, answering from `archive`."""

    @app_commands.command(name="tag", description="Show the newest link posts with a tag")
    @app_commands.describe(name="The tag", count="How many posts to show, 1 to 25; 5 if left out")
    @app_commands.autocomplete(name=suggest(archive.tags))
    async def tag(
        interaction: discord.Interaction,
        name: str,
        count: app_commands.Range[int, 1, 25] = 5,
    ) -> None:
        await answer(interaction, latest_posts(archive, count, name, None))

    return tag
