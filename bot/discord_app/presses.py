"""Buttons that were pressed: what a custom id asks for is done, however long ago its message was sent.

discord.py's own views are not used to listen: they are kept in memory for as long as they listen, and a restart forgets
them.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping

import discord

from bot.discord_app.language import language_of
from bot.discord_app.replies import UnfitError, explain_failure, tell

__all__ = ["Press", "Presses", "StaleButtonError"]

_log = logging.getLogger(__name__)

Press = Callable[[discord.Interaction[discord.Client], str], Awaitable[None]]
_LONGEST_SHOWN = 100  # characters of a custom id, in the log


class StaleButtonError(Exception):
    """Nothing can be made of a custom id (any more): it is of an older version, or what it names is gone, or forged."""


class Presses:
    """Hands what was pressed to who knows its custom id."""

    def __init__(self) -> None:
        self._known: list[tuple[re.Pattern[str], Press]] = []

    def add(self, pattern: str, press: Press) -> None:
        """Call `press` with the custom ids that `pattern` matches whole, unless one that was added before does."""
        self._known.append((re.compile(pattern, re.DOTALL), press))

    async def handle(self, interaction: discord.Interaction[discord.Client]) -> None:
        """Answer an interaction, which may be of any kind: only a pressed button concerns this. Raises nothing."""
        if interaction.type is not discord.InteractionType.component:
            return
        data: Mapping[str, object] = {**(interaction.data or {})}
        custom_id = str(data.get("custom_id", ""))
        press = next((press for pattern, press in self._known if pattern.fullmatch(custom_id)), None)
        try:
            if press is None:
                raise StaleButtonError(custom_id)
            await press(interaction, custom_id)
        except StaleButtonError:
            _log.info("A button of an older message was pressed: %r", custom_id[:_LONGEST_SHOWN])
            await tell(interaction, language_of(interaction.locale).say("stale-button"))
        except UnfitError as error:
            await tell(interaction, error.told(language_of(interaction.locale)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told, and it is logged
            await explain_failure(interaction, f"Button {custom_id[:_LONGEST_SHOWN]!r}", error)
