"""What people who manage a server ask of the running service in Discord: `bot.discord_app.management.Management`."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any

from bot.announcing.desk import CATALOG, READING
from bot.announcing.routing import route
from bot.announcing.troubles import Trouble, Troubles
from bot.catalog.database import Catalog
from bot.catalog.listings import Filters
from bot.catalog.notes import Note
from bot.catalog.overview import NamedPost
from bot.catalog.pauses import FOLLOWERS
from bot.catalog.records import KnownPost, Standing
from bot.catalog.tables import Tables
from bot.discord_app.management import Changed, ChannelReport, PostReport, ServiceReport, Step, Verdict
from bot.ops import announce as announcing
from bot.ops.announce import NOT_PUBLIC, AnnounceRequest, steps_of
from bot.settings import ChannelSettings, Settings

__all__ = ["ServiceManagement"]

Channels = Sequence[ChannelSettings]


class ServiceManagement:
    """Over the catalog of the running service.

    Args:
        catalog: where everything is.
        settings: of the service.
        troubles: what does not work just now.
        wake: called with the ids of channels where something became due.
        indexed: which part of the posts is taken in while the first run lasts; None: all are.
    """

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        *,
        troubles: Troubles,
        wake: Callable[[Collection[int]], None],
        indexed: Callable[[], float | None],
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._troubles = troubles
        self._wake = wake
        self._indexed = indexed

    @property
    def channels(self) -> Channels:
        """All channels of the settings."""
        return self._settings.channels

    @property
    def tldr_characters(self) -> int:
        """How long the text of a card is at most."""
        return self._settings.announce.tldr_characters

    async def status(self, channels: Channels) -> ServiceReport:
        """Tell how the service is, and how these channels are."""
        now = datetime.now(UTC)
        return await self._catalog.count(lambda tables: self._status(tables, channels, now))

    def _status(self, tables: Tables, channels: Channels, now: datetime) -> ServiceReport:
        ids = {channel.id for channel in channels}
        service, scan, outage = (_noted(tables, note) for note in (Note.SERVICE, Note.SCAN, Note.OUTAGE))
        counts = tables.overview.counts(ids, now)
        paused = tables.pauses.all()
        troubles = self._troubles.all
        return ServiceReport(
            since=_moment(service, "since"),
            scanned_at=_moment(scan, "at"),
            files=scan.get("files"),
            problems=tuple(tables.files.problems()),
            indexed=self._indexed(),
            content_gone_since=_moment(outage, "since"),
            catalog_fails_since=next((each.since for each in troubles if each.where in (CATALOG, READING)), None),
            followers_paused_since=tables.pauses.followers_since() if self._settings.commands.follow else None,
            posts=tables.posts.count_by_standing(),
            channels=tuple(
                ChannelReport(each, counts[each.id], paused.get(each.id), self._troubles_of(each, troubles))
                for each in channels
            ),
            held_up=tuple(held for held in tables.deliveries.held_up() if held.channel_id in ids),
        )

    def _troubles_of(self, channel: ChannelSettings, troubles: Iterable[Trouble]) -> tuple[tuple[str, datetime], ...]:
        """What does not work in a channel; nothing where another one has its name, and it could be meant."""
        if sum(other.name == channel.name for other in self.channels) > 1:
            return ()
        parts = {f"channel {channel.name}", f"changes in {channel.name}"}
        told = {trouble.what: trouble.since for trouble in troubles if trouble.where in parts}
        return tuple(told.items())

    async def posts_like(self, typed: str, count: int) -> list[NamedPost]:
        """Return at most `count` posts of whatever standing, with the words of `typed` in their path or title."""
        return await self._catalog.count(lambda tables: tables.overview.like(typed, count))

    async def find(self, asked: str, channels: Channels) -> PostReport | None:
        """Return the post with this path, title or number, as it concerns these channels."""
        now = datetime.now(UTC)

        def look(tables: Tables) -> PostReport | None:
            post_id = tables.overview.find(asked)
            known = None if post_id is None else tables.posts.by_id(post_id)
            if known is None:
                return None
            ids = {channel.id for channel in channels}
            deliveries = {
                channel_id: delivery
                for channel_id, delivery in tables.overview.deliveries_of(known.id, now).items()
                if channel_id in ids
            }
            return PostReport(known, route(known.post, channels), deliveries, tables.pauses.all().keys() & ids)

        return await self._catalog.count(look)

    async def newest(self, count: int) -> list[int]:
        """Return the ids of the newest posts that members can see, in the order in which they are announced."""
        now = datetime.now(UTC)
        newest = await self._catalog.read(lambda tables: tables.search.latest(Filters(), 0, count, now).posts)
        return [listed.id for listed in reversed(newest)]

    async def would_announce(self, posts: Sequence[int], channels: Channels, into: int | None) -> list[Step]:
        """Tell what `announce` would do; nothing is done."""
        return await self._announce(posts, channels, into, dry_run=True)

    async def announce(self, posts: Sequence[int], channels: Channels, into: int | None) -> list[Step]:
        """Announce posts on purpose, only in these channels; raises as the Protocol says."""
        steps = await self._announce(posts, channels, into, dry_run=False)
        self._wake({channel.id for step in steps for channel in step.channels})
        return steps

    async def _announce(
        self, posts: Sequence[int], channels: Channels, into: int | None, *, dry_run: bool
    ) -> list[Step]:
        known = await self._catalog.read(lambda tables: [tables.posts.by_id(post_id) for post_id in posts])
        there = [each for each in known if each is not None and each.gone_at is None]
        verdicts = {each.id: self._verdict(each, channels) for each in there}
        ready = tuple(each.post.path for each in there if verdicts[each.id] is Verdict.READY)
        done: dict[int, announcing.Step] = {}
        if ready:
            only_these = self._settings.model_copy(update={"channels": tuple(channels)})
            request = AnnounceRequest(paths=ready, channel=into, dry_run=dry_run)
            done = {step.known.id: step for step in await steps_of(self._catalog, only_these, request)}
        return [_step(each, verdicts[each.id], done.get(each.id)) for each in there]

    def _verdict(self, known: KnownPost, channels: Channels) -> Verdict:
        if known.standing in NOT_PUBLIC:
            return Verdict.NOT_PUBLIC
        if known.post.expiry_date is not None and known.post.expiry_date <= datetime.now(UTC):
            return Verdict.EXPIRED
        if known.standing is Standing.HELD and len(channels) < len(self.channels):
            return Verdict.HELD
        return Verdict.READY

    async def pause(self, channels: Channels, *, followers: bool) -> Changed:
        """Hold back what is to be announced there, and with `followers` all direct messages to them."""
        now = datetime.now(UTC)
        ids = _ids(channels, followers=followers)
        return await self._catalog.write(
            lambda tables: self._changed(tables, {each for each in ids if tables.pauses.pause(each, now)}, now)
        )

    async def resume(self, channels: Channels, *, followers: bool) -> Changed:
        """Hold nothing back there any more, nor with `followers` what is for them, and send what waited."""
        now = datetime.now(UTC)
        ids = _ids(channels, followers=followers)
        changed = await self._catalog.write(
            lambda tables: self._changed(tables, {each for each in ids if tables.pauses.resume(each)}, now)
        )
        if changed.channels or changed.followers:
            self._wake(changed.channels)
        return changed

    def _changed(self, tables: Tables, ids: Set[int], now: datetime) -> Changed:
        channels = ids - {FOLLOWERS}
        return Changed(
            channels=channels,
            waiting=tables.overview.waiting(channels, now),
            followers=FOLLOWERS in ids and self._settings.commands.follow,
            followers_paused=tables.pauses.is_paused(FOLLOWERS) if self._settings.commands.follow else None,
        )


def _ids(channels: Channels, *, followers: bool) -> list[int]:
    return [*(channel.id for channel in channels), *([FOLLOWERS] if followers else [])]


def _step(known: KnownPost, verdict: Verdict, done: announcing.Step | None) -> Step:
    if done is None:
        return Step(known, verdict)
    return Step(known, verdict, done.channels, done.there, done.paused, is_broken=done.problem is not None)


def _noted(tables: Tables, note: Note) -> Mapping[str, Any]:
    text = tables.notes.get(note)
    noted: Mapping[str, Any] = {} if text is None else json.loads(text)
    return noted


def _moment(noted: Mapping[str, Any], key: str) -> datetime | None:
    return datetime.fromisoformat(noted[key]) if key in noted else None
