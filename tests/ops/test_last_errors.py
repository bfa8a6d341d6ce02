"""The last errors, kept for `linkbot status`."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.ops.last_errors import FILE_NAME, KEPT, keep_last_errors, read_last_errors
from bot.problems import CatalogRefusedError, LinkbotError
from bot.redaction import never_show

logger = logging.getLogger("bot.somewhere")
TOKEN = "MTIwMDAwMDAwMDAwMDAwMDAwMQ.Gabcde.not-a-token-but-of-the-shape-of-one"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """A state directory in which errors are kept."""
    with keep_last_errors(tmp_path):
        yield tmp_path


def texts(directory: Path) -> list[str]:
    return [error.text for error in read_last_errors(directory)]


def test_errors_are_kept_in_one_line_and_for_one_user(kept: Path) -> None:
    """What is logged as an error is there at once, with its exception but no traceback; a warning is not."""
    logger.warning("not this")
    logger.error("news: %r\nis refused", "a.md")
    logger.critical("It broke", exc_info=ValueError("two\nlines"))
    assert texts(kept) == ["news: 'a.md' is refused", "It broke: ValueError: two lines"]
    assert (kept / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert {error.where for error in read_last_errors(kept)} == {"bot.somewhere"}


def test_only_the_last_are_kept_and_what_repeats_is_counted(tmp_path: Path) -> None:
    """Of many errors five are kept; one that comes again is one of them with its number, first time and last time."""
    with keep_last_errors(tmp_path):
        for number in range(KEPT + 2):
            logger.error("error %d", number)
            logger.error("no; the next try is in %d s", 60 * number)
    assert texts(tmp_path) == [*(f"error {number}" for number in range(3, KEPT + 2)), "no; the next try is in 360 s"]
    *_, last = read_last_errors(tmp_path)
    assert last.times == KEPT + 2
    assert last.first_at <= last.at


def test_those_of_the_service_before_are_gone_on_with(tmp_path: Path) -> None:
    """A start does not forget why the last service died: by an error of ours or by one that nobody expected."""
    with pytest.raises(CatalogRefusedError), keep_last_errors(tmp_path):
        raise CatalogRefusedError("the catalog is damaged")
    with pytest.raises(ZeroDivisionError), keep_last_errors(tmp_path):
        1 / 0  # noqa: B018
    with keep_last_errors(tmp_path):
        logger.error("another")
    assert texts(tmp_path) == ["the catalog is damaged", "ended by ZeroDivisionError: division by zero", "another"]
    logger.error("nobody listens any more")
    assert len(texts(tmp_path)) == 3


def test_no_secret_and_no_book_is_kept(kept: Path) -> None:
    """A token is hidden, also where the text is cut; no text is longer than 300 characters."""
    never_show(TOKEN)
    logger.error("x" * 280 + f" {TOKEN} " + "y" * 1000)
    logger.error("refused: %s", TOKEN)
    file = (kept / FILE_NAME).read_text()
    assert TOKEN[:20] not in file
    assert TOKEN[-20:] not in file
    assert len(texts(kept)[0]) == 300


def test_no_text_makes_the_file_unreadable(tmp_path: Path) -> None:
    """A file name that is no UTF-8 stands there escaped, and so does what would command a terminal."""
    with pytest.raises(LinkbotError), keep_last_errors(tmp_path):
        raise LinkbotError("cannot read a\udcff\x1b[2J.md")  # not logged: pytest could not report such a log
    assert texts(tmp_path) == ["cannot read a\\udcff\\x1b[2J.md"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[3]", b"\xff\xfe", b'[{"at": 1}]', b"[" * 10_000, b"null", json.dumps([{}]).encode()]
)
def test_a_damaged_file_is_left_out_with_a_word(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever stands in the file, status goes on without it, and the next error makes it anew."""
    (tmp_path / FILE_NAME).write_bytes(content)
    assert read_last_errors(tmp_path) == ()
    assert "is damaged and is left out" in caplog.text
    with keep_last_errors(tmp_path):
        logger.error("new")
    assert texts(tmp_path) == ["new"]


def test_what_cannot_be_written_or_said_harms_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a directory to write to, or with a record that makes no sense, whoever logs goes on."""

    class Unspeakable:
        def __str__(self) -> str:
            raise RuntimeError("no words")

    with keep_last_errors(tmp_path / "nowhere"):
        logger.error("not written")
    raising, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        with keep_last_errors(tmp_path):
            logging.getLogger().handlers[-1].handle(
                logging.LogRecord("bot", logging.ERROR, "", 0, "%s", (Unspeakable(),), None)
            )
            logging.getLogger().handlers[-1].handle(logging.LogRecord("bot", logging.ERROR, "", 0, "after", (), None))
    finally:
        logging.raiseExceptions = raising
    assert texts(tmp_path) == ["after"]
