"""Whether the log beside a catalog is whole.

After a crash the last commits are only in the log. SQLite takes a log that it cannot read for an empty one, and ends at
the first frame that is wrong: commits would be forgotten without a word, and what they recorded as sent would be sent
again. The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log.
"""

import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.catalog.failures import MEND
from bot.problems import CatalogRefusedError, CatalogUnavailableError

__all__ = ["refuse_damaged_log"]

HEADER = struct.Struct(">8I")  # magic, version, page size, checkpoint, two salts, two checksums
FRAME = struct.Struct(">6I")  # page, size of the database after a commit (else 0), two salts, two checksums
MAGIC = 0x377F0682  # the lowest bit says which way round the words are summed up: 1 is big-endian
WORDS = 0xFFFFFFFF


def refuse_damaged_log(path: Path) -> None:
    """Look through the log of the catalog at `path`, if there is one.

    The last transaction may be incomplete, as a power cut leaves it: it was never acknowledged.

    Raises:
        CatalogRefusedError: commits are lost in it.
        CatalogUnavailableError: it cannot be read now.
    """
    log = path.with_name(path.name + "-wal")
    try:
        data = log.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise CatalogUnavailableError(f"{log} cannot be read ({error.strerror}); check the folder's rights") from error
    if data and not _is_whole(data):
        raise CatalogRefusedError(f"{path}: its log {log.name} is damaged, commits in it are lost; {MEND}")


@dataclass(frozen=True, slots=True)
class _Frame:
    """One page in the log: whether it is of the log's present use, ends a transaction, and has its own checksum."""

    is_current: bool
    is_commit: bool
    is_sound: bool


def _is_whole(data: bytes) -> bool:
    """Whether no commit comes after a frame that SQLite would not take, but for the one that may be incomplete."""
    if len(data) < HEADER.size:
        return True  # cut off while it was made: no commit can be in it
    magic, _, page_bytes, _, *salts_and_sums = HEADER.unpack_from(data)
    big_endian = magic == MAGIC + 1
    sums = _summed(data[: HEADER.size - 8], (0, 0), big_endian=big_endian)
    if magic not in (MAGIC, MAGIC + 1) or list(sums) != salts_and_sums[2:]:
        return False
    commits_after_the_end = 0
    ended = False
    for frame in _frames(data, page_bytes, salts_and_sums[:2], sums, big_endian=big_endian):
        ended = ended or not frame.is_sound
        commits_after_the_end += ended and frame.is_current and frame.is_commit
    return commits_after_the_end < 2


def _frames(
    data: bytes, page_bytes: int, salts: list[int], sums: tuple[int, int], *, big_endian: bool
) -> Iterator[_Frame]:
    """Each frame of a log, in order; after the first that is not sound none is, because each checksum goes on."""
    is_sound = True
    for at in range(HEADER.size, len(data) - FRAME.size - page_bytes + 1, FRAME.size + page_bytes):
        _, size, *salts_and_sums = FRAME.unpack_from(data, at)
        is_current = salts_and_sums[:2] == salts
        if is_sound:
            page = at + FRAME.size
            sums = _summed(data[at : at + 8] + data[page : page + page_bytes], sums, big_endian=big_endian)
            is_sound = is_current and list(sums) == salts_and_sums[2:]
        yield _Frame(is_current, size > 0, is_sound)


def _summed(data: bytes, sums: tuple[int, int], *, big_endian: bool) -> tuple[int, int]:
    words = array("I", data)
    if big_endian != (sys.byteorder == "big"):
        words.byteswap()
    first, second = sums
    for position in range(0, len(words), 2):
        first = (first + words[position] + second) & WORDS
        second = (second + words[position + 1] + first) & WORDS
    return first, second
