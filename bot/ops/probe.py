"""``linkbot status --health`` and ``--ready``: one question to the running service, for what watches over it."""

import json
from dataclasses import dataclass
from pathlib import Path

from bot.ops.ask_live import ask_live
from bot.ops.live import Live
from bot.problems import LinkbotError

__all__ = ["Probe", "probe"]


@dataclass(frozen=True, slots=True)
class Probe:
    """How a service is.

    Attributes:
        is_live: it answers.
        is_ready: it does all that it is for.
        line: one sentence for people.
        reasons: why it is not live, or not ready.
    """

    is_live: bool
    is_ready: bool
    line: str
    reasons: tuple[str, ...]

    def as_json(self) -> str:
        """The same for programs, on one line."""
        return json.dumps({"live": self.is_live, "ready": self.is_ready, "reasons": self.reasons})


async def probe(directory: Path) -> Probe:
    """Ask the service on `directory`; this takes five seconds at the most, and reads nothing else."""
    try:
        live = await ask_live(directory)
    except LinkbotError as error:
        return _dead(str(error))
    return _dead(f"no service runs on {directory}") if live is None else _alive(live)


def _dead(why: str) -> Probe:
    return Probe(is_live=False, is_ready=False, line=f"not live: {why}", reasons=(why,))


def _alive(live: Live) -> Probe:
    if live.unready:
        line = f"live, not ready: {'; '.join(live.unready)}"
        return Probe(is_live=True, is_ready=False, line=line, reasons=live.unready)
    return Probe(is_live=True, is_ready=True, line=f"live and ready: logged in as {live.discord.user}", reasons=())
