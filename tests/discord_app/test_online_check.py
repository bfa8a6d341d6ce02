"""The check of Discord, asked over real sockets at the stand-in."""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from typing import Any

import pytest

from bot.discord_app.endpoints import DEFAULT_API_URL, point_discord_at
from bot.discord_app.online_check import OnlineReport, check_online
from bot.discord_app.online_check_records import Finding
from bot.problems import LinkbotError, TokenRefusedError
from bot.rehearsal.permissions import DEFAULT_GRANTED
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn, StandInApplication, StandInChannel, StandInRole, StandInTag
from bot.settings import AnnounceSettings, ChannelSettings, CommandsSettings, DiscordSettings, Filter, Settings
from tests.support.discord_client import open_thread

LINKS, NEWS, FORUM, VOICE, CATEGORY, STRICT = (1_200_000_000_000_000_001 + at for at in range(6))
READERS, QUIET = 1_300_000_000_000_000_001, 1_300_000_000_000_000_002
CHANNELS = (
    StandInChannel(LINKS, "links"),
    StandInChannel(NEWS, "news", "announcement"),
    StandInChannel(FORUM, "forum", "forum", granted=frozenset({"manage_threads"})),
    StandInChannel(VOICE, "voice", "voice"),
    StandInChannel(CATEGORY, "Topics", "category"),
    StandInChannel(STRICT, "strict", "forum", available_tags=(StandInTag(1, "Go"), StandInTag(2, "staff", True))),
)
ROLES = (StandInRole(READERS, "readers"), StandInRole(QUIET, "quiet", mentionable=False))


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    """A server with a channel of every kind, and discord.py as it was at the end."""
    async with StandIn(CHANNELS, roles=ROLES) as running:
        yield running
    point_discord_at(DEFAULT_API_URL, None)


async def ask(stand_in: StandIn, *channels: ChannelSettings | int, **more: Any) -> OnlineReport:
    """Check with these channels in the settings, each as it is or by its id alone."""
    wanted = tuple(ChannelSettings(id=each) if isinstance(each, int) else each for each in channels)
    settings = Settings(discord=DiscordSettings(api_url=stand_in.api_url), channels=wanted, **more)
    return await check_online(settings, REHEARSAL_TOKEN)


async def only(stand_in: StandIn, *channels: ChannelSettings | int, **more: Any) -> Finding:
    """The one finding that there is."""
    (finding,) = (await ask(stand_in, *channels, **more)).findings
    return finding


def permissions_of(link: str) -> int:
    """What an invite link asks for."""
    return int(link.rpartition("permissions=")[2])


async def test_all_is_well(stand_in: StandIn) -> None:
    """What is as it should be is told in a line each; each thing is asked for once, and nothing is changed."""
    news = ChannelSettings(id=NEWS, name="#News", mention=(READERS,), publish=True)
    report = await ask(stand_in, LINKS, news, FORUM, VOICE)
    assert report.findings == ()
    assert report.fine == (
        "Linkbot, the bot of the application Linkbot, is in Rehearsal; only its owner can invite it",
        "#links in Rehearsal: text channel, all permissions",
        "#news in Rehearsal: announcement channel, all permissions",
        "#forum in Rehearsal: forum, all permissions",
        "#voice in Rehearsal: voice channel, all permissions",
        "slash commands: allowed in Rehearsal",
    )
    asked = [(record.method, record.path) for record in stand_in.requests]
    assert len(set(asked)) == len(asked) == 11
    assert {method for method, _path in asked} == {"GET"}
    assert not stand_in.gateway.connected


@pytest.mark.parametrize(
    ("channels", "more", "permissions"),
    [
        ((LINKS,), {}, 84_992),  # View Channels, Send Messages, Embed Links, Read Message History
        ((NEWS,), {}, 84_992),
        ((FORUM,), {}, 84_992 | 1 << 34),
        ((FORUM,), {"announce": AnnounceSettings(on_retract="keep")}, 84_992),
        ((LINKS, VOICE), {}, 84_992 | 1 << 20),
        ((999,), {}, 84_992),
    ],
)
async def test_the_invite_link_asks_for_what_is_needed(
    stand_in: StandIn, channels: tuple[int, ...], more: dict[str, Any], permissions: int
) -> None:
    """Its permissions follow from the kinds of the channels and the settings."""
    link = (await ask(stand_in, *channels, **more)).invite
    assert link.startswith(f"https://discord.com/oauth2/authorize?client_id={stand_in.world.bot.id}")
    assert "scope=bot+applications.commands" in link
    assert permissions_of(link) == permissions


