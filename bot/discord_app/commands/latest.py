"""``/latest``: the newest posts, of one tag or source if asked."""

from collections.abc import Sequence

import discord
from discord import app_commands

from bot.discord_app.archive import Archive
from bot.discord_app.commands.choices import suggest
from bot.discord_app.lists import list_embeds, nothing_embed
from bot.discord_app.replies import answer

__all__ = ["latest_command", "latest_posts"]


def latest_command(archive: Archive) -> app_commands.Command[app_commands.Group, ..., None]:
    """Return the command, answering from `archive`."""

    @app_commands.command(name="latest", description="Show the newest link posts")
    @app_commands.describe(
        count="How many posts to show, 1 to 25; 5 if left out",
        tag="Only posts with this tag",
        source="Only posts from this source",
    )
    @app_commands.autocomplete(tag=suggest(archive.tags), source=suggest(archive.sources))
    async def latest(
        interaction: discord.Interaction,
        count: app_commands.Range[int, 1, 25] = 5,
        tag: str | None = None,
        source: str | None = None,
    ) -> None:
        await answer(interaction, latest_posts(archive, count, tag, source))

    return latest


async def latest_posts(archive: Archive, count: int, tag: str | None, source: str | None) -> Sequence[discord.Embed]:
    """Return the answer to the question for the `count` newest posts, with `tag` and from `source` if given."""
    tag, source = _given(tag), _given(source)
    posts = await archive.latest(count=count, tag=tag, source=source)
    if posts:
        return list_embeds(_heading(tag, source), posts)
    return [await _nothing(archive, tag, source)]


def _given(text: str | None) -> str | None:
    """What a member typed, without what no name can contain: a lone surrogate, which JSON lets through."""
    return (text or "").encode("utf-8", "ignore").decode().strip() or None


def _heading(tag: str | None, source: str | None) -> str:
    return " ".join(
        ["Latest posts", *([f"with the tag {tag}"] if tag else []), *([f"from {source}"] if source else [])]
    )


async def _nothing(archive: Archive, tag: str | None, source: str | None) -> discord.Embed:
    for kind, asked, names in (("tag", tag, archive.tags), ("source", source, archive.sources)):
        if asked is not None:
            known = await names()
            if asked.casefold() not in {counted.name.casefold() for counted in known}:
                return nothing_embed(kind, asked, known)
    if tag and source:
        return discord.Embed(description="There is no post that has both this tag and this source.")
    return discord.Embed(description="There are no posts yet.")
