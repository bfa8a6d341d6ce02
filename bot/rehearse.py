"""``linkbot rehearse``: the same service, with the stand-in for Discord instead of Discord."""

import asyncio
import errno
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from importlib import resources
from pathlib import Path

from bot.problems import UsageError
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn, StandInChannel, StandInRole
from bot.service import run_service
from bot.settings import ChannelSettings, DiscordSettings, Filter, Settings, StateSettings

__all__ = ["DEFAULT_PORT", "rehearse"]

DEFAULT_PORT = 8765
RELEASE_SECONDS = 1.5  # between the sample's posts, so that a person sees them come

SAMPLE_CHANNELS = (
    ChannelSettings(id=100000000000000001, name="all-links"),
    ChannelSettings(id=100000000000000002, name="kubernetes", tags=Filter(any=("kubernetes",))),
    ChannelSettings(id=100000000000000003, name="code-and-tools", tags=Filter(any=("python", "rust", "git", "tools"))),
)


async def rehearse(settings: Settings | None, content: Path | None, port: int, *, tell: Callable[[str], None]) -> None:
    """Run the service against the stand-in until SIGTERM or SIGINT.

    The real state directory and the real Discord are never touched. Without `content` and `settings` a sample site is
    made in a temporary folder; some of its posts arrive one by one, since what is there at first is only indexed.

    Args:
        settings: whose channels and rules to rehearse; None: those of the sample.
        content: the content directory; None: that of `settings`, or the sample site.
        port: of the page, on 127.0.0.1; 0: a free one.
        tell: takes lines for the person who rehearses.

    Raises:
        UsageError: the port is taken.
        LinkbotError: what ended the service.
    """
    with _workshop() as folder:
        is_sample = settings is None and content is None
        directory = folder / "content" if is_sample else content or (settings or Settings()).content.directory
        if is_sample:
            shutil.copytree(_sample() / "before", directory)
        chosen = settings or Settings(channels=SAMPLE_CHANNELS)
        async with AsyncExitStack() as stack:
            stand_in = await _open(stack, _stand_in(chosen, port))
            ready = asyncio.Event()
            tell(f"Rehearsal: open {stand_in.page_url}")
            releases = asyncio.create_task(_release(directory, ready) if is_sample else ready.wait())
            tell(f"Content directory: {directory}")
            tell("Drop a post there and it appears on the page. Ctrl+C ends the rehearsal.")
            try:
                await run_service(_redirected(chosen, directory, folder, stand_in), REHEARSAL_TOKEN, on_ready=ready.set)
            finally:
                releases.cancel()


async def _open(stack: AsyncExitStack, stand_in: StandIn) -> StandIn:
    try:
        return await stack.enter_async_context(stand_in)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise UsageError(
            f"port {stand_in.port} is taken, perhaps by another rehearsal; choose one with --port"
        ) from error


@contextmanager
def _workshop() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="linkbot-rehearsal-") as folder:
        yield Path(folder)


def _sample() -> Path:
    return Path(str(resources.files("bot.rehearsal") / "sample"))


def _stand_in(settings: Settings, port: int) -> StandIn:
    """A server with the channels and roles that the settings name."""
    channels = [
        StandInChannel(channel.id, channel.name, "announcement" if channel.publish else "text")
        for channel in settings.channels
    ]
    roles = {role for channel in settings.channels for role in channel.mention}
    return StandIn(channels, port=port, roles=[StandInRole(role, f"role {role}") for role in sorted(roles)])


def _redirected(settings: Settings, content: Path, folder: Path, stand_in: StandIn) -> Settings:
    """The settings with the stand-in for Discord and a state directory of their own."""
    return settings.model_copy(
        update={
            "content": settings.content.model_copy(update={"directory": content.absolute()}),
            "state": StateSettings(directory=folder / "state"),
            "discord": DiscordSettings(api_url=stand_in.api_url, gateway_url=stand_in.gateway_url),
        }
    )


async def _release(directory: Path, ready: asyncio.Event) -> None:
    """Let the sample's other posts arrive one by one, once the first ones are indexed."""
    await ready.wait()
    for post in sorted((_sample() / "arriving").iterdir()):
        await asyncio.sleep(RELEASE_SECONDS)
        await asyncio.to_thread(shutil.copy, post, directory / "docs" / post.name)
