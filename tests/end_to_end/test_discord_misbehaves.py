"""What Discord, or something on the way to it, does to a request: every post stands once all the same."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio

from bot.catalog.records import DeliveryState
from bot.rehearsal.faults import Fault
from bot.rehearsal.standin import StandIn
from tests.support.end_to_end_bot import NEWS, OTHER, Bot, staged
from tests.support.end_to_end_site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHANNELS = ({"id": NEWS, "name": "news"}, {"id": OTHER, "name": "other", "tags": {"any": ["other"]}})
CREATE = f"/channels/{NEWS}/messages"
INVALID_FORM = {
    "code": 50035,
    "message": "Invalid Form Body",
    "errors": {"embeds": {"0": {"title": {"_errors": [{"code": "BASE_TYPE_BAD", "message": "Not this one."}]}}}},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """A running bot with two channels."""
    async with staged(tmp_path_factory.mktemp("misbehaviour"), channels=CHANNELS) as bot:
        await bot.start()
        yield bot


@pytest.mark.parametrize("stored", [True, False], ids=["after storing", "before storing"])
@pytest.mark.parametrize("kind", ["reset", "close", "500", "503"])
async def test_a_request_that_fails_makes_one_message(
    bot: Bot, site: Site, discord: StandIn, kind: Literal["reset", "close", "500", "503"], stored: bool
) -> None:
    """Whether Discord had stored the message or not when the request failed, it stands exactly once."""
    title = f"In spite of {kind} {stored}"
    if kind == "reset" or kind == "close":
        fault = discord.faults.add("POST", CREATE, kind, after=stored)
    else:
        fault = discord.faults.add("POST", CREATE, "status", status=int(kind), after=stored)
    await _stands_once_at_the_second_try(bot, site, fault, title)


async def test_an_answer_cut_short_makes_one_message(bot: Bot, site: Site, discord: StandIn) -> None:
    """An answer that breaks off in its middle says nothing; the message that it was for stands exactly once."""
    fault = discord.faults.add("POST", CREATE, "truncate")
    await _stands_once_at_the_second_try(bot, site, fault, "In spite of half an answer")


async def _stands_once_at_the_second_try(bot: Bot, site: Site, fault: Fault, title: str) -> None:
    site.write(f"{title}.md", title)
    await fault.reached()
    await bot.stands(title)
    await bot.has_no_more_to_say()
    assert bot.times(title) == 1
    tries = [record.body["nonce"] for record in bot.sends() if record.body["embeds"][0]["title"] == title]
    assert len(tries) == 2
    assert len(set(tries)) == 1


@pytest.mark.parametrize("via", [True, False], ids=["by Discord", "by somebody on the way"])
async def test_a_rate_limit_is_waited_for(bot: Bot, site: Site, discord: StandIn, via: bool) -> None:
    """After a 429 nothing is asked of the channel before the time that it names is over."""
    title = f"Limited {via}"
    fault = discord.faults.add("POST", CREATE, "rate_limit", retry_after=1.5, via=via)
    site.write(f"limited-{via}.md", title)
    await fault.reached()
    await bot.stands(title)
    await bot.has_no_more_to_say()
    assert bot.times(title) == 1
    limited = next(record for record in bot.sends() if record.body["embeds"][0]["title"] == title)
    following = next(record for record in bot.sends() if record.number > limited.number)
    assert following.at - limited.at >= 1.5


async def test_a_refused_post_does_not_take_others_with_it(bot: Bot, site: Site, discord: StandIn) -> None:
    """Of a message that Discord refuses for one of its posts, the others go out and that one is shown with reason."""
    held = discord.faults.add("POST", CREATE, "hang")
    site.write("first.md", "Holds the lane up")
    await held.reached()
    # Refused with the message of three, and once more alone, which is the oldest's turn.
    refusal = discord.faults.add("POST", CREATE, "status", status=400, body=INVALID_FORM, times=2)
    site.write("bad.md", "Refused by Discord", date="2020-01-01T00:00:00+00:00")
    site.write("good-1.md", "Sent beside it, one")
    site.write("good-2.md", "Sent beside it, two")
    await bot.has_taken_in_everything()
    held.release()
    await bot.stands("Sent beside it, two")
    await bot.has_no_more_to_say()
    assert refusal.hits == 2
    assert bot.times("Refused by Discord") == 0
    assert bot.times("Sent beside it, one") == bot.times("Sent beside it, two") == 1
    shown = (await bot.status())["held_up"]
    assert [(held_up["post"], held_up["state"]) for held_up in shown] == [("bad.md", "refused")]
    assert "50035" in shown[0]["reason"]


async def test_a_channel_that_refuses_holds_up_no_other(bot: Bot, site: Site, discord: StandIn) -> None:
    """A channel that answers 403 gets its posts when it takes them; the others get theirs meanwhile."""
    discord.set_denied(OTHER, {"send_messages"})
    site.write("both-1.md", "For both, one", tags=["other"])
    site.write("both-2.md", "For both, two", tags=["other"])
    await bot.stands("For both, two", NEWS)
    await bot.has_no_more_to_say(but=[OTHER])
    await bot.until(lambda: "refuses: " in bot.log, "the refusal is told")
    asked = bot.sends(OTHER)
    assert (await bot.states(OTHER))[DeliveryState.PENDING] == 2
    discord.set_denied(OTHER, set())
    await bot.restart()
    await bot.stands("For both, two", OTHER)
    await bot.has_no_more_to_say()
    assert [bot.times(f"For both, {number}", channel) for number in ("one", "two") for channel in (NEWS, OTHER)] == [
        1
    ] * 4
    assert len([record for record in asked if record.status == 403]) == 1  # one that is refused is not hammered


async def test_a_lost_gateway_holds_up_no_announcement(bot: Bot, site: Site, discord: StandIn) -> None:
    """Announcing needs no gateway: posts stand while it is away, and commands work again when it is back."""
    discord.gateway.refusing = True
    await discord.gateway.disconnect(1001)
    await bot.until(lambda: not discord.gateway.connected, "the gateway is lost")
    site.write("without.md", "Without a gateway")
    await bot.stands("Without a gateway")
    discord.gateway.refusing = False
    await bot.until(lambda: discord.gateway.connected, "the gateway is back")
    answer = await discord.slash("latest", {"count": 1})
    assert answer.message is not None
