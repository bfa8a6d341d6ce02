"""Remembers the nonces of messages, for ``enforce_nonce``.

https://docs.discord.com/developers/resources/message#create-message compares with messages "by the same author" within
"the past few minutes", and says neither how many minutes nor whether the channel matters. Here it does not: a bot that
uses one nonce in two channels is found out, which hurts it more than the other reading would.
"""

from collections.abc import Callable

__all__ = ["NonceMemory"]


class NonceMemory:
    """The nonces of the last `window_seconds`, each with the message that was created with it."""

    def __init__(self, window_seconds: float, monotonic: Callable[[], float]) -> None:
        self._window_seconds = window_seconds
        self._monotonic = monotonic
        self._seen: dict[tuple[int, str], tuple[float, int, int]] = {}

    def remember(self, author_id: int, nonce: str | int, channel_id: int, message_id: int) -> None:
        """Note that a message was created; the nonce 5 and the nonce "5" are the same."""
        now = self._monotonic()
        self._seen[author_id, str(nonce)] = (now, channel_id, message_id)
        self._seen = {key: entry for key, entry in self._seen.items() if now - entry[0] < self._window_seconds}

    def find(self, author_id: int, nonce: str | int) -> tuple[int, int] | None:
        """Channel and id of the message that was created with `nonce`, even if it is deleted by now."""
        entry = self._seen.get((author_id, str(nonce)))
        if entry is None or self._monotonic() - entry[0] >= self._window_seconds:
            return None
        return entry[1], entry[2]

    def forget(self) -> None:
        """Let the window pass for all of them."""
        self._seen.clear()
