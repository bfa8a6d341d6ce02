"""Which commands Discord's client offers to whom, and where.

https://docs.discord.com/developers/interactions/application-commands#contexts
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.rehearsal.asking import Asker, Place
from bot.rehearsal.command_form import CHAT_INPUT, MESSAGE_COMMAND
from bot.rehearsal.option_form import GROUP, SUBCOMMAND
from bot.rehearsal.permissions import bits
from bot.rehearsal.wire import JsonObject
from bot.rehearsal.world import World

__all__ = [
    "CONTEXTS",
    "Chosen",
    "find_message_command",
    "find_slash_command",
    "is_offered",
    "message_commands",
    "owners_of",
    "slash_commands",
    "typed_commands",
]

CONTEXTS: dict[Place, int] = {"guild": 0, "elsewhere": 0, "dm": 1, "private": 2}
"""The numbers of the contexts in which an interaction can happen."""

_GUILD_INSTALL, _USER_INSTALL = 0, 1
_INSTALLS: dict[Place, tuple[int, ...]] = {
    "guild": (_GUILD_INSTALL,),
    "dm": (_GUILD_INSTALL, _USER_INSTALL),
    "elsewhere": (_USER_INSTALL,),
    "private": (_USER_INSTALL,),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A command that was picked, with the group and subcommand in it.

    Attributes:
        name: as it is typed, such as ``linkbot pause``.
        beneath: the options that are group and subcommand, outermost first.
    """

    name: str
    command: JsonObject
    beneath: tuple[JsonObject, ...] = ()

    @property
    def description(self) -> str:
        """What it does, in the default language."""
        return str((self.beneath[-1] if self.beneath else self.command)["description"])

    @property
    def options(self) -> list[JsonObject]:
        """What can be filled in."""
        innermost = self.beneath[-1] if self.beneath else self.command
        return list(innermost.get("options") or ())


def slash_commands(world: World) -> list[JsonObject]:
    """The slash commands of the guild; its own ones hide global ones of the same name."""
    return _listed(world, CHAT_INPUT, world.guild_id)


def message_commands(world: World) -> list[JsonObject]:
    """The commands in the menu of messages."""
    return _listed(world, MESSAGE_COMMAND, world.guild_id)


def _listed(world: World, kind: int, guild_id: int | None) -> list[JsonObject]:
    places = dict.fromkeys((None, guild_id))
    listed = {
        command["name"]: command
        for place in places
        for command in world.commands.get(place, [])
        if command["type"] == kind
    }
    return list(listed.values())


def typed_commands(command: JsonObject) -> Iterator[Chosen]:
    """All that can be typed of a slash command: itself, or each of its subcommands."""
    name = command["name"]
    nested = [option for option in command.get("options") or () if option["type"] in (SUBCOMMAND, GROUP)]
    if not nested:
        yield Chosen(name, command)
    for option in nested:
        if option["type"] == SUBCOMMAND:
            yield Chosen(f"{name} {option['name']}", command, (option,))
        else:
            for inner in option.get("options") or ():
                yield Chosen(f"{name} {option['name']} {inner['name']}", command, (option, inner))


def find_slash_command(world: World, asker: Asker, name: str) -> Chosen:
    """What `name` (with the names of group and subcommand behind spaces) stands for; `ValueError` if not offered."""
    commands = _listed(world, CHAT_INPUT, world.guild_id if asker.place == "guild" else None)
    known = {chosen.name: chosen for command in commands for chosen in typed_commands(command)}
    chosen = known.get(" ".join(name.split()))
    if chosen is None:
        raise ValueError(f"there is no command /{name}; registered are: {', '.join(sorted(known)) or 'none'}")
    _require_offered(world, asker, chosen.command, f"/{name}")
    return chosen


def find_message_command(world: World, asker: Asker, name: str) -> Chosen:
    """The message command with that name; `ValueError` if it is not offered."""
    commands = _listed(world, MESSAGE_COMMAND, world.guild_id if asker.place == "guild" else None)
    known = {command["name"]: command for command in commands}
    if name not in known:
        listed = ", ".join(sorted(known)) or "none"
        raise ValueError(f"there is no message command {name!r}; registered are: {listed}")
    _require_offered(world, asker, known[name], repr(name))
    return Chosen(name, known[name])


def is_offered(world: World, asker: Asker, command: JsonObject) -> bool:
    """Whether Discord's client shows `command` to this person in this place, whichever the channel."""
    if asker.place != "guild" and "guild_id" in command:
        return False
    try:
        _require_offered(world, asker, command, command["name"])
    except ValueError:
        return False
    return True


def _require_offered(world: World, asker: Asker, command: JsonObject, shown: str) -> None:
    if "guild_id" not in command:
        _require_place(asker, command, shown)
    if asker.place in {"elsewhere", "private"} and not world.user_installs:
        raise ValueError("nobody can bring this bot along: it takes no user installs")
    if asker.place != "guild":
        return
    granted = world.permitted(asker.user, asker.channel)
    needed = command.get("default_member_permissions")
    if asker.force or needed is None or "administrator" in granted:
        return
    if int(needed) == 0 or int(needed) & ~bits(granted):
        raise ValueError(f"{shown} is not offered to {asker.user.name}, who lacks the permissions {needed}")


def _require_place(asker: Asker, command: JsonObject, shown: str) -> None:
    contexts = command.get("contexts")
    if contexts is None:
        contexts = [0, 1, 2] if command.get("dm_permission") is not False else [0]
    if CONTEXTS[asker.place] not in contexts or not _installs(asker.place, command):
        raise ValueError(f"{shown} is not offered in the place {asker.place!r}")


def _installs(place: Place, command: JsonObject) -> list[int]:
    """The kinds of installation that let `command` be used in `place`."""
    allowed = command.get("integration_types") or [_GUILD_INSTALL]
    return [kind for kind in _INSTALLS[place] if kind in allowed]


def owners_of(world: World, asker: Asker, command: JsonObject) -> JsonObject:
    """Who has installed the bot so that this can be asked.

    In direct messages that is the guild that both are in, written "0", and else the person:
    https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
    """
    if asker.place == "guild":
        return {"0": str(world.guild_id)}
    if _GUILD_INSTALL in _installs(asker.place, command):
        return {"0": "0"}
    return {"1": str(asker.user.id)}
