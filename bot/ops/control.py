"""Asking a running service from another process, over a Unix socket in the state directory.

One request and one answer a connection, each a line of JSON. Only the user that runs the service can open the socket.
"""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.ops.announce import AnnounceRequest
from bot.problems import LinkbotError, UsageError

__all__ = ["ask_service", "is_running", "serve_control"]

logger = logging.getLogger(__name__)

FILE_NAME = "linkbot.sock"
READ_SECONDS = 10.0  # for a request to arrive once somebody connected
LINE_BYTES = 1024 * 1024


async def serve_control(directory: Path, announce: Callable[[AnnounceRequest], Awaitable[list[str]]]) -> None:
    """Answer requests until cancelled. The caller holds the lock of `directory`, so a socket that is there is stale."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(READ_SECONDS):
                request = AnnounceRequest.from_json(await reader.readline())
            lines = await announce(request)
            reply: dict[str, object] = {"lines": lines}
        except (LinkbotError, ValueError, TimeoutError) as error:
            reply = {"error": str(error) or "no request came"}
        try:
            writer.write(json.dumps(reply).encode() + b"\n")
            await writer.drain()
        except ConnectionError:
            logger.warning("Whoever asked over %s did not wait for the answer", FILE_NAME)
        finally:
            writer.close()

    with _short_path(directory) as path:
        path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(answer, path, limit=LINE_BYTES)
        finally:
            os.umask(mask)
        try:
            async with server:
                await server.serve_forever()
        finally:
            with suppress(OSError):
                path.unlink()


async def ask_service(directory: Path, request: AnnounceRequest) -> list[str]:
    """Send `request` to the service that works on `directory`; return its answer, line by line.

    Raises:
        UsageError: the service cannot do what is asked.
        LinkbotError: no service answers.
    """
    try:
        with _short_path(directory) as path:
            reader, writer = await asyncio.open_unix_connection(path, limit=LINE_BYTES)
        try:
            writer.write(request.to_json() + b"\n")
            reply = json.loads(await reader.readline())
        finally:
            writer.close()
    except (OSError, ValueError) as error:
        raise LinkbotError(
            f"a Linkbot works on {directory} but does not answer ({error}); try again, or look at its log"
        ) from error
    if "error" in reply:
        raise UsageError(str(reply["error"]))
    return [str(line) for line in reply["lines"]]


async def is_running(directory: Path) -> bool:
    """Whether a service answers on `directory`."""
    try:
        with _short_path(directory) as path:
            _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    writer.close()
    return True


@contextmanager
def _short_path(directory: Path) -> Iterator[Path]:
    """The socket's path in a form that is always short enough: a socket's address holds some 100 bytes, no more."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        by_descriptor = Path(f"/proc/self/fd/{descriptor}")
        yield (by_descriptor if by_descriptor.exists() else directory) / FILE_NAME
    finally:
        os.close(descriptor)
