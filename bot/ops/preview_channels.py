"""What each channel says of a previewed post, and what became of the post there, in words for people."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from bot.announcing.routing import Route, route
from bot.catalog.explain import Placement
from bot.catalog.records import DeliveryState, Reason, Standing
from bot.content.post import Post
from bot.ops.preview import Preview
from bot.ops.preview_delivery import delivery_facts
from bot.ops.suggest import suggested
from bot.settings import ChannelSettings, Filter

__all__ = ["ChannelWords", "Condition", "channel_words", "conditions_of"]

LONGEST = 200  # characters of a filter's sentence, before the value that decided
STATES = {
    DeliveryState.PENDING: "waits to be sent there",
    DeliveryState.SENDING: "is being sent there",
    DeliveryState.SENT: "was announced there",
    DeliveryState.REFUSED: "was refused there",
    DeliveryState.UNKNOWN: "may or may not stand there",
    DeliveryState.DROPPED: "was given up there",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter of a channel and what it makes of a post.

    Attributes:
        reason: the filter, whether the post passes it, and the sentence for people.
        matched: the filter's values that the post has; of patterns those that match its path.
        missing: its values that the post has not.
    """

    reason: Reason
    matched: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentence, shortened, and which value decided."""
        said = self.reason.text
        said = said if len(said) <= LONGEST else f"{said[: LONGEST - 1].rstrip(', ')}…"
        if self.reason.rule.endswith(".all"):
            return f"{said}{_listed('; missing: ', self.missing)}"
        if self.reason.rule.endswith(".none"):
            return f"{said}{_listed('; not wanted: ', self.matched)}"
        return f"{said}{_listed('; it matches ', self.matched)}"


@dataclass(frozen=True, slots=True)
class ChannelWords:
    """A channel and the post.

    Attributes:
        label: the channel's name and id.
        takes: whether its filters take the post as it is now; None: it is not in the settings any more.
        says: what becomes of the post there, or became.
        conditions: its filters.
        facts: what is known of the post there, and what a person can do.
    """

    label: str
    takes: bool | None
    says: str
    conditions: tuple[Condition, ...]
    facts: tuple[str, ...]


def channel_words(preview: Preview) -> Iterator[ChannelWords]:
    """Tell of each channel of the settings, and then of those that are in them no more but were to have the post."""
    placements = {placement.channel_id: placement for placement in preview.memory.placements}
    for each in preview.routes:
        placement = placements.pop(each.channel.id, None)
        yield ChannelWords(
            label=_label(each.channel),
            takes=each.matches,
            says=_says(each, placement),
            conditions=tuple(conditions_of(each, preview.post)),
            facts=tuple(suggested(fact, preview.config) for fact in _facts(preview, each, placement)),
        )
    for channel_id, placement in placements.items():
        says = f"is not in the settings any more; the post {STATES[placement.state]}"
        facts = tuple(suggested(fact, preview.config) for fact in delivery_facts(preview, None, placement))
        yield ChannelWords(str(channel_id), None, says, (), facts)


def _label(channel: ChannelSettings) -> str:
    return str(channel.id) if channel.name == str(channel.id) else f"{channel.name} ({channel.id})"


def _says(each: Route, placement: Placement | None) -> str:
    if placement is not None:
        but = "" if each.matches else ", though its filters do not take it now"
        return f"the post {STATES[placement.state]}{but}"
    if not each.reasons:
        return "it has no filters, so it takes every post"
    return "its filters take such a post" if each.matches else "its filters do not take it"


def _facts(preview: Preview, each: Route, placement: Placement | None) -> Iterator[str]:
    channel = each.channel
    if placement is not None:
        yield from delivery_facts(preview, channel, placement)
        return
    known = preview.memory.known
    if each.matches and known is None:
        yield from _would_be(preview, channel)
    elif each.matches and known is not None and known.standing is Standing.ANNOUNCED:
        yield (
            "it was never planned for this channel, which did not take it, or was not there, when the post was"
            f" announced; `linkbot announce {shlex.quote(known.post.path)} --channel {channel.id}` sends it"
        )


def _would_be(preview: Preview, channel: ChannelSettings) -> Iterator[str]:
    """What an announcement in the channel would come with, and wait for."""
    if channel.mention:
        yield f"pings the {'role' if len(channel.mention) == 1 else 'roles'} {', '.join(map(str, channel.mention))}"
    if channel.publish:
        yield "published to the servers that follow the channel"
    if (since := preview.memory.paused.get(channel.id)) is not None:
        yield f"paused since {since:%Y-%m-%d %H:%M} UTC: what comes waits until `linkbot resume {channel.id}`"


def conditions_of(each: Route, post: Post | None) -> Iterator[Condition]:
    """Tell of each filter of a channel which of its values `post` has."""
    for reason in each.reasons:
        wanted, has = _values(each.channel, reason.rule, post)
        yield Condition(
            reason,
            matched=tuple(value for value in wanted if value in has),
            missing=tuple(value for value in wanted if value not in has),
        )


def _values(channel: ChannelSettings, rule: str, post: Post | None) -> tuple[tuple[str, ...], frozenset[str]]:
    """The values of a filter, and those of them that `post` has."""
    if post is None:
        return (), frozenset()
    field, _, mode = rule.partition(".")
    if field == "paths":
        alone = [ChannelSettings(id=channel.id, paths=(pattern,)) for pattern in channel.paths]
        matching = (each.channel.paths for each in route(post, alone) if each.matches)
        return channel.paths, frozenset(pattern for patterns in matching for pattern in patterns)
    names = post.tags if field == "tags" else (post.source,) if post.source is not None else ()
    there = {name.casefold() for name in names}
    filters: Filter = getattr(channel, field)
    wanted: tuple[str, ...] = getattr(filters, mode)
    return wanted, frozenset(value for value in wanted if value.casefold() in there or (value == "*" and there))


def _listed(before: str, values: tuple[str, ...]) -> str:
    return f"{before}{', '.join(values)}" if values else ""
