"""Spending all of a rate limit whose window is long.

Given a longest wait, discord.py 2.7.1 refuses every request as long as the window of its limit is longer than that,
however much of the limit is left: of ten crossposts an hour it would let one pass.
`tests/contracts/test_publisher_changes.py` fails when an upgrade moves what is used here.
"""

import discord.http

__all__ = ["spend_whole_limits"]


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


def spend_whole_limits() -> None:
    """Let discord.py, in this whole process, make requests as long as their rate limit has something left."""
    discord.http.Ratelimit = _Ratelimit  # type: ignore[misc]  # clients look it up there whenever they need one
