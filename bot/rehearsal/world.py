"""One guild with channels, roles, members and messages: what is true at the stand-in, and nothing of the wire.

Everything here is synchronous and in memory; whoever wants to know about changes listens.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.rehearsal.forums import checked_tags
from bot.rehearsal.ids import ELSEWHERE_CHANNEL_ID, GUILD_ID, PRIVATE_CHANNEL_ID
from bot.rehearsal.people import People
from bot.rehearsal.permissions import DIRECT_GRANTED, EVERY_PERMISSION, TIMED_OUT_GRANTED, permission_names
from bot.rehearsal.records import (
    CROSSPOSTED,
    AsideKind,
    Change,
    Channel,
    Message,
    StandInApplication,
    StandInChannel,
    StandInRole,
    User,
)
from bot.rehearsal.wire import JsonObject, Snowflakes, unknown

__all__ = ["World"]

Listener = Callable[[Change], None]


class World(People):
    """The state. Every change is told to the listeners after it is done, in the order of the changes.

    Attributes:
        application: what was chosen in the developer portal, and how the bot was invited.
        commands: what is registered; the key None stands for globally, others for a guild's id.
        user_installs: whether people may take the bot along to where it is no member.
        external_apps: whether the other guild lets everybody see what such a bot answers, else only who asked.
    """

    def __init__(
        self, channels: Sequence[StandInChannel], roles: Sequence[StandInRole], clock: Callable[[], float]
    ) -> None:
        """`clock` gives seconds since 1970."""
        super().__init__(roles, Snowflakes(clock))
        self.clock = clock
        self.guild_id = GUILD_ID
        self.guild_name = "Rehearsal"
        self.application = StandInApplication()
        self.user_installs = True
        self.external_apps = True
        self.commands: dict[int | None, list[JsonObject]] = {None: []}
        self._channels: dict[int, Channel] = {}
        self._aside: dict[int, Channel] = {}
        self._messages: dict[int, dict[int, Message]] = {}
        self._ephemeral: dict[int, Message] = {}
        self._listeners: list[Listener] = []
        for channel in channels:
            self._channels[channel.id] = _opened(channel, clock())
            self._messages[channel.id] = {}
        self.elsewhere = self._set_aside(ELSEWHERE_CHANNEL_ID, "general", "elsewhere")
        self.private = self._set_aside(PRIVATE_CHANNEL_ID, "friends", "private")

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every change from now on, until the function that comes back is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)

    # Channels

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Channels and threads of the guild, in the order of their creation."""
        return tuple(self._channels.values())

    def channel(self, channel_id: int) -> Channel:
        """The channel or thread with that id, direct messages included, else `ApiError` 404/10003."""
        found = self.find_channel(channel_id)
        if found is None:
            raise unknown("Channel")
        return found

    def find_channel(self, channel_id: int) -> Channel | None:
        """The same, or None if there is none."""
        return self._channels.get(channel_id) or self._aside.get(channel_id)

    def _set_aside(self, channel_id: int, name: str, kind: AsideKind, recipient_id: int | None = None) -> Channel:
        channel = Channel(channel_id, name, kind, frozenset(), self.clock(), recipient_id=recipient_id)
        self._aside[channel_id] = channel
        self._messages[channel_id] = {}
        return channel

    @property
    def direct_channels(self) -> tuple[Channel, ...]:
        """The bot's direct messages, one channel for each person who has some."""
        return tuple(channel for channel in self._aside.values() if channel.kind == "dm")

    def direct_channel(self, user: User) -> Channel:
        """The bot's direct messages with `user`, opened now if need be: always the same channel."""
        for channel in self.direct_channels:
            if channel.recipient_id == user.id:
                return channel
        return self._set_aside(self.snowflakes.next(), user.name, "dm", user.id)

    def granted(self, channel: Channel) -> frozenset[str]:
        """What the bot may do in `channel`; a thread takes that from its parent. Where it is no member: nothing."""
        if channel.id in self._aside:
            return DIRECT_GRANTED if channel.kind == "dm" else frozenset()
        granted = self.everyone_granted | self.bot_granted
        if "administrator" in granted:
            return EVERY_PERMISSION
        parent = self._channels.get(channel.parent_id or 0, channel)
        seen = {"view_channel"} if parent.hidden else set()  # by an overwrite of its own
        granted = (granted | parent.granted | seen) - parent.denied
        timed_out = self.bot_timed_out_until is not None and self.bot_timed_out_until > self.clock()
        return granted & TIMED_OUT_GRANTED if timed_out else granted

    def set_bot_permissions(self, granted: Iterable[str], *, everyone: Iterable[str] | None = None) -> None:
        """Change what the bot's own role allows, and with `everyone` what everybody may do; channels may say else."""
        self.bot_granted = permission_names(granted)
        if everyone is not None:
            self.everyone_granted = permission_names(everyone)
        for channel in self.channels:
            self._tell(Change("channel_changed", channel))

    def permitted(self, user: User, channel: Channel) -> frozenset[str]:
        """What a member may do in a channel of the guild; a thread takes that from its parent."""
        parent = self._channels.get(channel.parent_id or 0, channel)
        permissions = self.guild_permissions(user)
        if not parent.hidden or "administrator" in permissions or self.roles_of(user) & parent.seen_by:
            return permissions
        return permissions - {"view_channel"}

    def set_hidden(self, channel_id: int, *, hidden: bool, seen_by: Iterable[int] = ()) -> None:
        """Hide a channel from everybody but the bot and the members with a role in `seen_by`, or show it again."""
        self.change_channel(replace(self.channel(channel_id), hidden=hidden, seen_by=frozenset(seen_by)))

    def set_denied(self, channel_id: int, denied: Iterable[str]) -> None:
        """Change what the bot may not do in a channel."""
        self.change_channel(replace(self.channel(channel_id), denied=permission_names(denied)))

    def set_granted(self, channel_id: int, granted: Iterable[str]) -> None:
        """Change what the bot may do in a channel beyond the usual."""
        self.change_channel(replace(self.channel(channel_id), granted=permission_names(granted)))

    def change_channel(self, channel: Channel) -> None:
        """Put `channel` in the place of the one with its id."""
        self._channels[channel.id] = channel
        self._tell(Change("channel_changed", channel))

    def add_channel(self, channel: StandInChannel) -> None:
        """Open a channel."""
        opened = self._channels[channel.id] = _opened(channel, self.clock())
        self._messages[channel.id] = {}
        self._tell(Change("channel_created", opened))

    def remove_channel(self, channel_id: int) -> Channel:
        """Delete a channel with everything in it."""
        channel = self.channel(channel_id)
        for thread in [other for other in self._channels.values() if other.parent_id == channel_id]:
            self.remove_channel(thread.id)
        del self._channels[channel_id], self._messages[channel_id]
        self._tell(Change("channel_removed", channel))
        return channel

    def add_thread(self, thread: Channel) -> Channel:
        """Open a thread."""
        self._channels[thread.id] = thread
        self._messages[thread.id] = {}
        self._tell(Change("channel_created", thread))
        return thread

    def change_thread(self, thread: Channel) -> None:
        """Put `thread` in the place of the one with its id, and note when it was archived or reopened."""
        if thread.archived != self.channel(thread.id).archived:
            thread = replace(thread, archive_changed_at=self.clock())
        self.change_channel(thread)

    def threads(self, parent_id: int | None = None) -> list[Channel]:
        """Threads of the guild, or of one channel, archived ones included, newest first."""
        threads = [channel for channel in self._channels.values() if channel.kind == "thread"]
        wanted = [thread for thread in threads if parent_id in {None, thread.parent_id}]
        return sorted(wanted, key=lambda thread: thread.id, reverse=True)

    # Messages

    def messages(self, channel_id: int) -> list[Message]:
        """What stands in a channel, oldest first; without what only one person sees."""
        self.channel(channel_id)
        return list(self._messages[channel_id].values())

    def message(self, channel_id: int, message_id: int) -> Message:
        """A message that stands in a channel, else `ApiError` 404/10003 or 10008."""
        self.channel(channel_id)
        if message_id not in self._messages[channel_id]:
            raise unknown("Message")
        return self._messages[channel_id][message_id]

    def find_message(self, message_id: int) -> Message | None:
        """The message with that id as it is now, wherever it stands and whoever sees it; None if there is none."""
        shelves = (self._ephemeral, *self._messages.values())
        return next((shelf[message_id] for shelf in shelves if message_id in shelf), None)

    def _shelf(self, message: Message) -> dict[int, Message]:
        return self._ephemeral if message.ephemeral else self._messages[message.channel_id]

    def add_message(self, message: Message) -> Message:
        """Let `message` stand, in its channel or for one person."""
        self._shelf(message)[message.id] = message
        self._tell(Change("message_created", self.channel(message.channel_id), message))
        return message

    def change_message(self, message: Message) -> Message:
        """Put `message` in the place of the one with its id."""
        self._shelf(message)[message.id] = message
        self._tell(Change("message_edited", self.channel(message.channel_id), message))
        return message

    def publish(self, message: Message) -> Message:
        """Mark `message` as published to followers."""
        return self.change_message(replace(message, flags=message.flags | CROSSPOSTED))

    def remove_message(self, message: Message) -> None:
        """Delete `message`."""
        if self._shelf(message).pop(message.id, None) is None:
            raise unknown("Message")
        self._tell(Change("message_deleted", self.channel(message.channel_id), message))


def _opened(channel: StandInChannel, at: float) -> Channel:
    return Channel(
        channel.id,
        channel.name,
        channel.kind,
        permission_names(channel.denied),
        at,
        granted=permission_names(channel.granted),
        available_tags=checked_tags(channel.available_tags),
        require_tag=channel.require_tag,
        hidden=channel.hidden,
        seen_by=frozenset(channel.seen_by),
    )
