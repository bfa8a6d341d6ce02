"""The service with a ticker beside it in its event loop: how long the loop is held up until all is indexed.

Run as ``python -m benchmarks.ticking run --config FILE``; at the end it writes ``ticks: [seconds late, …]`` on standard
error.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from bot.ops.logs import set_up_logging
from bot.service import run_service
from bot.settings import load_settings, read_token

TICK_SECONDS = 0.01


async def _tick(lateness: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        lateness.append(max(0.0, time.perf_counter() - began - TICK_SECONDS))


async def _run(config: Path) -> None:
    lateness: list[float] = []
    ticker = asyncio.create_task(_tick(lateness))

    def stop_ticking() -> None:
        ticker.cancel()

    try:
        await run_service(load_settings(config), read_token(os.environ), on_ready=stop_ticking)
    finally:
        print(f"ticks: {json.dumps([round(late, 6) for late in lateness])}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    set_up_logging(verbose=False, brief=False)
    asyncio.run(_run(Path(sys.argv[sys.argv.index("--config") + 1])))
