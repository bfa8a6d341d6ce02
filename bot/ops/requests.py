"""What can be asked of whoever works on a catalog, and how it goes over a wire.

On the wire a request is one line of JSON, an object under the name of its command::

    {"resolve": {"delivery": 12, "drop": true}}
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from bot.catalog.database import Catalog
from bot.ops.announce import AnnounceRequest, announce
from bot.ops.done import Done
from bot.ops.live import LiveRequest
from bot.ops.pause import PauseRequest, ResumeRequest, pause, resume
from bot.ops.resolve import ResolveRequest, resolve
from bot.problems import UsageError
from bot.settings import Settings

__all__ = ["Request", "WireRequest", "carry_out", "from_line", "log_done", "to_line"]

logger = logging.getLogger(__name__)

# What a person wants done, by the service or without one.
Request = AnnounceRequest | ResolveRequest | PauseRequest | ResumeRequest
WireRequest = Request | LiveRequest  # what a running service answers
MOST_LOGGED = 1000  # posts with a line of their own: more would keep the event loop from anything else
_UNKNOWN = "this is no request that this version understands"


CARRY_OUT: Mapping[type[Request], Callable[[Catalog, Settings, Any], Awaitable[Done]]] = {
    AnnounceRequest: announce,
    ResolveRequest: resolve,
    PauseRequest: pause,
    ResumeRequest: resume,
}
NAMES: Mapping[type[WireRequest], str] = {
    AnnounceRequest: "announce",
    ResolveRequest: "resolve",
    PauseRequest: "pause",
    ResumeRequest: "resume",
    LiveRequest: "live",
}
REQUESTS = {name: request for request, name in NAMES.items()}


async def carry_out(catalog: Catalog, settings: Settings, request: Request) -> Done:
    """Do what is asked for.

    Raises:
        UsageError: it cannot be done as asked; nothing is done then.
        CatalogUnavailableError: the catalog cannot be read or written now.
    """
    return await CARRY_OUT[type(request)](catalog, settings, request)


def log_done(request: Request, done: Done) -> None:
    """Log what a service did because a person asked for it, so that it is found with all else of a post."""
    command = NAMES[type(request)]
    for path, what in done.posts[:MOST_LOGGED]:
        logger.info("A person asked to %s: %r: %s", command, path, what, extra={"post": path})
    if len(done.posts) > MOST_LOGGED:
        logger.info("… and %d more, which are not named here", len(done.posts) - MOST_LOGGED)
    if isinstance(request, PauseRequest | ResumeRequest):
        for line in done.lines:
            logger.info("A person asked to %s: %s", command, line)


def to_line(request: WireRequest) -> bytes:
    """One line, with its end."""
    return json.dumps({NAMES[type(request)]: asdict(request)}).encode() + b"\n"


def from_line(line: bytes) -> WireRequest:
    """Read what `to_line` wrote.

    Raises:
        UsageError: it is something else.
    """
    try:
        tagged = from_json(line)
        if not isinstance(tagged, dict) or len(tagged) != 1:
            raise UsageError(_UNKNOWN)
        ((name, fields),) = tagged.items()
        if name not in REQUESTS:
            raise UsageError(f"{_UNKNOWN}: it knows {', '.join(REQUESTS)}")
        return TypeAdapter(REQUESTS[name]).validate_json(json.dumps(fields), strict=True)
    except ValidationError as error:
        wrong = "; ".join(sorted({detail["msg"] for detail in error.errors()}))
        raise UsageError(f"{_UNKNOWN}: {wrong}") from error
    except ValueError as error:  # no JSON
        raise UsageError(f"{_UNKNOWN}: {error}") from error
