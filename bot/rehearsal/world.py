"""One guild with channels, roles, members and messages: what is true at the stand-in, and nothing of the wire.

Everything here is synchronous and in memory; whoever wants to know about changes listens.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.rehearsal.forums import checked_tags
from bot.rehearsal.permissions import DEFAULT_GRANTED, permission_names
from bot.rehearsal.records import CROSSPOSTED, Change, Channel, Message, StandInChannel, StandInRole, User
from bot.rehearsal.wire import JsonObject, Snowflakes, unknown

__all__ = ["World"]

APPLICATION_ID = 1_100_000_000_000_000_001
GUILD_ID = 1_100_000_000_000_000_002
BOT_ROLE_ID = 1_100_000_000_000_000_003
OWNER_ID = 1_100_000_000_000_000_004

Listener = Callable[[Change], None]


class World:
    """The state. Every change is told to the listeners after it is done, in the order of the changes.

    Attributes:
        bot: the user whose token is the rehearsal's.
        commands: what is registered; the key None stands for globally, others for a guild's id.
    """

    def __init__(
        self, channels: Sequence[StandInChannel], roles: Sequence[StandInRole], clock: Callable[[], float]
    ) -> None:
        """`clock` gives seconds since 1970."""
        self.clock = clock
        self.snowflakes = Snowflakes(clock)
        self.guild_id = GUILD_ID
        self.guild_name = "Rehearsal"
        self.bot = User(APPLICATION_ID, "Linkbot", bot=True)
        self.roles = tuple(roles)
        self.commands: dict[int | None, list[JsonObject]] = {None: []}
        self._users = {user.id: user for user in (self.bot, User(OWNER_ID, "visitor"))}
        self._channels: dict[int, Channel] = {}
        self._messages: dict[int, dict[int, Message]] = {}
        self._ephemeral: dict[int, Message] = {}
        self._listeners: list[Listener] = []
        for channel in channels:
            self._channels[channel.id] = _opened(channel, clock())
            self._messages[channel.id] = {}

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every change from now on, until the function that comes back is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)

    # People

    @property
    def users(self) -> tuple[User, ...]:
        """Every member of the guild."""
        return tuple(self._users.values())

    def user(self, user_id: int) -> User:
        """The member with that id, else `ApiError` 404/10007."""
        if user_id not in self._users:
            raise unknown("Member")
        return self._users[user_id]

    def person(self, name: str) -> User:
        """The member with that name, who joins the guild now if need be."""
        for user in self._users.values():
            if user.name == name and not user.bot:
                return user
        user = User(self.snowflakes.next(), name)
        self._users[user.id] = user
        return user

    # Channels

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Channels and threads, in the order of their creation."""
        return tuple(self._channels.values())

    def channel(self, channel_id: int) -> Channel:
        """The channel or thread with that id, else `ApiError` 404/10003."""
        if channel_id not in self._channels:
            raise unknown("Channel")
        return self._channels[channel_id]

    def granted(self, channel: Channel) -> frozenset[str]:
        """What the bot may do in `channel`; a thread takes that from its parent."""
        parent = self._channels.get(channel.parent_id or 0, channel)
        return (DEFAULT_GRANTED | parent.granted) - parent.denied

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
        self._tell(Change("thread_created", thread))
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

    def ephemeral(self, message_id: int) -> Message | None:
        """An answer that only one person sees, if there is one with that id."""
        return self._ephemeral.get(message_id)

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
    )
