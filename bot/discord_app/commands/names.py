"""``/tags`` and ``/sources``: all that there are, with how many posts each has."""

from collections.abc import Awaitable, Callable, Sequence

import discord
from discord import app_commands

from bot.catalog.records import Counted
from bot.discord_app.archive import Archive
from bot.discord_app.commands.options import options
from bot.discord_app.language import Language, about, language_of, named
from bot.discord_app.pages import COLOUR
from bot.discord_app.replies import Answer, answer
from bot.discord_app.text import escaped, plain

__all__ = ["names_commands"]

_NAME = 60  # characters
_ROOM = 3800  # characters of an embed's description, so that the last line says what was left out


def names_commands(archive: Archive) -> tuple[app_commands.Command[app_commands.Group, ..., None], ...]:
    """Return both commands."""
    return _command("tags", archive.tags), _command("sources", archive.sources)


def _command(
    what: str, read: Callable[[], Awaitable[Sequence[Counted]]]
) -> app_commands.Command[app_commands.Group, ..., None]:
    @app_commands.command(name=named(f"command-{what}"), description=about(f"command-{what}"))
    @options(share="option-share")
    async def names(interaction: discord.Interaction, share: bool = False) -> None:
        async def work() -> Answer:
            return _table(language_of(interaction.locale), f"{what}-heading", await read(), public=share)

        await answer(interaction, work(), public=share)

    return names


def _table(language: Language, heading: str, names: Sequence[Counted], *, public: bool) -> Answer:
    """Return the most frequent names, as many as fit into one message, and how many more there are."""
    if not names:
        return Answer((discord.Embed(description=language.say("nothing-yet"), colour=COLOUR),), public=public)
    text, shown = "", 0
    for counted in names:
        name = escaped(plain(counted.name), _NAME)
        part = f"**{name}** {language.say('number', count=counted.posts)}" if name else ""
        longer = " · ".join(filter(None, (text, part)))
        if len(longer) > _ROOM:
            break
        text, shown = longer, shown + 1
    if shown < len(names):
        text += "\n" + language.say("more-names", count=len(names) - shown)
    embed = discord.Embed(title=language.say(heading, count=len(names)), description=text, colour=COLOUR)
    return Answer((embed,), public=public)
