"""Messages, channels and threads, as discord.py sees them."""

import discord
import pytest

from bot.rehearsal.message_form import blank
from bot.rehearsal.standin import StandIn, StandInChannel
from tests.support.standin_client import RawClient, RecordingClient, client_of, raw_client

NEWS, RELEASES, FORUM, CLOSED, HIDDEN = 101, 102, 103, 104, 105


async def test_ready_with_guild_and_channels(client: RecordingClient, standin: StandIn) -> None:
    """discord.py gets ready and knows the guild with its channels, those that it sees by name, and its permissions."""
    guild = client.guilds[0]
    assert [channel.name for channel in guild.channels] == ["news", "releases", "forum", "closed", "___hidden___"]
    assert isinstance(guild.get_channel(RELEASES), discord.TextChannel)
    assert isinstance(guild.get_channel(FORUM), discord.ForumChannel)
    closed = guild.get_channel(CLOSED)
    assert closed is not None
    assert closed.permissions_for(guild.me).view_channel
    assert not closed.permissions_for(guild.me).send_messages
    assert standin.invalid_requests == []


async def test_a_hidden_channel_is_told_without_its_name(client: RecordingClient, standin: StandIn) -> None:
    """What the bot does not see it knows by its id alone, until it may see it; lists over REST leave it out."""
    guild = client.guilds[0]
    assert HIDDEN not in {channel.id for channel in await guild.fetch_channels()}
    standin.set_denied(HIDDEN, ())
    await client.wait_for_event("guild_channel_update")
    told = guild.get_channel(HIDDEN)
    assert told is not None
    assert told.name == "hidden"
    assert HIDDEN in {channel.id for channel in await guild.fetch_channels()}


async def test_what_the_bot_may_do_follows_its_role(client: RecordingClient, standin: StandIn) -> None:
    """What neither the bot's role nor everybody may do is refused; an administrator may do it; a timeout stops all."""
    channel = client.get_partial_messageable(NEWS)
    standin.world.set_bot_permissions({"view_channel"}, everyone={"read_message_history"})
    with pytest.raises(discord.Forbidden):
        await channel.send("x")
    standin.world.set_bot_permissions({"administrator"})
    sent = await channel.send("x")
    standin.world.set_bot_permissions({"view_channel", "send_messages"})
    standin.world.bot_timed_out_until = standin.world.clock() + 60
    with pytest.raises(discord.Forbidden):
        await channel.send("x")
    assert (await channel.fetch_message(sent.id)).id == sent.id


async def test_the_history_of_a_voice_channel_takes_connect() -> None:
    """Who may not enter a voice channel does not read what was written there."""
    async with StandIn([StandInChannel(NEWS, "talk", "voice")]) as standin, raw_client(standin) as raw:
        assert (await raw("GET", f"/channels/{NEWS}/messages")).body == []
        standin.set_denied(NEWS, {"connect"})
        assert (await raw("GET", f"/channels/{NEWS}/messages")).code == 50013


