"""A bot that answers members from a real catalog, and the Discord where they ask it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.catalog.database import open_catalog
from bot.content.post import Post
from bot.discord_app.archive import Archive
from bot.discord_app.catalog_archive import CatalogArchive
from bot.discord_app.client import LinkbotClient
from bot.discord_app.commands import add_commands
from bot.rehearsal.records import Message
from bot.rehearsal.standin import InteractionAnswer, StandIn, StandInChannel
from tests.support.catalog_site import ALL, KUBERNETES, NOW, Site, channel, settings_for
from tests.support.discord_client import connected, logged_in
from tests.support.standin_openapi import DOCUMENT, validate_request

__all__ = ["TALK", "AnsweringBot", "answering", "assert_valid", "buttons_of", "message_of", "text_of"]


TALK = 1_200_000_000_000_000_009


@dataclass
class AnsweringBot:
    """The bot, its site, and Discord. In Discord, members see the channel `ALL`; `KUBERNETES` is hidden from them.

    In the channel `TALK` there are no announcements.
    """

    discord: StandIn
    site: Site
    client: LinkbotClient = field(init=False)
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        """Log in, register the commands, and connect."""
        await self.serve(CatalogArchive(self.site.catalog, now=lambda: self.site.now))

    async def serve(self, archive: Archive) -> None:
        """As `start`, answering from `archive`."""
        self.client = await self._running.enter_async_context(logged_in(self.discord))
        add_commands(self.client.tree, self.client.presses, archive, tldr_characters=350)
        await self.client.tree.sync()
        await self._running.enter_async_context(connected(self.client))

    async def stop(self) -> None:
        """Leave Discord."""
        await self._running.aclose()

    async def restart(self) -> None:
        """Begin again with nothing but what is on disk and in Discord."""
        await self.stop()
        await self.start()

    async def press(self, answer: InteractionAnswer, label: str, **who: Any) -> InteractionAnswer:
        """Press the button with that label under an answer."""
        message = message_of(answer)
        current = self.discord.world.find_message(message.id) or message
        return await self.discord.click(message.id, buttons_of(current)[label], **who)


@asynccontextmanager
async def answering(
    folder: Path, posts: Sequence[Post] = (), *, announced: bool = False, archive: Archive | None = None
) -> AsyncIterator[AnsweringBot]:
    """A bot that knows `posts`; `announced`: they stand in both channels, in messages with the ids 1 and 2.

    With `archive` it answers from that.
    """
    channels = [
        StandInChannel(ALL, "links"),
        StandInChannel(KUBERNETES, "staff", hidden=True),
        StandInChannel(TALK, "talk"),
    ]
    settings = settings_for(folder, channels=(channel(ALL), channel(KUBERNETES)))
    async with open_catalog(_made(folder / "state")) as catalog, StandIn(channels, rate_limits=False) as discord:
        site = await _filled(Site(catalog, settings, NOW), posts, announced=announced)
        bot = AnsweringBot(discord, site)
        try:
            await (bot.start() if archive is None else bot.serve(archive))
            yield bot
        finally:
            await bot.stop()
        assert_valid(discord)


def assert_valid(discord: StandIn) -> None:
    """Every request was as Discord wants it: the stand-in took it, and it is valid by Discord's specification."""
    assert discord.invalid_requests == []
    for record in discord.requests if DOCUMENT.exists() else ():
        if record.method in {"POST", "PUT", "PATCH"}:
            validate_request(record.method, record.path, record.body)


def message_of(answer: InteractionAnswer) -> Message:
    """The message that an answer is."""
    assert answer.message is not None
    return answer.message


def text_of(answer: InteractionAnswer | Message) -> str:
    """All that is read in an answer, but for its buttons."""
    message = answer if isinstance(answer, Message) else message_of(answer)
    texts = [message.content]
    for embed in message.embeds:
        texts += [embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")]
    return "\n".join(filter(None, texts))


def buttons_of(answer: InteractionAnswer | Message) -> dict[str, str]:
    """The custom ids of the buttons that can be pressed, by label."""
    message = answer if isinstance(answer, Message) else message_of(answer)
    buttons = [button for row in message.components for button in row["components"]]
    return {button["label"]: button["custom_id"] for button in buttons if not button.get("disabled")}


async def _filled(site: Site, posts: Sequence[Post], *, announced: bool) -> Site:
    site.write(*posts)
    await site.scan(baseline=not announced)
    if announced:
        for channel_id in (ALL, KUBERNETES):
            await site.send_all(channel_id)
    return site


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
