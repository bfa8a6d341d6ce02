"""Asking after a service's health as monitoring does, over real sockets."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.ops.live import DiscordLink, Live

__all__ = ["Answer", "ask", "live", "samples", "until"]

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request."""

    status: int
    headers: dict[str, str]
    text: str


async def ask(base: str, path: str, method: str = "GET", **options: Any) -> Answer:
    """Make a request."""
    async with aiohttp.ClientSession() as session, session.request(method, base + path, **options) as response:
        return Answer(response.status, dict(response.headers), await response.text())


def samples(text: str) -> Samples:
    """The samples of Prometheus's text format, by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def live(**other: Any) -> Live:
    """A service that is well, but for what is said otherwise."""
    now = datetime.now(UTC)
    well: dict[str, Any] = {
        "troubles": (),
        "discord": DiscordLink("Linkbot#0000", True, now, 1),
        "settings_at": now,
        "reasons": (),
    }
    return Live(**{**well, **other})


async def until(condition: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.002)
