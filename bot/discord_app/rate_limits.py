"""What discord.py 2.7.1 has to be helped with in keeping Discord's rate limits.

Given a longest wait, it refuses every request as long as the window of its limit is longer than that, however much of
the limit is left: of ten crossposts an hour it would let one pass.

After a 429 that is meant for all requests, it holds all of them back until the request that was answered so has waited.
If that one is cancelled meanwhile, nobody lets the others go: they would wait for ever.

`tests/contracts/test_publisher_changes.py` and `tests/contracts/test_publisher_limits.py` fail when an upgrade moves
what is used here.
"""

import asyncio

import discord.http

__all__ = ["LONGEST_WAIT_SECONDS", "end_global_waits", "spend_whole_limits"]

LONGEST_WAIT_SECONDS = 30.0  # for a limit, inside one request; discord.py takes no less


class _Ratelimit(discord.http.Ratelimit):
    """Refuses because of a long window only when nothing is left in it."""

    async def acquire(self) -> None:
        if self.remaining <= 0 or self.is_expired():
            return await super().acquire()
        expires, self.expires = self.expires, None  # nothing is awaited while this is hidden, as something is left
        try:
            return await super().acquire()
        finally:
            self.expires = expires


class _GlobalOver(asyncio.Event):
    """Set while requests may be made; once cleared it is set again after the longest wait, if nobody does it before."""

    def __init__(self) -> None:
        super().__init__()
        self._ending: asyncio.TimerHandle | None = None
        self.set()

    def clear(self) -> None:
        self._end_waiting()
        super().clear()
        self._ending = asyncio.get_running_loop().call_later(LONGEST_WAIT_SECONDS, self.set)

    def set(self) -> None:
        self._end_waiting()
        super().set()

    def _end_waiting(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None


def spend_whole_limits() -> None:
    """Let discord.py, in this whole process, make requests as long as their rate limit has something left."""
    discord.http.Ratelimit = _Ratelimit  # type: ignore[misc]  # clients look it up there whenever they need one


def end_global_waits(client: discord.Client) -> None:
    """Let `client`, which has just logged in, hold its requests back no longer than `LONGEST_WAIT_SECONDS` at a time.

    Whatever cancels a request that waits for a limit of all requests, the others go on. Each login needs it anew.
    """
    client.http._global_over = _GlobalOver()  # noqa: SLF001  there is no other way to it
