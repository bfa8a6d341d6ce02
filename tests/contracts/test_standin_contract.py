"""Both directions of the wire against Discord's own OpenAPI document."""

from typing import Any

import discord
import pytest
from discord import app_commands

from bot.rehearsal.standin import StandIn, StandInApplication, StandInChannel, StandInRole, StandInTag
from tests.support.standin_client import RawClient, RecordingClient, client_of, raw_client
from tests.support.standin_openapi import requires_document, validate_request, validate_response

pytestmark = requires_document

NEWS, RELEASES, FORUM, VOICE, CLOSED, STRICT, TOPICS = 101, 102, 103, 104, 105, 106, 107
CHANNELS = (
    StandInChannel(NEWS, "news"),
    StandInChannel(RELEASES, "releases", "announcement"),
    StandInChannel(FORUM, "forum", "forum", available_tags=(StandInTag(901, "a"), StandInTag(902, "b", True))),
    StandInChannel(STRICT, "strict", "forum", granted=frozenset({"manage_threads"}), require_tag=True),
    StandInChannel(VOICE, "voice", "voice"),
    StandInChannel(CLOSED, "closed", denied=frozenset({"send_messages"})),
    StandInChannel(TOPICS, "topics", "category"),
)
EMBED = {
    "title": "t",
    "url": "https://example.org/",
    "description": "d",
    "color": 5,
    "timestamp": "2024-01-01T00:00:00+00:00",
    "footer": {"text": "f"},
    "author": {"name": "n"},
    "image": {"url": "https://example.org/i.png"},
    "fields": [{"name": "a", "value": "b"}],
}
ROW = {
    "type": 1,
    "components": [
        {"type": 2, "style": 1, "custom_id": "x", "label": "X"},
        {"type": 2, "style": 5, "url": "https://example.org/", "label": "Y"},
    ],
}
OPTIONS = [
    {"type": 4, "name": "count", "description": "x", "min_value": 1},
    {"type": 3, "name": "tag", "description": "x", "autocomplete": True},
]
COMMAND = {"name": "latest", "description": "d", "type": 1, "options": OPTIONS}


class _Checked:
    """Requests whose answers are compared with the document."""

    def __init__(self, raw: RawClient) -> None:
        self._raw = raw

    async def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._raw(method, path, body)
        validate_response(method, path.partition("?")[0], answer.status, answer.body)
        return answer.body


async def test_answers_about_guild_and_bot_are_discords() -> None:
    """What the stand-in tells about itself, the guild, its channels and commands is valid under Discord's document."""
    async with (
        StandIn(CHANNELS, rate_limits=False, roles=[StandInRole(501, "r")]) as standin,
        raw_client(standin) as raw,
    ):
        ask = _Checked(raw)
        bot, guild = standin.world.bot.id, standin.world.guild_id
        for path in ("/users/@me", "/oauth2/applications/@me", "/applications/@me", "/gateway", "/gateway/bot"):
            await ask("GET", path)
        for query in ("", "?limit=200&with_counts=1", "?limit=201"):
            await ask("GET", f"/users/@me/guilds{query}")
        for part in ("", "/channels", "/roles", f"/members/{bot}", "/threads/active"):
            await ask("GET", f"/guilds/{guild}{part}")
        for channel in CHANNELS:
            await ask("GET", f"/channels/{channel.id}")
        for place in (f"/applications/{bot}", f"/applications/{bot}/guilds/{guild}"):
            await ask("PUT", f"{place}/commands", [COMMAND])
            await ask("GET", f"{place}/commands")
            await ask("POST", f"{place}/commands", COMMAND)
            await ask("POST", f"{place}/commands", {**COMMAND, "name": "other"})


async def test_answers_to_a_bot_that_is_kept_out_are_discords() -> None:
    """What the stand-in tells a bot in a timeout, without the commands' scope or sight of a channel is Discord's."""
    async with StandIn(CHANNELS, rate_limits=False) as standin, raw_client(standin) as raw:
        ask, world = _Checked(raw), standin.world
        place, bot = f"/guilds/{world.guild_id}", world.bot.id
        url = "https://example.org/"
        world.application = StandInApplication(True, True, 1 << 18, url, commands_scope=False)
        world.bot_timed_out_until = world.clock() + 60
        standin.set_denied(NEWS, {"view_channel"})
        for path in ("/applications/@me", f"{place}/members/{bot}", "/users/@me/guilds", f"{place}/channels"):
            await ask("GET", path)
        assert (await ask("GET", f"/applications/{bot}{place}/commands"))["code"] == 50001
        assert (await ask("GET", f"/channels/{NEWS}"))["code"] == 50001
        assert (await ask("POST", f"/channels/{RELEASES}/messages", {"content": "x"}))["code"] == 50013
        assert (await ask("POST", f"/channels/{TOPICS}/messages", {"content": "x"}))["code"] == 50008


