"""Telling Discord which slash commands there are, only when that changed."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.announcing.retry import Pauses
from bot.discord_app.client import LinkbotClient
from bot.discord_app.outcomes import UNREACHABLE
from bot.discord_app.replies import CommandTree
from bot.problems import CatalogUnavailableError
from bot.redaction import redacted

__all__ = ["keep_commands_registered"]

_log = logging.getLogger(__name__)

_Command = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | app_commands.Group
LoadHash = Callable[[], Awaitable[str | None]]
SaveHash = Callable[[str], Awaitable[None]]


def _pauses() -> Pauses:
    return Pauses(first=30.0, most=3600.0)  # a refused registration counts as an invalid request: not too often


async def keep_commands_registered(
    client: LinkbotClient,
    guilds: Sequence[int],
    *,
    load_hash: LoadHash,
    save_hash: SaveHash,
    pauses: Callable[[], Pauses] = _pauses,
) -> None:
    """Register the commands of `client.tree`, once it is logged in: globally, or only in `guilds` if there are any.

    Nothing is sent if `load_hash` returns what `save_hash` was given the last time and nothing changed since: Discord
    counts new commands (200 a day and guild). Guilds that had the commands before and are no longer named lose them.
    A failure is logged and tried again after a growing pause, also where the catalog is locked or full; nothing is
    raised for it.

    Source: https://docs.discord.com/developers/interactions/application-commands#registering-a-command
    """
    waits = pauses()
    while True:
        try:
            return await _register(client, tuple(sorted(guilds)), load_hash, save_hash)
        except CatalogUnavailableError as error:
            seconds = waits.after_failure()
            _log.warning("The slash commands wait for the catalog (%s); the next try is in %.0f s", error, seconds)
        except UNREACHABLE as error:
            seconds = waits.after_failure()
            _log.warning(
                "Discord did not take the slash commands (%s); announcing goes on, the next try is in %.0f s."
                " If this stays, invite the bot again with the scope applications.commands",
                redacted(" ".join(str(error).split()))[:300] or type(error).__name__,
                seconds,
            )
        await asyncio.sleep(seconds)


async def _register(client: LinkbotClient, guilds: tuple[int, ...], load_hash: LoadHash, save_hash: SaveHash) -> None:
    wanted = await _fingerprint(client.tree, guilds)
    known = await load_hash()
    if known == wanted:
        return
    gone = sorted(set(_guilds_of(known)) - set(guilds))
    for guild in gone:
        await _take_away(client.tree, guild)
    failures = [failure for place in (None, *guilds) if (failure := await _sync(client.tree, place)) is not None]
    if failures:
        raise failures[0]
    await save_hash(wanted)
    _log.info("Registered the slash commands %s", f"in the guilds {guilds}" if guilds else "globally")


async def _sync(tree: CommandTree, guild: int | None) -> Exception | None:
    """Send the commands of one place; one that fails does not keep the others from theirs."""
    try:
        await tree.sync(guild=None if guild is None else discord.Object(guild))
    except UNREACHABLE as error:
        return error
    return None


async def _take_away(tree: CommandTree, guild: int) -> None:
    """Remove the commands from a guild that is no longer named; it does not matter if the bot has left it."""
    try:
        await tree.sync(guild=discord.Object(guild))
    except (discord.Forbidden, discord.NotFound) as error:
        _log.info("The slash commands of guild %d stay as they are: %s", guild, error)


async def _fingerprint(tree: CommandTree, guilds: tuple[int, ...]) -> str:
    """Return the guilds and a hash over all that is registered in them, as ``guild,guild:hash``."""
    places = [None, *map(discord.Object, guilds)]
    payload = [[await _payload(command, tree) for command in tree.get_commands(guild=place)] for place in places]
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    return f"{','.join(map(str, guilds))}:{digest}"


async def _payload(command: _Command, tree: CommandTree) -> dict[str, Any]:
    """Return what is registered, with its names in every language."""
    if (translator := tree.translator) is None:
        return command.to_dict(tree)
    return await command.get_translated_payload(tree, translator)


def _guilds_of(fingerprint: str | None) -> tuple[int, ...]:
    guilds = (fingerprint or "").partition(":")[0]
    return tuple(map(int, filter(None, guilds.split(","))))
