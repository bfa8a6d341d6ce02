"""REST for channels and threads: https://docs.discord.com/developers/resources/channel"""

from dataclasses import replace

from aiohttp import web

from bot.rehearsal.access import require, require_active, require_of_guild
from bot.rehearsal.answers import json_answer, path_id, read_object
from bot.rehearsal.channel_payloads import channel_json
from bot.rehearsal.forms import Form, snowflake
from bot.rehearsal.forums import read_applied_tags
from bot.rehearsal.rate_limits import RateLimits
from bot.rehearsal.records import Channel
from bot.rehearsal.routes_threads import ARCHIVE_MINUTES, read_thread_name
from bot.rehearsal.wire import ApiError, JsonObject
from bot.rehearsal.world import World

__all__ = ["ChannelRoutes"]


class ChannelRoutes:
    """Shows, changes and removes channels and threads."""

    def __init__(self, world: World, rates: RateLimits) -> None:
        self._world = world
        self._rates = rates

    def routes(self) -> list[web.RouteDef]:
        """``/channels/{channel_id}`` itself, and the way to direct messages."""
        one = "/channels/{channel_id}"
        return [
            web.get(one, self._show),
            web.patch(one, self._change),
            web.delete(one, self._remove),
            web.post("/users/@me/channels", self._open_direct),
        ]

    def _named(self, request: web.Request) -> Channel:
        return self._world.channel(path_id(request, "channel_id"))

    async def _show(self, request: web.Request) -> web.Response:
        channel = self._named(request)
        require(self._world, channel)
        return json_answer(channel_json(self._world, channel))

    async def _change(self, request: web.Request) -> web.Response:
        channel = self._named(request)
        require_of_guild(channel)
        body = {key: value for key, value in (await read_object(request)).items() if value is not None}
        if channel.kind == "thread":
            self._require_change(channel, body)
            self._world.change_thread(self._changed(channel, body))
        else:
            require(self._world, channel, "manage_channels")
            self._world.change_channel(self._renamed(channel, body, Form()))
        return json_answer(channel_json(self._world, self._world.channel(channel.id)))

    def _require_change(self, thread: Channel, body: JsonObject) -> None:
        """Reopening takes what sending takes, all else being the owner or a moderator, locking always the latter.

        An archived thread takes no change that does not reopen it. The rules:
        https://docs.discord.com/developers/resources/channel#modify-channel-json-params-thread
        """
        reopens = thread.archived and body.get("archived") is False
        if "locked" in body or (reopens and thread.locked):
            require(self._world, thread, "manage_threads")
        elif reopens and body.keys() == {"archived"}:
            require(self._world, thread, "send_messages_in_threads")
        elif thread.owner_id == self._world.bot.id:
            require(self._world, thread)
        else:
            require(self._world, thread, "manage_threads")
        if not reopens:
            require_active(self._world, thread, unlocked=True)

    def _changed(self, thread: Channel, body: JsonObject) -> Channel:
        form = Form()
        changed = replace(
            thread,
            archived=form.truth(body.get("archived", thread.archived), "archived"),
            locked=form.truth(body.get("locked", thread.locked), "locked"),
            archive_minutes=form.choice(
                body.get("auto_archive_duration", thread.archive_minutes), "auto_archive_duration", ARCHIVE_MINUTES
            ),
        )
        changed = self._renamed(changed, body, form)
        parent = self._world.channel(thread.parent_id or 0)
        if parent.is_forum and "applied_tags" in body:
            tags = read_applied_tags(body["applied_tags"], parent, self._world.granted(thread))
            changed = replace(changed, applied_tags=tags)
        return changed

    def _renamed(self, channel: Channel, body: JsonObject, form: Form) -> Channel:
        name = read_thread_name(body.get("name", channel.name), form)
        form.finish()
        if name != channel.name:
            self._rates.take_rename(channel.id)
        return replace(channel, name=name)

    async def _open_direct(self, request: web.Request) -> web.Response:
        form = Form()
        recipient = (await read_object(request)).get("recipient_id")
        number = snowflake(recipient)
        if recipient is None:
            form.required("recipient_id")
        elif number is None:
            form.wrong("recipient_id", "NUMBER_TYPE_COERCE", f'Value "{recipient}" is not snowflake.')
        form.finish()
        user = next((user for user in self._world.users if user.id == number), self._world.bot)
        if user.bot:
            raise ApiError(400, 50033, "Invalid Recipient(s)")
        return json_answer(channel_json(self._world, self._world.direct_channel(user)))

    async def _remove(self, request: web.Request) -> web.Response:
        channel = self._named(request)
        if channel.kind == "dm":
            return json_answer(channel_json(self._world, channel))  # closed, until the next message
        require(self._world, channel, "manage_threads" if channel.kind == "thread" else "manage_channels")
        shown = channel_json(self._world, channel)
        self._world.remove_channel(channel.id)
        return json_answer(shown)
