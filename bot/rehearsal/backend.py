"""All that the stand-in can do and show, without the serving of it; the Python API and the control API share it."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Unpack

from bot.rehearsal.asking import Asking, Who
from bot.rehearsal.faults import Faults
from bot.rehearsal.forums import checked_tags
from bot.rehearsal.gateway import Gateway
from bot.rehearsal.interaction_data import OptionValue
from bot.rehearsal.interactions import Choice, InteractionAnswer, Interactions
from bot.rehearsal.nonces import NonceMemory
from bot.rehearsal.rate_limits import RateLimits
from bot.rehearsal.records import Change, Channel, Message, StandInChannel, StandInRole, StandInTag
from bot.rehearsal.rest import RequestLog, RequestRecord
from bot.rehearsal.world import World

__all__ = ["REHEARSAL_TOKEN", "Backend"]

REHEARSAL_TOKEN = "rehearsal.token.of-no-worth-anywhere-else"  # noqa: S105  opens nothing but a stand-in
"""The token that every stand-in takes."""


class Backend:
    """What happens at the stand-in, and what can be made to happen.

    Attributes:
        port: where it is served on 127.0.0.1.
        world: what is true: channels, messages, commands.
        faults: misbehaviour of REST on request.
        gateway: the gateway, and its misbehaviour on request.
        rates: rate limits; `rates.enabled` may be switched at any time.
        nonces: what ``enforce_nonce`` looks at.
        interactions: the member's questions and the bot's answers.
        log: the requests to REST.
    """

    def __init__(
        self,
        channels: Sequence[StandInChannel],
        *,
        port: int = 0,
        nonce_window_seconds: float = 180.0,
        rate_limits: bool = True,
        roles: Sequence[StandInRole] = (),
        tokens: Collection[str] = (REHEARSAL_TOKEN,),
        user_installs: bool = True,
        heartbeat_seconds: float = 41.25,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`port` 0 takes a free one. `clock` gives seconds since 1970, and dates messages and answers; `monotonic`
        measures windows and waits. `user_installs`: whether people may take the bot along to where it is no member."""
        self.port = port
        self.world = World(channels, roles, clock)
        self.world.user_installs = user_installs
        self.tokens = tokens
        self.faults = Faults()
        self.gateway = Gateway(self.world, tokens, heartbeat_seconds=heartbeat_seconds)
        self.rates = RateLimits(enabled=rate_limits, clock=clock, monotonic=monotonic)
        self.nonces = NonceMemory(nonce_window_seconds, monotonic)
        self.interactions = Interactions(self.world, self.gateway.dispatch, monotonic)
        self.log = RequestLog(clock)

    # What can be seen

    @property
    def requests(self) -> list[RequestRecord]:
        """The requests to REST so far, oldest first."""
        return list(self.log.records)

    @property
    def invalid_requests(self) -> list[RequestRecord]:
        """Those that the stand-in itself (not an arranged fault) answered with 400 or more."""
        return [record for record in self.log.records if record.invalid]

    def messages(self, channel_id: int) -> list[Message]:
        """What stands in a channel, oldest first; `ApiError` if there is no such channel."""
        return self.world.messages(channel_id)

    def threads(self, channel_id: int) -> list[Channel]:
        """The threads of a channel, archived ones included, oldest first; `ApiError` if there is no such channel.

        Those of a forum are its posts: the first message of each has the thread's id.
        """
        self.world.channel(channel_id)
        return self.world.threads(channel_id)[::-1]

    async def wait_until(self, condition: Callable[[], bool], timeout_seconds: float = 10.0) -> None:
        """Wait until `condition` holds, looking after every change of the world; `TimeoutError` if it never does."""
        changed = asyncio.Event()

        def note(_change: Change) -> None:
            changed.set()

        stop = self.world.listen(note)
        try:
            async with asyncio.timeout(timeout_seconds):
                while not condition():
                    await changed.wait()
                    changed.clear()
        finally:
            stop()

    async def wait_for_messages(self, channel_id: int, count: int, timeout_seconds: float = 10.0) -> list[Message]:
        """Wait until at least `count` messages stand in a channel, and give them; `TimeoutError` if they never do."""
        await self.wait_until(lambda: len(self.messages(channel_id)) >= count, timeout_seconds)
        return self.messages(channel_id)

    # What a moderator does

    def delete_message(self, channel_id: int, message_id: int) -> None:
        """Delete a message, as a moderator does."""
        self.world.remove_message(self.world.message(channel_id, message_id))

    def set_denied(self, channel_id: int, denied: Iterable[str]) -> None:
        """Change what the bot may not do in a channel, by the names of permissions."""
        self.world.set_denied(channel_id, denied)

    def set_granted(self, channel_id: int, granted: Iterable[str]) -> None:
        """Change what the bot may do in a channel beyond the usual, by the names of permissions."""
        self.world.set_granted(channel_id, granted)

    def set_tags(self, channel_id: int, tags: Sequence[StandInTag], *, require_tag: bool = False) -> None:
        """Give a forum other tags; its threads keep the ids of those that are gone. ValueError: it cannot have them."""
        forum = self.world.channel(channel_id)
        self.world.change_channel(replace(forum, available_tags=checked_tags(tags), require_tag=require_tag))

    def set_thread(self, thread_id: int, *, archived: bool, locked: bool = False) -> None:
        """Archive or reopen a thread, and lock or unlock it."""
        self.world.change_thread(replace(self.world.channel(thread_id), archived=archived, locked=locked))

    def remove_channel(self, channel_id: int) -> None:
        """Delete a channel or a thread."""
        self.world.remove_channel(channel_id)

    def forget_nonces(self) -> None:
        """Let the window of ``enforce_nonce`` pass."""
        self.nonces.forget()

    # What a member does

    async def slash(
        self, name: str, options: Mapping[str, OptionValue] | None = None, **how: Unpack[Asking]
    ) -> InteractionAnswer:
        """Run a slash command such as ``linkbot pause``, in the first channel where that can be done if none is said.

        Raises:
            ValueError: Discord's client would not send this.
            NoAnswerError: the bot did not answer in time.
        """
        return await self.interactions.slash(name, options, **how)

    async def autocomplete(
        self,
        name: str,
        option: str,
        typed: str,
        options: Mapping[str, OptionValue] | None = None,
        **how: Unpack[Asking],
    ) -> list[Choice]:
        """Type into an option of a slash command; raises as `slash` does."""
        return await self.interactions.autocomplete(name, option, typed, options, **how)

    async def message_command(self, name: str, message_id: int, **how: Unpack[Asking]) -> InteractionAnswer:
        """Use a command from the menu of a message; raises as `slash` does."""
        return await self.interactions.message_command(name, message_id, **how)

    async def click(self, message_id: int, custom_id: str, **who: Unpack[Who]) -> InteractionAnswer:
        """Press a button; raises as `slash` does."""
        return await self.interactions.click(message_id, custom_id, **who)

    async def choose(
        self, message_id: int, custom_id: str, values: Sequence[str], **who: Unpack[Who]
    ) -> InteractionAnswer:
        """Choose in a string select; raises as `slash` does."""
        return await self.interactions.choose(message_id, custom_id, values, **who)

    async def forge(
        self, message_id: int, custom_id: str, values: Sequence[str] | None = None, **who: Unpack[Who]
    ) -> InteractionAnswer:
        """Press a button, or with `values` choose in a select, that the message does not have: for tests alone."""
        return await self.interactions.forge(message_id, custom_id, values, **who)

    def direct_messages(self, name: str) -> list[Message]:
        """What stands in the direct messages of the bot with the member of that name, oldest first."""
        channels = [channel for channel in self.world.direct_channels if channel.name == name]
        return self.world.messages(channels[0].id) if channels else []
