"""The message command "Save for later": the cards of a message's posts, sent to the asker's direct messages."""

import discord
from discord import app_commands

from bot.discord_app.addresses import posts_in
from bot.discord_app.archive import Archive
from bot.discord_app.cards import fitting_cards
from bot.discord_app.direct import ClosedDirectMessagesError, Letter, send_direct
from bot.discord_app.language import Language, language_of, named
from bot.discord_app.limits import EMBEDS
from bot.discord_app.replies import Answer, answer

__all__ = ["save_command"]


def save_command(archive: Archive, tldr_characters: int) -> app_commands.ContextMenu:
    """Return the command; `tldr_characters` of text are on a card at most."""

    async def save(interaction: discord.Interaction, message: discord.Message) -> None:
        await answer(interaction, _save(archive, tldr_characters, interaction, message))

    return app_commands.ContextMenu(name=named("menu-save"), callback=save)


async def _save(
    archive: Archive, tldr_characters: int, interaction: discord.Interaction, message: discord.Message
) -> Answer:
    language = language_of(interaction.locale)
    posts = await posts_in(archive, message)
    cards = fitting_cards([listed.post for listed in posts[:EMBEDS]], tldr_characters=tldr_characters)
    # However often Discord tells of this interaction, it has one nonce: it makes one message.
    letter = Letter(_origin(language, interaction, message), cards, nonce=f"sv{interaction.id}")
    try:
        link = await send_direct(interaction.client, interaction.user.id, letter)
    except ClosedDirectMessagesError as error:
        return Answer(content=language.say("no-common-server" if error.apart else "direct-messages-closed"))
    if len(posts) > EMBEDS:
        return Answer(content=language.say("saved-first", count=EMBEDS, link=link))
    return Answer(content=language.say("saved", link=link))


def _origin(language: Language, interaction: discord.Interaction, message: discord.Message) -> str:
    """What the saved message says of the one that it came from, which others cannot see if it is ephemeral."""
    if message.flags.ephemeral:
        return language.say("saved-for-you")
    place = interaction.guild_id or "@me"
    return language.say("saved-from", link=f"https://discord.com/channels/{place}/{message.channel.id}/{message.id}")
