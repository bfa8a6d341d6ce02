"""The last errors of a service for people: only what is not told by another line, and whether it is over."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.ops.last_errors import LoggedError
from bot.ops.moments import moment
from bot.ops.status import Status

__all__ = ["errors"]

LEAST_ALIKE = 25  # characters of an error that stand in another line, for both to say the same
SETTINGS = "bot.ops.reload"  # the logger of what is wrong with the settings file
# Loggers whose errors stand in a line of their own as long as they last: a trouble, an outage, a delivery held up.
TOLD_WHILE_IT_LASTS = frozenset(
    {
        "bot.announcing.desk",
        "bot.announcing.lane",
        "bot.announcing.scan_notes",
        "bot.ops.health",
        SETTINGS,
    }
)


def errors(status: Status, told: Sequence[str]) -> Iterator[str]:
    """The last errors, oldest first, without those that say what `told` says; what is over is marked."""
    lines = [" ".join(line.split()) for line in told]
    for error in status.errors:
        if not any(_is_in(error.text, line) for line in lines) and not _is_told_of(status, error.text):
            times = f" ({error.times:,} times since {moment(error.first_at)})" if error.times > 1 else ""
            over = " (over)" if _is_over(status, error) else ""
            yield f"{moment(error.at)}{times}{over} {error.text}"


def _is_in(text: str, line: str) -> bool:
    """Whether a line says what an error says, be it behind other words: what comes last is mostly the reason."""
    rest = text.removesuffix("…")
    while len(rest) >= LEAST_ALIKE:
        if rest in line:
            return True
        _, _, rest = rest.partition(": ")
    return False


def _is_told_of(status: Status, text: str) -> bool:
    """Whether an error gives the reason of a trouble, of an outage, or of a delivery that is held up."""
    if any(held.reason in text and held.path in text for held in status.held_up):
        return True
    reasons = [trouble.what for trouble in status.troubles]
    if status.outage is not None:
        reasons.append(status.outage["reason"])
    return any(" ".join(reason.split()).removesuffix(".") in text for reason in reasons if reason)


def _is_over(status: Status, error: LoggedError) -> bool:
    """Whether a service runs that does not have it: an earlier one had it, or no other line tells it any more.

    Of the settings the file tells, also while none runs.
    """
    if error.where == SETTINGS and status.source.mark is not None:
        return True
    if status.live is None:
        return False
    service = status.service or {}
    is_earlier = "since" in service and error.at < datetime.fromisoformat(service["since"])
    return is_earlier or error.where in TOLD_WHILE_IT_LASTS
