"""Asking a running service from another process, over a Unix socket in the state directory.

One request, a line of JSON, and one answer, a JSON object, for each connection. Only the user that runs the service
can open the socket.
"""

import asyncio
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.ops.log_fields import NEWS
from bot.ops.requests import WireRequest, from_line, to_line
from bot.problems import LinkbotError, UsageError

__all__ = ["ask_service", "is_running", "serve_control"]

logger = logging.getLogger(__name__)

CarryOut = Callable[[WireRequest], Awaitable[list[str]]]

FILE_NAME = "linkbot.sock"
PATIENCE_SECONDS = 10.0  # for a request to arrive once somebody connected, and for its answer to be taken
REQUEST_BYTES = 8 * 1024 * 1024  # more than the arguments of a command can be
_NOBODY_LISTENS = (FileNotFoundError, NotADirectoryError, ConnectionRefusedError)
_MISTAKE = "a mistake in Linkbot itself; its log has the details"
_NO_ANSWER = "the service on {} gives no answer; look at its log, then ask again"


async def serve_control(directory: Path, carry_out: CarryOut) -> None:
    """Answer requests until cancelled. The caller holds the lock of `directory`, so a socket that is there is stale.

    Args:
        directory: the state directory.
        carry_out: does what is asked; what it raises as `LinkbotError` is told to whoever asks, anything else is
            logged, and ends no more than the request.
    """
    with _short_path(directory) as path:
        try:
            listener = _bound(path)
        except OSError as error:
            logger.warning("Commands such as `linkbot announce` cannot reach this service: %s: %s", FILE_NAME, error)
            return
        try:
            await _serve(listener, carry_out)
        finally:
            with suppress(OSError):  # a stale socket does no harm
                path.unlink()


def _bound(path: Path) -> socket.socket:
    """A socket at `path` that nobody else may open, not even between its making and the change of its mode."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o600)  # before it listens; until then every connection is refused
    except OSError:
        listener.close()
        raise
    return listener


async def _serve(listener: socket.socket, carry_out: CarryOut) -> None:
    is_ending = False

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if is_ending:  # accepted just before the end
            writer.close()
            return
        answer = answers.create_task(_answer(reader, writer, carry_out), name="answer")
        answer.add_done_callback(lambda _: writer.close())

    async with asyncio.TaskGroup() as answers:
        server = await asyncio.start_unix_server(connected, sock=listener, limit=REQUEST_BYTES)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            is_ending = True
            server.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, carry_out: CarryOut) -> None:
    """Answer one connection; one that asks for nothing only wants to know whether somebody listens."""
    try:
        if line := await _request_line(reader):
            writer.write(json.dumps(await _reply(line, carry_out)).encode())
            async with asyncio.timeout(PATIENCE_SECONDS):
                await writer.drain()
    except TimeoutError:
        logger.warning("Whoever connected to %s fell silent", FILE_NAME)
    except ConnectionError as error:
        logger.warning("Whoever connected to %s did not wait for the answer: %s", FILE_NAME, error)


async def _request_line(reader: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await reader.readline()
    except ValueError as error:  # asyncio's word for a line that is too long
        logger.warning("A request over %s was refused: %s", FILE_NAME, error)
        return b""


async def _reply(line: bytes, carry_out: CarryOut) -> dict[str, object]:
    try:
        return {"lines": await carry_out(from_line(line))}
    except LinkbotError as error:
        return {"error": str(error)}
    except Exception:
        logger.exception("What somebody asked for over %s failed by a mistake in Linkbot itself", FILE_NAME, extra=NEWS)
        return {"error": _MISTAKE}


async def ask_service(directory: Path, request: WireRequest) -> list[str] | None:
    """Send `request` to the service that works on `directory`.

    Returns:
        Its answer, line by line; None: no service listens there.

    Raises:
        UsageError: the service cannot do what is asked.
        LinkbotError: a service listens but gives no answer.
    """
    connection = await _connect(directory)
    if connection is None:
        return None
    reader, writer = connection
    try:
        writer.write(to_line(request))
        answer = await reader.read()
    except OSError as error:
        raise LinkbotError(f"{_NO_ANSWER.format(directory)} ({error})") from error
    finally:
        writer.close()
    if not answer:
        raise LinkbotError(_NO_ANSWER.format(directory))
    reply = json.loads(answer)
    if "error" in reply:
        raise UsageError(str(reply["error"]))
    return [str(line) for line in reply["lines"]]


async def is_running(directory: Path) -> bool:
    """Whether a service listens on `directory`.

    Raises:
        LinkbotError: this user may not ask.
    """
    connection = await _connect(directory)
    if connection is None:
        return False
    connection[1].close()
    return True


async def _connect(directory: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    try:
        with _short_path(directory) as path:
            return await asyncio.open_unix_connection(path)
    except _NOBODY_LISTENS:
        return None
    except OSError as error:
        raise LinkbotError(
            f"{directory / FILE_NAME} cannot be opened: {error.strerror or error};"
            " run this as the user that runs the service"
        ) from error


@contextmanager
def _short_path(directory: Path) -> Iterator[Path]:
    """The socket's path in a form that is always short enough: a socket's address holds some 100 bytes, no more."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        by_descriptor = Path(f"/proc/self/fd/{descriptor}")
        yield (by_descriptor if by_descriptor.exists() else directory) / FILE_NAME
    finally:
        os.close(descriptor)