async def test_answers_about_messages_and_threads_are_discords() -> None:
    """Messages, threads and every error of theirs are valid under Discord's document."""
    async with StandIn(CHANNELS) as standin, raw_client(standin) as raw:
        ask = _Checked(raw)
        full = {"content": "<@&5>", "embeds": [EMBED], "components": [ROW], "nonce": "n", "enforce_nonce": True}
        sent = await ask("POST", f"/channels/{NEWS}/messages", full)
        one = f"/channels/{NEWS}/messages/{sent['id']}"
        await ask("GET", f"/channels/{NEWS}/messages?limit=5")
        await ask("GET", one)
        await ask("PATCH", one, {"content": "y"})
        thread = await ask("POST", f"{one}/threads", {"name": "talk"})
        await ask("GET", f"/channels/{thread['id']}")
        await ask("PATCH", f"/channels/{thread['id']}", {"archived": True})
        await ask("DELETE", one)
        await ask("POST", f"/channels/{NEWS}/threads", {"name": "talk", "type": 11})
        await ask("GET", f"/channels/{NEWS}/threads/archived/public")
        await ask("GET", f"/guilds/{standin.world.guild_id}/threads/active")
        await ask("POST", f"/channels/{NEWS}/typing")
        news = await ask("POST", f"/channels/{RELEASES}/messages", {"content": "x"})
        for _ in range(2):
            await ask("POST", f"/channels/{RELEASES}/messages/{news['id']}/crosspost")
        for channel_id in (999, CLOSED):
            await ask("POST", f"/channels/{channel_id}/messages", {"content": "x"})
        for _ in range(6):
            await ask("POST", f"/channels/{NEWS}/messages", {"embeds": [{"title": "x" * 300}], "content": "x"})
        assert {429, 400, 403, 404, 200} <= {record.status for record in standin.requests}


async def test_answers_about_forums_are_discords() -> None:
    """Posts, their changes, the lists of threads, and what is refused are valid under Discord's document."""
    async with StandIn(CHANNELS) as standin, raw_client(standin) as raw:
        ask = _Checked(raw)
        post = {"name": "post", "applied_tags": ["901"], "message": {"content": "x", "embeds": [EMBED]}}
        thread = await ask("POST", f"/channels/{FORUM}/threads", post)
        validate_response("GET", f"/channels/{FORUM}/messages/1", 200, thread["message"])
        one = f"/channels/{thread['id']}"
        await ask("PATCH", f"{one}/messages/{thread['id']}", {"content": "y"})
        await ask("PATCH", one, {"archived": True})
        archived = await ask("GET", f"/channels/{FORUM}/threads/archived/public?limit=2")
        assert [each["id"] for each in archived["threads"]] == [thread["id"]]
        for refused in ({"applied_tags": ["902"]}, {"applied_tags": ["1"]}, {"name": ""}):
            await ask("POST", f"/channels/{FORUM}/threads", {**post, **refused})
        await ask("POST", f"/channels/{STRICT}/threads", {**post, "applied_tags": []})
        await ask("POST", f"/channels/{FORUM}/messages", {"content": "x"})
        await ask("PATCH", f"{one}/messages/{thread['id']}", {"content": "z"})
        await ask("DELETE", f"{one}/messages/{thread['id']}")
        await ask("PATCH", one, {"locked": True})
        standin.set_thread(int(thread["id"]), archived=True, locked=True)
        await ask("POST", f"{one}/messages", {"content": "x"})
        await ask("DELETE", one)
        await ask("GET", f"/guilds/{standin.world.guild_id}/threads/active")
        codes = {record.answer["code"] for record in standin.invalid_requests}
        assert codes == {40067, 50008, 50013, 50035, 50083, 160005}


def _with_commands() -> RecordingClient:
    client = RecordingClient(allowed_mentions=discord.AllowedMentions.none())

    async def suggest(_asked: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=typed, value=typed)]

    @client.tree.command(description="The newest posts")
    @app_commands.autocomplete(tag=suggest)
    async def latest(asked: discord.Interaction, count: app_commands.Range[int, 1, 10] = 3, tag: str = "") -> None:
        await asked.response.send_message(embed=discord.Embed(title="t", url="https://example.org/"), ephemeral=True)
        await asked.followup.send("more")
        await asked.edit_original_response(content=f"{count} {tag}")

    return client


async def test_requests_of_discord_py_are_discords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that discord.py sends in a recorded run is valid under Discord's document, and so are the answers."""
    async with (
        StandIn(CHANNELS, rate_limits=False) as standin,
        client_of(standin, monkeypatch, _with_commands()) as client,
    ):
        channel = client.get_partial_messageable(RELEASES)
        embed = discord.Embed.from_dict(EMBED)
        roles = discord.AllowedMentions(roles=[discord.Object(5)])
        sent = await channel.send("<@&5>", embed=embed, nonce="n", allowed_mentions=roles)
        await channel.get_partial_message(sent.id).edit(embed=embed)
        await sent.publish()
        assert [message.id async for message in channel.history()] == [sent.id]
        await sent.delete()
        await standin.autocomplete("latest", "tag", "k")
        answer = await standin.slash("latest", {"count": 2, "tag": "k"})
        await standin.wait_until(lambda: bool(answer.followups) and len(standin.requests) > 11)
        assert standin.invalid_requests == []
        for record in standin.requests:
            validate_request(record.method, record.path, record.body)
            if record.status is not None and not record.path.endswith("/callback"):
                validate_response(record.method, record.path, record.status, record.answer)


def test_the_helper_finds_mistakes() -> None:
    """Bodies that Discord would refuse do not pass as valid, and the message names the place."""
    with pytest.raises(AssertionError, match="title"):
        validate_request("POST", "/channels/1/messages", {"embeds": [{"title": "x" * 257}]})
    with pytest.raises(AssertionError, match="Discord has no"):
        validate_request("POST", "/channels/1/nonsense", {})
    with pytest.raises(AssertionError, match="channel_id"):
        validate_response("GET", "/channels/1/messages/2", 200, {"id": "1"})
