"""Whom a message would ping: https://docs.discord.com/developers/resources/message#allowed-mentions-object"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.rehearsal import limits
from bot.rehearsal.forms import Form
from bot.rehearsal.records import Pings
from bot.rehearsal.wire import JsonObject

__all__ = ["EVERYTHING", "USERS_ONLY", "AllowedMentions", "pings", "read_allowed_mentions"]

_USER = re.compile(r"<@!?([0-9]+)>")
_ROLE = re.compile(r"<@&([0-9]+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)")
_KINDS = ("users", "roles", "everyone")


@dataclass(frozen=True, slots=True)
class AllowedMentions:
    """What may ping. `parse` names whole kinds; `users` and `roles` are single ids."""

    parse: frozenset[str] = frozenset()
    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()


EVERYTHING = AllowedMentions(frozenset(_KINDS))
"""What counts where a message says nothing."""

USERS_ONLY = AllowedMentions(frozenset({"users"}))
"""What counts where an answer to an interaction says nothing."""


def read_allowed_mentions(raw: object, form: Form) -> AllowedMentions | None:
    """The field ``allowed_mentions``; None if there is none."""
    if raw is None:
        return None
    given = form.mapping(raw, "allowed_mentions")
    parse = form.items(given.get("parse"), "allowed_mentions.parse", len(_KINDS))
    for at, kind in enumerate(parse):
        form.choice(kind, f"allowed_mentions.parse.{at}", _KINDS)
    named = {
        kind: form.ids(given.get(kind), f"allowed_mentions.{kind}", limits.MENTIONS) for kind in ("users", "roles")
    }
    for kind, ids in named.items():
        if ids and kind in parse:
            why = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.wrong("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", why)
    return AllowedMentions(frozenset(map(str, parse)), frozenset(named["users"]), frozenset(named["roles"]))


def pings(content: str, components: Sequence[JsonObject], allowed: AllowedMentions) -> Pings:
    """Whom the text of a message notifies; mentions in embeds never do.

    Roles count as mentionable, the bot as allowed to ping everybody, code blocks as text: never kinder than Discord is.
    """
    text = "\n".join([content, *_texts(components)])
    users = {int(found) for found in _USER.findall(text)}
    roles = {int(found) for found in _ROLE.findall(text)}
    return Pings(
        everyone="everyone" in allowed.parse and bool(_EVERYONE.search(text)),
        users=frozenset(users if "users" in allowed.parse else users & allowed.users),
        roles=frozenset(roles if "roles" in allowed.parse else roles & allowed.roles),
    )


def _texts(components: Sequence[JsonObject]) -> Iterator[str]:
    for component in components:
        if isinstance(component.get("content"), str):
            yield component["content"]
        yield from _texts(component.get("components", ()))
