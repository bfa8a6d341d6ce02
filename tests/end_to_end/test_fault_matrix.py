"""Each fault that the stand-in knows, in each kind of channel; what comes of it is written to ``docs/faults.md``."""

from pathlib import Path

import pytest

from bot.catalog.records import DeliveryState
from tests.support.end_to_end_fault_page import page
from tests.support.end_to_end_faults import KINDS, Cell, Ending, Misfortune, bench

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "faults.md"


def _status(status: int, code: int = 0, told: str = "") -> list[Misfortune]:
    body = {"message": told, "code": code} if told else None
    options = {"kind": "status", "status": status, "body": body}
    name = f"HTTP {status}" + (f", {code} {told}" if code else f" {told}" if told else "")
    return [Misfortune(name, after, options) for after in (False, True)]


def _both(told: str, **options: object) -> list[Misfortune]:
    return [Misfortune(told, after, dict(options)) for after in (False, True)]


MISFORTUNES = [
    *_status(400, 50035, "Invalid Form Body"),
    *_status(401, 0, "Unauthorized"),
    *_status(403, 50013, "Missing Permissions"),
    *_status(404, 10003, "Unknown Channel"),
    *_both("HTTP 429 for the route", kind="rate_limit", retry_after=0.5),
    *_both("HTTP 429 for everything", kind="rate_limit", retry_after=0.5, scope="global"),
    Misfortune("HTTP 429 from a proxy", False, {"kind": "rate_limit", "retry_after": 0.5, "via": False}),
    *(misfortune for status in (500, 502, 503, 504, 520) for misfortune in _status(status)),
    *_both("connection reset", kind="reset"),
    *_both("connection closed without an answer", kind="close"),
    *_both("no answer at all", kind="hang"),
    Misfortune("answer cut in the middle", True, {"kind": "truncate"}),
    Misfortune("answer of the wrong content type", True, {"kind": "content_type"}),
]


async def test_one_message_stands_whatever_happens(tmp_path: Path) -> None:
    """Unless Discord refuses what it does, a post stands once or is refused, no other channel waits, and the page tells
    what was seen."""
    async with bench(tmp_path, MISFORTUNES) as (tried, cells):
        endings = await tried.endings(cells)
    for cell, ending in endings.items():
        assert not _broken(cell, ending), f"{cell}: {ending}"
    written = page([(each, _row(each, endings)) for each in MISFORTUNES])
    before = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    if written != before:
        DOCUMENT.write_text(written, encoding="utf-8")
        pytest.fail("docs/faults.md did not say what happens; it has been written anew: read the difference, commit it")


def _broken(cell: Cell, ending: Ending) -> list[str]:
    """Which promises do not hold."""
    options, is_sent = cell.misfortune.options, ending.state is DeliveryState.SENT
    once = (ending.stands, ending.state) in {(1, DeliveryState.SENT), (0, DeliveryState.REFUSED)}
    as_asked = "wait" if options.get("scope") == "global" else "go on"
    kept = {
        "stands once or is refused": once or cell.misfortune.is_lie,
        "is published where it can be": ending.published == (is_sent and cell.kind == "announcement"),
        "no other channel waits": ending.bystander == as_asked or options.get("status") == 401,
    }
    return [promise for promise, holds in kept.items() if not holds]


def _row(misfortune: Misfortune, endings: dict[Cell, Ending]) -> dict[str, Ending]:
    """By kind of channel, in the order of the table."""
    found = {cell.kind: ending for cell, ending in endings.items() if cell.misfortune == misfortune}
    return {kind: found[kind] for kind in KINDS}
