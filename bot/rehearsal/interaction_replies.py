"""What the bot answers to interactions: the callback, and the webhook that every interaction opens for 15 minutes.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.rehearsal import limits, message_form
from bot.rehearsal.command_form import CHAT_INPUT, read_choices
from bot.rehearsal.components import IS_COMPONENTS_V2
from bot.rehearsal.forms import Form
from bot.rehearsal.mentions import USERS_ONLY
from bot.rehearsal.payloads import message_json, user_json
from bot.rehearsal.records import EPHEMERAL, Message, User
from bot.rehearsal.wire import ApiError, JsonObject, unknown
from bot.rehearsal.world import World

__all__ = ["AUTOCOMPLETE", "COMMAND", "COMPONENT", "DEFERRED_MESSAGE", "Interaction", "Replies"]

COMMAND, COMPONENT, AUTOCOMPLETE = 2, 3, 4
_MESSAGE, DEFERRED_MESSAGE, _DEFERRED_UPDATE, _UPDATE, _CHOICES = 4, 5, 6, 7, 8
_ALLOWED_ANSWERS = {
    COMMAND: frozenset({_MESSAGE, DEFERRED_MESSAGE}),
    COMPONENT: frozenset({_MESSAGE, DEFERRED_MESSAGE, _DEFERRED_UPDATE, _UPDATE}),
    AUTOCOMPLETE: frozenset({_CHOICES}),
}


@dataclass(slots=True, eq=False)
class Interaction:
    """One question to the bot.

    Attributes:
        kind: 2 a command, 3 a button, 4 autocomplete.
        name: of the command; empty for a button.
        began: by the monotonic clock, in seconds.
        callback: what the bot's callback said, with ``type`` and ``data``; cancelled when it came too late.
        answered: set when "thinking" has ended.
        source: the message with the button.
        original: the first answer.
        seconds: from the question to the callback.
        thinking: whether the bot has deferred its answer, and not given it yet.
        private: whether that answer will be ephemeral.
    """

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
    thinking: bool = False
    private: bool = False
    followups: list[Message] = field(default_factory=list)


class Replies:
    """Takes the bot's answers, checks them, and lets them stand."""

    def __init__(self, world: World, monotonic: Callable[[], float]) -> None:
        self._world = world
        self._monotonic = monotonic
        self._by_token: dict[str, Interaction] = {}

    def expect(self, interaction: Interaction) -> None:
        """Take answers to `interaction` from now on; those of the last 15 minutes stay known."""
        oldest = interaction.began - limits.INTERACTION_TOKEN_SECONDS
        live = {token: other for token, other in self._by_token.items() if other.began > oldest}
        self._by_token = {**live, interaction.token: interaction}

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

    def _shown(self, interaction: Interaction) -> JsonObject:
        shown: JsonObject = {"id": str(interaction.id), "type": interaction.kind}
        if interaction.original is not None:
            shown["response_message_id"] = str(interaction.original.id)
            shown["response_message_ephemeral"] = interaction.original.ephemeral
        shown["response_message_loading"] = interaction.thinking
        return shown

    def _take(self, interaction: Interaction, kind: int, data: JsonObject) -> JsonObject:
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
        elif kind == DEFERRED_MESSAGE:
            interaction.thinking = True
            interaction.private = bool(int(data.get("flags") or 0) & EPHEMERAL)
            return {}
        else:
            interaction.original = interaction.source
            if kind == _UPDATE:
                self._change_original(interaction, data)
        return {} if interaction.original is None else {"message": message_json(self._world, interaction.original)}

    def _post(self, interaction: Interaction, body: JsonObject, *, flags: int = 0) -> Message:
        at = self._world.clock()
        blank = message_form.blank(self._world.snowflakes.next(), interaction.channel_id, self._world.bot, at)
        made = message_form.create(message_form.read_message(body), blank, USERS_ONLY)
        told = {
            "id": str(interaction.id),
            "type": interaction.kind,
            "user": user_json(interaction.user),
            "authorizing_integration_owners": {"0": str(self._world.guild_id)},
            **({"name": interaction.name, "command_type": CHAT_INPUT} if interaction.kind == COMMAND else {}),
        }
        return self._world.add_message(replace(made, nonce=None, flags=made.flags | flags, interaction=told))

    def _live(self, token: str) -> Interaction:
        interaction = self._by_token.get(token)
        if interaction is None or not interaction.callback.done():
            raise unknown("Webhook")
        if self._monotonic() - interaction.began > limits.INTERACTION_TOKEN_SECONDS:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction

    def follow_up(self, token: str, body: JsonObject) -> Message:
        """Another message; the first one after "thinking" takes its place."""
        interaction = self._live(token)
        if interaction.thinking:
            return self._fulfil(interaction, body)
        message = self._post(interaction, body)
        interaction.followups.append(message)
        return message

    def _fulfil(self, interaction: Interaction, body: JsonObject) -> Message:
        interaction.original = self._post(interaction, body, flags=EPHEMERAL if interaction.private else 0)
        interaction.thinking = False
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
        interaction = self._live(token)
        return self._fulfil(interaction, body) if interaction.thinking else self._change_original(interaction, body)

    def _change_original(self, interaction: Interaction, body: JsonObject) -> Message:
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
