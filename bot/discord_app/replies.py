"""Answering members: in time, privately, and with a sentence when something went wrong."""

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.discord_app.outcomes import UNDELIVERED
from bot.problems import CatalogError

__all__ = ["CommandTree", "answer"]

_log = logging.getLogger(__name__)

# Discord drops an interaction that is not answered within 3 s
# (https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback).
_PATIENCE_SECONDS = 1.5

_STALE = (
    "This command has changed since your Discord last looked. Restart Discord (Ctrl+R on a computer) and try again."
)


async def answer(interaction: discord.Interaction, work: Coroutine[Any, Any, Sequence[discord.Embed]]) -> None:
    """Send the embeds that `work` makes, one message each, so that only the member who asked sees them.

    Work that takes longer than 1.5 s is announced to Discord as under way, which leaves 15 minutes for it. Raises what
    `work` raises; the command tree turns it into a sentence.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=_PATIENCE_SECONDS)
        if not task.done():
            await interaction.response.defer(ephemeral=True, thinking=True)
        first, *others = await task
    finally:
        task.cancel()
    await _send_first(interaction, embed=first)
    for embed in others:
        await interaction.followup.send(embed=embed, ephemeral=True)


class CommandTree(app_commands.CommandTree[discord.Client]):
    """The slash commands; what goes wrong in one is logged with a reference that the member is told."""

    async def on_error(
        self, interaction: discord.Interaction[discord.Client], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the member in a private sentence that the command failed, and write the failure to the log."""
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            await _tell(interaction, _STALE)
            return
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        reference = secrets.token_hex(4)
        expected = isinstance(cause, (CatalogError, *UNDELIVERED))
        name = interaction.command.qualified_name if interaction.command else "?"
        _log.error("Command /%s failed, reference %s: %s", name, reference, cause, exc_info=None if expected else cause)
        await _tell(
            interaction,
            "Sorry, this did not work. Please try again in a minute; if it fails again, give the people who run"
            f" this bot the reference `{reference}`.",
        )


async def _send_first(interaction: discord.Interaction[discord.Client], *, embed: discord.Embed) -> None:
    if interaction.response.is_done():
        await interaction.edit_original_response(embed=embed)
    else:
        await interaction.response.send_message(embed=embed, ephemeral=True)


async def _tell(interaction: discord.Interaction[discord.Client], sentence: str) -> None:
    """Send `sentence` privately if the interaction still takes an answer."""
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(sentence, ephemeral=True)
        elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(content=sentence)
        else:
            await interaction.followup.send(sentence, ephemeral=True)
    except UNDELIVERED as error:
        _log.warning("A member could not be told that a command failed: %s", error)
