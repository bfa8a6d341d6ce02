"""Threads, as far as they differ from channels: archived, locked, listed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import quote

import pytest

from bot.rehearsal.standin import StandIn, StandInChannel
from tests.support.standin_client import Answer, RawClient, raw_client

NEWS, HIDDEN = 101, 102
CHANNELS = (StandInChannel(NEWS, "news"), StandInChannel(HIDDEN, "hidden"))


class Clock:
    """Seconds since 1970, moved by hand."""

    now = 2_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def guild(clock: Clock) -> AsyncIterator[StandIn]:
    async with StandIn(CHANNELS, rate_limits=False, clock=clock) as standin:
        yield standin


@pytest.fixture
async def ask(guild: StandIn) -> AsyncIterator[RawClient]:
    async with raw_client(guild) as client:
        yield client


async def _thread(ask: RawClient, channel_id: int = NEWS, name: str = "talk") -> int:
    opened = await ask("POST", f"/channels/{channel_id}/threads", {"name": name, "type": 11})
    assert opened.status == 201
    return int(opened.body["id"])


async def _send(ask: RawClient, channel_id: int) -> Answer:
    return await ask("POST", f"/channels/{channel_id}/messages", {"content": "x"})


def _refusal(answer: Answer) -> tuple[int, int]:
    return answer.status, answer.code


async def test_messages_of_an_archived_thread_cannot_be_changed(ask: RawClient, guild: StandIn) -> None:
    """In an archived thread a message can be neither edited nor deleted (400/50083), and still be read."""
    thread = await _thread(ask)
    path = f"/channels/{thread}/messages/{(await _send(ask, thread)).body['id']}"
    guild.set_thread(thread, archived=True)
    assert _refusal(await ask("PATCH", path, {"content": "y"})) == (400, 50083)
    assert _refusal(await ask("DELETE", path)) == (400, 50083)
    assert (await ask("GET", path)).status == 200


async def test_sending_reopens_an_archived_thread_unless_it_is_locked(ask: RawClient, guild: StandIn) -> None:
    """A message reopens an archived thread; a locked one takes none (403/160005), except from a moderator."""
    thread = await _thread(ask)
    guild.set_thread(thread, archived=True)
    assert (await _send(ask, thread)).status == 200
    assert not guild.world.channel(thread).archived
    guild.set_thread(thread, archived=True, locked=True)
    assert _refusal(await _send(ask, thread)) == (403, 160005)
    guild.set_thread(thread, archived=False, locked=True)
    assert _refusal(await _send(ask, thread)) == (403, 160005)
    guild.set_granted(NEWS, {"manage_threads"})
    assert (await _send(ask, thread)).status == 200


async def test_a_locked_thread_that_is_active_lets_messages_be_deleted_only(ask: RawClient, guild: StandIn) -> None:
    """In a locked thread the bot cannot edit its message, but delete it, as long as the thread is not archived."""
    thread = await _thread(ask)
    path = f"/channels/{thread}/messages/{(await _send(ask, thread)).body['id']}"
    guild.set_thread(thread, archived=False, locked=True)
    assert _refusal(await ask("PATCH", path, {"content": "y"})) == (403, 160005)
    assert (await ask("DELETE", path)).status == 204


async def test_threads_need_their_own_permission_to_send(ask: RawClient, guild: StandIn) -> None:
    """In a thread SEND_MESSAGES counts for nothing, SEND_MESSAGES_IN_THREADS of the channel above for all."""
    thread = await _thread(ask)
    guild.set_denied(NEWS, {"send_messages"})
    assert (await _send(ask, thread)).status == 200
    guild.set_denied(NEWS, {"send_messages_in_threads"})
    assert _refusal(await _send(ask, thread)) == (403, 50013)


async def test_the_owner_archives_and_reopens(ask: RawClient) -> None:
    """The bot may archive, rename and reopen its own thread; an archived one takes no other change than reopening."""
    thread = await _thread(ask)
    path = f"/channels/{thread}"
    archived = await ask("PATCH", path, {"archived": True, "name": "done"})
    assert (archived.body["name"], archived.body["thread_metadata"]["archived"]) == ("done", True)
    assert _refusal(await ask("PATCH", path, {"name": "other"})) == (400, 50083)
    reopened = await ask("PATCH", path, {"archived": False, "name": "again", "auto_archive_duration": 60})
    assert reopened.body["thread_metadata"]["auto_archive_duration"] == 60
    assert (reopened.body["name"], reopened.body["thread_metadata"]["archived"]) == ("again", False)


@pytest.mark.parametrize("change", [{"locked": True}, {"archived": False}, {"archived": False, "name": "x"}])
async def test_locking_and_reopening_what_is_locked_are_for_moderators(
    ask: RawClient, guild: StandIn, change: dict[str, object]
) -> None:
    """Locking, and reopening a locked thread, need MANAGE_THREADS, also of the thread's owner."""
    thread = await _thread(ask)
    guild.set_thread(thread, archived=True, locked=True)
    if "locked" in change:
        guild.set_thread(thread, archived=False)
    assert _refusal(await ask("PATCH", f"/channels/{thread}", change)) == (403, 50013)
    guild.set_granted(NEWS, {"manage_threads"})
    assert (await ask("PATCH", f"/channels/{thread}", change)).status == 200


