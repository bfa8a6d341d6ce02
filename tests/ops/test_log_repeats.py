"""Warnings that say the same again are counted: nothing is lost, nothing is remembered for ever."""

import io
import logging
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ops.log_fields import NEWS
from bot.ops.log_handler import LogHandler
from bot.ops.log_repeats import Repeats

WINDOW = 600.0
logger = logging.getLogger("tests.log_repeats")


class Log:
    """A log of its own, with a clock that is set by hand; nothing but the sentences is written."""

    def __init__(self, *, counts: bool = True) -> None:
        self.now = 0.0
        self.handler = LogHandler(logging.Formatter, counts=counts, clock=lambda: self.now)
        self._stream = io.StringIO()
        self.handler.setStream(self._stream)

    def warn(self, text: str, *values: object, **fields: object) -> None:
        """Log a warning."""
        logger.warning(text, *values, extra=fields)

    def inform(self, text: str, **fields: object) -> None:
        """Log that something went well."""
        record = logging.LogRecord(logger.name, logging.INFO, "", 0, text, (), None)
        record.__dict__.update(fields)
        self.handler.handle(record)

    def written(self) -> list[str]:
        """The lines that were written."""
        return self._stream.getvalue().splitlines()


@pytest.fixture
def log() -> Iterator[Log]:
    """A `Log` that takes what is logged here, and nothing else does."""
    log = Log()
    logger.addHandler(log.handler)
    logger.propagate = False
    yield log
    logger.propagate = True
    logger.removeHandler(log.handler)


said = st.tuples(st.integers(0, 5), st.floats(0, 400))


@given(st.lists(said, max_size=60), st.integers(1, 4))
def test_nothing_is_lost(events: list[tuple[int, float]], most_kept: int) -> None:
    """What is written, and what is counted, is together as much as was said of each thing; little is remembered."""
    repeats: Repeats[int] = Repeats(WINDOW, most_kept)
    told: Counter[int] = Counter()
    now = 0.0
    for key, pause in events:
        now += pause
        ended, is_new = repeats.take(key, key, now)
        told.update({each.last: each.times for each in ended})
        told[key] += is_new
        assert len(repeats._open) <= most_kept
    for each in repeats.all():
        told[each.last] += each.times
    assert told == Counter(key for key, _ in events)


@given(st.lists(st.sampled_from("abAB"), max_size=30))
def test_good_words_between_lose_nothing(events: list[str]) -> None:
    """Whatever goes well between, what is written and what is counted is together what was logged, in its order."""
    log, expected = Log(), ""
    for event in events:
        if event.isupper():
            log.inform("well", post=event.lower())
        else:
            record = logging.LogRecord(logger.name, logging.ERROR, "", 0, "%s", (event,), None)
            record.__dict__["post"] = event
            log.handler.handle(record)
            expected += event
    log.handler.close()
    told = Counter[str]()
    for line in log.written():
        text, _, more = line.partition(" (")
        told[text] += int(more.partition(" ")[0].replace("once", "1")) if more else 1
    del told["well"]
    assert told == Counter(expected)


@given(st.lists(st.tuples(st.just(0), st.floats(0, 400)), min_size=1, max_size=40))
def test_each_window_has_one_line_and_one_count(events: list[tuple[int, float]]) -> None:
    """The same is written no more than once in ten minutes, and its count is told with the first that comes later."""
    repeats: Repeats[int] = Repeats(WINDOW)
    now, written_at = 0.0, -WINDOW
    for key, pause in events:
        now += pause
        _, is_new = repeats.take(key, key, now)
        assert is_new == (now >= written_at + WINDOW)
        if is_new:
            written_at = now


def test_the_same_again_is_counted(log: Log) -> None:
    """A warning that only differs in how long or how often comes once, and then as a number when its time is over."""
    for seconds in range(38):
        log.warn("%s: not now; the next try is in %.0f s", "news", float(seconds))
    log.now = WINDOW
    log.handler.tell_ended()
    assert log.written() == [
        "news: not now; the next try is in 0 s",
        "news: not now; the next try is in 37 s (37 times more within 10 min)",
    ]


