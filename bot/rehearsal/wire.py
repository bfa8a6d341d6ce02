"""What both sides of the stand-in share: JSON, snowflakes, and Discord's way of saying no."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

__all__ = ["DISCORD_EPOCH_MS", "ApiError", "JsonObject", "Snowflakes", "unknown", "utc_text"]

JsonObject = dict[str, Any]

DISCORD_EPOCH_MS = 1_420_070_400_000
"""The first millisecond of 2015: https://docs.discord.com/developers/reference#snowflakes"""


class ApiError(Exception):
    """An answer of Discord that is no success.

    Attributes:
        status: the HTTP status.
        code: Discord's own number: https://docs.discord.com/developers/topics/opcodes-and-status-codes
        message: what that number means, in Discord's words.
        errors: for 50035, the tree of what is wrong with which field.
        extra: further keys of the body, such as ``retry_after``.
        headers: further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        errors: JsonObject | None = None,
        extra: JsonObject | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status}/{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.extra = extra or {}
        self.headers = headers or {}

    @property
    def body(self) -> JsonObject:
        """The JSON that goes over the wire."""
        body: JsonObject = {"message": self.message, "code": self.code, **self.extra}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


_UNKNOWN = {"Channel": 10003, "Guild": 10004, "Member": 10007, "Message": 10008, "User": 10013, "Webhook": 10015}
_UNKNOWN |= {"interaction": 10062, "application command": 10063}


def unknown(what: str) -> ApiError:
    """The 404 for something that is not there, such as ``unknown("Channel")``."""
    return ApiError(404, _UNKNOWN[what], f"Unknown {what}")


class Snowflakes:
    """Makes ids as Discord does: 42 bits of milliseconds, then a count that keeps them apart and in order."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds since 1970."""
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """An id that is greater than every one before."""
        from_time = (int(self._clock() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(from_time, self._last + 1)
        return self._last


def utc_text(seconds: float) -> str:
    """Seconds since 1970 as Discord writes a time: ISO 8601 with microseconds and offset."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
