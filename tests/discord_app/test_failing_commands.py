"""An answer never fails silently: the catalog is slow, broken, or still being filled."""

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.catalog.listings import Listing
from bot.discord_app.archive import Archive
from bot.problems import CatalogUnavailableError
from bot.rehearsal.standin import InteractionAnswer, StandIn
from tests.support.discord_archive import answering, text_of
from tests.support.discord_posts import FakeArchive, make_post

POSTS = [make_post(number, title=f"Post {number}") for number in range(8)]
FAILURES = [CatalogUnavailableError("the catalog is locked"), ZeroDivisionError("a mistake")]


@dataclass
class SlowArchive(FakeArchive):
    """An archive that answers only when it is let."""

    released: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    async def _listing(self, offset: int, count: int) -> Listing:
        self.asked += 1
        await self.released.wait()
        return await super()._listing(offset, count)


def told(caplog: pytest.LogCaptureFixture, level: int = logging.INFO) -> list[str]:
    """What the log says of answers, from this level on."""
    return [each.getMessage() for each in caplog.records if "replies" in each.name and each.levelno >= level]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what Discord does not hear of."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def answered_late(
    discord: StandIn, archive: SlowArchive, question: asyncio.Task[InteractionAnswer]
) -> InteractionAnswer:
    """The answer to a question that the archive answers only once Discord was told to wait."""
    told = discord.faults.add("POST", "/interactions/*/*/callback", "delay", seconds=0)
    await told.reached()
    archive.released.set()
    return await question


@pytest.mark.parametrize("failure", [None, *FAILURES])
@pytest.mark.parametrize("share", [False, True])
async def test_a_slow_catalog_does_not_cost_the_answer(tmp_path: Path, failure: Exception | None, share: bool) -> None:
    """Before Discord's three seconds are over the bot says that it is at work; a shared answer's apology is private."""
    archive = SlowArchive(POSTS, failure)
    async with answering(tmp_path, archive=archive) as bot:
        question = asyncio.create_task(bot.discord.slash("latest", {"share": share}))
        answer = await answered_late(bot.discord, archive, question)
        assert answer.type == 5
        assert answer.seconds < 2.5
        if failure is None:
            assert "Latest posts" in text_of(answer)
            assert answer.ephemeral is not share
        else:
            if share:  # what was begun for everybody is taken away first
                await bot.discord.wait_until(lambda: bool(answer.followups))
            apology = answer.followups[0] if share else answer.message
            assert apology is not None
            assert apology.ephemeral
            assert "Sorry" in text_of(apology)
            assert all(message.ephemeral for message in (answer.message, *answer.followups) if message is not None)


