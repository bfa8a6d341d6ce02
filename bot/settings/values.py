"""How each kind of value is written in the settings file, and what is said about one that is written wrongly.

The converters run before pydantic's own checks. They take what `tree` hands over, and Python's own values as well, for
code that builds settings by itself. Each returns the value or raises a `PydanticCustomError` with ``what`` and ``fix``.
Beside each stands what an editor is told: a JSON Schema that takes at least what the converter takes.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot.redaction import redacted
from bot.settings.tree import Scalar

__all__ = [
    "ChannelId",
    "Choice",
    "Flag",
    "Folder",
    "Glob",
    "GuildId",
    "HostPort",
    "HttpUrl",
    "Kinds",
    "ListOf",
    "RoleId",
    "Seconds",
    "Text",
    "Whole",
    "WsUrl",
    "mistake",
    "shown",
]

SHOWN_CHARACTERS = 60
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?")
# Discord's ids count milliseconds since 2015 in their upper 42 bits: 17 digits since February 2015, 19 until 2084.
# https://discord.com/developers/docs/reference#snowflakes
SNOWFLAKE = re.compile(r"[1-9][0-9]{16,18}")
MAX_SNOWFLAKE = 2**63 - 1  # what the catalog can store
HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})")


def mistake(what: str, fix: str) -> NoReturn:
    """Refuse a value: `what` is wrong with it, `fix` would be right."""
    raise PydanticCustomError("mistake", "{what}; {fix}", {"what": what, "fix": fix})


def shown(value: object) -> str:
    """A value as a message names it, shortened."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "a section of keys"
        case list() | tuple():
            return "a list"
        case int() | float():
            return f"{value:.12g}"
        case Scalar(text=text, plain=True) if DECIMAL.fullmatch(text):
            return text
        case Scalar(text=text, plain=False) if DECIMAL.fullmatch(text):
            return f"{text!r} in quotes"
        case Scalar(text=text):
            value = text
    text = redacted(str(value))
    return repr(text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…")


def _text(value: object) -> str:
    text = value.text if isinstance(value, Scalar) else value
    if not isinstance(text, str) or not text.strip():
        mistake(f"{shown(value)} is no text", "write a text; in quotes if it has special characters")
    if not text.isprintable():
        mistake(f"{shown(text)} has a control character", "write it in one line")
    return text.strip()


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, Scalar) and value.plain and value.text in ("true", "True", "TRUE"):
        return True
    if isinstance(value, Scalar) and value.plain and value.text in ("false", "False", "FALSE"):
        return False
    mistake(f"{shown(value)} is neither true nor false", "write true or false, without quotes")


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Scalar) and value.plain and INTEGER.fullmatch(value.text):
        return int(value.text)
    mistake(f"{shown(value)} is no whole number", "write digits only, without quotes, unit or separators, such as 10")


def _seconds(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, Scalar) and value.plain and DECIMAL.fullmatch(value.text):
        return float(value.text)
    mistake(f"{shown(value)} is no number of seconds", "write digits only, without quotes or unit, such as 300")


