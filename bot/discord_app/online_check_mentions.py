"""Whether the roles that announcements ping can be pinged: pure.

Source: https://docs.discord.com/developers/resources/message#allowed-mentions-object
"""

from collections.abc import Iterator

from bot.discord_app.online_check_permissions import MENTION_EVERYONE
from bot.discord_app.online_check_place import Place, mend
from bot.discord_app.online_check_records import Finding

__all__ = ["mention_findings"]

_MENTION_ALL = "Mention @everyone, @here, and All Roles"


def mention_findings(place: Place) -> Iterator[Finding]:
    """What is to be said about the roles under ``mention`` of a channel."""
    for at, role_id in enumerate(place.settings.mention):
        said = _said(place, role_id)
        if said is not None:
            yield Finding("error", ("channels", place.index, "mention", at), *said)


def _said(place: Place, role_id: int) -> tuple[str, str] | None:
    guild = place.guild
    if role_id == guild.id:
        return (
            f"{role_id} is @everyone of {guild.name}, which cannot be pinged as a role",
            "name a role that members take (Server Settings, Roles)",
        )
    role = guild.roles.get(role_id)
    if role is None:
        return (
            f"{guild.name}, the server of #{place.channel.name}, has no role {role_id}",
            f"name a role of {guild.name}: right-click it under Server Settings, Roles, Copy Role ID",
        )
    if role.mentionable or place.granted & MENTION_EVERYONE:
        return None
    return (
        f"the bot cannot ping the role {role.name} in #{place.channel.name}: it would be named, and nobody notified",
        f"turn on 'Allow anyone to @mention this role' (Server Settings, Roles, {role.name}),"
        f" or {mend(place, _MENTION_ALL, place.lack(MENTION_EVERYONE))}",
    )
