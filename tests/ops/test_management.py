"""What people who manage a server get and do, below the commands: over a real catalog."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.overview import ChannelCounts
from bot.catalog.records import DeliveryState
from bot.catalog.tables import Tables
from bot.discord_app.management import Changed, Verdict
from bot.ops.management import ServiceManagement
from bot.problems import UsageError
from bot.settings import ChannelSettings, Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, KUBERNETES, settings_in, take_in

FAR = ChannelSettings(id=1_200_000_000_000_000_009, name="all")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Three channels; the third has the name of the first, and is meant to be of another server."""
    settings = settings_in(tmp_path)
    return settings.model_copy(update={"channels": (*settings.channels, FAR)})


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """A catalog with a baseline of two posts and a draft."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory) as catalog:
        files = {
            "a.md": post_text("A", tags=["kubernetes"]),
            "b.md": post_text("B"),
            "draft.md": post_text("D", draft=True),
        }
        await take_in(catalog, settings, files, baseline=True)
        yield catalog


class Service:
    """Management as the service makes it, and what it woke."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.troubles = Troubles()
        self.woken: list[int] = []
        self.here = settings.channels[:2]
        self.management = ServiceManagement(
            catalog, settings, troubles=self.troubles, wake=self.woken.extend, indexed=lambda: None
        )


@pytest.fixture
def service(catalog: Catalog, settings: Settings) -> Service:
    return Service(catalog, settings)


async def ids(catalog: Catalog, *paths: str) -> list[int]:
    """The ids of posts."""

    def look(tables: Tables) -> list[int]:
        return [known.id for path in paths if (known := tables.posts.by_path(path)) is not None]

    return await catalog.read(look)


async def test_counts_are_of_the_channels_asked_about(catalog: Catalog, settings: Settings, service: Service) -> None:
    """Each delivery is counted once, as sent, waiting, asleep or in need of a person, and only where it was asked."""
    files = {f"n{number}.md": post_text(f"N{number}", tags=["kubernetes"]) for number in range(5)}
    await take_in(catalog, settings, files)
    now = datetime.now(UTC)

    def work(tables: Tables) -> None:
        for number, outcome in enumerate(("sent", "refused", "unknown")):
            claim = tables.deliveries.claim(ALL, f"n{number}", tables.deliveries.pending(ALL, 1, now), now)
            match outcome:
                case "sent":
                    tables.deliveries.record_sent(claim, 1, now)
                case "refused":
                    tables.deliveries.refuse(claim, "no")
                case _:
                    tables.deliveries.give_up(claim, "who knows")
        tables.deliveries.claim(ALL, "under way", tables.deliveries.pending(ALL, 1, now), now)

    await catalog.write(work)
    await take_in(catalog, settings, {"n4.md": post_text("N4", tags=["kubernetes"], draft=True)})
    report = await service.management.status(service.here)
    first, second = (channel.counts for channel in report.channels)
    assert first == ChannelCounts(sent=1, waiting=1, sleeping=1, refused=1, unknown=1, oldest_waiting_at=None)
    assert (second.sent, second.waiting, second.sleeping) == (0, 4, 1)
    assert second.oldest_waiting_at is not None
    assert now - timedelta(minutes=1) < second.oldest_waiting_at <= now
    assert {held.channel_id for held in report.held_up} == {ALL}
    assert (await service.management.status([FAR])).held_up == ()


async def test_a_name_that_two_channels_share_tells_no_trouble(service: Service) -> None:
    """Where a trouble could be another server's channel's, of the same name, it is not told."""
    service.troubles.begin("channel all", "nobody can write there")
    service.troubles.begin("channel kubernetes", "refused")
    service.troubles.begin("changes in kubernetes", "refused as well")
    channels = (await service.management.status(service.here)).channels
    assert channels[0].troubles == ()
    assert [what for what, _ in channels[1].troubles] == ["refused", "refused as well"]


async def test_announcing_stays_within_the_channels(catalog: Catalog, service: Service) -> None:
    """Posts go to the given channels alone, in the order asked, and only those are woken; drafts stay as they are."""
    posts = await ids(catalog, "b.md", "a.md", "draft.md")
    would = await service.management.would_announce(posts, service.here, None)
    assert [step.verdict for step in would] == [Verdict.READY, Verdict.READY, Verdict.NOT_PUBLIC]
    assert service.woken == []
    done = await service.management.announce([*posts, 10**15], service.here, None)
    assert [[channel.id for channel in step.channels] for step in done] == [[ALL], [ALL, KUBERNETES], []]
    assert sorted(service.woken) == [ALL, KUBERNETES]
    states = await catalog.read(lambda tables: tables.deliveries.channels_of(posts[1]))
    assert states == {ALL: DeliveryState.PENDING, KUBERNETES: DeliveryState.PENDING}
    with pytest.raises(UsageError):
        await service.management.announce(posts, service.here, FAR.id)


async def test_what_is_done_again_changes_nothing(catalog: Catalog, service: Service) -> None:
    """Announced, paused or resumed a second time, nothing is done, and nothing is woken."""
    posts = await ids(catalog, "a.md")
    await service.management.announce(posts, service.here, None)
    service.woken.clear()
    (again,) = await service.management.announce(posts, service.here, None)
    assert again.channels == ()
    assert {state for _, state in again.there} == {DeliveryState.PENDING}
    assert (await service.management.pause(service.here[:1], followers=False)).channels == {ALL}
    assert (await service.management.pause(service.here, followers=False)).channels == {KUBERNETES}
    assert service.woken == []
    resumed = await service.management.resume(service.here, followers=False)
    assert resumed == Changed({ALL, KUBERNETES}, waiting=1, followers=False, followers_paused=False)
    assert sorted(service.woken) == [ALL, KUBERNETES]
    service.woken.clear()
    assert (await service.management.resume(service.here, followers=False)).channels == set()
    assert service.woken == []


async def test_a_post_is_found_by_path_before_title(catalog: Catalog, settings: Settings, service: Service) -> None:
    """A path means the post that is there now; a title the newest post of it; a number that post; gone ones none."""
    await take_in(catalog, settings, {"c.md": post_text("a.md"), "d.md": post_text("a.md", url="https://x.example/2")})
    a, d = await ids(catalog, "a.md", "d.md")

    async def found(asked: str) -> int | None:
        report = await service.management.find(asked, service.here)
        return None if report is None else report.known.id

    assert await found("a.md") == a
    assert await found("A.MD") == d
    assert await found(f"#{a}") == a
    assert await found("#999999999999999999") is None
    assert await found("") is None
    await catalog.write(lambda tables: tables.posts.lose_file(a, datetime.now(UTC)))
    assert await found(f"#{a}") is None
    assert a not in {post.id for post in await service.management.posts_like("a", 25)}
