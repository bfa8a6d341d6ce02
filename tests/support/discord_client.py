"""A real client against the stand-in, over real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from bot.announcing.publisher import Announcement, Delivered, Publisher
from bot.announcing.retry import Pauses
from bot.content.post import Post
from bot.discord_app.client import LinkbotClient
from bot.discord_app.endpoints import DEFAULT_API_URL, point_discord_at
from bot.discord_app.gateway import GatewayPace
from bot.discord_app.identify_budget import IdentifyBudget
from bot.discord_app.publish import DiscordPublisher
from bot.rehearsal.records import Channel
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn, StandInChannel, StandInRole, StandInTag

CHANNEL = 1_200_000_000_000_000_001
OTHER_CHANNEL = 1_200_000_000_000_000_002
NEWS_CHANNEL = 1_200_000_000_000_000_003
FORUM = 1_200_000_000_000_000_004
MEDIA_CHANNEL = 1_200_000_000_000_000_005
VOICE_CHANNEL = 1_200_000_000_000_000_006
ROLE = 1_300_000_000_000_000_001

TAGS = tuple(
    StandInTag(1_400_000_000_000_000_000 + number, name, moderated=name == "Staff")
    for number, name in enumerate(("Staff", "Kubernetes", "community", "Release", "one", "two", "three", "four"))
)
EVERY_KIND = (
    StandInChannel(CHANNEL, "text"),
    StandInChannel(NEWS_CHANNEL, "news", "announcement"),
    StandInChannel(FORUM, "forum", "forum", available_tags=TAGS),
    StandInChannel(MEDIA_CHANNEL, "media", "media"),
    StandInChannel(VOICE_CHANNEL, "voice", "voice"),
)


def quick_pauses() -> Pauses:
    """Pauses that a test can wait for."""
    return Pauses(first=0.01, most=0.05)


class Record:
    """What is kept of the identifies over restarts, in memory.

    Attributes:
        text: what was saved last; None: nothing.
        fails_with: what loading and saving raises just now.
        failed: set once one of them did.
    """

    def __init__(self, text: str | None = None) -> None:
        self.text = text
        self.fails_with: Exception | None = None
        self.failed = asyncio.Event()

    def budget(self, **options: Any) -> IdentifyBudget:
        """A budget as a new process makes it."""
        return IdentifyBudget(self.load, self.save, **options)

    async def load(self) -> str | None:
        """What was saved last."""
        self._fail()
        return self.text

    async def save(self, text: str) -> None:
        """Keep `text`."""
        self._fail()
        self.text = text

    def _fail(self) -> None:
        if self.fails_with is not None:
            self.failed.set()
            raise self.fails_with


@contextlib.asynccontextmanager
async def running_stand_in(port: int = 0) -> AsyncIterator[StandIn]:
    """A stand-in with two channels, a role and no rate limits."""
    channels = [StandInChannel(CHANNEL, "news"), StandInChannel(OTHER_CHANNEL, "other")]
    roles = [StandInRole(ROLE, "readers")]
    async with StandIn(channels, port=port, roles=roles, rate_limits=False) as stand_in:
        yield stand_in


@contextlib.asynccontextmanager
async def running_guild(*, rate_limits: bool = False) -> AsyncIterator[StandIn]:
    """A stand-in with a channel of every kind."""
    roles = [StandInRole(ROLE, "readers")]
    async with StandIn(EVERY_KIND, roles=roles, rate_limits=rate_limits) as stand_in:
        yield stand_in


def open_thread(stand_in: StandIn, parent_id: int = CHANNEL, owner_id: int = 1) -> int:
    """A thread in a channel that somebody else opened; return its id."""
    world = stand_in.world
    thread_id = world.snowflakes.next()
    world.add_thread(
        Channel(thread_id, "talk", "thread", frozenset(), world.clock(), parent_id=parent_id, owner_id=owner_id)
    )
    return thread_id


@contextlib.asynccontextmanager
async def pointed_at(
    api_url: str, gateway_url: str | None, *, kind: type[LinkbotClient] = LinkbotClient, **options: Any
) -> AsyncIterator[LinkbotClient]:
    """A client that will look for Discord there; closed at the end, with discord.py as it was.

    It is of `kind`, hasty, and made with `options`.
    """
    hasty = {
        "identify_budget": Record().budget(apart_seconds=0.01),
        "gateway_pace": GatewayPace(quick_pauses),
        "guild_ready_timeout": 0.05,
        "pauses": quick_pauses,
    }
    client = kind(find_gateway=point_discord_at(api_url, gateway_url), **{**hasty, **options})
    try:
        yield client
    finally:
        await client.close()
        point_discord_at(DEFAULT_API_URL, None)


@contextlib.asynccontextmanager
async def logged_in(stand_in: StandIn, **options: Any) -> AsyncIterator[LinkbotClient]:
    """A client that can send requests and knows where the gateway is, but is not connected to it; see `pointed_at`."""
    async with pointed_at(stand_in.api_url, stand_in.gateway_url, **options) as client:
        await client.login(REHEARSAL_TOKEN)
        yield client


@contextlib.asynccontextmanager
async def publishing(
    stand_in: StandIn, timeout_seconds: float = 30.0, tldr_characters: int = 350
) -> AsyncIterator[DiscordPublisher]:
    """A publisher whose client is logged in."""
    async with logged_in(stand_in) as client:
        yield DiscordPublisher(client, tldr_characters, timeout_seconds)


@contextlib.asynccontextmanager
async def connected(client: LinkbotClient) -> AsyncIterator[asyncio.Task[None]]:
    """`connect_forever` under way, ready; given is its task, which is stopped at the end."""
    task = asyncio.create_task(client.connect_forever())
    try:
        await asyncio.wait_for(client.wait_until_ready(), 10)
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def announcement(
    *posts: Post, nonce: str = "nonce-1", channel: int = CHANNEL, mention: tuple[int, ...] = ()
) -> Announcement:
    """An announcement of `posts`."""
    return Announcement(channel_id=channel, nonce=nonce, posts=posts, mention=mention)


async def created(publisher: Publisher, wanted: Announcement) -> int:
    """Publish without trouble; return the message's id."""
    outcome = await publisher.publish(wanted)
    assert isinstance(outcome, Delivered)
    assert outcome.message_id is not None
    return outcome.message_id
