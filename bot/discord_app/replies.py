"""Answering members: in time, and with a private sentence when something went wrong."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.discord_app.language import Language, language_of
from bot.discord_app.outcomes import UNDELIVERED
from bot.problems import CatalogError

__all__ = ["Answer", "CommandTree", "UnfitError", "answer", "answer_press", "explain_failure", "tell", "view_of"]

_log = logging.getLogger(__name__)

# Discord drops an interaction that is not answered within 3 s
# (https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback).
_PATIENCE_SECONDS = 1.5

# Unknown webhook, unknown interaction, invalid webhook token: an interaction's time is over, or its channel is gone
# (https://docs.discord.com/developers/topics/opcodes-and-status-codes#json).
_TOO_LATE = (10015, 10062, 50027)

_PUBLIC = "public"  # of an interaction's extras: it is answered for everybody


class UnfitError(Exception):
    """What a member filled in cannot be answered: no failure, and nothing for the log.

    Args:
        key: of the text that says so.
        values: for that text.
    """

    def __init__(self, key: str, **values: str | int) -> None:
        super().__init__(key)
        self._key = key
        self._values = values

    def told(self, language: Language) -> str:
        """Return what the member is told."""
        return language.say(self._key, **self._values)


@dataclass(frozen=True, slots=True)
class Answer:
    """One message for a member.

    Attributes:
        embeds: at most 10, together at most 6,000 characters.
        rows: of buttons, at most 5 of at most 5.
        content: text above the embeds; empty: none.
        public: everybody sees it; otherwise only the member who asked.
    """

    embeds: Sequence[discord.Embed] = ()
    rows: Sequence[Sequence[discord.ui.Button[discord.ui.View]]] = ()
    content: str = ""
    public: bool = False


async def answer(interaction: discord.Interaction, work: Coroutine[Any, Any, Answer], *, public: bool = False) -> None:
    """Send the answer that `work` makes, which is to be `public` or not.

    Work that takes longer than 1.5 s is announced to Discord as under way, which leaves 15 minutes for it. Raises what
    `work` raises; the command tree turns it into a sentence.
    """

    async def think() -> None:
        interaction.extras[_PUBLIC] = public
        await interaction.response.defer(ephemeral=not public, thinking=True)

    await _send(interaction, await _in_time(work, think))


async def answer_press(interaction: discord.Interaction, work: Coroutine[Any, Any, Answer]) -> None:
    """Show the answer that `work` makes in the place of the message with the button that was pressed, as `answer` does.

    A message that everybody sees stays as it is, and so it is where the answer is public: they get a message of their
    own.
    """
    message = interaction.message
    in_place = message is not None and message.flags.ephemeral

    async def think() -> None:
        if in_place:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)

    made = await _in_time(work, think)
    if not in_place or made.public:
        await _send(interaction, made)
    elif interaction.response.is_done():
        await interaction.edit_original_response(**_changed(made))
    else:
        await interaction.response.edit_message(**_changed(made))


async def _in_time(work: Coroutine[Any, Any, Answer], think: Callable[[], Coroutine[Any, Any, None]]) -> Answer:
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=_PATIENCE_SECONDS)
        if not task.done():
            await think()
        return await task
    finally:
        task.cancel()


def view_of(rows: Sequence[Sequence[discord.ui.Button[discord.ui.View]]]) -> discord.ui.View:
    """Return `rows` as discord.py sends them.

    It is stopped, so that discord.py does not keep it: what is pressed comes to `bot.discord_app.presses` by its custom
    id, however long ago it was sent, and nothing grows with the number of answers.
    """
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(rows):
        for button in row:
            button.row = number
            view.add_item(button)
    view.stop()
    return view


class CommandTree(app_commands.CommandTree[discord.Client]):
    """The commands; what goes wrong in one is logged with a reference that the member is told."""

    async def on_error(
        self, interaction: discord.Interaction[discord.Client], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the member in a private sentence that the command failed, and write the failure to the log."""
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            await tell(interaction, language_of(interaction.locale).say("stale-command"))
            return
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if isinstance(cause, UnfitError):
            await tell(interaction, cause.told(language_of(interaction.locale)))
            return
        name = interaction.command.qualified_name if interaction.command else "?"
        await explain_failure(interaction, f"Command /{name}", cause)


async def explain_failure(interaction: discord.Interaction[discord.Client], what: str, error: Exception) -> None:
    """Log that `what` failed because of `error`, and tell the member privately, with a reference to that.

    Where nobody can be told any more, because the service ends or Discord waits no longer, a line says so.
    """
    if interaction.client.is_closed():
        _log.info("%s was not answered: the service ends", what)
        return
    if isinstance(error, discord.HTTPException) and error.code in _TOO_LATE:
        _log.warning("%s was not answered: Discord does not wait for it any more (%s)", what, error)
        return
    reference = secrets.token_hex(4)
    expected = isinstance(error, (CatalogError, *UNDELIVERED))
    cause = None if expected else error
    _log.error("%s failed, reference %s: %s", what, reference, error, exc_info=cause, extra={"reference": reference})
    await tell(interaction, language_of(interaction.locale).say("failed", reference=f"`{reference}`"))


async def tell(interaction: discord.Interaction[discord.Client], sentence: str) -> None:
    """Send `sentence` privately if the interaction still takes an answer; it is logged if it does not."""
    try:
        await _tell(interaction, sentence)
    except Exception as error:
        if interaction.client.is_closed():
            _log.info("A member could not be told, because the service ends: %s", sentence)
        elif isinstance(error, UNDELIVERED):
            _log.warning("A member could not be told: %s: %s", sentence, error)
        else:
            raise


async def _tell(interaction: discord.Interaction[discord.Client], sentence: str) -> None:
    response = interaction.response
    if not response.is_done():
        await response.send_message(sentence, ephemeral=True)
        return
    if response.type is discord.InteractionResponseType.deferred_channel_message:
        if interaction.extras.get(_PUBLIC):  # what was begun for everybody cannot become private
            await interaction.delete_original_response()
        else:
            await interaction.edit_original_response(content=sentence)
            return
    await interaction.followup.send(sentence, ephemeral=True)


async def _send(interaction: discord.Interaction[discord.Client], made: Answer) -> None:
    """Send `made` as a message of its own, or as the one for which the member was told to wait."""
    response = interaction.response
    view = view_of(made.rows)
    if not response.is_done():
        await response.send_message(made.content or None, embeds=made.embeds, view=view, ephemeral=not made.public)
    elif response.type is discord.InteractionResponseType.deferred_channel_message:
        await interaction.edit_original_response(**_changed(made))
    else:
        content = made.content or discord.utils.MISSING
        await interaction.followup.send(content, embeds=made.embeds, view=view, ephemeral=not made.public)


def _changed(made: Answer) -> dict[str, Any]:
    return {"content": made.content or None, "embeds": made.embeds, "view": view_of(made.rows) if made.rows else None}
