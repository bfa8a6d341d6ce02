"""``/linkbot``: for people who manage the server, about the channels of this server alone, answered to them alone."""

import discord
from discord import app_commands

from bot.catalog.overview import NamedPost
from bot.content.excerpt import cut
from bot.discord_app import limits
from bot.discord_app.commands.choices import Suggest, in_time
from bot.discord_app.commands.options import options
from bot.discord_app.language import about, named
from bot.discord_app.management import Management
from bot.discord_app.manager import CONFIRMATION, MOST_NEWEST, Manager
from bot.discord_app.presses import Presses
from bot.discord_app.replies import answer
from bot.discord_app.text import plain

__all__ = ["linkbot_commands"]

_TITLE = 60  # characters of a choice that are the title's, before the path


class _ChannelId(app_commands.Transformer):
    """An option for which Discord offers the channels of the server, of all kinds: what is filled in is the id."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """A channel."""
        return discord.AppCommandOptionType.channel

    async def transform(
        self,
        interaction: discord.Interaction,  # noqa: ARG002 - discord.py's own signature
        value: app_commands.AppCommandChannel | app_commands.AppCommandThread,
        /,
    ) -> int:
        """Return the id of what was filled in."""
        return value.id


_Channel = app_commands.Transform[int, _ChannelId]


def linkbot_commands(management: Management, presses: Presses) -> app_commands.Group:
    """Return the group of commands; the button that confirms an announcement is put into `presses`."""
    manager = Manager(management)
    presses.add(CONFIRMATION, manager.press)
    group = app_commands.Group(
        name=named("command-linkbot"),
        description=about("command-linkbot"),
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )
    _add_looking(group, manager)
    _add_steering(group, manager)
    return group


def _add_looking(group: app_commands.Group, manager: Manager) -> None:
    @group.command(name=named("command-status"), description=about("command-status"))
    async def status(interaction: discord.Interaction) -> None:
        await answer(interaction, manager.status(interaction))

    @group.command(name=named("command-channels"), description=about("command-channels"))
    async def channels(interaction: discord.Interaction) -> None:
        await answer(interaction, manager.channels(interaction))

    @group.command(name=named("command-preview"), description=about("command-preview"))
    @options(post="option-post")
    @app_commands.autocomplete(post=_suggest_posts(manager))
    async def preview(interaction: discord.Interaction, post: str) -> None:
        await answer(interaction, manager.preview(interaction, post))


def _add_steering(group: app_commands.Group, manager: Manager) -> None:
    @group.command(name=named("command-announce"), description=about("command-announce"))
    @options(post="option-post", latest="option-newest", channel="option-into")
    @app_commands.autocomplete(post=_suggest_posts(manager))
    async def announce(
        interaction: discord.Interaction,
        post: str | None = None,
        latest: app_commands.Range[int, 1, MOST_NEWEST] | None = None,
        channel: _Channel | None = None,
    ) -> None:
        await answer(interaction, manager.would_announce(interaction, post, latest, channel))

    @group.command(name=named("command-pause"), description=about("command-pause"))
    @options(channel="option-channel")
    async def pause(interaction: discord.Interaction, channel: _Channel | None = None) -> None:
        await answer(interaction, manager.pause(interaction, channel))

    @group.command(name=named("command-resume"), description=about("command-resume"))
    @options(channel="option-channel")
    async def resume(interaction: discord.Interaction, channel: _Channel | None = None) -> None:
        await answer(interaction, manager.resume(interaction, channel))


def _suggest_posts(manager: Manager) -> Suggest:
    async def offered(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [_choice(post) for post in await manager.posts_like(interaction, typed)]

    async def autocomplete(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await in_time(offered(interaction, typed))

    return autocomplete


def _choice(post: NamedPost) -> app_commands.Choice[str]:
    title, path = cut(plain(post.title), _TITLE), plain(post.path)
    value = post.path if len(post.path) <= limits.CHOICE_CHARACTERS else f"#{post.id}"
    return app_commands.Choice(name=cut(f"{title} · {path}", limits.CHOICE_CHARACTERS), value=value)
