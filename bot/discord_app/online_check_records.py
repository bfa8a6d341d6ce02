"""What Discord tells about the bot and its places, as far as a check needs it: records made of Discord's JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

__all__ = [
    "FORUM_TYPES",
    "Application",
    "Channel",
    "Finding",
    "Guild",
    "Overwrite",
    "Refusal",
    "Role",
    "Seen",
    "Severity",
    "VisibleChannel",
]

Severity = Literal["error", "notice"]
"""error: something does not work; notice: something to know, nothing is broken."""

FORUM_TYPES = frozenset({15, 16})
_THREAD_TYPES = frozenset({10, 11, 12})
_REQUIRE_TAG = 1 << 4  # https://docs.discord.com/developers/resources/channel#channel-object-channel-flags


def _id(told: Any) -> int | None:
    return None if told is None else int(told)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person should know or mend.

    Attributes:
        where: the setting that it is about, such as ``("channels", 1, "publish")``; empty: none in particular.
        what: what is so, and what follows from it.
        fix: what to do, as a person does it.
    """

    severity: Severity
    where: tuple[str | int, ...]
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Application:
    """The application, and the bot of it: https://docs.discord.com/developers/resources/application

    Attributes:
        bot_id: of the bot's user; the application has an id of its own.
        public: whether anybody can invite it, else its owner alone.
        installs: how it can be installed: 0 to a server, 1 to a user; empty where Discord does not say.
    """

    id: int
    name: str
    bot_id: int
    bot_name: str
    public: bool = True
    requires_code_grant: bool = False
    flags: int = 0
    interactions_url: str | None = None
    installs: frozenset[int] = frozenset()

    @classmethod
    def of(cls, told: Any, bot: Any) -> "Application":
        """Read an application object and the bot's user object."""
        return cls(
            int(told["id"]),
            told["name"],
            int(bot["id"]),
            bot["username"],
            public=told.get("bot_public", True),
            requires_code_grant=told.get("bot_require_code_grant", False),
            flags=int(told.get("flags", 0)),
            interactions_url=told.get("interactions_endpoint_url"),
            installs=frozenset(map(int, told.get("integration_types_config") or ())),
        )


@dataclass(frozen=True, slots=True)
class Role:
    """A role; `bot_id` is the user whose own role it is, None for all others."""

    id: int
    name: str
    permissions: int
    mentionable: bool = False
    bot_id: int | None = None

    @classmethod
    def of(cls, told: Any) -> "Role":
        """Read a role object."""
        bot_id = _id((told.get("tags") or {}).get("bot_id"))
        permissions = int(told["permissions"])
        return cls(int(told["id"]), told["name"], permissions, mentionable=told["mentionable"], bot_id=bot_id)


@dataclass(frozen=True, slots=True)
class Guild:
    """A server, and the bot as its member.

    Attributes:
        roles: all of them by their ids; @everyone has the id of the guild.
        member_id: the bot's user.
        member_name: as the list of members shows it.
        member_roles: the roles that the bot has, without @everyone.
        timed_out_until: when the bot's last timeout ends or ended; None: it has none.
    """

    id: int
    name: str
    owner_id: int
    roles: Mapping[int, Role]
    member_id: int
    member_name: str
    member_roles: frozenset[int] = frozenset()
    timed_out_until: datetime | None = None

    @classmethod
    def of(cls, told: Any, member: Any) -> "Guild":
        """Read a guild object with its roles, and the bot's member object."""
        until = member.get("communication_disabled_until")
        roles = [Role.of(role) for role in told["roles"]]
        return cls(
            int(told["id"]),
            told["name"],
            int(told["owner_id"]),
            {role.id: role for role in roles},
            int(member["user"]["id"]),
            member.get("nick") or member["user"]["username"],
            frozenset(map(int, member["roles"])),
            None if until is None else datetime.fromisoformat(until),
        )

    @property
    def own_role(self) -> Role | None:
        """The role that came with the bot; None where it was invited without any permission."""
        return next((role for role in self.roles.values() if role.bot_id == self.member_id), None)


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows and denies to the role or the member with that id."""

    id: int
    allow: int = 0
    deny: int = 0


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel or thread.

    Attributes:
        type: https://docs.discord.com/developers/resources/channel#channel-object-channel-types
        guild_id: None for direct messages.
        parent_id: of a thread: the channel that it hangs from.
        requires_tag: whether each post of a forum needs a tag.
        tags: names of the tags of a forum that everybody may set.
    """

    id: int
    type: int
    name: str
    guild_id: int | None = None
    parent_id: int | None = None
    overwrites: tuple[Overwrite, ...] = ()
    requires_tag: bool = False
    tags: tuple[str, ...] = ()
    archived: bool = False
    locked: bool = False

    @classmethod
    def of(cls, told: Any) -> "Channel":
        """Read a channel object."""
        state = told.get("thread_metadata") or {}
        overwrites = told.get("permission_overwrites") or ()
        return cls(
            int(told["id"]),
            int(told["type"]),
            told.get("name") or "",
            _id(told.get("guild_id")),
            _id(told.get("parent_id")),
            overwrites=tuple(Overwrite(int(o["id"]), int(o["allow"]), int(o["deny"])) for o in overwrites),
            requires_tag=bool(told.get("flags", 0) & _REQUIRE_TAG),
            tags=tuple(tag["name"] for tag in told.get("available_tags") or () if not tag["moderated"]),
            archived=state.get("archived", False),
            locked=state.get("locked", False),
        )

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread, a forum's post among them."""
        return self.type in _THREAD_TYPES

    @property
    def is_forum(self) -> bool:
        """Whether it holds threads only."""
        return self.type in FORUM_TYPES


@dataclass(frozen=True, slots=True)
class Refusal:
    """Discord did not tell; `code` is its own number of the reason."""

    code: int


@dataclass(frozen=True, slots=True)
class Seen:
    """All that Discord told.

    Attributes:
        servers: names of the servers that the bot is in, by their ids; the first 200.
        channels: those of the settings, and the parents of those that are threads, by their ids.
        guilds: the servers of `channels`, as far as Discord told about them.
        commands: whether the bot may have slash commands in a server, by its id.
        visible: the channels that the bot sees in a server, by its id; threads are not among them.
    """

    application: Application
    servers: Mapping[int, str] = field(default_factory=dict)
    channels: Mapping[int, Channel | Refusal] = field(default_factory=dict)
    guilds: Mapping[int, Guild] = field(default_factory=dict)
    commands: Mapping[int, bool] = field(default_factory=dict)
    visible: Mapping[int, tuple[Channel, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisibleChannel:
    """A channel that the bot sees and can announce in, for a person to choose from.

    Attributes:
        kind: in words, such as ``text channel``.
        server: its name.
        in_settings: whether the settings name it.
    """

    id: int
    name: str
    kind: str
    server: str
    in_settings: bool
