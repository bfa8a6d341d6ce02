"""Keeps other web sites out: the stand-in answers only to a browser that is on its own page, and to programs here.

A page of another site can send requests to 127.0.0.1. Its ``Origin`` gives it away or, with DNS rebinding, ``Host``.
"""

from aiohttp import web
from aiohttp.typedefs import Handler

__all__ = ["guard", "own_hosts"]

_NAMES = ("127.0.0.1", "localhost")
_PORT_OF_HTTP = 80
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def own_hosts(port: int) -> set[str]:
    """What ``Host`` says on this machine; it leaves out the port that http has anyway."""
    end = "" if port == _PORT_OF_HTTP else f":{port}"
    return {f"{name}{end}" for name in _NAMES}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse with 403 what comes from elsewhere, and with 415 a control request that a plain form could send."""
    address = request.transport.get_extra_info("sockname") if request.transport is not None else None
    hosts = own_hosts(address[1]) if address else set()
    if request.host not in hosts:
        return web.Response(status=403, text=f"This rehearsal is at {' and '.join(sorted(hosts))} only.\n")
    origin = request.headers.get("Origin")
    if origin is not None and origin not in {f"http://{host}" for host in hosts}:
        return web.Response(status=403, text="This rehearsal takes no requests from other sites.\n")
    is_control = request.path.startswith("/standin/")
    if is_control and request.method == "POST" and request.content_type != "application/json":
        return web.Response(status=415, text="Send it as Content-Type: application/json.\n")
    response = await handler(request)
    if not response.prepared and not request.path.startswith("/api/"):
        response.headers.update(_HEADERS)
    return response
