"""Options of slash commands: their names and descriptions in every language, and what members fill in."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from discord import app_commands

from bot.catalog.listings import Filters
from bot.discord_app.language import about, named
from bot.discord_app.replies import UnfitError
from bot.discord_app.since import read_since
from bot.discord_app.text import escaped, plain

__all__ = ["asked_filters", "options"]

_SHOWN = 60  # characters of what was typed

F = TypeVar("F", bound=Callable[..., Any])


def options(**keys: str) -> Callable[[F], F]:
    """Return a decorator that names and describes each parameter of a command by the texts under its key."""

    def decorate(function: F) -> F:
        renamed = app_commands.rename(**{name: named(key) for name, key in keys.items()})(function)
        return app_commands.describe(**{name: about(key) for name, key in keys.items()})(renamed)

    return decorate


def asked_filters(
    *tags: str | None, source: str | None = None, since: str | None = None, now: datetime | None = None
) -> Filters:
    """Return the filters that a member filled in; `UnfitError` if `since` is no date before `now`."""
    begin = None
    if since is not None and since.strip():
        begin = read_since(since, now or datetime.now(UTC))
        if begin is None:
            raise UnfitError("unknown-since", typed=f"**{escaped(plain(since), _SHOWN) or '…'}**")
    return Filters(tuple(filter(None, map(_given, tags))), _given(source) or None, begin)


def _given(text: str | None) -> str:
    """What a member typed, without what no name can contain: a lone surrogate, which JSON lets through."""
    return (text or "").encode("utf-8", "ignore").decode().strip()
