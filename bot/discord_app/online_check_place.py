"""A channel of the settings as the bot finds it, and how a person gives the bot a permission there: pure."""

from dataclasses import dataclass

from bot.discord_app.online_check_permissions import Lack, permissions_in, why_lacking
from bot.discord_app.online_check_records import Channel, Guild
from bot.settings import ChannelSettings

__all__ = ["Place", "bot_as_member", "mend"]


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of the settings that the bot sees, in a server that it knows.

    Attributes:
        index: its place in ``channels`` of the settings, counted from 0.
        home: whose overwrites count: the channel itself, or the parent of a thread.
    """

    index: int
    settings: ChannelSettings
    channel: Channel
    home: Channel
    guild: Guild

    @property
    def granted(self) -> int:
        """What the bot may do there, in bits."""
        return permissions_in(self.guild, self.home.overwrites)

    def lack(self, permission: int) -> Lack:
        """Why the bot may not do that there."""
        return why_lacking(self.guild, self.home.overwrites, permission)


def bot_as_member(guild: Guild) -> str:
    """The bot, as a person finds it in the list of members."""
    return f"the member {guild.member_name}"


def mend(place: Place, name: str, lack: Lack) -> str:
    """How a person gives the bot the permission of that name there."""
    role = place.guild.own_role
    whom = bot_as_member(place.guild) if lack.as_member or role is None else f"the role {role.name}"
    return f"give {whom} '{name}' in #{place.home.name} (Edit Channel, Permissions)"
