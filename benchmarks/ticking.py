"""``linkbot`` with a ticker in the service's event loop: how long the loop is held up until all is indexed.

Takes the arguments of ``linkbot``; at the end it writes ``ticks: [seconds late, …]`` on standard error.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable, Sequence

import bot.cli
import bot.service
from bot.ops.reload import SettingsFile
from bot.service import STOP_SIGNALS, run_service
from bot.settings import Settings

TICK_SECONDS = 0.01


async def _tick(lateness: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        lateness.append(max(0.0, time.perf_counter() - began - TICK_SECONDS))


async def _run_service(
    settings: Settings,
    token: str,
    *,
    config: SettingsFile | None = None,
    on_ready: Callable[[], None] = lambda: None,
    stop_signals: Sequence[signal.Signals] = STOP_SIGNALS,
) -> None:
    lateness: list[float] = []
    ticker = asyncio.create_task(_tick(lateness))

    def stop_ticking() -> None:
        ticker.cancel()
        on_ready()

    try:
        await run_service(settings, token, config=config, on_ready=stop_ticking, stop_signals=stop_signals)
    finally:
        print(f"ticks: {json.dumps([round(late, 6) for late in lateness])}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    bot.service.run_service = _run_service
    sys.exit(bot.cli.main())
