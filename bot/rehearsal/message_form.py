"""Reads the body of a request that creates or edits a message."""

from dataclasses import dataclass, replace

from bot.rehearsal import limits
from bot.rehearsal.components import IS_COMPONENTS_V2, read_components
from bot.rehearsal.embeds import is_empty, read_embeds
from bot.rehearsal.forms import Form
from bot.rehearsal.mentions import AllowedMentions, pings, read_allowed_mentions
from bot.rehearsal.records import EPHEMERAL, Message, User
from bot.rehearsal.wire import ApiError, JsonObject

__all__ = ["SUPPRESS_EMBEDS", "MessageDraft", "blank", "create", "edit", "read_message"]

SUPPRESS_EMBEDS = 1 << 2
_SUPPRESS_NOTIFICATIONS = 1 << 12
_CREATABLE = SUPPRESS_EMBEDS | EPHEMERAL | _SUPPRESS_NOTIFICATIONS | IS_COMPONENTS_V2
_LARGEST_NONCE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """What a body says. None: it says nothing about that (an edit then leaves it as it is)."""

    content: str | None
    embeds: tuple[JsonObject, ...] | None
    components: tuple[JsonObject, ...] | None
    flags: int | None
    allowed_mentions: AllowedMentions | None
    nonce: str | int | None
    enforce_nonce: bool
    tts: bool


def read_message(body: JsonObject, *, has_flags: int = 0) -> MessageDraft:
    """`body` checked against every limit; an edit passes the flags that the message has.

    Raises:
        ApiError: 400/50035 with the path of each field that is wrong.
    """
    form = Form()
    flags = form.whole(body.get("flags"), "flags", 0, 2**31 - 1)
    second = ((flags or 0) | has_flags) & IS_COMPONENTS_V2
    if second and (body.get("content") or body.get("embeds")):
        why = "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        form.wrong("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", why)
    draft = MessageDraft(
        content=(form.text(body["content"], "content", limits.CONTENT) or "") if "content" in body else None,
        embeds=tuple(read_embeds(body["embeds"], form)) if "embeds" in body else None,
        components=tuple(read_components(body["components"], second, form)) if "components" in body else None,
        flags=None if flags is None else flags & _CREATABLE,
        allowed_mentions=read_allowed_mentions(body.get("allowed_mentions"), form),
        nonce=_read_nonce(body.get("nonce"), form),
        enforce_nonce=form.truth(body.get("enforce_nonce"), "enforce_nonce"),
        tts=form.truth(body.get("tts"), "tts"),
    )
    form.finish()
    return draft


def _read_nonce(raw: object, form: Form) -> str | int | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str):
        return form.text(raw, "nonce", limits.NONCE)
    return form.whole(raw, "nonce", -_LARGEST_NONCE - 1, _LARGEST_NONCE)


def create(draft: MessageDraft, message: Message, default: AllowedMentions) -> Message:
    """`message` with the content of `draft`; `default` counts where the draft allows or forbids no mentions.

    Raises:
        ApiError: 400/50006, nothing would be seen.
    """
    made = replace(
        message,
        content=draft.content or "",
        embeds=draft.embeds or (),
        components=draft.components or (),
        flags=draft.flags or 0,
        tts=draft.tts,
        nonce=draft.nonce,
        pings=pings(draft.content or "", draft.components or (), draft.allowed_mentions or default),
    )
    return _not_empty(made)


def edit(draft: MessageDraft, message: Message, at: float) -> Message:
    """`message` with those of its parts exchanged that `draft` names. `at` is in seconds since 1970."""
    changed_flags = SUPPRESS_EMBEDS if draft.flags is not None else 0
    return _not_empty(
        replace(
            message,
            content=message.content if draft.content is None else draft.content,
            embeds=message.embeds if draft.embeds is None else draft.embeds,
            components=message.components if draft.components is None else draft.components,
            flags=(message.flags & ~changed_flags) | ((draft.flags or 0) & (changed_flags | IS_COMPONENTS_V2)),
            edited_at=at,
        )
    )


def _not_empty(message: Message) -> Message:
    if message.content or message.components or not all(map(is_empty, message.embeds)):
        return message
    raise ApiError(400, 50006, "Cannot send an empty message")


def blank(message_id: int, channel_id: int, author: User, at: float) -> Message:
    """A message that says nothing yet."""
    return Message(message_id, channel_id, author, "", (), (), 0, at)
