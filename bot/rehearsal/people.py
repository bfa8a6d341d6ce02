"""The members of the guild: their names, roles and permissions, and whether they take direct messages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.rehearsal.ids import APPLICATION_ID, OWNER_ID, VISITOR_ID
from bot.rehearsal.permissions import DEFAULT_GRANTED, EVERY_PERMISSION, permission_names
from bot.rehearsal.records import StandInRole, User
from bot.rehearsal.wire import Snowflakes, unknown

__all__ = ["People", "RoleListener"]

RoleListener = Callable[[StandInRole, bool], None]
"""Told of a role, and whether it is new."""


class People:
    """Who is there, and what they may do.

    Attributes:
        bot: the user whose token is the rehearsal's.
        roles: of the guild, without @everyone and the bot's own.
        everyone_granted: names of what everybody may do where no channel says otherwise.
        bot_granted: the same of the bot's own role.
        bot_timed_out_until: when the bot's timeout ends, in seconds since 1970; None: it has none.
    """

    def __init__(self, roles: Sequence[StandInRole], snowflakes: Snowflakes) -> None:
        self.snowflakes = snowflakes
        self.bot = User(APPLICATION_ID, "Linkbot", bot=True)
        self.roles = tuple(replace(role, permissions=permission_names(role.permissions)) for role in roles)
        self.everyone_granted = self.bot_granted = DEFAULT_GRANTED
        self.bot_timed_out_until: float | None = None
        self._users = {user.id: user for user in (self.bot, User(OWNER_ID, "owner"), User(VISITOR_ID, "visitor"))}
        self._roles_of: dict[int, frozenset[int]] = {}
        self._own_role: dict[int, int] = {}
        self._closed: set[int] = set()
        self._role_listeners: list[RoleListener] = []

    def listen_to_roles(self, listener: RoleListener) -> None:
        """Call `listener` whenever a role is made or changed."""
        self._role_listeners.append(listener)

    @property
    def users(self) -> tuple[User, ...]:
        """Every member of the guild."""
        return tuple(self._users.values())

    def user(self, user_id: int) -> User:
        """The member with that id, else `ApiError` 404/10007."""
        if user_id not in self._users:
            raise unknown("Member")
        return self._users[user_id]

    def person(self, name: str) -> User:
        """The member with that name, who joins the guild now if need be."""
        for user in self._users.values():
            if user.name == name and not user.bot:
                return user
        user = User(self.snowflakes.next(), name)
        self._users[user.id] = user
        return user

    # Roles and permissions

    def roles_of(self, user: User) -> frozenset[int]:
        """The ids of a member's roles, that of `set_member_permissions` included; not the bot's own."""
        own = self._own_role.get(user.id)
        return self._roles_of.get(user.id, frozenset()) | ({own} if own is not None else frozenset())

    def guild_permissions(self, user: User) -> frozenset[str]:
        """What a member may do where no channel says otherwise; the owner and administrators may do everything."""
        roles = self.roles_of(user)
        granted = self.everyone_granted.union(*(role.permissions for role in self.roles if role.id in roles))
        return EVERY_PERMISSION if user.id == OWNER_ID or "administrator" in granted else granted

    def set_member_roles(self, name: str, roles: Iterable[int]) -> None:
        """Give the member of that name these roles and no others; `ValueError` if the guild has no such role."""
        wanted = frozenset(roles)
        missing = sorted(wanted - {role.id for role in self.roles})
        if missing:
            raise ValueError(f"there is no role {', '.join(map(str, missing))}")
        self._roles_of[self.person(name).id] = wanted

    def set_member_permissions(self, name: str, permissions: Iterable[str]) -> None:
        """Let the member of that name do this beyond what everybody may, by a role that nobody else has.

        ``{"manage_guild"}`` makes a manager; the empty set takes it back. ValueError: there is no such permission.
        """
        user = self.person(name)
        granted = permission_names(permissions)
        number = self._own_role.get(user.id)
        if number is None:
            role = StandInRole(self.snowflakes.next(), f"permissions of {name}", mentionable=False, permissions=granted)
            self._own_role[user.id] = role.id
            self.add_role(role)
        else:
            role = replace(next(role for role in self.roles if role.id == number), permissions=granted)
            self.roles = tuple(role if other.id == number else other for other in self.roles)
            self._tell_role(role, is_new=False)

    def add_role(self, role: StandInRole) -> None:
        """Let the guild have one role more."""
        self.roles = (*self.roles, replace(role, permissions=permission_names(role.permissions)))
        self._tell_role(role, is_new=True)

    def _tell_role(self, role: StandInRole, *, is_new: bool) -> None:
        for listener in tuple(self._role_listeners):
            listener(role, is_new)

    # Direct messages

    def close_direct_messages(self, name: str, *, closed: bool = True) -> None:
        """Let the member of that name take no direct messages any more, or take them again."""
        user = self.person(name)
        if closed:
            self._closed.add(user.id)
        else:
            self._closed.discard(user.id)

    def takes_direct_messages(self, user_id: int) -> bool:
        """Whether the member with that id takes direct messages."""
        return user_id not in self._closed
