"""Interactions from the member's side: slash commands, autocomplete and buttons, and what the bot answers.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bot.rehearsal import limits, message_form
from bot.rehearsal.command_form import CHAT_INPUT, read_choices
from bot.rehearsal.components import IS_COMPONENTS_V2, custom_ids
from bot.rehearsal.forms import Form
from bot.rehearsal.interaction_data import OptionValue, option_data, slash_command
from bot.rehearsal.mentions import USERS_ONLY
from bot.rehearsal.payloads import channel_json, member_json, message_json, user_json
from bot.rehearsal.permissions import DEFAULT_GRANTED, bits
from bot.rehearsal.records import EPHEMERAL, Message, User
from bot.rehearsal.wire import ApiError, JsonObject, unknown
from bot.rehearsal.world import APPLICATION_ID, World

__all__ = ["Choice", "InteractionAnswer", "Interactions", "NoAnswerError"]

_COMMAND, _COMPONENT, _AUTOCOMPLETE = 2, 3, 4
_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE, _UPDATE, _CHOICES = 4, 5, 6, 7, 8
_ALLOWED_ANSWERS = {
    _COMMAND: frozenset({_MESSAGE, _DEFERRED_MESSAGE}),
    _COMPONENT: frozenset({_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE, _UPDATE}),
    _AUTOCOMPLETE: frozenset({_CHOICES}),
}
_LOADING = 1 << 7

InteractionKind = Literal["slash", "autocomplete", "click"]


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


@dataclass(slots=True, eq=False)
class _Interaction:
    id: int
    token: str
    kind: int
    user: User
    channel_id: int
    name: str
    began: float
    callback: "asyncio.Future[JsonObject]"
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    source: Message | None = None
    original: Message | None = None
    seconds: float = 0.0
    flags: int = 0
    followups: list[Message] = field(default_factory=list)


class Interactions:
    """Asks the bot over the gateway and takes its answers from REST."""

    def __init__(
        self, world: World, dispatch: Callable[[str, JsonObject], None], monotonic: Callable[[], float]
    ) -> None:
        self._world = world
        self._dispatch = dispatch
        self._monotonic = monotonic
        self._by_token: dict[str, _Interaction] = {}

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
        interaction = self._ask(_COMMAND, data, user, channel_id, name=name)
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
        interaction = self._ask(_AUTOCOMPLETE, data, user, channel_id, name=name)
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
        return await self._answer_of(self._ask(_COMPONENT, data, user, message.channel_id, name="", source=message))

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
    ) -> _Interaction:
        callback = asyncio.get_running_loop().create_future()
        person = self._world.person(user)
        now = self._monotonic()
        interaction = _Interaction(
            self._world.snowflakes.next(), secrets.token_urlsafe(48), kind, person, channel_id, name, now, callback
        )
        interaction.source = source
        payload = self._payload(interaction, data)
        fresh = {token: it for token, it in self._by_token.items() if now - it.began < limits.INTERACTION_TOKEN_SECONDS}
        self._by_token = {**fresh, interaction.token: interaction}
        self._dispatch("INTERACTION_CREATE", payload)
        return interaction

    def _payload(self, interaction: _Interaction, data: JsonObject) -> JsonObject:
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

    async def _callback_of(self, interaction: _Interaction) -> JsonObject:
        try:
            return await asyncio.wait_for(interaction.callback, limits.INTERACTION_ANSWER_SECONDS)
        except TimeoutError:
            raise NoAnswerError("the bot did not answer within 3 seconds") from None

    async def _answer_of(self, interaction: _Interaction) -> InteractionAnswer:
        kind = (await self._callback_of(interaction))["type"]
        if kind == _DEFERRED_MESSAGE:
            try:
                await asyncio.wait_for(interaction.answered.wait(), limits.INTERACTION_TOKEN_SECONDS)
            except TimeoutError:
                raise NoAnswerError("the bot asked for time to think and never came back") from None
        return InteractionAnswer(kind, interaction.seconds, interaction.original, interaction.followups)

    # What the bot does

    def respond(self, interaction_id: int, token: str, body: JsonObject) -> JsonObject:
        """Take the callback of an interaction; what comes back is Discord's answer to ``with_response``.

        Raises:
            ApiError: 404/10062 unknown or later than 3 s, 400/40060 answered before, 400/50035 not valid.
        """
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise unknown("interaction")
        if interaction.callback.done() and not interaction.callback.cancelled():
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        seconds = self._monotonic() - interaction.began
        if interaction.callback.cancelled() or seconds > limits.INTERACTION_ANSWER_SECONDS:
            raise unknown("interaction")
        form = Form()
        kind = form.choice(body.get("type"), "type", _ALLOWED_ANSWERS[interaction.kind])
        data = {} if body.get("data") is None else form.mapping(body["data"], "data")
        form.finish()
        resource = self._take(interaction, kind, data)
        interaction.seconds = seconds
        interaction.callback.set_result({"type": kind, "data": data})
        return {"interaction": self._shown(interaction), "resource": {"type": kind, **resource}}

    def _shown(self, interaction: _Interaction) -> JsonObject:
        shown: JsonObject = {"id": str(interaction.id), "type": interaction.kind}
        if interaction.original is not None:
            shown["response_message_id"] = str(interaction.original.id)
            shown["response_message_ephemeral"] = interaction.original.ephemeral
        shown["response_message_loading"] = bool(interaction.flags & _LOADING)
        return shown

    def _take(self, interaction: _Interaction, kind: int, data: JsonObject) -> JsonObject:
        """Do what a callback says; raises before anything is changed."""
        if kind == _CHOICES:
            form = Form()
            if "choices" not in data:
                form.required("data.choices")
            read_choices(data.get("choices"), "data.choices", form)
            form.finish()
            return {}
        if kind == _MESSAGE:
            interaction.original = self._post(interaction, data)
        elif kind == _DEFERRED_MESSAGE:
            interaction.flags = (int(data.get("flags") or 0) & EPHEMERAL) | _LOADING
            return {}
        else:
            interaction.original = interaction.source
            if kind == _UPDATE:
                self.edit_original(interaction.token, data)
        return {} if interaction.original is None else {"message": message_json(self._world, interaction.original)}

    def _post(self, interaction: _Interaction, body: JsonObject, *, flags: int = 0) -> Message:
        at = self._world.clock()
        blank = message_form.blank(self._world.snowflakes.next(), interaction.channel_id, self._world.bot, at)
        made = message_form.create(message_form.read_message(body), blank, USERS_ONLY)
        told = {
            "id": str(interaction.id),
            "type": interaction.kind,
            "user": user_json(interaction.user),
            "authorizing_integration_owners": {"0": str(self._world.guild_id)},
            **({"name": interaction.name, "command_type": CHAT_INPUT} if interaction.kind == _COMMAND else {}),
        }
        return self._world.add_message(replace(made, nonce=None, flags=made.flags | flags, interaction=told))

    def _live(self, token: str) -> _Interaction:
        interaction = self._by_token.get(token)
        if interaction is None or not interaction.callback.done():
            raise unknown("Webhook")
        if self._monotonic() - interaction.began > limits.INTERACTION_TOKEN_SECONDS:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction

    def follow_up(self, token: str, body: JsonObject) -> Message:
        """Another message; the first one after "thinking" takes its place."""
        interaction = self._live(token)
        if interaction.flags & _LOADING:
            return self._fulfil(interaction, body)
        message = self._post(interaction, body)
        interaction.followups.append(message)
        return message

    def _fulfil(self, interaction: _Interaction, body: JsonObject) -> Message:
        interaction.original = self._post(interaction, body, flags=interaction.flags & EPHEMERAL)
        interaction.flags &= ~_LOADING
        interaction.answered.set()
        return interaction.original

    def original(self, token: str) -> Message:
        """The first answer, else `ApiError` 404/10008."""
        original = self._live(token).original
        if original is None:
            raise unknown("Message")
        return original

    def edit_original(self, token: str, body: JsonObject) -> Message:
        """Change the first answer, or give it after "thinking"."""
        interaction = self._by_token[token] if token in self._by_token else self._live(token)
        if interaction.flags & _LOADING:
            return self._fulfil(interaction, body)
        if interaction.original is None:
            raise unknown("Message")
        interaction.original = self._edited(interaction.original, body)
        return interaction.original

    def _edited(self, message: Message, body: JsonObject) -> Message:
        draft = message_form.read_message(body, has_flags=message.flags & IS_COMPONENTS_V2)
        return self._world.change_message(message_form.edit(draft, message, self._world.clock()))

    def followup(self, token: str, message_id: int) -> Message:
        """One of the further messages, else `ApiError` 404/10008."""
        for message in self._live(token).followups:
            if message.id == message_id:
                return message
        raise unknown("Message")

    def edit_followup(self, token: str, message_id: int, body: JsonObject) -> Message:
        """Change one of the further messages."""
        edited = self._edited(self.followup(token, message_id), body)
        followups = self._live(token).followups
        followups[:] = [edited if message.id == message_id else message for message in followups]
        return edited

    def delete(self, token: str, message_id: int | None) -> None:
        """Delete one of the further messages, or (None) the first answer."""
        interaction = self._live(token)
        if message_id is None:
            self._world.remove_message(self.original(token))
            interaction.original = None
        else:
            self._world.remove_message(self.followup(token, message_id))
            interaction.followups[:] = [message for message in interaction.followups if message.id != message_id]


def _named(command: JsonObject) -> JsonObject:
    named: dict[str, Any] = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return {**named, "guild_id": command["guild_id"]} if "guild_id" in command else named