@pytest.mark.parametrize(
    ("channel", "denied", "name", "severity"),
    [
        (LINKS, "send_messages", "Send Messages", "error"),
        (LINKS, "embed_links", "Embed Links", "error"),
        (LINKS, "read_message_history", "Read Message History", "error"),
        (NEWS, "send_messages", "Send Messages", "error"),
        (FORUM, "send_messages", "Create Posts", "error"),
        (FORUM, "embed_links", "Embed Links", "error"),
        (FORUM, "manage_threads", "Manage Posts", "notice"),
        (VOICE, "connect", "Connect", "error"),
    ],
)
async def test_each_missing_permission_has_its_mend(
    stand_in: StandIn, channel: int, denied: str, name: str, severity: str
) -> None:
    """One permission that is missing is one finding: what it is for, what denies it, and what to click."""
    stand_in.set_denied(channel, {denied})
    finding = await only(stand_in, LINKS if channel != LINKS else NEWS, channel)
    place = stand_in.world.channel(channel).name
    assert finding.where == ("channels", 1, "id")
    assert finding.severity == severity
    assert finding.what.startswith(f"#{place}: the bot lacks '{name}' (the channel denies it to the role Linkbot): ")
    assert finding.fix == f"give the role Linkbot '{name}' in #{place} (Edit Channel, Permissions)"


async def test_a_permission_that_no_role_grants_is_told_as_such(stand_in: StandIn) -> None:
    """Where the channel denies nothing, the roles are named as the cause."""
    less = DEFAULT_GRANTED - {"embed_links"}
    stand_in.world.set_bot_permissions(less, everyone=less)
    assert "lacks 'Embed Links' (no role of the bot grants it)" in (await only(stand_in, LINKS)).what
    stand_in.world.set_bot_permissions({"administrator"}, everyone=())
    assert (await ask(stand_in, LINKS, FORUM)).findings == ()


async def test_threads_take_the_permissions_of_their_channel(stand_in: StandIn) -> None:
    """A thread needs its own permission to write, given in its channel; a locked one nobody but moderators can use."""
    thread = open_thread(stand_in, LINKS)
    assert (await ask(stand_in, thread, LINKS)).fine[1] == "#talk in Rehearsal: thread, all permissions"
    stand_in.set_denied(LINKS, {"send_messages_in_threads"})
    finding = await only(stand_in, thread)
    assert finding.fix == "give the role Linkbot 'Send Messages in Threads' in #links (Edit Channel, Permissions)"
    stand_in.set_denied(LINKS, ())
    stand_in.set_thread(thread, archived=True)
    assert "closed (a message opens it again)" in (await ask(stand_in, thread)).fine[1]
    stand_in.set_thread(thread, archived=True, locked=True)
    assert "the thread is locked" in (await only(stand_in, thread)).what
    stand_in.set_granted(LINKS, {"manage_threads"})
    assert (await ask(stand_in, thread)).findings == ()


async def test_channels_that_are_none_or_hidden(stand_in: StandIn) -> None:
    """An id that names no channel, a server, a category or direct messages is told from a channel that is hidden."""
    stand_in.set_denied(LINKS, {"view_channel"})
    direct = stand_in.world.direct_channel(stand_in.world.person("ada")).id
    server = stand_in.world.guild_id
    report = await ask(stand_in, 999, server, CATEGORY, direct, _with(LINKS, name="links"))
    assert [finding.where for finding in report.findings] == [("channels", at, "id") for at in range(5)]
    assert [finding.what for finding in report.findings] == [
        "there is no channel 999: deleted, or never was",
        f"{server} is the server Rehearsal, no channel",
        "Topics is a category, which takes no messages",
        f"{direct} are direct messages, no channel of a server",
        f"the bot does not see the channel {LINKS} (links); it is in Rehearsal",
    ]
    assert "give the role Linkbot 'View Channel'" in report.findings[4].fix
    assert {finding.severity for finding in report.findings} == {"error"}
    refused = [record.path for record in stand_in.invalid_requests]
    assert len(refused) == len(set(refused)) == 3


