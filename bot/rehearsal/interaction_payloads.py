"""An interaction as Discord tells the bot of it: INTERACTION_CREATE.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
"""

from bot.rehearsal.asking import Asker
from bot.rehearsal.channel_payloads import channel_json
from bot.rehearsal.ids import APPLICATION_ID, ELSEWHERE_GUILD_ID
from bot.rehearsal.interaction_replies import Interaction
from bot.rehearsal.offers import CONTEXTS
from bot.rehearsal.payloads import message_json
from bot.rehearsal.people_payloads import member_json, user_json
from bot.rehearsal.permissions import bits
from bot.rehearsal.resolved import permissions_of
from bot.rehearsal.wire import JsonObject
from bot.rehearsal.world import World

__all__ = ["interaction_json"]

_ATTACHMENT_BYTES = 10 * 1024 * 1024
# What the bot may do where it is no member, and in direct messages; the page above gives the same for both but one.
_ALONG = frozenset({"attach_files", "embed_links", "mention_everyone"})
_DIRECT = _ALONG | {"use_external_emojis"}


def interaction_json(world: World, asker: Asker, interaction: Interaction, data: JsonObject) -> JsonObject:
    """The data of the event."""
    payload: JsonObject = {
        "id": str(interaction.id),
        "application_id": str(APPLICATION_ID),
        "type": interaction.kind,
        "token": interaction.token,
        "version": 1,
        "data": data,
        "locale": asker.locale,
        "channel_id": str(asker.channel.id),
        "channel": channel_json(world, asker.channel),
        "app_permissions": str(bits(_app_permissions(world, asker))),
        "entitlements": [],
        "authorizing_integration_owners": interaction.owners,
        "context": CONTEXTS[asker.place],
        "attachment_size_limit": _ATTACHMENT_BYTES,
        **_asked_by(world, asker),
    }
    if interaction.source is not None:
        payload["message"] = message_json(world, interaction.source)
    return payload


def _app_permissions(world: World, asker: Asker) -> frozenset[str]:
    if asker.place == "guild":
        return world.granted(asker.channel)
    return _DIRECT if asker.place == "dm" else _ALONG


def _asked_by(world: World, asker: Asker) -> JsonObject:
    """In guilds the member with roles and permissions, elsewhere the user alone."""
    if asker.place in {"dm", "private"}:
        return {"user": user_json(asker.user)}
    member = {**member_json(world, asker.user), "permissions": permissions_of(world, asker, asker.user)}
    if asker.place == "elsewhere":
        member["roles"] = []
    guild_id = str(world.guild_id if asker.place == "guild" else ELSEWHERE_GUILD_ID)
    guild = {"id": guild_id, "locale": "en-US", "features": []}
    return {"guild_id": guild_id, "guild": guild, "guild_locale": "en-US", "member": member}
