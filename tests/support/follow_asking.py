"""A bot whose members follow posts, from a real catalog, with a courier that writes to them."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.announcing.courier import Courier
from bot.catalog.database import open_catalog
from bot.catalog.following import KeptOfPerson
from bot.content.post import Post
from bot.discord_app.catalog_archive import CatalogArchive
from bot.discord_app.client import LinkbotClient
from bot.discord_app.commands import add_commands, add_following, add_forgetting
from bot.discord_app.follower import Follower
from bot.discord_app.follows import Follows
from bot.discord_app.publish import DiscordPublisher
from bot.rehearsal.standin import InteractionAnswer, StandIn, StandInChannel
from bot.settings import CommandsSettings
from tests.support.catalog_site import ALL, Site, channel, settings_for
from tests.support.courier_fakes import quick_pauses, running
from tests.support.discord_archive import assert_valid, buttons_of, message_of
from tests.support.discord_client import connected, logged_in

__all__ = ["FollowedBot", "expect_refusals", "followed"]


@dataclass
class FollowedBot:
    """The bot, its site, and Discord; nothing goes to a channel, as no post has the tag for that."""

    discord: StandIn
    site: Site
    per_day: int = 10
    follow: bool = True
    client: LinkbotClient = field(init=False)
    follows: Follows = field(init=False)
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        """Log in, register the commands, and connect."""
        catalog = self.site.catalog
        self.client = await self._running.enter_async_context(logged_in(self.discord))
        self.follows = Follows(catalog, self.per_day)
        archive = CatalogArchive(catalog)
        add_commands(self.client.tree, self.client.presses, archive, tldr_characters=350)
        follower = Follower(self.follows, archive)
        add_forgetting(self.client.tree, self.client.presses, follower)
        if self.follow:
            add_following(self.client.tree, self.client.presses, follower)
        await self.client.tree.sync()
        await self._running.enter_async_context(connected(self.client))

    async def restart(self) -> None:
        """Begin again with nothing but what is on disk and in Discord."""
        await self.stop()
        await self.start()

    async def stop(self) -> None:
        """Leave Discord."""
        await self._running.aclose()

    async def ask(self, command: str, user: str = "ada", **options: Any) -> InteractionAnswer:
        """A member uses a command."""
        answer = await self.discord.slash(command, options, user=user)
        assert answer.ephemeral
        return answer

    async def press(self, answer: InteractionAnswer, label: str, user: str = "ada") -> InteractionAnswer:
        """A member presses the button with that label, however the message looks by now."""
        message = message_of(answer)
        current = self.discord.world.find_message(message.id) or message
        return await self.discord.click(message.id, buttons_of(current)[label], user=user)

    async def kept(self, user: str = "ada") -> KeptOfPerson | None:
        """What is kept of a member."""
        return await self.follows.kept(self.discord.world.person(user).id)

    async def names(self, user: str = "ada") -> list[str]:
        """What a member follows."""
        return [follow.name for follow in await self.follows.of(self.discord.world.person(user).id)]

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Courier]:
        """The courier at work."""
        courier = Courier(
            self.site.catalog,
            DiscordPublisher(self.client, 350),
            self.site.settings.channels,
            self.site.settings.announce,
            pauses=quick_pauses,
            commands=CommandsSettings(follow_messages_per_day=self.per_day),
        )
        async with running(courier):
            yield courier

    async def publish(self, *posts: Post) -> None:
        """New posts come, and what follows from that is done."""
        self.site.write(*posts)
        await self.site.scan()


@asynccontextmanager
async def followed(folder: Path, posts: Sequence[Post] = ()) -> AsyncIterator[FollowedBot]:
    """A bot that knows `posts`, of which none is news."""
    settings = settings_for(folder, channels=[channel(ALL, tags={"any": ["announced"]})])
    state = folder / "state"
    state.mkdir()
    async with open_catalog(state) as catalog, StandIn([StandInChannel(ALL, "links")], rate_limits=False) as discord:
        bot = FollowedBot(discord, Site(catalog, settings, datetime.now(UTC)))
        bot.site.write(*posts)
        await bot.site.scan(baseline=True)
        try:
            await bot.start()
            yield bot
        finally:
            await bot.stop()
        assert_valid(discord)


def expect_refusals(bot: FollowedBot, path: str, status: int) -> None:
    """Discord refused requests to such a path, and no others, and that is as it should be."""
    refused = bot.discord.invalid_requests
    assert refused
    for record in refused:
        assert re.fullmatch(path, record.path)
        assert record.status == status
        bot.discord.log.records.remove(record)
