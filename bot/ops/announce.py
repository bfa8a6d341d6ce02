"""``linkbot announce``: announcing posts on purpose, whatever the rules made of them, and letting held ones go."""

import asyncio
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.announcing.routing import route
from bot.catalog.database import Catalog
from bot.catalog.listings import Filters
from bot.catalog.records import Cause, DeliveryState, KnownPost, Reason, Standing
from bot.catalog.tables import Tables
from bot.content.post import PostProblem
from bot.ops.done import Done
from bot.problems import UsageError
from bot.settings import ChannelSettings, Settings

__all__ = ["MOST_POSTS", "NOT_PUBLIC", "AnnounceRequest", "Step", "announce", "done_with", "steps_of"]

NOT_PUBLIC = (Standing.HIDDEN, Standing.WAITING)
MOST_POSTS = 1_000_000  # asked for by `latest`; a number that SQLite can take
MOST_ALIKE = 20  # posts that are told one by one although the same is done with all of them


@dataclass(frozen=True, slots=True)
class AnnounceRequest:
    """What a person asks for: exactly one of `latest`, `paths` and `held`, else it raises `UsageError`.

    Attributes:
        latest: the newest so many posts that members can see.
        paths: posts, relative to the content directory.
        held: the posts that ``announce.hold_above`` held.
        drop: take the held posts in without announcing them.
        channel: only in the channel with this id, whatever its filters say; None: where the filters say.
        dry_run: tell what would be done, do nothing.
    """

    latest: Annotated[int, Field(ge=1, le=MOST_POSTS)] | None = None
    paths: tuple[str, ...] = ()
    held: bool = False
    drop: bool = False
    channel: int | None = None
    dry_run: bool = False

    def __post_init__(self) -> None:
        if sum((self.latest is not None, bool(self.paths), self.held)) != 1:
            raise UsageError("say what to announce: either --latest N, or posts, or --held")
        if self.drop and not self.held:
            raise UsageError("--drop goes with --held")
        if self.drop and self.channel is not None:
            raise UsageError("--drop announces nothing, so it takes no --channel")

    @property
    def changes(self) -> bool:
        """Whether the catalog is written."""
        return not self.dry_run


@dataclass(frozen=True, slots=True)
class Step:
    """One post of a plan.

    Attributes:
        known: the post, as it stood before.
        channels: where it is planned to go now.
        there: the other channels that it was ever planned for and that were asked for, with what became of it there.
        problem: what is wrong with its file now; it is sent when that is mended. None: nothing.
        paused: ids of the channels in which nothing is sent for now.
        to_followers: it was held, so it is still news, and somebody follows it; beforehand: perhaps somebody does.
    """

    known: KnownPost
    channels: tuple[ChannelSettings, ...]
    there: tuple[tuple[ChannelSettings, DeliveryState], ...]
    problem: PostProblem | None
    paused: Set[int]
    to_followers: bool


async def announce(catalog: Catalog, settings: Settings, request: AnnounceRequest) -> Done:
    """Plan what is asked for in one transaction, or with `dry_run` only tell; a line for each post.

    Raises:
        UsageError: a post or the channel is not known, or members cannot see the post; nothing is done then.
        CatalogUnavailableError: the catalog cannot be read or written now.
    """
    planned = await steps_of(catalog, settings, request)
    if request.dry_run and planned and not request.drop:
        return Done(await _plan(catalog, settings, request, planned), to_send=False)
    to_send = request.changes and not request.drop and any(step.channels or step.to_followers for step in planned)
    posts = tuple((step.known.post.path, done_with(step, request)) for step in planned) if request.changes else ()
    return Done(_told(planned, request), to_send, posts)


async def _plan(catalog: Catalog, settings: Settings, request: AnnounceRequest, steps: list[Step]) -> list[str]:
    from bot.ops.announce_plan import plan_lines  # with discord.py: half a second

    now = datetime.now(UTC)
    ids = [channel.id for channel in settings.channels]
    counts = await catalog.count(lambda tables: tables.overview.counts(ids, now))
    waiting = {channel_id: each.waiting for channel_id, each in counts.items()}
    return await asyncio.to_thread(plan_lines, steps, request, settings, waiting)


async def steps_of(catalog: Catalog, settings: Settings, request: AnnounceRequest) -> list[Step]:
    """Do as `announce` does, and raises; return what was done, or with `dry_run` would be done, with each post."""
    asked = _asked_channel(settings, request)
    now = datetime.now(UTC)

    def steps(tables: Tables) -> list[Step]:
        chosen = tables.posts.held() if request.held else _chosen(tables, request, settings.content.directory, now)
        return [_step(tables, known, settings, asked) for known in chosen]

    def apply(tables: Tables) -> list[Step]:
        planned = steps(tables)
        for step in planned:
            _apply(tables, step, now, drop=request.drop)
        return planned if request.drop else _for_followers(tables, planned, now)

    return await (catalog.write(apply) if request.changes else catalog.read(steps))


def _asked_channel(settings: Settings, request: AnnounceRequest) -> ChannelSettings | None:
    if request.channel is None:
        return None
    for channel in settings.channels:
        if channel.id == request.channel:
            return channel
    known = ", ".join(f"{channel.id} ({channel.name})" for channel in settings.channels)
    raise UsageError(f"no channel of the settings has the id {request.channel}; there are {known}")


