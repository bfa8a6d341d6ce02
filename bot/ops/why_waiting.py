"""Why a delivery is not sent yet: pure, with what mends it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.announcing.desk import CATALOG, READING
from bot.announcing.troubles import Trouble
from bot.catalog.records import DeliveryState, KnownPost, Standing
from bot.catalog.waiting import Waiting
from bot.content.post import PostProblem
from bot.ops.live import Live

__all__ = ["Facts", "Why", "of_channel", "why_waiting"]


@dataclass(frozen=True, slots=True)
class Why:
    """One thing that keeps a delivery from being sent; `reason` is a word for programs, `text` a sentence."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known around a delivery.

    Attributes:
        is_running: whether a service listens.
        live: what it says; None: it says nothing, or none runs.
        channel_names: by id, of the channels in the settings; None: the settings are not known.
        paused: by channel, since when it is.
        post: of the delivery.
        problem: what is wrong with the post's file; None: nothing.
        now: aware.
    """

    is_running: bool
    live: Live | None
    channel_names: Mapping[int, str] | None
    paused: Mapping[int, datetime]
    post: KnownPost | None
    problem: PostProblem | None
    now: datetime


def of_channel(name: str) -> tuple[str, str]:
    """Where the troubles of the channel with this name are: with what is new, and with what changes."""
    return f"channel {name}", f"changes in {name}"


def why_waiting(waiting: Waiting, facts: Facts) -> tuple[Why, ...]:
    """All that keeps the delivery from being sent, what lasts longest first; at least one thing."""
    if found := [*_of_post(waiting, facts), *_of_channel(waiting, facts), *_of_service(waiting, facts)]:
        return tuple(found)
    return (_in_time(waiting, facts),)


def _of_post(waiting: Waiting, facts: Facts) -> Iterator[Why]:
    if waiting.asleep:
        yield Why("asleep", f"it sleeps: {_why_asleep(facts)}")


def _why_asleep(facts: Facts) -> str:
    post = facts.post
    if facts.problem is not None:
        return f"its file is broken ({facts.problem})"
    if post is None or post.gone_at is not None:
        return "its file is gone; it is sent if it comes back"
    if post.post.expiry_date is not None and post.post.expiry_date <= facts.now:
        return f"it has expired ({_moment(post.post.expiry_date)})"
    if post.standing is Standing.WAITING and post.wakes_at is not None:
        return f"its date is still to come ({_moment(post.wakes_at)})"
    failed = "; ".join(reason.text for reason in post.reasons if not reason.passed)
    return f"it is not to be shown as it is now ({failed or post.standing})"


def _of_channel(waiting: Waiting, facts: Facts) -> Iterator[Why]:
    names, channel_id = facts.channel_names, waiting.channel_id
    if names is not None and channel_id not in names:
        yield Why(
            "not_in_settings",
            f"channel {channel_id} is not in the settings any more: put it back to have it sent",
        )
    if (since := facts.paused.get(channel_id)) is not None:
        yield Why("paused", f"a person paused the channel at {_moment(since)}: `linkbot resume {channel_id}` ends that")


def _of_service(waiting: Waiting, facts: Facts) -> Iterator[Why]:
    if not facts.is_running:
        yield Why("not_running", "no service runs: start it (`linkbot run`)")
        if waiting.state is DeliveryState.SENDING:
            yield Why("in_doubt", "the last one ended in a request for it: the next start finds out whether it stands")
    elif facts.live is None:
        yield Why("silent", "the service gives no answer: look at its log, or start it anew")


def _in_time(waiting: Waiting, facts: Facts) -> Why:
    """What the running service says of a delivery that nothing else holds back."""
    assert facts.live is not None
    name = (facts.channel_names or {}).get(waiting.channel_id)
    for trouble in facts.live.troubles:
        if trouble.where in (CATALOG, READING):
            return Why("catalog", f"the catalog cannot be used since {_moment(trouble.since)}: {trouble.what}")
        if name is not None and trouble.where == f"channel {name}":
            return _of_trouble(waiting, trouble)
    discord = facts.live.discord
    if discord.user is None:
        return Why("no_discord", f"Discord is not reached since {_moment(discord.since)}; it is tried again by itself")
    if waiting.state is DeliveryState.SENDING:
        return Why("sending", "it is being sent just now")
    if waiting.ahead:
        before = "1 post is" if waiting.ahead == 1 else f"{waiting.ahead:,} posts are"
        return Why("turn", f"it waits for its turn: {before} before it")
    return Why("turn", "it is the next one in its channel")


def _of_trouble(waiting: Waiting, trouble: Trouble) -> Why:
    """What the channel's own trouble means to it; Discord's words come with what mends it."""
    since = _moment(trouble.since)
    if waiting.state is DeliveryState.SENDING:
        return Why("in_doubt", f"nobody can tell yet whether it stands, since {since}: {trouble.what}; it is found out")
    if trouble.rate_limited:
        return Why("rate_limited", f"Discord asks to wait, since {since}: {trouble.what}; it goes on by itself")
    again = "it is tried again by itself"
    if trouble.is_refusal:
        again += f", and at once by `linkbot resume {waiting.channel_id}` when that is mended"
    return Why("channel", f"the channel does not take it since {since}: {trouble.what}; {again}")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
