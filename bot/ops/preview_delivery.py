"""What became of a previewed post in one channel, and what will, in sentences for people."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.announcing.desk import CATALOG
from bot.catalog.explain import Placement
from bot.catalog.records import DeliveryState, Standing
from bot.content.post import Post
from bot.discord_app.client import LOGIN
from bot.ops.preview import Preview
from bot.ops.preview_card import card_of
from bot.settings import ChannelSettings

__all__ = ["delivery_facts", "message_link", "moment"]

RESOLVE = {
    DeliveryState.REFUSED: (
        "`linkbot resolve {0} --resend` tries it again once it is mended, `linkbot resolve {0} --drop` leaves it,"
        " `linkbot resolve {0} --sent MESSAGE_ID` says that you posted it"
    ),
    DeliveryState.UNKNOWN: (
        "look into the channel: `linkbot resolve {0} --sent MESSAGE_ID` says that it stands there,"
        " `linkbot resolve {0} --resend` sends it, `linkbot resolve {0} --drop` leaves it"
    ),
}


def moment(at: datetime | None) -> str:
    """A moment for people, in UTC."""
    return "at a time that is not known" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def message_link(preview: Preview, placement: Placement) -> str | None:
    """The address of the message that shows the post; None: there is no message, or its server is not known.

    The server is known while the service runs, and where ``commands.guilds`` names exactly one.
    """
    guilds = preview.settings.commands.guilds
    guild_id = preview.memory.service.guild_ids.get(placement.channel_id, guilds[0] if len(guilds) == 1 else None)
    if placement.message_id is None or guild_id is None:
        return None
    return f"https://discord.com/channels/{guild_id}/{placement.channel_id}/{placement.message_id}"


def delivery_facts(preview: Preview, channel: ChannelSettings | None, placement: Placement) -> Iterator[str]:
    """Tell of one delivery: what became of it, what it waits for, what a person can do.

    Args:
        preview: the post.
        channel: of the delivery; None: it is not in the settings any more.
        placement: the delivery.
    """
    match placement.state:
        case DeliveryState.SENT:
            yield from _sent(preview, channel, placement)
        case DeliveryState.PENDING:
            yield from _pending(preview, channel, placement)
        case DeliveryState.SENDING:
            yield f"claimed {moment(placement.claimed_at)}: the request is under way, or its outcome is not known yet"
            yield from _not_sending(preview, channel)
        case DeliveryState.DROPPED:
            yield f"a person left it for good: {placement.reason or 'no reason is known'}"
        case state:
            yield f"{placement.reason or 'no reason is known'} (delivery {placement.delivery})"
            yield RESOLVE[state].format(placement.delivery)


def _sent(preview: Preview, channel: ChannelSettings | None, placement: Placement) -> Iterator[str]:
    if placement.message_id is None:
        yield f"sent {moment(placement.sent_at)}; a person deleted the message since, and it stays deleted"
        return
    beside = placement.cards - 1
    others = f", with {beside} other {'post' if beside == 1 else 'posts'} in it" if beside else ""
    by = "sent" if placement.is_ours else "a person said so"
    yield f"{by} {moment(placement.sent_at)}: message {placement.message_id}{others}"
    if (link := message_link(preview, placement)) is not None:
        yield link
    if placement.published_at is not None:
        yield f"published {moment(placement.published_at)} to the servers that follow the channel"
    elif placement.to_publish:
        yield "still to be published to the servers that follow the channel"
    if not placement.is_ours:
        yield "the bot did not make that message, so it neither changes it nor takes it back"
        return
    if (fate := _fate(preview, placement)) is not None:
        yield fate
        if channel is None:
            yield "messages in a channel that is not in the settings are left alone"
        elif placement.stale_at is not None:
            yield from _troubles(preview, f"changes in {channel.name}", LOGIN, CATALOG)


def _fate(preview: Preview, placement: Placement) -> str | None:
    """What is to become of the card; None: it stays as it is, and is what it should be."""
    rules, known = preview.settings.announce, preview.memory.known
    current = preview.outcome if isinstance(preview.outcome, Post) else None
    when = "" if preview.memory.service.running else ", once the service runs"
    if current is None and not preview.is_there:
        if rules.on_delete == "keep":
            return "its file is gone: the card stays (announce.on_delete: keep)"
        return f"its file is gone: the card goes when a second scan misses it too (announce.on_delete: delete){when}"
    if current is None:
        return "its file is no post just now: the card stays as it is until that is mended"
    if current.draft and rules.on_retract == "delete":
        return f"the post is a draft: the card is taken back (announce.on_retract: delete){when}"
    if current.draft:
        return "the post is a draft: the card stays (announce.on_retract: keep)"
    if placement.shown is not None and not _look_alike(preview, placement.shown, current):
        if rules.on_edit == "ignore":
            return "edited since: the card stays as it is (announce.on_edit: ignore)"
        if known is not None and not known.standing.is_seen:
            return "edited since; the card stays as it is while the post is not shown"
        return f"edited since: the card will follow{when}"
    if placement.changing is not None:
        return f"a change of the message was asked for, and nobody knows yet whether it was made: it is repeated{when}"
    return None


def _look_alike(preview: Preview, post: Post, other: Post) -> bool:
    announce = preview.settings.announce
    return card_of(post, announce, None).embed == card_of(other, announce, None).embed


def _pending(preview: Preview, channel: ChannelSettings | None, placement: Placement) -> Iterator[str]:
    yield f"planned {moment(placement.planned_at)}"
    if placement.sleeps:
        yield (
            "asleep: nothing is sent as long as the post is a draft, of another kind, expired, or its file gone or"
            " broken; it goes out when that is over"
        )
    elif preview.decision is None or preview.decision.standing is not Standing.ANNOUNCED:
        yield "it falls asleep once the bot has read the file as it is now, and is not sent until that is mended"
    if placement.ahead:
        yield f"{placement.ahead} {'post is' if placement.ahead == 1 else 'posts are'} before it in this channel"
    if placement.alone:
        yield "it goes in a message of its own: Discord refused it with others, or a person wants it sent again"
    yield from _not_sending(preview, channel)


def _not_sending(preview: Preview, channel: ChannelSettings | None) -> Iterator[str]:
    """Why nothing goes out in the channel just now; nothing if it does."""
    if channel is None:
        yield "nothing is sent to a channel that is not in the settings; put it back, and it goes on"
        return
    if (since := preview.memory.paused.get(channel.id)) is not None:
        yield f"the channel is paused since {moment(since)}: `linkbot resume {channel.id}` lets it go on"
    if not preview.memory.service.running:
        yield "no service runs on this state directory: it goes on when one is started (`linkbot run`)"
    yield from _troubles(preview, f"channel {channel.name}", LOGIN, CATALOG)


def _troubles(preview: Preview, *parts: str) -> Iterator[str]:
    for trouble in preview.memory.service.troubles:
        if trouble.where in parts:
            yield f"the service says since {moment(trouble.since)}: {trouble.where}: {trouble.what}"
