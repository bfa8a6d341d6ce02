"""Discord's permissions by their names, as far as a bot that announces can meet them."""

from collections.abc import Iterable

__all__ = ["DEFAULT_GRANTED", "DIRECT_GRANTED", "EVERY_PERMISSION", "TIMED_OUT_GRANTED", "bits", "permission_names"]

# https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags
_BITS = {
    "create_instant_invite": 0,
    "administrator": 3,
    "manage_channels": 4,
    "manage_guild": 5,
    "add_reactions": 6,
    "view_channel": 10,
    "send_messages": 11,
    "manage_messages": 13,
    "embed_links": 14,
    "attach_files": 15,
    "read_message_history": 16,
    "mention_everyone": 17,
    "use_external_emojis": 18,
    "connect": 20,
    "manage_roles": 28,
    "use_application_commands": 31,
    "manage_threads": 34,
    "create_public_threads": 35,
    "create_private_threads": 36,
    "send_messages_in_threads": 38,
    "use_external_apps": 50,
}

DEFAULT_GRANTED = frozenset(
    {
        "view_channel",
        "send_messages",
        "embed_links",
        "attach_files",
        "add_reactions",
        "read_message_history",
        "connect",
        "use_application_commands",
        "create_public_threads",
        "send_messages_in_threads",
    }
)
"""What everybody, the bot too, may do where no channel denies it: not `mention_everyone`, nothing that manages."""

DIRECT_GRANTED = frozenset(
    {"view_channel", "send_messages", "embed_links", "attach_files", "add_reactions", "read_message_history"}
)
"""What the bot may do in its direct messages with somebody."""

TIMED_OUT_GRANTED = frozenset({"view_channel", "read_message_history"})
"""All that is left to a member during a timeout."""

EVERY_PERMISSION = frozenset(_BITS)
"""What owners and administrators may do."""


def permission_names(names: Iterable[str]) -> frozenset[str]:
    """`names` checked and in lower case.

    Raises:
        ValueError: a name is unknown; the message lists the known ones.
    """
    lowered = frozenset(name.lower() for name in names)
    unheard = sorted(lowered - _BITS.keys())
    if unheard:
        raise ValueError(f"no such permission: {', '.join(unheard)}; known are {', '.join(sorted(_BITS))}")
    return lowered


def bits(names: Iterable[str]) -> int:
    """The bit set that stands for `names` on the wire."""
    return sum(1 << _BITS[name] for name in set(names))
