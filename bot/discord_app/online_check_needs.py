"""Which permissions the settings need in a channel, what for, and the invite link with exactly those: pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import discord

from bot.discord_app import online_check_permissions as permissions
from bot.discord_app.online_check_records import Channel, Seen, Severity
from bot.settings import AnnounceSettings, Settings

__all__ = ["KINDS", "VOICE_TYPES", "Need", "invite_link", "needs_in"]

KINDS = {
    0: "text channel",
    2: "voice channel",
    5: "announcement channel",
    10: "thread",
    11: "thread",
    12: "private thread",
    13: "stage channel",
    15: "forum",
    16: "media channel",
}
"""The kinds of channels that can be announced in, by Discord's number."""

VOICE_TYPES = frozenset({2, 13})
"""Those where people talk."""


@dataclass(frozen=True, slots=True)
class Need:
    """A permission that is needed.

    Attributes:
        name: as Discord's own settings call it.
        otherwise: what happens without it.
    """

    permission: int
    name: str
    otherwise: str
    severity: Severity = "error"


_EMBED = Need(permissions.EMBED_LINKS, "Embed Links", "its messages would show no cards")
_HISTORY = Need(
    permissions.READ_MESSAGE_HISTORY,
    "Read Message History",
    "after an outage it could not find out whether a message had arrived",
)
_WRITE = Need(permissions.SEND_MESSAGES, "Send Messages", "it could announce nothing")
_WRITE_IN_THREADS = Need(permissions.SEND_MESSAGES_IN_THREADS, "Send Messages in Threads", _WRITE.otherwise)
_CREATE_POSTS = Need(permissions.SEND_MESSAGES, "Create Posts", _WRITE.otherwise)
# https://docs.discord.com/developers/resources/message#get-channel-messages
_CONNECT = Need(permissions.CONNECT, "Connect", _HISTORY.otherwise)
_DELETE_POSTS = Need(
    permissions.MANAGE_THREADS,
    "Manage Posts",
    "of a post that is taken back the title would stay",
    "notice",
)


def needs_in(channel: Channel, announce: AnnounceSettings) -> tuple[Need, ...]:
    """What the bot needs in a channel of that kind beyond seeing it; of the parent, for a thread."""
    if channel.is_thread:
        return (_WRITE_IN_THREADS, _EMBED, _HISTORY)
    if channel.is_forum:
        takes_back = "delete" in {announce.on_retract, announce.on_delete}
        return (_CREATE_POSTS, _EMBED, _HISTORY, *((_DELETE_POSTS,) if takes_back else ()))
    return (_WRITE, _EMBED, _HISTORY, *((_CONNECT,) if channel.type in VOICE_TYPES else ()))


def invite_link(settings: Settings, seen: Seen) -> str:
    """The address that brings the bot into a server with the permissions that `settings` need, and no others.

    A channel that the bot does not see is taken for a text channel.
    """
    granted = permissions.VIEW_CHANNEL
    for need in _all_needs(settings, seen):
        granted |= need.permission
    scopes = ("bot", "applications.commands")
    return discord.utils.oauth_url(seen.application.id, permissions=discord.Permissions(granted), scopes=scopes)


def _all_needs(settings: Settings, seen: Seen) -> Iterable[Need]:
    for channel in settings.channels:
        found = seen.channels.get(channel.id)
        yield from needs_in(found if isinstance(found, Channel) else Channel(channel.id, 0, ""), settings.announce)
