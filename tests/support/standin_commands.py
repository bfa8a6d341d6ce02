"""A client with every kind of command that members can use, which tells back what discord.py made of the question."""

import discord
from discord import app_commands

from tests.support.standin_client import RecordingClient

__all__ = ["Asked", "everywhere_client", "told"]

Asked = discord.Interaction[RecordingClient]

_CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
_INSTALLS = app_commands.AppInstallationType(guild=True, user=True)


def told(asked: Asked) -> str:
    """Who asks, and from where, as discord.py sees it: language, user, permissions, guild, channel, context."""
    manages = asked.permissions.manage_guild
    context = asked.context
    flags = "".join(str(int(flag)) for flag in (context.guild, context.dm_channel, context.private_channel))
    guild = None if asked.guild is None else asked.guild.id
    member = type(asked.user).__name__
    owners = f"{asked.is_guild_integration():d}{asked.is_user_integration():d}"
    return f"{asked.locale} {member} {asked.user.name} {manages} {guild} {asked.channel_id} {flags} {owners}"


class _Manage(app_commands.Group):
    """Commands for people who manage the guild."""

    hold = app_commands.Group(name="hold", description="Hold deliveries")

    def __init__(self) -> None:
        super().__init__(name="linkbot", description="Manage", default_permissions=discord.Permissions(32))

    @app_commands.command(description="Pause a channel")
    async def pause(self, asked: Asked, channel: discord.TextChannel | None = None, hours: int = 1) -> None:
        """Tell what came in the options."""
        name = None if channel is None else f"{channel.name} {channel.id}"
        await asked.response.send_message(f"pause {name} {hours}", ephemeral=True)

    @hold.command(name="one", description="Hold one")
    async def hold_one(self, asked: Asked, tag: str) -> None:
        """Tell which tag."""
        await asked.response.send_message(f"hold {tag}", ephemeral=True)

    @hold_one.autocomplete("tag")
    async def _suggest(self, _asked: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}!", value=typed)]


def everywhere_client() -> RecordingClient:
    """The client, with commands that are offered in every place, and ``linkbot`` for managers."""
    client = RecordingClient()
    client.tree.allowed_contexts, client.tree.allowed_installs = _CONTEXTS, _INSTALLS
    client.tree.add_command(_Manage())
    _add_slash_commands(client)
    _add_message_commands(client)
    return client


def _add_slash_commands(client: RecordingClient) -> None:
    @client.tree.command(description="Who asks")
    async def who(asked: Asked) -> None:
        await asked.response.send_message(told(asked), ephemeral=True)

    @client.tree.command(description="Takes ids")
    async def ids(
        asked: Asked,
        user: discord.User | None = None,
        role: discord.Role | None = None,
        any_of: discord.User | discord.Member | discord.Role | None = None,
    ) -> None:
        named = [f"{type(value).__name__} {value}" for value in (user, role, any_of) if value is not None]
        await asked.response.send_message(", ".join(named) or "nothing")

    @client.tree.command(description="Which channels the asker sees")
    async def seen(asked: Asked) -> None:
        assert asked.guild is not None
        assert isinstance(asked.user, discord.Member)
        names = [channel.name for channel in asked.guild.channels if channel.permissions_for(asked.user).view_channel]
        await asked.response.send_message(" ".join(sorted(names)))

    @client.tree.command(description="A message with a button and a select")
    async def panel(asked: Asked, private: bool = True) -> None:
        await asked.response.send_message("panel", view=_panel(), ephemeral=private)


def _panel() -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    options = [discord.SelectOption(label=name) for name in ("a", "b", "c")]
    select: discord.ui.Select[discord.ui.View] = discord.ui.Select(custom_id="tags", options=options, max_values=2)
    press: discord.ui.Button[discord.ui.View] = discord.ui.Button(label="Next", custom_id="next")
    later: discord.ui.Button[discord.ui.View] = discord.ui.Button(label="Later", custom_id="later")

    async def chosen(asked: Asked) -> None:
        await asked.response.edit_message(content=" ".join(select.values))

    async def pressed(asked: Asked) -> None:
        await asked.response.edit_message(content="page 2", embed=discord.Embed(title="t"), view=None)

    async def postponed(asked: Asked) -> None:
        await asked.response.defer()
        await asked.edit_original_response(content="later")

    select.callback, press.callback, later.callback = chosen, pressed, postponed  # type: ignore[method-assign, assignment]
    for item in (select, press, later):
        view.add_item(item)
    return view


def _add_message_commands(client: RecordingClient) -> None:
    @client.tree.context_menu(name="Related links")
    async def related(asked: Asked, message: discord.Message) -> None:
        await asked.response.send_message(f"{told(asked)}: {message.content}", ephemeral=True)

    @client.tree.context_menu(name="Save for later")
    async def save(asked: Asked, message: discord.Message) -> None:
        await asked.response.defer(ephemeral=True, thinking=True)
        try:
            await asked.user.send(message.content)
        except discord.Forbidden as error:
            await asked.followup.send(f"closed: {error.code}")
        else:
            await asked.followup.send("saved")
