"""How the service ends: in good order when asked to, and with a sentence when it cannot work."""

import signal
from pathlib import Path

import pytest

from bot.catalog.records import DeliveryState
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn
from tests.support.end_to_end_bot import NEWS, Bot
from tests.support.end_to_end_site import Site

CREATE = f"/channels/{NEWS}/messages"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_request_under_way_is_finished_and_recorded(
    bot: Bot, site: Site, discord: StandIn, number: signal.Signals
) -> None:
    """Asked to end, the bot takes in nothing more, sees the request under way to its end, and leaves the gateway."""
    await bot.start()
    held = discord.faults.add("POST", CREATE, "hang", after=number == signal.SIGINT)
    site.write("under-way.md", "Under way")
    await held.reached()
    site.write("waiting.md", "Waits for its turn")
    await bot.has_taken_in_everything()
    bot.send_signal(number)
    await bot.until(lambda: "Stopping" in bot.log, "it has heard")
    site.write("too-late.md", "Too late")
    held.release()
    assert await bot.exits() == 0
    assert bot.titles() == ["Under way"]
    assert await bot.states() == {DeliveryState.SENT: 1, DeliveryState.PENDING: 1}
    assert "too-late.md" not in await bot.catalog(lambda tables: tables.files.stamps())
    assert not discord.gateway._sessions  # a session outlives its connection, unless the bot took its leave
    await bot.start()
    await bot.has_no_more_to_say()
    assert sorted(bot.titles()) == ["Sentinel 1", "Too late", "Under way", "Waits for its turn"]


async def test_a_request_that_takes_too_long_is_left_to_the_next_start(bot: Bot, site: Site, discord: StandIn) -> None:
    """After its time to finish the bot ends all the same; the next start finds out what became of the request."""
    impatient = "import sys, bot.cli, bot.assembly; bot.assembly.FINISH_SECONDS = 0.3; sys.exit(bot.cli.main())"
    await bot.start("-c", impatient)
    held = discord.faults.add("POST", CREATE, "hang", after=True)
    site.write("slow.md", "Slow")
    await held.reached()
    await bot.stop()
    assert await bot.states() == {DeliveryState.SENDING: 1}
    await bot.start()
    await bot.has_no_more_to_say()
    assert bot.times("Slow") == 1


async def test_asked_to_end_while_discord_is_out_of_reach_it_ends(bot: Bot, discord: StandIn) -> None:
    """Before it could log in there is nothing to finish: it ends at once, in good order."""
    discord.faults.add("GET", "/users/@me", "status", status=503, times=None)
    await bot.launch()
    await bot.until(lambda: "Discord cannot be reached" in bot.log, "the login failed")
    bot.send_signal(signal.SIGTERM)
    assert await bot.exits(5.0) == 0


async def test_asked_to_end_while_it_indexes_it_ends(bot: Bot, site: Site) -> None:
    """A first run over many posts does not keep the bot from ending."""
    for number in range(2000):
        site.write(f"{number % 20}/{number}.md", f"There {number}")
    await bot.launch()
    await bot.until(lambda: " there; indexing" in bot.log, "the first run has begun")
    bot.send_signal(signal.SIGTERM)
    assert await bot.exits(5.0) == 0
    assert "Watching" not in bot.log


async def test_a_second_instance_is_refused(bot: Bot) -> None:
    """The state directory belongs to one: another instance says so, with what to do, and ends with 75."""
    await bot.start()
    second = await bot.linkbot("run", DISCORD_TOKEN=REHEARSAL_TOKEN)
    assert second.code == 75
    assert "another Linkbot" in second.err
    assert "state.directory" in second.err
    assert (await bot.status())["running"]


async def test_a_wrong_token_is_refused(bot: Bot) -> None:
    """A token that Discord does not know ends the bot with 77 and a sentence; it is tried once, not again and again."""
    ended = await bot.linkbot("run", DISCORD_TOKEN="wrong.token")
    assert ended.code == 77
    assert "Discord does not know the token" in ended.err
    assert "Traceback" not in ended.err
    assert [record.status for record in bot.discord.requests] == [401]


async def test_a_token_that_is_reset_meanwhile_ends_the_bot(bot: Bot, site: Site, discord: StandIn) -> None:
    """Once Discord answers 401 nothing more is asked of it; the post goes out with the new token."""
    await bot.start()
    discord.faults.add("POST", CREATE, "status", status=401, body={"code": 0, "message": "401: Unauthorized"})
    site.write("late.md", "Late")
    assert await bot.exits() == 77
    assert "Traceback" not in bot.log
    assert len(bot.sends()) == 1
    await bot.start()
    await bot.has_no_more_to_say()
    assert bot.times("Late") == 1


async def test_without_a_token_the_way_to_try_it_is_named(bot: Bot) -> None:
    """No token: 78, and a sentence that names the command that needs none."""
    ended = await bot.linkbot("run")
    assert ended.code == 78
    assert "linkbot rehearse" in ended.err


async def test_a_token_in_a_file_is_taken(bot: Bot, tmp_path: Path) -> None:
    """DISCORD_TOKEN_FILE names a file with the token, such as a systemd credential."""
    credential = tmp_path / "token"
    credential.write_text("wrong.token\n")
    ended = await bot.linkbot("run", DISCORD_TOKEN_FILE=str(credential))
    assert ended.code == 77


async def test_settings_that_cannot_be_used_are_told(bot: Bot, tmp_path: Path) -> None:
    """A settings file that is missing or wrong: 78, with its name and what to do; so is a content directory."""
    bot.config.rename(tmp_path / "elsewhere.yaml")
    missing = await bot.linkbot("run", DISCORD_TOKEN=REHEARSAL_TOKEN)
    assert missing.code == 78
    assert str(bot.config) in missing.err
    bot.configure(announce={"hold_abov": 3})
    wrong = await bot.linkbot("run", DISCORD_TOKEN=REHEARSAL_TOKEN)
    assert wrong.code == 78
    assert "hold_above" in wrong.err
    bot.configure(content={"directory": str(tmp_path / "nowhere")})
    nowhere = await bot.linkbot("run", DISCORD_TOKEN=REHEARSAL_TOKEN)
    assert nowhere.code == 78
    assert str(tmp_path / "nowhere") in nowhere.err
