"""``linkbot rehearse``: the same service, with the stand-in for Discord instead of Discord."""

import asyncio
import errno
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from importlib import resources
from pathlib import Path

from bot.problems import UsageError
from bot.rehearsal import limits
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn, StandInChannel, StandInRole, StandInTag
from bot.service import STOP_SIGNALS, run_service
from bot.settings import (
    ChannelSettings,
    DiscordSettings,
    Filter,
    HealthSettings,
    Settings,
    StateSettings,
)

__all__ = ["rehearse", "stand_in_channels"]

_ANYTHING = "*"  # in a filter; no tag
RELEASE_SECONDS = 1.5  # between the sample's posts, so that a person sees them come

SAMPLE = Settings(
    channels=(
        ChannelSettings(id=100000000000000001, name="all-links"),
        ChannelSettings(id=100000000000000002, name="kubernetes", tags=Filter(any=("kubernetes",))),
        ChannelSettings(
            id=100000000000000003, name="code-and-tools", tags=Filter(any=("python", "rust", "git", "tools"))
        ),
    )
)

Tell = Callable[[str], None]


async def rehearse(
    settings: Settings | None, content: Path | None, port: int, *, forums: Collection[str] = (), tell: Tell
) -> None:
    """Run the service against the stand-in until SIGTERM or SIGINT.

    The real state directory and the real Discord are never touched. Without `content` and `settings` a sample site is
    made in a temporary folder; some of its posts arrive one by one, since what is there at first is only indexed.

    Args:
        settings: whose channels and rules to rehearse; None: those of the sample.
        content: the content directory; None: that of `settings`, or the sample site.
        port: of the page, on 127.0.0.1; 0: a free one.
        forums: ids or names of channels that are forums; which kind a channel is, settings do not say.
        tell: takes lines for the person who rehearses.

    Raises:
        UsageError: `content` is no directory, one of `forums` is no channel, or the port cannot be had.
        LinkbotError: what ended the service.
    """
    _refuse_what_is_no_directory(content)
    channels = stand_in_channels((settings or SAMPLE).channels, forums)
    stop = _Stop()
    try:
        with _workshop() as folder:
            await _run(settings, content, _stand_in(settings or SAMPLE, channels, port), folder, tell)
    except asyncio.CancelledError:
        if not stop.asked:
            raise


async def _run(settings: Settings | None, content: Path | None, closed: StandIn, folder: Path, tell: Tell) -> None:
    """Rehearse at the stand-in, which is `closed` as yet, with `folder` for all that is made."""
    is_sample = settings is None and content is None
    directory = _content_directory(settings, content, folder)
    if is_sample:
        shutil.copytree(_sample() / "before", directory)
    async with AsyncExitStack() as stack:
        stand_in = await _open(stack, closed)
        tell(f"Rehearsal: open {stand_in.page_url}")
        redirected = _redirected(settings or SAMPLE, directory, folder, stand_in)
        config = folder / "bot.yaml"
        config.write_text(redirected.model_dump_json(indent=2), encoding="utf-8")  # all JSON is YAML
        ready = asyncio.Event()
        guide = asyncio.create_task(_guide(redirected, config, ready, stand_in.page_url, tell, is_sample=is_sample))
        try:
            await run_service(redirected, REHEARSAL_TOKEN, on_ready=ready.set)
        finally:
            guide.cancel()


def _content_directory(settings: Settings | None, content: Path | None, folder: Path) -> Path:
    if content is not None:
        return content.parent.resolve() / content.name if content.name not in {"", ".."} else content.resolve()
    return folder / "content" if settings is None else settings.content.directory


def _refuse_what_is_no_directory(content: Path | None) -> None:
    if content is not None and not content.is_dir():
        raise UsageError(f"--content: {content} is not a directory")


class _Stop:
    """SIGTERM and SIGINT until the service runs, which then handles them by itself: the first cancels the rehearsal.

    More of them change nothing: what is being tidied up is not cut short.
    """

    def __init__(self) -> None:
        self.asked = False
        self._task = asyncio.current_task()
        for number in STOP_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._cancel)

    def _cancel(self) -> None:
        assert self._task is not None
        if not self.asked:
            self._task.cancel()
        self.asked = True


async def _open(stack: AsyncExitStack, stand_in: StandIn) -> StandIn:
    try:
        return await stack.enter_async_context(stand_in)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            what = f"port {stand_in.port} is taken, perhaps by another rehearsal"
        else:
            what = f"port {stand_in.port} cannot be had: {error.strerror}"
        raise UsageError(f"{what}; choose another one, or any free one: linkbot rehearse --port 0") from error