async def test_a_slow_catalog_does_not_cost_a_press(tmp_path: Path) -> None:
    """A button whose answer takes long changes the list when it comes."""
    archive = SlowArchive(POSTS)
    archive.released.set()
    async with answering(tmp_path, archive=archive) as bot:
        first = await bot.discord.slash("latest")
        archive.released.clear()
        question = asyncio.create_task(bot.press(first, "Next ›"))
        turned = await answered_late(bot.discord, archive, question)
        assert first.message is not None

        def is_turned() -> bool:
            assert first.message is not None
            current = bot.discord.world.find_message(first.message.id)
            return current is not None and "Page 2" in text_of(current)

        await bot.discord.wait_until(is_turned)
    assert turned.type == 6


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failure_is_told_with_a_reference(
    tmp_path: Path, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """The member gets a private sentence with a reference that stands in the log, and nothing of the failure itself."""
    archive = FakeArchive(POSTS)
    async with answering(tmp_path, archive=archive) as bot:
        first = await bot.discord.slash("latest")
        archive.failure = failure
        answers = [await bot.discord.slash("latest"), await bot.press(first, "Next ›")]
    for answer in answers:
        text = text_of(answer)
        assert answer.ephemeral
        (reference,) = re.findall(r"reference `(\w+)`", text)
        assert str(failure) not in text
        (record,) = [record for record in caplog.records if reference in record.getMessage()]
        assert str(failure) in record.getMessage()
        assert (record.exc_info is not None) is isinstance(failure, ZeroDivisionError)
        assert record.levelno == logging.ERROR


async def test_the_end_of_the_service_is_no_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What was asked right before the end is not answered any more: a line each says so, and nothing is raised."""
    caplog.set_level(logging.INFO)
    archive = SlowArchive(POSTS)
    archive.released.set()
    async with answering(tmp_path, archive=archive) as bot:
        first = await bot.discord.slash("latest")
        archive.released.clear()
        questions = [
            asyncio.ensure_future(bot.discord.slash("latest")),
            asyncio.ensure_future(bot.press(first, "Next ›")),
        ]
        await until(lambda: archive.asked == 3)
        await bot.stop()
        archive.released.set()
        await until(lambda: len(told(caplog)) == 2)
        for question in questions:
            question.cancel()
    command, press = sorted(told(caplog), reverse=True)
    assert command == "Command /latest was not answered: the service ends"
    assert re.fullmatch("Button '.*' was not answered: the service ends", press)
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_an_answer_that_comes_too_late_is_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where Discord does not wait any more nobody can be told, and no traceback says what the line says."""
    async with answering(tmp_path, archive=FakeArchive(POSTS)) as bot:
        unknown = {"code": 10062, "message": "Unknown interaction"}
        bot.discord.faults.add("POST", "/interactions/*/*/callback", "status", times=None, status=404, body=unknown)
        question = asyncio.ensure_future(bot.discord.slash("latest"))
        await until(lambda: bool(told(caplog)))
        question.cancel()
    (line,) = told(caplog)
    assert line.startswith("Command /latest was not answered: Discord does not wait for it any more (404 Not Found")
    assert not any(record.exc_info for record in caplog.records)


async def test_who_cannot_be_told_of_a_failure_is_a_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An apology that Discord does not take any more is logged, and raises nothing."""
    archive = SlowArchive(POSTS)
    async with answering(tmp_path, archive=archive) as bot:
        unknown = {"code": 10062, "message": "Unknown interaction"}
        bot.discord.faults.add("POST", "/interactions/*/*/callback", "status", times=None, status=404, body=unknown)
        archive.failure = FAILURES[0]
        question = asyncio.ensure_future(bot.discord.slash("latest"))
        archive.released.set()
        await until(lambda: len(told(caplog)) == 2)
        question.cancel()
    assert "failed, reference" in told(caplog)[0]
    assert told(caplog)[1].startswith("A member could not be told: Sorry")


@pytest.mark.parametrize("archive", [SlowArchive(POSTS), FakeArchive(POSTS, FAILURES[0])])
async def test_without_a_catalog_there_are_no_suggestions(tmp_path: Path, archive: Archive) -> None:
    """Suggestions that would come too late, or cannot be read, are none."""
    async with answering(tmp_path, archive=archive) as bot:
        assert await bot.discord.autocomplete("tag", "name", "k") == []


async def test_an_answer_says_that_indexing_goes_on(tmp_path: Path) -> None:
    """During a first run members get what there is, and are told how much of it that is."""
    async with answering(tmp_path, archive=FakeArchive(POSTS, part=0.4)) as bot:
        some = text_of(await bot.discord.slash("latest"))
        in_french = text_of(await bot.discord.slash("latest", locale="fr"))
    assert "Indexing, 40 %: here is what there is so far." in some
    assert "Indexation en cours, 40 %" in in_french


async def test_a_command_that_is_gone_is_explained(tmp_path: Path) -> None:
    """A command that Discord still shows but the bot no longer has is answered with what to do."""
    async with answering(tmp_path, archive=FakeArchive(POSTS)) as bot:
        commands = bot.discord.world.commands[None]
        latest = next(command for command in commands if command["name"] == "latest")
        bot.discord.world.commands[None] = [*commands, {**latest, "name": "gone", "id": "1"}]
        answer = await bot.discord.slash("gone")
    assert answer.ephemeral
    assert "Restart Discord" in text_of(answer)
