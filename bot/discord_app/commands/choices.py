"""Suggestions while a member types: tags and sources with how many posts they have, titles, dates."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.catalog.records import Counted
from bot.content.excerpt import cut
from bot.discord_app import limits
from bot.discord_app.archive import Archive
from bot.discord_app.language import language_of
from bot.discord_app.similar import ranked_names
from bot.discord_app.since import since_choices
from bot.discord_app.text import plain
from bot.problems import CatalogError

__all__ = ["Suggest", "in_time", "suggest_names", "suggest_since", "suggest_titles"]

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 2.0  # of the 3 s that Discord waits; a late suggestion helps nobody

Choices = list[app_commands.Choice[str]]
Suggest = Callable[[discord.Interaction, str], Coroutine[Any, Any, Choices]]


def suggest_names(names: Callable[[], Awaitable[Sequence[Counted]]]) -> Suggest:
    """Return the autocomplete callback that offers `names`, best match first; what is misspelled finds some, too."""

    async def autocomplete(_interaction: discord.Interaction, typed: str) -> Choices:
        return await in_time(_matching(names, typed))

    return autocomplete


def suggest_titles(archive: Archive) -> Suggest:
    """Return the autocomplete callback that offers titles with the words that were typed so far."""

    async def autocomplete(_interaction: discord.Interaction, typed: str) -> Choices:
        return await in_time(_titles(archive, typed))

    return autocomplete


async def suggest_since(interaction: discord.Interaction, typed: str) -> Choices:
    """Offer dates for what was typed so far: an autocomplete callback."""
    offered = since_choices(typed, language_of(interaction.locale))
    return [app_commands.Choice(name=name, value=value) for name, value in offered]


async def in_time(work: Coroutine[Any, Any, Choices]) -> Choices:
    """Return the choices that `work` makes; none when they cannot be read, or not in time."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await work
    except TimeoutError:
        _log.warning("No suggestions for a slash command: the catalog took over %.0f s", _PATIENCE_SECONDS)
    except CatalogError as error:
        _log.warning("No suggestions for a slash command: %s", error)
    return []


async def _matching(names: Callable[[], Awaitable[Sequence[Counted]]], typed: str) -> Choices:
    # What is chosen is sent back whole, so a name that is too long, or shows as nothing, cannot be offered.
    fit = [each for each in await names() if len(each.name) <= limits.CHOICE_CHARACTERS and plain(each.name)]
    return [
        app_commands.Choice(name=_shown(counted), value=counted.name)
        for counted in ranked_names(typed, fit, limits.CHOICES)
    ]


def _shown(counted: Counted) -> str:
    count = f" ({counted.posts:,})"
    return cut(plain(counted.name), limits.CHOICE_CHARACTERS - len(count)) + count


async def _titles(archive: Archive, typed: str) -> Choices:
    titles = [cut(plain(title), limits.CHOICE_CHARACTERS) for title in await archive.titles(typed, limits.CHOICES)]
    return [app_commands.Choice(name=title, value=title) for title in dict.fromkeys(filter(None, titles))]
