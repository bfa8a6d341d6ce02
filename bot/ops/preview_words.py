"""The verdict on a previewed post and what explains it, in sentences for people."""

import shlex
from collections.abc import Iterator, Sequence

from bot.announcing.decide import Decision
from bot.catalog.records import Cause, DeliveryState, KnownPost, Reason, Standing
from bot.content.post import NotAPost, Post
from bot.ops.preview import Preview
from bot.ops.preview_delivery import moment
from bot.ops.preview_memory import MemoryState
from bot.ops.suggest import suggested

__all__ = ["knowledge", "rules", "verdict"]

IN_CHANNELS = {
    DeliveryState.SENT: "announced in {}",
    DeliveryState.SENDING: "being sent to {}",
    DeliveryState.PENDING: "waiting for {}",
    DeliveryState.UNKNOWN: "perhaps announced in {}, which nobody can tell",
    DeliveryState.REFUSED: "refused in {}",
    DeliveryState.DROPPED: "given up in {}",
}
ASLEEP = "kept for {} until it may be shown there"
WOULD = {
    Standing.HIDDEN: "not be shown",
    Standing.WAITING: "wait for its date",
    Standing.HELD: "be held until a person decides",
    Standing.INDEXED: "not be announced, though members would find it",
    Standing.ANNOUNCED: "be announced",
}
FOLLOWERS = {
    DeliveryState.PENDING: "waiting",
    DeliveryState.SENDING: "being sent",
    DeliveryState.SENT: "sent",
    DeliveryState.DROPPED: "given up",
}


def verdict(preview: Preview) -> str:
    """What became of the post, or what would, in one sentence."""
    known = preview.memory.known
    if known is None:
        return _as_new(preview)
    if preview.is_there:
        return f"It is {_stands(preview, known)}"
    return f"Its file is gone; it is {_stands(preview, known)}"


def _as_new(preview: Preview) -> str:
    decision = preview.decision
    if decision is None:
        return "It is no post."
    taking, channels = sum(each.matches for each in preview.routes), len(preview.routes)
    why = _first_against(decision.reasons)
    match decision.standing:
        case Standing.HIDDEN:
            return f"It would not be shown: {why}."
        case Standing.WAITING:
            return f"It would wait until {moment(decision.wakes_at)}, and be announced then."
        case Standing.INDEXED if decision.cause is Cause.DUPLICATE:
            return f"It would not be announced: {why}."
        case Standing.INDEXED:
            return f"It would not be announced, though members would find it: {why}."
    if not channels:
        return "It would not be announced, because no channels are set up."
    if not taking:
        return "It would not be announced, because no channel takes it."
    return f"It would be announced in {taking} of {channels} {'channel' if channels == 1 else 'channels'}."


def _stands(preview: Preview, known: KnownPost) -> str:
    match known.standing:
        case Standing.HIDDEN:
            return f"not shown: {_first_against(known.reasons)}."
        case Standing.WAITING:
            return f"kept until {moment(known.wakes_at)}, when it is announced."
        case Standing.HELD:
            return f"held until a person decides: {_first_against(known.reasons)}."
        case Standing.INDEXED if known.duplicate_of is not None:
            return f"not announced: {_first_against(known.reasons)}."
        case Standing.INDEXED:
            return f"not announced, though members find it: {_first_against(known.reasons)}."
    names = {each.channel.id: each.channel.name for each in preview.routes}
    by_state: dict[str, list[str]] = {}
    for placement in preview.memory.placements:
        form = ASLEEP if placement.sleeps else IN_CHANNELS[placement.state]
        by_state.setdefault(form, []).append(names.get(placement.channel_id, str(placement.channel_id)))
    said = [form.format(", ".join(channels)) for form, channels in by_state.items()]
    *others, last = said or ["announced to followers only"]
    return f"{', '.join(others)}{', and ' if others else ''}{last}."


def _first_against(reasons: Sequence[Reason]) -> str:
    return next((reason.text for reason in reasons if not reason.passed), "no rule says why")


def rules(preview: Preview) -> list[tuple[str, tuple[Reason, ...]]]:
    """The rules of the decision, each list with what it is: as it was taken, and as it would be now if that differs."""
    known, decision = preview.memory.known, preview.decision
    lists: list[tuple[str, tuple[Reason, ...]]] = []
    if known is not None and known.reasons:
        lists.append(("Rules, as the bot decided", known.reasons))
    if decision is not None and (known is None or decision.standing is not known.standing):
        lists.append(("Rules" if known is None else "Rules, as they are now", decision.reasons))
    return lists


def knowledge(preview: Preview) -> Iterator[str]:
    """What the bot knows of the post, what would happen now, and what a person can do."""
    return (suggested(text, preview.config) for text in _knowledge(preview))


