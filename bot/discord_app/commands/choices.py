"""Suggestions while a member types: tags and sources, each with how many posts it has."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.catalog.records import Counted
from bot.discord_app import limits
from bot.discord_app.text import plain
from bot.problems import CatalogError

__all__ = ["choices", "suggest"]

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 2.0  # of the 3 s that Discord waits; a late suggestion helps nobody

Suggest = Callable[[discord.Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


def suggest(names: Callable[[], Awaitable[Sequence[Counted]]]) -> Suggest:
    """Return the autocomplete callback that offers `names`; when they cannot be read in time, it offers none."""

    async def autocomplete(_interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return choices(await names(), typed)
        except TimeoutError:
            _log.warning("No suggestions for a slash command: the catalog took over %.0f s", _PATIENCE_SECONDS)
        except CatalogError as error:
            _log.warning("No suggestions for a slash command: %s", error)
        return []

    return autocomplete


def choices(names: Sequence[Counted], typed: str) -> list[app_commands.Choice[str]]:
    """Return up to 25 of `names` that contain `typed`: those that begin with it first, then in their order."""
    wanted = typed.strip().casefold()
    matching = [counted for counted in names if wanted in counted.name.casefold()]
    matching.sort(key=lambda counted: not counted.name.casefold().startswith(wanted))
    return list(_offered(matching))[: limits.CHOICES]


def _offered(names: Sequence[Counted]) -> Iterator[app_commands.Choice[str]]:
    for counted in names:
        count = f" ({counted.posts:,})"
        shown = plain(counted.name)[: limits.CHOICE_CHARACTERS - len(count)]
        if shown and len(counted.name) <= limits.CHOICE_CHARACTERS:  # what is chosen is sent back whole
            yield app_commands.Choice(name=shown + count, value=counted.name)
