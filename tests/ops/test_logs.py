"""The log's lines: whole, safe to print, with the time and its zone; and what is kept out of it."""

import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from bot.ops.logs import LogStyle, log_crashes, set_up_logging
from bot.redaction import never_show

SECRET = "a-secret-that-no-log-must-ever-show-0123456789"

MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d"


LOGGERS = (
    "",
    "discord",
    "discord.client",
    "discord.http",
    "discord.app_commands.tree",
    "watchdog",
    "aiosqlite",
    "asyncio",
    "aiohttp",
    "py.warnings",
)


class Log:
    """Standard error of a process that sets its logging up."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def begin(self, style: LogStyle = LogStyle.TEXT, *, verbose: bool = False) -> None:
        """Set up as a process does at its start, where no handler is there yet."""
        logging.getLogger().handlers.clear()
        set_up_logging(style, verbose=verbose)

    def end(self) -> None:
        """What a process does at its end."""
        for handler in logging.getLogger().handlers:
            handler.close()

    def written(self) -> str:
        """What was written since the last look."""
        return self._capsys.readouterr().err


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    """A `Log`; afterwards the logging of the tests' own process is as it was."""
    before = [(logger, logger.level, logger.filters[:]) for logger in map(logging.getLogger, LOGGERS)]
    handlers = logging.getLogger().handlers[:]
    yield Log(capsys)
    logging.captureWarnings(False)
    logging.getLogger().handlers[:] = handlers
    for logger, level, filters in before:
        logger.setLevel(level)
        logger.filters[:] = filters


def test_a_line_has_its_time_with_the_zone(log: Log) -> None:
    """A log without zone cannot be compared with anything once it left its machine."""
    log.begin()
    logging.getLogger("bot.service").info("Watching %s", "/content")
    assert re.fullmatch(rf"{MOMENT} INFO    bot\.service: Watching /content\n", log.written())


def test_a_rehearsal_has_shorter_lines(log: Log) -> None:
    """A person who looks on knows the day and does not care for modules."""
    log.begin(LogStyle.BRIEF)
    logging.getLogger("bot.service").warning("Careful")
    assert re.fullmatch(r"\d\d:\d\d:\d\d WARNING Careful\n", log.written())


def test_no_text_can_forge_a_line_or_command_a_terminal(log: Log) -> None:
    """Line ends and control characters in what is logged are escaped."""
    log.begin()
    logging.getLogger("bot").info("announced %s", "a\n2025-01-01 forged\x1b[2J\u202e.md")
    written = log.written()
    assert written.count("\n") == 1
    assert written.endswith("announced a\\n2025-01-01 forged\\x1b[2J\\u202e.md\n")


def test_a_bug_keeps_its_traceback(log: Log) -> None:
    """An exception is logged whole, below its line, and indented so that none of its lines passes for another event."""
    log.begin()
    try:
        raise RuntimeError("a bug\n2025-01-01 forged\x1b[2J")
    except RuntimeError:
        logging.getLogger("bot").exception("It broke")
    lines = log.written().splitlines()
    assert lines[0].endswith("ERROR   bot: It broke")
    assert lines[1] == "  Traceback (most recent call last):"
    assert lines[-2:] == ["  RuntimeError: a bug", "  2025-01-01 forged\\x1b[2J"]


def test_a_reconnect_is_no_crash(log: Log) -> None:
    """What discord.py logs with a traceback before it connects again is one line with its cause."""
    log.begin()
    try:
        raise ConnectionResetError("the gateway went away")
    except ConnectionResetError:
        logging.getLogger("discord.client").exception("Attempting a reconnect in %.2fs", 1.5)
    written = log.written()
    assert written.count("\n") == 1
    assert "WARNING discord.client: Attempting a reconnect in 1.50s: the gateway went away" in written


