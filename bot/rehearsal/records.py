"""The things of Discord's world as the stand-in keeps them. Times are seconds since 1970; ids are snowflakes."""

from dataclasses import dataclass, field
from typing import Literal

from bot.rehearsal.embeds import shown_embeds
from bot.rehearsal.wire import JsonObject

__all__ = [
    "CROSSPOSTED",
    "EPHEMERAL",
    "FORUMS",
    "AsideKind",
    "Change",
    "ChangeKind",
    "Channel",
    "ChannelKind",
    "Message",
    "Pings",
    "StandInApplication",
    "StandInChannel",
    "StandInRole",
    "StandInTag",
    "User",
]

EPHEMERAL = 1 << 6
CROSSPOSTED = 1 << 0

ChannelKind = Literal["text", "announcement", "forum", "media", "voice", "category"]
AsideKind = Literal["dm", "private", "elsewhere"]
"""What is no channel of the guild: direct messages with the bot; a chat between people without the bot; a channel of a
guild where the bot is not."""
FORUMS = frozenset({"forum", "media"})
"""The kinds of channel that hold threads only."""
ChangeKind = Literal[
    "message_created", "message_edited", "message_deleted", "channel_created", "channel_changed", "channel_removed"
]


@dataclass(frozen=True, slots=True)
class StandInTag:
    """A tag of a forum: `name` is 1 to 20 characters; one that is `moderated` takes ``manage_threads`` to apply."""

    id: int
    name: str
    moderated: bool = False


@dataclass(frozen=True, slots=True)
class StandInChannel:
    """A channel to start with.

    Attributes:
        denied: names of permissions that the bot lacks there, such as ``send_messages``.
        granted: names of permissions that it has there beyond the usual ones, such as ``manage_threads``.
        available_tags: of a forum: at most 20.
        require_tag: of a forum: whether a post needs a tag.
        hidden: whether @everyone is denied to see it; the bot sees it all the same, unless it is `denied`.
        seen_by: of a hidden one: the ids of the roles whose members see it.
    """

    id: int
    name: str
    kind: ChannelKind = "text"
    denied: frozenset[str] = frozenset()
    granted: frozenset[str] = frozenset()
    available_tags: tuple[StandInTag, ...] = ()
    require_tag: bool = False
    hidden: bool = False
    seen_by: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class StandInApplication:
    """What the bot's owner chose in Discord's developer portal.

    Attributes:
        public: whether anybody may invite the bot.
        requires_code_grant: whether an invite takes OAuth2's code grant.
        flags: https://docs.discord.com/developers/resources/application#application-object-application-flags
        interactions_endpoint_url: where interactions go; then none of them comes over the gateway.
        commands_scope: whether the bot was invited with ``applications.commands``.
    """

    public: bool = False
    requires_code_grant: bool = False
    flags: int = 0
    interactions_endpoint_url: str | None = None
    commands_scope: bool = True


@dataclass(frozen=True, slots=True)
class StandInRole:
    """A role of the guild to start with; `permissions` are names of what its members may do beyond everybody."""

    id: int
    name: str
    mentionable: bool = True
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class User:
    """The bot, or somebody who types slash commands."""

    id: int
    name: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel or a thread (then `parent_id` says of which channel), or what is no channel of the guild at all.

    Attributes:
        archive_changed_at: of a thread: when it was last archived or reopened, at first its creation; in seconds.
        available_tags: of a forum.
        applied_tags: of a forum's thread: ids.
        recipient_id: of direct messages: with whom.
    """

    id: int
    name: str
    kind: ChannelKind | AsideKind | Literal["thread"]
    denied: frozenset[str]
    created_at: float
    granted: frozenset[str] = frozenset()
    available_tags: tuple[StandInTag, ...] = ()
    require_tag: bool = False
    parent_id: int | None = None
    owner_id: int | None = None
    archived: bool = False
    locked: bool = False
    archive_changed_at: float = 0.0
    archive_minutes: int = 1440
    applied_tags: tuple[int, ...] = ()
    hidden: bool = False
    seen_by: frozenset[int] = frozenset()
    recipient_id: int | None = None

    @property
    def is_forum(self) -> bool:
        """Whether it holds threads only."""
        return self.kind in FORUMS

    @property
    def takes_messages(self) -> bool:
        """Whether anybody can write in it: not in a forum, but in its threads, and not in a category."""
        return not self.is_forum and self.kind != "category"


@dataclass(frozen=True, slots=True)
class Pings:
    """Whom a message would notify, were they all there and the bot allowed to ping everybody."""

    everyone: bool = False
    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everyone or bool(self.users) or bool(self.roles)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands now.

    Attributes:
        nonce: what it was created with, for tests; history never shows it.
        pings: whom its creation notified.
        interaction: for an answer to an interaction, what Discord tells about that.
    """

    id: int
    channel_id: int
    author: User
    content: str
    embeds: tuple[JsonObject, ...]
    components: tuple[JsonObject, ...]
    flags: int
    created_at: float
    edited_at: float | None = None
    tts: bool = False
    nonce: str | int | None = None
    pings: Pings = field(default_factory=Pings)
    interaction: JsonObject | None = None

    @property
    def shown_embeds(self) -> tuple[JsonObject, ...]:
        """The cards that members see: of several with one URL only the first."""
        return shown_embeds(self.embeds)

    @property
    def ephemeral(self) -> bool:
        """Whether only the person who asked sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def crossposted(self) -> bool:
        """Whether it was published to the followers of its announcement channel."""
        return bool(self.flags & CROSSPOSTED)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened in the world. `message` is None where no message is concerned."""

    kind: ChangeKind
    channel: Channel
    message: Message | None = None