async def test_wrong_token_is_refused(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that the stand-in does not know is a LoginFailure, as at Discord."""
    with pytest.raises(discord.LoginFailure):
        async with client_of(standin, monkeypatch, token="some.other.token"):
            pass
    assert [record.status for record in standin.invalid_requests] == [401]


async def test_send_edit_delete(client: RecordingClient, standin: StandIn) -> None:
    """A message can be sent, edited through a partial message, and deleted."""
    channel = client.get_partial_messageable(NEWS)
    embed = discord.Embed(title="Title", url="https://example.org/a", description="Text", color=0x123456)
    sent = await channel.send("hello", embed=embed)
    assert standin.messages(NEWS)[0].embeds[0]["title"] == "Title"
    await channel.get_partial_message(sent.id).edit(content="changed")
    stored = standin.messages(NEWS)[0]
    assert (stored.content, len(stored.embeds), stored.edited_at is not None) == ("changed", 1, True)
    await channel.get_partial_message(sent.id).delete()
    assert standin.messages(NEWS) == []
    with pytest.raises(discord.NotFound) as error:
        await channel.fetch_message(sent.id)
    assert error.value.code == 10008


async def test_an_edit_changes_what_it_names(raw: RawClient, standin: StandIn) -> None:
    """An edit without embeds leaves them, one with an empty list takes them away; its limits are those of a message."""
    sent = await raw("POST", f"/channels/{NEWS}/messages", {"content": "a", "embeds": [{"title": "t"}]})
    path = f"/channels/{NEWS}/messages/{sent.body['id']}"
    assert [len((await raw("PATCH", path, {"content": "b"})).body["embeds"])] == [1]
    assert (await raw("PATCH", path, {"flags": 4})).body["flags"] == 4
    assert (await raw("PATCH", path, {"embeds": []})).body["embeds"] == []
    assert (await raw("PATCH", path, {"content": ""})).code == 50006
    long = [{"description": "x" * 3001} for _ in range(2)]
    assert (await raw("PATCH", path, {"embeds": long})).code == 50035
    standin.set_denied(NEWS, {"embed_links"})
    assert (await raw("PATCH", path, {"embeds": [{"title": "t"}]})).code == 50013
    assert standin.messages(NEWS)[0].content == "b"


async def test_only_own_messages_are_edited_and_published(raw: RawClient, standin: StandIn) -> None:
    """A message of another author cannot be edited (403/50005), and be published by moderators only."""
    author = standin.world.person("visitor")
    standin.world.add_message(blank(7, RELEASES, author, standin.world.clock()))
    path = f"/channels/{RELEASES}/messages/7"
    edited = await raw("PATCH", path, {"content": "x"})
    assert (edited.status, edited.code) == (403, 50005)
    assert (await raw("POST", f"{path}/crosspost")).code == 50013
    standin.set_granted(RELEASES, {"manage_messages"})
    assert (await raw("POST", f"{path}/crosspost")).status == 200


async def test_history_in_every_direction(client: RecordingClient) -> None:
    """History is newest first; before, after and around choose as at Discord, over several pages."""
    channel = client.get_partial_messageable(NEWS)
    ids = [(await channel.send(str(number))).id for number in range(7)]
    newest_first = ids[::-1]
    assert [message.id async for message in channel.history()] == newest_first
    assert [message.id async for message in channel.history(limit=2)] == newest_first[:2]
    before = [message.id async for message in channel.history(before=discord.Object(ids[3]))]
    assert before == [ids[2], ids[1], ids[0]]
    after = [message.id async for message in channel.history(after=discord.Object(ids[3]), limit=2)]
    assert after == [ids[4], ids[5]]
    around = [message.id async for message in channel.history(around=discord.Object(ids[3]), limit=3)]
    assert sorted(around) == ids[2:5]


async def test_long_history_comes_in_pages(client: RecordingClient) -> None:
    """More than 100 messages after a moment are read completely and in order."""
    channel = client.get_partial_messageable(NEWS)
    ids = [(await channel.send(str(number))).id for number in range(103)]
    read = [message.id async for message in channel.history(after=discord.Object(ids[0] - 1), limit=None)]
    assert read == ids


async def test_history_without_permission_is_empty(client: RecordingClient, standin: StandIn) -> None:
    """Without READ_MESSAGE_HISTORY the history is an empty list and no error."""
    channel = client.get_partial_messageable(NEWS)
    await channel.send("hello")
    standin.set_denied(NEWS, {"read_message_history"})
    assert [message async for message in channel.history()] == []
    assert standin.invalid_requests == []


@pytest.mark.parametrize(
    ("channel_id", "status", "code"),
    [(999, 404, 10003), (CLOSED, 403, 50013), (HIDDEN, 403, 50001), (FORUM, 400, 50008)],
)
async def test_channels_that_take_no_message(raw: RawClient, channel_id: int, status: int, code: int) -> None:
    """A channel that is gone, closed, hidden or of the wrong kind answers with Discord's own codes."""
    answer = await raw("POST", f"/channels/{channel_id}/messages", {"content": "x"})
    assert (answer.status, answer.code) == (status, code)


async def test_embeds_need_their_permission(raw: RawClient, standin: StandIn) -> None:
    """Without EMBED_LINKS a message with a card is refused, and one without is not."""
    standin.set_denied(NEWS, {"embed_links"})
    assert (await raw("POST", f"/channels/{NEWS}/messages", {"embeds": [{"title": "x"}]})).code == 50013
    assert (await raw("POST", f"/channels/{NEWS}/messages", {"content": "x"})).status == 200


async def test_removed_channel_is_told_and_gone(client: RecordingClient, standin: StandIn) -> None:
    """A deleted channel vanishes from discord.py's cache, and sending there is a 404 with 10003."""
    standin.remove_channel(NEWS)
    await client.wait_for_event("guild_channel_delete")
    assert client.get_channel(NEWS) is None
    with pytest.raises(discord.NotFound) as error:
        await client.get_partial_messageable(NEWS).send("x")
    assert error.value.code == 10003


async def test_changed_permissions_are_told(client: RecordingClient, standin: StandIn) -> None:
    """A change of permissions reaches discord.py's cache."""
    standin.set_denied(NEWS, {"send_messages"})
    await client.wait_for_event("guild_channel_update")
    channel = client.guilds[0].get_channel(NEWS)
    assert channel is not None
    assert not channel.permissions_for(client.guilds[0].me).send_messages


async def test_crosspost_once_and_only_where_possible(client: RecordingClient, standin: StandIn) -> None:
    """Publishing works once (then 40033), and only in an announcement channel (else 50024)."""
    sent = await client.get_partial_messageable(RELEASES).send("x")
    await sent.publish()
    assert standin.messages(RELEASES)[0].crossposted
    with pytest.raises(discord.HTTPException) as again:
        await sent.publish()
    assert again.value.code == 40033
    elsewhere = await client.get_partial_messageable(NEWS).send("x")
    with pytest.raises(discord.HTTPException) as wrong:
        await elsewhere.publish()
    assert wrong.value.code == 50024


async def test_threads_from_message_and_forum(client: RecordingClient, standin: StandIn) -> None:
    """A thread can be opened on a message (once) and in a forum, is listed as active, and takes messages."""
    sent = await client.get_partial_messageable(NEWS, guild_id=standin.world.guild_id).send("x")
    thread = await sent.create_thread(name="talk")
    assert thread.id == sent.id
    await thread.send("in the thread")
    assert [message.content for message in standin.messages(thread.id)] == ["in the thread"]
    with pytest.raises(discord.HTTPException) as again:
        await sent.create_thread(name="talk")
    assert again.value.code == 160004
    forum = client.get_channel(FORUM)
    assert isinstance(forum, discord.ForumChannel)
    post = await forum.create_thread(name="post", content="starter")
    assert post.message.id == post.thread.id
    assert {found.id for found in await client.guilds[0].active_threads()} == {thread.id, post.thread.id}
    await post.thread.edit(archived=True)
    assert [found.id async for found in forum.archived_threads()] == [post.thread.id]


async def test_mentions_that_would_ping_are_recorded(raw: RawClient, standin: StandIn) -> None:
    """Absent allowed_mentions ping everything in the content; what is in an embed, or not allowed, never pings."""
    text = "<@1> <@&2> @everyone"
    await raw("POST", f"/channels/{NEWS}/messages", {"content": text})
    await raw("POST", f"/channels/{NEWS}/messages", {"content": text, "allowed_mentions": {"parse": []}})
    await raw("POST", f"/channels/{NEWS}/messages", {"content": text, "allowed_mentions": {"roles": ["2", "3"]}})
    await raw("POST", f"/channels/{NEWS}/messages", {"embeds": [{"description": text}]})
    everything, nothing, one_role, in_embed = [message.pings for message in standin.messages(NEWS)]
    assert (everything.everyone, *everything.users, *everything.roles) == (True, 1, 2)
    assert not nothing
    assert (one_role.everyone, *one_role.users, *one_role.roles) == (False, 2)
    assert not in_embed


async def test_cards_with_one_url_show_as_one(raw: RawClient, standin: StandIn) -> None:
    """Of several cards with one URL all are stored, and members see the first."""
    cards = [{"title": title, "url": "https://example.org/a"} for title in ("first", "second")]
    await raw("POST", f"/channels/{NEWS}/messages", {"embeds": [*cards, {"title": "third"}]})
    message = standin.messages(NEWS)[0]
    assert [embed["title"] for embed in message.embeds] == ["first", "second", "third"]
    assert [embed["title"] for embed in message.shown_embeds] == ["first", "third"]


async def test_unknown_route_is_recorded_as_invalid(raw: RawClient, standin: StandIn) -> None:
    """A route that Discord does not have is a 404 with code 0 and stands among the invalid requests."""
    answer = await raw("GET", "/no/such/thing")
    assert (answer.status, answer.body) == (404, {"message": "404: Not Found", "code": 0})
    assert [record.path for record in standin.invalid_requests] == ["/no/such/thing"]


async def test_json_answers_have_no_charset(raw: RawClient) -> None:
    """Every answer is application/json exactly: discord.py takes anything else for text."""
    assert (await raw("GET", "/users/@me")).headers["Content-Type"] == "application/json"
    assert (await raw("GET", "/no/such/thing")).headers["Content-Type"] == "application/json"
