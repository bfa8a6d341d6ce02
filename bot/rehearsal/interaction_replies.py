"""What the bot answers to interactions: the callback, and the webhook that every interaction opens for 15 minutes.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.rehearsal import limits, message_form
from bot.rehearsal.components import IS_COMPONENTS_V2
from bot.rehearsal.forms import Form
from bot.rehearsal.mentions import USERS_ONLY
from bot.rehearsal.option_form import read_choices
from bot.rehearsal.payloads import message_json
from bot.rehearsal.people_payloads import user_json
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
        kind: 2 a command, 3 a button or select, 4 autocomplete.
        owners: who has installed the bot so that this can be asked, by the kind of installation.
        metadata: what messages that answer it tell of it beyond that: the command, or the message with the button.
        callback: what the bot's callback said, with ``type`` and ``data``; cancelled when it came too late.
        answered: set when "thinking" has ended.
        source: the message with the button or select.
        option_type: of autocomplete: the type of the option that is being typed.
        began: when the bot was asked, by the monotonic clock, in seconds.
        original: the first answer as it is now.
        seconds: from `began` to the callback.
        thinking: whether the bot has deferred its answer, and not given it yet.
        private: whether that answer will be ephemeral.
        sent: how many followups there were, deleted ones included.
    """

    id: int
    token: str
    kind: int
    user: User
    channel_id: int
    owners: JsonObject
    metadata: JsonObject
    callback: "asyncio.Future[JsonObject]"
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    source: Message | None = None
    option_type: int | None = None
    began: float = 0.0
    original: Message | None = None
    seconds: float = 0.0
    thinking: bool = False
    private: bool = False
    sent: int = 0
    followups: list[Message] = field(default_factory=list)


class Replies:
    """Takes the bot's answers, checks them, and lets them stand."""

    def __init__(self, world: World, monotonic: Callable[[], float]) -> None:
        self._world = world
        self._monotonic = monotonic
        self._by_token: dict[str, Interaction] = {}

    def expect(self, interaction: Interaction) -> None:
        """Take answers to `interaction` from now on, which is when it begins; old ones are forgotten."""
        interaction.began = self._monotonic()
        oldest = interaction.began - limits.INTERACTION_TOKEN_SECONDS
        while self._by_token and next(iter(self._by_token.values())).began <= oldest:
            del self._by_token[next(iter(self._by_token))]
        self._by_token[interaction.token] = interaction

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
            read_choices(data.get("choices"), "data.choices", form, interaction.option_type)
            form.finish()
            return {}
        if kind == _MESSAGE:
            interaction.original = self._post(interaction, data)
        elif kind == DEFERRED_MESSAGE:
            form = Form()
            flags = form.whole(data.get("flags"), "data.flags", 0, 2**31 - 1) or 0
            form.finish()
            interaction.thinking, interaction.private = True, bool(flags & EPHEMERAL)
            return {}
        else:
            interaction.original = interaction.source
            if kind == _UPDATE:
                self._change_original(interaction, data)
        return {} if interaction.original is None else {"message": message_json(self._world, interaction.original)}

    def _post(self, interaction: Interaction, body: JsonObject, *, private: bool | None = None) -> Message:
        """Let a new message stand; `private` says whether it is ephemeral, whatever the body says of that."""
        at = self._world.clock()
        blank = message_form.blank(self._world.snowflakes.next(), interaction.channel_id, self._world.bot, at)
        made = message_form.create(message_form.read_message(body), blank, USERS_ONLY)
        told = {
            "id": str(interaction.id),
            "type": interaction.kind,
            "user": user_json(interaction.user),
            "authorizing_integration_owners": interaction.owners,
            **interaction.metadata,
        }
        if self._is_muffled(interaction):
            private = True
        if private is not None:
            made = replace(made, flags=(made.flags & ~EPHEMERAL) | (EPHEMERAL if private else 0))
        return self._world.add_message(replace(made, nonce=None, interaction=told))

    def _is_muffled(self, interaction: Interaction) -> bool:
        """Whether the other guild lets only the asker see the answer: who lacks ``USE_EXTERNAL_APPS`` there.

        https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags
        """
        elsewhere = self._world.channel(interaction.channel_id).kind == "elsewhere"
        return elsewhere and "0" not in interaction.owners and not self._world.external_apps

    def _live(self, token: str) -> Interaction:
        interaction = self._by_token.get(token)
        if interaction is None or not interaction.callback.done() or interaction.callback.cancelled():
            raise unknown("Webhook")
        if self._monotonic() - interaction.began > limits.INTERACTION_TOKEN_SECONDS:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction

    def follow_up(self, token: str, body: JsonObject) -> Message:
        """Another message; the first one after "thinking" takes its place."""
        interaction = self._live(token)
        if interaction.thinking:
            return self._fulfil(interaction, body)
        if "0" not in interaction.owners and interaction.sent >= limits.USER_INSTALL_FOLLOWUPS:
            raise ApiError(400, 40094, "This interaction has reached the maximum number of follow-up messages")
        message = self._post(interaction, body)
        interaction.sent += 1
        interaction.followups.append(message)
        return message

    def _fulfil(self, interaction: Interaction, body: JsonObject) -> Message:
        interaction.original = self._post(interaction, body, private=interaction.private)
        interaction.thinking = False
        interaction.answered.set()
        return interaction.original

    def original(self, token: str) -> Message:
        """The first answer (of a button that has changed or kept its message: that), else `ApiError` 404/10008."""
        return self._refresh(self._live(token))

    def _refresh(self, interaction: Interaction) -> Message:
        """The first answer as it is now: another interaction with it may have changed or deleted it."""
        found = None if interaction.original is None else self._world.find_message(interaction.original.id)
        interaction.original = found
        if found is None:
            raise unknown("Message")
        return found

    def edit_original(self, token: str, body: JsonObject) -> Message:
        """Change the first answer, or give it after "thinking"."""
        interaction = self._live(token)
        return self._fulfil(interaction, body) if interaction.thinking else self._change_original(interaction, body)

    def _change_original(self, interaction: Interaction, body: JsonObject) -> Message:
        interaction.original = self._edited(self._refresh(interaction), body)
        return interaction.original

    def _edited(self, message: Message, body: JsonObject) -> Message:
        draft = message_form.read_message(body, has_flags=message.flags & IS_COMPONENTS_V2)
        return self._world.change_message(message_form.edit(draft, message, self._world.clock()))

    def followup(self, token: str, message_id: int) -> Message:
        """One of the further messages as it is now, else `ApiError` 404/10008."""
        is_one = any(message.id == message_id for message in self._live(token).followups)
        found = self._world.find_message(message_id) if is_one else None
        if found is None:
            raise unknown("Message")
        return found

    def edit_followup(self, token: str, message_id: int, body: JsonObject) -> Message:
        """Change one of the further messages."""
        edited = self._edited(self.followup(token, message_id), body)
        followups = self._live(token).followups
        followups[:] = [edited if message.id == message_id else message for message in followups]
        return edited

    def delete(self, token: str, message_id: int | None) -> None:
        """Delete one of the further messages, or (None) the first answer, which may be "thinking" still."""
        interaction = self._live(token)
        if message_id is None and interaction.thinking:
            interaction.thinking = False
            interaction.answered.set()
        elif message_id is None:
            self._world.remove_message(self.original(token))
            interaction.original = None
        else:
            self._world.remove_message(self.followup(token, message_id))
            interaction.followups[:] = [message for message in interaction.followups if message.id != message_id]
