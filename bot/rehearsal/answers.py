"""The little of HTTP that REST and control API share."""

import json

from aiohttp import web

from bot.rehearsal.forms import Form, snowflake
from bot.rehearsal.wire import ApiError, JsonObject

__all__ = ["json_answer", "path_id", "query_id", "read_json", "read_object"]


def json_answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """`value` as JSON. The content type has no charset: discord.py takes anything else for text."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def path_id(request: web.Request, name: str) -> int:
    """The snowflake in the path, else `ApiError` 400/50035."""
    return _id(request.match_info[name], name)


def query_id(request: web.Request, name: str) -> int | None:
    """The snowflake in the query; None if there is none."""
    return _id(request.query[name], name) if name in request.query else None


def _id(raw: str, name: str) -> int:
    form = Form()
    value = snowflake(raw)
    if value is None:
        form.wrong(name, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not snowflake.')
        form.finish()
    return value or 0


async def read_object(request: web.Request) -> JsonObject:
    """The JSON object in the body; an empty body is an empty object.

    Raises:
        ApiError: 400/50109, the body is no JSON; 400/50035, it is no object, or has files, which are not taken here.
    """
    if request.content_type.startswith("multipart/"):
        form = Form()
        form.wrong("files", "BASE_TYPE_MAX_LENGTH", "Must be 0 or fewer in length: a rehearsal takes no files.")
        form.finish()
    if not await request.read():
        return {}
    form = Form()
    found = form.mapping(await read_json(request), "")
    form.finish()
    return found


async def read_json(request: web.Request) -> object:
    """The JSON in the body.

    Raises:
        ApiError: 400/50109, the body is no JSON, or holds half of a surrogate pair, which is no text.
    """
    try:
        value: object = json.loads(await request.read())
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None
    return value