def _chosen(tables: Tables, request: AnnounceRequest, content: Path, now: datetime) -> list[KnownPost]:
    if request.latest is None:
        return [_known(tables, path, content, now) for path in dict.fromkeys(request.paths)]
    newest = tables.search.latest(Filters(), 0, request.latest, now).posts
    # Oldest first, as they are to stand in the channel.
    listed = [tables.posts.by_id(each.id) for each in reversed(newest)]
    return [known for known in listed if known is not None]


def _known(tables: Tables, path: str, content: Path, now: datetime) -> KnownPost:
    known = tables.posts.by_path(path)
    if known is None or known.gone_at is not None:
        raise UsageError(_why_unknown(tables, path, content))
    if known.standing in NOT_PUBLIC:
        why = "; ".join(reason.text for reason in known.reasons if not reason.passed)
        raise UsageError(f"{path} is {known.standing} and cannot be announced: {why}")
    if known.post.expiry_date is not None and known.post.expiry_date <= now:
        raise UsageError(f"{path} has expired and cannot be announced: change its expiryDate first")
    return known


def _why_unknown(tables: Tables, path: str, content: Path) -> str:
    if (problem := tables.files.problem(path)) is not None:
        return f"{problem}; until then it is no post"
    if tables.files.stamps_of([path]):
        return f"{path} is no link post; `linkbot preview` says why"
    if _is_file(content / path):
        return (
            f"{path} is there, but the bot has not read it yet;"
            " while the service runs it reads it within moments, and announces it by itself as a new post"
        )
    return f"there is no {path} in the content directory {content}; check the path"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the name is too long for any file, or nobody may look there
        return False


def _step(tables: Tables, known: KnownPost, settings: Settings, asked: ChannelSettings | None) -> Step:
    states = tables.deliveries.channels_of(known.id)
    taking = [each.channel for each in route(known.post, settings.channels) if each.matches]
    wanted = taking if asked is None else [asked]
    is_news = known.standing is Standing.HELD and asked is None and settings.commands.follow
    return Step(
        known,
        channels=tuple(channel for channel in wanted if channel.id not in states),
        there=tuple((channel, states[channel.id]) for channel in wanted if channel.id in states),
        problem=tables.files.problem(known.post.path),
        paused=tables.pauses.all().keys(),
        to_followers=is_news and tables.followers.is_anything_followed(),
    )


def _apply(tables: Tables, step: Step, now: datetime, *, drop: bool) -> None:
    reasons = _reasons(step)
    original = step.known.duplicate_of
    if drop:
        tables.posts.decide(step.known.id, Standing.INDEXED, Cause.BASELINE, reasons, duplicate_of=original)
    elif step.channels:
        tables.posts.decide(step.known.id, Standing.ANNOUNCED, Cause.RULES, reasons, duplicate_of=original)
        tables.deliveries.plan(step.known.id, [channel.id for channel in step.channels], now)
    elif step.known.standing is Standing.HELD:
        tables.posts.decide(step.known.id, Standing.INDEXED, Cause.UNROUTED, reasons, duplicate_of=original)


def _for_followers(tables: Tables, steps: list[Step], now: datetime) -> list[Step]:
    """Announce what can be found by now to those who follow it, also where no channel takes it."""
    followers = tables.followers.matching([step.known.id for step in steps if step.to_followers])
    for step in steps:
        if channel_ids := followers.get(step.known.id):
            reasons, original = _reasons(step), step.known.duplicate_of
            tables.posts.decide(step.known.id, Standing.ANNOUNCED, Cause.RULES, reasons, duplicate_of=original)
            tables.deliveries.plan(step.known.id, channel_ids, now)
    return [replace(step, to_followers=step.known.id in followers) for step in steps]


def _reasons(step: Step) -> tuple[Reason, ...]:
    return *step.known.reasons, Reason("announce", True, "a person asked for it with `linkbot announce`")


def _told(steps: list[Step], request: AnnounceRequest) -> list[str]:
    """A sentence for each of the steps that were made of `request`; one if there are none.

    Of many steps alike only the first ones are told; what a `dry_run` tells is for choosing, and complete.
    """
    if not steps:
        return ["no post is held" if request.held else "there is no post to announce"]
    lines = []
    alike = Counter[str]()
    for step in steps:
        done = done_with(step, request)
        alike[done] += 1
        if request.dry_run or alike[done] <= MOST_ALIKE:
            lines.append(f"{step.known.post.path}: {done}")
    if not request.dry_run:
        lines += [f"and {posts - MOST_ALIKE:,} more: {done}" for done, posts in alike.items() if posts > MOST_ALIKE]
    return lines


def done_with(step: Step, request: AnnounceRequest) -> str:
    """What was done with a post, or would be, in words."""
    would = "would be " if request.dry_run else ""
    if request.drop:
        return f"{would}taken in without announcing it"
    if step.channels:
        to_be = would or "to be "  # the service sends it after this is told
        when = f", once its file is in order again ({step.problem})" if step.problem else ""
        paused = {channel.id: " (paused)" for channel in step.channels if channel.id in step.paused}
        where = ", ".join(f"{channel.name}{paused.get(channel.id, '')}" for channel in step.channels)
        return f"{to_be}announced in {where}{when}"
    if step.there:
        return f"nothing to do: it is {', '.join(f'{state} in {channel.name}' for channel, state in step.there)}"
    taken_in = f"; {would}taken in without announcing it" if step.known.standing is Standing.HELD else ""
    if step.to_followers:
        taken_in = f"; {would}sent to those who follow it alone"
    return f"no channel takes it{taken_in}; --channel CHANNEL sends it to one whatever its filters say"
