"""What ``linkbot announce --dry-run`` tells beyond the steps: why not elsewhere, and how many messages it comes to."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from bot.announcing.packing import pack
from bot.announcing.routing import Route, route
from bot.catalog.records import KnownPost, PendingDelivery
from bot.discord_app.cards import card_characters
from bot.ops.announce import AnnounceRequest, Step, done_with
from bot.settings import ChannelSettings, Settings

__all__ = ["plan_lines"]

MOST_EXPLAINED = 20  # posts; of more, only the rules are named that keep each from a channel

Waiting = Mapping[int, int]  # by channel: how many posts wait there already


def plan_lines(steps: Sequence[Step], request: AnnounceRequest, settings: Settings, waiting: Waiting) -> list[str]:
    """A line for each post, then one for each channel, then one for all. Takes its time: it makes every card.

    Args:
        steps: what would be done, with one post at least.
        request: what was asked for.
        settings: under which it would be.
        waiting: by channel, how many posts wait there already.
    """
    routes = {} if request.channel is not None else {step.known.id: _routes(step, settings) for step in steps}
    lines = [
        f"{step.known.post.path}: {done_with(step, request)}"
        + _elsewhere(step, routes.get(step.known.id, ()), explained=len(steps) <= MOST_EXPLAINED)
        for step in steps
    ]
    return [*lines, *_sums(steps, routes, settings, waiting)]


def _routes(step: Step, settings: Settings) -> tuple[Route, ...]:
    return tuple(each for each in route(step.known.post, settings.channels) if not each.matches)


def _elsewhere(step: Step, refusing: Sequence[Route], *, explained: bool) -> str:
    """Why the post goes to no other channel."""
    there = [f"it is {state} in {channel.name} already" for channel, state in step.there if step.channels]
    against = [f"not in {each.channel.name} ({_why_not(each, explained=explained)})" for each in refusing]
    return "".join(f"; {what}" for what in chain(there, against))


def _why_not(refusing: Route, *, explained: bool) -> str:
    failed = [reason for reason in refusing.reasons if not reason.passed]
    return "; ".join(f"{reason.rule}: {reason.text}" if explained else reason.rule for reason in failed)


def _sums(
    steps: Sequence[Step], routes: Mapping[int, Sequence[Route]], settings: Settings, waiting: Waiting
) -> Iterator[str]:
    characters = {step.known.id: _characters(step.known, settings) for step in steps if step.channels}
    posts = messages = 0
    for channel in settings.channels:
        going = [step for step in steps if channel in step.channels]
        number = _messages([step.known for step in going], characters, settings.announce.posts_per_message)
        if going or routes:
            yield f"{channel.name}: {_of_channel(channel, going, number, waiting)}{_left_out(channel, routes)}"
        posts, messages = posts + len(going), messages + number
    several = "; in a forum each post is a thread of its own" if messages < posts else ""
    made = (
        f"{_number(posts, 'announcement')} in {_number(messages, 'message')}{several}" if posts else "none of them goes"
    )
    yield f"in all: {_number(len(steps), 'post')} chosen, {made}"


def _of_channel(channel: ChannelSettings, going: Sequence[Step], messages: int, waiting: Waiting) -> str:
    if not going:
        return "nothing"
    number = waiting.get(channel.id, 0)
    beside = f", beside {_number(number, 'post')} that {'waits' if number == 1 else 'wait'} there" if number else ""
    paused = "; it is paused, so they wait for `linkbot resume`" if channel.id in going[0].paused else ""
    return f"{_number(len(going), 'post')} in {_number(messages, 'message')}{beside}{paused}"


def _left_out(channel: ChannelSettings, routes: Mapping[int, Sequence[Route]]) -> str:
    """How many posts each of the channel's rules keeps out."""
    rules = Counter[str]()
    for refusing in routes.values():
        rules.update(
            next(reason.rule for reason in each.reasons if not reason.passed)
            for each in refusing
            if each.channel is channel
        )
    if not rules:
        return ""
    return "".join(f"; {rule} keeps {number:,} out" for rule, number in rules.most_common())


def _messages(posts: Sequence[KnownPost], characters: Mapping[int, int], most: int) -> int:
    """How many messages the courier would make of these, if nothing else waited there."""
    posts = sorted(posts, key=_turn)
    sizes = {id(known.post): characters[known.id] for known in posts}
    left = [PendingDelivery(known.id, known.post, alone=False) for known in posts]
    messages = 0
    while left:
        packed = pack(left[:most], lambda post: sizes[id(post)], most)
        left = left[len(packed) :]
        messages += 1
    return messages


def _turn(known: KnownPost) -> tuple[datetime, int]:
    """Where a post stands in the order of `DeliveryTable.pending`."""
    return known.post.date or known.post.publish_date or known.first_seen_at, known.id


def _characters(known: KnownPost, settings: Settings) -> int:
    return card_characters(known.post, settings.announce.tldr_characters)


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
