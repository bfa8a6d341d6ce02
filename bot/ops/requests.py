"""What a person can ask of whoever works on a catalog, and how it goes over a wire.

On the wire a request is one line of JSON, an object under the name of its command::

    {"resolve": {"delivery": 12, "drop": true}}
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from bot.catalog.database import Catalog
from bot.ops.announce import AnnounceRequest, announce
from bot.ops.done import Done
from bot.ops.resolve import ResolveRequest, resolve
from bot.problems import UsageError
from bot.settings import Settings

__all__ = ["Request", "carry_out", "from_line", "to_line"]

Request = AnnounceRequest | ResolveRequest
_UNKNOWN = "this is no request that this version understands"


@dataclass(frozen=True, slots=True)
class _Command:
    request: type[Request]
    carry_out: Callable[[Catalog, Settings, Any], Awaitable[Done]]


COMMANDS: Mapping[str, _Command] = {
    "announce": _Command(AnnounceRequest, announce),
    "resolve": _Command(ResolveRequest, resolve),
}
_NAMES = {command.request: name for name, command in COMMANDS.items()}


async def carry_out(catalog: Catalog, settings: Settings, request: Request) -> Done:
    """Do what is asked for.

    Raises:
        UsageError: it cannot be done as asked; nothing is done then.
        CatalogUnavailableError: the catalog cannot be read or written now.
    """
    return await COMMANDS[_NAMES[type(request)]].carry_out(catalog, settings, request)


def to_line(request: Request) -> bytes:
    """One line, with its end."""
    return json.dumps({_NAMES[type(request)]: asdict(request)}).encode() + b"\n"


def from_line(line: bytes) -> Request:
    """Read what `to_line` wrote.

    Raises:
        UsageError: it is something else.
    """
    try:
        tagged = from_json(line)
        if not isinstance(tagged, dict) or len(tagged) != 1:
            raise UsageError(_UNKNOWN)
        ((name, fields),) = tagged.items()
        if name not in COMMANDS:
            raise UsageError(f"{_UNKNOWN}: it knows {' and '.join(COMMANDS)}")
        return TypeAdapter(COMMANDS[name].request).validate_json(json.dumps(fields), strict=True)
    except ValidationError as error:
        wrong = "; ".join(sorted({detail["msg"] for detail in error.errors()}))
        raise UsageError(f"{_UNKNOWN}: {wrong}") from error
    except ValueError as error:  # no JSON
        raise UsageError(f"{_UNKNOWN}: {error}") from error
