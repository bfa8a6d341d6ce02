"""What the bot may do in a channel, and where what it lacks was lost: pure, and as Discord documents it.

Source: https://docs.discord.com/developers/topics/permissions
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.discord_app.online_check_records import Guild, Overwrite

__all__ = [
    "CONNECT",
    "EMBED_LINKS",
    "MANAGE_THREADS",
    "MENTION_EVERYONE",
    "READ_MESSAGE_HISTORY",
    "SEND_MESSAGES",
    "SEND_MESSAGES_IN_THREADS",
    "VIEW_CHANNEL",
    "Lack",
    "is_timed_out",
    "permissions_in",
    "why_lacking",
]

VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
EMBED_LINKS = 1 << 14
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
CONNECT = 1 << 20
MANAGE_THREADS = 1 << 34
SEND_MESSAGES_IN_THREADS = 1 << 38

_ADMINISTRATOR = 1 << 3
_EVERYTHING = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Lack:
    """Why the bot has not a permission.

    Attributes:
        why: in a few words.
        as_member: whether the channel denies it to the bot as a member, so that no role can help.
    """

    why: str
    as_member: bool = False


def permissions_in(guild: Guild, overwrites: Sequence[Overwrite]) -> int:
    """The bits of what the bot may do under the overwrites of a channel, those of the parent for a thread.

    What follows from other permissions is left to whoever asks: a bot that cannot see a channel can do nothing there.
    A timeout does not count, see `is_timed_out`.
    """
    if _may_do_everything(guild):
        return _EVERYTHING
    of = {overwrite.id: overwrite for overwrite in overwrites}
    together = Overwrite(0)  # of the roles: what one of them is allowed wins over what another one is denied
    for role_id in guild.member_roles & of.keys():
        together = Overwrite(0, together.allow | of[role_id].allow, together.deny | of[role_id].deny)
    granted = _of_roles(guild)
    for overwrite in (of.get(guild.id), together, of.get(guild.member_id)):
        if overwrite is not None:
            granted = granted & ~overwrite.deny | overwrite.allow
    return granted


def why_lacking(guild: Guild, overwrites: Sequence[Overwrite], permission: int) -> Lack:
    """Where this one `permission` was lost, which the bot lacks as `permissions_in` says."""
    denying = {overwrite.id for overwrite in overwrites if overwrite.deny & permission}
    if guild.member_id in denying:
        return Lack("the channel denies it to the bot itself, as a member", as_member=True)
    roles = sorted(guild.member_roles & denying & guild.roles.keys())
    if roles:
        names = " and ".join(f"the role {guild.roles[role_id].name}" for role_id in roles)
        return Lack(f"the channel denies it to {names}")
    if guild.id in denying:
        return Lack("the channel denies it to @everyone")
    return Lack("no role of the bot grants it")


def is_timed_out(guild: Guild, now: datetime) -> bool:
    """Whether the bot may do nothing there but read; owners and administrators may do everything all the same."""
    return not _may_do_everything(guild) and guild.timed_out_until is not None and guild.timed_out_until > now


def _may_do_everything(guild: Guild) -> bool:
    return guild.owner_id == guild.member_id or bool(_of_roles(guild) & _ADMINISTRATOR)


def _of_roles(guild: Guild) -> int:
    """What the bot may do where no channel says otherwise."""
    granted = 0
    for role_id in {guild.id, *guild.member_roles} & guild.roles.keys():
        granted |= guild.roles[role_id].permissions
    return granted
