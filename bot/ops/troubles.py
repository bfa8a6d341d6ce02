"""What a running service says does not work, for a command that asks from another process."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.announcing.troubles import Trouble

__all__ = ["TroublesRequest", "from_lines", "to_lines"]


@dataclass(frozen=True, slots=True)
class TroublesRequest:
    """What does not work just now?"""


def to_lines(troubles: Iterable[Trouble]) -> list[str]:
    """The service's answer: a JSON object for each trouble."""
    return [
        json.dumps({"where": trouble.where, "what": trouble.what, "since": trouble.since.isoformat()})
        for trouble in troubles
    ]


def from_lines(lines: Iterable[str]) -> tuple[Trouble, ...]:
    """The troubles that `to_lines` told of."""
    told = map(json.loads, lines)
    return tuple(Trouble(each["where"], each["what"], datetime.fromisoformat(each["since"])) for each in told)