def test_what_breaks_again_after_it_went_well_is_news(log: Log) -> None:
    """A second outage is written like the first one, however soon it comes; what was counted before is told first."""
    for _ in range(2):
        log.warn("%s is not there", "content")
    log.inform("it is back")
    log.warn("%s is not there", "content")
    assert log.written() == [
        "content is not there",
        "content is not there (once more within 10 min)",
        "it is back",
        "content is not there",
    ]


def test_a_good_word_is_good_for_its_own_matter_alone(log: Log) -> None:
    """That one channel works, or one post is in order, says nothing of another, nor of another part of the program."""
    for fields in ({"channel": "news"}, {"post": "a.md"}):
        log.warn("not now", **fields)
        log.inform("well", **dict.fromkeys(fields, "another"))
        log.handler.handle(logging.LogRecord("another", logging.INFO, "", 0, "well", (), None))
        log.warn("not now", **fields)
    assert log.written().count("not now") == 2


def test_an_answer_to_what_a_person_did_is_always_written(log: Log) -> None:
    """Who has a file with the same mistake read again reads in the log that it is still there."""
    for _ in range(3):
        log.warn("the mistake", **NEWS)
    assert log.written() == ["the mistake"] * 3


def test_the_end_of_the_process_tells_what_was_counted(log: Log) -> None:
    """What was only counted until then is not forgotten; it names the level and the fields of what it counts."""
    lines = "%(levelname)s %(post)s %(repeated)s %(message)s"
    log.handler.setFormatter(logging.Formatter(lines, defaults={"repeated": 0}))
    for _ in range(2):
        log.warn("Catalog busy", post="a.md")
    log.handler.close()
    assert log.written() == ["WARNING a.md 0 Catalog busy", "WARNING a.md 1 Catalog busy (once more within 10 min)"]


@pytest.mark.parametrize(
    ("text", "value", "other", "field"),
    [
        ("%r is bad", "a.md", "b.md", {}),
        ("message %d stays", 10**17, 10**17 + 1, {}),
        ("%d files are bad", 1, 2, {"channel": "news"}),
    ],
    ids=["post", "snowflake", "field"],
)
def test_what_differs_is_written(log: Log, text: str, value: object, other: object, field: dict[str, str]) -> None:
    """Other posts, messages and fields are other facts, however alike their sentences are."""
    log.warn(text, value)
    log.warn(text, other, **field)
    assert len(log.written()) == 2


def test_other_causes_are_written(log: Log) -> None:
    """A failure of another kind, or from another place, is not hidden behind one that has the same sentence."""
    causes: tuple[Callable[[], object], ...] = (
        lambda: 1 // 0,
        lambda: int("x"),
        lambda: int("x"),
    )
    for cause in (*causes, *causes):
        try:
            cause()
        except (ArithmeticError, ValueError):
            logger.exception("It failed")
    assert [line for line in log.written() if line == "It failed"] == ["It failed"] * 3


def test_what_is_no_trouble_is_always_written(log: Log) -> None:
    """Only warnings and errors are counted: that a post was announced twice must be seen twice."""
    logger.setLevel(logging.INFO)
    for level in (logging.INFO, logging.CRITICAL):
        for _ in range(2):
            logger.log(level, "the same")
    logger.setLevel(logging.NOTSET)
    assert len(log.written()) == 4


def test_with_verbose_all_is_written() -> None:
    """Who asks for everything gets everything."""
    log = Log(counts=False)
    for _ in range(3):
        log.handler.handle(logging.LogRecord("x", logging.WARNING, "", 0, "the same", (), None))
    assert len(log.written()) == 3


def test_a_record_that_cannot_be_written_is_told(log: Log) -> None:
    """A mistake in a call of the log shows up in the log, by the same way as all else."""
    log.handler.handle(logging.LogRecord("x", logging.WARNING, "", 0, "%d posts", ("three",), None))
    assert "A line of the log could not be written: '%d posts'" in log.written()[0]


def test_a_log_that_nobody_reads_ends_nothing(log: Log) -> None:
    """A reader that went away does not stop the service."""

    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    log.handler.setStream(Closed())
    log.warn("lost")
    log.handler.close()


def test_what_is_remembered_is_short(log: Log) -> None:
    """However long a text is that comes again, little of it is kept for the line with its count."""
    for _ in range(2):
        log.warn("%s", "x" * 10_000)
    log.handler.close()
    assert len(log.written()[1]) < 2100
