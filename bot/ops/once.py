"""``linkbot run --once``: knowing when all that there is to do is done, for runs by cron or in CI."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.announcing.troubles import Trouble
from bot.catalog.database import Catalog
from bot.catalog.pauses import FOLLOWERS
from bot.catalog.tables import Tables
from bot.settings import Settings

__all__ = ["Left", "OnceReport", "Patience", "report", "until_done", "what_is_left"]

LOOK_SECONDS = 0.2  # between looks at what is left
# Parts whose troubles keep posts from being planned, and planned ones from being sent.
BEFORE_PLANNING, IN_SENDING = ("content", "intake", "catalog"), ("discord", "channel ")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a run waits while nothing comes to an end any more, in seconds.

    Attributes:
        announcements: for posts that are to be announced. Longer than the pause after a channel refused once.
        others: for edits, publications and direct messages, which the next run can do as well.
    """

    announcements: float = 90.0
    others: float = 15.0


@dataclass(frozen=True, slots=True)
class OnceReport:
    """How a run ended, in sentences.

    Attributes:
        problems: what keeps posts from being announced, and what a person must look at since this run.
        rest: what else is left to the next run.
    """

    problems: tuple[str, ...]
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """What is not done.

    Attributes:
        due: posts that are to be announced, by the id of their channel; paused channels are left out.
        for_a_person: deliveries that are refused, or of which nobody can tell.
        changes: messages whose cards may still have to follow their posts.
        publications: messages that are still to be published.
        to_followers: posts that wait for followers.
    """

    due: Mapping[int, int]
    for_a_person: int
    changes: int
    publications: int
    to_followers: int

    @property
    def announcements(self) -> int:
        """How many posts are to be announced, counted in each channel."""
        return sum(self.due.values())

    @property
    def others(self) -> int:
        """How much of everything else is left."""
        return self.changes + self.publications + self.to_followers


async def what_is_left(catalog: Catalog, settings: Settings) -> Left:
    """Count what is not done under `settings`."""
    return await catalog.count(lambda tables: _left(tables, settings))


async def until_done(catalog: Catalog, settings: Settings, patience: Patience) -> None:
    """Wait until nothing is left, or until nothing came to an end for as long as `patience` says."""
    last = await what_is_left(catalog, settings)
    progress_at = time.monotonic()
    while last.announcements or last.others:
        seconds = patience.announcements if last.announcements else patience.others
        if time.monotonic() - progress_at > seconds:
            return
        await asyncio.sleep(LOOK_SECONDS)
        left = await what_is_left(catalog, settings)
        if left != last:
            progress_at = time.monotonic()
        last = left


def report(before: Left, after: Left, settings: Settings, troubles: Sequence[Trouble]) -> OnceReport:
    """Put into words what a run that found `before` and ends with `after` did not do; see `OnceReport`."""
    names = {channel.id: channel.name for channel in settings.channels}
    in_the_way = [
        trouble
        for trouble in troubles
        if trouble.where.startswith(BEFORE_PLANNING) or (after.announcements and trouble.where.startswith(IN_SENDING))
    ]
    problems = [f"{trouble.where}: {trouble.what}" for trouble in in_the_way]
    problems += [
        f"{_counted(posts, 'post')} could not be announced in {names[channel_id]}; the next run tries again"
        for channel_id, posts in after.due.items()
        if posts
    ]
    if (new := after.for_a_person - before.for_a_person) > 0:
        needs = _counted(new, "delivery needs", "deliveries need")
        problems.append(f"{needs} a person: `linkbot status` tells which, and what to do")
    left = (
        (after.changes, "message", "whose cards are still to follow their posts"),
        (after.publications, "message", "still to be published"),
        (after.to_followers, "post", "still to be sent to followers"),
    )
    rest = (f"{_counted(number, thing)} {what}: left to the next run" for number, thing, what in left if number)
    return OnceReport(tuple(problems), tuple(rest))


def _left(tables: Tables, settings: Settings) -> Left:
    now = datetime.now(UTC)
    paused = tables.pauses.all()
    working = [channel.id for channel in settings.channels if channel.id not in paused]
    counts = tables.overview.counts([channel.id for channel in settings.channels], now)
    changes, publications = tables.messages.count_stale(), tables.messages.count_to_publish()
    follows = settings.commands.follow and not tables.pauses.is_paused(FOLLOWERS)
    return Left(
        due={channel_id: counts[channel_id].waiting for channel_id in working},
        for_a_person=sum(each.refused + each.unknown for each in counts.values()),
        changes=sum(changes.get(channel.id, 0) for channel in settings.channels),
        publications=sum(publications.get(channel_id, 0) for channel_id in working),
        to_followers=tables.followers.counts().waiting if follows else 0,
    )


def _counted(number: int, thing: str, things: str | None = None) -> str:
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
