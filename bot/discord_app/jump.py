"""Links to announcements, for those who can see the channel."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import discord

from bot.catalog.listings import Place

__all__ = ["jump_links"]

_MESSAGE = "https://discord.com/channels/{guild}/{channel}/{message}"


def jump_links(
    interaction: discord.Interaction, places: Mapping[int, Sequence[Place]], *, for_all: bool
) -> dict[int, str]:
    """Return for each post a link to an announcement of it in the guild where it was asked; some have none.

    Only channels that the member who asks can see are linked, and with `for_all` only those that everybody can see.
    Outside of a guild, or while the guild is not known, there are none.
    """
    guild, member = interaction.guild, interaction.user
    if guild is None or not isinstance(member, discord.Member):
        return {}
    readers = (member, guild.default_role) if for_all else (member,)
    links = {}
    for post_id, standing in places.items():
        if link := next(_links(guild, standing, readers), None):
            links[post_id] = link
    return links


def _links(
    guild: discord.Guild, places: Iterable[Place], readers: Sequence[discord.Member | discord.Role]
) -> Iterator[str]:
    for place in places:
        channel = guild.get_channel_or_thread(place.channel_id)
        if channel is None or not all(_can_see(channel, reader) for reader in readers):
            continue
        # In a forum the message is the first one of its thread, which has its id.
        within = place.message_id if isinstance(channel, discord.ForumChannel) else place.channel_id
        yield _MESSAGE.format(guild=guild.id, channel=within, message=place.message_id)


def _can_see(channel: discord.abc.GuildChannel | discord.Thread, reader: discord.Member | discord.Role) -> bool:
    """Whether a channel is there for a member or a role, as far as that can be told here."""
    if isinstance(channel, discord.Thread) and channel.is_private():
        return False  # only its members can, and who they are is not known
    try:
        return channel.permissions_for(reader).view_channel
    except discord.ClientException:  # the channel of a thread is not known
        return False
