"""``/follow``, ``/following``, ``/unfollow`` and ``/forget-me``: new posts by direct message; answered in private."""

import discord
from discord import app_commands

from bot.catalog.following import FollowKind
from bot.discord_app.commands.choices import Suggest, in_time, suggest_names
from bot.discord_app.commands.options import options
from bot.discord_app.follower import Follower
from bot.discord_app.language import about, named
from bot.discord_app.presses import Presses
from bot.discord_app.replies import answer

__all__ = ["follow_commands", "forget_command"]

Command = app_commands.Command[app_commands.Group, ..., None]


def follow_commands(follower: Follower, presses: Presses) -> tuple[Command | app_commands.Group, ...]:
    """Return the commands; the buttons under their answers are put into `presses`."""
    follower.listen(presses)
    return _follow_group(follower), _following(follower), _unfollow(follower)


def _follow_group(follower: Follower) -> app_commands.Group:
    """Three commands instead of three options: on a phone, each asks for just what it needs."""
    group = app_commands.Group(name=named("command-follow"), description=about("command-follow"))
    archive = follower.archive

    @group.command(name=named("command-follow-tag"), description=about("command-follow-tag"))
    @options(tag="option-follow-tag")
    @app_commands.autocomplete(tag=suggest_names(archive.tags))
    async def follow_tag(interaction: discord.Interaction, tag: str) -> None:
        await answer(interaction, follower.follow(interaction, FollowKind.TAG, tag))

    @group.command(name=named("command-follow-source"), description=about("command-follow-source"))
    @options(source="option-follow-source")
    @app_commands.autocomplete(source=suggest_names(archive.sources))
    async def follow_source(interaction: discord.Interaction, source: str) -> None:
        await answer(interaction, follower.follow(interaction, FollowKind.SOURCE, source))

    @group.command(name=named("command-follow-words"), description=about("command-follow-words"))
    @options(words="option-follow-words")
    async def follow_words(interaction: discord.Interaction, words: str) -> None:
        await answer(interaction, follower.follow(interaction, FollowKind.WORDS, words))

    return group


def _following(follower: Follower) -> Command:
    @app_commands.command(name=named("command-following"), description=about("command-following"))
    async def following(interaction: discord.Interaction) -> None:
        await answer(interaction, follower.following(interaction))

    return following


def _unfollow(follower: Follower) -> Command:
    @app_commands.command(name=named("command-unfollow"), description=about("command-unfollow"))
    @options(follow="option-follow")
    @app_commands.autocomplete(follow=_suggest_own(follower))
    async def unfollow(interaction: discord.Interaction, follow: str) -> None:
        await answer(interaction, follower.unfollow(interaction, follow))

    return unfollow


def forget_command(follower: Follower, presses: Presses) -> Command:
    """Return ``/forget-me``; the button under its answer is put into `presses`."""
    follower.listen_to_forget(presses)

    @app_commands.command(name=named("command-forget-me"), description=about("command-forget-me"))
    async def forget_me(interaction: discord.Interaction) -> None:
        await answer(interaction, follower.about_me(interaction))

    return forget_me


def _suggest_own(follower: Follower) -> Suggest:
    async def offered(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        own = await follower.own_choices(interaction, typed)
        return [app_commands.Choice(name=name, value=follow) for name, follow in own]

    async def autocomplete(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await in_time(offered(interaction, typed))

    return autocomplete