async def test_the_channels_to_choose_from(stand_in: StandIn) -> None:
    """Each channel that the bot sees and can announce in is listed, voice last, with what the settings have of them."""
    stand_in.set_denied(NEWS, {"view_channel"})
    report = await ask(stand_in, LINKS)
    assert [(each.id, each.kind, each.in_settings) for each in report.channels] == [
        (LINKS, "text channel", True),
        (FORUM, "forum", False),
        (STRICT, "forum", False),
        (VOICE, "voice channel", False),
    ]
    assert {each.server for each in report.channels} == {"Rehearsal"}
    assert not report.misses_channel
    for missing in (999, NEWS, CATEGORY):
        assert (await ask(stand_in, LINKS, missing)).misses_channel


async def test_settings_that_the_channel_does_not_fit(stand_in: StandIn) -> None:
    """Publishing needs an announcement channel; another name is worth a notice, and nothing more."""
    assert "publish is true, but #links is a text channel" in (await only(stand_in, _with(LINKS, publish=True))).what
    finding = await only(stand_in, _with(LINKS, name="Link feed"))
    assert (finding.severity, finding.where) == ("notice", ("channels", 0, "name"))
    assert finding.what == "the channel is called #links in Discord, Link feed here"


def _with(channel: int, **more: Any) -> ChannelSettings:
    return ChannelSettings(id=channel, **more)


@pytest.mark.parametrize(
    ("role", "granted", "what"),
    [
        (READERS, (), None),
        (QUIET, (), "the bot cannot ping the role quiet in #links"),
        (QUIET, ("mention_everyone",), None),
        (999, (), "Rehearsal, the server of #links, has no role 999"),
        (1_100_000_000_000_000_002, (), "is @everyone of Rehearsal"),
    ],
)
async def test_roles_to_mention(stand_in: StandIn, role: int, granted: Collection[str], what: str | None) -> None:
    """A role must exist in the channel's server, be no @everyone, and be one that the bot can ping."""
    stand_in.set_granted(LINKS, granted)
    report = await ask(stand_in, _with(LINKS, mention=(READERS, role)))
    assert [finding.where for finding in report.findings] == ([("channels", 0, "mention", 1)] if what else [])
    assert all(what is not None and what in finding.what for finding in report.findings)


@pytest.mark.parametrize(
    ("tags", "wanted", "what"),
    [
        ((), Filter(), "has none that the bot may set"),
        (("Go",), Filter(), "posts that have none of Go are refused"),
        (("Go",), Filter(any=("go", "rust")), "posts that have none of Go are refused"),
        (("Go",), Filter(any=("go",)), None),
        (("Go",), Filter(all=("GO", "rust")), None),
    ],
)
async def test_forums_that_want_a_tag(
    stand_in: StandIn, tags: tuple[str, ...], wanted: Filter, what: str | None
) -> None:
    """A forum that wants a tag on every post is fine where each post that the channel takes has one of its tags."""
    stand_in.set_granted(STRICT, {"manage_threads"})
    known = [StandInTag(1, "staff", True), *(StandInTag(at, tag) for at, tag in enumerate(tags, start=2))]
    stand_in.set_tags(STRICT, known, require_tag=True)
    findings = (await ask(stand_in, _with(STRICT, tags=wanted))).findings
    assert [finding.what for finding in findings if what is None or what not in finding.what] == []
    assert len(findings) == (what is not None)


@pytest.mark.parametrize(
    ("application", "severity", "what"),
    [
        (StandInApplication(interactions_endpoint_url="https://example.org/"), "error", "sends slash commands"),
        (StandInApplication(requires_code_grant=True), "error", "wants a code grant"),
        (StandInApplication(flags=1 << 12), "notice", "the privileged Presence Intent is on"),
        (StandInApplication(flags=1 << 15), "notice", "the privileged Server Members Intent is on"),
        (StandInApplication(flags=1 << 18), "notice", "the privileged Message Content Intent is on"),
        (StandInApplication(commands_scope=False), "error", "without the scope applications.commands"),
    ],
)
async def test_how_the_application_is_set_up(
    stand_in: StandIn, application: StandInApplication, severity: str, what: str
) -> None:
    """What breaks commands or the invite link is an error, what is merely not needed a notice."""
    stand_in.world.application = application
    finding = await only(stand_in, LINKS)
    assert finding.severity == severity
    assert what in finding.what