def _snowflake(thing: str, click: str) -> Callable[[object], int]:
    where = f"in Discord: developer mode on, right-click the {click}, Copy {thing.title()} ID"
    fix = f"it is a number of 17 to 19 digits ({where})"

    def convert(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_SNOWFLAKE:
            return value
        if isinstance(value, Scalar) and SNOWFLAKE.fullmatch(value.text) and int(value.text) <= MAX_SNOWFLAKE:
            return int(value.text)
        mistake(f"{shown(value)} is not a {thing} id", fix)

    return convert


def _listed(value: object) -> object:
    if value is None:
        return []
    if isinstance(value, Scalar):
        mistake(f"{shown(value)} stands alone where a list belongs", "put it in brackets: [one] or [one, another]")
    if isinstance(value, dict):
        mistake("a section of keys stands where a list belongs", "write [one, another], or lines that begin with -")
    return value


def _kinds(value: object) -> object:
    return ["*"] if _word(value) == "*" else _listed(value)


def _folder(value: object) -> Path:
    folder = value if isinstance(value, Path) else Path(_text(value))
    try:
        return folder.expanduser()
    except RuntimeError:
        mistake(f"{shown(folder)} names a home folder that is not known", "write the whole path")


def _glob(value: object) -> str:
    pattern = _text(value)
    if pattern.startswith("/") or ".." in pattern.split("/"):
        fix = 'write it from inside the content directory, such as "docs/**"'
        mistake(f"{shown(pattern)} leads out of the content directory", fix)
    if "\\" in pattern:
        mistake(f"{shown(pattern)} has a backslash", 'write / between folders, such as "docs/**"')
    return pattern


def _url(secure: str, plain: str, example: str) -> Callable[[object], str]:
    def convert(value: object) -> str:
        url = _text(value)
        if "@" in url:
            mistake("the address holds a user or a password", "secrets never stand in this file; leave them out")
        try:
            parts = urlsplit(url)
            usable = parts.scheme in (secure, plain) and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            usable = False
        if not usable or any(character.isspace() for character in url):
            mistake(f"{shown(url)} is no {secure} or {plain} address", f"write it as in {example}")
        if parts.query or parts.fragment:
            mistake(f"{shown(url)} has a part after ? or #", "leave it out")
        return url.rstrip("/")

    return convert


def _host_port(value: object) -> str:
    address = _text(value)
    match = HOST_PORT.fullmatch(address)
    if match is None or int(match["port"]) > 65_535:
        mistake(f"{shown(address)} is no host and port", 'write it as in "127.0.0.1:9464"; a port is at most 65535')
    return address


def _word(value: object) -> object:
    return value.text if isinstance(value, Scalar) else value


def _id_schema(thing: str) -> WithJsonSchema:
    written = {"type": "string", "pattern": f"^{SNOWFLAKE.pattern}$"}
    number = {"type": "integer", "minimum": 10**16, "maximum": MAX_SNOWFLAKE}
    return WithJsonSchema({"title": f"{thing} id", "anyOf": [number, written]})


def _text_schema(title: str, pattern: str = r"\S") -> WithJsonSchema:
    """Text; what is no text for YAML, such as 2024, is text here if it matches."""
    return WithJsonSchema({"title": title, "type": ["string", "number", "boolean"], "pattern": pattern})


def _url_schema(secure: str, plain: str) -> WithJsonSchema:
    scheme = "".join(f"[{letter}{letter.upper()}]" for letter in plain)
    pattern = rf"^\s*{scheme}[sS]?://[^@?#\s]+\s*$"
    return WithJsonSchema({"title": f"{secure} or {plain} address", "type": "string", "pattern": pattern})


T = TypeVar("T")

ListOf = Annotated[tuple[T, ...], BeforeValidator(_listed)]
Choice = Annotated[T, BeforeValidator(_word)]
Text = Annotated[str, BeforeValidator(_text), _text_schema("text")]
Kinds = Annotated[tuple[Text, ...], BeforeValidator(_kinds), Field(min_length=1)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Whole = Annotated[int, BeforeValidator(_whole)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
ChannelId = Annotated[int, BeforeValidator(_snowflake("channel", "channel")), _id_schema("channel")]
RoleId = Annotated[int, BeforeValidator(_snowflake("role", "role in the server's settings")), _id_schema("role")]
GuildId = Annotated[int, BeforeValidator(_snowflake("server", "server")), _id_schema("server")]
Folder = Annotated[Path, BeforeValidator(_folder), _text_schema("folder")]
Glob = Annotated[str, BeforeValidator(_glob), _text_schema("pattern", r"^\s*[^\s/\\][^\\]*$")]
HttpUrl = Annotated[
    str, BeforeValidator(_url("https", "http", "https://discord.com/api/v10")), _url_schema("https", "http")
]
WsUrl = Annotated[str, BeforeValidator(_url("wss", "ws", "wss://gateway.discord.gg")), _url_schema("wss", "ws")]
HostPort = Annotated[str, BeforeValidator(_host_port), _text_schema("host and port", r":[0-9]{1,5}\s*$")]
