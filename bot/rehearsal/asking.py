"""Who asks the bot something, and where: the guild, direct messages, or where only that person has the bot."""

from dataclasses import dataclass
from typing import Literal, TypedDict, get_args

from bot.rehearsal.localizations import LOCALES
from bot.rehearsal.records import Channel, Message, User
from bot.rehearsal.world import World

__all__ = ["Asker", "Asking", "Place", "Who", "asker_of", "reader_of"]

Place = Literal["guild", "dm", "elsewhere", "private"]
"""``dm``: direct messages with the bot. ``elsewhere``: another guild, ``private``: a chat with other people; the bot is
a member of neither, the person has brought it along (a user install)."""

_VISITOR = "visitor"


class Who(TypedDict, total=False):
    """Who does something.

    Keys:
        user: the name; somebody new joins the guild. Else "visitor".
        locale: the language of that person's client, such as "fr". Else "en-US".
    """

    user: str
    locale: str


class Asking(Who, total=False):
    """Who uses a command, and where.

    Keys:
        place: else "guild".
        channel_id: a channel or thread of that place; says the place too. Else the first one where that can be done.
        force: offer a command to members who lack its ``default_member_permissions``, as administrators can arrange.
    """

    place: Place
    channel_id: int | None
    force: bool


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody in a place, with the channel and the language; `force` as in `Asking`."""

    user: User
    locale: str
    place: Place
    channel: Channel
    force: bool = False


def asker_of(world: World, how: Asking) -> Asker:
    """The person and the place that `how` describes.

    Raises:
        ValueError: nobody could type there: a place or language that there is not, a channel that is a forum, of
            another place, or hidden from that person.
        ApiError: 404/10003, there is no such channel.
    """
    user = world.person(how.get("user") or _VISITOR)
    channel_id = how.get("channel_id")
    if channel_id is None:
        channel = _first_channel(world, user, how.get("place", "guild"))
    else:
        channel = world.channel(channel_id)
    place = _place_of(channel)
    if how.get("place", place) != place:
        raise ValueError(f"the channel {channel.name} is not in the place {how.get('place')!r}")
    if not channel.takes_messages:
        raise ValueError("nobody can type in a forum itself, only in its threads, nor in a category")
    _require_seen(world, user, channel)
    return Asker(user, _locale(how), place, channel, how.get("force", False))


def reader_of(world: World, message: Message, how: Who) -> Asker:
    """The person who does something with `message`, where that stands; `ValueError` if that person does not see it."""
    user = world.person(how.get("user") or _VISITOR)
    channel = world.channel(message.channel_id)
    _require_seen(world, user, channel)
    if message.ephemeral and message.interaction is not None and message.interaction["user"]["id"] != str(user.id):
        raise ValueError(f"only {message.interaction['user']['username']} sees message {message.id}, not {user.name}")
    return Asker(user, _locale(how), _place_of(channel), channel)


def _first_channel(world: World, user: User, place: Place) -> Channel:
    if place not in get_args(Place):
        raise ValueError(f"there is no place {place!r}; places are {', '.join(get_args(Place))}")
    if place == "dm":
        return world.direct_channel(user)
    if place != "guild":
        return world.elsewhere if place == "elsewhere" else world.private
    for channel in world.channels:
        if channel.takes_messages and "view_channel" in world.permitted(user, channel):
            return channel
    raise ValueError(f"there is no channel where {user.name} could type")


def _place_of(channel: Channel) -> Place:
    aside: dict[str, Place] = {"dm": "dm", "private": "private", "elsewhere": "elsewhere"}
    return aside.get(channel.kind, "guild")


def _require_seen(world: World, user: User, channel: Channel) -> None:
    if channel.kind == "dm":
        seen = channel.recipient_id == user.id
    else:
        seen = _place_of(channel) != "guild" or "view_channel" in world.permitted(user, channel)
    if not seen:
        raise ValueError(f"{user.name} does not see the channel {channel.name}")


def _locale(how: Who) -> str:
    locale = how.get("locale") or "en-US"
    if locale not in LOCALES:
        raise ValueError(f"there is no language {locale!r}; Discord has {', '.join(sorted(LOCALES))}")
    return locale
