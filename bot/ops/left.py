"""What a single run found, did and left undone: counted, and put into words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.announcing.troubles import Trouble
from bot.catalog.database import Catalog
from bot.catalog.following import Budget
from bot.catalog.pauses import FOLLOWERS
from bot.catalog.records import Standing
from bot.catalog.tables import Tables
from bot.settings import Settings

__all__ = ["Left", "OnceReport", "report", "what_is_left"]

# Parts whose troubles keep posts from being planned, and planned ones from being sent anywhere.
BEFORE_PLANNING, IN_SENDING = ("content", "intake", "catalog"), ("discord",)
# What is done with cards, in words, by the labels of `bot.measures.CARDS`.
DONE = {
    "announced": "announced",
    "edited": "edited",
    "taken_back": "taken back",
    "published": "published",
    "sent_to_followers": "sent to followers",
}
RELEASE = "`linkbot announce --held` lets them go, with --drop it takes them in without announcing them"


@dataclass(frozen=True, slots=True)
class OnceReport:
    """How a run ended, in sentences.

    Attributes:
        problems: what keeps posts from being announced, and what a person must look at since this run.
        rest: what else is left: to the next run, or since an earlier one to a person.
        summary: what was done.
    """

    problems: tuple[str, ...]
    rest: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class Left:
    """What is not done. Paused channels are left out of what is to be announced or published.

    Attributes:
        due: posts that are to be announced, by the id of their channel.
        held: posts that ``announce.hold_above`` keeps back.
        for_a_person: deliveries that are refused, or of which nobody can tell.
        unreadable: files that cannot be read as posts.
        changes: messages whose cards may still have to follow their posts, by the id of their channel.
        publications: messages that are still to be published, likewise.
        to_followers: posts that wait for followers.
        to_followers_now: whether some of them may be sent by now.
    """

    due: Mapping[int, int]
    held: int
    for_a_person: int
    unreadable: int
    changes: Mapping[int, int]
    publications: Mapping[int, int]
    to_followers: int
    to_followers_now: bool

    @property
    def announcements(self) -> int:
        """How many posts are to be announced, counted in each channel."""
        return sum(self.due.values())

    @property
    def others(self) -> int:
        """How much of everything else may be done by now."""
        direct = self.to_followers if self.to_followers_now else 0
        return sum(self.changes.values()) + sum(self.publications.values()) + direct

    def without(self, channels: Set[int], changes: Set[int]) -> "Left":
        """The same without all that is to be done in `channels`, and without what is to be changed in `changes`."""
        return replace(
            self,
            due=_but(self.due, channels),
            changes=_but(self.changes, channels | changes),
            publications=_but(self.publications, channels | changes),
        )


async def what_is_left(catalog: Catalog, settings: Settings) -> Left:
    """Count what is not done under `settings`.

    Raises:
        CatalogError: the catalog cannot be read now.
    """
    return await catalog.count(lambda tables: _left(tables, settings))


def report(
    before: Left,
    after: Left,
    settings: Settings,
    troubles: Sequence[Trouble],
    done: Mapping[str, int],
    *,
    is_settled: bool = True,
) -> OnceReport:
    """Put into words how a run ended.

    Args:
        before: what it found, before anything was done.
        after: what it leaves.
        settings: under which it ran.
        troubles: what did not work at its end.
        done: how many cards of each kind; see `bot.measures.CARDS`.
        is_settled: no file was still being written.
    """
    problems = (*_in_the_way(after, settings, troubles), *_for_a_person(before, after))
    rest = (*_since_before(before, after), *_for_the_next_run(after, is_settled=is_settled))
    return OnceReport(problems, rest, _summary(after, done, is_all_done=not problems))


def _in_the_way(after: Left, settings: Settings, troubles: Iterable[Trouble]) -> Iterator[str]:
    """What keeps posts from being announced: in all channels, then in each."""
    by_part = {trouble.where: trouble for trouble in troubles}
    general = (*BEFORE_PLANNING, *(IN_SENDING if after.announcements else ()))
    yield from (f"{where}: {trouble.what}" for where, trouble in by_part.items() if where.startswith(general))
    for channel in settings.channels:
        if posts := after.due.get(channel.id, 0):
            trouble = by_part.get(f"channel {channel.name}")
            why = "" if trouble is None else f": {trouble.what}"
            yield f"{_counted(posts, 'post')} could not be announced in {channel.name}{why}; the next run tries again"


def _for_a_person(before: Left, after: Left) -> Iterator[str]:
    """What nothing but a person can end, since this run."""
    if (new := after.for_a_person - before.for_a_person) > 0:
        yield f"{_needing(new)}: `linkbot status` tells which, and what to do"
    if (new := after.held - before.held) > 0:
        yield f"{_held(new)}: {RELEASE}"


def _since_before(before: Left, after: Left) -> Iterator[str]:
    """What nothing but a person can end, since an earlier run; and what may be meant as it is."""
    if old := min(before.for_a_person, after.for_a_person):
        yield f"{_needing(old)} since before this run: `linkbot status` tells which, and what to do"
    if old := min(before.held, after.held):
        yield f"{_held(old)} since before this run: {RELEASE}"
    if after.unreadable:
        yield f"{_counted(after.unreadable, 'file')} cannot be read as a post: `linkbot check` lists what to mend"


def _for_the_next_run(after: Left, *, is_settled: bool) -> Iterator[str]:
    if not is_settled:
        yield "some files are still being written: left to the next run"
    yield from (f"{_counted(number, thing)} {what}: left to the next run" for number, thing, what in _others(after))


def _summary(after: Left, done: Mapping[str, int], *, is_all_done: bool) -> str:
    did = [f"{done[what]:,} {words}" for what, words in DONE.items() if done.get(what)] or ["nothing announced"]
    waits = after.announcements + sum(number for number, _, _ in _others(after))
    left = [
        f"{number:,} {how}"
        for number, how in (
            (waits, "waits" if waits == 1 else "wait"),
            (after.held, "held"),
            (after.for_a_person, "for a person"),
        )
        if number
    ]
    if is_all_done and not left:
        left = ["nothing waits"]
    return f"{'Done' if is_all_done else 'Not all is done'}: {', '.join((*did, *left))}"


def _others(after: Left) -> Iterator[tuple[int, str, str]]:
    left = (
        (sum(after.changes.values()), "message", "whose cards are still to follow their posts"),
        (sum(after.publications.values()), "message", "still to be published"),
        (after.to_followers, "post", "still to be sent to followers"),
    )
    return (each for each in left if each[0])


def _left(tables: Tables, settings: Settings) -> Left:
    now = datetime.now(UTC)
    ids = [channel.id for channel in settings.channels]
    paused = tables.pauses.all()
    working = [channel_id for channel_id in ids if channel_id not in paused]
    counts = tables.overview.counts(ids, now)
    follows = settings.commands.follow and not tables.pauses.is_paused(FOLLOWERS)
    budget = Budget(settings.commands.follow_messages_per_day, now)
    return Left(
        due={channel_id: counts[channel_id].waiting for channel_id in working},
        held=tables.posts.count_by_standing().get(Standing.HELD, 0),
        for_a_person=sum(each.refused + each.unknown for each in counts.values()),
        unreadable=len(tables.files.problems()),
        changes={each: number for each, number in tables.messages.count_stale().items() if each in ids},
        publications={each: number for each, number in tables.messages.count_to_publish().items() if each in working},
        to_followers=tables.followers.counts().waiting if follows else 0,
        to_followers_now=follows and bool(tables.followers.due(now, budget, 1, without=())),
    )


def _but(numbers: Mapping[int, int], channels: Set[int]) -> dict[int, int]:
    return {channel_id: number for channel_id, number in numbers.items() if channel_id not in channels}


def _needing(deliveries: int) -> str:
    return f"{_counted(deliveries, 'delivery', 'deliveries')} {'needs' if deliveries == 1 else 'need'} a person"


def _held(posts: int) -> str:
    return f"{_counted(posts, 'post')} {'is' if posts == 1 else 'are'} held by announce.hold_above"


def _counted(number: int, thing: str, things: str | None = None) -> str:
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