def _knowledge(preview: Preview) -> Iterator[str]:
    memory = preview.memory
    if memory.state is MemoryState.NONE:
        yield (
            "The bot has not run on this state directory yet. This takes the post as a new one that comes after its"
            f" first run; what is there then {_first_run(preview)}."
        )
    elif memory.state is MemoryState.UNREADABLE:
        yield f"What the bot knows cannot be read, so this takes the post as a new one: {memory.why}"
    elif memory.known is None:
        yield from _why_unknown(preview)
    else:
        yield from _what_is_known(preview, memory.known)
    if not preview.is_inside:
        yield (
            f"It lies outside of the content directory {preview.settings.content.directory}, where the bot never looks;"
            f" this judges it as if it were {preview.path} there."
        )
    if memory.restored:
        yield "The catalog is a backup that was put back: what came since is taken in without announcing it."


def _first_run(preview: Preview) -> str:
    if preview.settings.announce.first_run == "baseline":
        return "is indexed, not announced (announce.first_run: baseline)"
    return "is announced (announce.first_run: announce)"


def _why_unknown(preview: Preview) -> Iterator[str]:
    memory = preview.memory
    if memory.file_problem is not None:
        yield f"When the bot read the file last, it was no post: {memory.file_problem}."
    if preview.is_inside:
        looked = "it has not looked at the content directory yet"
        if memory.scanned_at is not None:
            looked = f"it looked at the content directory last at {moment(memory.scanned_at)}"
        yield f"The bot has not taken it in yet; {looked}. {_when_read(preview)}"
    if not memory.baseline_done:
        yield f"The first run is not done: what is there {_first_run(preview)}."


def _when_read(preview: Preview) -> str:
    if preview.memory.outage is not None:
        since, reason = preview.memory.outage["since"], preview.memory.outage["reason"]
        return f"Since {since} the content directory cannot be believed: {reason}."
    if preview.memory.service.running:
        return "The service runs, and reads a file within moments after it is written."
    return "No service runs: the file is read when one is started (`linkbot run`)."


def _what_is_known(preview: Preview, known: KnownPost) -> Iterator[str]:
    memory = preview.memory
    renamed = f", then as {memory.moved_from}; a renamed file stays the same post" if memory.moved_from else ""
    yield f"Known since {moment(known.first_seen_at)}{renamed}."
    if memory.shown_instead is not None:
        yield f"Members are shown {memory.shown_instead} in its place, which has the same link and title."
    if memory.followers:
        told = ", ".join(f"{number} {FOLLOWERS.get(state, state)}" for state, number in memory.followers.items())
        yield f"To followers, by direct message: {told}."
    yield from _file_now(preview, known)
    if preview.decision is not None and preview.decision.standing is not known.standing:
        yield _would_change(preview, preview.decision)
    yield from _what_to_do(known)


def _file_now(preview: Preview, known: KnownPost) -> Iterator[str]:
    memory, outcome = preview.memory, preview.outcome
    if not preview.is_there:
        since = "The bot has not seen yet that its file is gone"
        if known.gone_at is not None:
            since = f"Its file is gone since {moment(known.gone_at)}"
        yield f"{since}. A file that comes back, there or renamed, is the same post."
    elif isinstance(outcome, NotAPost):
        yield f"Its file is no link post any more: {outcome.reason}."
    elif not isinstance(outcome, Post):
        yield f"Its file cannot be read: {outcome}. Until that is mended, nothing of it is sent or changed."
    elif outcome.content_hash != known.post.content_hash or known.gone_at is not None or memory.file_problem:
        yield f"The file was changed since the bot read it. {_when_read(preview)}"


def _would_change(preview: Preview, decision: Decision) -> str:
    why = _first_against(decision.reasons)
    if decision.standing is Standing.WAITING:
        why = f"its moment is {moment(decision.wakes_at)}"
    because = "" if decision.standing is Standing.ANNOUNCED else f": {why}"
    if decision.standing is Standing.ANNOUNCED and not preview.is_announced:
        because = ", if a channel took it"
    by = " by the settings of today" if preview.memory.kinds_changed else ""
    return f"As the file is now{by}, it would {WOULD[decision.standing]}{because}."


def _what_to_do(known: KnownPost) -> Iterator[str]:
    if known.gone_at is not None:
        return
    announce = f"linkbot announce {shlex.quote(known.post.path)}"
    if known.standing is Standing.HIDDEN:
        again = "it is announced as a new post"
        if known.shown_as is not None:
            again = (
                "it is what it was before, which is no news; only where its card was taken back it is announced again"
            )
        yield f"Once its file passes these rules, {again}."
    elif known.standing is Standing.HELD:
        yield (
            "`linkbot announce --held` lets all held posts go, `linkbot announce --held --drop` takes them in without"
            f" announcing them, `{announce}` announces this one."
        )
    elif known.standing is Standing.INDEXED and known.cause is Cause.UNROUTED:
        yield f"`{announce} --channel CHANNEL` sends it to a channel whatever its filters say."
    elif known.standing is Standing.INDEXED:
        yield f"`{announce}` announces it on purpose."
