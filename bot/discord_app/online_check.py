"""Whether Discord is as the settings want it: what is wrong or worth knowing, and how a person mends it.

``ask_discord`` (asking) → `Seen` (records) → `judge` (pure) → `OnlineReport`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.discord_app.online_check_asking import ANSWER_SECONDS, ask_discord
from bot.discord_app.online_check_channels import can_announce_in, channel_findings, description
from bot.discord_app.online_check_needs import KINDS, VOICE_TYPES, invite_link
from bot.discord_app.online_check_permissions import is_timed_out
from bot.discord_app.online_check_place import bot_as_member
from bot.discord_app.online_check_records import Application, Channel, Finding, Guild, Seen, VisibleChannel
from bot.settings import Settings

__all__ = ["OnlineReport", "check_online", "judge"]

_TO_SERVERS, _TO_USERS = 0, 1
# Each intent has a flag for large bots and one for all others:
# https://docs.discord.com/developers/resources/application#application-object-application-flags
_PRIVILEGED_INTENTS = {
    "Presence Intent": 1 << 12 | 1 << 13,
    "Server Members Intent": 1 << 14 | 1 << 15,
    "Message Content Intent": 1 << 18 | 1 << 19,
}


@dataclass(frozen=True, slots=True)
class OnlineReport:
    """What came of it.

    Attributes:
        findings: application first, then the channels in the order of the settings, then the commands.
        fine: what is as it should be, one line for each thing.
        invite: the address that brings the bot into a server with exactly the permissions that are needed.
        channels: those that the bot sees, server by server, in which Linkbot can announce.
        misses_channel: whether the settings name a channel that the bot does not see, or cannot announce in.
    """

    findings: tuple[Finding, ...]
    fine: tuple[str, ...]
    invite: str
    channels: tuple[VisibleChannel, ...] = ()
    misses_channel: bool = False


async def check_online(settings: Settings, token: str, answer_seconds: float = ANSWER_SECONDS) -> OnlineReport:
    """Ask Discord about all that `settings` name; nothing is changed there, and no session begun at the gateway.

    Raises:
        TokenRefusedError: Discord does not know `token`.
        LinkbotError: Discord cannot be reached within `answer_seconds` for each answer.
    """
    return judge(settings, await ask_discord(settings, token, answer_seconds), datetime.now(UTC))


def judge(settings: Settings, seen: Seen, now: datetime) -> OnlineReport:
    """Say what follows from what Discord told at the time `now`."""
    findings = [*_about_application(seen.application, settings), *_about_timeouts(settings, seen, now)]
    silenced = {guild.id for guild in seen.guilds.values() if is_timed_out(guild, now)}
    fine = [_who(seen)]
    for index, channel in enumerate(settings.channels):
        of_channel = channel_findings(index, channel, seen, settings.announce)
        findings += of_channel
        found = seen.channels[channel.id]
        is_fine = all(finding.where[-1:] == ("name",) for finding in of_channel)  # another name takes no permission
        if is_fine and isinstance(found, Channel) and found.guild_id not in silenced:
            fine.append(f"{description(found, seen)}, all permissions")
    findings += _about_commands(settings, seen)
    fine += (f"slash commands: allowed in {_server(seen, at)}" for at, allowed in seen.commands.items() if allowed)
    misses_channel = not all(can_announce_in(seen.channels[channel.id]) for channel in settings.channels)
    visible = tuple(_visible(settings, seen))
    return OnlineReport(tuple(findings), tuple(fine), invite_link(settings, seen), visible, misses_channel)


def _visible(settings: Settings, seen: Seen) -> Iterator[VisibleChannel]:
    """What there is to choose from, as members see it; where people talk comes last, as in Discord."""
    named = {channel.id for channel in settings.channels}
    for guild_id, channels in seen.visible.items():
        for channel in sorted(filter(can_announce_in, channels), key=lambda each: each.type in VOICE_TYPES):
            kind, server = KINDS[channel.type], _server(seen, guild_id)
            yield VisibleChannel(channel.id, channel.name, kind, server, channel.id in named)


def _who(seen: Seen) -> str:
    application = seen.application
    who = "anybody can invite it" if application.public else "only its owner can invite it"
    servers = ", ".join(seen.servers.values()) or "no server"
    return f"{application.bot_name}, the bot of the application {application.name}, is in {servers}; {who}"


def _server(seen: Seen, guild_id: int) -> str:
    return seen.servers.get(guild_id, f"the server {guild_id}")


def _portal(application: Application, page: str) -> str:
    return f"https://discord.com/developers/applications/{application.id}/{page}"


def _about_application(application: Application, settings: Settings) -> Iterator[Finding]:
    if application.interactions_url is not None:
        what = f"Discord sends slash commands and buttons to {application.interactions_url}, so the bot never sees them"
        fix = f"empty 'Interactions Endpoint URL' at {_portal(application, 'information')}"
        yield Finding("error", (), what, fix)
    if application.requires_code_grant:
        what = "the application wants a code grant (OAuth2), so that an invite link does nothing"
        yield Finding("error", (), what, f"turn off 'Requires OAuth2 Code Grant' at {_portal(application, 'bot')}")
    yield from _about_installs(application, settings)
    for name, flags in _PRIVILEGED_INTENTS.items():
        if application.flags & flags:
            what = f"the privileged {name} is on, and Linkbot does not need it"
            yield Finding("notice", (), what, f"turn it off at {_portal(application, 'bot')}")


def _about_installs(application: Application, settings: Settings) -> Iterator[Finding]:
    installs, page = application.installs, _portal(application, "installation")
    if installs and _TO_SERVERS not in installs:
        what = "the application allows no Guild Install, so that nobody can bring the bot into a server"
        yield Finding("error", (), what, f"turn on 'Guild Install' at {page}")
    if installs and _TO_USERS not in installs and not settings.commands.guilds:
        what = "members cannot take the slash commands along to other servers and chats, because User Install is off"
        yield Finding("notice", ("commands",), what, f"turn on 'User Install' at {page}, if that is wanted")


def _about_timeouts(settings: Settings, seen: Seen, now: datetime) -> Iterator[Finding]:
    for guild in seen.guilds.values():
        if is_timed_out(guild, now):
            what = f"the bot is timed out in {guild.name} until {guild.timed_out_until:%Y-%m-%d %H:%M} UTC"
            fix = f"right-click {bot_as_member(guild)}, Remove Timeout"
            yield Finding("error", _first_of(guild, settings, seen), f"{what}: it can announce nothing there", fix)


def _first_of(guild: Guild, settings: Settings, seen: Seen) -> tuple[str | int, ...]:
    """The first channel of the settings that is in that server."""
    for index, channel in enumerate(settings.channels):
        found = seen.channels[channel.id]
        if isinstance(found, Channel) and found.guild_id == guild.id:
            return ("channels", index, "id")
    return ()


def _about_commands(settings: Settings, seen: Seen) -> Iterator[Finding]:
    named = list(settings.commands.guilds)
    for guild_id, allowed in seen.commands.items():
        where = ("commands", "guilds", named.index(guild_id)) if guild_id in named else ("commands",)
        if allowed:
            continue
        if guild_id in seen.servers:
            server = seen.servers[guild_id]
            what = f"the bot was invited to {server} without the scope applications.commands: no slash commands there"
            yield Finding("error", where, what, "invite it again with the invite link; nothing is lost by that")
        else:
            what = f"the bot is not in the server {guild_id}, so there are no slash commands there"
            yield Finding("error", where, what, "invite it with the invite link, or take that id out")
