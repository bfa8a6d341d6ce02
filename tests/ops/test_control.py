"""The socket of a running service: who may open it, and that nothing that comes over it does harm."""

import asyncio
import json
import socket
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.ops import control
from bot.ops.announce import AnnounceRequest
from bot.ops.control import ask_service, is_running, serve_control
from bot.ops.live import LiveRequest
from bot.ops.requests import WireRequest
from bot.ops.resolve import ResolveRequest
from bot.problems import CatalogUnavailableError, LinkbotError, UsageError

REQUEST = AnnounceRequest(latest=1)


async def echo(request: WireRequest) -> list[str]:
    """Answer with what is asked for."""
    if not isinstance(request, AnnounceRequest):
        return [str(request)]
    if request.paths == ("refused",):
        raise UsageError("this one not")
    if request.paths == ("locked",):
        raise CatalogUnavailableError("the catalog is locked")
    return [*request.paths, str(request.latest)]


@asynccontextmanager
async def serving(directory: Path, carry_out: control.CarryOut = echo) -> AsyncIterator[asyncio.Task[None]]:
    """A service's side of the socket, ready to be asked."""
    task = asyncio.ensure_future(serve_control(directory, carry_out))
    deadline = time.monotonic() + 5
    while not await is_running(directory):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)
    yield task
    task.cancel()
    await asyncio.wait([task])


async def raw(directory: Path, send: bytes, *, end: bool = True) -> bytes:
    """Send bytes as they are; everything that comes back."""
    reader, writer = await asyncio.open_unix_connection(directory / control.FILE_NAME)
    try:
        writer.write(send)
        if end:
            writer.write_eof()
        return await reader.read()
    finally:
        writer.close()


async def test_a_request_is_answered(tmp_path: Path) -> None:
    """What the service gives comes back line by line, however long it is."""
    paths = tuple(f"docs/{number:06}-{'x' * 100}.md" for number in range(20_000))
    async with serving(tmp_path):
        assert await ask_service(tmp_path, REQUEST) == ["1"]
        assert await ask_service(tmp_path, AnnounceRequest(paths=paths)) == [*paths, "None"]


async def test_each_kind_of_request_arrives_as_what_it_is(tmp_path: Path) -> None:
    """One socket carries every command; none is taken for another."""
    async with serving(tmp_path):
        for request in (ResolveRequest(2**63 - 1, sent=2**62), LiveRequest()):
            assert await ask_service(tmp_path, request) == [str(request)]
        assert await ask_service(tmp_path, REQUEST) == ["1"]


@pytest.mark.parametrize(("path", "sentence"), [("refused", "this one not"), ("locked", "the catalog is locked")])
async def test_what_the_service_refuses_is_told(tmp_path: Path, path: str, sentence: str) -> None:
    """A failure that a person can act upon reaches whoever asked, and the service goes on."""
    async with serving(tmp_path):
        with pytest.raises(UsageError, match=sentence):
            await ask_service(tmp_path, AnnounceRequest(paths=(path,)))
        assert await ask_service(tmp_path, REQUEST) == ["1"]


async def test_only_the_user_of_the_service_may_open_it(tmp_path: Path) -> None:
    """The socket has mode 0600, whatever the umask of the process is."""
    async with serving(tmp_path):
        mode = (tmp_path / control.FILE_NAME).stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600


async def test_a_very_long_state_directory_works(tmp_path: Path) -> None:
    """A socket's address holds some 100 bytes; the path of the state directory may be longer."""
    directory = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 12)
    directory.mkdir(parents=True)
    async with serving(directory):
        assert await is_running(directory)
        assert await ask_service(directory, REQUEST) == ["1"]


async def test_without_a_service_there_is_no_answer(tmp_path: Path) -> None:
    """No state directory, no socket, and a socket that nobody listens on any more all mean that none runs."""
    for directory in (tmp_path / "nowhere", tmp_path):
        assert not await is_running(directory)
        assert await ask_service(directory, REQUEST) is None
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(tmp_path / control.FILE_NAME))
    assert not await is_running(tmp_path)
    assert await ask_service(tmp_path, REQUEST) is None


