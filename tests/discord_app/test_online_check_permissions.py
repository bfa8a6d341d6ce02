"""What the bot may do in a channel, and where it was lost."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest

from bot.discord_app.online_check_permissions import (
    EMBED_LINKS,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    is_timed_out,
    permissions_in,
    why_lacking,
)
from bot.discord_app.online_check_records import Channel, Guild, Overwrite, Role

GUILD, OWNER, BOT, OWN_ROLE, HELPERS, OTHERS = 1, 2, 3, 11, 12, 13
SEND, EMBED = SEND_MESSAGES, EMBED_LINKS
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def guild(everyone: int = 0, own: int = 0, helpers: int = 0, **more: Any) -> Guild:
    """A server in which the bot has its own role and that of the helpers."""
    roles = [
        Role(GUILD, "@everyone", everyone),
        Role(OWN_ROLE, "Linkbot", own, bot_id=BOT),
        Role(HELPERS, "helpers", helpers),
        Role(OTHERS, "others", -1),
    ]
    given: dict[str, Any] = {"owner_id": OWNER, "member_roles": frozenset({OWN_ROLE, HELPERS}), **more}
    return Guild(
        GUILD, "Example", roles={role.id: role for role in roles}, member_id=BOT, member_name="Linkbot", **given
    )


@pytest.mark.parametrize(
    ("server", "overwrites", "may"),
    [
        (guild(everyone=SEND), (), True),
        (guild(own=SEND), (), True),
        (guild(helpers=SEND), (), True),
        (guild(), (), False),
        (guild(everyone=SEND), (Overwrite(GUILD, deny=SEND),), False),
        (guild(own=SEND), (Overwrite(GUILD, deny=SEND),), False),
        (guild(), (Overwrite(GUILD, allow=SEND),), True),
        (guild(), (Overwrite(GUILD, deny=SEND), Overwrite(OWN_ROLE, allow=SEND)), True),
        (guild(own=SEND), (Overwrite(HELPERS, deny=SEND),), False),
        (guild(), (Overwrite(HELPERS, deny=SEND), Overwrite(OWN_ROLE, allow=SEND)), True),
        (guild(everyone=SEND), (Overwrite(OTHERS, deny=SEND),), True),
        (guild(), (Overwrite(OTHERS, allow=SEND),), False),
        (guild(), (Overwrite(OWN_ROLE, deny=SEND), Overwrite(BOT, allow=SEND)), True),
        (guild(own=SEND), (Overwrite(OWN_ROLE, allow=SEND), Overwrite(BOT, deny=SEND)), False),
        (guild(helpers=1 << 3), (Overwrite(GUILD, deny=SEND), Overwrite(BOT, deny=SEND)), True),
        (guild(owner_id=BOT), (Overwrite(BOT, deny=SEND),), True),
    ],
)
def test_the_most_particular_word_counts(server: Guild, overwrites: tuple[Overwrite, ...], may: bool) -> None:
    """Roles add up; the channel's word for @everyone, then for roles (an allowance wins), then for the bot counts more;
    owners and administrators may do everything."""
    assert bool(permissions_in(server, overwrites) & SEND) is may


def test_it_adds_up_as_discord_py_does() -> None:
    """For any roles and overwrites the outcome is that of discord.py, which computes it from the same JSON."""
    chance, state = random.Random(5), discord.Client(intents=discord.Intents.none())._connection
    bits = [VIEW_CHANNEL, SEND, EMBED, READ_MESSAGE_HISTORY, 1 << 3, 1 << 34, 1 << 38]

    def some(odds: float) -> int:
        return sum(bit for bit in bits if chance.random() < (odds if bit != 1 << 3 else odds / 10))

    for _ in range(300):
        roles = [
            {**ROLE, "id": str(at), "name": "x", "permissions": str(some(0.5))} for at in (GUILD, OWN_ROLE, HELPERS)
        ]
        member = {**MEMBER, "roles": [str(at) for at in (OWN_ROLE, HELPERS) if chance.random() < 0.7]}
        told = {"id": str(GUILD), "name": "x", "owner_id": str(OWNER), "roles": roles}
        overwrites = [
            {"id": str(at), "type": int(at == BOT), "allow": str(some(0.3)), "deny": str(some(0.3))}
            for at in (GUILD, OWN_ROLE, HELPERS, BOT)
            if chance.random() < 0.6
        ]
        place = {**CHANNEL, "permission_overwrites": overwrites}
        their_guild: Any = discord.Guild(data=told, state=state)  # type: ignore[arg-type]  # not all of its fields
        theirs: Any = discord.TextChannel(state=state, guild=their_guild, data=place)  # type: ignore[arg-type]
        expected = theirs.permissions_for(discord.Member(data=member, guild=their_guild, state=state)).value  # type: ignore[arg-type]
        ours = permissions_in(Guild.of(told, member), Channel.of(place).overwrites)
        if not ours & VIEW_CHANNEL:
            ours = 0
        implied = EMBED if not ours & SEND else 0
        watched = sum(bits) & ~implied & ~(1 << 3)
        assert ours & watched == expected & watched, (told, member, overwrites)


ROLE = {"color": 0, "hoist": False, "position": 0, "managed": False, "mentionable": False, "flags": 0}
MEMBER = {
    "user": {"id": str(BOT), "username": "Linkbot", "discriminator": "0000", "avatar": None},
    "joined_at": "2026-01-01T00:00:00+00:00",
    "deaf": False,
    "mute": False,
    "flags": 0,
}
CHANNEL = {"id": "9", "type": 0, "name": "links", "guild_id": str(GUILD), "position": 0}


@pytest.mark.parametrize(
    ("overwrites", "why", "as_member"),
    [
        ((), "no role of the bot grants it", False),
        ((Overwrite(OTHERS, deny=SEND),), "no role of the bot grants it", False),
        ((Overwrite(GUILD, deny=SEND),), "the channel denies it to @everyone", False),
        (
            (Overwrite(GUILD, deny=SEND), Overwrite(OWN_ROLE, deny=SEND)),
            "the channel denies it to the role Linkbot",
            False,
        ),
        (
            (Overwrite(HELPERS, deny=SEND), Overwrite(OWN_ROLE, deny=SEND)),
            "the channel denies it to the role Linkbot and the role helpers",
            False,
        ),
        (
            (Overwrite(OWN_ROLE, deny=SEND), Overwrite(BOT, deny=SEND)),
            "the channel denies it to the bot itself, as a member",
            True,
        ),
    ],
)
def test_where_a_permission_was_lost(overwrites: tuple[Overwrite, ...], why: str, as_member: bool) -> None:
    """A person learns whether no role grants it or what in the channel denies it, and what denies it last."""
    server = guild()
    assert not permissions_in(server, overwrites) & SEND
    lack = why_lacking(server, overwrites, SEND)
    assert (lack.why, lack.as_member) == (why, as_member)


def test_a_timeout_ends_and_spares_administrators() -> None:
    """A timeout counts until its end, and not for those whom Discord exempts."""
    later = NOW + timedelta(minutes=1)
    assert is_timed_out(guild(timed_out_until=later), NOW)
    assert not is_timed_out(guild(timed_out_until=later), later)
    assert not is_timed_out(guild(own=1 << 3, timed_out_until=later), NOW)
    assert not is_timed_out(guild(), NOW)
