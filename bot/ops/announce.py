"""``linkbot announce``: announcing posts on purpose, whatever the rules made of them, and letting held ones go."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from bot.announcing.routing import route
from bot.catalog.database import Catalog
from bot.catalog.records import Cause, KnownPost, Reason, Standing
from bot.catalog.tables import Tables
from bot.problems import UsageError
from bot.settings import ChannelSettings, Settings

__all__ = ["AnnounceRequest", "announce"]

NOT_PUBLIC = (Standing.HIDDEN, Standing.WAITING)


@dataclass(frozen=True, slots=True)
class AnnounceRequest:
    """What a person asks for; one of `latest`, `paths` and `held`.

    Attributes:
        latest: the newest so many posts that members can see.
        paths: posts, relative to the content directory.
        held: the posts that ``announce.hold_above`` held.
        drop: take the held posts in without announcing them.
        channel: only in the channel with this id, whatever its filters say; None: where the filters say.
        dry_run: tell what would be done, do nothing.
    """

    latest: int | None = None
    paths: tuple[str, ...] = ()
    held: bool = False
    drop: bool = False
    channel: int | None = None
    dry_run: bool = False

    def to_json(self) -> bytes:
        """One line."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, line: bytes) -> "AnnounceRequest":
        """Read what `to_json` wrote; a `ValueError` for anything else."""
        try:
            fields = json.loads(line)
            return cls(**{**fields, "paths": tuple(fields["paths"])})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"this is no request of this version: {line[:200]!r}") from error


@dataclass(frozen=True, slots=True)
class _Step:
    """One post and the channels that it is to go to."""

    known: KnownPost
    channels: tuple[ChannelSettings, ...]


async def announce(catalog: Catalog, settings: Settings, request: AnnounceRequest) -> list[str]:
    """Plan what is asked for, or with `dry_run` only tell; return a sentence for each post.

    Raises:
        UsageError: a post or the channel is not known, or members cannot see the post.
    """
    asked = _asked_channel(settings, request)

    def steps(tables: Tables) -> list[_Step]:
        chosen = tables.posts.held() if request.held else _chosen(tables, request)
        return [_Step(known, _channels(tables, known, settings, asked)) for known in chosen]

    def apply(tables: Tables) -> list[_Step]:
        planned = steps(tables)
        for step in planned:
            _apply(tables, step, drop=request.drop)
        return planned

    planned = await (catalog.read(steps) if request.dry_run else catalog.write(apply))
    return [_line(step, request) for step in planned] or [
        "no post is held" if request.held else "there is no post to announce"
    ]


def _asked_channel(settings: Settings, request: AnnounceRequest) -> ChannelSettings | None:
    if request.channel is None:
        return None
    for channel in settings.channels:
        if channel.id == request.channel:
            return channel
    known = ", ".join(f"{channel.id} ({channel.name})" for channel in settings.channels)
    raise UsageError(f"no channel of the settings has the id {request.channel}; there are {known}")


def _chosen(tables: Tables, request: AnnounceRequest) -> list[KnownPost]:
    if request.latest is not None:
        listed = tables.search.latest(count=request.latest, now=datetime.now(UTC))
        # Oldest first, as they are to stand in the channel.
        return [_known(tables, each.post.path) for each in reversed(listed)]
    return [_known(tables, path) for path in request.paths]


def _known(tables: Tables, path: str) -> KnownPost:
    known = tables.posts.by_path(path)
    if known is None or known.gone_at is not None:
        raise UsageError(f"{path} is not a link post that the bot knows; `linkbot preview` says what it is")
    if known.standing in NOT_PUBLIC:
        why = "; ".join(reason.text for reason in known.reasons if not reason.passed)
        raise UsageError(f"{path} is {known.standing} and cannot be announced: {why}")
    return known


def _channels(
    tables: Tables, known: KnownPost, settings: Settings, asked: ChannelSettings | None
) -> tuple[ChannelSettings, ...]:
    """The channels that the post goes to and does not stand in, or wait for, already."""
    there = tables.deliveries.channels_of(known.id)
    wanted = [each.channel for each in route(known.post, settings.channels) if each.matches]
    return tuple(channel for channel in ([asked] if asked else wanted) if channel.id not in there)


def _apply(tables: Tables, step: _Step, *, drop: bool) -> None:
    asked = Reason("announce", True, "a person asked for it with `linkbot announce`")
    reasons = (*step.known.reasons, asked)
    if drop:
        tables.posts.decide(step.known.id, Standing.INDEXED, Cause.BASELINE, reasons)
    elif step.channels:
        tables.posts.decide(step.known.id, Standing.ANNOUNCED, Cause.RULES, reasons)
        tables.deliveries.plan(step.known.id, [channel.id for channel in step.channels], datetime.now(UTC))
    elif step.known.standing is Standing.HELD:
        tables.posts.decide(step.known.id, Standing.INDEXED, Cause.UNROUTED, reasons)


def _line(step: _Step, request: AnnounceRequest) -> str:
    would = "would be " if request.dry_run else ""
    path = step.known.post.path
    if request.drop:
        return f"{path}: {would}taken in without announcing it"
    if not step.channels:
        return f"{path}: nothing to do: it is in every channel that takes it, or none does"
    return f"{path}: {would}announced in {', '.join(channel.name for channel in step.channels)}"
