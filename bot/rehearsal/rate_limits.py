"""Discord's rate limits: https://docs.discord.com/developers/topics/rate-limits

Discord publishes no figures per route; these are what its users observe. For opening threads they observe waits of
minutes, with the scope "shared", and no figure: https://github.com/discord/discord-api-docs/issues/7816
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.rehearsal.wire import ApiError

__all__ = [
    "CROSSPOST",
    "GLOBAL",
    "MESSAGE_CREATE",
    "OLD_EDIT",
    "PUBLISHED_EDIT",
    "RENAME",
    "THREAD_CREATE",
    "RateLimits",
    "RateRule",
    "Scope",
    "refusal_headers",
]

Scope = Literal["user", "global", "shared"]


@dataclass(frozen=True, slots=True)
class RateRule:
    """`count` requests in `seconds`, counted from the first of them; `scope` is whose requests are counted."""

    count: int
    seconds: float
    scope: Scope = "user"


MESSAGE_CREATE = RateRule(5, 5.0)
CROSSPOST = RateRule(10, 3600.0)
THREAD_CREATE = RateRule(50, 300.0, "shared")
RENAME = RateRule(2, 600.0)  # also of topics; the headers say nothing of it
OLD_EDIT = RateRule(3, 6.0)
PUBLISHED_EDIT = RateRule(3, 3600.0, "shared")
GLOBAL = RateRule(50, 1.0, "global")

_BY_ROUTE = {
    ("POST", "/channels/{channel_id}/messages"): MESSAGE_CREATE,
    ("POST", "/channels/{channel_id}/messages/{message_id}/crosspost"): CROSSPOST,
    ("POST", "/channels/{channel_id}/threads"): THREAD_CREATE,
    ("POST", "/channels/{channel_id}/messages/{message_id}/threads"): THREAD_CREATE,
}


@dataclass(slots=True)
class _Window:
    started: float
    used: int


class RateLimits:
    """Counts requests; off, it counts nothing and refuses nothing."""

    def __init__(self, *, enabled: bool, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self.enabled = enabled
        self._clock = clock
        self._monotonic = monotonic
        self._windows: dict[str, _Window] = {}

    def take(self, method: str, route: str, major: str) -> dict[str, str]:
        """Count one request on `route` for the channel `major`; the headers that its answer carries.

        Raises:
            ApiError: 429; the request does not count.
        """
        if not self.enabled:
            return {}
        rule = _BY_ROUTE.get((method, route))
        bucket = hashlib.sha256(f"{method} {route}".encode()).hexdigest()[:32]
        if rule is not None and self._wait(f"{bucket}:{major}", rule) > 0:
            raise self._refusal(f"{bucket}:{major}", rule, self._headers(bucket, f"{bucket}:{major}", rule))
        if self._wait("global", GLOBAL) > 0:
            raise self._refusal("global", GLOBAL, {})
        self._count("global", GLOBAL)
        if rule is None:
            return {}
        self._count(f"{bucket}:{major}", rule)
        return self._headers(bucket, f"{bucket}:{major}", rule)

    def take_old_edit(self, channel_id: int) -> None:
        """Count one edit of a message that is older than an hour, else `ApiError` 429/30046.

        The figure: https://docs.discord.food/resources/message#edit-message (unofficial).
        """
        text = "Maximum number of edits to messages older than 1 hour reached. Try again later."
        self._take_beside(f"old edit:{channel_id}", OLD_EDIT, 30046, text)

    def take_published_edit(self, channel_id: int) -> None:
        """Count one edit of a message that followers have, else `ApiError` 429/20028.

        The body tells how long to wait, ``Retry-After`` does not: https://github.com/discord/discord-api-docs/issues/6109
        """
        text = "The write action you are performing on the channel has hit the write rate limit."
        self._take_beside(f"published edit:{channel_id}", PUBLISHED_EDIT, 20028, text, header_seconds=1.0)

    def take_rename(self, channel_id: int) -> None:
        """Count one new name of a channel or thread, else `ApiError` 429."""
        self._take_beside(f"rename:{channel_id}", RENAME, 0, "You are being rate limited.")

    def _take_beside(
        self, key: str, rule: RateRule, code: int, text: str, *, header_seconds: float | None = None
    ) -> None:
        """Count one request under a rule of which no answer's headers speak."""
        wait = self._wait(key, rule) if self.enabled else 0.0
        if wait > 0:
            extra = {"retry_after": round(wait, 3), "global": False}
            headers = refusal_headers(wait if header_seconds is None else header_seconds, rule.scope)
            raise ApiError(429, code, text, extra=extra, headers=headers)
        self._count(key, rule)

    def _wait(self, key: str, rule: RateRule) -> float:
        """Seconds until `key` takes another request."""
        window = self._windows.get(key)
        if window is None or window.used < rule.count:
            return 0.0
        return max(0.0, window.started + rule.seconds - self._monotonic())

    def _count(self, key: str, rule: RateRule) -> None:
        now = self._monotonic()
        window = self._windows.get(key)
        if window is None or now >= window.started + rule.seconds:
            window = self._windows[key] = _Window(now, 0)
        window.used += 1

    def _headers(self, bucket: str, key: str, rule: RateRule) -> dict[str, str]:
        window = self._windows[key]
        rest = max(0.0, window.started + rule.seconds - self._monotonic())
        return {
            "X-RateLimit-Limit": str(rule.count),
            "X-RateLimit-Remaining": str(max(0, rule.count - window.used)),
            "X-RateLimit-Reset": f"{self._clock() + rest:.3f}",
            "X-RateLimit-Reset-After": f"{rest:.3f}",
            "X-RateLimit-Bucket": bucket,
        }

    def _refusal(self, key: str, rule: RateRule, headers: dict[str, str]) -> ApiError:
        wait = self._wait(key, rule)
        extra = {"retry_after": round(wait, 3), "global": rule.scope == "global"}
        all_headers = {**refusal_headers(wait, rule.scope), **headers}
        return ApiError(429, 0, "You are being rate limited.", extra=extra, headers=all_headers)


def refusal_headers(wait_seconds: float, scope: Scope) -> dict[str, str]:
    """What a 429 carries besides its body; ``Via`` tells that Discord itself answers, not what stands before it."""
    headers = {"Retry-After": str(math.ceil(wait_seconds)), "Via": "1.1 standin", "X-RateLimit-Scope": scope}
    return {**headers, "X-RateLimit-Global": "true"} if scope == "global" else headers
