"""`/healthz`, `/readyz` and `/metrics`, for monitoring: what `health.listen` in the settings serves.

Whoever asks learns how the service is and can change nothing. Answers are found out once for all who ask at about the
same time, each within a bounded time; see `docs/monitoring.md`.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.announcing.troubles import Troubles
from bot.catalog.database import Catalog
from bot.ops.counts import Counts, count_everything
from bot.ops.guarded import guarded
from bot.ops.live import Live
from bot.ops.metrics import OPENMETRICS, exposition
from bot.ops.shared import Shared
from bot.problems import CatalogError
from bot.settings import Settings

__all__ = ["serving_health"]

logger = logging.getLogger(__name__)

HEALTH = "health"  # whose troubles are told here
RETRY_SECONDS = 30.0  # between tries to get a port that cannot be had
LIVE_SECONDS, COUNTS_SECONDS, TEXT_SECONDS = 1.0, 5.0, 1.0  # for which an answer is good
LIVE_PATIENCE_SECONDS = 2.0
COUNTS_PATIENCE_SECONDS = 4.0  # Prometheus gives up after ten
TEXT_PATIENCE_SECONDS = 8.0
STOP_SECONDS = 1.0  # for the answers under way
MOST_BYTES = 1024  # of a request's body, which nothing here wants
NOTHING_HERE = "There is nothing here. There is /healthz (live), /readyz (ready, or why not) and /metrics.\n"

# A client that sends what is no HTTP gets an answer that says so; in the log a port scan would bury all else.
_wire = logging.getLogger(f"{__name__}.wire")
_wire.setLevel(logging.CRITICAL)


@asynccontextmanager
async def serving_health(
    settings: Settings, catalog: Catalog, live: Callable[[], Awaitable[Live]], troubles: Troubles
) -> AsyncIterator[None]:
    """Serve them while the context lasts, where `health.listen` says; nothing if that is null.

    A port that cannot be had is an error in the log and a trouble, and is tried again; it ends nothing.

    Args:
        settings: in force.
        catalog: of the service, counted for `/metrics`.
        live: says how the service is.
        troubles: where it is told that the port cannot be had.
    """
    if settings.health.listen is None:
        yield
        return
    server = asyncio.create_task(
        _serve(settings.health.listen, _Health(settings, catalog, live), troubles), name=HEALTH
    )
    server.add_done_callback(_tell_mistake)
    try:
        yield
    finally:
        server.cancel()
        await asyncio.wait((server,))
        troubles.end(HEALTH)


def _tell_mistake(server: "asyncio.Task[None]") -> None:
    if not server.cancelled() and (error := server.exception()) is not None:
        logger.error("Health is not told any more: a mistake in Linkbot itself, please report it", exc_info=error)


async def _serve(listen: str, health: "_Health", troubles: Troubles) -> None:
    """Answer until cancelled."""
    runner = web.AppRunner(health.application(), access_log=None, logger=_wire, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    try:
        assert runner.server is not None
        server = await _listening(listen, guarded(runner.server), troubles)
        try:
            at = ", ".join(_shown(*socket.getsockname()[:2]) for socket in server.sockets)
            logger.info("Health is told at %s: /healthz, /readyz, /metrics", at)
            await asyncio.Event().wait()
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def _listening(listen: str, protocol: Callable[[], asyncio.Protocol], troubles: Troubles) -> asyncio.Server:
    """Listen at the host and port, as soon as they can be had."""
    host, _, port = listen.rpartition(":")
    told: str | None = None
    while True:
        try:
            server = await asyncio.get_running_loop().create_server(protocol, host.strip("[]"), int(port))
        except (OSError, ValueError) as error:  # a name that cannot be one is a ValueError
            what = f"{listen} cannot be listened at ({error}): change health.listen, or free the port"
        else:
            troubles.end(HEALTH)
            return server
        troubles.begin(HEALTH, what)
        if what != told:
            logger.error("Health is not told: %s; tried again every %.0f s", what, RETRY_SECONDS)
        told = what
        await asyncio.sleep(RETRY_SECONDS)


def _shown(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Health:
    """What is answered."""

    def __init__(self, settings: Settings, catalog: Catalog, live: Callable[[], Awaitable[Live]]) -> None:
        self._settings = settings
        self._live = Shared(live, LIVE_SECONDS)
        self._counts = Shared(lambda: count_everything(catalog), COUNTS_SECONDS)
        self._texts = {
            openmetrics: Shared(lambda openmetrics=openmetrics: self._text(openmetrics), TEXT_SECONDS)  # type: ignore[misc]
            for openmetrics in (False, True)
        }

    def application(self) -> web.Application:
        """What aiohttp serves."""
        application = web.Application(client_max_size=MOST_BYTES, middlewares=[_answered])
        application.router.add_get("/healthz", self.healthz)
        application.router.add_get("/readyz", self.readyz)
        application.router.add_get("/metrics", self.metrics)
        application.router.add_get("/{path:.*}", _nothing_here)
        return application

    async def healthz(self, _request: web.Request) -> web.Response:
        """The event loop turns: else there would be no answer."""
        return _json({"live": True})

    async def readyz(self, _request: web.Request) -> web.Response:
        """200 if the service does all that it is for, else 503; either way with the reasons."""
        live = await self._now()
        if live is None:
            what = f"it does not say how it is within {LIVE_PATIENCE_SECONDS:.0f} s"
            return _json({"ready": False, "reasons": [{"where": "service", "what": what, "since": None}]}, status=503)
        reasons = [
            {"where": each.where, "what": each.what, "since": each.since.isoformat(timespec="seconds")}
            for each in live.reasons
        ]
        return _json({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)

    async def metrics(self, request: web.Request) -> web.Response:
        """In OpenMetrics if that is asked for, else in Prometheus's text format."""
        openmetrics = OPENMETRICS in request.headers.get("Accept", "")
        body, content_type = await self._texts[openmetrics].get(TEXT_PATIENCE_SECONDS)
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def _text(self, openmetrics: bool) -> tuple[bytes, str]:
        live, counts = await asyncio.gather(self._now(), self._counted())
        return exposition(self._settings, live, counts, openmetrics=openmetrics)

    async def _now(self) -> Live | None:
        try:
            return await self._live.get(LIVE_PATIENCE_SECONDS)
        except TimeoutError:
            return None

    async def _counted(self) -> Counts | None:
        try:
            return await self._counts.get(COUNTS_PATIENCE_SECONDS)
        except (TimeoutError, CatalogError):
            return None


@web.middleware
async def _answered(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Every answer is of this moment and ends its connection; a mistake of ours is logged and answered with 500."""
    try:
        response = await handler(request)
    except web.HTTPException as refused:
        response = web.Response(status=refused.status, text=f"{refused.reason}\n", headers=_kept(refused))
    except Exception:
        logger.exception("%s could not be answered: a mistake in Linkbot itself, please report it", request.path)
        response = web.Response(status=500, text="a mistake in Linkbot itself; its log has the details\n")
    response.headers.update({"Cache-Control": "no-store", "Server": "linkbot"})
    response.force_close()
    return response


def _kept(refused: web.HTTPException) -> dict[str, str]:
    return {name: refused.headers[name] for name in ("Allow",) if name in refused.headers}


async def _nothing_here(_request: web.Request) -> web.Response:
    return web.Response(status=404, text=NOTHING_HERE)


def _json(content: object, *, status: int = 200) -> web.Response:
    return web.Response(status=status, text=json.dumps(content) + "\n", content_type="application/json")
