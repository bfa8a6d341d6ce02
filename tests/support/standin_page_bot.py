"""A bot with commands of every kind, to be tried on the page."""

import asyncio
from typing import Any

import discord
from discord import app_commands

from tests.support.standin_client import RecordingClient

__all__ = ["BotOfThePage"]

_FRENCH = {
    "pick": "choisir",
    "who": "qui",
    "Picks one of everything": "Choisit un de chaque",
    "pause": "suspendre",
    "Tell it": "Dis-le",
}


class _ToFrench(app_commands.Translator):
    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, _context: app_commands.TranslationContextTypes
    ) -> str | None:
        return _FRENCH.get(string.message) if locale is discord.Locale.french else None


class BotOfThePage(RecordingClient):
    """Answers with what it understood.

    Attributes:
        thought: ``/think`` answers once this is set.
    """

    def __init__(self) -> None:
        super().__init__()
        self.thought = asyncio.Event()
        for command in (_pick, _linkbot, _turn, self._think(), _tell, _keep):
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        await self.tree.set_translator(_ToFrench())

    def _think(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.command(name="think", description="Takes its time")
        async def think(asked: discord.Interaction) -> None:
            await asked.response.defer(ephemeral=True)
            await self.thought.wait()
            await asked.followup.send("At last", ephemeral=True)

        return think


@app_commands.command(name="pick", description="Picks one of everything")
@app_commands.choices(size=[app_commands.Choice(name="Large", value="L"), app_commands.Choice(name="Small", value="S")])
async def _pick(
    asked: discord.Interaction,
    who: discord.User,
    where: discord.TextChannel,
    role: discord.Role,
    sure: bool,
    size: str,
    count: app_commands.Range[int, 1, 25],
) -> None:
    said = f"{who.name} in {where.name} as {role.name}, {sure}, {size}, {count}; {asked.locale.value}"
    await asked.response.send_message(said, ephemeral=True)


_linkbot = app_commands.Group(
    name="linkbot", description="Manages", default_permissions=discord.Permissions(manage_guild=True), guild_only=True
)


@_linkbot.command(name="pause", description="Holds a channel")
async def _pause(asked: discord.Interaction, channel: app_commands.AppCommandChannel) -> None:
    await asked.response.send_message(f"{asked.user.name} holds {channel.name}", ephemeral=True)


class _Turning(discord.ui.View):
    def __init__(self, page: int) -> None:
        super().__init__(timeout=None)
        self.page = page
        self.back.disabled = page == 1

    @discord.ui.button(label="Back", row=0)
    async def back(self, asked: discord.Interaction, _button: discord.ui.Button["_Turning"]) -> None:
        await asked.response.edit_message(content=f"Page {self.page - 1}", view=_Turning(self.page - 1))

    @discord.ui.button(label="Next", row=1)
    async def forward(self, asked: discord.Interaction, _button: discord.ui.Button["_Turning"]) -> None:
        await asked.response.edit_message(content=f"Page {self.page + 1}", view=_Turning(self.page + 1))

    @discord.ui.select(placeholder="Go to", row=2, options=[discord.SelectOption(label="Third", value="3")])
    async def turn_to(self, asked: discord.Interaction, select: discord.ui.Select["_Turning"]) -> None:
        await asked.response.edit_message(content=f"Page {select.values[0]}", view=_Turning(int(select.values[0])))


@app_commands.command(name="turn", description="Has pages")
async def _turn(asked: discord.Interaction) -> None:
    await asked.response.send_message("Page 1", view=_Turning(1), ephemeral=True)


@app_commands.context_menu(name="Tell it")
async def _tell(asked: discord.Interaction, message: discord.Message) -> None:
    await asked.response.send_message(f"It says: {message.content}", ephemeral=True)


@app_commands.context_menu(name="Keep it")
async def _keep(asked: discord.Interaction, message: discord.Message) -> None:
    try:
        await asked.user.send(f"Kept: {message.content}")
    except discord.Forbidden:
        await asked.response.send_message("Your direct messages are closed", ephemeral=True)
    else:
        await asked.response.send_message("Kept for you", ephemeral=True)
