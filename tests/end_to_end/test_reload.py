"""Other settings while the service runs: taken whole, or refused while those before stay in force."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.catalog.records import DeliveryState
from bot.ops.control import ask_service
from bot.ops.live import LiveRequest, from_lines
from tests.support.end_to_end_bot import NEWS, OTHER, Bot, staged
from tests.support.systemd_manager import listening

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEWS_ALONE = ({"id": NEWS, "name": "news"},)
BOTH = (*NEWS_ALONE, {"id": OTHER, "name": "other"})
# Half a second for a request when other settings take over; and SIGHUP comes before the service can know of it.
IMPATIENT = (
    "import os, signal, sys, bot.assembly, bot.cli, bot.command_line.run as run; load = run.load_settings;"
    " bot.assembly.MAKE_WAY_SECONDS = 0.5;"
    " run.load_settings = lambda path: os.kill(os.getpid(), signal.SIGHUP) or load(path);"
    " sys.exit(bot.cli.main())"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """A running bot, whose settings have one of two channels."""
    async with staged(tmp_path_factory.mktemp("reload"), channels=BOTH) as bot:
        bot.configure(channels=NEWS_ALONE)
        await bot.start()
        yield bot


async def reload(bot: Bot, **sections: Any) -> str:
    """Write the settings anew, with `sections`, and ask for them; what the log says of it."""
    told = bot.log.count("The settings ")
    bot.configure(**sections)
    bot.send_signal(signal.SIGHUP)
    await bot.until(lambda: bot.log.count("The settings ") > told, "the settings were read")
    return bot.log.rsplit("The settings ", 1)[1].splitlines()[0]


async def registered(bot: Bot, *, having: str = "latest", without: str = "") -> list[dict[str, Any]]:
    """Wait until Discord knows a command, and no other; all that it knows."""

    def is_so() -> bool:
        names = {command["name"] for command in bot.discord.world.commands[None]}
        return having in names and without not in names

    await bot.until(is_so, f"{having!r} is registered, {without!r} is not")
    return list(bot.discord.world.commands[None])


async def settings_trouble(bot: Bot, where: str = "settings") -> list[str]:
    lines = await ask_service(bot.config.parent / "state", LiveRequest())
    assert lines is not None
    return [trouble.what for trouble in from_lines(lines).troubles if trouble.where == where]


async def test_a_channel_that_is_added_gets_what_is_new_alone(bot: Bot) -> None:
    """The file is noticed by itself; what was announced before is not announced in the new channel."""
    bot.site.write("before.md", "Before")
    await bot.stands("Before")
    bot.configure(channels=BOTH)
    await bot.until(lambda: "The settings were read again: channel other is new" in bot.log, "it is noticed")
    bot.site.write("after.md", "After")
    await bot.stands("After", NEWS, OTHER)
    assert bot.titles(OTHER) == ["After"]
    assert bot.titles(NEWS) == ["Before", "After"]


async def test_members_notice_nothing_of_other_settings(bot: Bot) -> None:
    """The session at the gateway stays, commands answer right away, and those that are switched off are gone."""
    await registered(bot, having="follow")  # the service may just have begun
    begun = bot.discord.gateway.identified
    await reload(bot, channels=NEWS_ALONE, commands={"follow": False})
    assert (await bot.discord.slash("latest", {"count": 1})).message is not None
    names = {command["name"] for command in await registered(bot, without="follow")}
    assert {"latest", "forget-me"} <= names
    await reload(bot, channels=NEWS_ALONE)
    await registered(bot, having="follow")
    assert bot.discord.gateway.identified == begun


async def test_a_channel_that_is_removed_keeps_its_history(bot: Bot) -> None:
    """Nothing is sent there any more, and what was sent is known when it comes back: it is not sent again."""
    await reload(bot, channels=BOTH)
    bot.site.write("known.md", "Known")
    await bot.stands("Known", NEWS, OTHER)
    assert await reload(bot, channels=NEWS_ALONE) == "were read again: channel other is no more"
    bot.site.write("without.md", "Without")
    await bot.stands("Without")
    assert (await bot.states(OTHER))[DeliveryState.SENT] >= 1
    await reload(bot, channels=BOTH)
    await bot.has_no_more_to_say()
    assert bot.times("Known", OTHER) == 1
    assert bot.times("Without", OTHER) == 0


async def test_settings_with_a_mistake_change_nothing(bot: Bot) -> None:
    """The reason is told with its line, in the log and to whoever asks, until the file is in order again."""
    await reload(bot, channels=NEWS_ALONE)
    refused = await reload(bot, channels=({"id": NEWS, "nmae": "news"},))
    assert refused.startswith("stay as they were: ")
    assert "channels[0].nmae: there is no such key; did you mean name?" in refused
    assert "did you mean name?" in (await settings_trouble(bot))[0]
    bot.site.write("meanwhile.md", "Meanwhile")
    await bot.stands("Meanwhile")
    assert await reload(bot, channels=NEWS_ALONE) == "were read again: they say what they said before"
    assert await settings_trouble(bot) == []


async def test_what_the_service_stands_on_cannot_change(bot: Bot, tmp_path: Path) -> None:
    """What the catalog knows is about its directories: others take a new start, and the sentence says so."""
    refused = await reload(bot, channels=NEWS_ALONE, state={"directory": str(tmp_path)})
    assert refused == (
        "stay as they were: state.directory cannot change while the service runs; start it anew for that"
    )
    nowhere = await reload(bot, channels=NEWS_ALONE, content={"directory": str(tmp_path / ("x" * 300))})
    assert nowhere.startswith(
        "stay as they were: content.directory cannot change while the service runs; start it anew"
    )


async def test_settings_that_change_in_the_middle_of_a_burst_cost_nothing(bot: Bot) -> None:
    """Each post is announced exactly once, whatever was under way when the settings changed."""
    await reload(bot, channels=NEWS_ALONE)
    titles = [f"Burst {number}" for number in range(90)]
    for number, title in enumerate(titles):
        bot.site.write(f"burst/{number}.md", title)
        if number % 30 == 29:
            sends = len(bot.sends())
            await bot.until(lambda sends=sends: len(bot.sends()) > sends, "some of it is sent")  # type: ignore[misc]
            await reload(bot, channels=NEWS_ALONE, announce={"posts_per_message": 1 + number // 10})
    await bot.has_no_more_to_say()
    assert [bot.times(title) for title in titles] == [1] * len(titles)


async def test_a_request_under_way_is_finished_first(bot: Bot) -> None:
    """What is being sent when the settings change is sent and recorded once, then the others take their place."""
    await reload(bot, channels=NEWS_ALONE)
    fault = bot.discord.faults.add("POST", f"/channels/{NEWS}/messages", "hang")
    bot.site.write("slow.md", "Slow")
    await fault.reached()
    await reload(bot, channels=NEWS_ALONE, announce={"tldr_characters": 300})
    fault.release()
    await bot.has_no_more_to_say()
    assert bot.times("Slow") == 1


async def test_the_last_word_counts(bot: Bot) -> None:
    """Settings that are taken back, and a mistake, while others are about to take over are not lost over that; posts
    are taken in meanwhile, and whoever asks is told."""
    await reload(bot, channels=NEWS_ALONE)
    fault = bot.discord.faults.add("POST", f"/channels/{NEWS}/messages", "hang")
    bot.site.write("held-up.md", "Held up")
    await fault.reached()
    assert await reload(bot, channels=BOTH) == "were read again: channel other is new"
    assert "take over as soon as" in (await settings_trouble(bot, "reload"))[0]
    bot.site.write("taken-in-meanwhile.md", "Taken in meanwhile")
    await bot.has_taken_in_everything()
    assert await reload(bot, channels=NEWS_ALONE) == "were read again: channel other is no more"
    assert (await reload(bot, channels=({"id": NEWS, "nmae": "news"},))).startswith("stay as they were")
    fault.release()
    await bot.stands("Taken in meanwhile")
    assert "did you mean name?" in (await settings_trouble(bot))[0]
    assert await settings_trouble(bot, "reload") == []
    others = bot.titles(OTHER)
    assert await reload(bot, channels=NEWS_ALONE) == "were read again: they say what they said before"
    await bot.has_no_more_to_say()
    assert bot.titles(OTHER) == others


async def test_a_request_that_hangs_is_cut_off_and_settled(tmp_path: Path) -> None:
    """Other settings wait for it for a short time only; afterwards it is found out that it was sent, once. SIGHUP
    before the service can know of it does not end the service."""
    async with staged(tmp_path) as bot:
        await bot.start("-c", IMPATIENT)
        fault = bot.discord.faults.add("POST", f"/channels/{NEWS}/messages", "hang", after=True)
        bot.site.write("slow.md", "Slow")
        await fault.reached()
        await reload(bot, announce={"tldr_characters": 300})
        bot.site.write("next.md", "Next")
        await bot.stands("Next")
        await bot.has_sent_everything()
        assert bot.titles() == ["Slow", "Next"]


async def test_systemd_hears_of_the_end_of_a_reload_while_discord_is_away(tmp_path: Path) -> None:
    """Else the service would count as reloading until Discord is back, for which it is not to blame."""
    with listening(tmp_path / "notify", watchdog_seconds=60) as manager:
        async with staged(tmp_path) as bot:
            bot._spawn = manager.spawn
            bot.discord.faults.add("GET", "/users/@me", "status", status=503, times=None)
            await bot.launch()
            await bot.until(lambda: manager.course == ["READY"], "it is ready without Discord")
            await reload(bot, announce={"tldr_characters": 300})
            await bot.until(lambda: manager.course == ["READY", "RELOADING", "READY"], "the reload has ended")
