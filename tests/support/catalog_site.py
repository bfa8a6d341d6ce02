"""A content directory in memory, taken into a real catalog as the intake would."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Literal

from bot.announcing.ingest import Ingest, ScanBatch
from bot.announcing.planning import Taken
from bot.catalog.database import Catalog
from bot.catalog.listings import Filters
from bot.catalog.records import DeliveryState, KnownPost, Standing, StandingCard
from bot.catalog.tables import Tables
from bot.content.links import canonical_url
from bot.content.post import FileStamp, NotAPost, Outcome, Post, PostFile, PostProblem, Reading
from bot.settings import AnnounceSettings, ChannelSettings, ContentSettings, Filter, Settings, StateSettings

__all__ = ["ALL", "KUBERNETES", "NOW", "Site", "a_post", "channel", "settings_for"]

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
ALL, KUBERNETES = 1_200_000_000_000_000_001, 1_200_000_000_000_000_002


def a_post(
    path: str = "a.md",
    *,
    title: str | None = None,
    url: str | None = None,
    tags: tuple[str, ...] = ("kubernetes",),
    source: str | None = "CNCF",
    kind: str | None = "link",
    draft: bool = False,
    date: datetime | None = NOW - timedelta(days=6),
    publish_date: datetime | None = None,
    expiry_date: datetime | None = None,
    text: str = "What it is about.",
) -> Post:
    """A post that every rule lets through unless said otherwise; title and link follow from the path."""
    address = f"https://example.org/{path}" if url is None else url
    return Post(
        path=path,
        title=f"About {path}" if title is None else title,
        external_url=address,
        canonical_url=canonical_url(address),
        text=text,
        summary="",
        tags=tags,
        source=source,
        kind=kind,
        draft=draft,
        date=date,
        publish_date=publish_date,
        expiry_date=expiry_date,
    )


def channel(channel_id: int = ALL, **conditions: Any) -> ChannelSettings:
    """A channel; without conditions it takes everything."""
    return ChannelSettings(id=channel_id, name=f"channel-{channel_id % 10}", **conditions)


def settings_for(
    folder: Path,
    *,
    channels: Collection[ChannelSettings] = (channel(), channel(KUBERNETES, tags=Filter(any=("kubernetes",)))),
    kinds: tuple[str, ...] = ("link",),
    rescan_seconds: float = 300.0,
    watcher: Literal["auto", "native", "polling"] = "auto",
    **announce: Any,
) -> Settings:
    """Settings whose content and state lie in `folder`; `announce` are keys of that section."""
    return Settings(
        content=ContentSettings(
            directory=folder / "content",
            kinds=kinds,
            rescan_seconds=rescan_seconds,
            watcher=watcher,
        ),
        state=StateSettings(directory=folder / "state"),
        channels=tuple(channels),
        announce=AnnounceSettings(**announce),
    )


@dataclass
class Site:
    """Files by path. Change them, then `scan`; `now` is what the clock says.

    What `send_all` sends and `look_after` changes stands in `messages`: the posts that the cards show, by message id.
    """

    catalog: Catalog
    settings: Settings
    now: datetime = NOW
    files: dict[str, tuple[int, Outcome]] = field(default_factory=dict)
    refused: dict[str, PostProblem] = field(default_factory=dict)
    messages: dict[int, list[Post]] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))
    _writes: int = 0

    def write(self, *posts: Post) -> None:
        """Write or change files."""
        for post in posts:
            self._write(post.path, post)

    def edit(self, path: str, **changes: Any) -> None:
        """Change fields of the post at a path; a changed link changes its canonical form as well."""
        outcome = self.files[path][1]
        assert isinstance(outcome, Post)
        if "external_url" in changes:
            changes["canonical_url"] = canonical_url(changes["external_url"])
        self._write(path, replace(outcome, **changes))

    def break_(self, path: str, what: str = "the title is missing") -> None:
        """The file cannot be read as a post any more."""
        self._write(path, PostProblem(path, 1, what, "mend it"))

    def empty(self, path: str) -> None:
        """The file is no link post any more."""
        self._write(path, NotAPost(path, "it has no front matter"))

    def touch(self, path: str) -> None:
        """The file is written once more as it is."""
        self._write(path, self.files[path][1])

    def copy(self, old: str, new: str) -> None:
        """Another file with the same content."""
        outcome = self.files[old][1]
        assert isinstance(outcome, Post)
        self._write(new, replace(outcome, path=new))

    def rename(self, old: str, new: str) -> None:
        """The file has another path, also one that another file had."""
        stamp, outcome = self.files.pop(old)
        self.files[new] = (stamp, replace(outcome, path=new))

    def delete(self, path: str) -> None:
        """The file is gone."""
        del self.files[path]

    async def scan(self, *hinted: str, baseline: bool = False, brake: bool = True, all_read: bool = True) -> Taken:
        """Look at everything, or only at the paths that are `hinted`; unless `all_read` one is still being written."""
        known = await self.catalog.read(lambda tables: tables.files.stamps())
        readings = tuple(
            Reading(PostFile(path, _stamp(number)), outcome)
            for path, (number, outcome) in self.files.items()
            if known.get(path) != _stamp(number) and path not in self.refused and (not hinted or path in hinted)
        )
        there = self.files.keys() | self.refused.keys()
        gone = tuple(sorted(path for path in known.keys() - there if not hinted or path in hinted))
        refused = () if hinted else tuple(self.refused.values())
        batch = ScanBatch(readings, gone, refused, complete=not hinted, all_read=all_read, baseline=baseline)
        ingest, now = Ingest(self.settings), self.now
        return await self.catalog.write(lambda tables: ingest.take(tables, batch, now, brake=brake))

    async def wait_until(self, moment: datetime) -> Taken:
        """Let the time come, and have the posts that are due decided."""
        self.now = moment
        ingest = Ingest(self.settings)
        return await self.catalog.write(lambda tables: ingest.take_due(tables, moment))

    async def apply_rules(self) -> None:
        """What a start under changed settings does."""
        ingest, now = Ingest(self.settings), self.now
        await self.catalog.write(lambda tables: ingest.take_rules(tables, now))

    async def known(self, path: str) -> KnownPost:
        """The post at a path, or the one that was there last."""
        known = await self.catalog.read(lambda tables: tables.posts.by_path(path))
        assert known is not None
        return known

    async def standing(self, path: str) -> Standing:
        """How the post at a path stands."""
        return (await self.known(path)).standing

    async def deliveries(self, path: str) -> dict[int, DeliveryState]:
        """By channel, what is planned or done of the post at a path."""
        known = await self.known(path)
        return await self.catalog.read(lambda tables: tables.deliveries.channels_of(known.id))

    async def due(self, channel_id: int = ALL) -> list[str]:
        """The paths of the posts that would be sent to a channel now, in order."""
        now = self.now
        pending = await self.catalog.read(lambda tables: tables.deliveries.pending(channel_id, 1000, now))
        return [delivery.post.path for delivery in pending]

    async def listed(self) -> list[str]:
        """The paths of the posts that members find, newest first."""
        now = self.now
        listing = await self.catalog.read(lambda tables: tables.search.latest(Filters(), 0, 1000, now))
        return [listed.post.path for listed in listing.posts]

    async def send_all(self, channel_id: int = ALL) -> list[str]:
        """Send every post that is due in a channel, in one message; return their paths."""
        now = self.now

        def send(tables: Tables) -> list[str]:
            pending = tables.deliveries.pending(channel_id, 1000, now)
            if pending:
                message_id = next(self._ids)
                claim = tables.deliveries.claim(channel_id, f"nonce {message_id}", pending, now)
                tables.deliveries.record_sent(claim, message_id, now)
                self.messages[message_id] = [delivery.post for delivery in pending]
            return [delivery.post.path for delivery in pending]

        return await self.catalog.write(send)

    async def stale(self) -> dict[int, int]:
        """By channel, how many messages are to be looked at."""
        return await self.catalog.read(lambda tables: tables.messages.count_stale())

    async def look_after(self, channel_id: int = ALL) -> list[str]:
        """Do to the stale messages of a channel what on_retract: delete and on_delete: delete ask for.

        Returns:
            The links of the cards that were taken out.
        """
        now = self.now

        def work(tables: Tables) -> list[str]:
            taken_out: list[StandingCard] = []
            while (message := tables.messages.next_stale(channel_id, now, timedelta())) is not None:
                kept = [(card.delivery, _wanted(card)) for card in message.cards if not _has_to_go(card)]
                out = [card for card in message.cards if _has_to_go(card)]
                if not kept:
                    tables.messages.record_deleted(message.id)
                    del self.messages[message.message_id]
                else:
                    tables.messages.record_edited(message.id, kept, [card.delivery for card in out], now)
                    tables.messages.settle(message.id)
                    self.messages[message.message_id] = [post for _, post in kept]
                taken_out += out
            return [card.post.external_url for card in taken_out]

        return await self.catalog.write(work)

    def cards(self) -> list[Post]:
        """What the cards that stand show, in any order."""
        return [post for posts in self.messages.values() for post in posts]

    def _write(self, path: str, outcome: Outcome) -> None:
        self._writes += 1
        self.files[path] = (self._writes, outcome)


def _has_to_go(card: StandingCard) -> bool:
    return card.is_draft or card.is_gone


def _wanted(card: StandingCard) -> Post:
    assert card.shown is not None
    return card.post if card.is_live else card.shown


def _stamp(number: int) -> FileStamp:
    return FileStamp(number, number, 1, number)
