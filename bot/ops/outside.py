"""Commands that change something, from a process of their own: which posts are meant, and who does it."""

import asyncio
import os
import time
from pathlib import Path

from bot.announcing.restored import take_over
from bot.catalog.database import FILE_NAME, open_catalog, open_catalog_read_only
from bot.catalog.lock import hold_lock
from bot.ops.control import ask_service
from bot.ops.reading import Place, locate
from bot.ops.requests import Request, carry_out
from bot.problems import AlreadyRunningError, UsageError
from bot.settings import Settings

__all__ = ["carry_out_from_outside", "path_in_content"]

TURN_SECONDS = 5.0  # for a service that starts or ends just now, or another such command, to get out of the way
LOOK_AGAIN_SECONDS = 0.1
NO_SERVICE = "no service is running: what is to be announced is sent when one starts (`linkbot run`)"


async def carry_out_from_outside(settings: Settings, request: Request) -> list[str]:
    """Let the running service do it; without one do it here, to be sent when one starts.

    Returns:
        What was done, in sentences.

    Raises:
        UsageError: it cannot be done as asked.
        AlreadyRunningError: something holds the state directory, but no service answers there.
        CatalogError: there is no catalog yet, or it cannot be used.
    """
    deadline = time.monotonic() + TURN_SECONDS
    while True:
        lines = await ask_service(settings.state.directory, request)
        if lines is not None:
            return lines
        try:
            return await _carry_out_here(settings, request)
        except AlreadyRunningError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _carry_out_here(settings: Settings, request: Request) -> list[str]:
    directory = settings.state.directory
    if not request.changes or not (directory / FILE_NAME).exists():  # then this says so, and makes none
        async with open_catalog_read_only(directory) as catalog:
            return (await carry_out(catalog, settings, request)).lines
    with hold_lock(directory):
        async with open_catalog(directory) as catalog:
            await take_over(catalog)  # or the next start would give up what is planned now
            done = await carry_out(catalog, settings, request)
    return [*done.lines, *([NO_SERVICE] if done.to_send else [])]


def path_in_content(path: Path, content: Path) -> str:
    """The path of a post within the content directory.

    Args:
        path: as a person names it: relative to the current directory or to `content`, or absolute.
        content: the content directory, absolute.

    Raises:
        UsageError: it is a folder, lies elsewhere, or has a name that the bot never opens.
    """
    roots = (content, content.resolve())
    for candidate in (path, content / path):
        place = locate(candidate, content)
        if place.root in roots and os.path.lexists(candidate):
            return _name_of_a_file(place)
    place = locate(path, content)
    if place.root not in roots and (path.is_absolute() or os.path.lexists(path)):
        raise UsageError(f"{path} is not in the content directory {content}; only posts in it can be announced")
    return place.within if place.root in roots else path.as_posix()


def _name_of_a_file(place: Place) -> str:
    if (place.root / place.within).is_dir():
        raise UsageError(f"{place.root / place.within} is a folder; name the posts in it")
    try:
        place.within.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{place.within} is no UTF-8; the bot never opens a file of this name") from error
    return place.within