@contextmanager
def _workshop() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="linkbot-rehearsal-") as folder:
        yield Path(folder)


def _sample() -> Path:
    return Path(str(resources.files("bot.rehearsal") / "sample"))


def stand_in_channels(channels: Sequence[ChannelSettings], forums: Collection[str]) -> list[StandInChannel]:
    """The channels of the settings as the stand-in has them.

    One that `forums` names is a forum, whose tags are all that the settings filter by and a forum can have; one that is
    to be published is an announcement channel; any other is a text channel.

    Raises:
        UsageError: one of `forums` is neither id nor name of a channel.
    """
    unknown = sorted(set(forums) - {word for channel in channels for word in (str(channel.id), channel.name)})
    if unknown:
        known = ", ".join(channel.name for channel in channels) or "none"
        raise UsageError(f"--forum: there is no channel {', '.join(unknown)} in the settings; they have: {known}")
    tags = _tags(channels)
    return [
        StandInChannel(channel.id, channel.name, "forum", available_tags=tags)
        if {str(channel.id), channel.name} & set(forums)
        else StandInChannel(channel.id, channel.name, "announcement" if channel.publish else "text")
        for channel in channels
    ]


def _tags(channels: Sequence[ChannelSettings]) -> tuple[StandInTag, ...]:
    """What the filters ask for, as tags of a forum. Their ids need only differ from each other."""
    named = dict.fromkeys(tag for channel in channels for tag in (*channel.tags.any, *channel.tags.all))
    short = [tag for tag in named if len(tag) <= limits.TAG_NAME and tag != _ANYTHING][: limits.FORUM_TAGS]
    return tuple(StandInTag(number, tag) for number, tag in enumerate(short, start=1))


def _stand_in(settings: Settings, channels: Sequence[StandInChannel], port: int) -> StandIn:
    """A server with those channels, the roles that the settings name, a visitor, and somebody who manages it."""
    roles = {role for channel in settings.channels for role in channel.mention}
    stand_in = StandIn(channels, port=port, roles=[StandInRole(role, f"role {role}") for role in sorted(roles)])
    stand_in.world.set_member_permissions("manager", {"manage_guild"})
    return stand_in


def _redirected(settings: Settings, content: Path, folder: Path, stand_in: StandIn) -> Settings:
    """The settings with the stand-in for Discord and a state directory of their own.

    The stand-in is one server, which the settings cannot know; and the port for monitoring may be the real service's.
    """
    return settings.model_copy(
        update={
            "content": settings.content.model_copy(update={"directory": content}),
            "state": StateSettings(directory=folder / "state"),
            "discord": DiscordSettings(api_url=stand_in.api_url, gateway_url=stand_in.gateway_url),
            "commands": settings.commands.model_copy(update={"guilds": ()}),
            "health": HealthSettings(),
        }
    )


async def _guide(
    settings: Settings, config: Path, ready: asyncio.Event, page_url: str, tell: Tell, *, is_sample: bool
) -> None:
    """Say what to do once what is there is indexed; let the sample's other posts arrive one by one."""
    await ready.wait()
    directory = settings.content.directory
    tell(f"Content directory: {directory}")
    tell("From another terminal, status, preview, announce, pause, resume and backup work on this rehearsal:")
    tell(f"    {_as_started()} status --config {shlex.quote(str(config))}")
    if is_sample:
        tell("Sample posts arrive now, one by one; one that was there is broken on purpose, as the log says.")
    elif settings.announce.first_run == "baseline":
        tell("The posts that are there are only indexed; what comes from now on is announced.")
    tell("Drop a post there and it appears on the page. Ctrl+C ends the rehearsal.")
    if is_sample and await _release(directory, tell):
        tell(f"All sample posts are out: {page_url}")


def _as_started() -> str:
    """What a person types to start the same program: the ``linkbot`` of a virtual environment need not be on the PATH.

    ``python -m bot`` has the path of a file in the package as its name (https://docs.python.org/3/library/sys.html).
    """
    if Path(sys.argv[0]).suffix == ".py":
        return f"{shlex.quote(sys.executable)} -m bot"
    return shlex.quote(sys.argv[0])


async def _release(directory: Path, tell: Tell) -> bool:
    for post in sorted((_sample() / "arriving").iterdir()):
        await asyncio.sleep(RELEASE_SECONDS)
        try:
            await asyncio.to_thread(shutil.copy, post, directory / "docs" / post.name)
        except OSError as error:
            tell(f"The sample's posts cannot arrive any more: {error.strerror}: {error.filename2 or error.filename}")
            return False
    return True
