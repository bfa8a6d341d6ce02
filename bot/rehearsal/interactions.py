"""Interactions from the member's side: slash commands, autocomplete and buttons, and what the bot answers.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.rehearsal import limits
from bot.rehearsal.components import custom_ids
from bot.rehearsal.interaction_data import OptionValue, option_data, slash_command
from bot.rehearsal.interaction_replies import AUTOCOMPLETE, COMMAND, COMPONENT, DEFERRED_MESSAGE, Interaction, Replies
from bot.rehearsal.payloads import channel_json, member_json, message_json
from bot.rehearsal.permissions import DEFAULT_GRANTED, bits
from bot.rehearsal.records import Message
from bot.rehearsal.wire import JsonObject
from bot.rehearsal.world import APPLICATION_ID, World

__all__ = ["Choice", "InteractionAnswer", "Interactions", "NoAnswerError"]


class NoAnswerError(Exception):
    """The bot did not answer in time, or could not even be asked: members see "The application did not respond"."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One suggestion of an autocomplete."""

    name: str
    value: str | int | float


@dataclass(slots=True)
class InteractionAnswer:
    """What a member gets.

    Attributes:
        type: of the callback: 4 a message, 5 "thinking" and then a message, 6 and 7 for buttons.
        seconds: from asking to the callback's arrival.
        message: what is shown; None where the callback has none (6) or the message did not come.
        followups: further messages, in their order; grows while the interaction lives.
    """

    type: int
    seconds: float
    message: Message | None
    followups: list[Message] = field(default_factory=list)

    @property
    def ephemeral(self) -> bool:
        """Whether only the member who asked sees it."""
        return self.message is not None and self.message.ephemeral


class Interactions:
    """Asks the bot over the gateway.

    Attributes:
        replies: what takes the bot's answers.
    """

    def __init__(
        self, world: World, dispatch: Callable[[str, JsonObject], None], monotonic: Callable[[], float]
    ) -> None:
        self._world = world
        self._dispatch = dispatch
        self._monotonic = monotonic
        self.replies = Replies(world, monotonic)

    # What a member does

    async def slash(
        self, name: str, options: Mapping[str, OptionValue] | None = None, *, user: str, channel_id: int
    ) -> InteractionAnswer:
        """Run a slash command.

        Raises:
            ValueError: Discord's client would not send this: no such command, option or channel, or a wrong value.
            NoAnswerError: no callback within 3 s, or a deferred answer that never came.
        """
        command = slash_command(self._world, name)
        data = {**_named(command), "options": option_data(command, options or {})}
        interaction = self._ask(COMMAND, data, user, channel_id, name=name)
        return await self._answer_of(interaction)

    async def autocomplete(
        self, name: str, option: str, typed: str, options: Mapping[str, OptionValue], *, user: str, channel_id: int
    ) -> list[Choice]:
        """Type `typed` into an option of a command, the others being filled with `options`.

        Raises:
            ValueError: no such command, option or channel, or the option has no autocomplete.
            NoAnswerError: no callback within 3 s.
        """
        command = slash_command(self._world, name)
        data = {**_named(command), "options": option_data(command, options, focused=(option, typed))}
        interaction = self._ask(AUTOCOMPLETE, data, user, channel_id, name=name)
        answer = await self._callback_of(interaction)
        return [Choice(choice["name"], choice["value"]) for choice in answer["data"]["choices"]]

    async def click(self, message_id: int, custom_id: str, *, user: str) -> InteractionAnswer:
        """Press a button.

        Raises:
            ValueError: no such message, or it has no such button.
            NoAnswerError: no callback within 3 s.
        """
        message = self._find_message(message_id)
        if custom_id not in custom_ids(message.components):
            raise ValueError(f"message {message_id} has no button with the custom id {custom_id!r}")
        data = {"custom_id": custom_id, "component_type": 2}
        return await self._answer_of(self._ask(COMPONENT, data, user, message.channel_id, name="", source=message))

    def _find_message(self, message_id: int) -> Message:
        private = self._world.ephemeral(message_id)
        if private is not None:
            return private
        for channel in self._world.channels:
            for message in self._world.messages(channel.id):
                if message.id == message_id:
                    return message
        raise ValueError(f"there is no message {message_id}")

    def _ask(
        self, kind: int, data: JsonObject, user: str, channel_id: int, *, name: str, source: Message | None = None
    ) -> Interaction:
        callback = asyncio.get_running_loop().create_future()
        person = self._world.person(user)
        now = self._monotonic()
        interaction = Interaction(
            self._world.snowflakes.next(), secrets.token_urlsafe(48), kind, person, channel_id, name, now, callback
        )
        interaction.source = source
        payload = self._payload(interaction, data)
        self.replies.expect(interaction)
        self._dispatch("INTERACTION_CREATE", payload)
        return interaction

    def _payload(self, interaction: Interaction, data: JsonObject) -> JsonObject:
        channels = {channel.id: channel for channel in self._world.channels}
        if interaction.channel_id not in channels:
            raise ValueError(f"there is no channel {interaction.channel_id}")
        channel = channels[interaction.channel_id]
        member = {**member_json(self._world, interaction.user), "permissions": str(bits(DEFAULT_GRANTED))}
        payload: JsonObject = {
            "id": str(interaction.id),
            "application_id": str(APPLICATION_ID),
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": data,
            "guild_id": str(self._world.guild_id),
            "guild": {"id": str(self._world.guild_id), "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "locale": "en-US",
            "channel_id": str(channel.id),
            "channel": channel_json(self._world, channel),
            "member": member,
            "app_permissions": str(bits(self._world.granted(channel))),
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(self._world.guild_id)},
            "context": 0,
            "attachment_size_limit": 10 * 1024 * 1024,
        }
        if interaction.source is not None:
            payload["message"] = message_json(self._world, interaction.source)
        return payload

    async def _callback_of(self, interaction: Interaction) -> JsonObject:
        try:
            return await asyncio.wait_for(interaction.callback, limits.INTERACTION_ANSWER_SECONDS)
        except TimeoutError:
            raise NoAnswerError("the bot did not answer within 3 seconds") from None

    async def _answer_of(self, interaction: Interaction) -> InteractionAnswer:
        kind = (await self._callback_of(interaction))["type"]
        if kind == DEFERRED_MESSAGE:
            try:
                await asyncio.wait_for(interaction.answered.wait(), limits.INTERACTION_TOKEN_SECONDS)
            except TimeoutError:
                raise NoAnswerError("the bot asked for time to think and never came back") from None
        return InteractionAnswer(kind, interaction.seconds, interaction.original, interaction.followups)


def _named(command: JsonObject) -> JsonObject:
    named: dict[str, Any] = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return {**named, "guild_id": command["guild_id"]} if "guild_id" in command else named
