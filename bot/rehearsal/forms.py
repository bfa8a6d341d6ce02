"""Reads fields of a request body and gathers what is wrong with them into Discord's tree of errors.

The shape of the tree: https://docs.discord.com/developers/reference#error-messages
"""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from bot.rehearsal.wire import ApiError, JsonObject

__all__ = ["Form", "snowflake"]

_SNOWFLAKE = re.compile(r"[0-9]{1,20}\Z")
_LARGEST_SNOWFLAKE = 2**63 - 1
_HOST_WITH_TLD = re.compile(r"(?:[^\s.]+\.)+[^\s.]{2,}\Z")
_ADDRESS = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[?[0-9a-f:]+:[0-9a-f:]+\]?)\Z")


def snowflake(raw: object) -> int | None:
    """The id that `raw` (a string of digits, or an int) means; None if it means none."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int)) or not _SNOWFLAKE.match(str(raw)):
        return None
    value = int(raw)
    return value if value <= _LARGEST_SNOWFLAKE else None


class Form:
    """One request body under examination. Paths are written with dots: ``embeds.0.title``."""

    def __init__(self) -> None:
        self._tree: JsonObject = {}

    def wrong(self, path: str, code: str, message: str) -> None:
        """Note that the field at `path` is wrong."""
        node = self._tree
        for part in filter(None, path.split(".")):
            node = node.setdefault(part, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def finish(self) -> None:
        """Raise `ApiError` 400/50035 if anything was wrong."""
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", errors=self._tree)

    def required(self, path: str) -> None:
        """Note that the field at `path` is missing or empty."""
        self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")

    def text(self, raw: object, path: str, most: int, *, required: bool = False) -> str | None:
        """A string, trimmed; None if there is none, or it is wrong."""
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if required:
                self.required(path)
            return None
        if isinstance(raw, (dict, list, bool)):
            self.wrong(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
            return None
        text = str(raw).strip()
        if len(text) > most:
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
            return None
        return text

    def bounded(self, raw: object, path: str, least: int, most: int) -> str | None:
        """A string that must be there and be `least` to `most` code points long."""
        if not isinstance(raw, str):
            self.required(path)
            return None
        if not least <= len(raw) <= most:
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
            return None
        return raw

    def whole(self, raw: object, path: str, least: int, most: int) -> int | None:
        """An int within bounds; None if there is none, or it is wrong."""
        if raw is None:
            return None
        try:
            value = int(raw) if isinstance(raw, (int, str)) and not isinstance(raw, bool) else None
        except ValueError:
            value = None
        if value is None:
            self.wrong(path, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not int.')
            return None
        if value < least:
            self.wrong(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
            return None
        if value > most:
            self.wrong(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
            return None
        return value

    def choice(self, raw: object, path: str, among: Collection[object]) -> Any:
        """`raw` if it is one of `among`, else None."""
        if isinstance(raw, (str, int)) and raw in among:
            return raw
        shown = ", ".join(repr(value) for value in sorted(among, key=str))
        self.wrong(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{shown}}}.")
        return None

    def truth(self, raw: object, path: str) -> bool:
        """A boolean; False if there is none, or it is wrong."""
        if raw is not None and not isinstance(raw, bool):
            self.wrong(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            return False
        return bool(raw)

    def items(self, raw: object, path: str, most: int) -> list[Any]:
        """A list of at most `most` things; empty if there is none, or it is wrong."""
        if raw is None:
            return []
        if not isinstance(raw, list):
            self.wrong(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if len(raw) > most:
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
            return []
        return raw

    def mapping(self, raw: object, path: str) -> JsonObject:
        """A JSON object; empty if it is none."""
        if isinstance(raw, dict):
            return raw
        self.wrong(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return {}

    def ids(self, raw: object, path: str, most: int) -> list[int]:
        """A list of snowflakes without repetition."""
        found: list[int] = []
        for index, item in enumerate(self.items(raw, path, most)):
            value = snowflake(item)
            if value is None:
                self.wrong(f"{path}.{index}", "NUMBER_TYPE_COERCE", f'Value "{item}" is not snowflake.')
            elif value in found:
                self.wrong(path, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
            else:
                found.append(value)
        return found

    def moment(self, raw: object, path: str) -> str | None:
        """An ISO 8601 time, as it was written."""
        if raw is None:
            return None
        try:
            datetime.fromisoformat(str(raw))
        except ValueError:
            self.wrong(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {raw}. Should be ISO8601.")
            return None
        return str(raw)

    def url(self, raw: object, path: str, most: int, schemes: Collection[str] = ("http", "https")) -> str | None:
        """A URL that Discord takes: known scheme, well formed, and a host with a top level domain."""
        if raw is None:
            return None
        text = str(raw).strip()
        if len(text) > most:
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
            return None
        parts = _split(text)
        if parts is not None and parts.scheme and parts.scheme not in schemes:
            among = ", ".join(repr(scheme) for scheme in schemes)
            known = f"({among})" if len(schemes) > 1 else f"({among},)"
            why = f"Scheme {parts.scheme!r} is not supported. Scheme must be one of {known}."
            self.wrong(path, "URL_TYPE_INVALID_SCHEME", why)
            return None
        if parts is None or not _is_public(parts, text):
            self.wrong(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
            return None
        return text


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  reading it is what raises for a port that is none
    except ValueError:
        return None
    return parts


def _is_public(parts: SplitResult, text: str) -> bool:
    """Whether the host has a dot, as Discord wants it: https://github.com/bugsink/bugsink/issues/280"""
    if not parts.scheme or any(character.isspace() or character in '<>"' for character in text):
        return False
    host = parts.hostname or ""
    return parts.scheme == "attachment" or bool(_HOST_WITH_TLD.match(host) or _ADDRESS.match(host))
