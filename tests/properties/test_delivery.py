"""Whatever Discord, the network, the clock and the process do: each post stands in each channel exactly once."""

import asyncio
import random
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.announcing.courier import Courier
from bot.catalog.database import Catalog, open_catalog
from bot.catalog.records import DeliveryState
from bot.content.post import Outcome
from bot.settings import AnnounceSettings
from tests.support.catalog_site import ALL, KUBERNETES, Site, a_post, settings_for
from tests.support.courier_fakes import (
    CHANNEL_REFUSED,
    MESSAGE_REFUSED,
    RATE_LIMITED,
    Act,
    Clock,
    FakeDiscord,
    Hangs,
    Lost,
    quick_pauses,
    running,
)

acts: st.SearchStrategy[Act | None] = st.one_of(
    st.none(),
    st.builds(Lost, stored=st.booleans(), takes=st.sampled_from([0.0, 5.0, 61.0, 400.0, -30.0])),
    st.builds(Hangs, stored=st.booleans()),
    st.sampled_from([RATE_LIMITED, CHANNEL_REFUSED, MESSAGE_REFUSED]),
)


async def crash(courier: Courier, turns: int) -> None:
    """Let the courier work for some turns of the event loop, then end it in the middle of whatever it does."""
    task = asyncio.create_task(courier.run())
    for _ in range(turns):
        await asyncio.sleep(0)
    await asyncio.sleep(turns / 10_000)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def all_done(catalog: Catalog) -> None:
    """Wait until nothing is pending or in doubt."""
    async with asyncio.timeout(20):
        while True:
            counts = await catalog.read(lambda tables: tables.deliveries.counts())
            if all(count.state in {DeliveryState.SENT, DeliveryState.REFUSED} for count in counts):
                return
            await asyncio.sleep(0.002)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.lists(acts, max_size=12), st.lists(st.integers(0, 60), max_size=5), st.integers(1, 10))
async def test_each_post_stands_exactly_once(
    seed: int, script: list[Act | None], crashes: list[int], posts_per_message: int
) -> None:
    """Lost answers, refusals, crashes at any moment, a clock that jumps, posts that come meanwhile: one card each."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clock = Clock()
        discord = FakeDiscord(clock)
        for act in script:
            if act is not None:
                discord.next_request(chance.choice([ALL, KUBERNETES]), act)
        paths: list[str] = []
        files: dict[str, tuple[int, Outcome]] = {}
        for turns in [*crashes, None]:
            async with open_catalog(folder) as catalog:
                site = Site(catalog, settings_for(folder), files=files, _writes=len(files))
                for _ in range(chance.randint(0, 4)):
                    paths.append(f"{len(paths)}.md")
                    site.write(a_post(paths[-1]))
                await site.scan()

                def make(catalog: Catalog = catalog, site: Site = site) -> Courier:
                    return Courier(
                        catalog,
                        discord,
                        site.settings.channels,
                        AnnounceSettings(posts_per_message=posts_per_message),
                        now=clock.now,
                        pauses=quick_pauses,
                    )

                if turns is not None:
                    await crash(make(), turns)
                    clock.go_on(chance.choice([0, 10, 61, 1000]))
                else:
                    discord.forget_acts()
                    async with running(make()):
                        await all_done(catalog)
                    held_up = await catalog.read(lambda tables: tables.deliveries.held_up())
        for channel_id in (ALL, KUBERNETES):
            refused = [held.path for held in held_up if held.channel_id == channel_id]
            stands = [path for message in discord.paths(channel_id) for path in message]
            assert Counter([*stands, *refused]) == Counter(paths)
