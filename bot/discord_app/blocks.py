"""Answers of several short texts, one below the other, as an embed that reads well on a phone. Pure."""

from collections.abc import Sequence
from datetime import datetime

import discord

from bot.discord_app.language import Language
from bot.discord_app.pages import COLOUR
from bot.discord_app.text import escaped, plain

__all__ = ["ROOM", "ago", "blocks_embed", "mention", "mentions", "shown"]

ROOM = 3_900  # characters of a description, so that a line more fits below
_MENTIONED = 25  # channels in one sentence


def blocks_embed(language: Language, title: str, blocks: Sequence[str], room: int = ROOM) -> discord.Embed:
    """Return as many of `blocks` as fit into `room` characters, with a line between them, and how many more there are.

    Blocks are markup already. Of one that is too long by itself, only that is told.
    """
    text, fitting = "", 0
    for block in blocks:
        longer = f"{text}\n\n{block}" if text else block
        if len(longer) > room:
            break
        text, fitting = longer, fitting + 1
    if fitting < len(blocks):
        text += "\n\n" + language.say("more-of-these", count=len(blocks) - fitting)
    return discord.Embed(title=title, description=text, colour=COLOUR)


def ago(moment: datetime) -> str:
    """Return an aware moment as Discord shows it: how long ago, in the reader's own language."""
    return f"<t:{int(moment.timestamp())}:R>"


def mention(channel_id: int) -> str:
    """Return a channel as Discord shows it: by its name, if the reader may see it."""
    return f"<#{channel_id}>"


def mentions(channel_ids: Sequence[int]) -> str:
    """Return channels as Discord shows them, one after another, at most 25 of them; empty: there are none."""
    more = ["…"] if len(channel_ids) > _MENTIONED else []
    return ", ".join([*map(mention, channel_ids[:_MENTIONED]), *more])


def shown(text: str, most: int) -> str:
    """Return any text, such as a title or a reason, literally, with at most `most` characters."""
    return escaped(plain(text), most) or "…"
