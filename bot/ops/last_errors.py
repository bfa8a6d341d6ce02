"""The last errors of the service, kept in a file, so that `linkbot status` can tell them also when it is dead.

Diagnostics, not a record: what cannot be written is left out, and a power cut may take the last ones along.
"""

import json
import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from bot.ops.terminal import printable
from bot.problems import LinkbotError

__all__ = ["FILE_NAME", "KEPT", "LoggedError", "keep_last_errors", "read_last_errors"]

logger = logging.getLogger(__name__)

FILE_NAME = "last-errors.json"
KEPT = 5
TEXT_CHARACTERS = 300
FILE_BYTES = 64 * 1024  # more than five of them can take
SECONDS = re.compile(r"[0-9][0-9.,]* s\b")
PACE_SECONDS = 1.0  # between writings while the same errors come again and again


@dataclass(frozen=True, slots=True)
class LoggedError:
    """Something that was logged as an error, or that ended the service.

    Attributes:
        at: when it was last; aware.
        first_at: when it was first.
        where: the logger's name.
        text: one line, printable, without a traceback and without secrets.
        times: how often the same was said, but for lengths of time.
    """

    at: AwareDatetime
    first_at: AwareDatetime
    where: str
    text: str
    times: Annotated[int, Field(ge=1)] = 1


_FILE = TypeAdapter(tuple[LoggedError, ...])


@contextmanager
def keep_last_errors(directory: Path) -> Iterator[None]:
    """Keep what is logged as an error within the context, and what ends it, in `directory`: the last five.

    Those of the service before are gone on with. Nothing is ever raised because of this.

    Args:
        directory: the state directory, whose lock the caller holds.
    """
    handler = _Keeper(directory / FILE_NAME)
    logging.getLogger().addHandler(handler)
    try:
        yield
    except Exception as error:
        told = str(error) if isinstance(error, LinkbotError) else f"ended by {type(error).__name__}: {error}"
        handler.keep(__name__, told, datetime.now(UTC))
        raise
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def read_last_errors(directory: Path) -> tuple[LoggedError, ...]:
    """What `keep_last_errors` kept, oldest first; a file that cannot be read is ignored with a warning."""
    path = directory / FILE_NAME
    try:
        with path.open("rb") as file:
            return _FILE.validate_json(file.read(FILE_BYTES))[-KEPT:]
    except FileNotFoundError:
        return ()
    except OSError as error:
        logger.warning("%s cannot be read and is left out: %s", path, error.strerror)
    except ValidationError:
        logger.warning("%s is damaged and is left out; the next error makes it anew", path)
    return ()


class _Keeper(logging.Handler):
    """Keeps errors in memory and in the file at `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.ERROR)
        self._path = path
        self._kept = {_key(each.where, each.text): each for each in read_last_errors(path.parent)}
        self._is_written = True
        self._written_at = -PACE_SECONDS

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what `record` says, and the name of the exception that came with it."""
        try:
            text = record.getMessage()
            if record.exc_info and (error := record.exc_info[1]) is not None:
                text = f"{text}: {type(error).__name__}: {error}"
            self.keep(record.name, text, datetime.fromtimestamp(record.created, UTC))
        except Exception:  # noqa: BLE001 - whatever is wrong with a record must not reach whoever logs it
            self.handleError(record)

    def keep(self, where: str, text: str, at: datetime) -> None:
        """Keep an error; what said the same before is counted and moves to the end."""
        # Cut once before for a text without measure, and then without a part of a secret.
        line = _cut(printable(" ".join(text[: 100 * TEXT_CHARACTERS].split())))
        key = _key(where, line)
        known = self._kept.pop(key, None)
        if known is None:
            self._kept[key] = LoggedError(at, at, where, line)
        else:
            self._kept[key] = replace(known, at=at, text=line, times=known.times + 1)
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        self._is_written = False
        if known is None or time.monotonic() - self._written_at >= PACE_SECONDS:
            self._write()

    def close(self) -> None:
        """Write what is not written yet."""
        if not self._is_written:
            self._write()
        super().close()

    def _write(self) -> None:
        """Put the file in its place whole; where that cannot be done, the next error tries again."""
        self._written_at = time.monotonic()
        partial = self._path.with_name(self._path.name + ".partial")
        with suppress(OSError):
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, for its mode
                file.write(json.dumps(_FILE.dump_python(tuple(self._kept.values()), mode="json"), indent=1).encode())
            partial.rename(self._path)
            self._is_written = True


def _key(where: str, line: str) -> tuple[str, str]:
    """The same for what says the same but for a length of time, such as until the next try."""
    return where, SECONDS.sub("", line)


def _cut(line: str) -> str:
    return line if len(line) <= TEXT_CHARACTERS else f"{line[: TEXT_CHARACTERS - 1]}…"
