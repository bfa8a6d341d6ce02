"""What settings are rehearsed with, while they change."""

from pathlib import Path

import pytest

from bot.ops.stage import Stage
from bot.problems import ConfigurationError
from bot.rehearsal.standin import StandIn
from bot.settings import ChannelSettings, HealthSettings, Settings, load_settings

BEFORE = Settings(channels=(ChannelSettings(id=10**17, name="news"),))


def stage_of(folder: Path, config: Path | None = None) -> Stage:
    """A stage on which the channels of `BEFORE` are put up."""
    (folder / "rehearsal").mkdir()
    stage = Stage(StandIn([]), folder / "rehearsal", config, folder / "content", ())
    stage.put_up(stage.redirected(BEFORE))
    return stage


def shown(stage: Stage) -> list[tuple[str, str]]:
    return [(channel.name, channel.kind) for channel in stage.stand_in.world.channels]


def test_channels_and_roles_follow_the_settings(tmp_path: Path) -> None:
    """What is new in the settings is there, what changed follows, and what a person deleted is let alone."""
    stage = stage_of(tmp_path)
    more = ChannelSettings(id=10**17 + 1, name="more", mention=(10**17 + 9,))
    stage.put_up(Settings(channels=(*BEFORE.channels, more)))
    assert shown(stage) == [("news", "text"), ("more", "text")]
    assert [role.name for role in stage.stand_in.world.roles] == [f"role {10**17 + 9}"]
    stage.put_up(Settings(channels=(ChannelSettings(id=10**17, name="all news", publish=True),)))
    assert shown(stage) == [("all news", "announcement"), ("more", "text")]
    stage.stand_in.remove_channel(10**17)
    stage.put_up(BEFORE)
    assert shown(stage) == [("more", "text")]


def test_a_forum_stays_one(tmp_path: Path) -> None:
    """Which kind a channel is, settings do not say: what --forum named is no text channel after another word on it."""
    (tmp_path / "rehearsal").mkdir()
    stage = Stage(StandIn([]), tmp_path / "rehearsal", None, None, ("news",))
    stage.put_up(BEFORE)
    stage.put_up(Settings(channels=(ChannelSettings(id=10**17, name="renamed"),)))
    assert shown(stage) == [("renamed", "forum")]


def test_a_persons_own_settings_are_redirected_for_other_commands_too(tmp_path: Path) -> None:
    """Whatever their file says, Discord and the state stay the rehearsal's, also in the file that was printed."""
    own = tmp_path / "own.yaml"
    stage = stage_of(tmp_path, own)
    own.write_text("health: {listen: '127.0.0.1:9464'}\nchannels: [{id: 123456789012345678, name: other}]\n")
    settings = stage.read(own)
    stage.file(pytest.fail).on_taken(settings)
    assert (settings.channels[0].name, settings.health, settings.state.directory.parent) == (
        "other",
        HealthSettings(),
        stage.folder,
    )
    assert load_settings(stage.printed) == settings


def test_the_printed_settings_keep_what_makes_them_a_rehearsals(tmp_path: Path) -> None:
    """Other commands believe that file: one that leads elsewhere is refused, one with other rules is left as it is."""
    stage = stage_of(tmp_path)
    text = stage.printed.read_text().replace('"posts_per_message": 10', '"posts_per_message": 3')
    stage.printed.write_text(text)
    settings = stage.read(stage.printed)
    assert settings.announce.posts_per_message == 3
    stage.file(pytest.fail).on_taken(settings)
    assert stage.printed.read_text() == text
    stage.printed.write_text(text.replace('"listen": null', '"listen": "127.0.0.1:9464"'))
    with pytest.raises(ConfigurationError, match=r"the rehearsal stands on health\.listen: put back there"):
        stage.read(stage.printed)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The rehearsal goes on under the settings that it took, and says that others cannot see them."""
    stage = stage_of(tmp_path, tmp_path / "own.yaml")
    stage.printed.unlink()
    stage.printed.mkdir()
    told: list[str] = []
    stage.file(told.append).on_taken(BEFORE)
    assert told == [f"{stage.printed} does not say what is in force now: Is a directory"]
