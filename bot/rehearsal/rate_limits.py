"""Discord's rate limits: https://docs.discord.com/developers/topics/rate-limits

Discord publishes no figures per route; these are what its users observe.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.rehearsal.wire import ApiError

__all__ = ["CROSSPOST", "GLOBAL", "MESSAGE_CREATE", "OLD_EDIT", "RateLimits", "RateRule", "refusal_headers"]


@dataclass(frozen=True, slots=True)
class RateRule:
    """`count` requests in `seconds`, counted from the first of them."""

    count: int
    seconds: float


MESSAGE_CREATE = RateRule(5, 5.0)
CROSSPOST = RateRule(10, 3600.0)
OLD_EDIT = RateRule(3, 6.0)
GLOBAL = RateRule(50, 1.0)

_BY_ROUTE = {
    ("POST", "/channels/{channel_id}/messages"): MESSAGE_CREATE,
    ("POST", "/channels/{channel_id}/messages/{message_id}/crosspost"): CROSSPOST,
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
        key = f"old edit:{channel_id}"
        wait = self._wait(key, OLD_EDIT) if self.enabled else 0.0
        if wait > 0:
            text = "Maximum number of edits to messages older than 1 hour reached. Try again later."
            extra = {"retry_after": round(wait, 3), "global": False}
            raise ApiError(429, 30046, text, extra=extra, headers=refusal_headers(wait, everywhere=False))
        self._count(key, OLD_EDIT)

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
        everywhere = key == "global"
        extra = {"retry_after": round(wait, 3), "global": everywhere}
        all_headers = {**refusal_headers(wait, everywhere=everywhere), **headers}
        return ApiError(429, 0, "You are being rate limited.", extra=extra, headers=all_headers)


def refusal_headers(wait_seconds: float, *, everywhere: bool) -> dict[str, str]:
    """What a 429 carries besides its body; ``Via`` tells that Discord itself answers, not what stands before it."""
    headers = {"Retry-After": str(math.ceil(wait_seconds)), "Via": "1.1 standin"}
    headers["X-RateLimit-Scope"] = "global" if everywhere else "user"
    return {**headers, "X-RateLimit-Global": "true"} if everywhere else headers
