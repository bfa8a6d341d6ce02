"""What is handed on of a settings file that is followed."""

import asyncio
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from bot.announcing.troubles import Troubles
from bot.ops.reload import SettingsFile, follow_settings
from bot.problems import ConfigurationError
from bot.service import run_service
from bot.settings import ChannelSettings, ContentSettings, Settings, StateSettings

BEFORE = Settings(channels=(ChannelSettings(id=1, name="news"),))
OTHERS = Settings(channels=(ChannelSettings(id=2, name="other"),))


class Followed:
    """A file whose settings are what `read` makes of it, and what was taken of it."""

    def __init__(self, read: Callable[[], Settings]) -> None:
        self.troubles = Troubles()
        self.taken: list[Settings] = []
        self._read = read
        self._asked = asyncio.Event()

    async def follow(self) -> None:
        """Have it read at the start, and see that through: until it is read again, which was asked for."""
        loop, readings, read_again = asyncio.get_running_loop(), count(), asyncio.Event()
        seen = threading.Event()

        def read(_path: Path) -> Settings:
            if next(readings):
                loop.call_soon_threadsafe(read_again.set)
                seen.wait(10)
            return self._read()

        def in_force() -> Settings:
            return (self.taken or [BEFORE])[-1]

        self._asked.set()
        file = SettingsFile(Path(__file__), read)
        following = asyncio.create_task(follow_settings(file, in_force, self.troubles, self.taken.append, self._asked))
        await asyncio.wait_for(read_again.wait(), 10)
        following.cancel()
        await asyncio.wait((following,))
        seen.set()


async def test_what_changes_while_the_service_starts_is_taken() -> None:
    """Between the reading of the file for the start and the first look at it nothing is lost."""
    followed = Followed(lambda: OTHERS)
    await followed.follow()
    assert followed.taken == [OTHERS]


async def test_settings_that_are_the_same_at_the_start_are_not_worth_a_word(caplog: pytest.LogCaptureFixture) -> None:
    """A start does not tell of settings that were read again."""
    caplog.set_level("INFO")
    followed = Followed(lambda: BEFORE)
    await followed.follow()
    assert (followed.taken, caplog.messages) == ([], [])


async def test_a_mistake_of_ours_leaves_the_settings_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    """What reading was never meant to raise is logged with its traceback and told, and the file goes on being read."""
    answers: list[Exception | Settings] = [RuntimeError("never meant"), OTHERS]

    def read() -> Settings:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    followed = Followed(read)
    await followed.follow()
    (told,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert told.exc_info is not None
    await followed.follow()
    assert (followed.taken, followed.troubles.all) == ([OTHERS], [])


@pytest.mark.parametrize(
    "after",
    [
        BEFORE.model_copy(update={"content": ContentSettings(directory=Path("/nowhere"))}),
        BEFORE.model_copy(update={"state": StateSettings(directory=Path("/nowhere"))}),
    ],
)
async def test_other_directories_are_refused(after: Settings) -> None:
    """Posts would be gone, or new, within two seconds of a slip; the sentence says what to do."""
    followed = Followed(lambda: after)
    await followed.follow()
    assert followed.taken == []
    (trouble,) = followed.troubles.all
    assert "directory cannot change while the service runs; start it anew for that" in trouble.what


@pytest.mark.parametrize(
    ("name", "why"), [("gone", "is no directory"), ("x" * 300, "cannot be looked at: File name too long")]
)
async def test_a_first_run_without_content_is_refused(tmp_path: Path, name: str, why: str) -> None:
    """Whatever keeps the content directory from being one is told with the way out, and is no crash."""
    settings = Settings(
        content=ContentSettings(directory=tmp_path / name), state=StateSettings(directory=tmp_path / "state")
    )
    with pytest.raises(ConfigurationError) as refused:
        await run_service(settings, "token")
    assert str(refused.value) == f"content.directory is {tmp_path / name}, which {why}; mend it in the settings"