async def test_a_stale_socket_is_replaced_and_the_own_one_removed(tmp_path: Path) -> None:
    """After a kill the next service takes the place; one that ends leaves none behind."""
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(tmp_path / control.FILE_NAME))
    async with serving(tmp_path):
        assert await ask_service(tmp_path, REQUEST) == ["1"]
    assert not (tmp_path / control.FILE_NAME).exists()


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"[]\n",
        b"3\n",
        b"[" * 200_000 + b"\n",
        b'{"announce":' * 200_000 + b"\n",
        b"{}",
        b'{"latest": 1}',
        b'{"stop": {}}',
        b'{"announce": {"latest": 1}, "resolve": {"delivery": 1, "drop": true}}',
    ],
)
async def test_garbage_is_answered_with_a_sentence(tmp_path: Path, garbage: bytes) -> None:
    """What is no request is refused in words, and the next request is answered."""
    async with serving(tmp_path):
        assert json.loads(await raw(tmp_path, garbage))["error"]
        assert await ask_service(tmp_path, REQUEST) == ["1"]


async def test_a_request_that_is_too_long_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A line without an end is not gathered for ever."""
    monkeypatch.setattr(control, "REQUEST_BYTES", 1000)
    async with serving(tmp_path):
        assert await raw(tmp_path, b"x" * 10_000, end=False) == b""
        assert await ask_service(tmp_path, REQUEST) == ["1"]
    assert "was refused" in caplog.text


async def test_silence_is_cut_off_and_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever connects and says nothing is left after a while; others are answered meanwhile."""
    monkeypatch.setattr(control, "PATIENCE_SECONDS", 0.3)
    async with serving(tmp_path):
        silent = asyncio.ensure_future(raw(tmp_path, b"{", end=False))
        assert await ask_service(tmp_path, REQUEST) == ["1"]
        assert not silent.done()
        assert await silent == b""
    assert "fell silent" in caplog.text


async def test_silence_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """A service that is told to stop does not wait for those who are connected."""
    async with serving(tmp_path) as service:
        reader, writer = await asyncio.open_unix_connection(tmp_path / control.FILE_NAME)
        writer.write(b"{")
        await ask_service(tmp_path, REQUEST)  # so that the connection before it is accepted
        service.cancel()
        done, _ = await asyncio.wait([service], timeout=2)
        assert done
        assert await reader.read() == b""
        writer.close()


async def test_whoever_only_looks_leaves_no_trace(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """`linkbot status` asks nothing but whether somebody listens: the service's log stays quiet."""
    async with serving(tmp_path):
        for _ in range(3):
            assert await is_running(tmp_path)
        assert await ask_service(tmp_path, REQUEST) == ["1"]
    assert caplog.text == ""


async def test_two_requests_at_once_are_both_answered(tmp_path: Path) -> None:
    """One that takes long does not keep the other waiting."""
    released = asyncio.Event()

    async def slow(request: WireRequest) -> list[str]:
        assert isinstance(request, AnnounceRequest)
        if request.paths:
            await released.wait()
        return [str(request.latest)]

    async with serving(tmp_path, slow):
        waiting = asyncio.ensure_future(ask_service(tmp_path, AnnounceRequest(paths=("a.md",))))
        assert await ask_service(tmp_path, REQUEST) == ["1"]
        assert not waiting.done()
        released.set()
        assert await waiting == ["None"]


async def test_a_service_that_ends_meanwhile_gives_no_answer(tmp_path: Path) -> None:
    """Whoever asked is told to look at the log, instead of waiting for ever."""
    asked = asyncio.Event()

    async def never(request: WireRequest) -> list[str]:
        asked.set()
        await asyncio.Event().wait()
        return []

    async with serving(tmp_path, never) as service:
        waiting = asyncio.ensure_future(ask_service(tmp_path, REQUEST))
        await asked.wait()
        service.cancel()
        with pytest.raises(LinkbotError, match="gives no answer"):
            await waiting


async def test_a_bug_ends_no_more_than_its_request(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What nobody expected is in the log with its traceback, whoever asked is told so, and the next one is answered."""

    async def broken(request: WireRequest) -> list[str]:
        if request == REQUEST:
            raise RuntimeError("a bug")
        return await echo(request)

    async with serving(tmp_path, broken):
        with pytest.raises(UsageError, match="a mistake in Linkbot itself; its log has the details"):
            await ask_service(tmp_path, REQUEST)
        assert await ask_service(tmp_path, AnnounceRequest(latest=2)) == ["2"]
    (record,) = caplog.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], RuntimeError)


async def test_a_place_without_sockets_costs_only_the_commands(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no socket can be made the service goes on, and its log says what does not work."""
    (tmp_path / control.FILE_NAME).mkdir()
    await serve_control(tmp_path, echo)
    assert "cannot reach this service" in caplog.text
