"""`enforce_nonce`: what makes a repeated request harmless."""

import pytest

from bot.rehearsal.standin import StandIn, StandInChannel
from tests.support.standin_client import RawClient, RecordingClient, raw_client

NEWS, RELEASES = 101, 102


def _message(nonce: str | int, *, enforce: bool = True, content: str = "x") -> dict[str, object]:
    return {"content": content, "nonce": nonce, "enforce_nonce": enforce}


async def test_repeated_nonce_returns_the_first_message(client: RecordingClient, standin: StandIn) -> None:
    """discord.py enforces the nonce by itself: a second send with it gives the first message, and creates none."""
    channel = client.get_partial_messageable(NEWS)
    first, second = await channel.send("one", nonce="n"), await channel.send("two", nonce="n")
    assert first.id == second.id
    assert [message.content for message in standin.messages(NEWS)] == ["one"]


async def test_nonce_counts_per_author_over_all_channels(raw: RawClient) -> None:
    """A nonce used in another channel gives the message of that channel: the stricter reading of Discord's words."""
    first = await raw("POST", f"/channels/{NEWS}/messages", _message("n"))
    second = await raw("POST", f"/channels/{RELEASES}/messages", _message("n"))
    assert first.body["id"] == second.body["id"]


async def test_nonce_without_enforcing_dedups_nothing(raw: RawClient, standin: StandIn) -> None:
    """A nonce alone is a label: without enforce_nonce a second message is created."""
    for _ in range(2):
        await raw("POST", f"/channels/{NEWS}/messages", _message("n", enforce=False))
    assert len(standin.messages(NEWS)) == 2


async def test_number_and_string_are_the_same_nonce(raw: RawClient, standin: StandIn) -> None:
    """The nonce 5 and the nonce "5" are one."""
    await raw("POST", f"/channels/{NEWS}/messages", _message(5))
    await raw("POST", f"/channels/{NEWS}/messages", _message("5"))
    assert len(standin.messages(NEWS)) == 1


async def test_nonce_of_a_deleted_message_is_unknown_message(raw: RawClient, standin: StandIn) -> None:
    """If a moderator deleted the first message, the repetition is a 404 with 10008 and creates nothing."""
    await raw("POST", f"/channels/{NEWS}/messages", _message("n"))
    standin.delete_message(NEWS, standin.messages(NEWS)[0].id)
    answer = await raw("POST", f"/channels/{NEWS}/messages", _message("n"))
    assert (answer.status, answer.code) == (404, 10008)
    assert standin.messages(NEWS) == []


async def test_nonce_is_echoed_once_and_never_in_history(raw: RawClient) -> None:
    """The nonce is in the answer to the creation, and not to be read back."""
    created = await raw("POST", f"/channels/{NEWS}/messages", _message("n"))
    assert created.body["nonce"] == "n"
    assert "nonce" not in (await raw("GET", f"/channels/{NEWS}/messages")).body[0]
    assert "nonce" not in (await raw("GET", f"/channels/{NEWS}/messages/{created.body['id']}")).body


async def test_window_passes(raw: RawClient, standin: StandIn) -> None:
    """After the window the same nonce creates a new message."""
    await raw("POST", f"/channels/{NEWS}/messages", _message("n"))
    standin.forget_nonces()
    await raw("POST", f"/channels/{NEWS}/messages", _message("n"))
    assert len(standin.messages(NEWS)) == 2


@pytest.mark.parametrize(("waited", "messages"), [(179.0, 1), (180.0, 2)])
async def test_window_has_the_length_that_was_asked_for(waited: float, messages: int) -> None:
    """The window ends `nonce_window_seconds` after the creation."""
    now = [0.0]
    async with (
        StandIn([StandInChannel(NEWS, "news")], rate_limits=False, monotonic=lambda: now[0]) as standin,
        raw_client(standin) as raw,
    ):
        await raw("POST", f"/channels/{NEWS}/messages", _message("n"))
        now[0] += waited
        await raw("POST", f"/channels/{NEWS}/messages", _message("n"))
        assert len(standin.messages(NEWS)) == messages
