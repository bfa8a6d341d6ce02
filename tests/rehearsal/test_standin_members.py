"""Who asks the bot, and where: languages, permissions, roles, hidden channels, and places besides the guild."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.rehearsal.asking import Place
from bot.rehearsal.ids import ELSEWHERE_GUILD_ID
from bot.rehearsal.standin import StandIn, StandInChannel, StandInRole
from tests.support.standin_client import RecordingClient, client_of, raw_client
from tests.support.standin_commands import everywhere_client
from tests.support.standin_questions import EVERYWHERE, register

NEWS, STAFF, FORUM = 101, 102, 103
MODERATORS, READERS = 501, 502
CHANNELS = (
    StandInChannel(NEWS, "news"),
    StandInChannel(STAFF, "staff", hidden=True, seen_by=frozenset({MODERATORS})),
    StandInChannel(FORUM, "forum", "forum"),
)
ROLES = (StandInRole(MODERATORS, "moderators"), StandInRole(READERS, "readers"))
WHO = {"name": "who", "description": "d"}


@pytest.fixture
async def guild() -> AsyncIterator[StandIn]:
    """A guild with a channel that only moderators see."""
    async with StandIn(CHANNELS, rate_limits=False, roles=ROLES) as standin:
        yield standin


@pytest.fixture
async def bot(guild: StandIn, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RecordingClient]:
    """discord.py with every kind of command."""
    async with client_of(guild, monkeypatch, everywhere_client()) as client:
        yield client
        assert guild.invalid_requests == []


async def said(standin: StandIn, command: str, **how: Any) -> str:
    """What the bot answers to a command without options."""
    answer = await standin.slash(command, **how)
    assert answer.message is not None
    return answer.message.content


async def test_every_place_reaches_the_bot(bot: RecordingClient, guild: StandIn) -> None:
    """Language, person, guild, channel, context and installation are what discord.py reads, in each of the places."""
    here, there = guild.world.guild_id, ELSEWHERE_GUILD_ID
    asked = {"user": "ada", "locale": "fr"}
    direct = guild.world.direct_channel(guild.world.person("ada")).id
    assert await said(guild, "who", **asked) == f"fr Member ada False {here} {NEWS} 100 10"
    assert await said(guild, "who", place="dm", **asked) == f"fr User ada False None {direct} 010 00"
    far, private = guild.world.elsewhere.id, guild.world.private.id
    assert await said(guild, "who", place="elsewhere", **asked) == f"fr Member ada False {there} {far} 100 01"
    assert await said(guild, "who", place="private", **asked) == f"fr User ada False None {private} 001 01"


async def test_answers_stand_where_they_were_asked_for(bot: RecordingClient, guild: StandIn) -> None:
    """An answer is seen in its own place alone, and the bot cannot read where it is no member."""
    assert (await guild.slash("ids", user="ada", place="dm")).message in guild.direct_messages("ada")
    assert guild.direct_messages("bob") == []
    await guild.slash("ids", place="elsewhere")
    assert [message.content for message in guild.messages(guild.world.elsewhere.id)] == ["nothing"]
    assert guild.messages(NEWS) == []
    async with raw_client(guild) as raw:
        assert (await raw("GET", f"/channels/{guild.world.elsewhere.id}/messages")).code == 50001
    guild.log.records.clear()


async def test_discord_py_sees_what_members_see(bot: RecordingClient, guild: StandIn) -> None:
    """``permissions_for`` is right about hidden channels for members with and without the role, and administrators."""
    assert await said(guild, "seen", user="ada") == "forum news"
    guild.world.set_member_roles("ada", [MODERATORS])
    assert await said(guild, "seen", user="ada") == "forum news staff"
    guild.world.set_member_permissions("bob", {"administrator"})
    assert await said(guild, "seen", user="bob") == "forum news staff"
    guild.world.set_member_permissions("bob", {"manage_guild"})
    assert await said(guild, "seen", user="bob") == "forum news"
    guild.world.set_hidden(NEWS, hidden=True, seen_by=[READERS])
    guild.world.set_hidden(STAFF, hidden=False)
    assert await said(guild, "seen", user="cy") == "forum staff"


async def test_commands_for_managers(bot: RecordingClient, guild: StandIn) -> None:
    """A command with default permissions is offered to members who have them, and sent by force to the others."""
    with pytest.raises(ValueError, match="not offered to ada, who lacks"):
        await guild.slash("linkbot pause", user="ada")
    assert (await guild.slash("linkbot pause", user="ada", force=True)).ephemeral
    guild.world.set_member_permissions("ada", {"manage_guild"})
    assert " True " in await said(guild, "who", user="ada")
    assert (await guild.slash("linkbot pause", user="ada")).ephemeral
    guild.world.set_member_permissions("ada", ())
    with pytest.raises(ValueError, match="not offered"):
        await guild.slash("linkbot pause", user="ada")
    assert (await guild.slash("linkbot pause", user="owner")).ephemeral


async def test_subcommands_and_ids(bot: RecordingClient, guild: StandIn) -> None:
    """Options within subcommands and groups reach their command, ids as what they stand for; suggestions come back."""
    how: dict[str, Any] = {"user": "owner"}
    answer = await guild.slash("linkbot pause", {"channel": str(NEWS), "hours": 2}, **how)
    assert answer.message is not None
    assert answer.message.content == f"pause news {NEWS} 2"
    answer = await guild.slash("linkbot hold one", {"tag": "rust"}, **how)
    assert answer.message is not None
    assert answer.message.content == "hold rust"
    assert [choice.name for choice in await guild.autocomplete("linkbot hold one", "tag", "ru", **how)] == ["ru!"]
    ada = guild.world.person("ada").id
    answer = await guild.slash("ids", {"user": ada, "role": READERS, "any_of": MODERATORS})
    assert answer.message is not None
    assert answer.message.content == "Member ada, Role readers, Role moderators"


@pytest.mark.parametrize(
    ("command", "options", "how", "reason"),
    [
        ("linkbot", {}, {"user": "owner"}, "no command /linkbot; registered are: ids, linkbot hold one, linkbot pause"),
        ("linkbot hold", {"tag": "x"}, {"user": "owner"}, "no command /linkbot hold"),
        ("linkbot pause", {"channel": FORUM}, {"user": "owner"}, "takes channels of the types"),
        ("linkbot pause", {"channel": STAFF}, {"force": True}, "visitor sees no channel"),
        ("linkbot pause", {"channel": "news"}, {"force": True}, "no value for the option channel"),
        ("ids", {"user": READERS}, {}, "nothing that the option user could name"),
        ("ids", {"role": READERS}, {"place": "dm"}, "nothing that the option role could name"),
        ("who", {}, {"locale": "xx"}, "no language 'xx'"),
        ("who", {}, {"place": "moon"}, "no place 'moon'"),
        ("who", {}, {"place": "dm", "channel_id": NEWS}, "is not in the place 'dm'"),
        ("who", {}, {"channel_id": STAFF}, "visitor does not see the channel staff"),
        ("who", {}, {"channel_id": FORUM}, "only in its threads"),
    ],
)
async def test_what_members_cannot_ask(
    bot: RecordingClient, guild: StandIn, command: str, options: dict[str, Any], how: Any, reason: str
) -> None:
    """What Discord's client would not offer or fill in is refused before the bot is asked."""
    with pytest.raises(ValueError, match=reason):
        await guild.slash(command, options, **how)


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        (EVERYWHERE, {"guild", "dm", "elsewhere", "private"}),
        ({}, {"guild", "dm", "elsewhere", "private"}),
        ({"integration_types": [0]}, {"guild", "dm"}),
        ({"integration_types": [1]}, {"dm", "elsewhere", "private"}),
        ({**EVERYWHERE, "contexts": [0]}, {"guild", "elsewhere"}),
        ({**EVERYWHERE, "contexts": [1, 2]}, {"dm", "private"}),
        ({"dm_permission": False}, {"guild", "elsewhere"}),
    ],
)
async def test_places_of_a_command(guild: StandIn, fields: dict[str, Any], offered: set[str]) -> None:
    """A command is offered where its contexts and installations allow it, and nowhere else."""

    def answer(_name: str, told: dict[str, Any]) -> None:
        guild.interactions.replies.respond(int(told["id"]), told["token"], {"type": 4, "data": {"content": "x"}})

    guild.interactions._dispatch = answer
    async with raw_client(guild) as raw:
        await register(guild, raw, {**WHO, **fields})
    places: tuple[Place, ...] = ("guild", "dm", "elsewhere", "private")
    for place in places:
        with contextlib.nullcontext() if place in offered else pytest.raises(ValueError, match="not offered"):
            await guild.slash("who", place=place)


