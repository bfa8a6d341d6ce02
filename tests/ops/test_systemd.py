"""What is said to systemd, as a strict reader of sd_notify(3) takes it."""

import logging
import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from bot.ops.systemd import Systemd

MOST_BYTES = 4096  # of a message; systemd drops a longer one


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    """What systemd listens with; not bound yet."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.setblocking(False)
        yield receiver


@pytest.fixture
def systemd(receiver: socket.socket, tmp_path: Path) -> Iterator[Systemd]:
    """A service manager that listens."""
    receiver.bind(str(tmp_path / "notify"))
    with closing(Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify")})) as systemd:
        yield systemd


def heard(receiver: socket.socket) -> list[str]:
    """The messages that wait to be read."""
    messages = []
    while True:
        try:
            messages.append(receiver.recv(2 * MOST_BYTES).decode())
        except BlockingIOError:
            return messages


def fill(receiver: socket.socket, address: str) -> int:
    """Say so much that nothing more can be said; how often."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        times = 0
        while True:
            try:
                other.sendto(b"X_OTHER=1", address)
            except BlockingIOError:
                return times
            times += 1


def test_each_word_is_one_message(systemd: Systemd, receiver: socket.socket) -> None:
    """The words of a life, as systemd knows them; RELOADING has the time that Type=notify-reload wants."""
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    systemd.ready()
    systemd.alive()
    systemd.status("Watching /srv/content")
    systemd.reloading()
    ready, alive, status, reloading = heard(receiver)
    assert (ready, alive, status) == ("READY=1", "WATCHDOG=1", "STATUS=Watching /srv/content")
    first, second = reloading.splitlines()
    assert first == "RELOADING=1"
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def test_an_abstract_socket_is_found(receiver: socket.socket) -> None:
    """An address that begins with @ is in the abstract namespace."""
    name = f"linkbot-test-{os.getpid()}"
    receiver.bind(f"\0{name}")
    with closing(Systemd({"NOTIFY_SOCKET": f"@{name}"})) as systemd:
        systemd.ready()
    assert heard(receiver) == ["READY=1"]


def test_a_status_is_told_once_until_it_changes(systemd: Systemd, receiver: socket.socket) -> None:
    """The same line is not told every second."""
    for text in ("a", "a", "b", "a"):
        systemd.status(text)
    assert heard(receiver) == ["STATUS=a", "STATUS=b", "STATUS=a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("one\nREADY=1\r\nMAINPID=1", "one READY=1 MAINPID=1"),
        ("a file named \udcff", "a file named \\udcff"),
        ("\x1b[31mred\x00", "\\x1b[31mred\\x00"),
        ("é" * MOST_BYTES, "é" * 500),
    ],
)
def test_no_text_breaks_out_of_its_line(systemd: Systemd, receiver: socket.socket, text: str, told: str) -> None:
    """Names of files come into a status: line breaks, no UTF-8 and endless ones cost nothing but their look."""
    systemd.status(text)
    assert heard(receiver) == [f"STATUS={told}"]


def test_while_it_ends_the_status_says_so(systemd: Systemd, receiver: socket.socket) -> None:
    """A heartbeat that goes on while requests are finished does not put an earlier status back."""
    systemd.status("Watching")
    systemd.stopping()
    systemd.status("Watching")
    assert heard(receiver) == ["STATUS=Watching", "STOPPING=1", "STATUS=Finishing what is under way"]


def test_what_cannot_be_told_now_is_told_later(
    systemd: Systemd, receiver: socket.socket, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """While systemd is busy nothing waits and nothing is lost but what a later word replaces; one warning says so."""
    times = fill(receiver, str(tmp_path / "notify"))
    systemd.ready()
    systemd.status("Indexing")
    systemd.alive()
    systemd.reloading()
    systemd.status("Watching")
    systemd.ready()
    assert heard(receiver) == ["X_OTHER=1"] * times
    systemd.alive()
    assert [message.split("\n")[0] for message in heard(receiver)] == [
        "RELOADING=1",
        "STATUS=Watching",
        "READY=1",
        "WATCHDOG=1",
    ]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_without_a_file_to_open_systemd_hears_all(systemd: Systemd, receiver: socket.socket) -> None:
    """When the process may open no more files the watchdog is still told, and nothing is raised."""
    systemd.alive()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
        systemd.alive()
        with closing(Systemd({"NOTIFY_SOCKET": "/nowhere"})) as another:
            another.alive()
    assert heard(receiver) == ["WATCHDOG=1"] * 2


@pytest.mark.parametrize("address", ["/nowhere/notify", "relative", "/" + "x" * 200, "vsock:2:1234"])
def test_where_nobody_listens_the_service_works_all_the_same(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A socket that is gone or makes no sense is warned of once, not every second."""
    monkeypatch.chdir(tmp_path)
    with closing(Systemd({"NOTIFY_SOCKET": address})) as systemd:
        for _ in range(3):
            systemd.alive()
    (record,) = caplog.records
    assert "systemd cannot be told" in record.getMessage()


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "30000000", "NOTIFY_SOCKET": ""}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": str(2**64 - 1)}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
        ({"WATCHDOG_USEC": "٣"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_heeded_if_it_is_for_this_process(environment: dict[str, str], seconds: float | None) -> None:
    """As sd_watchdog_enabled(3) reads its variables; those of another process, or of no sense, are none."""
    assert Systemd({"NOTIFY_SOCKET": "/run/notify", **environment}).watchdog_seconds == seconds


def test_without_systemd_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """In a terminal there is nobody to tell, and nothing to warn of."""
    systemd = Systemd({})
    systemd.ready()
    systemd.alive()
    systemd.stopping()
    assert not caplog.records
