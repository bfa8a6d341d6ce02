"""What ``/linkbot preview`` and ``/linkbot announce`` show. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import discord

from bot.announcing.routing import Route
from bot.catalog.overview import PostDelivery
from bot.catalog.records import KnownPost, Reason, Standing
from bot.discord_app import limits
from bot.discord_app.blocks import ROOM, ago, blocks_embed, mention, shown
from bot.discord_app.cards import build_card
from bot.discord_app.entries import linked_title
from bot.discord_app.language import Language
from bot.discord_app.management import PostReport, Step, Verdict
from bot.discord_app.replies import Answer

__all__ = ["announced_answer", "preview_answer", "would_announce_answer"]

_REASON = 300  # characters
_TITLE = 120
_MOST_REASONS = 12  # of one decision, or one channel
_OTHERS = 100  # characters of the heading beside the card
_UNROUTED = "channels"  # the rule that says how many channels there are, of whatever server


def preview_answer(language: Language, report: PostReport, links: Mapping[int, str], tldr_characters: int) -> Answer:
    """Return a post's card and what becomes of it in the channels that were asked about.

    `links` lead to its announcements, by channel.
    """
    card = build_card(report.known.post, tldr_characters=tldr_characters)
    blocks = [
        "\n".join(_standing(language, report.known)),
        *("\n".join(_channel(language, report, each, links)) for each in report.routes),
    ]
    room = min(ROOM, limits.ALL_EMBEDS_CHARACTERS - len(card) - _OTHERS)
    return Answer((card, blocks_embed(language, language.say("preview-heading"), blocks, room)))


def _standing(language: Language, known: KnownPost) -> Iterator[str]:
    if known.gone_at is not None:
        yield language.say("preview-gone")
    if known.standing is Standing.WAITING:
        yield language.say("preview-waiting", time="…" if known.wakes_at is None else ago(known.wakes_at))
    else:
        standing = known.standing
        yield language.say(f"preview-{standing}")
    yield from _reasons([reason for reason in known.reasons if reason.rule != _UNROUTED])


def _reasons(reasons: Sequence[Reason]) -> Iterator[str]:
    for reason in reasons[:_MOST_REASONS]:
        yield f"{'✅' if reason.passed else '❌'} {shown(f'{reason.rule}: {reason.text}', _REASON)}"


def _channel(language: Language, report: PostReport, route: Route, links: Mapping[int, str]) -> Iterator[str]:
    channel = mention(route.channel.id)
    if route.channel.id in report.paused:
        channel = language.say("step-paused", channel=channel)
    key = "preview-no-filters" if not route.reasons else "preview-takes" if route.matches else "preview-refuses"
    yield language.say(key, channel=channel)
    yield from _reasons(route.reasons)
    if (delivery := report.deliveries.get(route.channel.id)) is not None:
        yield _delivery(language, delivery, links.get(route.channel.id))


def _delivery(language: Language, delivery: PostDelivery, link: str | None) -> str:
    state = delivery.state
    parts = [language.say("delivery-asleep" if delivery.sleeps else f"delivery-{state}")]
    if delivery.reason is not None:
        parts.append(shown(delivery.reason, _REASON))
    if link is not None:
        parts.append(f"[{language.say('message-link')}]({link})")
    return f"▸ {' · '.join(parts)}"


def would_announce_answer(
    language: Language, steps: Sequence[Step], button: discord.ui.Button[discord.ui.View]
) -> Answer:
    """Return what would be done with each post, and below it `button`, which does it, if there is anything to do."""
    going = sum(bool(step.channels) for step in steps)
    heading = language.say("announce-heading" if going else "announce-nothing")
    button.label = language.say("announce-confirm", count=going)
    return Answer((_steps_embed(language, heading, steps),), ((button,),) if going else ())


def announced_answer(language: Language, steps: Sequence[Step]) -> Answer:
    """Return what was done with each post."""
    done = any(step.channels for step in steps)
    return Answer((_steps_embed(language, language.say("announce-done" if done else "announce-nothing"), steps),))


def _steps_embed(language: Language, heading: str, steps: Sequence[Step]) -> discord.Embed:
    blocks = [f"**{linked_title(step.known.post, _TITLE)}**\n{_told(language, step)}" for step in steps]
    return blocks_embed(language, heading, blocks)


def _told(language: Language, step: Step) -> str:
    match step.verdict:
        case Verdict.NOT_PUBLIC:
            why = "; ".join(reason.text for reason in step.known.reasons if not reason.passed)
            return language.say("verdict-not-public", why=shown(why, _REASON))
        case Verdict.EXPIRED:
            return language.say("verdict-expired")
        case Verdict.HELD:
            return language.say("verdict-held")
    lines = [
        language.say("step-there", channel=mention(channel.id), state=language.say(f"delivery-{state}"))
        for channel, state in step.there
    ]
    if step.channels:
        channels = [
            language.say("step-paused", channel=mention(each.id)) if each.id in step.paused else mention(each.id)
            for each in step.channels
        ]
        lines.insert(0, language.say("step-to", channels=", ".join(channels)))
        lines += [language.say("step-broken")] if step.is_broken else []
    return "\n".join(lines) or language.say("step-no-channel")