async def test_commands_of_the_guild_stay_there(guild: StandIn) -> None:
    """A command that is registered in the guild is offered nowhere else."""
    async with raw_client(guild) as raw:
        await register(guild, raw, {**WHO, **EVERYWHERE}, guild=True)
    with pytest.raises(ValueError, match="no command /who"):
        await guild.slash("who", place="dm")


async def test_bots_without_user_installs() -> None:
    """Where the application takes no user installs, nobody has it elsewhere, and it says so."""
    async with StandIn(CHANNELS, user_installs=False) as standin, raw_client(standin) as raw:
        await register(standin, raw, {**WHO, **EVERYWHERE})
        with pytest.raises(ValueError, match="takes no user installs"):
            await standin.slash("who", place="elsewhere")
        assert (await raw("GET", "/applications/@me")).body["integration_types_config"] == {"0": {}}


def test_members_are_checked() -> None:
    """Roles and permissions that there are not are refused by name."""
    standin = StandIn(CHANNELS, roles=ROLES)
    with pytest.raises(ValueError, match="no role 999"):
        standin.world.set_member_roles("ada", [999])
    with pytest.raises(ValueError, match="no such permission: fly"):
        standin.world.set_member_permissions("ada", {"fly"})


async def test_administrators_only(guild: StandIn) -> None:
    """A command whose default permissions are "0" is offered to administrators alone."""
    async with raw_client(guild) as raw:
        await register(guild, raw, {**WHO, "default_member_permissions": "0"})
    guild.world.set_member_permissions("ada", {"manage_guild", "manage_channels"})
    with pytest.raises(ValueError, match="lacks the permissions 0"):
        await guild.slash("who", user="ada")