def test_libraries_only_warn(log: Log) -> None:
    """Rate limits that discord.py warns of are worth a line; what it does every minute is not."""
    log.begin()
    logging.getLogger("discord.gateway").info("Shard ID None has connected")
    logging.getLogger("discord.client").warning("PyNaCl is not installed, voice will NOT be supported")
    logging.getLogger("discord.client").warning("davey is not installed, voice will NOT be supported")
    logging.getLogger("discord.client").warning("Something else")
    logging.getLogger("discord.http").warning("We are being rate limited. %s responded with 429.", "POST")
    assert [line.partition(": ")[2] for line in log.written().splitlines()] == [
        "Something else",
        "We are being rate limited. POST responded with 429.",
    ]


def test_libraries_name_nobody(log: Log) -> None:
    """What discord.py warns of comes without the numbers of people and of their direct messages."""
    log.begin()
    text = "Ignoring exception in autocomplete for %r (Guild: %s, User: %s)"
    logging.getLogger("discord.app_commands.tree").error(text, "tag", None, 1_100_000_000_000_000_001)
    text = "We are being rate limited. %s %s responded with 429. Retrying in %.2f seconds."
    url = "https://discord.com/api/v10/channels/110000000000000000/messages"
    logging.getLogger("discord.http").warning(text, "POST", url, 0.5)
    assert [line.partition(": ")[2] for line in log.written().splitlines()] == [
        "Ignoring exception in autocomplete for 'tag' (Guild: None, User: …)",
        "We are being rate limited. POST https://discord.com/api/v10/channels/…/messages responded with 429. Retrying"
        " in 0.50 seconds.",
    ]


def test_verbose_lets_everything_through(log: Log) -> None:
    """--verbose logs what the libraries do, too."""
    log.begin(verbose=True)
    logging.getLogger("discord.gateway").debug("a detail")
    assert "a detail" in log.written()


def test_warnings_of_python_are_logged_in_a_line(log: Log) -> None:
    """What Python warns of goes the way of all else, with its place."""
    log.begin()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
    written = log.written()
    assert written.count("\n") == 1
    assert "WARNING py.warnings: " in written
    assert "test_logs.py" in written
    assert "DeprecationWarning: old ways" in written


@pytest.mark.parametrize("style", LogStyle)
def test_no_secret_is_logged(log: Log, style: LogStyle) -> None:
    """Neither sentence nor value, field or traceback shows a secret of the process, whoever logs it."""
    never_show(SECRET)
    log.begin(style, verbose=True)
    try:
        raise ValueError(f"no way with {SECRET}")
    except ValueError:
        logging.getLogger("aiohttp").exception("Failed with %s", {"Authorization": f"Bot {SECRET}"})
    logging.getLogger("discord.http").debug(f"POST with {SECRET}")
    logging.getLogger("bot").info("Taken", extra={"post": f"{SECRET}.md", "channels": [SECRET]})
    logging.getLogger("bot").warning("%d of %s", SECRET, SECRET)
    written = log.written()
    assert len(re.findall("Failed with|POST with|Taken|could not be written", written)) == 4
    assert SECRET[:20] not in written


def test_what_kills_a_thread_is_logged(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody handles in a thread, or in a destructor, is in the log and hides secrets."""
    never_show(SECRET)
    for where, name in ((sys, "unraisablehook"), (threading, "excepthook"), (logging, "raiseExceptions")):
        monkeypatch.setattr(where, name, getattr(where, name))
    log.begin()
    log_crashes()

    class Doomed:
        def __del__(self) -> None:
            raise ValueError(SECRET)

    def fail() -> None:
        raise RuntimeError(SECRET)

    thread = threading.Thread(target=fail, name="worker")
    thread.start()
    thread.join()
    Doomed()
    written = log.written()
    assert "CRITICAL bot.ops.logs: The thread 'worker' was ended by a mistake" in written
    assert "RuntimeError" in written
    assert "ValueError" in written
    assert SECRET not in written


def test_colours_are_for_terminals(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the level of what is wrong has a colour, unless its user wants none."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for no_colour, level in (("", "\x1b[33mWARNING\x1b[0m"), ("1", "WARNING")):
        log.begin()
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        monkeypatch.setenv("NO_COLOR", no_colour)
        logging.getLogger("bot").warning("Careful")
        assert f" {level} bot: Careful\n" in log.written()
