"""REST for the guild, the bot itself, and its commands."""

from collections.abc import Callable

from aiohttp import web

from bot.rehearsal.answers import json_answer, path_id, read_json, read_object
from bot.rehearsal.channel_payloads import channel_json
from bot.rehearsal.command_form import read_command, read_commands
from bot.rehearsal.forms import Form
from bot.rehearsal.ids import APPLICATION_ID
from bot.rehearsal.payloads import application_json, guild_json, my_guild_json
from bot.rehearsal.people_payloads import me_json, member_json, role_jsons
from bot.rehearsal.wire import ApiError, JsonObject, unknown
from bot.rehearsal.world import World

__all__ = ["GuildRoutes"]

_MOST_GUILDS = 200


class GuildRoutes:
    """Everything that a bot looks up, and the commands that it registers."""

    def __init__(self, world: World, gateway_url: Callable[[], str]) -> None:
        self._world = world
        self._gateway_url = gateway_url

    def routes(self) -> list[web.RouteDef]:
        """``/users``, ``/oauth2``, ``/applications``, ``/guilds`` and ``/gateway``."""
        guild = "/guilds/{guild_id}"
        listed: list[web.RouteDef] = []
        for place in ("/applications/{application_id}", "/applications/{application_id}" + guild):
            listed += [
                web.get(place + "/commands", self._commands),
                web.put(place + "/commands", self._overwrite),
                web.post(place + "/commands", self._register),
            ]
        return [
            *listed,
            web.get("/users/@me", self._me),
            web.get("/users/@me/guilds", self._guilds),
            web.get("/oauth2/applications/@me", self._application),
            web.get("/applications/@me", self._application),
            web.get("/gateway", self._gateway),
            web.get("/gateway/bot", self._gateway_bot),
            web.get(guild, self._guild),
            web.get(guild + "/channels", self._channels),
            web.get(guild + "/roles", self._roles),
            web.get(guild + "/members/{user_id}", self._member),
        ]

    async def _me(self, _request: web.Request) -> web.Response:
        return json_answer(me_json(self._world.bot))

    async def _guilds(self, request: web.Request) -> web.Response:
        form = Form()
        form.whole(request.query.get("limit", str(_MOST_GUILDS)), "limit", 1, _MOST_GUILDS)
        form.finish()
        counts: JsonObject = {}
        if request.query.get("with_counts", "0") in {"1", "true"}:
            counts = {"approximate_member_count": len(self._world.users), "approximate_presence_count": 1}
        return json_answer([{**my_guild_json(self._world), **counts}])

    async def _application(self, _request: web.Request) -> web.Response:
        return json_answer(application_json(self._world))

    async def _gateway(self, _request: web.Request) -> web.Response:
        return json_answer({"url": self._gateway_url()})

    async def _gateway_bot(self, _request: web.Request) -> web.Response:
        budget = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return json_answer({"url": self._gateway_url(), "shards": 1, "session_start_limit": budget})

    def _check_guild(self, request: web.Request) -> None:
        if path_id(request, "guild_id") != self._world.guild_id:
            raise unknown("Guild")

    async def _guild(self, request: web.Request) -> web.Response:
        self._check_guild(request)
        return json_answer(guild_json(self._world))

    async def _channels(self, request: web.Request) -> web.Response:
        self._check_guild(request)
        world = self._world
        channels = [channel for channel in world.channels if channel.kind != "thread"]
        # What the bot does not see is left out: https://docs.discord.com/developers/resources/guild#get-guild-channels
        channels = [channel for channel in channels if "view_channel" in world.granted(channel)]
        return json_answer([channel_json(world, channel) for channel in channels])

    async def _roles(self, request: web.Request) -> web.Response:
        self._check_guild(request)
        return json_answer(role_jsons(self._world))

    async def _member(self, request: web.Request) -> web.Response:
        self._check_guild(request)
        return json_answer(member_json(self._world, self._world.user(path_id(request, "user_id"))))

    def _place(self, request: web.Request) -> int | None:
        """Where the commands of a request belong: a guild's id, or None for globally."""
        if path_id(request, "application_id") != APPLICATION_ID:
            raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
        if "guild_id" not in request.match_info:
            return None
        is_there = path_id(request, "guild_id") == self._world.guild_id
        if not is_there or not self._world.application.commands_scope:
            raise ApiError(403, 50001, "Missing Access")
        return self._world.guild_id

    async def _commands(self, request: web.Request) -> web.Response:
        return json_answer(self._world.commands.get(self._place(request), []))

    async def _overwrite(self, request: web.Request) -> web.Response:
        place = self._place(request)
        form = Form()
        listed = form.items(await read_json(request), "", 10_000)
        form.finish()
        registered = [self._registered(place, command) for command in read_commands(listed)]
        self._world.commands[place] = registered
        return json_answer(registered)

    async def _register(self, request: web.Request) -> web.Response:
        place = self._place(request)
        command = self._registered(place, read_command(await read_object(request)))
        before = self._world.commands.get(place, [])
        others = [other for other in before if _key(other) != _key(command)]
        self._world.commands[place] = [*others, command]
        return json_answer(command, 201 if len(others) == len(before) else 200)

    def _registered(self, place: int | None, command: JsonObject) -> JsonObject:
        """`command` with an id, which stays the same for the same name."""
        known = {_key(other): other["id"] for other in self._world.commands.get(place, [])}
        fresh = str(self._world.snowflakes.next())
        of_guild: JsonObject = {} if place is None else {"guild_id": str(place)}
        if command["integration_types"] is None:
            command = {**command, "integration_types": [0, 1] if self._world.user_installs else [0]}
        ids = {"id": known.get(_key(command), fresh), "application_id": str(APPLICATION_ID), "version": fresh}
        return {**ids, **command, **of_guild}


def _key(command: JsonObject) -> tuple[object, object]:
    return command["type"], command["name"]
