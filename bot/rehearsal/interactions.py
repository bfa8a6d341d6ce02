"""Interactions from the member's side: commands, autocomplete, buttons and selects, and what the bot answers.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Unpack

from bot.rehearsal import limits
from bot.rehearsal.asking import Asker, Asking, Who, asker_of, reader_of
from bot.rehearsal.components import BUTTON, STRING_SELECT, find_component, read_selection
from bot.rehearsal.interaction_data import OptionValue, autocomplete_data, message_data, slash_data
from bot.rehearsal.interaction_payloads import interaction_json
from bot.rehearsal.interaction_replies import AUTOCOMPLETE, COMMAND, COMPONENT, DEFERRED_MESSAGE, Interaction, Replies
from bot.rehearsal.offers import find_message_command, find_slash_command, owners_of
from bot.rehearsal.records import Message
from bot.rehearsal.wire import JsonObject
from bot.rehearsal.world import World

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
        type: of the callback: 4 a message, 5 "thinking" and then a message, 6 and 7 for buttons and selects.
        seconds: from the dispatch of the event to the callback's arrival.
        message: what is shown; None where the message did not come, or was deleted before.
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
    """Asks the bot over the gateway. Who asks, and where, is described by `Asking`.

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
        self, name: str, options: Mapping[str, OptionValue] | None = None, **how: Unpack[Asking]
    ) -> InteractionAnswer:
        """Run a slash command; the names of group and subcommand stand behind its own, with spaces between.

        Raises:
            ValueError: Discord's client would not send this: no such command, option, channel or language, a command
                that is not offered to this person or there, or a wrong value.
            ApiError: 404/10003, there is no such channel.
            NoAnswerError: no callback within 3 s, or a deferred answer that never came.
        """
        asker = asker_of(self._world, how)
        chosen = find_slash_command(self._world, asker, name)
        data = slash_data(self._world, asker, chosen, options or {})
        metadata = {"name": chosen.name, "command_type": chosen.command["type"]}
        return await self._answer_of(
            self._ask(asker, COMMAND, data, owners_of(self._world, asker, chosen.command), metadata)
        )

    async def autocomplete(
        self,
        name: str,
        option: str,
        typed: str,
        options: Mapping[str, OptionValue] | None = None,
        **how: Unpack[Asking],
    ) -> list[Choice]:
        """Type `typed` into an option of a command, the others being filled with `options`; raises as `slash` does."""
        asker = asker_of(self._world, how)
        chosen = find_slash_command(self._world, asker, name)
        data = autocomplete_data(chosen, options or {}, option, typed)
        kind = next(each["type"] for each in chosen.options if each["name"] == option)
        owners = owners_of(self._world, asker, chosen.command)
        answer = await self._callback_of(self._ask(asker, AUTOCOMPLETE, data, owners, {}, option_type=kind))
        return [Choice(choice["name"], choice["value"]) for choice in answer["data"]["choices"]]

    async def message_command(self, name: str, message_id: int, **how: Unpack[Asking]) -> InteractionAnswer:
        """Use a command from the menu of a message, where that stands; raises as `slash` does."""
        message = self._find_message(message_id)
        if message.ephemeral:
            raise ValueError(f"message {message_id} is ephemeral: it has no menu of commands")
        asker = asker_of(self._world, {**how, "channel_id": how.get("channel_id") or message.channel_id})
        if asker.channel.id != message.channel_id:
            raise ValueError(f"message {message_id} is not in the channel {asker.channel.name}")
        chosen = find_message_command(self._world, asker, name)
        data = message_data(self._world, chosen, message)
        metadata = {"name": name, "command_type": chosen.command["type"], "target_message_id": str(message_id)}
        return await self._answer_of(
            self._ask(asker, COMMAND, data, owners_of(self._world, asker, chosen.command), metadata)
        )

    async def click(self, message_id: int, custom_id: str, **who: Unpack[Who]) -> InteractionAnswer:
        """Press a button.

        Raises:
            ValueError: no such message, this person does not see it, or it has no such button that can be pressed.
            NoAnswerError: as for `slash`.
        """
        button = find_component(self._find_message(message_id).components, custom_id, BUTTON)
        return await self._use(message_id, {"custom_id": custom_id, "component_type": BUTTON, "id": button["id"]}, who)

    async def choose(
        self, message_id: int, custom_id: str, values: Sequence[str], **who: Unpack[Who]
    ) -> InteractionAnswer:
        """Choose `values` in a string select; raises as `click` does, also where the values are not to be chosen."""
        select = find_component(self._find_message(message_id).components, custom_id, STRING_SELECT)
        read_selection(select, values)
        data = {"custom_id": custom_id, "component_type": STRING_SELECT, "id": select["id"], "values": list(values)}
        return await self._use(message_id, data, who)

    async def forge(
        self, message_id: int, custom_id: str, values: Sequence[str] | None = None, **who: Unpack[Who]
    ) -> InteractionAnswer:
        """What no client of Discord's does: press a button (with `values`, choose in a select) that is not there."""
        data: JsonObject = {"custom_id": custom_id, "component_type": BUTTON, "id": 1}
        if values is not None:
            data |= {"component_type": STRING_SELECT, "values": list(values)}
        return await self._use(message_id, data, who)

    async def _use(self, message_id: int, data: JsonObject, who: Who) -> InteractionAnswer:
        message = self._find_message(message_id)
        asker = reader_of(self._world, message, who)
        owners = {"0": str(self._world.guild_id)} if asker.place == "guild" else {"0": "0"}
        if message.interaction is not None:
            owners = message.interaction["authorizing_integration_owners"]
        metadata = {"interacted_message_id": str(message_id)}
        return await self._answer_of(self._ask(asker, COMPONENT, data, owners, metadata, source=message))

    def _find_message(self, message_id: int) -> Message:
        message = self._world.find_message(message_id)
        if message is None:
            raise ValueError(f"there is no message {message_id}")
        return message

    # What becomes of it

    def _ask(
        self,
        asker: Asker,
        kind: int,
        data: JsonObject,
        owners: JsonObject,
        metadata: JsonObject,
        *,
        source: Message | None = None,
        option_type: int | None = None,
    ) -> Interaction:
        interaction = Interaction(
            self._world.snowflakes.next(),
            secrets.token_urlsafe(48),
            kind,
            asker.user,
            asker.channel.id,
            owners,
            metadata,
            asyncio.get_running_loop().create_future(),
            source=source,
            option_type=option_type,
        )
        payload = interaction_json(self._world, asker, interaction, data)
        self.replies.expect(interaction)
        if self._world.application.interactions_endpoint_url is None:  # else it goes there, and not over the gateway
            self._dispatch("INTERACTION_CREATE", payload)
        return interaction

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