async def test_a_thread_is_deleted_by_a_moderator_only(ask: RawClient, guild: StandIn) -> None:
    """Deleting even its own thread takes the bot MANAGE_THREADS."""
    thread = await _thread(ask)
    assert _refusal(await ask("DELETE", f"/channels/{thread}")) == (403, 50013)
    guild.set_granted(NEWS, {"manage_threads"})
    assert (await ask("DELETE", f"/channels/{thread}")).body["id"] == str(thread)
    assert _refusal(await ask("GET", f"/channels/{thread}")) == (404, 10003)


async def test_archived_threads_come_in_pages(ask: RawClient, clock: Clock) -> None:
    """Archived threads are listed newest archived first, in pages that say whether more follows."""
    threads = [await _thread(ask, name=str(number)) for number in range(5)]
    for thread in (threads[1], threads[4], threads[0], threads[3]):
        clock.now += 1.0
        await ask("PATCH", f"/channels/{thread}", {"archived": True})
    base = f"/channels/{NEWS}/threads/archived/public"
    page = (await ask("GET", f"{base}?limit=3")).body
    assert ([each["name"] for each in page["threads"]], page["has_more"]) == (["3", "0", "4"], True)
    before = quote(page["threads"][-1]["thread_metadata"]["archive_timestamp"])
    rest = (await ask("GET", f"{base}?limit=3&before={before}")).body
    assert ([each["name"] for each in rest["threads"]], rest["has_more"]) == (["1"], False)
    assert (await ask("GET", f"{base}?limit=1")).code == 50035
    assert (await ask("GET", f"{base}?before=yesterday")).code == 50035


async def test_archived_threads_need_the_history(ask: RawClient, guild: StandIn) -> None:
    """The list of archived threads needs READ_MESSAGE_HISTORY, and is an error without it, not an empty list."""
    guild.set_denied(NEWS, {"read_message_history"})
    assert _refusal(await ask("GET", f"/channels/{NEWS}/threads/archived/public")) == (403, 50013)


async def test_active_threads_are_those_that_the_bot_sees(ask: RawClient, guild: StandIn) -> None:
    """The guild's active threads leave out the archived ones and those of channels that the bot does not see."""
    seen, archived, hidden = await _thread(ask), await _thread(ask), await _thread(ask, HIDDEN)
    guild.set_thread(archived, archived=True)
    path = f"/guilds/{guild.world.guild_id}/threads/active"
    assert [each["id"] for each in (await ask("GET", path)).body["threads"]] == [str(hidden), str(seen)]
    guild.set_denied(HIDDEN, {"view_channel"})
    assert [each["id"] for each in (await ask("GET", path)).body["threads"]] == [str(seen)]


async def test_metadata_tells_when_a_thread_was_archived(ask: RawClient, guild: StandIn, clock: Clock) -> None:
    """The archive timestamp moves when a thread is archived or reopened, the creation's stays."""
    thread = await _thread(ask)
    made = (await ask("GET", f"/channels/{thread}")).body["thread_metadata"]
    clock.now += 60.0
    guild.set_thread(thread, archived=True, locked=True)
    clock.now += 60.0
    metadata = (await ask("GET", f"/channels/{thread}")).body["thread_metadata"]
    assert metadata == {
        "archived": True,
        "archive_timestamp": "2033-05-18T03:34:20.000000+00:00",
        "create_timestamp": made["create_timestamp"],
        "auto_archive_duration": 1440,
        "locked": True,
    }


async def test_a_guild_has_a_thousand_active_threads(ask: RawClient, guild: StandIn) -> None:
    """The thread after the thousandth active one is refused with 160006, until one is archived."""
    first = await _thread(ask)
    for _ in range(999):
        guild.world.add_thread(replace(guild.world.channel(first), id=guild.world.snowflakes.next()))
    full = await ask("POST", f"/channels/{NEWS}/threads", {"name": "x", "type": 11})
    assert _refusal(full) == (400, 160006)
    guild.set_thread(first, archived=True)
    await _thread(ask)


async def test_private_threads_are_refused(ask: RawClient) -> None:
    """A thread whose kind is not said would be a private one, which the bot may not open."""
    assert _refusal(await ask("POST", f"/channels/{NEWS}/threads", {"name": "x"})) == (403, 50013)
    assert (await ask("POST", f"/channels/{NEWS}/threads", {"name": "x", "type": 10})).code == 50035