async def test_message_commands(bot: RecordingClient, guild: StandIn) -> None:
    """A message command gets the message, in the guild and in direct messages; members who do not see it cannot ask."""
    sent = await bot.get_partial_messageable(NEWS).send("card")
    answer = await guild.message_command("Related links", sent.id, user="ada", locale="de")
    assert answer.message is not None
    assert answer.message.content == f"de Member ada False {guild.world.guild_id} {NEWS} 100 10: card"
    assert (await guild.message_command("Save for later", sent.id, user="ada")).type == 5
    (copy,) = guild.direct_messages("ada")
    again = await guild.message_command("Related links", copy.id, user="ada")
    assert again.message is not None
    assert again.message.content.endswith("010 00: card")
    for refused, who, reason in (
        (copy.id, "bob", "bob does not see"),
        (again.message.id, "ada", "ephemeral"),
        (1, "ada", "no message 1"),
    ):
        with pytest.raises(ValueError, match=reason):
            await guild.message_command("Related links", refused, user=who)
    with pytest.raises(ValueError, match="no message command 'who'; registered are: Related links, Save for later"):
        await guild.message_command("who", sent.id)


async def test_closed_direct_messages(bot: RecordingClient, guild: StandIn) -> None:
    """To somebody who takes no direct messages the channel opens and sending fails with 50007, until they are open."""
    sent = await bot.get_partial_messageable(NEWS).send("card")
    guild.world.close_direct_messages("ada")
    answer = await guild.message_command("Save for later", sent.id, user="ada")
    assert answer.message is not None
    assert answer.message.content == "closed: 50007"
    assert guild.direct_messages("ada") == []
    guild.world.close_direct_messages("ada", closed=False)
    await guild.message_command("Save for later", sent.id, user="ada")
    assert [message.content for message in guild.direct_messages("ada")] == ["card"]
    guild.log.records.clear()


async def test_private_and_foreign_messages_are_told_to_nobody(bot: RecordingClient, guild: StandIn) -> None:
    """A bot with the guild's intent alone hears of no message, wherever it stands."""
    before = list(bot.events)
    await guild.slash("ids", place="private")
    await guild.slash("ids", place="dm")
    assert {"message", "raw_message_edit"}.isdisjoint(bot.events[len(before) :])


async def test_members_show_their_roles(guild: StandIn) -> None:
    """A member that is looked up has the roles that it was given."""
    guild.world.set_member_roles("ada", [READERS])
    async with raw_client(guild) as raw:
        path = f"/guilds/{guild.world.guild_id}/members/{guild.world.person('ada').id}"
        assert (await raw("GET", path)).body["roles"] == [str(READERS)]