async def test_user_installs_are_worth_a_word_only_for_commands_everywhere(stand_in: StandIn) -> None:
    """That members cannot take the bot along is told, but not where the commands are kept to some servers."""
    stand_in.world.user_installs = False
    stand_in.world.application = replace(stand_in.world.application, public=True)
    report = await ask(stand_in, LINKS)
    assert [finding.severity for finding in report.findings] == ["notice"]
    assert "User Install" in report.findings[0].fix
    assert report.fine[0].endswith("anybody can invite it")
    assert (await ask(stand_in, LINKS, commands=_commands(stand_in.world.guild_id))).findings == ()


def _commands(*guilds: int) -> CommandsSettings:
    return CommandsSettings(guilds=guilds)


async def test_servers_of_the_commands(stand_in: StandIn) -> None:
    """A server that is to get the commands but has not the bot is told with its place in the settings."""
    finding = await only(stand_in, LINKS, commands=_commands(stand_in.world.guild_id, 999))
    assert finding.where == ("commands", "guilds", 1)
    assert "the bot is not in the server 999" in finding.what


async def test_a_timeout_is_one_finding(stand_in: StandIn) -> None:
    """A bot that is timed out is told so once, and its channels are not called fine."""
    stand_in.world.bot_timed_out_until = stand_in.world.clock() + 600
    report = await ask(stand_in, LINKS, NEWS)
    (finding,) = report.findings
    assert finding.what.startswith("the bot is timed out in Rehearsal until ")
    assert finding.fix == "right-click the member Linkbot, Remove Timeout"
    assert not any("#links" in line for line in report.fine)


async def test_a_refused_token(stand_in: StandIn) -> None:
    """A token that Discord does not know is refused once, with where to get another one."""
    settings = Settings(discord=DiscordSettings(api_url=stand_in.api_url))
    with pytest.raises(TokenRefusedError, match="Reset Token"):
        await check_online(settings, "some.other.token")
    assert len(stand_in.requests) == 1


@pytest.mark.parametrize("fault", ["hang", "truncate", "content_type"])
async def test_discord_that_does_not_answer_as_it_should(stand_in: StandIn, fault: Any) -> None:
    """No answer, or one that is not Discord's, is a sentence with the address, in a known time."""
    stand_in.faults.add("GET", "/guilds/*", fault)
    settings = Settings(discord=DiscordSettings(api_url=stand_in.api_url), channels=(ChannelSettings(id=LINKS),))
    with pytest.raises(LinkbotError, match=f"could not be asked at {stand_in.api_url}"):
        await check_online(settings, REHEARSAL_TOKEN, answer_seconds=0.3)


async def test_discord_that_is_not_there() -> None:
    """Where nobody listens, the sentence names the address."""
    async with StandIn(CHANNELS) as stand_in:
        settings = Settings(discord=DiscordSettings(api_url=stand_in.api_url))
    with pytest.raises(LinkbotError, match=f"could not be asked at {stand_in.api_url}"):
        await check_online(settings, REHEARSAL_TOKEN)
    point_discord_at(DEFAULT_API_URL, None)


async def test_a_server_that_discord_does_not_tell_of(stand_in: StandIn) -> None:
    """Where Discord has a server not at hand, as in an outage, permissions are said to be unchecked, not to be fine."""
    stand_in.faults.add("GET", "/guilds/*", "status", status=404, body={"code": 10004, "message": "Unknown Guild"})
    report = await ask(stand_in, LINKS)
    assert ["could not be checked" in finding.what for finding in report.findings] == [True]
    assert not any("all permissions" in line for line in report.fine)


async def test_a_wall_before_discord_is_not_discord(stand_in: StandIn) -> None:
    """A 403 that is no answer of Discord's own says nothing about a channel."""
    stand_in.faults.add("GET", "/channels/*", "status", status=403, body="<html>Access denied</html>")
    with pytest.raises(LinkbotError, match="could not be asked"):
        await ask(stand_in, LINKS)
