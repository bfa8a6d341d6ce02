"""``linkbot rehearse``: the same service, with the stand-in for Discord instead of Discord."""

import asyncio
import errno
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path

from bot.ops.directories import why_no_directory
from bot.ops.stage import Stage, stand_in_channels, stand_in_roles
from bot.problems import UsageError
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn, StandInChannel
from bot.service import run_service, watched_stop_signals
from bot.settings import ChannelSettings, Filter, Settings, load_settings

__all__ = ["rehearse"]

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
    config: Path | None, content: Path | None, port: int, *, forums: Collection[str] = (), tell: Tell
) -> None:
    """Run the service against the stand-in until SIGTERM or SIGINT, or until the terminal is closed.

    The real state directory and the real Discord are never touched. Without `content` and `config` a sample site is
    made in a temporary folder; some of its posts arrive one by one, since what is there at first is only indexed.

    Args:
        config: the settings file whose channels and rules to rehearse; None: those of the sample.
        content: the content directory; None: that of the settings, or the sample site.
        port: of the page, on 127.0.0.1; 0: a free one.
        forums: ids or names of channels that are forums; which kind a channel is, settings do not say.
        tell: takes lines for the person who rehearses.

    Raises:
        UsageError: `content` is no directory, one of `forums` is no channel, or the port cannot be had.
        SettingsError: of `config`.
        LinkbotError: what ended the service.
    """
    settings = None if config is None else load_settings(config, for_rehearsal=True)
    _refuse_what_is_no_directory(content)
    channels = stand_in_channels((settings or SAMPLE).channels, forums)
    stop = _Stop()
    try:
        with _workshop() as folder:
            stand_in = _stand_in(settings or SAMPLE, channels, port)
            await _run(settings, Stage(stand_in, folder, config, content, forums), tell)
    except asyncio.CancelledError:
        if not stop.asked:
            raise


async def _run(settings: Settings | None, stage: Stage, tell: Tell) -> None:
    """Rehearse at the stand-in, which is closed as yet."""
    is_sample = settings is None and stage.content is None
    if is_sample:
        stage = replace(stage, content=stage.folder / "content")
        shutil.copytree(_sample() / "before", stage.folder / "content")
    async with AsyncExitStack() as stack:
        await _open(stack, stage.stand_in)
        tell(f"Rehearsal: open {stage.stand_in.page_url}")
        redirected = stage.redirected(settings or SAMPLE)
        stage.put_up(redirected)
        ready = asyncio.Event()
        guide = asyncio.create_task(_guide(redirected, stage, ready, tell, is_sample=is_sample))
        try:
            await run_service(
                redirected,
                REHEARSAL_TOKEN,
                config=stage.file(tell),
                on_ready=ready.set,
                stop_signals=watched_stop_signals(),
            )
        finally:
            guide.cancel()


def _refuse_what_is_no_directory(content: Path | None) -> None:
    if content is not None and (why := why_no_directory(content)) is not None:
        raise UsageError(f"--content: {content} {why}")


class _Stop:
    """What stops it until the service runs, which then handles that by itself: the first signal cancels the rehearsal.

    More of them change nothing: what is being tidied up is not cut short.
    """

    def __init__(self) -> None:
        self.asked = False
        self._task = asyncio.current_task()
        for number in watched_stop_signals():
            asyncio.get_running_loop().add_signal_handler(number, self._cancel)

    def _cancel(self) -> None:
        assert self._task is not None
        if not self.asked:
            self._task.cancel()
        self.asked = True


async def _open(stack: AsyncExitStack, stand_in: StandIn) -> None:
    try:
        await stack.enter_async_context(stand_in)
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


def _stand_in(settings: Settings, channels: Sequence[StandInChannel], port: int) -> StandIn:
    """A server with those channels, the roles that the settings name, a visitor, and somebody who manages it."""
    stand_in = StandIn(channels, port=port, roles=stand_in_roles(settings.channels))
    stand_in.world.set_member_permissions("manager", {"manage_guild"})
    return stand_in


async def _guide(settings: Settings, stage: Stage, ready: asyncio.Event, tell: Tell, *, is_sample: bool) -> None:
    """Say what to do once what is there is indexed; let the sample's other posts arrive one by one."""
    await ready.wait()
    directory = settings.content.directory
    tell(f"Content directory: {directory}")
    tell("From another terminal, status, preview, announce, pause, resume and backup work on this rehearsal:")
    tell(f"    {_as_started()} status --config {shlex.quote(str(stage.printed))}")
    tell("and check --online, with the token of every rehearsal:")
    config = shlex.quote(str(stage.printed))
    tell(f"    DISCORD_TOKEN={REHEARSAL_TOKEN} {_as_started()} check --online --config {config}")
    tell(f"Change the settings in {stage.config or stage.printed}, save, and they are in force.")
    if is_sample:
        tell("Sample posts arrive now, one by one; one that was there is broken on purpose, as the log says.")
    elif settings.announce.first_run == "baseline":
        tell("The posts that are there are only indexed; what comes from now on is announced.")
    tell("Drop a post there and it appears on the page. Ctrl+C ends the rehearsal.")
    if is_sample and await _release(directory, tell):
        tell(f"All sample posts are out: {stage.stand_in.page_url}")


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
